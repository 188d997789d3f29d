//! The table as a whole, with slots that are their own elements.

use super::segment::Slot;
use super::{Table, tag_of};
use crate::pool::space::{Space, Tally};
use crate::pool::{Pool, PoolOptions};

/// A number's hash (Stafford's mixer, variant 13).
fn hash_of(number: u64) -> u64 {
    let mixed = (number ^ (number >> 31)).wrapping_mul(0x7fb5_d329_728e_a185);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x81da_def4_bc2d_d44d);
    mixed ^ (mixed >> 33)
}

fn insert(table: &mut Table, space: Space<'_>, number: u64) {
    let hash = hash_of(number);
    let slot = Slot::inline(tag_of(hash), number);
    let inserted = table.insert(space, hash, slot, |slot| hash_of(slot.payload()));
    assert!(inserted.is_ok(), "no room for {number} of {}", table.len());
}

#[test]
fn slots_that_come_in_the_order_of_another_tables_hashes_find_room() {
    let pool = Pool::open(&PoolOptions::plain(1)).expect("a pool");
    let space = Space::new(&pool, &[0]);
    for seed in 1..24u64 {
        let (mut source, mut target) = (Table::default(), Table::default());
        let numbers = (0..4000).map(|number| number + seed * 100_000);
        numbers.for_each(|number| insert(&mut source, space, number));
        for slot in source.all(&pool) {
            insert(&mut target, space, slot.payload());
        }
        assert_eq!(target.len(), 4000);
        target
            .is_valid(&pool, |slot| hash_of(slot.payload()))
            .expect("valid");
        for mut table in [source, target] {
            let mut cursor = 0;
            while table.dismantle_step(&pool, &mut cursor, |_| {}) {}
        }
    }
    assert_eq!(pool.used_bytes(), 0);
}

#[test]
fn a_compaction_gives_back_the_room_that_removals_left_in_segments() {
    let pool = Pool::open(&PoolOptions::plain(2)).expect("a pool");
    let (space, mut table) = (Space::new(&pool, &[1]), Table::default());
    (0..20_000).for_each(|number| insert(&mut table, space, number));
    for number in (0..20_000).filter(|number| number % 9 < 5) {
        let hash = hash_of(number);
        let found = table.find(&pool, hash, |slot| slot.payload() == number);
        table.remove(&pool, found.expect("it is there"), hash);
    }
    let (before, used) = (table.slots(), pool.used_bytes());
    let node_of_all = |table: &Table, node: u32| {
        let mut all = true;
        table.visit(&pool, &mut |address, _| {
            all &= pool.node_of(address) == node
        });
        all
    };
    // A migration moves segments as they are; a compaction of another node changes nothing of where they are.
    for (target, tally) in [(1, None), (0, Some(Tally::default()))] {
        let node = [target];
        let compacts = tally.is_some();
        let space = tally.as_ref().map_or(Space::new(&pool, &node), |tally| {
            Space::compacting(&pool, &node, tally)
        });
        let (mut cursor, mut steps) = (0, 1);
        while table
            .relocate_step(space, &mut cursor, &mut 4096)
            .expect("room")
        {
            steps += 1;
        }
        assert!(node_of_all(&table, 1), "where it was");
        assert_eq!(table.slots() < before, compacts);
        assert!(!compacts || steps > 5, "a step at a time");
    }
    assert!(
        table.len() * 10 > table.slots() * 6,
        "{} slots",
        table.slots()
    );
    assert!(pool.used_bytes() < used - (before - table.slots()) as u64 * 7);
    table
        .is_valid(&pool, |slot| hash_of(slot.payload()))
        .expect("valid");
    for number in 0..20_000 {
        let found = table.find(&pool, hash_of(number), |slot| slot.payload() == number);
        assert_eq!(found.is_some(), number % 9 >= 5, "{number}");
    }
    let mut cursor = 0;
    while table.dismantle_step(&pool, &mut cursor, |_| {}) {}
    assert_eq!(pool.used_bytes(), 0);
}
