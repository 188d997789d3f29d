//! Page truth: where the kernel says the pool's pages are, and bringing those home that strayed.
//!
//! A window is bound to its node as a preference, so a full node spills, and a page may be moved behind our back; then the
//! address lies. Here the kernel is asked, page by page and a block at a time, and a page on another node than its
//! window's is a *stray*. It may not know keys, commands or threads: whoever asks brings addresses or a pool.
//!
//! Invariants of every tally: `asked == resident + absent`; in a window that is bound, `resident == home + strays`; after
//! an attempt to bring strays home, `strays == moved + failed + gone`. What is known of a window is the sum of what was
//! seen last of each of its blocks. Nothing is ever derived from the window's own number.

#[cfg(test)]
mod tests;

use crate::numa::{self, NumaError, Topology};
use crate::pool::{PAGE_BYTES, Pool};
use crate::sync::locked;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;
use std::time::Instant;

/// Pages the kernel is asked about in one call, which takes about a millisecond.
pub const BLOCK_PAGES: usize = 4096;
const BLOCK_BYTES: usize = BLOCK_PAGES * PAGE_BYTES;
/// Attempts to move a page that is in use at the moment.
const MOVES_MAX: usize = 3;

/// What the kernel said about some pages of one window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Pages asked about.
    pub asked: u64,
    /// Those in memory.
    pub resident: u64,
    /// Those that are not: never touched, given back, or swapped out.
    pub absent: u64,
    /// Resident pages on the window's own node; 0 where it is bound to none.
    pub home: u64,
    /// Resident pages elsewhere; 0 where the window is bound to no node.
    pub strays: u64,
    /// Resident pages by the kernel's node.
    pub by_node: BTreeMap<u32, u64>,
    /// Strays that were brought home.
    pub moved: u64,
    /// Strays that could not be.
    pub failed: u64,
    /// Strays that were given back before they could be moved.
    pub gone: u64,
    /// Why some could not be moved, by errno.
    pub reasons: BTreeMap<i32, u64>,
}

impl Tally {
    /// Adds another one.
    pub fn add(&mut self, other: &Tally) {
        self.asked += other.asked;
        self.resident += other.resident;
        self.absent += other.absent;
        self.home += other.home;
        self.strays += other.strays;
        self.moved += other.moved;
        self.failed += other.failed;
        self.gone += other.gone;
        let sum = |sums: &mut BTreeMap<_, u64>, other: &BTreeMap<_, u64>| {
            other
                .iter()
                .for_each(|(&node, count)| *sums.entry(node).or_default() += count);
        };
        sum(&mut self.by_node, &other.by_node);
        for (&errno, count) in &other.reasons {
            *self.reasons.entry(errno).or_default() += count;
        }
    }

    /// Strays that are still where they were.
    pub const fn left(&self) -> u64 {
        self.strays - self.moved - self.gone
    }

    /// Takes up what the kernel answers about one page, and says whether it is a stray.
    fn count(&mut self, place: i32, home: Option<u32>) -> bool {
        self.asked += 1;
        let Ok(node) = u32::try_from(place) else {
            self.absent += 1;
            return false;
        };
        self.resident += 1;
        *self.by_node.entry(node).or_default() += 1;
        match home {
            Some(home) if home == node => self.home += 1,
            Some(_) => self.strays += 1,
            None => {}
        }
        home.is_some_and(|home| home != node)
    }

    /// Whether the equations hold.
    pub fn is_valid(&self, is_bound: bool) -> bool {
        let placed = if is_bound { self.resident } else { 0 };
        self.asked == self.resident + self.absent
            && self.home + self.strays == placed
            && self.by_node.values().sum::<u64>() == self.resident
            && self.moved + self.failed + self.gone <= self.strays
    }
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// By node index; only nodes that were asked about.
    pub nodes: BTreeMap<u32, Tally>,
    /// How long it took.
    pub micros: u64,
    /// Whether it was broken off because the store closes.
    pub is_partial: bool,
}

impl Report {
    /// All nodes together.
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        self.nodes.values().for_each(|tally| total.add(tally));
        total
    }
}

/// The last verification of a whole pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// When it ended, in seconds of Unix time.
    pub at_seconds: i64,
    /// Pages asked about.
    pub asked: u64,
    /// Strays that were left.
    pub strays: u64,
}

