//! What a lane's look-ups found while somebody records accesses: a ring of records between the lane's owner and whoever drains it.
//!
//! It may not know keys beyond their hash. Invariants: only the lane's owner writes and it never waits: what finds no room is counted
//! as dropped; one thread at a time drains; `taken <= written <= taken + RECORDS`.

use core::sync::atomic::{AtomicU64, Ordering::*};
use std::sync::OnceLock;

/// Records the ring holds.
const RECORDS: usize = 1 << 16;
/// Bytes of a record: two little-endian words.
pub const TAP_RECORD_BYTES: usize = 16;

/// One access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Names the key, its database included.
    pub name: u64,
    /// Milliseconds since the recording began, modulo 2^32.
    pub elapsed_ms: u32,
    /// Index of the node whose CPUs it came from; `None` for a lane without one.
    pub node: Option<u32>,
    /// The value's type as a number, 0-6.
    pub kind: u32,
    /// Whether the key was looked up to be changed.
    pub is_write: bool,
    /// Pool bytes of key and value.
    pub bytes: usize,
}

/// Node index of an access without one.
const NO_NODE: u32 = 63;
/// Sizes are told in so many bytes, rounded up.
const SIZE_UNIT: usize = 16;
const SIZE_MAX: usize = (1 << 22) - 1;

impl Access {
    /// The second word: milliseconds (32 bits), node (6), type (3), write (1), size (22).
    fn word(self) -> u64 {
        let node = self.node.map_or(NO_NODE, |node| node.min(NO_NODE));
        let size = self.bytes.div_ceil(SIZE_UNIT).min(SIZE_MAX) as u64;
        u64::from(self.elapsed_ms)
            | u64::from(node) << 32
            | u64::from(self.kind & 7) << 38
            | u64::from(self.is_write) << 41
            | size << 42
    }
}

/// The ring.
#[derive(Default)]
pub struct Tap {
    /// Two words a record; made when the first recording begins.
    words: OnceLock<Box<[AtomicU64]>>,
    written: AtomicU64,
    taken: AtomicU64,
    dropped: AtomicU64,
}

impl Tap {
    /// Makes room for records and forgets what an earlier recording left. One thread at a time, and none that drains.
    pub fn prepare(&self) {
        self.words
            .get_or_init(|| (0..2 * RECORDS).map(|_| AtomicU64::new(0)).collect());
        self.taken.store(self.written.load(Acquire), Release);
        self.dropped.store(0, Relaxed);
    }

    /// Records an access. Only the lane's owner calls this.
    pub fn note(&self, access: Access) {
        let Some(words) = self.words.get() else {
            return;
        };
        let at = self.written.load(Relaxed);
        if at - self.taken.load(Acquire) >= RECORDS as u64 {
            self.dropped.store(self.dropped.load(Relaxed) + 1, Relaxed);
            return;
        }
        let index = 2 * (at as usize % RECORDS);
        words[index].store(access.name, Relaxed);
        words[index + 1].store(access.word(), Relaxed);
        self.written.store(at + 1, Release);
    }

    /// Moves records into `out`, the oldest first, as many as there are or fit. Returns the bytes.
    pub fn drain(&self, out: &mut [u8]) -> usize {
        let Some(words) = self.words.get() else {
            return 0;
        };
        let taken = self.taken.load(Relaxed);
        let there = (self.written.load(Acquire) - taken) as usize;
        let count = there.min(out.len() / TAP_RECORD_BYTES);
        for (step, record) in out
            .chunks_exact_mut(TAP_RECORD_BYTES)
            .take(count)
            .enumerate()
        {
            let index = 2 * ((taken as usize + step) % RECORDS);
            record[..8].copy_from_slice(&words[index].load(Relaxed).to_le_bytes());
            record[8..].copy_from_slice(&words[index + 1].load(Relaxed).to_le_bytes());
        }
        self.taken.store(taken + count as u64, Release);
        count * TAP_RECORD_BYTES
    }

    /// Accesses that found no room since the recording began.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(name: u64) -> Access {
        Access {
            name,
            elapsed_ms: 1234,
            node: Some(1),
            kind: 4,
            is_write: true,
            bytes: 100,
        }
    }

    #[test]
    fn a_record_says_what_was_noted() {
        let tap = Tap::default();
        tap.note(access(1));
        tap.prepare();
        tap.note(access(7));
        let mut out = [0; 64];
        assert_eq!(tap.drain(&mut out), TAP_RECORD_BYTES);
        assert_eq!(out[..8], 7u64.to_le_bytes());
        let word = u64::from_le_bytes(out[8..16].try_into().unwrap());
        assert_eq!(word & 0xffff_ffff, 1234);
        assert_eq!((word >> 32 & 63, word >> 38 & 7, word >> 41 & 1), (1, 4, 1));
        assert_eq!(word >> 42, 7, "100 bytes are 7 units of 16");
        let nobody = Access {
            node: None,
            bytes: usize::MAX,
            ..access(0)
        };
        assert_eq!(
            (nobody.word() >> 32 & 63, nobody.word() >> 42),
            (63, SIZE_MAX as u64)
        );
    }

    #[test]
    fn what_finds_no_room_is_counted_and_order_is_kept() {
        let tap = Tap::default();
        tap.prepare();
        (0..RECORDS as u64 + 5).for_each(|name| tap.note(access(name)));
        assert_eq!(tap.dropped(), 5);
        let mut out = vec![0; 1000 * TAP_RECORD_BYTES + 7];
        let mut next = 0;
        loop {
            let bytes = tap.drain(&mut out);
            for record in out[..bytes].chunks_exact(TAP_RECORD_BYTES) {
                assert_eq!(record[..8], u64::to_le_bytes(next));
                next += 1;
            }
            match bytes {
                0 => break,
                _ => tap.note(access(RECORDS as u64 + next)),
            }
            if next > 2000 {
                break;
            }
        }
        assert!(next > 2000);
        tap.prepare();
        assert_eq!((tap.drain(&mut out), tap.dropped()), (0, 0));
    }

    #[test]
    fn one_writes_while_another_drains() {
        let tap = Tap::default();
        tap.prepare();
        let count = 3 * RECORDS as u64;
        std::thread::scope(|scope| {
            scope.spawn(|| (0..count).for_each(|name| tap.note(access(name))));
            let mut out = vec![0; 512 * TAP_RECORD_BYTES];
            let (mut seen, mut last) = (0, None);
            while seen + tap.dropped() < count {
                let bytes = tap.drain(&mut out);
                for record in out[..bytes].chunks_exact(TAP_RECORD_BYTES) {
                    let name = u64::from_le_bytes(record[..8].try_into().unwrap());
                    assert!(last < Some(name));
                    last = Some(name);
                    seen += 1;
                }
            }
        });
    }
}
