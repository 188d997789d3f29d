//! The pool as a whole: a seed-driven model, exhaustion, two pools, many threads.
//!
//! The model is a `BTreeMap` of what must be alive. Every allocation is filled with bytes made from
//! its own address, so that an overlap shows as damaged contents even where addresses look apart.

mod evacuation;

use std::collections::BTreeMap;
use std::ptr::NonNull;
use std::sync::mpsc;

use super::*;

/// A small, fast generator (xorshift64*): the same numbers for the same seed on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit
    }

    /// A size: mostly small, often at a border between classes, now and then megabytes.
    fn size(&mut self) -> usize {
        const BORDERS: [usize; 12] = [0, 1, 8, 16, 17, 512, 513, 2048, 2049, 16384, 16385, 65536];
        match self.below(100) {
            0..=69 => self.below(600),
            70..=84 => BORDERS[self.below(BORDERS.len())],
            85..=94 => self.below(20_000),
            95..=98 => self.below(300_000),
            _ => self.below(4 << 20),
        }
    }
}

fn fill(pointer: NonNull<u8>, size: usize) {
    let mark = (pointer.addr().get() / 8) as u8;
    // SAFETY: the pool gave these `size` bytes to this test.
    unsafe { pointer.write_bytes(mark, size) };
}

fn assert_filled(pointer: NonNull<u8>, size: usize) {
    let mark = (pointer.addr().get() / 8) as u8;
    // SAFETY: the allocation is alive and was filled.
    let bytes = unsafe { std::slice::from_raw_parts(pointer.as_ptr(), size) };
    assert!(
        bytes.iter().all(|&byte| byte == mark),
        "contents of {pointer:p} are damaged"
    );
}

fn small_pool(nodes: usize, shift: u32, capacity_bytes: Option<u64>) -> Pool {
    let mut options = PoolOptions::plain(nodes);
    options.window_shift = shift;
    options
        .windows
        .iter_mut()
        .for_each(|window| window.capacity_bytes = capacity_bytes);
    Pool::open(&options).expect("open a pool")
}

/// Live allocations: offset to node and size.
struct Model {
    pool: Pool,
    random: Random,
    live: BTreeMap<u64, (u32, usize)>,
}

impl Model {
    fn new(seed: u64) -> Model {
        Model {
            pool: small_pool(2, 32, None),
            random: Random(seed),
            live: BTreeMap::new(),
        }
    }

    fn alloc(&mut self) {
        let (node, size) = (self.random.below(2) as u32, self.random.size());
        let dense = self.random.below(8) == 0;
        let pool = &self.pool;
        let got = if dense {
            pool.alloc_dense(node, size)
        } else {
            pool.alloc(node, size)
        };
        let pointer = got.expect("4 GB windows suffice");
        let offset = pool.offset_of(pointer);
        assert_eq!(pool.node_of(pointer), node);
        assert_eq!(pool.size_of(pointer), usable_size(size));
        assert_eq!((pool.at(offset), offset % 8), (pointer, 0));
        let (used, cells) = pool.fill(pointer);
        assert!(used >= 1 && used <= cells);
        if let Some((&before, &(_, length))) = self.live.range(..=offset).next_back() {
            assert!(
                before + usable_size(length) as u64 <= offset,
                "overlaps its predecessor"
            );
        }
        if let Some((&after, _)) = self.live.range(offset..).next() {
            assert!(
                offset + usable_size(size) as u64 <= after,
                "overlaps its successor"
            );
        }
        fill(pointer, size);
        self.live.insert(offset, (node, size));
    }

    fn free(&mut self) {
        let Some((&last, _)) = self.live.last_key_value() else {
            return;
        };
        let pick = self.random.next() % (last + 1);
        let (&offset, &(node, size)) = self.live.range(pick..).next().expect("at most the last");
        self.live.remove(&offset);
        let pointer = self.pool.at(offset);
        assert_eq!(self.pool.node_of(pointer), node);
        assert_filled(pointer, size);
        // SAFETY: the model says that this allocation is alive and has this size.
        unsafe {
            match self.random.below(8) {
                0 => self.pool.free_dense(pointer, size),
                _ => self.pool.free(pointer, size),
            }
        }
    }

