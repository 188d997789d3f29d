//! NUMA COMPACT: what lies thinly is moved together now, and what becomes free is given back.
//!
//! The compactor does it in bounded steps; this client waits for it, no other does. Invariant: the answer comes once, and
//! tells of a compaction that began after the question.

use super::node_index;
use crate::client::waiter::Nothing;
use crate::command::{Answer, Call, Error};

const MAY_NOT_WAIT: &str = "ERR NUMA COMPACT waits, which this client may not do here";

/// `NUMA COMPACT [node]`: a map of what was given back and moved.
pub fn numa_compact(call: &mut Call<'_, '_>) -> Answer {
    let node = match call.args.len() {
        2 => None,
        3 => Some(node_index(call, 2)?),
        _ => return call.syntax_error(),
    };
    if call.client.deny_blocking {
        return Err(Error::of(MAY_NOT_WAIT));
    }
    call.wait_for(core::iter::empty(), None, Nothing::NullArray);
    if let Some(waiter) = &call.client.waiter {
        call.store.compaction.inbox.ask(node, waiter.clone());
    }
    Ok(())
}
