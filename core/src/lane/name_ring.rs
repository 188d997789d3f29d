//! Keys a lane came upon since somebody asked: a ring of names, written where a look-up stores its access anyway.
//!
//! It may not know keys beyond their database and hash. Invariants: only the lane's owner writes, and it never waits; what
//! nobody collected in time is overwritten; a name that is torn between two is that of no key, or of another one, so
//! whoever reads it looks the key up.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::*};

/// The ring.
pub struct NameRing {
    names: Box<[Name]>,
    written: AtomicU64,
    collected: AtomicU64,
}

#[derive(Default)]
struct Name {
    hash: AtomicU64,
    db: AtomicU32,
}

impl NameRing {
    /// A ring of the latest `capacity` names.
    pub fn new(capacity: usize) -> NameRing {
        NameRing {
            names: (0..capacity).map(|_| Name::default()).collect(),
            written: AtomicU64::new(0),
            collected: AtomicU64::new(0),
        }
    }

    /// Notes a key. Only the lane's owner calls this.
    pub fn note(&self, db: u32, hash: u64) {
        let at = self.written.load(Relaxed);
        let name = &self.names[at as usize % self.names.len()];
        name.hash.store(hash, Relaxed);
        name.db.store(db, Relaxed);
        self.written.store(at + 1, Release);
    }

    /// Takes out what was noted since the last time, the latest first, at most `count`; what is left is forgotten. One
    /// thread at a time calls this.
    pub fn collect(&self, count: usize) -> impl Iterator<Item = (u32, u64)> {
        let written = self.written.load(Acquire);
        let from = self.collected.swap(written, Relaxed);
        let fresh = (written - from).min(self.names.len() as u64);
        let fresh = fresh.min(count as u64);
        (written - fresh..written).rev().map(|at| {
            let name = &self.names[at as usize % self.names.len()];
            (name.db.load(Relaxed), name.hash.load(Relaxed))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPACITY: usize = 256;

    #[test]
    fn the_latest_come_first_and_each_once() {
        let news = NameRing::new(CAPACITY);
        (0..5).for_each(|hash| news.note(1, hash));
        assert!(news.collect(2).eq([(1, 4), (1, 3)]));
        assert_eq!(news.collect(9).count(), 0, "what was left is forgotten");
        (0..3 * CAPACITY as u64).for_each(|hash| news.note(2, hash));
        let all: Vec<u64> = news.collect(usize::MAX).map(|(_, hash)| hash).collect();
        assert_eq!(all.len(), CAPACITY);
        let last = 3 * CAPACITY as u64 - 1;
        assert_eq!(
            (all[0], all[CAPACITY - 1]),
            (last, last + 1 - CAPACITY as u64)
        );
    }
}
