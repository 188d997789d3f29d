//! Evacuation: cells move out of marked slabs under a model, at random moments, whole or in part, and from several threads.

use super::super::space::{Space, Tally};
use super::*;

/// How often cells of `node` are moved before the rest is left behind.
#[derive(Clone, Copy, PartialEq)]
enum Extent {
    Whole,
    Part,
}

impl Model {
    /// Moves what lies in marked places; other requests come in between.
    fn compact(&mut self, node: u32, extent: Extent) {
        self.pool.evacuate(node);
        self.check();
        let all: Vec<u64> = self.live.keys().copied().collect();
        for offset in all {
            if extent == Extent::Part {
                match self.random.below(50) {
                    0 => self.alloc(),
                    1 => self.free(),
                    2 => continue,
                    _ => {}
                }
            }
            let Some(&(home, size)) = self.live.get(&offset) else {
                continue;
            };
            if home == node && self.pool.is_leaving(self.pool.at(offset)) {
                self.relocate(offset, size);
            }
        }
        self.check();
        self.pool.settle(node);
        self.check();
    }

    fn relocate(&mut self, offset: u64, size: usize) {
        let source = self.pool.at(offset);
        let (node, _) = self.live[&offset];
        let (order, tally) = ([node], Tally::default());
        let space = Space::compacting(&self.pool, &order, &tally);
        assert!(!space.holds(source));
        let target = space.alloc(size).expect("there is memory");
        assert!(space.holds(target), "a marked slab gave a cell");
        assert_filled(source, size);
        fill(target, size);
        // SAFETY: the model says that the source is alive, and forgets it.
        unsafe { space.free(source, size) };
        self.live.remove(&offset);
        self.live.insert(self.pool.offset_of(target), (node, size));
    }

    /// Bytes of slabs and chunks of cells for each byte of a live cell.
    fn sparseness(&self, node: u32) -> f64 {
        let stats = self.pool.stats(node).expect("the node");
        let cells: u64 = stats
            .classes
            .iter()
            .map(|class| class.cells * class.cell_bytes as u64)
            .sum();
        cells as f64 / (stats.used_bytes - stats.span_bytes) as f64
    }
}

#[test]
fn compaction_at_random_moments_matches_the_model() {
    for seed in 1..=6 {
        let mut model = Model::new(seed * 0x51ed_270b);
        for phase in [75, 40, 60, 30] {
            for step in 0..1_500 {
                if model.random.below(100) < phase {
                    model.alloc()
                } else {
                    model.free()
                }
                if step % 400 == 399 {
                    let node = model.random.below(2) as u32;
                    let extent = match model.random.below(2) {
                        0 => Extent::Whole,
                        _ => Extent::Part,
                    };
                    model.compact(node, extent);
                    model.pool.decay();
                    model.check();
                }
            }
        }
        while !model.live.is_empty() {
            model.free();
        }
        model.pool.purge();
        model.check();
        for node in 0..2 {
            let stats = model.pool.stats(node).expect("two nodes");
            assert_eq!((stats.taken_bytes, stats.leaving_bytes), (0, 0));
        }
    }
}

#[test]
fn a_whole_compaction_leaves_few_holes_and_gives_the_rest_back() {
    let mut model = Model::new(99);
    let random_size = |model: &mut Model| 16 + model.random.below(2_000);
    for _ in 0..30_000 {
        let size = random_size(&mut model);
        let pointer = model.pool.alloc(0, size).expect("memory");
        fill(pointer, size);
        let offset = model.pool.offset_of(pointer);
        model.live.insert(offset, (0, size));
    }
    for offset in model.live.keys().copied().collect::<Vec<_>>() {
        if model.random.below(2) == 0 {
            let (_, size) = model.live.remove(&offset).expect("it is there");
            // SAFETY: the model forgot it.
            unsafe { model.pool.free(model.pool.at(offset), size) };
        }
    }
    model.pool.purge();
    let (before, resident) = (model.sparseness(0), resident(&model.pool));
    assert!(before > 1.5, "{before}");
    model.compact(0, Extent::Whole);
    assert!(model.pool.purge() > 0 || resident > self::resident(&model.pool));
    let after = model.sparseness(0);
    // One size of 640 B and more has a chunk of its own, which is nearly empty in a test as small as this.
    assert!(after < 1.06, "{before} before, {after} after");
    let stats = model.pool.stats(0).expect("node 0");
    let ratio = stats.resident_bytes as f64 / stats.used_bytes as f64;
    assert!(ratio < 1.15, "resident {ratio}");
    model.check();
}

fn resident(pool: &Pool) -> u64 {
    pool.stats(0).expect("node 0").resident_bytes
}