/// One store's knowledge of where its pages are.
pub struct Residency {
    /// The kernel's node by node index; `None` for windows that are bound to none.
    homes: Box<[Option<u32>]>,
    /// Strays by block as last seen, for each node index.
    blocks: Box<[Mutex<Blocks>]>,
    last: Mutex<Option<Verified>>,
    rehomed: AtomicU64,
}

/// Strays by block, and their sum.
#[derive(Default)]
struct Blocks {
    strays: Vec<u32>,
    sum: u64,
}

impl Blocks {
    fn set(&mut self, block: usize, strays: u32) {
        if block >= self.strays.len() {
            if strays == 0 {
                return;
            }
            self.strays.resize(block + 1, 0);
        }
        self.sum = self.sum - u64::from(self.strays[block]) + u64::from(strays);
        self.strays[block] = strays;
    }

    fn of(&self, block: usize) -> u32 {
        self.strays.get(block).copied().unwrap_or(0)
    }
}

impl Residency {
    /// Nothing is known yet of the windows of these nodes.
    pub fn new(topology: &Topology) -> Residency {
        let nodes = &topology.nodes;
        Residency {
            homes: nodes.iter().map(|node| node.kernel_node).collect(),
            blocks: nodes.iter().map(|_| Mutex::default()).collect(),
            last: Mutex::new(None),
            rehomed: AtomicU64::new(0),
        }
    }

    /// The kernel's node of a window; `None` when it is bound to none.
    pub fn home(&self, node: u32) -> Option<u32> {
        self.homes.get(node as usize).copied().flatten()
    }

    /// Whether pages can stray at all: at least two windows are bound.
    pub fn can_stray(&self) -> bool {
        self.homes.iter().flatten().count() > 1
    }

    /// Strays known of in the window of `node`.
    pub fn strays(&self, node: u32) -> u64 {
        self.blocks
            .get(node as usize)
            .map_or(0, |blocks| locked(blocks).sum)
    }

    /// Strays known of in all windows.
    pub fn all_strays(&self) -> u64 {
        (0..self.blocks.len() as u32)
            .map(|node| self.strays(node))
            .sum()
    }

    /// Strays brought home since the start.
    pub fn rehomed(&self) -> u64 {
        self.rehomed.load(Relaxed)
    }

    /// The last verification of the whole pool.
    pub fn last(&self) -> Option<Verified> {
        *locked(&self.last)
    }

