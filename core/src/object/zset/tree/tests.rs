//! The tree against an ordered set of the standard library, by seeds.

use super::*;
use crate::pool::space::{Full, Space};
use crate::pool::{Pool, PoolOptions};
use std::collections::BTreeSet;

/// splitmix64.
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

/// A score in an order the standard library has; -0 and 0 are one.
fn ordered(score: f64) -> i64 {
    let bits = (score + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

type Key = (i64, Vec<u8>);

fn key_of(element: Element) -> Key {
    (ordered(element.score()), element.member().to_vec())
}

/// A tree, its elements, and what they should be.
struct Model {
    pool: Pool,
    order: Vec<u32>,
    tree: Tree,
    elements: Vec<Element>,
    keys: BTreeSet<Key>,
    random: Random,
    /// How many scores there are.
    scores: usize,
    serial: usize,
}

impl Model {
    fn new(seed: u64, scores: usize) -> Model {
        Model {
            pool: Pool::open(&PoolOptions::plain(2)).expect("a pool"),
            order: vec![0, 1],
            tree: Tree::EMPTY,
            elements: Vec::new(),
            keys: BTreeSet::new(),
            random: Random(seed),
            scores,
            serial: 0,
        }
    }

    fn score(&mut self) -> f64 {
        match self.random.below(20) {
            0 => f64::INFINITY,
            1 => f64::NEG_INFINITY,
            2 => -0.0,
            _ => self.random.below(self.scores) as f64 - self.scores as f64 / 2.0,
        }
    }

    fn insert(&mut self) {
        let score = self.score();
        self.serial += 1;
        let member = format!("{:x}:{}", self.random.below(1000), self.serial);
        self.insert_as(score, &member);
    }

    fn insert_as(&mut self, score: f64, member: &str) {
        let order = self.order.clone();
        let space = Space::new(&self.pool, &order);
        let element = Element::alloc(space, score, member.as_bytes()).expect("room");
        self.tree.insert(space, element).expect("room");
        self.elements.push(element);
        self.keys.insert(key_of(element));
    }

    fn remove(&mut self) {
        if self.elements.is_empty() {
            return;
        }
        let element = self
            .elements
            .swap_remove(self.random.below(self.elements.len()));
        let space = Space::new(&self.pool, &self.order);
        assert!(self.keys.remove(&key_of(element)));
        self.tree.remove(space, element);
        // SAFETY: the tree has let it go.
        unsafe { element.free(space) };
    }

    fn remove_run(&mut self) {
        let rank = self.random.below(self.elements.len() + 1) as u64;
        let n = 1 + self.random.below(40) as u64;
        let space = Space::new(&self.pool, &self.order);
        let mut run = Vec::new();
        let removed = self
            .tree
            .remove_run(space, rank, n, |element| run.push(element));
        assert_eq!(removed, run.len() as u64);
        assert!(removed <= n && (removed > 0) == ((rank as usize) < self.elements.len()));
        let expected: Vec<Key> = self
            .keys
            .iter()
            .skip(rank as usize)
            .take(run.len())
            .cloned()
            .collect();
        assert_eq!(
            run.iter()
                .map(|&element| key_of(element))
                .collect::<Vec<_>>(),
            expected
        );
        self.elements.retain(|element| !run.contains(element));
        for element in run {
            self.keys.remove(&key_of(element));
            // SAFETY: the tree has let it go.
            unsafe { element.free(space) };
        }
    }

    fn change(&mut self) {
        if self.elements.is_empty() {
            return;
        }
        let element = self.elements[self.random.below(self.elements.len())];
        let near = self.random.below(2) == 0 && element.score().is_finite();
        let score = match near {
            true => element.score() + self.random.below(3) as f64 - 1.0,
            false => self.score(),
        };
        self.keys.remove(&key_of(element));
        let space = Space::new(&self.pool, &self.order);
        self.tree.change_score(space, element, score).expect("room");
        assert_eq!(element.score(), score);
        self.keys.insert(key_of(element));
    }

    fn look(&mut self) {
        let rank = self.random.below(self.elements.len() + 1);
        let expected = self.keys.iter().nth(rank);
        let found = self.tree.place_of_rank(rank as u64);
        assert_eq!(found.is_some(), expected.is_some());
        let (Some(path), Some(expected)) = (found, expected) else {
            return;
        };
        let element = path.ascending().ascend().expect("there is one");
        assert_eq!(&key_of(element), expected);
        assert_eq!(
            (path.rank(), self.tree.rank_of(element)),
            (rank as u64, rank as u64)
        );
        let score = self.score();
        let below = self
            .keys
            .iter()
            .filter(|key| key.0 < ordered(score))
            .count();
        let through = self
            .keys
            .iter()
            .filter(|key| key.0 <= ordered(score))
            .count();
        for (after, expected) in [(false, below), (true, through)] {
            let place = self.tree.place_of_score(score, after).expect("not empty");
            assert_eq!(place.rank(), expected as u64);
            let mut descending = place.descending();
            let lower = expected
                .checked_sub(1)
                .and_then(|rank| self.keys.iter().nth(rank));
            assert_eq!(descending.descend().map(key_of).as_ref(), lower);
            assert_eq!(
                place.ascending().ascend().map(key_of).as_ref(),
                self.keys.iter().nth(expected)
            );
        }
    }

    fn relocate(&mut self) {
        self.order.reverse();
        let space = Space::new(&self.pool, &self.order);
        let mut rank = 0;
        while let Some((place, _)) = self.tree.relocate_leaf(space, rank).expect("room") {
            for nth in 0..place.ahead() {
                let old = place.get(nth);
                let copy = Element::alloc(space, old.score(), old.member()).expect("room");
                place.replace(nth, copy);
                let kept = self.elements.iter_mut().find(|element| **element == old);
                *kept.expect("one of ours") = copy;
                // SAFETY: the tree leads to the copy.
                unsafe { old.free(space) };
                assert!(self.tree.leads_to(copy));
            }
            rank += place.ahead() as u64;
            self.tree.is_valid().expect("valid between steps");
        }
        let mut astray = 0;
        let mut see = |address| astray += usize::from(self.pool.node_of(address) != self.order[0]);
        self.tree.visit(&mut |address, _| see(address));
        self.elements
            .iter()
            .for_each(|element| see(element.address()));
        assert_eq!(astray, 0);
    }

    fn check(&self) {
        self.tree.is_valid().expect("a valid tree");
        assert_eq!(self.tree.len(), self.keys.len() as u64);
        let mut ascending = self.tree.ascending();
        let mut walked = Vec::new();
        while let Some(element) = ascending.ascend() {
            walked.push(key_of(element));
        }
        assert!(walked.iter().eq(self.keys.iter()));
        let mut descending = self.tree.descending();
        while let Some(element) = descending.descend() {
            assert_eq!(walked.pop(), Some(key_of(element)));
        }
        assert!(walked.is_empty());
    }

    fn end(mut self) {
        let space = Space::new(&self.pool, &self.order);
        let mut freed = 0;
        loop {
            // SAFETY: the elements go with the tree.
            match unsafe { self.tree.free_leaf(space) } {
                0 => break,
                count => freed += count,
            }
        }
        assert_eq!(freed, self.keys.len());
        self.pool.is_valid().expect("a valid pool");
        assert_eq!(self.pool.used_bytes(), 0, "all memory is back");
    }
}

#[test]
fn a_tree_is_an_ordered_set() {
    for (seed, scores) in [(1, 1), (2, 7), (3, 100_000), (4, 300)] {
        let mut model = Model::new(seed, scores);
        // Grows, stays, shrinks, grows, goes.
        for (rounds, weight) in [(6_000, 14), (3_000, 9), (6_000, 4), (1_000, 14), (5_000, 2)] {
            for round in 0..rounds {
                match model.random.below(20) {
                    op if op < weight => model.insert(),
                    14 | 15 => model.change(),
                    16 if weight < 9 => model.remove_run(),
                    16 if round % 16 == 0 => model.look(),
                    _ => model.remove(),
                }
                if round % 1000 == 0 {
                    model.check();
                }
            }
            model.check();
            model.relocate();
            model.check();
        }
        model.end();
    }
}

#[test]
fn what_comes_in_order_fills_the_leaves() {
    let fill = |score: fn(usize) -> f64| {
        let mut model = Model::new(9, 1);
        for serial in 0..20_000 {
            model.insert_as(score(serial), &format!("member:{serial:09}"));
        }
        model.check();
        let (mut links, mut bytes) = (0, 0);
        model
            .tree
            .visit(&mut |_, size| (links, bytes) = (links + 1, bytes + size));
        model.end();
        bytes as f64 / 20_000.0
    };
    let ascending = fill(|serial| serial as f64);
    let descending = fill(|serial| -(serial as f64));
    let scattered = fill(|serial| serial.wrapping_mul(0x9e37_79b9_7f4a_7c15) as u32 as f64);
    assert!(
        ascending < 9.5 && descending < 9.5,
        "{ascending} {descending}"
    );
    assert!(scattered < 11.5, "{scattered}");
}

#[test]
fn a_change_without_memory_changes_nothing() {
    let mut options = PoolOptions::plain(1);
    options.windows[0].capacity_bytes = Some(1 << 20);
    let pool = Pool::open(&options).expect("a pool");
    let space = Space::new(&pool, &[0]);
    let (mut tree, mut elements, mut random) = (Tree::EMPTY, Vec::new(), Random(5));
    let mut refused = 0;
    for serial in 0..100_000_u64 {
        let Ok(element) = Element::alloc(space, random.below(50) as f64, &serial.to_le_bytes())
        else {
            refused += 1;
            if refused > 100 {
                break;
            }
            continue;
        };
        match tree.insert(space, element) {
            Ok(()) => elements.push(element),
            // SAFETY: nothing leads to it.
            Err(Full) => unsafe { element.free(space) },
        }
    }
    tree.is_valid().expect("valid");
    assert_eq!(tree.len(), elements.len() as u64);
    let mut failed = 0;
    for _ in 0..20_000 {
        let element = elements[random.below(elements.len())];
        let (before, score) = (element.score(), random.below(1000) as f64);
        let outcome = tree.change_score(space, element, score);
        failed += usize::from(outcome.is_err());
        let expected = if outcome.is_ok() { score } else { before };
        assert_eq!(element.score(), expected);
    }
    assert!(failed > 0, "memory was short");
    tree.is_valid().expect("valid");
    assert_eq!(tree.len(), elements.len() as u64);
    // SAFETY: the elements go with the tree.
    while unsafe { tree.free_leaf(space) } > 0 {}
    pool.is_valid().expect("a valid pool");
    assert_eq!(pool.used_bytes(), 0);
}
