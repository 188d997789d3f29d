//! What was unlinked and waits to be freed: big values and whole tables, taken apart in bounded steps by the keeper.
//!
//! It may not know who unlinked them. Invariant: what is queued is out of every table, and `pending` counts its objects.

use crate::keyspace::free_step;
use crate::object::entry::Entry;
use crate::object::value;
use crate::pool::Pool;
use crate::sync::locked;
use crate::table::Table;
use core::sync::atomic::{AtomicU64, Ordering::*};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

/// Pieces of a value freed between two looks at the clock.
const PIECES_A_STEP: usize = 256;

/// Something unlinked that waits to be freed.
enum Garbage {
    /// A whole table, and how far it is dismantled.
    Table(Box<Table>, usize),
    /// One entry with what it owns, and how far that is freed.
    Entry(Entry, u64),
}

// SAFETY: garbage is out of every table: whoever holds it is alone with it.
unsafe impl Send for Garbage {}

/// What waits to be freed.
#[derive(Default)]
pub struct LazyFree {
    queue: Mutex<VecDeque<Garbage>>,
    pending: AtomicU64,
    freed: AtomicU64,
    /// Held while the keeper frees, and by those who need the pool at rest.
    freeing: Mutex<()>,
}

impl LazyFree {
    /// Keeps the keeper from freeing until the guard is dropped. Waits for the slice under way, a quarter of a tick at
    /// most.
    pub fn hold_still(&self) -> MutexGuard<'_, ()> {
        locked(&self.freeing)
    }

    /// Counts what was freed in the background from zero again.
    pub fn reset(&self) {
        self.freed.store(0, Relaxed);
    }

    /// Objects that wait.
    pub fn pending(&self) -> u64 {
        self.pending.load(Relaxed)
    }

    /// Objects freed in the background since the start.
    pub fn freed(&self) -> u64 {
        self.freed.load(Relaxed)
    }

    fn push(&self, garbage: Garbage, objects: u64) {
        self.pending.fetch_add(objects, Relaxed);
        locked(&self.queue).push_back(garbage);
    }

    /// Frees an entry that no table leads to any more; a big one in the background when `lazily`.
    pub fn dispose(&self, pool: &Pool, entry: Entry, lazily: bool) {
        if lazily && value::is_big(entry) {
            self.push(Garbage::Entry(entry, 0), 1);
        } else {
            // SAFETY: the caller has taken it out of its table.
            unsafe { entry.free(pool) };
        }
    }

    /// Frees the tables of a flushed database, in the background when `lazily`.
    pub fn dispose_tables(&self, pool: &Pool, tables: Vec<Table>, lazily: bool) {
        for mut table in tables {
            if table.slots() == 0 {
                continue;
            }
            if lazily {
                let keys = table.len() as u64;
                self.push(Garbage::Table(Box::new(table), 0), keys);
            } else {
                let mut cursor = 0;
                while free_step(pool, &mut table, &mut cursor) {}
            }
        }
    }

    /// Frees waiting garbage until `until`; `false` when none is left.
    pub fn free_until(&self, pool: &Pool, until: Instant) -> bool {
        let _freeing = locked(&self.freeing);
        loop {
            let Some(garbage) = locked(&self.queue).pop_front() else {
                return false;
            };
            match self.free(pool, garbage, until) {
                Ok(objects) => {
                    self.freed.fetch_add(objects, Relaxed);
                    self.pending.fetch_sub(objects, Relaxed);
                }
                Err(rest) => locked(&self.queue).push_front(rest),
            }
            if Instant::now() >= until {
                return true;
            }
        }
    }

    /// Frees one piece and answers how many objects that was, or what is left of it at `until`.
    fn free(&self, pool: &Pool, garbage: Garbage, until: Instant) -> Result<u64, Garbage> {
        let (mut table, mut cursor) = match garbage {
            Garbage::Entry(entry, mut cursor) => {
                // SAFETY: whoever queued it had taken it out of its table.
                while unsafe { value::free_step(entry, pool, &mut cursor, PIECES_A_STEP) } {
                    if Instant::now() >= until {
                        return Err(Garbage::Entry(entry, cursor));
                    }
                }
                // SAFETY: as above, and its value is gone.
                unsafe { entry.free_shell(pool) };
                return Ok(1);
            }
            Garbage::Table(table, cursor) => (table, cursor),
        };
        let keys = table.len() as u64;
        while free_step(pool, &mut table, &mut cursor) {
            if Instant::now() >= until {
                return Err(Garbage::Table(table, cursor));
            }
        }
        Ok(keys)
    }
}
