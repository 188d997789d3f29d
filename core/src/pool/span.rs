//! Spans and the page runs below them: who has which pages of one window's body.
//!
//! ```text
//! head │ taken, free, taken, taken … taken │ never used, committed │ never used, no rights │
//!      first                            frontier              committed                 end
//! ```
//!
//! Free runs are *dirty* while they still hold memory, and *clean* once that went back to the
//! kernel. A request takes the shortest dirty run that fits, else the shortest clean one, else
//! pages beyond the frontier. Dirty pages save the next user the kernel's work; those beyond a
//! budget are lent to whoever trims the pool, off the lock (see `purge.rs`), and large spans are
//! cleaned at once. Who is about to allocate with other locks held has a run made dirty in advance. Runs join their neighbours of the same kind, and the frontier moves down again
//! when a clean run reaches it.
//! This file knows nothing of cells.
//!
//! Invariants: `taken + dirty + clean == frontier - first` while nothing is lent; no clean run touches the frontier;
//! `taken <= limit`, but for what was taken before the limit fell.

use std::collections::BTreeSet;

use super::chunk::span_descriptor_page;
use super::page_map::{FREE, SPAN, SPAN_REST};
use super::runs::Runs;
use super::size_class::{CELL_MAX, CHUNK_PAGES, PAGE_BYTES};
use super::window::Window;

/// Fewest pages of a span.
pub(super) const SPAN_PAGES_MIN: u32 = (CELL_MAX / PAGE_BYTES) as u32 + 1;
/// Pages of a span whose memory goes back to the kernel as soon as it is freed (1 MB).
pub(super) const LARGE_PAGES: u32 = 256;
/// Dirty pages of a window that a trim leaves (32 MB), but at most an eighth of its limit.
const DIRTY_RUN_PAGES: u32 = 8192;
/// Pages of a run that are lent at once, at most (1 MB): so many may be missed meanwhile, and the kernel is busy with them
/// for some 100 µs, in which it runs nobody else on that CPU.
const LENT_PAGES_MAX: u32 = 256;
/// Pages that are given memory in advance (256 KB).
pub(super) const WARM_PAGES: u32 = CHUNK_PAGES[2];
/// Pages committed at once, at least (4 MB) and at most (256 MB).
const STEP_PAGES: (u32, u32) = (1024, 65536);

/// The pages of one window, behind the arena's page lock.
pub(super) struct Pages {
    window: Window,
    dirty_runs: Runs,
    clean_runs: Runs,
    /// Pages in dirty runs that a trim leaves.
    dirty_limit: u32,
    first: u32,
    frontier: u32,
    committed: u32,
    /// Pages in chunks and spans.
    taken: u32,
    /// Most pages that may be taken.
    limit: u32,
    /// Pages taken above the limit when it was set.
    excess: u32,
    /// Fault injection: refuse every commit.
    refuse: bool,
    /// Chunks of slabs with idle pages, and of these those with dirty ones (see `supply.rs`).
    pub(super) slab_chunks: BTreeSet<u32>,
    pub(super) dirty_chunks: BTreeSet<u32>,
    /// Chunks of slabs by order, and the slabs in them.
    pub(super) slab_chunk_count: [u32; 3],
    pub(super) slabs: u32,
    /// Idle slab pages still backed by memory.
    pub(super) dirty: u32,
    /// The least that [`Pages::unused`] was since the last decay.
    low: u32,
    /// Pages whose memory went back to the kernel so far.
    pub(super) released: u64,
    /// Live spans and their pages.
    pub(super) spans: u64,
    pub(super) span_pages: u64,
    /// Page requests served by a free run, and those that moved the frontier.
    pub(super) run_hits: u64,
    pub(super) run_misses: u64,
    /// The same for spans only.
    pub(super) span_hits: u64,
    pub(super) span_misses: u64,
}

/// Pages that were taken.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// The first.
    pub(super) page: u32,
    /// Whether there is memory behind them: somebody had them, and it has not gone back to the kernel.
    pub(super) is_dirty: bool,
}

/// Unused pages whose memory is being given back to the kernel.
#[derive(Clone, Copy)]
pub(super) enum Lent {
    /// Idle pages of the chunk of slabs at `start`, one bit each.
    Idle {
        /// The chunk's first page.
        start: u32,
        /// Bits of pages.
        pages: u64,
    },
    /// A free run.
    Run {
        /// Its first page.
        page: u32,
        /// Its length.
        pages: u32,
    },
}

