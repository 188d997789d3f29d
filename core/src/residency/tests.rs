//! Tests against the kernel itself: what was touched is somewhere, and a window that claims another node than its pages
//! are on has nothing but strays.

use super::*;
use crate::pool::PoolOptions;
use std::ptr::NonNull;

/// A node that no kernel here has.
const ABSENT_NODE: u32 = 1000;

/// Two windows, and what is known of them when they claim these nodes of the kernel.
fn windows(homes: [Option<u32>; 2]) -> (Pool, Residency) {
    let mut topology = Topology::parse("fake:2").expect("a known topology");
    for (node, home) in topology.nodes.iter_mut().zip(homes) {
        node.kernel_node = home;
    }
    let pool = Pool::open(&PoolOptions::plain(2)).expect("a pool");
    (pool, Residency::new(&topology))
}

/// Takes a span on each node and touches every page of it.
fn touch(pool: &Pool, pages: usize) -> [NonNull<u8>; 2] {
    [0, 1].map(|node| {
        let span = pool.alloc(node, pages * PAGE_BYTES).expect("room");
        // SAFETY: the span is ours and as long as that.
        unsafe { span.as_ptr().write_bytes(1, pages * PAGE_BYTES) };
        span
    })
}

fn pages_of(pool: &Pool, span: NonNull<u8>, pages: usize) -> Vec<usize> {
    pool.page_addresses(span, pages * PAGE_BYTES).collect()
}

/// The kernel's node of a page that was touched; `None` where the kernel may not be asked.
fn place(page: NonNull<u8>) -> Option<u32> {
    let places = numa::residency(&[page.addr().get() & !(PAGE_BYTES - 1)]).ok()?;
    u32::try_from(places[0]).ok()
}

#[test]
fn windows_that_claim_the_right_node_have_no_strays_and_others_nothing_else() {
    let (pool, unbound) = windows([None, None]);
    let spans = touch(&pool, 100);
    let Some(here) = place(spans[0]) else { return };
    let all = |residency: &Residency| {
        let report = residency.verify_pool(&pool, false, || 7_000, || true);
        report.expect("the kernel answers").nodes
    };
    let nodes = all(&unbound);
    assert_eq!(nodes.len(), 2);
    for tally in nodes.values() {
        assert!(tally.is_valid(false), "{tally:?}");
        assert!(tally.resident >= 100 && tally.by_node[&here] >= 100);
        assert_eq!((tally.home, tally.strays), (0, 0));
    }
    let (_, claims) = windows([Some(here), Some(ABSENT_NODE)]);
    let nodes = all(&claims);
    assert!(
        nodes.values().all(|tally| tally.is_valid(true)),
        "{nodes:?}"
    );
    assert_eq!((nodes[&0].strays, nodes[&1].home), (0, 0));
    assert!(nodes[&0].home >= 100 && nodes[&1].strays >= 100);
    assert_eq!((claims.strays(0), claims.strays(1)), (0, nodes[&1].strays));
    let last = claims.last().expect("it was verified");
    assert_eq!((last.at_seconds, last.strays), (7, nodes[&1].strays));
    assert_eq!(last.asked, nodes[&0].asked + nodes[&1].asked);
}

#[test]
fn strays_that_cannot_be_moved_are_failed_with_the_reason() {
    let (pool, residency) = windows([Some(ABSENT_NODE), None]);
    let spans = touch(&pool, 30);
    if place(spans[0]).is_none() {
        return;
    }
    let pages = pages_of(&pool, spans[0], 30);
    let report = residency.verify_pages(&pool, &pages, true, || true);
    let total = report.expect("the kernel answers").total();
    assert_eq!((total.asked, total.resident, total.strays), (30, 30, 30));
    assert_eq!((total.moved, total.failed, total.left()), (0, 30, 30));
    assert_eq!(
        total.reasons.values().sum::<u64>(),
        30,
        "{:?}",
        total.reasons
    );
    assert_eq!(residency.rehomed(), 0);
}

#[test]
fn pages_never_touched_are_absent() {
    let (pool, residency) = windows([Some(ABSENT_NODE), None]);
    // A smaller span gets its memory at once.
    const PAGES: u64 = 300;
    let span = pool.alloc(0, PAGES as usize * PAGE_BYTES).expect("room");
    let pages = pages_of(&pool, span, PAGES as usize);
    let Ok(report) = residency.verify_pages(&pool, &pages, false, || true) else {
        return;
    };
    let total = report.total();
    assert_eq!((total.asked, total.absent, total.strays), (PAGES, PAGES, 0));
}

#[test]
fn a_verification_that_is_broken_off_says_so_and_is_not_the_last() {
    let (pool, residency) = windows([Some(0), Some(0)]);
    touch(&pool, 10);
    let report = residency.verify_pool(&pool, false, || 0, || false);
    let report = report.expect("nothing was asked");
    assert!(report.is_partial && report.total().asked == 0);
    assert_eq!(residency.last(), None);
}

#[test]
fn every_page_in_use_is_in_exactly_one_block() {
    let (pool, _) = windows([None, None]);
    touch(&pool, 3 * BLOCK_PAGES);
    for node in [0, 1] {
        let extents = pool.extents(node);
        let base = pool.window_base(node);
        let blocks = blocks_of(&pool, node);
        assert!(blocks.is_sorted_by(|a, b| a < b));
        let in_blocks = |extent: &crate::pool::Extent| {
            let part = |&block: &usize| {
                let from = base + block * BLOCK_BYTES;
                extent.within(from, from + BLOCK_BYTES)
            };
            blocks
                .iter()
                .filter_map(part)
                .map(|part| part.bytes)
                .sum::<usize>()
        };
        assert!(
            extents
                .iter()
                .all(|extent| in_blocks(extent) == extent.bytes)
        );
    }
}

#[test]
fn what_is_known_is_the_sum_of_the_blocks_as_last_seen() {
    let mut blocks = Blocks::default();
    let mut plain = [0u32; 40];
    let mut word = 99u32;
    for _ in 0..2000 {
        word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (block, strays) = ((word >> 8) as usize % 40, (word >> 20) % 5);
        blocks.set(block, strays);
        plain[block] = strays;
        let sum: u32 = plain.iter().sum();
        assert_eq!(blocks.sum, u64::from(sum));
        assert_eq!(blocks.of(block), strays);
    }
}

#[test]
fn tallies_add_up() {
    let count = |places: &[i32], home| {
        let mut tally = Tally::default();
        let is_stray: Vec<bool> = places
            .iter()
            .map(|&place| tally.count(place, home))
            .collect();
        (tally, is_stray)
    };
    let (bound, strays) = count(&[0, 1, -libc::ENOENT, 2, 0, -libc::EFAULT], Some(0));
    assert_eq!(strays, [false, true, false, true, false, false]);
    assert!(bound.is_valid(true) && (bound.home, bound.strays, bound.absent) == (2, 2, 2));
    let (loose, strays) = count(&[0, 1], None);
    assert!(loose.is_valid(false) && strays == [false, false]);
    let mut sum = bound.clone();
    sum.add(&loose);
    assert_eq!((sum.asked, sum.resident, sum.by_node[&0]), (8, 6, 3));
    sum.moved = 1;
    assert_eq!(sum.left(), 1);
}
