//! What it costs to decide where a new object goes: the order of nodes to try, and the turn taken, without a plan and with
//! one of one ring, and with one of as many bands and turns as a plan may have.
//!
//! `cargo bench --bench placement`. Times are for one object; a plan may cost 2 ns more than none. Eight lanes decide in
//! turn: a lane has an object to build between two decisions, and one after the other each would wait for the turn that
//! the last has stored.

#![allow(
    missing_docs,
    reason = "criterion's macros make public functions without any"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use numakv_core::open;
use numakv_core::placement::Plan;
use numakv_core::pool::prefix::{OBJECT_TYPES, ObjectType};
use std::hint::black_box;

const NODES: usize = 2;
const LANES: u32 = 8;
/// Sizes of new strings, one in each band of the larger plan.
const SIZES: [usize; 4] = [20, 200, 2000, 20_000];

/// A plan's words: for each accessor, type and band the ring of that band.
fn words(bounds: &[u32], turns: usize) -> Vec<u32> {
    let bands = bounds.len() + 1;
    let mut words = vec![bounds.len() as u32];
    words.extend(bounds);
    words.push(bands as u32);
    for _ in 0..bands {
        words.push(turns as u32);
        words.extend((0..turns).map(|turn| (turn % NODES) as u32));
        words.extend(0..NODES as u32);
    }
    words.extend((0..NODES * OBJECT_TYPES * bands).map(|place| (place % bands) as u32));
    words
}

fn decide(c: &mut Criterion) {
    let home = open::store("topology fake:2\n").expect("a store");
    let placement = &home.store.keyspace.placement;
    let plans = [
        ("no plan", None),
        ("1 band, 2 turns", Some(words(&[], 2))),
        ("4 bands, 256 turns", Some(words(&[64, 1024, 8192], 256))),
    ];
    for (name, words) in plans {
        let plan = words.map(|words| Plan::read(&words, NODES, Some).expect("a plan"));
        // SAFETY: nobody else is here.
        unsafe { placement.replace(plan) };
        let mut index = 0;
        c.bench_function(&format!("placement/{name}"), |b| {
            b.iter(|| {
                index += 1;
                let bytes = black_box(SIZES[index % SIZES.len()]);
                let (lane, accessor) =
                    (index as u32 % LANES, black_box(index as u32 % NODES as u32));
                let choice = placement.choose(lane, accessor, ObjectType::String, bytes);
                let first = black_box(choice.order[0]);
                choice.turn.take();
                first
            });
        });
    }
}

criterion_group!(benches, decide);
criterion_main!(benches);