    /// Another size where it lies, for some allocation; counts those that got it.
    fn resize(&mut self) -> u32 {
        let Some((&last, _)) = self.live.last_key_value() else {
            return 0;
        };
        let pick = self.random.next() % (last + 1);
        let (&offset, &(node, size)) = self.live.range(pick..).next().expect("at most the last");
        let wanted = 1 + self.random.below(3 * size + 1);
        let pointer = self.pool.at(offset);
        // SAFETY: the model says that this allocation is alive and has this size.
        let resized = unsafe { self.pool.resize_in_place(pointer, size, wanted) };
        if !resized {
            assert_filled(pointer, size);
            return 0;
        }
        assert!(size.min(wanted) > CELL_MAX);
        assert_eq!(self.pool.size_of(pointer), usable_size(wanted));
        let after = self.live.range(offset + 1..).next();
        assert!(after.is_none_or(|(&after, _)| offset + usable_size(wanted) as u64 <= after));
        assert_filled(pointer, size.min(wanted));
        fill(pointer, wanted);
        self.live.insert(offset, (node, wanted));
        1
    }

    fn check(&self) {
        self.pool.is_valid().expect("valid");
        let bytes = self
            .live
            .values()
            .map(|&(_, size)| usable_size(size) as u64)
            .sum::<u64>();
        assert_eq!(self.pool.used_bytes(), bytes);
        assert!(self.pool.used_bytes_at_most() >= bytes);
        let stats = [0, 1].map(|node| self.pool.stats(node).expect("two nodes"));
        assert_eq!(stats.iter().map(|node| node.used_bytes).sum::<u64>(), bytes);
        for node in &stats {
            assert!(node.used_bytes <= node.active_bytes && node.active_bytes <= node.taken_bytes);
            assert!(node.leaving_bytes <= node.active_bytes);
            assert!(node.taken_bytes <= node.committed_bytes);
            let cells: u64 = node
                .classes
                .iter()
                .map(|c| c.cells_used * c.cell_bytes as u64)
                .sum();
            assert_eq!(cells + node.span_bytes, node.used_bytes);
        }
    }
}

/// Three phases of growing and shrinking, then everything is freed.
fn run_model(seed: u64, steps: usize) {
    let mut model = Model::new(seed);
    let mut resized = 0;
    for phase in [70, 35, 60] {
        for step in 0..steps {
            if model.random.below(4) == 0 {
                resized += model.resize();
            } else if model.random.below(100) < phase {
                model.alloc()
            } else {
                model.free()
            }
            match model.random.below(200) {
                0 => model.pool.warm(model.random.below(2) as u32),
                1 => _ = model.pool.trim(),
                _ => {}
            }
            if step % 500 == 0 {
                model.check();
            }
        }
        model.pool.purge();
        model.check();
    }
    assert!(resized > 10, "{resized} resized where they lay");
    while !model.live.is_empty() {
        model.free();
    }
    model.check();
    model.pool.purge();
    model.check();
    for node in 0..2 {
        let stats = model.pool.stats(node).expect("two nodes");
        assert_eq!(
            (stats.taken_bytes, stats.at_hand_bytes, stats.free_runs),
            (0, 0, 0)
        );
    }
}

#[test]
fn pool_matches_the_model_for_many_seeds() {
    for seed in 1..=8 {
        run_model(seed * 0x9e37_79b9, 2_500);
    }
}

#[test]
fn alloc_gives_none_at_capacity_and_recovers() {
    for size in [16, 100, 512, 513, 4096, 16384, 16385, 100_000] {
        let pool = small_pool(1, 30, Some(2 << 20));
        let mut live = Vec::new();
        while let Some(pointer) = pool.alloc(0, size) {
            fill(pointer, size);
            live.push(pointer);
        }
        let used = live.len() * usable_size(size);
        assert!(
            used > (2 << 20) * 7 / 10 && used <= 2 << 20,
            "{size}: {used} bytes"
        );
        assert_eq!(pool.alloc(0, 3 << 20), None);
        pool.is_valid().expect("valid when full");
        for &pointer in &live {
            assert_filled(pointer, size);
            // SAFETY: allocated above, freed once.
            unsafe { pool.free(pointer, size) };
        }
        // Cells at hand, empty chunks and dirty runs must not stand in the way of a large span.
        pool.purge();
        let whole = pool.alloc(0, 2 << 20).expect("everything is free again");
        // SAFETY: allocated above, freed once.
        unsafe { pool.free(whole, 2 << 20) };
        pool.is_valid().expect("valid when empty");
    }
}

