//! What strategies decide, on its way down: the placement plan, and moves.
//!
//! It may not know who decided, or why. Invariant: what cannot be read whole changes nothing.

use crate::abi::JobStatus;
use crate::jobs::Task;
use crate::lane::Lane;
use crate::placement::Plan;
use crate::store::Store;
use std::time::{Duration, Instant};

/// How long a plan waits for the keyspace.
const PLACE_WAIT_MAX: Duration = Duration::from_millis(50);

/// Why something was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It makes no sense; the sentence says why.
    Wrong(String),
    /// Not now.
    Later,
    /// Too much waits already.
    Full,
}

/// The 32-bit words of little-endian bytes.
fn words(bytes: &[u8]) -> Result<Vec<u32>, Refusal> {
    let words = bytes.chunks_exact(4);
    if !words.remainder().is_empty() {
        let reason = format!("{} bytes are no whole number of words", bytes.len());
        return Err(Refusal::Wrong(reason));
    }
    let word = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    Ok(words.map(word).collect())
}

/// Puts the plan in `bytes` in force, or none when they are none. `lane` is free.
pub fn place(store: &Store, lane: &Lane, bytes: &[u8]) -> Result<(), Refusal> {
    let words = words(bytes)?;
    let plan = if words.is_empty() {
        None
    } else {
        let topology = &store.topology;
        let plan = Plan::read(&words, topology.nodes.len(), |id| topology.index_of(id));
        Some(plan.map_err(Refusal::Wrong)?)
    };
    let (locks, began) = (&store.keyspace.locks, Instant::now());
    while !locks.lock_world(lane.seat) {
        if began.elapsed() > PLACE_WAIT_MAX {
            return Err(Refusal::Later);
        }
    }
    // SAFETY: the world is held exclusively.
    unsafe { store.keyspace.placement.replace(plan) };
    locks.unlock_world();
    Ok(())
}

/// Adds a job for the moves in `bytes` and answers its number.
pub fn move_keys(store: &Store, mut bytes: &[u8]) -> Result<u64, Refusal> {
    let wrong = |reason: String| Refusal::Wrong(reason);
    let mut moves = Vec::new();
    while !bytes.is_empty() {
        let number = moves.len();
        let cut = || wrong(format!("move {number} is cut short"));
        let (head, rest) = bytes.split_at_checked(12).ok_or_else(cut)?;
        let head = words(head)?;
        let (key, rest) = rest.split_at_checked(head[2] as usize).ok_or_else(cut)?;
        let node = store.topology.index_of(head[1]);
        let node = node.ok_or_else(|| wrong(format!("there is no node {}", head[1])))?;
        if head[0] >= store.keyspace.databases() {
            return Err(wrong(format!("there is no database {}", head[0])));
        }
        moves.push((head[0], key.into(), node));
        bytes = rest;
    }
    let job = store.jobs.submit(Task::Moves(moves), None, false);
    job.map(|job| job.id).ok_or(Refusal::Full)
}

/// How a job stands; `None` when there is none of that number, or it is forgotten.
pub fn job_status(store: &Store, id: u32) -> Option<JobStatus> {
    let jobs = store.jobs.list();
    let job = jobs.iter().find(|job| job.id == u64::from(id))?;
    Some(job.status())
}

#[cfg(test)]
mod tests;
