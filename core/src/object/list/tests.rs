//! Lists against a plain deque, with every rule, on two nodes, moving while they change, and where there is no room.

use super::*;
use crate::object::string::StringValue;
use crate::pool::space::Meter;
use crate::pool::{Pool, PoolOptions, WINDOW_SHIFT, WindowSpec};
use core::ops::ControlFlow;
use std::collections::VecDeque;

/// A reproducible source of choices (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    /// Numbers and texts at the edges of the encodings, few enough to meet again.
    fn element(&mut self, longest: usize) -> Vec<u8> {
        match self.below(10) {
            0..3 => self.below(20).to_string().into_bytes(),
            3 => (self.below(1 << 40) as i64 - (1 << 39))
                .to_string()
                .into_bytes(),
            4..8 => vec![b'a' + self.below(4) as u8; self.below(40)],
            8 => vec![b'e'; [62, 63, 64, 126, 127, 128][self.below(6)].min(longest)],
            _ => vec![b'l'; [500, 4095, 4096, 8185, 9000, 20_000][self.below(6)].min(longest)],
        }
    }

    fn side(&mut self) -> Side {
        [Side::Head, Side::Tail][self.below(2)]
    }
}

fn pool() -> Pool {
    Pool::open(&PoolOptions::plain(2)).expect("a pool")
}

fn narrow_pool(capacity_bytes: u64) -> Pool {
    let window = WindowSpec {
        kernel_node: None,
        capacity_bytes: Some(capacity_bytes),
    };
    let options = PoolOptions {
        windows: vec![window; 2],
        window_shift: WINDOW_SHIFT,
        binder: |_, _, _| Ok(()),
    };
    Pool::open(&options).expect("a pool")
}

fn text(value: StringValue<'_>) -> Vec<u8> {
    value.with_bytes(<[u8]>::to_vec)
}

fn contents(view: ListView<'_>) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    view.walk(0, Side::Tail, |value| {
        all.push(text(value));
        ControlFlow::Continue(())
    });
    all
}

/// A list and what it should hold.
struct Pair<'a> {
    list: List<'a>,
    model: VecDeque<Vec<u8>>,
}