#[test]
fn a_full_class_takes_what_other_classes_keep() {
    let pool = small_pool(1, 30, Some(1 << 20));
    for size in [640, 1024, 4096, 30_000] {
        let pointer = pool.alloc_dense(0, size).expect("room");
        // SAFETY: allocated above, freed once.
        unsafe { pool.free_dense(pointer, size) };
    }
    let kept = pool.stats(0).expect("node 0");
    assert!(kept.taken_bytes > 0 && kept.used_bytes == 0);
    assert!(
        pool.alloc(0, 1 << 20).is_some(),
        "kept chunks are purged for it"
    );
}

#[test]
fn a_refused_commit_is_none_and_nothing_else() {
    let pool = small_pool(2, 30, None);
    let first = pool.alloc(0, 64).expect("before the refusal");
    pool.refuse_commits(0, true);
    assert_eq!(pool.alloc(0, 64 << 20), None);
    assert!(
        pool.alloc(1, 64 << 20).is_some(),
        "the other node is not concerned"
    );
    pool.is_valid().expect("valid after a refusal");
    pool.refuse_commits(0, false);
    assert!(pool.alloc(0, 64 << 20).is_some());
    assert_eq!(pool.node_of(first), 0);
}

#[test]
fn a_window_ends_where_it_ends() {
    let pool = small_pool(2, 24, None);
    assert_eq!(pool.alloc(0, 16 << 20), None, "its head takes a part of it");
    assert_eq!(pool.alloc(2, 16), None, "no such node");
    assert_eq!(pool.alloc(0, usize::MAX), None);
    let most = pool
        .alloc(0, (16 << 20) - (1 << 18))
        .expect("the rest is usable");
    assert_eq!(pool.node_of(most), 0);
    pool.is_valid().expect("valid");
}

#[test]
fn two_pools_lie_apart_and_bind_their_windows() {
    fn refuse(_: usize, len: usize, node: u32) -> Result<(), String> {
        if node == 7 {
            Err(format!("no node {node} for {len} bytes"))
        } else {
            Ok(())
        }
    }
    let bound = |kernel_node| WindowSpec {
        kernel_node,
        capacity_bytes: None,
    };
    let windows = vec![bound(Some(0)), bound(Some(7)), bound(None)];
    let options = PoolOptions {
        windows,
        window_shift: WINDOW_SHIFT,
        binder: refuse,
    };
    let first = Pool::open(&options).expect("first");
    let second = Pool::open(&PoolOptions::plain(2)).expect("second");
    let lost = format!("no node 7 for {} bytes", 1u64 << first.window_shift());
    assert_eq!(first.unbound(), &[(1, lost)]);
    let pointers = [first.alloc(2, 100), second.alloc(1, 100)].map(|got| got.expect("memory"));
    assert!(first.contains(pointers[0]) && !first.contains(pointers[1]));
    assert!(second.contains(pointers[1]) && !second.contains(pointers[0]));
    assert_eq!(
        (first.node_of(pointers[0]), second.node_of(pointers[1])),
        (2, 1)
    );
}

#[test]
fn root_starts_zero_and_stays() {
    let pool = small_pool(2, 30, None);
    let root: NonNull<u64> = pool.root(1).cast();
    // SAFETY: the root's bytes belong to the pool's user and are 8-byte aligned.
    unsafe {
        assert_eq!(root.read(), 0);
        root.write(42);
        assert_eq!(pool.root(1).cast::<u64>().read(), 42);
    }
    assert_eq!(pool.size_of(pool.root(1)), 0);
}