#[test]
fn a_cell_freed_in_a_marked_slab_passes_the_magazine_by() {
    let pool = small_pool(1, 30, None);
    let mut live: Vec<_> = (0..2_000)
        .map(|_| pool.alloc(0, 64).expect("memory"))
        .collect();
    let kept: Vec<_> = live.iter().copied().step_by(4).collect();
    live.retain(|pointer| !kept.contains(pointer));
    // SAFETY: allocated above, freed once.
    live.iter()
        .for_each(|&pointer| unsafe { pool.free(pointer, 64) });
    let marked = pool.evacuate(0);
    assert!(marked.bytes > 0 && marked.cell_bytes > 0);
    let slabs = pool.stats(0).expect("node 0").slabs;
    let (leaving, staying): (Vec<_>, Vec<_>) = kept
        .into_iter()
        .partition(|&pointer| pool.is_leaving(pointer));
    assert_eq!(leaving.len() as u64 * 64, marked.cell_bytes);
    // SAFETY: allocated above, freed once.
    leaving
        .iter()
        .for_each(|&pointer| unsafe { pool.free(pointer, 64) });
    let after = pool.stats(0).expect("node 0");
    assert_eq!(
        after.leaving_bytes, 0,
        "each was dropped as it became empty"
    );
    assert_eq!(slabs - after.slabs, marked.bytes / 4096);
    pool.settle(0);
    // SAFETY: allocated above, freed once.
    staying
        .iter()
        .for_each(|&pointer| unsafe { pool.free(pointer, 64) });
    pool.purge();
    assert_eq!(pool.stats(0).expect("node 0").taken_bytes, 0);
}

#[test]
fn marked_slabs_give_cells_before_a_request_is_refused() {
    for size in [64, 1_024] {
        let pool = small_pool(1, 30, Some(1 << 20));
        let mut live = Vec::new();
        while let Some(pointer) = pool.alloc_dense(0, size) {
            live.push(pointer);
        }
        let full = live.len();
        for index in (0..full).rev().filter(|index| index % 3 != 0) {
            // SAFETY: allocated above, freed once.
            unsafe { pool.free_dense(live.swap_remove(index), size) };
        }
        assert!(pool.evacuate(0).bytes > 0);
        while let Some(pointer) = pool.alloc_dense(0, size) {
            live.push(pointer);
        }
        assert_eq!(live.len(), full, "cells of {size} bytes");
        pool.is_valid().expect("valid when full");
        pool.settle(0);
    }
}

#[test]
fn decay_gives_back_what_nobody_wants() {
    let pool = small_pool(1, 30, None);
    let sizes = [48, 500, 3_000, 60_000];
    let live: Vec<_> = (0..4_000)
        .map(|index| sizes[index % 4])
        .map(|size| (pool.alloc(0, size).expect("memory"), size))
        .collect();
    for (pointer, size) in live {
        fill(pointer, size);
        // SAFETY: allocated above, freed once.
        unsafe { pool.free(pointer, size) };
    }
    let kept = pool.stats(0).expect("node 0");
    assert!(kept.dirty_bytes + kept.idle_pages * 4096 > 8 << 20);
    assert_eq!(pool.decay(), 0, "all of it was used in this period");
    let released: u64 = (0..40).map(|_| pool.decay()).sum();
    assert!(released > 8 << 20);
    let after = pool.stats(0).expect("node 0");
    assert_eq!((after.dirty_bytes, after.idle_pages), (0, 0));
    pool.is_valid().expect("valid");
}

#[test]
fn threads_move_their_cells_while_slabs_are_marked_and_settled() {
    let pool = small_pool(1, 34, None);
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (pool, done) = (&pool, &done);
        let workers: Vec<_> = (0..3)
            .map(|index| scope.spawn(move || churn(pool, index + 1)))
            .collect();
        let marker = scope.spawn(move || {
            let mut marked = 0;
            while !done.load(Ordering::Relaxed) {
                marked += pool.evacuate(0).bytes;
                std::thread::yield_now();
                pool.settle(0);
                pool.decay();
                pool.warm(0);
                pool.trim();
            }
            marked
        });
        workers.into_iter().for_each(|worker| {
            worker.join().expect("a worker");
        });
        done.store(true, Ordering::Relaxed);
        assert!(marker.join().expect("the marker") > 0);
    });
    assert_eq!(pool.used_bytes(), 0);
    pool.is_valid().expect("valid");
    pool.purge();
    assert_eq!(pool.stats(0).expect("node 0").taken_bytes, 0);
}

/// Allocates, frees, and moves what is marked; frees all at the end.
fn churn(pool: &Pool, seed: u64) {
    let mut random = Random(seed);
    let tally = Tally::default();
    let space = Space::compacting(pool, &[0], &tally);
    let mut live: Vec<(NonNull<u8>, usize)> = Vec::new();
    for step in 0..20_000 {
        if live.len() < 300 || (live.len() < 1_000 && random.below(2) == 0) {
            let size = random.below(1_200);
            let pointer = space.alloc(size).expect("memory");
            fill(pointer, size);
            live.push((pointer, size));
        } else {
            let (pointer, size) = live.swap_remove(random.below(live.len()));
            assert_filled(pointer, size);
            // SAFETY: it is this thread's, and forgotten.
            unsafe { space.free(pointer, size) };
        }
        if step % 64 == 0 {
            pool.tend();
            for (pointer, size) in live.iter_mut().filter(|(it, _)| !space.holds(*it)) {
                let target = space.alloc(*size).expect("memory");
                assert_filled(*pointer, *size);
                fill(target, *size);
                // SAFETY: it is this thread's, which keeps the copy.
                unsafe { space.free(std::mem::replace(pointer, target), *size) };
            }
        }
    }
    for (pointer, size) in live {
        // SAFETY: it is this thread's, and forgotten.
        unsafe { space.free(pointer, size) };
    }
    pool.purge();
}
