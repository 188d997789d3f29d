//! Allocate and free: the pool beside mimalloc and jemalloc, in one run.
//!
//! Every pair is timed with a write of one word to the memory, as any user does at least that.
//!
//! | group | pattern |
//! |---|---|
//! | `batch` | 256 allocations of one size, then freed in the same order |
//! | `churn` | 100,000 live allocations of mixed sizes, one replaced at random each time |
//! | `two threads` | the batch on two threads at once, each with its own memory |
//!
//! Times are per pair of one allocation and one free.

// criterion_group! makes a public function without a doc comment.
#![allow(missing_docs)]

use std::alloc::{GlobalAlloc, Layout};
use std::hint::black_box;
use std::ptr::NonNull;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mimalloc::MiMalloc;
use numakv_core::pool::{Pool, PoolOptions};
use tikv_jemallocator::Jemalloc;

/// Allocations of one batch.
const BATCH: usize = 256;
/// Live allocations of the churn.
const LIVE: usize = 100_000;

/// An allocator under test.
trait Subject: Sync {
    fn take(&self, size: usize) -> NonNull<u8>;
    /// # Safety
    /// `pointer` came from `take(size)` and is not used after.
    unsafe fn give(&self, pointer: NonNull<u8>, size: usize);
}

impl Subject for Pool {
    fn take(&self, size: usize) -> NonNull<u8> {
        self.alloc(0, size).expect("memory")
    }

    unsafe fn give(&self, pointer: NonNull<u8>, size: usize) {
        // SAFETY: the caller's promise is the pool's demand.
        unsafe { self.free(pointer, size) }
    }
}

/// Any global allocator, asked directly.
struct Peer<A>(A);

impl<A: GlobalAlloc + Sync> Subject for Peer<A> {
    fn take(&self, size: usize) -> NonNull<u8> {
        // SAFETY: no benched size is 0.
        NonNull::new(unsafe { self.0.alloc(layout(size)) }).expect("memory")
    }

    unsafe fn give(&self, pointer: NonNull<u8>, size: usize) {
        // SAFETY: the caller's promise: allocated here with this layout.
        unsafe { self.0.dealloc(pointer.as_ptr(), layout(size)) }
    }
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).expect("a small size")
}

fn touch(pointer: NonNull<u8>) -> NonNull<u8> {
    // SAFETY: the smallest benched size is a word, and the memory belongs to the bench.
    unsafe { pointer.cast::<u64>().write(1) };
    black_box(pointer)
}

/// One batch: sizes in turn, freed first in, first out.
fn batch<S: Subject>(subject: &S, sizes: &[usize], live: &mut Vec<(NonNull<u8>, usize)>) {
    for index in 0..BATCH {
        let size = black_box(sizes[index % sizes.len()]);
        live.push((touch(subject.take(size)), size));
    }
    for (pointer, size) in live.drain(..) {
        // SAFETY: taken above, given back once.
        unsafe { subject.give(pointer, size) };
    }
}

/// `rounds` batches on each of two threads; the time of the slower one.
fn two_threads<S: Subject>(subject: &S, sizes: &[usize], rounds: u64) -> Duration {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut live = Vec::with_capacity(BATCH);
                (0..rounds).for_each(|_| batch(subject, sizes, &mut live));
            });
        }
    });
    start.elapsed()
}

/// Live allocations replaced at random.
struct Churn<'a, S: Subject> {
    subject: &'a S,
    live: Vec<(NonNull<u8>, usize)>,
    random: u64,
}

impl<'a, S: Subject> Churn<'a, S> {
    fn new(subject: &'a S) -> Churn<'a, S> {
        let mut churn = Churn {
            subject,
            live: Vec::with_capacity(LIVE),
            random: 88172645463325252,
        };
        for _ in 0..LIVE {
            let size = churn.size();
            churn.live.push((touch(subject.take(size)), size));
        }
        churn
    }

    fn next(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    /// 16 to 512 B, small sizes more often.
    fn size(&mut self) -> usize {
        let (a, b) = (self.next() >> 20, self.next() >> 20);
        16 + (a % 497).min(b % 497) as usize
    }

    fn replace(&mut self) {
        let (index, size) = ((self.next() >> 20) as usize % LIVE, self.size());
        let (pointer, old) = self.live[index];
        // SAFETY: alive until now, replaced in the list at once.
        unsafe { self.subject.give(pointer, old) };
        self.live[index] = (touch(self.subject.take(size)), size);
    }
}

impl<S: Subject> Drop for Churn<'_, S> {
    fn drop(&mut self) {
        for (pointer, size) in self.live.drain(..) {
            // SAFETY: alive, given back once.
            unsafe { self.subject.give(pointer, size) };
        }
    }
}

fn bench_subject<S: Subject>(criterion: &mut Criterion, name: &str, subject: &S) {
    const MIXED: [usize; 8] = [24, 100, 48, 320, 16, 200, 72, 512];
    let cases: [(&str, &[usize]); 8] = [
        ("16", &[16]),
        ("64", &[64]),
        ("104", &[104]),
        ("256", &[256]),
        ("512", &[512]),
        ("mixed", &MIXED),
        ("2048", &[2048]),
        ("65536", &[65536]),
    ];
    let mut group = criterion.benchmark_group("batch");
    group.throughput(Throughput::Elements(BATCH as u64));
    for (case, sizes) in cases {
        let mut live = Vec::with_capacity(BATCH);
        group.bench_function(format!("{case}/{name}"), |bencher| {
            bencher.iter(|| batch(subject, sizes, &mut live));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("two threads");
    group.throughput(Throughput::Elements(2 * BATCH as u64));
    for (case, sizes) in [("64", &[64][..]), ("mixed", &MIXED), ("2048", &[2048])] {
        group.bench_function(format!("{case}/{name}"), |bencher| {
            bencher.iter_custom(|rounds| two_threads(subject, sizes, rounds));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("churn");
    group.throughput(Throughput::Elements(1));
    let mut churn = Churn::new(subject);
    group.bench_function(name, |bencher| bencher.iter(|| churn.replace()));
    group.finish();
}

fn allocate_and_free(criterion: &mut Criterion) {
    let pool = Pool::open(&PoolOptions::plain(1)).expect("open a pool");
    bench_subject(criterion, "pool", &pool);
    bench_subject(criterion, "mimalloc", &Peer(MiMalloc));
    bench_subject(criterion, "jemalloc", &Peer(Jemalloc));
}

criterion_group! {
    name = pool;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1000))
        .sample_size(30);
    targets = allocate_and_free
}
criterion_main!(pool);
