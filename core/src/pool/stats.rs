//! What the pool says about itself: one record per node, counted on reading.
//!
//! Hot paths keep only the counters they need for themselves; the sums are made here. Numbers of
//! one record are taken one lock after the other, so they agree exactly only at rest.
//!
//! Invariants at rest: `used_bytes == sum of live cells * cell size + span_bytes`;
//! `used_bytes <= active_bytes <= taken_bytes <= committed_bytes <= reserved_bytes`.

use super::magazine::{MAGAZINE_CLASSES, SEATS};
use super::size_class::{
    CELL_CLASSES, CHUNK_PAGES, PAGE_BYTES, SHAPES, SLAB_CLASSES, cell_bytes, chunk_cells,
};
use super::{Arena, Ordering, Pool};

/// One size class of one node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassStats {
    /// Bytes of a cell.
    pub cell_bytes: u32,
    /// Cells that hold something.
    pub cells_used: u64,
    /// Free cells in threads' magazines.
    pub cells_at_hand: u64,
    /// All cells of the class's slabs or chunks.
    pub cells: u64,
    /// Slabs, or chunks of any order.
    pub members: u32,
}

/// One node's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeStats {
    /// Bytes of addresses reserved: the window.
    pub reserved_bytes: u64,
    /// Bytes that may be touched, without the window's head.
    pub committed_bytes: u64,
    /// Bytes in chunks and spans.
    pub taken_bytes: u64,
    /// The most these may be; 0 when only the window bounds them.
    pub budget_bytes: u64,
    /// Bytes of live cells and spans.
    pub used_bytes: u64,
    /// Bytes of slabs, chunks of cells and spans: what `used_bytes` lie in.
    pub active_bytes: u64,
    /// Bytes of these that are being evacuated.
    pub leaving_bytes: u64,
    /// Bytes in RAM (or swap) as the kernel says, head included.
    pub resident_bytes: u64,
    /// Slabs in use.
    pub slabs: u64,
    /// Live cells in slabs, and all their cells.
    pub slab_cells_used: u64,
    /// All cells of those slabs.
    pub slab_cells: u64,
    /// Chunks of slabs by order: 16, 64, 256 KB.
    pub slab_chunks: [u32; 3],
    /// Chunks of middle cells by order.
    pub middle_chunks: [u32; 3],
    /// Live spans.
    pub spans: u64,
    /// Bytes of live spans.
    pub span_bytes: u64,
    /// Bytes of free runs that still hold memory.
    pub dirty_bytes: u64,
    /// Idle slab pages that still hold memory.
    pub idle_pages: u64,
    /// Runs of free pages between taken ones.
    pub free_runs: u64,
    /// Free cells in threads' magazines, in bytes.
    pub at_hand_bytes: u64,
    /// Requests up to 512 B served from an existing slab (or a magazine).
    pub slab_hits: u64,
    /// Those that needed a new slab.
    pub slab_misses: u64,
    /// Requests of 513 B to 16 KB served from an existing chunk.
    pub chunk_hits: u64,
    /// Those that needed a new chunk.
    pub chunk_misses: u64,
    /// Larger requests served by a free run.
    pub span_hits: u64,
    /// Those that needed memory never used before.
    pub span_misses: u64,
    /// Every size class, smallest cell first.
    pub classes: Vec<ClassStats>,
}

impl Pool {
    /// Bytes of all live allocations: their cells and pages. Exact at rest; looks at every
    /// thread's magazines, so ask [`Pool::used_bytes_at_most`] when speed matters.
    pub fn used_bytes(&self) -> u64 {
        (0..self.node_count() as u32)
            .map(|node| self.node_used_bytes(node))
            .sum()
    }

    /// The same for one node; 0 if there is no such node.
    pub fn node_used_bytes(&self, node: u32) -> u64 {
        let Some(arena) = self.arenas.get(node as usize) else {
            return 0;
        };
        let at_hand: u64 = self
            .magazines_of(node)
            .map(|magazines| magazines.bytes())
            .sum();
        arena.used_bytes().saturating_sub(at_hand)
    }

    /// Used bytes and what threads have at hand (at most `AT_HAND_BYTES` a thread and node):
    /// one load per node, cheap enough for every write.
    #[inline]
    pub fn used_bytes_at_most(&self) -> u64 {
        self.arenas.iter().map(Arena::used_bytes).sum()
    }

    /// Bytes of slabs, chunks of cells and spans: what the used bytes lie in. Takes each lock for a moment.
    pub fn active_bytes(&self) -> u64 {
        self.arenas
            .iter()
            .map(|arena| arena.page_count(false))
            .sum::<u64>()
            * PAGE_BYTES as u64
    }

    /// Bytes of slabs and chunks of `node` that are being evacuated.
    pub fn leaving_bytes(&self, node: u32) -> u64 {
        let arena = self.arenas.get(node as usize);
        arena.map_or(0, |arena| arena.page_count(true)) * PAGE_BYTES as u64
    }

