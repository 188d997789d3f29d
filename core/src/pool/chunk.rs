//! Chunks: 16, 64 or 256 KB aligned to their own size, described out of line.
//!
//! A chunk holds either the equal cells of one middle class (513 B to 16 KB), or pages that become
//! slabs one at a time. Its descriptor lies in the window's head, so that 16 cells of 4096 B fill
//! 64 KB exactly. Free cells are a list threaded through the cells themselves by number; cells
//! that were never used are not in it but beyond `fresh`, so a new chunk is not touched before it
//! is needed. A span borrows the descriptor of its first whole 16 KB unit for its length.
//! This file knows one chunk; when chunks come and go is `arena.rs` and `supply.rs`.
//!
//! Invariants, cells: `used + length of the free list == fresh <= cells`.
//! Slab pages: `dirty & !idle == 0`.

use std::cell::Cell;

use super::ranks::{Head, Heads};
use super::size_class::{CHUNK_PAGES, PAGE_BYTES, Shape, chunk_cells};
use super::window::{UNIT_PAGES, Window};

/// In place of a class: this chunk holds slabs.
const SLABS: usize = u8::MAX as usize;

/// What is known of a chunk. All zero (never used) describes nothing.
#[repr(C)]
pub(super) struct Descriptor {
    head: Head,
    /// First free cell plus one, 0 for none.
    free: Cell<u16>,
    /// Cells below this number were used at some time.
    fresh: Cell<u16>,
    /// Slab pages: a bit for each page that is no slab. Span: its length in pages.
    idle: Cell<u64>,
    /// Slab pages: idle pages whose memory has not been given back to the kernel. Cells: all pages, if there was memory
    /// behind them when the chunk was made.
    dirty: Cell<u64>,
}

/// A chunk, as the address of its descriptor. Methods on cells need the lock of the class,
/// methods on slab pages the page lock.
#[derive(Clone, Copy)]
pub(super) struct Chunk(*mut Descriptor);

/// Finds chunks' heads in a window.
#[derive(Clone, Copy)]
pub(super) struct ChunkHeads(pub(super) Window);

impl Heads for ChunkHeads {
    #[inline]
    fn head<'a>(&self, page: u32) -> &'a Head {
        self.0.chunk(page).head()
    }
}

/// The first page of the chunk of `order` that holds `page`.
#[inline]
pub(super) fn chunk_start(page: u32, order: usize) -> u32 {
    page & !(CHUNK_PAGES[order] - 1)
}

/// The page whose descriptor keeps a span's length: a span of five pages or more always holds
/// the start of a 16 KB unit.
pub(super) fn span_descriptor_page(page: u32) -> u32 {
    page.next_multiple_of(UNIT_PAGES)
}

impl Chunk {
    /// The chunk with the descriptor at this address. Nothing is read.
    #[inline]
    pub(super) fn at(descriptor: *mut u8) -> Chunk {
        Chunk(descriptor.cast())
    }

    fn write(self, head: Head, idle: u64, dirty: u64) {
        // SAFETY: the descriptor's unit belongs to the caller (or the page lock is held), and the
        // descriptor is committed together with its unit.
        unsafe {
            self.0.write(Descriptor {
                head,
                free: Cell::new(0),
                fresh: Cell::new(0),
                idle: Cell::new(idle),
                dirty: Cell::new(dirty),
            })
        }
    }

    /// Describes a chunk of `order` without any cell of `class` taken, on pages that have memory or not.
    pub(super) fn format_cells(self, class: usize, order: usize, is_backed: bool) {
        let dirty = if is_backed { all_pages(order) } else { 0 };
        self.write(Head::new(class, order), 0, dirty);
    }

    /// Describes a chunk of `order` whose pages are all idle.
    pub(super) fn format_slabs(self, order: usize) {
        self.write(Head::new(SLABS, order), all_pages(order), 0);
    }

    /// Records the length of a span.
    pub(super) fn format_span(self, pages: u32) {
        self.write(Head::new(0, 0), pages as u64, 0);
    }

    /// The chunk's head.
    #[inline]
    pub(super) fn head<'a>(self) -> &'a Head {
        &self.descriptor().head
    }

    #[inline]
    fn descriptor<'a>(self) -> &'a Descriptor {
        // SAFETY: a live chunk's descriptor is initialised (all zero is valid, too); whatever of
        // it changes lies in cells and atomics.
        unsafe { &*self.0 }
    }

    /// Pages of the span described here.
    pub(super) fn span_pages(self) -> u32 {
        self.idle() as u32
    }

    /// Cells below this number were used at some time.
    #[inline]
    pub(super) fn fresh(self) -> u16 {
        self.descriptor().fresh.get()
    }

