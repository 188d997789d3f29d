//! Picking slots at random, each with the same chance.
//!
//! It may not know what slots lead to. Invariant: as every try chooses a directory entry evenly and then one of as many lines
//! as the largest segment has, of which the entry's segment may lack some, each line of the table is met equally often.

use super::Table;
use super::segment::{LINE_SLOTS, LINES_MAX, Slot};
use crate::pool::Pool;
use std::collections::HashSet;

/// Tries before a table is taken to be nearly empty and is walked instead. A table that has not shrunk needs two or three.
const TRIES_MAX: u32 = 400;

impl Table {
    /// One slot in use, every one with the same chance; `random` gives random words.
    pub fn pick(&self, pool: &Pool, mut random: impl FnMut() -> u64) -> Option<Slot> {
        if self.is_empty() {
            return None;
        }
        for _ in 0..TRIES_MAX {
            let word = random();
            let index = self.index(word);
            let link = self.link(index)?;
            let segment = Table::segment(link, pool);
            let (_, sharers) = self.range(index, link.depth());
            let lines = match self.depth {
                0 => segment.lines() as u64,
                _ => LINES_MAX as u64 * sharers as u64,
            };
            let line = ((word & 0xffff_ffff) * lines) >> 32;
            if line < segment.lines() as u64 {
                let index = (word >> 32) as usize % LINE_SLOTS;
                let slot = segment.slot_in(line as u32, index);
                if !slot.is_empty() {
                    return Some(slot);
                }
            }
        }
        let nth = below(random(), self.len());
        self.all(pool).nth(nth)
    }

    /// `count` different slots in use, every choice of them with the same chance; all of them when there are no more.
    pub fn choose(&self, pool: &Pool, count: usize, mut random: impl FnMut() -> u64) -> Vec<Slot> {
        /// With fewer slots than so many for each wanted, going over all of them once is cheaper than picking.
        const PICKING_MIN: usize = 3;
        let count = count.min(self.len());
        if count.saturating_mul(PICKING_MIN) >= self.len() {
            let mut lottery = Lottery::new(count, self.len());
            let wins = |_: &Slot| lottery.draw(random());
            return self.all(pool).filter(wins).collect();
        }
        let mut seen = HashSet::with_capacity(count);
        let mut chosen = Vec::with_capacity(count);
        while chosen.len() < count {
            let Some(slot) = self.pick(pool, &mut random) else {
                break;
            };
            if seen.insert((slot.is_inline(), slot.payload())) {
                chosen.push(slot);
            }
        }
        chosen
    }
}

/// Chooses `wanted` of `left` that come by one after the other, every choice with the same chance (Knuth's algorithm S).
#[derive(Clone, Copy, Debug)]
pub struct Lottery {
    wanted: usize,
    left: usize,
}

impl Lottery {
    /// `wanted` of `total` are to be chosen.
    pub const fn new(wanted: usize, total: usize) -> Lottery {
        Lottery {
            wanted,
            left: total,
        }
    }

    /// Whether the next one is chosen; `random` is a random word.
    pub fn draw(&mut self, random: u64) -> bool {
        let wins = self.left > 0 && below(random, self.left) < self.wanted;
        self.left = self.left.saturating_sub(1);
        self.wanted -= wins as usize;
        wins
    }
}

/// A number below `end` made of a random word.
#[inline]
pub const fn below(random: u64, end: usize) -> usize {
    ((random as u128 * end as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::PoolOptions;
    use crate::pool::space::Space;

    fn words(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        }
    }

    fn hash_of(payload: u64) -> u64 {
        words(payload)()
    }

    fn table(pool: &Pool, count: u64) -> Table {
        let (mut table, space) = (Table::default(), Space::new(pool, &[0]));
        for payload in 0..count {
            let hash = hash_of(payload);
            let slot = Slot::inline(hash as u16, payload);
            let inserted = table.insert(space, hash, slot, |slot| hash_of(slot.payload()));
            inserted.expect("room");
        }
        table
    }

    /// Chi-square of `counts` against an even spread, in standard deviations from its mean.
    fn unevenness(counts: &[u32]) -> f64 {
        let total: u32 = counts.iter().sum();
        let mean = total as f64 / counts.len() as f64;
        let chi: f64 = counts
            .iter()
            .map(|&count| (count as f64 - mean).powi(2) / mean)
            .sum();
        let freedom = counts.len() as f64 - 1.0;
        (chi - freedom) / (2.0 * freedom).sqrt()
    }

    #[test]
    fn every_slot_is_picked_equally_often_at_every_size() {
        for count in [1, 5, 100, 1000, 6000] {
            let pool = Pool::open(&PoolOptions::plain(1)).expect("a pool");
            let table = table(&pool, count);
            let mut random = words(7);
            let mut counts = vec![0; count as usize];
            for _ in 0..count * 50 {
                let slot = table.pick(&pool, &mut random).expect("not empty");
                counts[slot.payload() as usize] += 1;
            }
            if count > 1 {
                let sigmas = unevenness(&counts);
                assert!(sigmas.abs() < 5.0, "{count} slots: {sigmas} sigmas");
            }
        }
    }

    #[test]
    fn choices_are_distinct_whole_and_even() {
        let pool = Pool::open(&PoolOptions::plain(1)).expect("a pool");
        let table = table(&pool, 300);
        let mut random = words(9);
        for wanted in [0, 1, 20, 99, 101, 250, 300, 1000] {
            let mut counts = vec![0; 300];
            for _ in 0..300 {
                let chosen = table.choose(&pool, wanted, &mut random);
                let mut payloads: Vec<_> = chosen.iter().map(|slot| slot.payload()).collect();
                assert_eq!(payloads.len(), wanted.min(300));
                payloads.sort_unstable();
                payloads.dedup();
                assert_eq!(payloads.len(), wanted.min(300));
                payloads.iter().for_each(|&it| counts[it as usize] += 1);
            }
            if (1..300).contains(&wanted) {
                // Drawn without putting back, they spread a little more evenly than chi-square expects.
                assert!(unevenness(&counts) < 5.0, "{wanted} of 300");
            }
        }
    }

    #[test]
    fn a_table_that_has_nearly_emptied_still_finds_its_last_slots() {
        let pool = Pool::open(&PoolOptions::plain(1)).expect("a pool");
        let mut table = table(&pool, 20_000);
        for payload in 3..20_000 {
            let hash = hash_of(payload);
            let found = table.find(&pool, hash, |slot| slot.payload() == payload);
            table.remove(&pool, found.expect("it is there"), hash);
        }
        let mut random = words(1);
        let mut seen = [0; 3];
        for _ in 0..300 {
            seen[table.pick(&pool, &mut random).expect("three").payload() as usize] += 1;
        }
        assert!(seen.iter().all(|&count| count > 50), "{seen:?}");
        assert_eq!(table.choose(&pool, 9, random).len(), 3);
    }
}