#[test]
fn sparse_slabs_empty_when_their_cells_move_to_dense_ones() {
    let pool = small_pool(1, 30, None);
    let mut live: Vec<_> = (0..20_000)
        .map(|_| pool.alloc(0, 64).expect("memory"))
        .collect();
    let mut random = Random(7);
    let mut kept = Vec::new();
    for pointer in live.drain(..) {
        if random.below(4) == 0 {
            fill(pointer, 64);
            kept.push(pointer);
        } else {
            // SAFETY: allocated above, freed once.
            unsafe { pool.free(pointer, 64) };
        }
    }
    pool.purge();
    let before = pool.stats(0).expect("node 0");
    for pointer in &mut kept {
        let (used, cells) = pool.fill(*pointer);
        if used * 2 < cells {
            let target = pool.alloc_dense(0, 64).expect("memory");
            // SAFETY: the source is alive, and nobody uses it after.
            unsafe { pool.free_dense(std::mem::replace(pointer, target), 64) };
        }
    }
    pool.purge();
    pool.is_valid().expect("valid");
    let after = pool.stats(0).expect("node 0");
    assert_eq!(after.used_bytes, 64 * kept.len() as u64);
    let ratio = (
        after.slab_cells as f64 / after.slab_cells_used as f64,
        before.slabs,
    );
    assert!(
        ratio.0 < 1.3,
        "{} slabs before, {} after",
        before.slabs,
        after.slabs
    );
    assert!(after.resident_bytes < before.resident_bytes);
}

#[test]
fn threads_free_what_other_threads_allocated() {
    let pool = small_pool(2, 34, None);
    std::thread::scope(|scope| {
        let (mut senders, mut receivers) = (Vec::new(), Vec::new());
        for _ in 0..4 {
            let (sender, receiver) = mpsc::channel::<(u64, usize)>();
            senders.push(sender);
            receivers.push(receiver);
        }
        for (index, receiver) in receivers.into_iter().enumerate() {
            let to = senders[(index + 1) % 4].clone();
            let pool = &pool;
            scope.spawn(move || {
                let mut random = Random(index as u64 + 1);
                let mut take_in = |(offset, size): (u64, usize)| {
                    assert_filled(pool.at(offset), size);
                    // SAFETY: its sender gave this allocation up.
                    unsafe { pool.free(pool.at(offset), size) };
                };
                for _ in 0..8_000 {
                    let limit = if random.below(20) == 0 { 40_000 } else { 700 };
                    let size = random.below(limit);
                    let pointer = pool.alloc(random.below(2) as u32, size).expect("memory");
                    fill(pointer, size);
                    to.send((pool.offset_of(pointer), size))
                        .expect("neighbour lives");
                    receiver.try_iter().for_each(&mut take_in);
                }
                drop(to);
                receiver.iter().for_each(&mut take_in);
                pool.purge();
            });
        }
        drop(senders);
    });
    assert_eq!(pool.used_bytes(), 0);
    pool.is_valid().expect("valid");
    pool.purge();
    let taken = [0, 1].map(|node| pool.stats(node).expect("two nodes").taken_bytes);
    assert_eq!(taken, [0, 0]);
}

#[test]
fn a_full_arena_makes_room_again_whenever_something_was_given_back() {
    let pool = Pool::open(&PoolOptions::plain(1)).expect("a pool");
    pool.set_budget(0, Some(1 << 20));
    let fill =
        |size: usize| -> Vec<NonNull<u8>> { core::iter::from_fn(|| pool.alloc(0, size)).collect() };
    let small = fill(48);
    assert!(pool.alloc(0, 3000).is_none() && pool.alloc(0, 8 << 10).is_none());
    for cell in small {
        // SAFETY: allocated above with this size, and used nowhere.
        unsafe { pool.free(cell, 48) };
    }
    for size in [3000, 8 << 10, 48] {
        let cells = fill(size);
        assert!(cells.len() * size > 600_000, "{} of {size}", cells.len());
        for cell in cells {
            // SAFETY: as above.
            unsafe { pool.free(cell, size) };
        }
    }
    pool.is_valid().expect("a valid pool");
}

#[test]
fn memory_can_be_there_before_it_is_wanted() {
    let pool = small_pool(2, 30, None);
    let at = |node| pool.stats(node).expect("two nodes");
    let before = at(1).resident_bytes;
    pool.warm(1);
    pool.warm(1);
    pool.warm(9);
    let warm = at(1);
    assert_eq!(warm.dirty_bytes, 256 << 10);
    // Whatever describes the pages is new, too.
    let grown = warm.resident_bytes - before;
    assert!((256 << 10..300 << 10).contains(&grown), "{grown}");
    assert_eq!((warm.taken_bytes, at(0).dirty_bytes), (0, 0));
    pool.is_valid().expect("valid");

    // A span takes of it, and is there before it is written to.
    let span = pool.alloc(1, 200 << 10).expect("memory");
    let taken = at(1);
    assert_eq!(taken.dirty_bytes, 56 << 10);
    fill(span, 200 << 10);
    assert!(at(1).resident_bytes < taken.resident_bytes + (8 << 10));
    // SAFETY: allocated above with this size.
    unsafe { pool.free(span, 200 << 10) };

    pool.set_budget(1, Some(0));
    pool.purge();
    pool.warm(1);
    assert_eq!(at(1).dirty_bytes, 0, "no more than the node may have");
}

