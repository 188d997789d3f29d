//! Sorted sets against a model of the standard library, by seeds, in both layouts, with moves in small steps between
//! random changes.

use super::*;
use crate::pool::PoolOptions;
use rapidhash::v3::rapidhash_v3;
use std::collections::HashMap;

const LIMITS: Limits = Limits {
    entries: 128,
    value: 64,
};

fn hash(member: &[u8]) -> u64 {
    rapidhash_v3(member)
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

struct Model {
    pool: Pool,
    order: [u32; 2],
    set: SortedSet,
    scores: HashMap<Vec<u8>, f64>,
    random: Random,
    members: usize,
    /// A move under way.
    cursor: Option<u64>,
}

impl Model {
    fn new(seed: u64, members: usize) -> Model {
        let pool = Pool::open(&PoolOptions::plain(2)).expect("a pool");
        let set = SortedSet::create(Space::new(&pool, &[0, 1]), LIMITS, 0).expect("room");
        Model {
            pool,
            order: [0, 1],
            set,
            scores: HashMap::new(),
            random: Random(seed),
            members,
            cursor: None,
        }
    }

    fn member(&mut self) -> Vec<u8> {
        let number = self.random.below(self.members);
        match number % 3 {
            0 => number.to_string().into_bytes(),
            1 => format!("member:{number:030}").into_bytes(),
            _ => format!("-{number}x").into_bytes(),
        }
    }

    fn score(&mut self) -> f64 {
        match self.random.below(12) {
            0 => f64::INFINITY,
            1 => f64::NEG_INFINITY,
            2 => 0.1 * self.random.below(100) as f64,
            3 => 1e300 * self.random.below(3) as f64,
            _ => self.random.below(200) as f64 - 100.0,
        }
    }

    fn set(&mut self) {
        let (member, score) = (self.member(), self.score());
        let space = Space::new(&self.pool, &self.order);
        let found = self.set.find(&self.pool, &member, hash);
        assert_eq!(
            found.map(|found| found.score),
            self.scores.get(&member).copied()
        );
        // SAFETY: the test is alone with the set and keeps its word.
        unsafe {
            match found {
                Some(found) => self.set.change_score(space, found, &member, score),
                None => self.set.insert(space, LIMITS, &member, score, hash),
            }
            .expect("room");
        }
        self.scores.insert(member, score);
    }

    fn remove(&mut self) {
        let member = self.member();
        let space = Space::new(&self.pool, &self.order);
        let found = self.set.find(&self.pool, &member, hash);
        assert_eq!(found.is_some(), self.scores.remove(&member).is_some());
        if let Some(found) = found {
            // SAFETY: as above.
            unsafe { self.set.remove(space, found) };
        }
    }

    fn sorted(&self) -> Vec<(f64, Vec<u8>)> {
        let pairs = self
            .scores
            .iter()
            .map(|(member, &score)| (score, member.clone()));
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_by(|one, other| one.partial_cmp(other).expect("numbers"));
        pairs
    }

    fn remove_ranks(&mut self) {
        let start = self.random.below(self.scores.len() + 1) as u64;
        let end = start + self.random.below(30) as u64;
        let sorted = self.sorted();
        for (_, member) in sorted
            .iter()
            .skip(start as usize)
            .take((end - start) as usize)
        {
            self.scores.remove(member);
        }
        let space = Space::new(&self.pool, &self.order);
        // SAFETY: as above.
        unsafe {
            self.set
                .remove_ranks(space, start..end.min(sorted.len() as u64), hash)
        };
    }

    fn step(&mut self) {
        let cursor = match &mut self.cursor {
            Some(cursor) => cursor,
            none => {
                self.order.reverse();
                none.insert(0)
            }
        };
        let space = Space::new(&self.pool, &self.order);
        let budget = 1 + self.random.below(3000);
        // SAFETY: as above.
        let more = unsafe { self.set.relocate_step(space, cursor, budget, hash) };
        if !more.expect("room") {
            self.cursor = None;
        }
    }

    fn arrive(&mut self) {
        while self.cursor.is_some() {
            self.step();
        }
        // What changed during the last move may lie elsewhere: one more without changes.
        self.order.reverse();
        self.step();
        while self.cursor.is_some() {
            self.step();
        }
        let node = self.order[0];
        self.set.visit(&self.pool, &mut |address, _| {
            assert_eq!(self.pool.node_of(address), node);
        });
    }

    fn compare(&self) {
        let sorted = self.sorted();
        self.set.is_valid(&self.pool, hash).expect("valid");
        assert_eq!(self.set.len(), sorted.len() as u64);
        let pair =
            |(member, score): (StringValue<'_>, f64)| (score, member.with_bytes(<[u8]>::to_vec));
        assert!(self.set.walk(0, false).map(pair).eq(sorted.iter().cloned()));
        let last = sorted.len().saturating_sub(1) as u64;
        assert!(
            self.set
                .walk(last, true)
                .map(pair)
                .eq(sorted.iter().rev().cloned())
        );
        for (rank, (_, member)) in sorted.iter().enumerate().step_by(7) {
            assert_eq!(self.set.rank(&self.pool, member, hash), Some(rank as u64));
        }
        let mut bytes = 0;
        self.set.visit(&self.pool, &mut |address, asked| {
            assert!(asked <= self.pool.size_of(address));
            bytes += self.pool.size_of(address) as u64;
        });
        assert_eq!(
            bytes,
            self.pool.used_bytes(),
            "every allocation is visited once"
        );
    }

    fn compare_ranges(&mut self) {
        let sorted = self.sorted();
        for _ in 0..8 {
            let range = ScoreRange {
                min: Bound {
                    value: self.score(),
                    is_exclusive: self.random.below(2) == 0,
                },
                max: Bound {
                    value: self.score(),
                    is_exclusive: self.random.below(2) == 0,
                },
            };
            let below = sorted.iter().filter(|pair| range.is_below(pair.0)).count() as u64;
            let above = sorted.iter().filter(|pair| range.is_above(pair.0)).count();
            assert_eq!(
                self.set.ranks_of_scores(&range),
                below..(sorted.len() - above) as u64
            );
        }
    }

    fn compare_scan(&mut self) {
        let (mut seen, mut cursor) = (HashMap::new(), 0);
        loop {
            cursor = self.set.scan(&self.pool, cursor, 10, |member, _| {
                seen.insert(member.with_bytes(<[u8]>::to_vec), ());
            });
            if cursor == 0 {
                break;
            }
        }
        assert_eq!(seen.len(), self.scores.len());
    }

    fn compare_copy(&self) {
        let copy = self
            .set
            .duplicate(Space::new(&self.pool, &self.order))
            .expect("room");
        copy.is_valid(&self.pool, hash).expect("valid");
        assert!(copy.walk(0, false).eq(self.set.walk(0, false)));
        // SAFETY: nobody else has seen the copy.
        unsafe { copy.free(&self.pool) };
    }

    fn end(self) {
        // SAFETY: nobody else reaches the set.
        unsafe {
            let mut cursor = 0;
            while self.set.free_step(&self.pool, &mut cursor, 50) {}
        }
        self.pool.is_valid().expect("a valid pool");
        assert_eq!(self.pool.used_bytes(), 0);
    }
}

use super::range::Bound;

#[test]
fn a_sorted_set_is_a_map_in_order() {
    for (seed, members) in [(1, 60), (2, 400), (3, 20_000)] {
        let mut model = Model::new(seed, members);
        for (rounds, weight) in [(3_000, 15), (2_000, 10), (2_000, 6), (2_000, 15)] {
            for round in 0..rounds {
                match model.random.below(20) {
                    op if op < weight => model.set(),
                    19 if round % 20 == 0 => model.remove_ranks(),
                    _ => model.remove(),
                }
                if round % 2 == 0 {
                    model.step();
                }
                if round % 500 == 0 {
                    model.compare();
                    model.compare_ranges();
                }
            }
            model.arrive();
            model.compare();
            model.compare_scan();
            model.compare_copy();
        }
        let large = members > 128;
        assert_eq!(model.set.encoding == Encoding::Skiplist, large);
        model.end();
    }
}

#[test]
fn members_of_one_score_are_in_the_order_of_their_bytes() {
    for count in [100, 1000] {
        let mut model = Model::new(7, 1);
        for number in 0..count {
            let member = format!("{:x}", rapidhash_v3(&[number as u8, (number >> 8) as u8]));
            let space = Space::new(&model.pool, &model.order);
            // SAFETY: the test is alone with the set and keeps its word.
            unsafe {
                model
                    .set
                    .insert(space, LIMITS, member.as_bytes(), 0.0, hash)
            }
            .expect("room");
            model.scores.insert(member.into_bytes(), 0.0);
        }
        model.compare();
        let sorted = model.sorted();
        for (min, max) in [("2", "a"), ("0", "zz"), ("ff", "0"), ("8", "8")] {
            for is_exclusive in [false, true] {
                let min = LexBound::At(Bound {
                    value: min.as_bytes(),
                    is_exclusive,
                });
                let max = LexBound::At(Bound {
                    value: max.as_bytes(),
                    is_exclusive,
                });
                let range = LexRange { min, max };
                let below = sorted.iter().filter(|pair| range.is_below(&pair.1)).count() as u64;
                let above = sorted.iter().filter(|pair| range.is_above(&pair.1)).count();
                let expected = below..(sorted.len() - above) as u64;
                assert_eq!(model.set.ranks_of_members(&range), expected);
            }
        }
        let all = LexRange {
            min: LexBound::Lowest,
            max: LexBound::Highest,
        };
        assert_eq!(model.set.ranks_of_members(&all), 0..count);
        model.end();
    }
}

#[test]
fn a_set_without_memory_stays_as_it_was() {
    let mut options = PoolOptions::plain(1);
    options.windows[0].capacity_bytes = Some(1 << 20);
    let pool = Pool::open(&options).expect("a pool");
    let space = Space::new(&pool, &[0]);
    let mut set = SortedSet::create(space, LIMITS, 0).expect("room");
    let mut count = 0_u64;
    for number in 0..200_000_u64 {
        let member = format!("member:{number}");
        // SAFETY: the test is alone with the set.
        match unsafe { set.insert(space, LIMITS, member.as_bytes(), number as f64, hash) } {
            Ok(()) => count += 1,
            Err(Full) => break,
        }
    }
    assert!(count > 1000 && count < 200_000);
    assert_eq!(set.len(), count);
    set.is_valid(&pool, hash).expect("valid");
    assert!(set.duplicate(space).is_err());
    set.is_valid(&pool, hash).expect("valid");
    // SAFETY: nobody else reaches the set.
    unsafe { set.free(&pool) };
    pool.is_valid().expect("a valid pool");
    assert_eq!(pool.used_bytes(), 0);
}