impl Lent {
    /// How many.
    pub(super) fn pages(self) -> u32 {
        match self {
            Lent::Idle { pages, .. } => pages.count_ones(),
            Lent::Run { pages, .. } => pages,
        }
    }

    /// Gives their memory back to the kernel, which may take long over it: not under a lock.
    pub(super) fn release(self, window: &Window) {
        match self {
            Lent::Idle { start, mut pages } => {
                while pages != 0 {
                    let from = pages.trailing_zeros();
                    let length = (pages >> from).trailing_ones();
                    window.release(start + from, length);
                    pages &= !(u64::MAX >> (64 - length) << from);
                }
            }
            Lent::Run { page, pages } => window.release(page, pages),
        }
    }
}

/// A limit in pages, `all` at most.
fn pages_within(limit: Option<u64>, all: u32) -> u32 {
    limit.map_or(all, |bytes| {
        (bytes / PAGE_BYTES as u64).min(all as u64) as u32
    })
}

impl Pages {
    /// The pages of a window that nothing was taken from yet; at most `limit` bytes may be.
    pub(super) fn new(window: Window, limit: Option<u64>) -> Pages {
        let first = window.head_pages();
        let all = window.pages() - first;
        let limit = pages_within(limit, all);
        Pages {
            window,
            dirty_runs: Runs::default(),
            clean_runs: Runs::default(),
            dirty_limit: DIRTY_RUN_PAGES.min(limit / 8),
            first,
            frontier: first,
            committed: first,
            taken: 0,
            limit,
            excess: 0,
            refuse: false,
            slab_chunks: BTreeSet::new(),
            dirty_chunks: BTreeSet::new(),
            slab_chunk_count: [0; 3],
            slabs: 0,
            dirty: 0,
            low: 0,
            released: 0,
            spans: 0,
            span_pages: 0,
            run_hits: 0,
            run_misses: 0,
            span_hits: 0,
            span_misses: 0,
        }
    }

    /// Chunks and spans together take at most so many bytes from now on; what is taken stays.
    pub(super) fn set_limit(&mut self, limit: Option<u64>) {
        self.limit = pages_within(limit, self.window.pages() - self.first);
        self.excess = self.taken.saturating_sub(self.limit);
        self.dirty_limit = DIRTY_RUN_PAGES.min(self.limit / 8);
    }

    /// The window.
    pub(super) fn window(&self) -> Window {
        self.window
    }

    /// Bytes that chunks and spans may take; None when only the window bounds them.
    pub(super) fn limit_bytes(&self) -> Option<u64> {
        let is_limited = self.limit < self.window.pages() - self.first;
        is_limited.then_some(self.limit as u64 * PAGE_BYTES as u64)
    }

    /// Takes `pages` pages starting at a multiple of `align` (a power of two), without touching
    /// the page map. None when the limit, the window or the kernel does not allow it.
    pub(super) fn take_run(&mut self, pages: u32, align: u32) -> Option<Run> {
        if pages > self.limit.saturating_sub(self.taken) {
            return None;
        }
        let dirty = self.dirty_runs.take(pages, align);
        let is_dirty = dirty.is_some();
        let page = match dirty.or_else(|| self.clean_runs.take(pages, align)) {
            Some(page) => {
                self.run_hits += 1;
                page
            }
            None => {
                let page = self.take_frontier(pages, align)?;
                self.run_misses += 1;
                page
            }
        };
        self.taken += pages;
        self.note_low();
        Some(Run { page, is_dirty })
    }

    /// Pages that hold memory and nothing else: idle slab pages and dirty runs.
    pub(super) fn unused(&self) -> u32 {
        self.dirty + self.dirty_runs.pages()
    }

    #[inline]
    pub(super) fn note_low(&mut self) {
        self.low = self.low.min(self.unused());
    }

    /// Begins another period of decay, and answers how many unused pages nobody wanted in the one
    /// that ends.
    pub(super) fn begin_decay(&mut self) -> u32 {
        let unwanted = self.low.min(self.unused());
        self.low = self.unused();
        unwanted
    }

