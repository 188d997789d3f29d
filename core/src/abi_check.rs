//! Checks that every exported function has the signature `core/abi.json` declares.
//!
//! Holds no code that runs. Invariant: a function missing or shaped otherwise does not compile.
// Written by core/gen.ts from core/abi.json; edit that and run `deno task gen`.

use crate::abi::{JobStatus, Outcome, ProcessUsage, Pumped, StoreStatus};
use crate::ffi;

#[rustfmt::skip]
const _: () = {
    let _: unsafe extern "C" fn() -> i32 = ffi::nkv_abi_version;
    let _: unsafe extern "C" fn(*mut u8, u32) -> i32 = ffi::nkv_probe;
    let _: unsafe extern "C" fn(u32, *mut ProcessUsage) -> i32 = ffi::nkv_process_usage;
    let _: unsafe extern "C" fn(*const u8, u32, *mut u8, u32) -> i32 = ffi::nkv_store_open;
    let _: unsafe extern "C" fn(u32) -> i32 = ffi::nkv_store_close;
    let _: unsafe extern "C" fn(u32, *const u8, u32, *mut u8, u32) -> i32 = ffi::nkv_store_configure;
    let _: unsafe extern "C" fn(u32, *mut u8, u32) -> i32 = ffi::nkv_store_topology;
    let _: unsafe extern "C" fn(u32, *mut u8, u32) -> i32 = ffi::nkv_store_sample;
    let _: unsafe extern "C" fn(u32, *const u8, u32, *mut u8, u32) -> i32 = ffi::nkv_store_place;
    let _: unsafe extern "C" fn(u32, *const u8, u32, *mut u8, u32) -> i32 = ffi::nkv_store_move;
    let _: unsafe extern "C" fn(u32, u32, *mut JobStatus) -> i32 = ffi::nkv_store_job;
    let _: unsafe extern "C" fn(u32, *mut StoreStatus) -> i32 = ffi::nkv_store_status;
    let _: unsafe extern "C" fn(u32, *mut u8, u32) -> i32 = ffi::nkv_store_messages;
    let _: unsafe extern "C" fn(u32, i32, u32, u32, *const u8, u32) -> i32 = ffi::nkv_lane_open;
    let _: unsafe extern "C" fn(u32) -> i32 = ffi::nkv_lane_close;
    let _: unsafe extern "C" fn(u32, *const u8, u32, *mut u8, u32) -> i32 = ffi::nkv_lane_listen;
    let _: unsafe extern "C" fn(u32, u32, *mut u8, u32, *mut Pumped) -> i32 = ffi::nkv_lane_pump;
    let _: unsafe extern "C" fn(u32, u32, *const u8, u32) -> i32 = ffi::nkv_lane_answer;
    let _: unsafe extern "C" fn(u32) -> i32 = ffi::nkv_lane_wake;
    let _: unsafe extern "C" fn(u32) -> i32 = ffi::nkv_lane_drain;
    let _: unsafe extern "C" fn(u32, *mut u32, u32) -> i32 = ffi::nkv_lane_collect;
    let _: unsafe extern "C" fn(u32, *const u8, u32) -> i32 = ffi::nkv_session_open;
    let _: unsafe extern "C" fn(u32) -> i32 = ffi::nkv_session_close;
    let _: unsafe extern "C" fn(u32, *const u8, u32, *mut u8, u32, *mut Outcome) -> i32 = ffi::nkv_execute;
    let _: unsafe extern "C" fn(u32, *const u8, u32, *mut u8, u32, *mut Outcome) -> i32 = ffi::nkv_answer;
    let _: unsafe extern "C" fn(u32, *mut u8, u32) -> i32 = ffi::nkv_store_news;
    let _: unsafe extern "C" fn(u32, *const u8, u32, *mut u8, u32) -> i32 = ffi::nkv_store_look;
    let _: unsafe extern "C" fn(u32, u32) -> i32 = ffi::nkv_store_tap;
    let _: unsafe extern "C" fn(u32, *mut u8, u32) -> i32 = ffi::nkv_store_taps;
};
