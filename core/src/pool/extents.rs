//! Extents: which addresses of a window may hold memory, so that others can ask the kernel about them.
//!
//! Nothing here touches a page. Invariants: extents lie in their window, in ascending order, apart from each other and on
//! page boundaries; pages of a window outside of them were never used, or gave their memory back.

use super::Pool;
use super::size_class::PAGE_BYTES;

/// A run of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Its first address.
    pub address: usize,
    /// Its length in bytes, a multiple of [`PAGE_BYTES`].
    pub bytes: usize,
}

impl Extent {
    /// The address behind its last page.
    pub const fn end(self) -> usize {
        self.address + self.bytes
    }

    /// What it has in common with `[from, to)`, which lie on page boundaries.
    pub fn within(self, from: usize, to: usize) -> Option<Extent> {
        let (address, end) = (self.address.max(from), self.end().min(to));
        (address < end).then(|| Extent {
            address,
            bytes: end - address,
        })
    }

    /// The addresses of its pages.
    pub fn pages(self) -> impl Iterator<Item = usize> {
        (self.address..self.end()).step_by(PAGE_BYTES)
    }
}

fn extent((address, bytes): (usize, usize)) -> Extent {
    Extent { address, bytes }
}

impl Pool {
    /// What of the window of `node` may hold memory now: its control page, what describes its pages, and all pages up to
    /// the last one in use. Empty when there is no such node.
    pub fn extents(&self, node: u32) -> Vec<Extent> {
        let Some(arena) = self.arenas.get(node as usize) else {
            return Vec::new();
        };
        let (window, frontier) = (arena.window, arena.pages.lock().frontier());
        let first = window.head_pages();
        let control = (window.base(), PAGE_BYTES);
        if frontier == first {
            return vec![extent(control)];
        }
        // What would describe the pages of the head itself is never written.
        let unused = window.tables(first);
        let tables = window.tables(frontier).into_iter().zip(unused);
        let tables = tables.map(|((address, bytes), (_, unused))| {
            let skipped = unused - PAGE_BYTES;
            (address + skipped, bytes - skipped)
        });
        let body = (frontier - first) as usize * PAGE_BYTES;
        let body = (window.address(first), body);
        let parts = core::iter::once(control).chain(tables).chain([body]);
        parts.map(extent).collect()
    }

    /// First address of the window of `node`.
    pub const fn window_base(&self, node: u32) -> usize {
        self.base + ((node as usize) << self.shift)
    }

    /// The node whose window holds `address`, if any does.
    pub fn node_at(&self, address: usize) -> Option<u32> {
        let node = address.checked_sub(self.base)? >> self.shift;
        (node < self.arenas.len()).then_some(node as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::PoolOptions;

    #[test]
    fn extents_are_apart_and_hold_what_is_allocated() {
        let pool = Pool::open(&PoolOptions::plain(2)).expect("a pool");
        let small = pool.alloc(1, 40).expect("room");
        let large = pool.alloc(1, 3 << 20).expect("room");
        let extents = pool.extents(1);
        assert!(extents.windows(2).all(|two| two[0].end() <= two[1].address));
        let (from, to) = (pool.window_base(1), pool.window_base(2));
        for extent in &extents {
            assert!(extent.address >= from && extent.end() <= to);
            assert_eq!(
                (extent.address % PAGE_BYTES, extent.bytes % PAGE_BYTES),
                (0, 0)
            );
        }
        let holds = |address: usize| {
            let mut all = extents.iter();
            all.any(|extent| (extent.address..extent.end()).contains(&address))
        };
        for (pointer, bytes) in [(small, 40), (large, 3 << 20)] {
            assert!(holds(pointer.addr().get()) && holds(pointer.addr().get() + bytes - 1));
            assert_eq!(pool.node_at(pointer.addr().get()), Some(1));
        }
        assert_eq!(
            pool.extents(0).len(),
            1,
            "only its control page was touched"
        );
        assert!(pool.extents(2).is_empty());
        assert_eq!((pool.node_at(from - 1), pool.node_at(to)), (Some(0), None));
        // SAFETY: both were allocated above with these sizes.
        unsafe {
            pool.free(small, 40);
            pool.free(large, 3 << 20);
        }
    }

    #[test]
    fn within_cuts_both_ends() {
        let extent = Extent {
            address: 0x3000,
            bytes: 0x4000,
        };
        let cut = |from, to| extent.within(from, to).map(|cut| (cut.address, cut.end()));
        assert_eq!(cut(0, 0x10000), Some((0x3000, 0x7000)));
        assert_eq!(cut(0x4000, 0x5000), Some((0x4000, 0x5000)));
        assert_eq!(cut(0x7000, 0x8000), None);
        assert_eq!(extent.pages().count(), 4);
    }
}