    /// Asks about every page in use, block by block, as long as `goes_on` says so; with `fix` strays are brought home.
    ///
    /// # Errors
    /// What the kernel refuses with.
    pub fn verify_pool(
        &self,
        pool: &Pool,
        fix: bool,
        now_ms: impl Fn() -> i64,
        goes_on: impl Fn() -> bool,
    ) -> Result<Report, NumaError> {
        let start = Instant::now();
        let mut report = Report::default();
        'nodes: for node in 0..pool.node_count() as u32 {
            let tally = report.nodes.entry(node).or_default();
            for block in blocks_of(pool, node) {
                if !goes_on() {
                    report.is_partial = true;
                    break 'nodes;
                }
                tally.add(&self.verify_block(pool, node, block, fix)?);
            }
        }
        report.micros = start.elapsed().as_micros() as u64;
        if !report.is_partial {
            let total = report.total();
            *locked(&self.last) = Some(Verified {
                at_seconds: now_ms() / 1000,
                asked: total.asked,
                strays: total.left(),
            });
        }
        Ok(report)
    }

    /// Asks about these pages, whose addresses lie in windows of `pool`; others are passed over.
    ///
    /// # Errors
    /// As for `verify_pool`.
    pub fn verify_pages(
        &self,
        pool: &Pool,
        pages: &[usize],
        fix: bool,
        goes_on: impl Fn() -> bool,
    ) -> Result<Report, NumaError> {
        let start = Instant::now();
        let mut report = Report::default();
        let same_node = |a: &usize, b: &usize| pool.node_at(*a) == pool.node_at(*b);
        for run in pages.chunk_by(same_node) {
            let Some(node) = pool.node_at(run[0]) else {
                continue;
            };
            for some in run.chunks(BLOCK_PAGES) {
                if !goes_on() {
                    report.is_partial = true;
                    break;
                }
                let tally = self.ask(node, some, fix)?;
                if tally.moved > 0 {
                    self.forget(pool, node, some, tally.moved);
                }
                report.nodes.entry(node).or_default().add(&tally);
            }
        }
        report.micros = start.elapsed().as_micros() as u64;
        Ok(report)
    }

    /// Asks about one block of the window of `node`, and remembers how many strays it has.
    ///
    /// # Errors
    /// As for `verify_pool`.
    pub fn verify_block(
        &self,
        pool: &Pool,
        node: u32,
        block: usize,
        fix: bool,
    ) -> Result<Tally, NumaError> {
        let from = pool.window_base(node) + block * BLOCK_BYTES;
        let extents = pool.extents(node);
        let parts = extents.iter();
        let parts = parts.filter_map(|extent| extent.within(from, from + BLOCK_BYTES));
        let pages: Vec<usize> = parts.flat_map(|part| part.pages()).collect();
        let tally = self.ask(node, &pages, fix)?;
        locked(&self.blocks[node as usize]).set(block, tally.left() as u32);
        Ok(tally)
    }

    /// Strays of some pages were brought home: the blocks they lie in have so many fewer, until these are asked anew.
    fn forget(&self, pool: &Pool, node: u32, pages: &[usize], moved: u64) {
        let base = pool.window_base(node);
        let touched: HashSet<usize> = pages
            .iter()
            .map(|page| (page - base) / BLOCK_BYTES)
            .collect();
        let mut blocks = locked(&self.blocks[node as usize]);
        let mut left = moved as u32;
        for block in touched {
            let known = blocks.of(block);
            let fewer = known.min(left);
            blocks.set(block, known - fewer);
            left -= fewer;
        }
    }

    /// Asks the kernel about some pages of one window, and brings strays home if that is wanted.
    fn ask(&self, node: u32, pages: &[usize], fix: bool) -> Result<Tally, NumaError> {
        let home = self.home(node);
        let mut tally = Tally::default();
        let mut strays = Vec::new();
        for (&page, place) in pages.iter().zip(numa::residency(pages)?) {
            if tally.count(place, home) {
                strays.push(page);
            }
        }
        if let (true, Some(home)) = (fix, home) {
            bring_home(strays, home, &mut tally)?;
            self.rehomed.fetch_add(tally.moved, Relaxed);
        }
        debug_assert!(tally.is_valid(home.is_some()));
        Ok(tally)
    }
}

/// Blocks of a window that hold anything, in ascending order.
pub fn blocks_of(pool: &Pool, node: u32) -> Vec<usize> {
    let base = pool.window_base(node);
    let extents = pool.extents(node);
    let ranges = extents.iter().map(|extent| {
        (extent.address - base) / BLOCK_BYTES..=(extent.end() - 1 - base) / BLOCK_BYTES
    });
    let mut blocks: Vec<usize> = ranges.flatten().collect();
    blocks.dedup();
    blocks
}

/// Moves strays to `home`. What became of each is asked of the kernel afterwards, as the call itself leaves it open when
/// some of its pages could not be moved.
fn bring_home(mut strays: Vec<usize>, home: u32, tally: &mut Tally) -> Result<(), NumaError> {
    let mut reasons = Vec::new();
    for _ in 0..MOVES_MAX {
        if strays.is_empty() {
            return Ok(());
        }
        let answers = numa::move_pages(&strays, home);
        let places = numa::residency(&strays)?;
        let mut left = Vec::new();
        reasons.clear();
        for (index, (&page, place)) in strays.iter().zip(places).enumerate() {
            match u32::try_from(place) {
                Ok(node) if node == home => tally.moved += 1,
                Ok(_) => {
                    left.push(page);
                    reasons.push(reason(&answers, index));
                }
                Err(_) => tally.gone += 1,
            }
        }
        strays = left;
        if answers.is_err() {
            break;
        }
    }
    tally.failed += strays.len() as u64;
    for errno in reasons {
        *tally.reasons.entry(errno).or_default() += 1;
    }
    Ok(())
}

/// Why the page at `index` is not where it was to be moved.
fn reason(answers: &Result<Vec<i32>, NumaError>, index: usize) -> i32 {
    match answers {
        Err(error) => error.errno,
        // The call said that it moved and it is elsewhere all the same: somebody moved it again, or it was not tried.
        Ok(answers) if answers[index] >= 0 => libc::EAGAIN,
        Ok(answers) => -answers[index],
    }
}