    /// Lends out unused pages, about so many: those of one chunk, or a part of one run. None when there are none. Nobody else
    /// gets them before [`Pages::take_back`].
    pub(super) fn lend(&mut self, pages: u32) -> Option<Lent> {
        self.lend_idle().or_else(|| self.lend_run(pages))
    }

    /// The same of what exceeds the budgets.
    pub(super) fn lend_excess(&mut self) -> Option<Lent> {
        if self.has_excess_idle() {
            return self.lend_idle();
        }
        match self.dirty_runs.pages().saturating_sub(self.dirty_limit) {
            0 => None,
            excess => self.lend_run(excess),
        }
    }

    /// The end of the longest dirty run; the front of a long run stays dirty.
    fn lend_run(&mut self, most: u32) -> Option<Lent> {
        let (page, pages) = self.dirty_runs.take_longest()?;
        let lent = pages.min(most).min(LENT_PAGES_MAX);
        if lent < pages {
            self.dirty_runs.put(page, pages - lent);
        }
        self.note_low();
        Some(Lent::Run {
            page: page + pages - lent,
            pages: lent,
        })
    }

    /// Lends out a run without memory, as long as the largest chunk, unless there is one with memory or no room. Nobody else
    /// gets it before [`Pages::take_back_warm`].
    pub(super) fn lend_cold(&mut self) -> Option<Run> {
        let is_full = self.limit.saturating_sub(self.taken) < WARM_PAGES;
        let would_be_trimmed = self.dirty_limit < WARM_PAGES;
        if is_full || would_be_trimmed || self.dirty_runs.has(WARM_PAGES, WARM_PAGES) {
            return None;
        }
        let clean = self.clean_runs.take(WARM_PAGES, WARM_PAGES);
        let page = clean.or_else(|| self.take_frontier(WARM_PAGES, WARM_PAGES))?;
        Some(Run {
            page,
            is_dirty: false,
        })
    }

    /// Takes back what `lend_cold` lent, with memory behind it.
    pub(super) fn take_back_warm(&mut self, run: Run) {
        self.dirty_runs.put(run.page, WARM_PAGES);
    }

    /// Takes back what was lent, whose memory has gone back to the kernel.
    pub(super) fn take_back(&mut self, lent: Lent) {
        self.released += lent.pages() as u64;
        match lent {
            Lent::Idle { start, pages } => self.take_back_idle(start, pages),
            Lent::Run { page, pages } => self.put_clean(page, pages),
        }
    }

    /// Pages beyond the frontier, committed; the gap that alignment leaves becomes a free run.
    fn take_frontier(&mut self, pages: u32, align: u32) -> Option<u32> {
        let page = self.frontier.next_multiple_of(align);
        let end = page
            .checked_add(pages)
            .filter(|&end| end <= self.window.pages())?;
        if end > self.committed && !self.commit(end) {
            return None;
        }
        if page > self.frontier {
            self.clean_runs.put(self.frontier, page - self.frontier);
        }
        self.frontier = end;
        Some(page)
    }

    /// Commits up to `end`, and further by a step that grows with the window's use.
    fn commit(&mut self, end: u32) -> bool {
        if self.refuse {
            return false;
        }
        let step = (self.committed - self.first).clamp(STEP_PAGES.0, STEP_PAGES.1);
        let generous = end
            .max(self.committed.saturating_add(step))
            .min(self.window.pages());
        let granted = [generous, end]
            .into_iter()
            .find(|&to| self.window.commit(self.committed, to));
        self.committed = granted.unwrap_or(self.committed);
        granted.is_some()
    }

    /// Gives back pages and marks them free; `dirty` says that they may still hold memory.
    pub(super) fn put_run(&mut self, page: u32, pages: u32, dirty: bool) {
        debug_assert!(page >= self.first && page + pages <= self.frontier);
        self.window.set_kind(page, pages, FREE);
        self.taken -= pages;
        if dirty {
            self.dirty_runs.put(page, pages);
        } else {
            self.put_clean(page, pages);
        }
    }

    fn put_clean(&mut self, page: u32, pages: u32) {
        let (start, length) = self.clean_runs.put(page, pages);
        if start + length == self.frontier {
            self.clean_runs.remove(start, length);
            self.frontier = start;
        }
    }