#[test]
fn what_takes_several_pages_has_memory_before_it_is_written_to() {
    let pool = small_pool(1, 30, None);
    let resident = || pool.stats(0).expect("node 0").resident_bytes;
    for size in [5000, 10_000, 100_000] {
        // The first of its class may bring tables along.
        let first = pool.alloc(0, size).expect("memory");
        let before = resident();
        let second = pool.alloc(0, size).expect("memory");
        let grown = resident() - before;
        let pages = usable_size(size).div_ceil(PAGE_BYTES) as u64 * PAGE_BYTES as u64;
        assert!(
            (pages - 4096..pages + 4096).contains(&grown),
            "{size}: {grown}"
        );
        let there = resident();
        fill(second, size);
        assert_eq!(resident(), there, "{size}");
        for pointer in [first, second] {
            // SAFETY: allocated above with this size.
            unsafe { pool.free(pointer, size) };
        }
    }
    let large = pool.alloc(0, 4 << 20).expect("memory");
    let before = resident();
    pool.populate(large, 4 << 20);
    let grown = resident() - before;
    assert!(grown >= 4 << 20, "{grown}");
    // SAFETY: as above.
    unsafe { pool.free(large, 4 << 20) };
    pool.is_valid().expect("valid");
}

#[test]
fn purge_takes_over_what_ended_threads_had_at_hand() {
    let pool = small_pool(1, 30, None);
    let work = || {
        let pointer = pool.alloc(0, 64).expect("memory");
        // SAFETY: allocated above, freed once.
        unsafe { pool.free(pointer, 64) };
    };
    std::thread::scope(|scope| scope.spawn(work).join().expect("join"));
    assert!(pool.used_bytes_at_most() > 0);
    // Threads of other tests may sit on that seat for a while.
    let emptied = (0..2_000).any(|_| {
        pool.purge();
        std::thread::sleep(std::time::Duration::from_millis(5));
        pool.used_bytes_at_most() == 0
    });
    assert!(emptied && pool.stats(0).expect("node 0").taken_bytes == 0);
}

#[test]
fn hits_and_misses_add_up_to_the_requests() {
    let pool = small_pool(1, 30, None);
    let sizes = [(100, 5_000), (1_000, 300), (9_000, 100), (50_000, 20)];
    for (size, count) in sizes {
        for _ in 0..count {
            pool.alloc(0, size).expect("memory");
        }
    }
    let stats = pool.stats(0).expect("node 0");
    assert_eq!(stats.slab_hits + stats.slab_misses, 5_000);
    assert_eq!(stats.chunk_hits + stats.chunk_misses, 400);
    assert_eq!((stats.span_hits, stats.spans), (20 - stats.span_misses, 20));
    assert_eq!(stats.slab_misses, stats.slabs);
}

#[test]
fn page_addresses_covers_exactly_the_pages_touched() {
    let pool = small_pool(1, 30, None);
    let span = pool.alloc(0, 20_000).expect("memory");
    let start = span.addr().get();
    let pages: Vec<usize> = pool.page_addresses(span, 8193).collect();
    assert_eq!(pages, [start, start + 4096, start + 8192]);
    assert_eq!(pool.page_addresses(span, 0).count(), 1);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "double free")]
fn double_free_of_a_cell_panics_in_debug() {
    let pool = small_pool(1, 30, None);
    let pointer = pool.alloc(0, 64).expect("memory");
    // SAFETY: the second free breaks the contract on purpose; debug builds panic before harm.
    unsafe {
        pool.free_dense(pointer, 64);
        pool.free_dense(pointer, 64);
    }
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "its memory has 64 bytes")]
fn free_with_a_wrong_size_panics_in_debug() {
    let pool = small_pool(1, 30, None);
    let pointer = pool.alloc(0, 64).expect("memory");
    // SAFETY: the wrong size breaks the contract on purpose; debug builds panic before harm.
    unsafe { pool.free(pointer, 65) };
}
