//! The boundary: every exported function and nothing else. Each checks its lengths, makes slices, calls, and returns a
//! count or a negated `Status`. What they mean stands in `core/abi.json`.
//!
//! Invariants: no lock is held and no panic travels when a call returns; buffers are the caller's and are borrowed only
//! until then; an empty buffer may be a null pointer.

use crate::abi::{ABI_VERSION, JobStatus, Outcome, ProcessUsage, Pumped, Status, StoreStatus};
use crate::handle::{Cells, Shared};
use crate::lane::TAP_RECORD_BYTES;
use crate::net::{Pump, panic_text};
use crate::node_settings::NodeSettings;
use crate::open::{self, OpenLane, OpenStore};
use crate::session::Session;
use crate::steer::{self, Refusal};
use crate::sync::locked;
use core::panic::AssertUnwindSafe;
use core::sync::atomic::Ordering::SeqCst;
use std::sync::Arc;

static STORES: Shared<OpenStore> = Shared::new();
static LANES: Shared<OpenLane> = Shared::new();
static SESSIONS: Cells<Session> = Cells::new();

/// # Safety
/// `data` points at `len` readable bytes, or `len` is 0.
unsafe fn input<'a>(data: *const u8, len: u32) -> &'a [u8] {
    if data.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: by this function's contract.
    unsafe { core::slice::from_raw_parts(data, len as usize) }
}

/// # Safety
/// `data` points at `len` writable bytes that nobody else uses meanwhile, or `len` is 0.
unsafe fn output<'a>(data: *mut u8, len: u32) -> &'a mut [u8] {
    if data.is_null() || len == 0 {
        return &mut [];
    }
    // SAFETY: by this function's contract.
    unsafe { core::slice::from_raw_parts_mut(data, len as usize) }
}

fn text(bytes: &[u8]) -> Result<&str, Status> {
    core::str::from_utf8(bytes).map_err(|_| Status::InvalidArgument)
}

/// Runs `body`; its error becomes a status, and so does a panic.
fn guarded(body: impl FnOnce() -> Result<i32, Status>) -> i32 {
    match std::panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(count)) => count,
        Ok(Err(status)) => status.result(),
        Err(_) => Status::Panic.result(),
    }
}

/// Writes `text` whole, or says that it does not fit.
fn fill(out: &mut [u8], text: &str) -> Result<i32, Status> {
    let place = out.get_mut(..text.len()).ok_or(Status::TooSmall)?;
    place.copy_from_slice(text.as_bytes());
    Ok(text.len() as i32)
}

/// Writes the reason of a refusal, cut to fit and ended by a NUL.
fn explain(err: &mut [u8], reason: &str) -> Status {
    if let Some(room) = err.len().checked_sub(1) {
        let len = (0..=reason.len().min(room))
            .rev()
            .find(|&end| reason.is_char_boundary(end))
            .unwrap_or(0);
        err[..len].copy_from_slice(&reason.as_bytes()[..len]);
        err[len] = 0;
    }
    Status::Refused
}

/// The version of the boundary.
#[unsafe(no_mangle)]
pub extern "C" fn nkv_abi_version() -> i32 {
    ABI_VERSION
}

/// What this machine allows, as JSON.
///
/// # Safety
/// `out` is as `output` asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_probe(out: *mut u8, out_capacity: u32) -> i32 {
    // SAFETY: by this function's contract.
    let out = unsafe { output(out, out_capacity) };
    guarded(|| fill(out, &crate::numa::probe_report()))
}

/// Tells what another process uses.
///
/// # Safety
/// `usage` points at a record that nobody else uses meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_process_usage(pid: u32, usage: *mut ProcessUsage) -> i32 {
    guarded(|| {
        let used = crate::numa::process_use(pid).ok_or(Status::InvalidArgument)?;
        if usage.is_null() {
            return Err(Status::InvalidArgument);
        }
        let record = ProcessUsage {
            resident_bytes: used.resident_bytes,
            cpu_ms: used.cpu_ms,
        };
        // SAFETY: by this function's contract; the caller's buffer may be aligned to bytes only.
        unsafe { usage.write_unaligned(record) };
        Ok(0)
    })
}

