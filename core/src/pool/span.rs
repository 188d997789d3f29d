//! Spans and the page runs below them: who has which pages of one window's body.
//!
//! ```text
//! head │ taken, free, taken, taken … taken │ never used, committed │ never used, no rights │
//!      first                            frontier              committed                 end
//! ```
//!
//! A request for pages takes the shortest free run that fits (ties: the lowest address) and, when
//! none does, pages beyond the frontier. Runs given back join their neighbours, and the frontier
//! moves down again when the last run joins it. Free runs hold no memory: whoever gives pages
//! back has returned them to the kernel, except for a few short spans kept whole for the next
//! request of the same length. The index lives in Rust's heap; it can be rebuilt from the page map.
//! This file knows nothing of cells.
//!
//! Invariants: `taken + free == frontier - first`; no two free runs touch each other or the
//! frontier; `taken <= limit`; `kept <= KEPT_PAGES`.

use std::collections::{BTreeMap, BTreeSet};

use super::chunk::span_descriptor_page;
use super::page_map::{FREE, SPAN, SPAN_REST};
use super::size_class::{CELL_MAX, PAGE_BYTES};
use super::window::Window;

/// Fewest pages of a span.
pub(super) const SPAN_PAGES_MIN: u32 = (CELL_MAX / PAGE_BYTES) as u32 + 1;
/// Longest span kept for reuse, in pages (256 KB).
const KEPT_SPAN_PAGES: u32 = 64;
/// Pages of all kept spans together (1 MB).
const KEPT_PAGES: u32 = 256;
/// Pages committed at once, at least (4 MB) and at most (256 MB).
const STEP_PAGES: (u32, u32) = (1024, 65536);
/// Free runs looked at for an aligned place before a run that surely has one is taken.
const ALIGNED_LOOKS: usize = 8;

/// The pages of one window, behind the arena's page lock.
pub(super) struct Pages {
    window: Window,
    /// Free runs: first page to length.
    runs: BTreeMap<u32, u32>,
    /// The same runs by length.
    by_length: BTreeSet<(u32, u32)>,
    first: u32,
    frontier: u32,
    committed: u32,
    /// Pages in chunks and spans, kept ones included.
    taken: u32,
    /// Most pages that may be taken.
    limit: u32,
    /// Fault injection: refuse every commit.
    refuse: bool,
    /// Kept spans by length: first page, 0 for none.
    kept: [u32; KEPT_SPAN_PAGES as usize + 1],
    kept_pages: u32,
    /// Chunks of slabs with idle pages (see `supply.rs`).
    pub(super) slab_chunks: BTreeSet<u32>,
    /// Chunks of slabs by order, and the slabs in them.
    pub(super) slab_chunk_count: [u32; 3],
    pub(super) slabs: u32,
    /// Idle slab pages still backed by memory.
    pub(super) dirty: u32,
    /// Live spans and their pages.
    pub(super) spans: u64,
    pub(super) span_pages: u64,
    /// Page requests served by a free run or a kept span, and those that moved the frontier.
    pub(super) run_hits: u64,
    pub(super) run_misses: u64,
    /// The same for spans only.
    pub(super) span_hits: u64,
    pub(super) span_misses: u64,
}

impl Pages {
    /// The pages of a window that nothing was taken from yet; at most `limit` bytes may be.
    pub(super) fn new(window: Window, limit: Option<u64>) -> Pages {
        let first = window.head_pages();
        let all = window.pages() - first;
        let limit = limit.map_or(all, |bytes| {
            (bytes / PAGE_BYTES as u64).min(all as u64) as u32
        });
        Pages {
            window,
            runs: BTreeMap::new(),
            by_length: BTreeSet::new(),
            first,
            frontier: first,
            committed: first,
            taken: 0,
            limit,
            refuse: false,
            kept: [0; KEPT_SPAN_PAGES as usize + 1],
            kept_pages: 0,
            slab_chunks: BTreeSet::new(),
            slab_chunk_count: [0; 3],
            slabs: 0,
            dirty: 0,
            spans: 0,
            span_pages: 0,
            run_hits: 0,
            run_misses: 0,
            span_hits: 0,
            span_misses: 0,
        }
    }

