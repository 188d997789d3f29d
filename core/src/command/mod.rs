//! Commands: look up, check, lock, run.
//!
//! It may not know sockets or buffers: arguments come borrowed, replies go to a sink. `dispatch` finds a request's command,
//! checks it and takes its locks; a family's handler receives one `Call`, with its keys locked and its clock frozen, and
//! never locks, reads the time or waits.
//!
//! Invariant: whatever a handler answers, its locks are given back before the next request is parsed.

pub mod bitmap;
pub mod blocking;
pub mod call;
pub mod connection;
mod describe;
pub mod dispatch;
mod elements;
pub mod flags;
pub mod generic;
pub mod geo;
pub mod hash;
pub mod hyperloglog;
pub mod introspect;
pub mod keys;
pub mod list;
pub mod lookup;
pub mod notify;
pub mod numa;
pub mod pubsub;
pub mod server;
pub mod set;
pub mod spec;
pub mod string;
pub mod table;
pub mod transaction;
mod usage;
pub mod zset;

pub use call::{Answer, Args, Call, Error};
pub use dispatch::{Context, Flow};