/// Opens a store.
///
/// # Safety
/// `options` is as `input` asks, `err` as `output` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_open(
    options: *const u8,
    options_bytes: u32,
    err: *mut u8,
    err_capacity: u32,
) -> i32 {
    // SAFETY: by this function's contract.
    let (options, err) = unsafe { (input(options, options_bytes), output(err, err_capacity)) };
    guarded(|| {
        let opened = open::store(text(options)?).map_err(|reason| explain(err, &reason))?;
        STORES.insert(Arc::new(opened)).map(|handle| handle as i32)
    })
}

/// Closes a store.
#[unsafe(no_mangle)]
pub extern "C" fn nkv_store_close(store: u32) -> i32 {
    guarded(|| {
        if STORES.get(store)?.lanes.load(SeqCst) > 0 {
            return Err(Status::InUse);
        }
        STORES.remove(store).map(|_dropped| 0)
    })
}

/// Changes options and facts.
///
/// # Safety
/// `text` is as `input` asks, `err` as `output` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_configure(
    store: u32,
    text: *const u8,
    text_bytes: u32,
    err: *mut u8,
    err_capacity: u32,
) -> i32 {
    // SAFETY: by this function's contract.
    let (bytes, err) = unsafe { (input(text, text_bytes), output(err, err_capacity)) };
    guarded(|| {
        let home = STORES.get(store)?;
        let text = self::text(bytes)?;
        let of_nodes = NodeSettings::read(text, &home.store.topology);
        let of_nodes = of_nodes.map_err(|reason| explain(err, &reason))?;
        let taken = home.store.settings.set_all(text);
        let taken = taken.map_err(|reason| explain(err, &reason))?;
        of_nodes.follow(&home.store);
        Ok(taken as i32)
    })
}

/// The topology in force, as JSON.
///
/// # Safety
/// `out` is as `output` asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_topology(store: u32, out: *mut u8, out_capacity: u32) -> i32 {
    // SAFETY: by this function's contract.
    let out = unsafe { output(out, out_capacity) };
    guarded(|| fill(out, &STORES.get(store)?.store.topology_json()))
}

/// Goes on sampling keys.
///
/// # Safety
/// `out` is as `output` asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_sample(store: u32, out: *mut u8, out_capacity: u32) -> i32 {
    // SAFETY: by this function's contract.
    let out = unsafe { output(out, out_capacity) };
    guarded(|| {
        let home = STORES.get(store)?;
        let mut sampler = locked(&home.sampler);
        Ok(sampler.fill(&home.store, out) as i32)
    })
}

/// Puts a placement plan in force.
///
/// # Safety
/// `plan` is as `input` asks, `err` as `output` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_place(
    store: u32,
    plan: *const u8,
    plan_bytes: u32,
    err: *mut u8,
    err_capacity: u32,
) -> i32 {
    // SAFETY: by this function's contract.
    let (plan, err) = unsafe { (input(plan, plan_bytes), output(err, err_capacity)) };
    guarded(|| {
        let home = STORES.get(store)?;
        let sampler = locked(&home.sampler);
        let placed = steer::place(&home.store, sampler.lane(), plan);
        placed.map(|()| 0).map_err(|refusal| refuse(err, refusal))
    })
}

/// Adds a job that moves keys.
///
/// # Safety
/// `moves` is as `input` asks, `err` as `output` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_move(
    store: u32,
    moves: *const u8,
    moves_bytes: u32,
    err: *mut u8,
    err_capacity: u32,
) -> i32 {
    // SAFETY: by this function's contract.
    let (moves, err) = unsafe { (input(moves, moves_bytes), output(err, err_capacity)) };
    guarded(|| {
        let home = STORES.get(store)?;
        let job = steer::move_keys(&home.store, moves);
        job.map(|id| id as i32)
            .map_err(|refusal| refuse(err, refusal))
    })
}

/// The status that stands for a refusal, its reason in `err`.
fn refuse(err: &mut [u8], refusal: Refusal) -> Status {
    match refusal {
        Refusal::Wrong(reason) => explain(err, &reason),
        Refusal::Later => Status::Retry,
        Refusal::Full => Status::Limit,
    }
}