impl<'a> Pair<'a> {
    fn create(space: Space<'a>, rules: Rules, plain_from: usize) -> Pair<'a> {
        Pair {
            list: List::create(space, rules, plain_from, 0).expect("room"),
            model: VecDeque::new(),
        }
    }

    fn check(&self) {
        // SAFETY: the list is live and this thread's alone; so in all of these tests.
        unsafe { is_valid(self.list.word()) }.expect("valid");
        assert_eq!(contents(self.list.view()), Vec::from(self.model.clone()));
        assert_eq!(self.list.len(), self.model.len());
    }

    fn push(&mut self, side: Side, element: &[u8]) -> Result<(), Full> {
        self.list.push(side, element)?;
        match side {
            Side::Head => self.model.push_front(element.to_vec()),
            Side::Tail => self.model.push_back(element.to_vec()),
        }
        Ok(())
    }

    fn pop(&mut self, side: Side) -> Result<(), Full> {
        self.list.pop(side)?;
        match side {
            Side::Head => self.model.pop_front(),
            Side::Tail => self.model.pop_back(),
        };
        Ok(())
    }

    fn set(&mut self, index: i64, element: &[u8]) -> Result<(), Full> {
        let set = self.list.set(index, element)?;
        let place = self.list.view().index_of(index);
        assert_eq!(set, place.is_some());
        if let Some(place) = place {
            self.model[place] = element.to_vec();
        }
        Ok(())
    }

    fn insert(&mut self, pivot: &[u8], element: &[u8], side: Side) -> Result<(), Full> {
        let inserted = self.list.insert(Needle::new(pivot), element, side)?;
        let place = self.model.iter().position(|one| one == pivot);
        assert_eq!(inserted, place.is_some());
        if let Some(place) = place {
            let behind = usize::from(side == Side::Tail);
            self.model.insert(place + behind, element.to_vec());
        }
        Ok(())
    }

    fn remove_range(&mut self, start: usize, count: usize) -> Result<(), Full> {
        self.list.remove_range(start, count)?;
        self.model.drain(start..start + count);
        Ok(())
    }

    fn trim(&mut self, from_head: usize, from_tail: usize) -> Result<(), Full> {
        self.list.trim(from_head, from_tail)?;
        self.model.truncate(self.model.len() - from_tail);
        self.model.drain(..from_head);
        Ok(())
    }

    fn remove_matching(&mut self, element: &[u8], limit: usize, from: Side) -> Result<(), Full> {
        let removed = self
            .list
            .remove_matching(Needle::new(element), limit, from)?;
        let mut expected = 0;
        while expected < limit {
            let place = match from {
                Side::Head => self.model.iter().position(|one| one == element),
                Side::Tail => self.model.iter().rposition(|one| one == element),
            };
            let Some(place) = place else { break };
            self.model.remove(place);
            expected += 1;
        }
        assert_eq!(removed, expected);
        Ok(())
    }

    fn rotate(&mut self, from: Side, to: Side) -> Result<(), Full> {
        self.list.rotate(from, to)?;
        match (from, to) {
            (Side::Head, Side::Tail) if !self.model.is_empty() => self.model.rotate_left(1),
            (Side::Tail, Side::Head) if !self.model.is_empty() => self.model.rotate_right(1),
            _ => {}
        }
        Ok(())
    }

    /// One random change.
    fn change(&mut self, random: &mut Random, longest: usize) -> Result<(), Full> {
        let element = random.element(longest);
        let side = random.side();
        let len = self.model.len();
        match random.below(16) {
            0..7 => self.push(side, &element),
            7..9 if len > 0 => self.pop(side),
            9 => self.set(random.below(len + 2) as i64 - len as i64 / 2, &element),
            10 | 11 => {
                let pivot = random.element(longest);
                self.insert(&pivot, &element, side)
            }
            12 if len > 0 => {
                let start = random.below(len);
                let count = random.below((len - start).min(30) + 1);
                self.remove_range(start, count)
            }
            13 if len > 0 => {
                let from_head = random.below(len.min(6));
                let from_tail = random.below((len - from_head).min(6));
                self.trim(from_head, from_tail)
            }
            14 if random.below(2) == 0 => self.rotate(side, random.side()),
            14 => self.remove_matching(&element, 1 + random.below(4), side),
            _ => {
                self.look(random);
                Ok(())
            }
        }
    }

    /// Reads from a random place, both ways.
    fn look(&self, random: &mut Random) {
        let view = self.list.view();
        let index = random.below(self.model.len() + 1);
        let found = view.get(index as i64, text);
        assert_eq!(found.as_ref(), self.model.get(index));
        if index >= self.model.len() {
            return;
        }
        let from_tail = index as i64 - self.model.len() as i64;
        assert_eq!(view.get(from_tail, text), found);
        let mut back = Vec::new();
        view.walk(index, Side::Head, |value| {
            back.push(text(value));
            if back.len() < 50 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        let expected = self.model.range(..=index).rev().take(50).cloned();
        assert_eq!(back, expected.collect::<Vec<_>>());
    }
}

/// Every rule a list may be created with that makes a difference.
fn rules() -> impl Iterator<Item = (Rules, usize)> {
    let fills = [-2, -1, -5, 0, 1, 3, 100];
    let depths = [0, 1, 2];
    fills.into_iter().flat_map(move |fill| {
        depths.into_iter().flat_map(move |depth| {
            [PLAIN_FROM, 500, 4].map(|plain_from| (Rules::new(fill, depth), plain_from))
        })
    })
}

#[test]
fn random_changes_agree_with_a_deque_under_every_rule() {
    for (seed, (rules, plain_from)) in rules().enumerate() {
        let pool = pool();
        let space = Space::new(&pool, &[0, 1]);
        let mut random = Random(seed as u64);
        let mut pair = Pair::create(space, rules, plain_from);
        for step in 0..700 {
            pair.change(&mut random, 20_000).expect("room");
            if step % 16 == 0 {
                pair.check();
            }
        }
        pair.check();
        pool.is_valid().expect("a valid pool");
        // SAFETY: nothing else leads to the list.
        unsafe { pair.list.free() };
        assert_eq!(pool.used_bytes(), 0, "{rules:?} {plain_from}");
    }
}

#[test]
fn a_list_that_changes_while_it_moves_ends_with_every_piece_on_the_target() {
    for (seed, (rules, plain_from)) in rules().enumerate() {
        let pool = pool();
        let mut random = Random(1000 + seed as u64);
        let spaces = [Space::new(&pool, &[0, 1]), Space::new(&pool, &[1, 0])];
        let mut pair = Pair::create(spaces[0], rules, plain_from);
        for _ in 0..300 {
            pair.change(&mut random, 9000).expect("room");
        }
        for round in 1..5 {
            let target = round % 2;
            let (mut cursor, mut steps) = (0, 0);
            let (meter, mut before) = (Meter::default(), 0);
            loop {
                let mut word = pair.list.word();
                let budget = random.below(3000);
                // SAFETY: as in `check`.
                let more = unsafe {
                    relocate_step(
                        &mut word,
                        spaces[target].metered(&meter),
                        &mut cursor,
                        budget,
                    )
                };
                // As in a server, where a value's new pieces go to the node its entry is on: the entry goes first.
                // SAFETY: as above.
                pair.list = unsafe { List::at(word, spaces[target], plain_from) };
                if !more.expect("room") {
                    // What changed behind a pass is found by the next.
                    if meter.bytes.get() == before {
                        break;
                    }
                    (cursor, before) = (0, meter.bytes.get());
                }
                pair.check();
                steps += 1;
                if steps % 3 == 0 && steps < 60 {
                    pair.change(&mut random, 9000).expect("room");
                    pair.check();
                }
            }
            pair.check();
            let mut astray = 0;
            let mut each = |address, _| astray += (pool.node_of(address) != target as u32) as u32;
            // SAFETY: as above.
            unsafe { visit(pair.list.word(), &mut each) };
            assert_eq!(astray, 0, "{rules:?} {plain_from}, round {round}");
        }
        // SAFETY: nothing else leads to the list.
        unsafe { pair.list.free() };
        assert_eq!(pool.used_bytes(), 0);
    }
}

#[test]
fn without_room_every_change_happens_whole_or_not_at_all() {
    let mut refused = 0;
    for (seed, (rules, plain_from)) in rules().enumerate() {
        let pool = narrow_pool(192 << 10);
        let space = Space::new(&pool, &[0, 1]);
        let mut random = Random(2000 + seed as u64);
        let mut pair = Pair::create(space, rules, plain_from);
        for step in 0..900 {
            refused += u32::from(pair.change(&mut random, 20_000).is_err());
            refused += u32::from(pair.push(random.side(), &random.element(9000)).is_err());
            if step % 16 == 0 {
                pair.check();
            }
        }
        pair.check();
        let mut word = pair.list.word();
        // SAFETY: as in `check`; a full target leaves the list whole.
        let _ = unsafe { relocate_step(&mut word, Space::new(&pool, &[1]), &mut 0, usize::MAX) };
        // SAFETY: as above.
        pair.list = unsafe { List::at(word, space, plain_from) };
        pair.check();
        // SAFETY: nothing else leads to the list.
        unsafe { pair.list.free() };
        assert_eq!(pool.used_bytes(), 0);
    }
    assert!(refused > 1000, "only {refused} changes met a full pool");
}

#[test]
fn a_copy_has_the_same_elements_and_compressed_links_stay_compressed() {
    let pool = pool();
    let space = Space::new(&pool, &[0, 1]);
    let mut pair = Pair::create(space, Rules::new(10, 1), PLAIN_FROM);
    for number in 0..200 {
        let element = format!("the same words again and again {number}");
        pair.push(Side::Tail, element.as_bytes()).expect("room");
    }
    let packed = |view: ListView<'_>| {
        let is_packed = |part: &Part<'_>| matches!(part, Part::Compressed(..));
        view.parts().filter(is_packed).count()
    };
    assert_eq!(packed(pair.list.view()), 18);
    let target = Space::new(&pool, &[1]);
    // SAFETY: the list is live and this thread's alone.
    let copy = unsafe {
        List::at(
            duplicate(pair.list.word(), target).expect("room"),
            target,
            0,
        )
    };
    assert_eq!(contents(copy.view()), Vec::from(pair.model.clone()));
    assert_eq!(copy.view().summary(), pair.list.view().summary());
    let mut word = pair.list.word();
    // SAFETY: as above.
    let more = unsafe { relocate_step(&mut word, target, &mut 0, usize::MAX) };
    assert_eq!(more, Ok(false));
    // SAFETY: as above.
    pair.list = unsafe { List::at(word, target, PLAIN_FROM) };
    pair.check();
    assert_eq!([packed(pair.list.view()), packed(copy.view())], [18, 18]);
    // SAFETY: nothing else leads to either.
    unsafe {
        copy.free();
        pair.list.free();
    }
    assert_eq!(pool.used_bytes(), 0);
}

#[test]
fn a_short_list_is_one_small_allocation_and_a_long_one_wastes_little() {
    let pool = pool();
    let space = Space::new(&pool, &[0, 1]);
    let mut list = List::create(space, Rules::default(), PLAIN_FROM, 0).expect("room");
    list.push(Side::Tail, b"ten bytes.").expect("room");
    assert_eq!(pool.used_bytes(), 32);
    for _ in 0..100_000 {
        list.push(Side::Tail, &[b'v'; 32]).expect("room");
    }
    let each = pool.used_bytes() as f64 / 100_000.0;
    assert!(each < 34.5, "{each} bytes an element");
    // SAFETY: nothing else leads to it.
    unsafe { list.free() };
}

#[test]
fn free_step_gives_back_a_few_pieces_at_a_time() {
    let pool = pool();
    let space = Space::new(&pool, &[0]);
    let mut list = List::create(space, Rules::new(2, 0), PLAIN_FROM, 0).expect("room");
    for number in 0..100 {
        list.push(Side::Head, &[number; 9]).expect("room");
    }
    let (word, mut steps, mut before) = (list.word(), 0, pool.used_bytes());
    // SAFETY: nothing else leads to it.
    while unsafe { free_step(word, &pool, &mut 0, 10) } {
        assert!(pool.used_bytes() < before);
        (steps, before) = (steps + 1, pool.used_bytes());
    }
    assert_eq!((steps, pool.used_bytes()), (10, 0));
}

#[test]
fn listpacks_of_a_dump_are_appended_as_they_lie() {
    let pool = pool();
    let space = Space::new(&pool, &[0]);
    let mut source = List::create(space, Rules::new(4, 0), 100, 0).expect("room");
    for number in 0..30 {
        source
            .push(Side::Tail, &vec![b'0' + number % 10; number.into()])
            .expect("room");
    }
    source.push(Side::Tail, &[b'p'; 300]).expect("room");
    let mut copy = List::create(space, Rules::default(), 100, 0).expect("room");
    for part in source.view().parts() {
        match part {
            Part::Listpack(bytes) => copy.append_listpack(Listpack::new(bytes)),
            Part::Plain(element) => copy.append_plain(element),
            Part::Compressed(..) => unreachable!("the source compresses nothing"),
        }
        .expect("room");
    }
    copy.append_listpack(Listpack::new(&listpack::EMPTY))
        .expect("nothing");
    // SAFETY: as in `check`.
    unsafe { is_valid(copy.word()) }.expect("valid");
    assert_eq!(contents(copy.view()), contents(source.view()));
    assert_eq!(copy.view().summary(), source.view().summary());
    // SAFETY: nothing else leads to either.
    unsafe {
        source.free();
        copy.free();
    }
    assert_eq!(pool.used_bytes(), 0);
}
