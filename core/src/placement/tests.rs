//! Plans as words, and what new objects do by them.

use super::*;
use crate::pool::prefix::OBJECT_TYPES;

fn placement(nodes: &str) -> Placement {
    let topology = Topology::parse(nodes).expect("a topology");
    Placement::local_first(&topology, 4)
}

/// Node ids are their indexes.
fn read(words: &[u32], nodes: u32) -> Result<Plan, String> {
    Plan::read(words, nodes as usize, |id| (id < nodes).then_some(id))
}

/// A plan of one ring for everything on two nodes.
fn one_ring(turns: &[u32], spill: [u32; 2]) -> Vec<u32> {
    let mut words = vec![0, 1, turns.len() as u32];
    words.extend(turns);
    words.extend(spill);
    words.extend([0; 2 * OBJECT_TYPES]);
    words
}

fn place(placement: &Placement, seat: u32, kind: ObjectType, bytes: usize) -> u32 {
    let choice = placement.choose(seat, 0, kind, bytes);
    let again = placement.choose(seat, 0, kind, bytes);
    assert_eq!(choice.order, again.order);
    choice.turn.take();
    choice.order[0]
}

#[test]
fn without_a_plan_objects_stay_with_whoever_makes_them() {
    let placement = placement("fake:2");
    assert_eq!(placement.choose(0, 1, ObjectType::Set, 9).order, [1, 0]);
    placement.choose(0, 1, ObjectType::Set, 9).turn.take();
    assert_eq!(placement.choose(0, 1, ObjectType::Set, 9).order, [1, 0]);
}

#[test]
fn turns_are_taken_by_each_lane_for_itself() {
    let placement = placement("fake:2");
    let plan = read(&one_ring(&[0, 0, 1], [1, 0]), 2).expect("a plan");
    // SAFETY: nobody follows a plan.
    unsafe { placement.replace(Some(plan)) };
    let nodes = |seat| [0; 7].map(|_| place(&placement, seat, ObjectType::String, 10));
    assert_eq!(nodes(0), [0, 0, 1, 0, 0, 1, 0]);
    assert_eq!(nodes(3), [0, 0, 1, 0, 0, 1, 0]);
    assert_eq!(place(&placement, 0, ObjectType::List, 0), 0);
    assert_eq!(placement.choose(0, 0, ObjectType::List, 0).order, [1, 0]);
}

#[test]
fn type_size_and_accessor_choose_the_ring_and_a_full_node_spills_as_it_says() {
    let placement = placement("fake:3");
    // Bands up to 100 and beyond; ring n names node n and spills downwards.
    let mut words = vec![1, 100, 3];
    for node in 0..3 {
        words.extend([1, node, 2, 1, 0]);
    }
    for accessor in 0..3 {
        for kind in 0..OBJECT_TYPES as u32 {
            words.extend([accessor, (accessor + kind) % 3]);
        }
    }
    // SAFETY: nobody follows a plan.
    unsafe { placement.replace(Some(read(&words, 3).expect("a plan"))) };
    let order = |accessor, kind, bytes| placement.choose(1, accessor, kind, bytes).order;
    assert_eq!(order(1, ObjectType::String, 100), [1, 2, 0]);
    assert_eq!(order(1, ObjectType::Hash, 100), [1, 2, 0]);
    assert_eq!(order(1, ObjectType::Hash, 101), [2, 1, 0]);
    assert_eq!(order(2, ObjectType::List, usize::MAX), [0, 2, 1]);
    let nearest = Topology::parse("fake:3").expect("a topology").nearest(1);
    assert_eq!(placement.order(1), nearest, "growth follows distance");
}

#[test]
fn words_that_are_no_plan_are_refused_with_the_reason() {
    let good = one_ring(&[0, 1], [0, 1]);
    assert!(read(&good, 2).is_ok());
    for (at, word, reason) in [
        (0, 4, "4 size bounds: 0 to 3 are possible"),
        (1, 0, "0 rings: 1 to 255 are possible"),
        (2, 300, "300 turns of a ring: 1 to 256 are possible"),
        (3, 7, "there is no node 7"),
        (6, 0, "a ring does not spill to every node once"),
        (9, 1, "there is no ring 1, only 1"),
    ] {
        let mut words = good.clone();
        words[at] = word;
        assert_eq!(read(&words, 2).expect_err("no plan"), reason);
    }
    assert_eq!(
        read(&good[..good.len() - 1], 2).expect_err("short"),
        "words are missing at the end"
    );
    let long = [&good[..], &[0]].concat();
    assert_eq!(read(&long, 2).expect_err("long"), "1 words too many");
    let mut unsorted = vec![2, 9, 9];
    unsorted.extend(&good[1..]);
    assert_eq!(
        read(&unsorted, 2).expect_err("unsorted"),
        "size bounds [9, 9] do not ascend"
    );
    assert!(read(&[], 2).is_err());
}