/// Asks how a migration job stands.
///
/// # Safety
/// `status` points at a record that nobody else uses meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_job(store: u32, id: u32, status: *mut JobStatus) -> i32 {
    guarded(|| {
        let home = STORES.get(store)?;
        let record = steer::job_status(&home.store, id).ok_or(Status::InvalidArgument)?;
        if status.is_null() {
            return Err(Status::InvalidArgument);
        }
        // SAFETY: by this function's contract; the caller's buffer may be aligned to bytes only.
        unsafe { status.write_unaligned(record) };
        Ok(0)
    })
}

/// Takes the hot keys that lanes came upon.
///
/// # Safety
/// `out` is as `output` asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_news(store: u32, out: *mut u8, out_capacity: u32) -> i32 {
    // SAFETY: by this function's contract.
    let out = unsafe { output(out, out_capacity) };
    guarded(|| {
        let home = STORES.get(store)?;
        Ok(locked(&home.sampler).news(&home.store, out) as i32)
    })
}

/// Looks at keys by name.
///
/// # Safety
/// `names` is as `input` asks, `out` as `output` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_look(
    store: u32,
    names: *const u8,
    names_bytes: u32,
    out: *mut u8,
    out_capacity: u32,
) -> i32 {
    // SAFETY: by this function's contract.
    let (names, out) = unsafe { (input(names, names_bytes), output(out, out_capacity)) };
    guarded(|| {
        let home = STORES.get(store)?;
        let looked = locked(&home.sampler).look(&home.store, names, out);
        looked
            .map(|count| count as i32)
            .ok_or(Status::InvalidArgument)
    })
}

/// Begins or ends recording the uses of keys.
#[unsafe(no_mangle)]
pub extern "C" fn nkv_store_tap(store: u32, on: u32) -> i32 {
    guarded(|| {
        let home = STORES.get(store)?;
        match on {
            0 => home.store.stop_taps(),
            1 => home.store.start_taps(),
            _ => return Err(Status::InvalidArgument),
        }
        Ok(0)
    })
}

/// Takes recorded uses.
///
/// # Safety
/// `out` is as `output` asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_taps(store: u32, out: *mut u8, out_capacity: u32) -> i32 {
    // SAFETY: by this function's contract.
    let out = unsafe { output(out, out_capacity) };
    guarded(|| {
        let home = STORES.get(store)?;
        let (dropped, records) = out.split_first_chunk_mut::<8>().ok_or(Status::TooSmall)?;
        if records.len() < TAP_RECORD_BYTES {
            return Err(Status::TooSmall);
        }
        let bytes = home.store.drain_taps(records);
        *dropped = home.store.taps_dropped().to_le_bytes();
        Ok(bytes as i32)
    })
}

/// Takes the store's numbers.
///
/// # Safety
/// `status` points at a record that nobody else uses meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_status(store: u32, status: *mut StoreStatus) -> i32 {
    guarded(|| {
        let home = STORES.get(store)?;
        let record = home.store.status();
        // Asked each tick by a thread that may wait for long.
        home.store.keyspace.pool.tend();
        if status.is_null() {
            return Err(Status::InvalidArgument);
        }
        // SAFETY: by this function's contract; the caller's buffer may be aligned to bytes only.
        unsafe { status.write_unaligned(record) };
        Ok(0)
    })
}

/// Takes log lines.
///
/// # Safety
/// `out` is as `output` asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_store_messages(store: u32, out: *mut u8, out_capacity: u32) -> i32 {
    // SAFETY: by this function's contract.
    let out = unsafe { output(out, out_capacity) };
    guarded(|| {
        fill(
            out,
            &STORES
                .get(store)?
                .store
                .take_messages(out_capacity as usize),
        )
    })
}