    /// A span of `pages` pages; None as for `take_run`.
    pub(super) fn take_span(&mut self, pages: u32) -> Option<Run> {
        let misses = self.run_misses;
        let run = self.take_run(pages, 1)?;
        let page = run.page;
        let missed = self.run_misses - misses;
        self.span_misses += missed;
        self.span_hits += 1 - missed;
        self.window.set_kind(page, 1, SPAN);
        self.window.set_kind(page + 1, pages - 1, SPAN_REST);
        self.window
            .chunk(span_descriptor_page(page))
            .format_span(pages);
        self.spans += 1;
        self.span_pages += pages as u64;
        Some(run)
    }

    /// Gives the live span of `pages` pages at `page` so many as `wanted`, where it lies: `false` when the pages behind it are not
    /// free, or not to be had, and then nothing has changed. The memory of pages cut off has been given back already when
    /// they are not `dirty`.
    pub(super) fn resize_span(&mut self, page: u32, pages: u32, wanted: u32, dirty: bool) -> bool {
        debug_assert!(pages.min(wanted) >= SPAN_PAGES_MIN);
        let end = page + pages;
        if wanted < pages {
            self.put_run(page + wanted, pages - wanted, dirty);
            self.released += if dirty { 0 } else { (pages - wanted) as u64 };
        } else if !self.take_behind(end, wanted - pages) {
            return false;
        } else {
            self.taken += wanted - pages;
            self.note_low();
            self.window.set_kind(end, wanted - pages, SPAN_REST);
        }
        self.window
            .chunk(span_descriptor_page(page))
            .format_span(wanted);
        self.span_pages = self.span_pages - pages as u64 + wanted as u64;
        true
    }

    /// Takes `pages` pages from `page` on, which are one free run or were never used; `false` when they are not.
    fn take_behind(&mut self, page: u32, pages: u32) -> bool {
        if pages > self.limit - self.taken {
            return false;
        }
        if page == self.frontier {
            return self.take_frontier(pages, 1).is_some();
        }
        self.dirty_runs.take_at(page, pages) || self.clean_runs.take_at(page, pages)
    }

    /// Gives back a dead span; `dirty` as for `put_run`.
    pub(super) fn put_span(&mut self, page: u32, pages: u32, dirty: bool) {
        self.put_run(page, pages, dirty);
        self.released += if dirty { 0 } else { pages as u64 };
        self.spans -= 1;
        self.span_pages -= pages as u64;
    }

    /// Fault injection: while `refuse` is set, every commit fails.
    pub(super) fn set_refuse(&mut self, refuse: bool) {
        self.refuse = refuse;
    }

    /// First page of the body.
    pub(super) fn first(&self) -> u32 {
        self.first
    }

    /// Pages beyond this one were never used.
    pub(super) fn frontier(&self) -> u32 {
        self.frontier
    }

    /// Pages beyond this one have no rights yet.
    pub(super) fn committed(&self) -> u32 {
        self.committed
    }

    /// Pages in chunks and spans.
    pub(super) fn taken(&self) -> u32 {
        self.taken
    }

    /// Length of the free run, dirty or clean, that starts at `page`.
    pub(super) fn run_at(&self, page: u32) -> Option<u32> {
        self.dirty_runs
            .at(page)
            .or_else(|| self.clean_runs.at(page))
    }

    /// Number of free runs.
    pub(super) fn run_count(&self) -> usize {
        self.dirty_runs.count() + self.clean_runs.count()
    }

    /// Pages in dirty runs.
    pub(super) fn dirty_run_pages(&self) -> u32 {
        self.dirty_runs.pages()
    }

    /// Whether the counting equations hold.
    pub(super) fn check(&self) -> Result<(), String> {
        if !self.dirty_runs.is_valid() || !self.clean_runs.is_valid() {
            return Err("an index of free runs is damaged".into());
        }
        let (dirty, clean) = (self.dirty_runs.pages(), self.clean_runs.pages());
        let (taken, used) = (self.taken, self.frontier - self.first);
        let bounded = taken <= self.limit + self.excess && self.frontier <= self.committed;
        if taken + dirty + clean != used || !bounded {
            return Err(format!(
                "pages: taken {taken} + dirty {dirty} + clean {clean} != {used}"
            ));
        }
        Ok(())
    }
}