    /// Whether a chunk of cells had memory behind all of its pages when it was made.
    #[inline]
    pub(super) fn is_backed(self) -> bool {
        self.dirty() != 0
    }

    /// Takes cells until `out` is full or the chunk is; returns how many.
    #[inline]
    pub(super) fn take(
        self,
        window: &Window,
        page: u32,
        shape: &Shape,
        out: &mut [usize],
    ) -> usize {
        let chunk = self.descriptor();
        let capacity = chunk_cells(chunk.head.class as usize, chunk.head.order as usize);
        let count = out.len().min((capacity - chunk.head.used()) as usize);
        for cell in &mut out[..count] {
            let (free, fresh) = (chunk.free.get(), chunk.fresh.get());
            let offset = (if free != 0 { free - 1 } else { fresh }) as usize * shape.bytes as usize;
            if free != 0 {
                // SAFETY: a cell in the free list starts with the list's next link.
                chunk
                    .free
                    .set(unsafe { window.pointer(page, offset).cast::<u16>().read() });
            } else {
                chunk.fresh.set(fresh + 1);
            }
            *cell = window.address(page) + offset;
        }
        chunk.head.set_used(chunk.head.used() + count as u32);
        count
    }

    /// Gives back the taken cell at `address` of the chunk that starts at `page`.
    #[inline]
    pub(super) fn put(self, window: &Window, page: u32, shape: &Shape, address: usize) {
        let chunk = self.descriptor();
        let offset = address - window.address(page);
        let cell = ((offset as u64 * shape.reciprocal as u64) >> 32) as usize;
        debug_assert_eq!(
            cell * shape.bytes as usize,
            offset,
            "free of a pointer into a cell"
        );
        debug_assert!(
            chunk.head.used() > 0,
            "double free in the chunk at {address:#x}"
        );
        let link: *mut u16 = window.pointer(page, offset).cast();
        // SAFETY: the caller gave the cell up, and every middle cell can hold a link.
        unsafe { link.write(chunk.free.get()) };
        chunk.free.set(cell as u16 + 1);
        chunk.head.set_used(chunk.head.used() - 1);
    }

    /// Whether this describes a chunk of slabs.
    pub(super) fn holds_slabs(self) -> bool {
        self.head().class as usize == SLABS
    }

    /// A bit for each page that is no slab.
    pub(super) fn idle(self) -> u64 {
        self.descriptor().idle.get()
    }

    /// A bit for each idle page still backed by memory.
    pub(super) fn dirty(self) -> u64 {
        self.descriptor().dirty.get()
    }

    /// Whether every page of this chunk of slabs is idle.
    pub(super) fn is_all_idle(self) -> bool {
        self.idle() == all_pages(self.head().order as usize)
    }

    /// Records which pages are idle, and which of those are backed by memory.
    pub(super) fn set_idle(self, idle: u64, dirty: u64) {
        debug_assert!(dirty & !idle == 0);
        self.descriptor().idle.set(idle);
        self.descriptor().dirty.set(dirty);
    }

    /// Re-derives the invariant of a chunk of cells that should be of `class` and `order`.
    pub(super) fn check_cells(
        self,
        window: &Window,
        page: u32,
        class: usize,
        order: usize,
    ) -> Result<(), String> {
        let chunk = self.descriptor();
        let (used, fresh) = (chunk.head.used(), chunk.fresh.get() as u32);
        if chunk.head.class as usize != class || chunk.head.order as usize != order {
            return Err(format!("descriptor of the chunk at page {page} is damaged"));
        }
        let bytes = super::size_class::cell_bytes(class);
        let mut seen = vec![false; fresh as usize];
        let mut link = chunk.free.get();
        while link != 0 {
            let index = link as usize - 1;
            if index >= seen.len() || std::mem::replace(&mut seen[index], true) {
                return Err(format!("free list of the chunk at page {page} is damaged"));
            }
            // SAFETY: the cell is free and was used before, so it starts with a link.
            link = unsafe { window.pointer(page, index * bytes).cast::<u16>().read() };
        }
        let free = seen.iter().filter(|&&seen| seen).count() as u32;
        if used + free != fresh || fresh > chunk_cells(class, order) {
            return Err(format!(
                "chunk at page {page}: used {used} + free {free} != {fresh}"
            ));
        }
        Ok(())
    }
}

/// A bit for each page of a chunk of `order`.
fn all_pages(order: usize) -> u64 {
    u64::MAX >> (64 - CHUNK_PAGES[order])
}

const _: () = assert!(CHUNK_PAGES[0] == UNIT_PAGES);
const _: () = assert!(CHUNK_PAGES[2] as usize * PAGE_BYTES / 640 < u16::MAX as usize);