/// Opens a lane for the calling thread.
///
/// # Safety
/// `label` is as `input` asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_lane_open(
    store: u32,
    node_id: i32,
    pin: u32,
    listens: u32,
    label: *const u8,
    label_bytes: u32,
) -> i32 {
    // SAFETY: by this function's contract.
    let label = unsafe { input(label, label_bytes) };
    guarded(|| {
        let home = STORES.get(store)?;
        let opened = open::lane(&home, node_id, pin != 0, listens != 0, text(label)?);
        let lane = opened.map_err(|reason| {
            home.store.log("warning", &reason);
            Status::System
        })?;
        home.lanes.fetch_add(1, SeqCst);
        LANES.insert(Arc::new(lane)).map(|handle| handle as i32)
    })
}

/// Closes a lane and what is left of its sessions and connections.
#[unsafe(no_mangle)]
pub extern "C" fn nkv_lane_close(lane: u32) -> i32 {
    guarded(|| {
        let open = LANES.get(lane)?;
        drop(
            open.pump
                .try_lock()
                .map_err(|_inside| Status::InUse)?
                .take(),
        );
        LANES.remove(lane)?;
        for session in locked(&open.sessions).drain(..) {
            if let Ok(session) = SESSIONS.remove(session) {
                session.close();
            }
        }
        open.home.store.close_lane(&open.lane);
        open.home.lanes.fetch_sub(1, SeqCst);
        Ok(0)
    })
}

/// Runs `body` on a lane's sockets; `InUse` while another thread does.
fn on_pump<T>(lane: u32, body: impl FnOnce(&mut Pump) -> Result<T, Status>) -> Result<T, Status> {
    let open = LANES.get(lane)?;
    let mut pump = open.pump.try_lock().map_err(|_inside| Status::InUse)?;
    body(pump.as_mut().ok_or(Status::InvalidArgument)?)
}

/// Listens on these endpoints and no others.
///
/// # Safety
/// `endpoints` is as `input` asks, `err` as `output` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_lane_listen(
    lane: u32,
    endpoints: *const u8,
    endpoints_bytes: u32,
    err: *mut u8,
    err_capacity: u32,
) -> i32 {
    // SAFETY: by this function's contract.
    let (bytes, err) = unsafe { (input(endpoints, endpoints_bytes), output(err, err_capacity)) };
    guarded(|| {
        on_pump(lane, |pump| {
            let listening = pump.listen(text(bytes)?);
            listening
                .map_err(|reason| explain(err, &reason))
                .map(|()| 0)
        })
    })
}

/// Serves the lane's clients until something is for the server.
///
/// # Safety
/// `out` is as `output` asks; `pumped` points at a record that nobody else uses meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_lane_pump(
    lane: u32,
    wait_ms: u32,
    out: *mut u8,
    out_capacity: u32,
    pumped: *mut Pumped,
) -> i32 {
    // SAFETY: by this function's contract.
    let out = unsafe { output(out, out_capacity) };
    guarded(|| {
        if pumped.is_null() {
            return Err(Status::InvalidArgument);
        }
        let (record, count) = on_pump(lane, |pump| {
            let record = pump.run((wait_ms != u32::MAX).then_some(wait_ms));
            Ok((record, pump.take_hand_offs(out)))
        })?;
        // SAFETY: by this function's contract; the caller's buffer may be aligned to bytes only.
        unsafe { pumped.write_unaligned(record) };
        Ok(count as i32)
    })
}

/// Puts a server command's reply in its place.
///
/// # Safety
/// `reply` is as `input` asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_lane_answer(
    lane: u32,
    session: u32,
    reply: *const u8,
    reply_bytes: u32,
) -> i32 {
    // SAFETY: by this function's contract.
    let reply = unsafe { input(reply, reply_bytes) };
    guarded(|| on_pump(lane, |pump| pump.answer(session, reply)).map(|()| 0))
}

/// Has a lane's pump come back.
#[unsafe(no_mangle)]
pub extern "C" fn nkv_lane_wake(lane: u32) -> i32 {
    guarded(|| {
        LANES.get(lane)?.lane.wake();
        Ok(0)
    })
}

/// Closes what listens, and connections as they become free.
#[unsafe(no_mangle)]
pub extern "C" fn nkv_lane_drain(lane: u32) -> i32 {
    guarded(|| {
        on_pump(lane, |pump| {
            pump.drain();
            Ok(0)
        })
    })
}

