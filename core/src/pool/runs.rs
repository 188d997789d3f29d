//! An index of free page runs: by place, to join neighbours, and by length, to find the best fit.
//!
//! Lives in Rust's heap, since it can be rebuilt from the page map. All operations take time
//! logarithmic in the number of runs. This file knows only numbers.
//!
//! Invariants: both maps hold the same runs; no run is empty; no two runs touch or overlap;
//! `pages == sum of the lengths`.

use std::collections::{BTreeMap, BTreeSet};

/// Runs looked at for an aligned place before one that surely has it is taken.
const ALIGNED_LOOKS: usize = 8;

/// Free runs of pages.
#[derive(Default)]
pub(super) struct Runs {
    /// First page to length.
    by_place: BTreeMap<u32, u32>,
    /// Length, then first page.
    by_length: BTreeSet<(u32, u32)>,
    pages: u32,
}

impl Runs {
    /// Cuts `pages` pages, starting at a multiple of `align` (a power of two), from the shortest
    /// run that has room for them; of equals, from the one with the lowest address.
    pub(super) fn take(&mut self, pages: u32, align: u32) -> Option<u32> {
        let (start, length) = self.find(pages, align)?;
        self.remove(start, length);
        let page = start.next_multiple_of(align);
        self.insert(start, page - start);
        self.insert(page + pages, start + length - page - pages);
        Some(page)
    }

    /// Whether `take` would find one.
    pub(super) fn has(&self, pages: u32, align: u32) -> bool {
        self.find(pages, align).is_some()
    }

    /// The run that `take` cuts: first page and length.
    fn find(&self, pages: u32, align: u32) -> Option<(u32, u32)> {
        let aligned = |&(length, start): &(u32, u32)| {
            (start.next_multiple_of(align) + pages <= start + length).then_some((start, length))
        };
        let mut near = self.by_length.range((pages, 0)..).take(ALIGNED_LOOKS);
        let mut sure = self.by_length.range((pages + align - 1, 0)..);
        near.find_map(aligned).or_else(|| sure.find_map(aligned))
    }

    /// Cuts `pages` pages from the front of the run that starts at `page`; `false` when none does, or a shorter one.
    pub(super) fn take_at(&mut self, page: u32, pages: u32) -> bool {
        let Some(length) = self.at(page).filter(|&length| length >= pages) else {
            return false;
        };
        self.remove(page, length);
        self.insert(page + pages, length - pages);
        true
    }

    /// Adds a run, joined with those it touches; returns the whole: first page and length.
    pub(super) fn put(&mut self, page: u32, pages: u32) -> (u32, u32) {
        let (mut start, mut end) = (page, page + pages);
        if let Some((&before, &length)) = self.by_place.range(..page).next_back() {
            debug_assert!(before + length <= page, "pages {page}.. were free already");
            if before + length == start {
                self.remove(before, length);
                start = before;
            }
        }
        if let Some(&length) = self.by_place.get(&end) {
            self.remove(end, length);
            end += length;
        }
        self.insert(start, end - start);
        (start, end - start)
    }

    /// Removes the longest run.
    pub(super) fn take_longest(&mut self) -> Option<(u32, u32)> {
        let &(length, start) = self.by_length.last()?;
        self.remove(start, length);
        Some((start, length))
    }

    fn insert(&mut self, start: u32, length: u32) {
        if length > 0 {
            self.by_place.insert(start, length);
            self.by_length.insert((length, start));
            self.pages += length;
        }
    }

    /// Removes exactly this run.
    pub(super) fn remove(&mut self, start: u32, length: u32) {
        let known = self.by_place.remove(&start) == Some(length);
        debug_assert!(known, "no run of {length} pages at {start}");
        self.by_length.remove(&(length, start));
        self.pages -= length;
    }

    /// Pages in all runs.
    pub(super) fn pages(&self) -> u32 {
        self.pages
    }

    /// Number of runs.
    pub(super) fn count(&self) -> usize {
        self.by_place.len()
    }

    /// Length of the run that starts at `page`.
    pub(super) fn at(&self, page: u32) -> Option<u32> {
        self.by_place.get(&page).copied()
    }

    /// Whether the invariants hold.
    pub(super) fn is_valid(&self) -> bool {
        let mut end = 0;
        let apart = self.by_place.iter().all(|(&start, &length)| {
            let good = start > end && length > 0 && self.by_length.contains(&(length, start));
            end = start + length;
            good
        });
        apart
            && self.by_place.len() == self.by_length.len()
            && self.pages == self.by_place.values().sum::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn put_joins_both_neighbours() {
        let mut runs = Runs::default();
        assert_eq!(runs.put(10, 5), (10, 5));
        assert_eq!(runs.put(20, 5), (20, 5));
        assert_eq!(runs.put(15, 5), (10, 15));
        assert_eq!((runs.count(), runs.pages(), runs.at(10)), (1, 15, Some(15)));
        assert!(runs.is_valid());
    }

    #[test]
    fn take_prefers_the_shortest_run_and_honours_alignment() {
        let mut runs = Runs::default();
        runs.put(1, 30);
        runs.put(65, 20);
        assert_eq!(runs.take(16, 1), Some(65));
        assert_eq!(runs.take(16, 16), None);
        assert_eq!(runs.take(8, 16), Some(16));
        assert_eq!(runs.take(100, 1), None);
        assert!(runs.is_valid());
        assert_eq!((runs.take_longest(), runs.pages()), (Some((1, 15)), 11));
    }
}
