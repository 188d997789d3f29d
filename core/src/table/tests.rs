//! The table as a whole, with slots that are their own elements.

use super::segment::Slot;
use super::{Table, tag_of};
use crate::pool::space::Space;
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
