//! Errands: work that takes too long for a listener, done one after the other by a thread of core while its client waits.
//!
//! It may not know what any of them does. Invariants: errands run in the order they were given, each once, and only while
//! somebody runs them; nobody takes one after the stop.

use super::Store;
use crate::sync::locked;
use core::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};
use std::time::Instant;

/// Errands that may wait; more are refused.
const ERRANDS_MAX: usize = 1024;

/// One piece of work.
pub type Errand = Box<dyn FnOnce(&Store) + Send>;

/// What waits to be done.
#[derive(Default)]
pub struct Errands {
    queue: Mutex<VecDeque<Errand>>,
    rung: Condvar,
    is_run: AtomicBool,
    is_stopped: AtomicBool,
}

impl Errands {
    /// A thread runs them from now on.
    pub fn begin(&self) {
        self.is_run.store(true, SeqCst);
    }

    /// Whether a thread runs them.
    pub fn is_run(&self) -> bool {
        self.is_run.load(SeqCst) && !self.is_stopped.load(SeqCst)
    }

    /// Gives one to the thread. It comes back when nobody would run it, or too many wait.
    pub fn give(&self, errand: Errand) -> Result<(), Errand> {
        let mut queue = locked(&self.queue);
        if !self.is_run() || queue.len() >= ERRANDS_MAX {
            return Err(errand);
        }
        queue.push_back(errand);
        self.rung.notify_one();
        Ok(())
    }

    /// Takes the next one, waiting for it until `until` at most.
    pub fn take(&self, until: Instant) -> Option<Errand> {
        let mut queue = locked(&self.queue);
        loop {
            if self.is_stopped.load(SeqCst) {
                return None;
            }
            if let Some(errand) = queue.pop_front() {
                return Some(errand);
            }
            let now = Instant::now();
            if now >= until {
                return None;
            }
            let sleep = self.rung.wait_timeout(queue, until - now);
            queue = sleep.unwrap_or_else(|e| e.into_inner()).0;
        }
    }

    /// Ends them: long ones are to end soon, the others are not begun.
    pub fn stop(&self) {
        let mut queue = locked(&self.queue);
        self.is_stopped.store(true, SeqCst);
        queue.clear();
        self.rung.notify_all();
    }

    /// Whether the end has come.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn errands_are_taken_in_order_and_none_after_the_stop() {
        let errands = Errands::default();
        assert!(errands.give(Box::new(|_| {})).is_err(), "nobody runs them");
        errands.begin();
        let soon = || Instant::now() + Duration::from_millis(1);
        assert!(errands.take(soon()).is_none());
        for _ in 0..ERRANDS_MAX {
            assert!(errands.give(Box::new(|_| {})).is_ok());
        }
        assert!(errands.give(Box::new(|_| {})).is_err(), "too many wait");
        assert!(errands.take(soon()).is_some());
        assert!(errands.give(Box::new(|_| {})).is_ok());
        errands.stop();
        assert!(errands.take(soon()).is_none() && !errands.is_run());
        assert!(errands.give(Box::new(|_| {})).is_err());
    }
}
