//! The moves of late, by key: when each key was moved, how often, and from where.
//!
//! A table of bounded size without names: a key whose place another takes is forgotten early, and so is one that was not
//! moved for a while. Keys of one name in two databases are one here. Invariant: nothing is remembered that was not moved, but for two keys in 2^43 that look alike.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A key that comes back within so many seconds to where it left has gone to and fro.
const PING_PONG_SECONDS: u64 = 60;
/// A key that was not moved for so many seconds counts as never moved.
const REMEMBERED_SECONDS: u64 = 600;
/// Keys that are remembered at most: a power of two.
const PLACES: usize = 1 << 16;

const TAG_SHIFT: u32 = 37;
const MOVES_SHIFT: u32 = 32;
const MOVES_MAX: u64 = 31;
const SOURCE_SHIFT: u32 = 24;
const CLOCK_MASK: u64 = (1 << SOURCE_SHIFT) - 1;

/// What is remembered of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastMoves {
    /// How often it was moved, 31 at most.
    pub moves: u32,
    /// Seconds since the last time.
    pub seconds: u32,
    /// Index of the node it left then.
    pub source: u32,
}

/// See the module. A word is 27 bits of hash, 5 of the number of moves, 8 of the node left, 24 of the second.
pub struct Recent(Box<[AtomicU64]>);

impl Default for Recent {
    fn default() -> Recent {
        Recent((0..PLACES).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Recent {
    fn place(&self, hash: u64) -> &AtomicU64 {
        &self.0[hash as usize % PLACES]
    }

    /// Remembers that a key left `source` for `target` at second `clock`; whether it had left that a short while ago.
    pub fn note(&self, hash: u64, source: u32, target: u32, clock: u32) -> bool {
        let before = self.past(hash, clock);
        let moves = before.map_or(1, |past| u64::from(past.moves) + 1);
        let word = hash >> TAG_SHIFT << TAG_SHIFT
            | moves.min(MOVES_MAX) << MOVES_SHIFT
            | u64::from(source) << SOURCE_SHIFT
            | u64::from(clock) & CLOCK_MASK;
        self.place(hash).store(word, Relaxed);
        before.is_some_and(|past| {
            past.source == target && u64::from(past.seconds) < PING_PONG_SECONDS
        })
    }

    /// What is remembered of the key of `hash` at second `clock`.
    pub fn past(&self, hash: u64, clock: u32) -> Option<PastMoves> {
        let word = self.place(hash).load(Relaxed);
        let moves = word >> MOVES_SHIFT & MOVES_MAX;
        let seconds = u64::from(clock).wrapping_sub(word) & CLOCK_MASK;
        let is_it = moves > 0 && word >> TAG_SHIFT == hash >> TAG_SHIFT;
        (is_it && seconds < REMEMBERED_SECONDS).then_some(PastMoves {
            moves: moves as u32,
            seconds: seconds as u32,
            source: (word >> SOURCE_SHIFT & 0xff) as u32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_key_is_remembered_for_a_while_with_its_moves_counted() {
        let recent = Recent::default();
        assert_eq!(recent.past(7, 100), None);
        assert!(!recent.note(7, 0, 1, 100), "it went");
        assert!(recent.note(7, 1, 0, 130), "it came back");
        assert!(!recent.note(7, 0, 2, 135), "it went on");
        assert!(!recent.note(7, 2, 0, 200), "it came back late");
        let past = PastMoves {
            moves: 4,
            seconds: 5,
            source: 2,
        };
        assert_eq!(recent.past(7, 205), Some(past));
        assert_eq!(recent.past(7, 800), None, "forgotten");
        assert!(!recent.note(7, 0, 1, 900));
        assert_eq!(recent.past(7, 900).map(|past| past.moves), Some(1));
    }

    #[test]
    fn the_clock_may_go_round() {
        let recent = Recent::default();
        recent.note(1 << 40, 3, 1, (1 << 24) - 2);
        let past = recent.past(1 << 40, 4).expect("six seconds later");
        assert_eq!((past.seconds, past.source), (6, 3));
    }

    #[test]
    fn random_moves_are_told_as_a_map_has_them_or_not_at_all() {
        let recent = Recent::default();
        let mut reference: HashMap<u64, (u32, u32, u32)> = HashMap::new();
        let mut state = 1u64;
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        let (mut told, mut untold) = (0, 0);
        for clock in 1..60_000 {
            let hash = (draw(40_000) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let source = draw(64) as u32;
            recent.note(hash, source, 64, clock);
            let (moves, at, _) = reference.get(&hash).copied().unwrap_or_default();
            let moves = if moves > 0 && u64::from(clock - at) < REMEMBERED_SECONDS {
                moves + 1
            } else {
                1
            };
            reference.insert(hash, (moves, clock, source));
            let asked = (draw(40_000) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let Some(past) = recent.past(asked, clock) else {
                let is_recent = |at| u64::from(clock - at) < REMEMBERED_SECONDS;
                untold += u32::from(reference.get(&asked).is_some_and(|one| is_recent(one.1)));
                continue;
            };
            let (moves, at, source) = reference[&asked];
            assert!(past.moves <= moves && past.moves > 0);
            assert_eq!((past.seconds, past.source), (clock - at, source));
            told += 1;
        }
        assert!(told > 500 && untold * 20 < told, "{told} {untold}");
    }
}