/// Empties the lane's mailbox.
///
/// # Safety
/// `out` points at twice `out_capacity` words that nobody else uses meanwhile, or `out_capacity` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_lane_collect(lane: u32, out: *mut u32, out_capacity: u32) -> i32 {
    guarded(|| {
        let letters = LANES.get(lane)?.lane.collect(if out.is_null() {
            0
        } else {
            out_capacity as usize
        });
        for (index, &(session, why)) in letters.iter().enumerate() {
            // SAFETY: `collect` answers at most `out_capacity` letters, each of two words.
            unsafe {
                out.add(2 * index).write_unaligned(session);
                out.add(2 * index + 1).write_unaligned(why);
            }
        }
        Ok(letters.len() as i32)
    })
}

/// Opens a session on a lane.
///
/// # Safety
/// `text` is as `input` asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_session_open(lane: u32, text: *const u8, text_bytes: u32) -> i32 {
    // SAFETY: by this function's contract.
    let bytes = unsafe { input(text, text_bytes) };
    guarded(|| {
        let open = LANES.get(lane)?;
        let session = Session::open(&open.home.store, &open.lane, self::text(bytes)?);
        let session = session.map_err(|_too_many| Status::MaxClients)?;
        let face = session.face().clone();
        let handle = SESSIONS.insert(session)?;
        face.handle.store(handle, SeqCst);
        locked(&open.sessions).push(handle);
        Ok(handle as i32)
    })
}

/// Closes a session.
#[unsafe(no_mangle)]
pub extern "C" fn nkv_session_close(session: u32) -> i32 {
    guarded(|| {
        SESSIONS.remove(session)?.close();
        Ok(0)
    })
}

/// Runs every complete command of what waited plus the input.
///
/// # Safety
/// `data` is as `input` asks, `out` as `output` does; `outcome` points at a record that nobody else uses meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_execute(
    session: u32,
    data: *const u8,
    data_bytes: u32,
    out: *mut u8,
    out_capacity: u32,
    outcome: *mut Outcome,
) -> i32 {
    // SAFETY: by this function's contract.
    let (data, out) = unsafe { (input(data, data_bytes), output(out, out_capacity)) };
    // SAFETY: by this function's contract.
    unsafe {
        on_session(session, outcome, |session, outcome| {
            session.execute(data, out, outcome)
        })
    }
}

/// Puts a server command's reply in its place and goes on.
///
/// # Safety
/// As for `nkv_execute`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nkv_answer(
    session: u32,
    reply: *const u8,
    reply_bytes: u32,
    out: *mut u8,
    out_capacity: u32,
    outcome: *mut Outcome,
) -> i32 {
    // SAFETY: by this function's contract.
    let (reply, out) = unsafe { (input(reply, reply_bytes), output(out, out_capacity)) };
    // SAFETY: by this function's contract.
    unsafe {
        on_session(session, outcome, |session, outcome| {
            session.answer(reply, out, outcome)
        })
    }
}

/// Runs `body` inside a session. After a panic the session is not used again, and the store's log says where it was.
///
/// # Safety
/// `outcome` is null or points at a record that nobody else uses meanwhile.
#[inline(always)]
unsafe fn on_session(
    handle: u32,
    outcome: *mut Outcome,
    body: impl FnOnce(&mut Session, &mut Outcome) -> i32,
) -> i32 {
    let mut record = Outcome::default();
    let result = SESSIONS.enter(handle).and_then(|mut inside| {
        let session = inside.get()?;
        session.face().lane.counters.boundary_calls.add(1);
        let run = AssertUnwindSafe(|| body(session, &mut record));
        std::panic::catch_unwind(run).map_err(|panic| {
            let text = format!("a command failed inside core: {}", panic_text(&*panic));
            inside.get().map_or(Status::Panic, |session| {
                session.store().log("warning", &text);
                Status::Panic
            })
        })
    });
    let result = result.unwrap_or_else(Status::result);
    if !outcome.is_null() {
        // SAFETY: by this function's contract; the caller's buffer may be aligned to bytes only.
        unsafe { outcome.write_unaligned(record) };
    }
    result
}