    /// Bytes of memory given back to the kernel so far.
    pub fn released_bytes(&self) -> u64 {
        let released = self.arenas.iter().map(|arena| arena.pages.lock().released);
        released.sum::<u64>() * PAGE_BYTES as u64
    }

    /// The magazines of every seat for `node`.
    pub(super) fn magazines_of(&self, node: u32) -> impl Iterator<Item = &super::Magazines> {
        (0..SEATS).filter_map(move |seat| {
            let slot = &self.at_hand[seat * self.node_count() + node as usize];
            // SAFETY: magazines live until the pool is dropped.
            unsafe { slot.load(Ordering::Acquire).as_ref() }
        })
    }

    /// Everything countable about `node`; None if there is no such node. Asks the kernel for
    /// residency, which takes some 3 ns per committed page: for INFO, not for every command.
    pub fn stats(&self, node: u32) -> Option<NodeStats> {
        let arena = self.arenas.get(node as usize)?;
        let mut stats = self.page_stats(arena);
        for class in 0..CELL_CLASSES {
            self.add_class(&mut stats, arena, node, class);
        }
        stats.used_bytes = arena.used_bytes().saturating_sub(stats.at_hand_bytes);
        Some(stats)
    }

    fn page_stats(&self, arena: &Arena) -> NodeStats {
        let pages = arena.pages.lock();
        let bytes = |count: u64| count * PAGE_BYTES as u64;
        let mut stats = NodeStats {
            active_bytes: bytes(pages.span_pages),
            reserved_bytes: arena.window.bytes() as u64,
            committed_bytes: bytes((pages.committed() - pages.first()) as u64),
            taken_bytes: bytes(pages.taken() as u64),
            budget_bytes: pages.limit_bytes().unwrap_or(0),
            slabs: pages.slabs as u64,
            slab_chunks: pages.slab_chunk_count,
            spans: pages.spans,
            span_bytes: bytes(pages.span_pages),
            dirty_bytes: bytes(pages.dirty_run_pages() as u64),
            idle_pages: pages.dirty as u64,
            free_runs: pages.run_count() as u64,
            span_hits: pages.span_hits,
            span_misses: pages.span_misses,
            ..NodeStats::default()
        };
        let frontier = pages.frontier();
        drop(pages);
        stats.resident_bytes = bytes(arena.window.resident_pages(frontier));
        stats
    }

    fn add_class(&self, stats: &mut NodeStats, arena: &Arena, node: u32, class: usize) {
        let state = arena.classes[class].lock();
        let (taken, members, misses, direct) =
            (state.used, state.members, state.misses, state.direct);
        let leaving = state.leaving;
        drop(state);
        let (mut at_hand, mut served) = (0, direct);
        if class < MAGAZINE_CLASSES {
            for magazines in self.magazines_of(node) {
                at_hand += magazines.of(class).count() as u64;
                served += magazines.of(class).served();
            }
        }
        let used = taken.saturating_sub(at_hand);
        let hits = served.saturating_sub(misses);
        stats.leaving_bytes += member_pages(class, &leaving) * PAGE_BYTES as u64;
        stats.active_bytes += member_pages(class, &members) * PAGE_BYTES as u64;
        let cells = if class < SLAB_CLASSES {
            let cells = members[0] as u64 * SHAPES[class].slab_cells as u64;
            stats.slab_cells_used += used;
            stats.slab_cells += cells;
            stats.slab_hits += hits;
            stats.slab_misses += misses;
            cells
        } else {
            stats.chunk_hits += hits;
            stats.chunk_misses += misses;
            for (order, count) in members.iter().enumerate() {
                stats.middle_chunks[order] += count;
            }
            (0..CHUNK_PAGES.len())
                .map(|order| members[order] as u64 * chunk_cells(class, order) as u64)
                .sum()
        };
        stats.at_hand_bytes += at_hand * cell_bytes(class) as u64;
        stats.classes.push(ClassStats {
            cell_bytes: cell_bytes(class) as u32,
            cells_used: used,
            cells_at_hand: at_hand,
            cells,
            members: members.iter().sum(),
        });
    }
}

/// Pages of so many members of a class.
fn member_pages(class: usize, members: &[u32; 3]) -> u64 {
    if class < SLAB_CLASSES {
        return members[0] as u64;
    }
    let pages = members.iter().zip(CHUNK_PAGES);
    pages.map(|(&count, each)| count as u64 * each as u64).sum()
}

impl Arena {
    /// Pages of all slabs and chunks of cells that are being evacuated, or of all of them and of spans.
    fn page_count(&self, leaving: bool) -> u64 {
        let of_class = |class: usize| {
            let state = self.classes[class].lock();
            let members = if leaving {
                &state.leaving
            } else {
                &state.members
            };
            member_pages(class, members)
        };
        let spans = if leaving {
            0
        } else {
            self.pages.lock().span_pages
        };
        spans + (0..CELL_CLASSES).map(of_class).sum::<u64>()
    }
}