    /// Takes `pages` pages starting at a multiple of `align` (a power of two), without touching
    /// the page map. None when the limit, the window or the kernel does not allow it.
    pub(super) fn take_run(&mut self, pages: u32, align: u32) -> Option<u32> {
        if pages > self.limit - self.taken {
            return None;
        }
        let page = match self.best_fit(pages, align) {
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
        Some(page)
    }

    /// The shortest free run with an aligned place for `pages`, cut to size.
    fn best_fit(&mut self, pages: u32, align: u32) -> Option<u32> {
        let aligned = |&(length, start): &(u32, u32)| {
            (start.next_multiple_of(align) + pages <= start + length).then_some((start, length))
        };
        let mut near = self.by_length.range((pages, 0)..).take(ALIGNED_LOOKS);
        let mut sure = self.by_length.range((pages + align - 1, 0)..);
        let (start, length) = near.find_map(aligned).or_else(|| sure.find_map(aligned))?;
        self.remove(start, length);
        let page = start.next_multiple_of(align);
        self.insert(start, page - start);
        self.insert(page + pages, start + length - page - pages);
        Some(page)
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
        let gap = page - self.frontier;
        self.insert(self.frontier, gap);
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

    /// Gives back pages whose memory the caller has released, and marks them free.
    pub(super) fn put_run(&mut self, page: u32, pages: u32) {
        debug_assert!(page >= self.first && page + pages <= self.frontier);
        self.window.set_kind(page, pages, FREE);
        self.taken -= pages;
        let (mut start, mut end) = (page, page + pages);
        if let Some((&before, &length)) = self.runs.range(..page).next_back() {
            debug_assert!(before + length <= page, "pages {page}.. were free already");
            if before + length == start {
                self.remove(before, length);
                start = before;
            }
        }
        if let Some(&length) = self.runs.get(&end) {
            self.remove(end, length);
            end += length;
        }
        if end == self.frontier {
            self.frontier = start;
        } else {
            self.insert(start, end - start);
        }
    }

    fn insert(&mut self, start: u32, length: u32) {
        if length > 0 {
            self.runs.insert(start, length);
            self.by_length.insert((length, start));
        }
    }

    fn remove(&mut self, start: u32, length: u32) {
        self.runs.remove(&start);
        self.by_length.remove(&(length, start));
    }

    /// A span of `pages` pages; None as for `take_run`.
    pub(super) fn take_span(&mut self, pages: u32) -> Option<u32> {
        let page = match self.take_kept(pages) {
            Some(page) => page,
            None => self.take_new_span(pages)?,
        };
        self.spans += 1;
        self.span_pages += pages as u64;
        Some(page)
    }

    fn take_kept(&mut self, pages: u32) -> Option<u32> {
        let kept = self
            .kept
            .get_mut(pages as usize)
            .filter(|page| **page != 0)?;
        let page = std::mem::take(kept);
        self.kept_pages -= pages;
        self.run_hits += 1;
        self.span_hits += 1;
        Some(page)
    }

    fn take_new_span(&mut self, pages: u32) -> Option<u32> {
        let misses = self.run_misses;
        let page = self.take_run(pages, 1)?;
        let missed = self.run_misses - misses;
        self.span_misses += missed;
        self.span_hits += 1 - missed;
        self.window.set_kind(page, 1, SPAN);
        self.window.set_kind(page + 1, pages - 1, SPAN_REST);
        self.window
            .chunk(span_descriptor_page(page))
            .format_span(pages);
        Some(page)
    }

    /// Takes a dead span in, memory and all, if it is short and few are kept. False: the caller
    /// releases its memory and calls `put_span`.
    pub(super) fn keep_span(&mut self, page: u32, pages: u32) -> bool {
        let room = pages <= KEPT_SPAN_PAGES
            && self.kept_pages + pages <= KEPT_PAGES
            && self.kept[pages as usize] == 0;
        if room {
            self.kept[pages as usize] = page;
            self.kept_pages += pages;
            self.spans -= 1;
            self.span_pages -= pages as u64;
        }
        room
    }

    /// Gives back a dead span whose memory was released.
    pub(super) fn put_span(&mut self, page: u32, pages: u32) {
        self.put_run(page, pages);
        self.spans -= 1;
        self.span_pages -= pages as u64;
    }

    /// Gives the kept spans back to the kernel and to the free runs.
    pub(super) fn drop_kept(&mut self) {
        for pages in SPAN_PAGES_MIN..=KEPT_SPAN_PAGES {
            let page = std::mem::take(&mut self.kept[pages as usize]);
            if page != 0 {
                self.window.release(page, pages);
                self.put_run(page, pages);
            }
        }
        self.kept_pages = 0;
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

    /// Pages in chunks and spans, kept spans included.
    pub(super) fn taken(&self) -> u32 {
        self.taken
    }

    /// Pages in kept spans.
    pub(super) fn kept_pages(&self) -> u32 {
        self.kept_pages
    }

    /// Whether the span at `page` is a kept one.
    pub(super) fn is_kept(&self, page: u32, pages: u32) -> bool {
        self.kept.get(pages as usize) == Some(&page)
    }

    /// Length of the free run that starts at `page`.
    pub(super) fn run_at(&self, page: u32) -> Option<u32> {
        self.runs.get(&page).copied()
    }

    /// Number of free runs.
    pub(super) fn run_count(&self) -> usize {
        self.runs.len()
    }

    /// Whether both indexes hold the same runs and the counting equation holds.
    pub(super) fn check(&self) -> Result<(), String> {
        let free: u32 = self.runs.values().sum();
        let twins = self
            .runs
            .iter()
            .all(|(&start, &length)| length > 0 && self.by_length.contains(&(length, start)));
        if !twins || self.runs.len() != self.by_length.len() {
            return Err("the two indexes of free runs differ".into());
        }
        let (taken, used) = (self.taken, self.frontier - self.first);
        if taken + free != used || taken > self.limit || self.frontier > self.committed {
            return Err(format!("pages: taken {taken} + free {free} != {used}"));
        }
        Ok(())
    }
}
