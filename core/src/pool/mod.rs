//! The pool: all memory that holds data, one window per NUMA node.
//!
//! ```text
//! Pool ── one reserved address range
//!  └ Arena ── one node's share: window `base + (node << shift)`, 256 GB of addresses
//!     ├ slab chunk 16|64|256 KB ── slabs of 4 KB ── cells of 16 … 512 B, a bit each
//!     ├ chunk 16|64|256 KB ── cells of 640 B … 16 KB, a free list
//!     └ span ── whole pages, for more than 16 KB
//! ```
//!
//! # The story of one allocation
//!
//! 1. `alloc(1, 100)`: [`size_class`] says class 11, cells of 104 B.
//! 2. The calling thread's [`magazine`] of that class for node 1 has a cell at hand: done, without
//!    a lock. If it is empty, eight cells are fetched:
//! 3. [`arena`] takes the class lock and asks [`ranks`] for the fullest slab with a free cell.
//! 4. There is none: under the page lock, [`supply`] takes an idle page of a slab chunk, or
//! 5. [`span`] finds the shortest free run for a new chunk, or moves the frontier and has
//!    [`window`] commit more of the range. If the kernel or the limit refuses, everything that
//!    serves nobody is purged and the walk is made once more; after that the answer is None.
//! 6. The page becomes a [`slab`], its byte in the page map says so, eight bits are set in its
//!    bitmap, seven cells go into the magazine and the eighth to the caller.
//!
//! `free(pointer, 100)` goes back the same way: subtract and shift give the node, the size gives
//! the class, and the magazine takes the cell. If it is full, its older half returns to the slabs:
//! a bit each; an empty slab's page returns to its chunk, an empty chunk to the free runs, and
//! what nobody took again by the next [`Pool::purge`] to the kernel.
//!
//! The pool knows nothing of objects, keys or the kernel's NUMA calls: whoever opens it passes a
//! [`Binder`]. Nothing in a window points out of it.
//!
//! Invariants: live cells never overlap; `node_of(alloc(n, size)) == n`; and the counting
//! equations of each file, all re-derived by [`Pool::is_valid`].

mod arena;
mod check;
mod chunk;
pub mod copying;
mod evacuate;
mod extents;
mod lock;
mod magazine;
mod page_map;
pub mod prefix;
mod purge;
mod ranks;
mod runs;
mod size_class;
mod slab;
pub mod space;
mod span;
mod stats;
mod supply;
#[cfg(test)]
mod tests;
mod window;

use std::ptr::{NonNull, null_mut, with_exposed_provenance_mut};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

use arena::Arena;
use chunk::{chunk_start, span_descriptor_page};
use copying::Copying;
use magazine::{MAGAZINE_CELL_MAX, Magazine, Magazines, ROOM_MAX, SEATS, room, seat};
use page_map::PageKind;
use size_class::{SHAPES, chunk_cells, class_of};
use window::Range;

pub use evacuate::Evacuation;
pub use extents::Extent;
pub use magazine::AT_HAND_BYTES;
pub use size_class::{
    CELL_CLASSES, CELL_MAX, CELL_MIN, CHUNK_PAGES, MIDDLE_CLASSES, PAGE_BYTES, SLAB_CELL_MAX,
    SLAB_CLASSES, cell_bytes, usable_size,
};
pub use stats::{ClassStats, NodeStats};
pub use window::{LAYOUT_VERSION, NODES_MAX, ROOT_BYTES, WINDOW_SHIFT, WINDOW_SHIFT_MIN};

/// Binds `len` bytes at `address` to the kernel's node; the error says why that failed.
pub type Binder = fn(address: usize, len: usize, kernel_node: u32) -> Result<(), String>;

/// One window to open.
#[derive(Clone, Copy, Debug, Default)]
pub struct WindowSpec {
    /// The kernel's node that its memory should come from; None leaves it unbound.
    pub kernel_node: Option<u32>,
    /// Most bytes that chunks and spans may take in it; None means the whole window.
    pub capacity_bytes: Option<u64>,
}

/// How to open a pool.
#[derive(Clone, Debug)]
pub struct PoolOptions {
    /// One per node, 1 to [`NODES_MAX`]; the position is the node's index.
    pub windows: Vec<WindowSpec>,
    /// log2 of a window's bytes, [`WINDOW_SHIFT_MIN`] to [`WINDOW_SHIFT`]; less is taken where
    /// the process may not reserve so much.
    pub window_shift: u32,
    /// Called once for each window with a kernel node, before its memory is touched.
    pub binder: Binder,
}

impl PoolOptions {
    /// `count` unlimited, unbound windows of the usual size.
    pub fn plain(count: usize) -> PoolOptions {
        PoolOptions {
            windows: vec![WindowSpec::default(); count],
            window_shift: WINDOW_SHIFT,
            binder: |_, _, _| Ok(()),
        }
    }
}

/// A range of windows and everything allocated in them. Any thread may call any method.
/// Dropping it unmaps the range: pointers into it must be gone by then.
pub struct Pool {
    base: usize,
    shift: u32,
    arenas: Box<[Arena]>,
    /// Magazines by `seat * nodes + node`, null until a thread on that seat needs them.
    at_hand: Box<[AtomicPtr<Magazines>]>,
    /// A bit for each node of which something is being evacuated.
    evacuating: AtomicU64,
    /// Counts evacuations, and by seat the last one for which its thread returned its cells.
    tend_round: AtomicU32,
    tended: Box<[AtomicU32]>,
    unbound: Vec<(u32, String)>,
    /// The long allocation that is being copied in steps.
    pub copying: Copying,
    /// Declared last: unmapped after everything that knows an address in it.
    _range: Range,
}

impl Pool {
    /// Reserves the range, binds each window and writes its control page.
    ///
    /// # Errors
    /// Options out of range, OS pages that are not 4 KB, or no addresses or memory to start with.
    /// A failed binding is no error: see [`Pool::unbound`].
    pub fn open(options: &PoolOptions) -> Result<Pool, String> {
        let count = options.windows.len();
        if !(1..=NODES_MAX).contains(&count) {
            return Err(format!("a pool has 1 to {NODES_MAX} windows, not {count}"));
        }
        if !(WINDOW_SHIFT_MIN..=WINDOW_SHIFT).contains(&options.window_shift) {
            let shift = options.window_shift;
            return Err(format!(
                "window_shift is {shift}, not {WINDOW_SHIFT_MIN}-{WINDOW_SHIFT}"
            ));
        }
        // SAFETY: asks the C library for a constant of the system.
        let os_page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        if os_page != PAGE_BYTES as libc::c_long {
            return Err(format!(
                "OS pages are {os_page} bytes, the pool needs {PAGE_BYTES}"
            ));
        }
        let range = Range::reserve(count, options.window_shift)?;
        let mut unbound = Vec::new();
        let mut arenas = Vec::with_capacity(count);
        for (node, spec) in options.windows.iter().enumerate() {
            let window = range.window(node);
            if let Some(kernel_node) = spec.kernel_node {
                let bound = (options.binder)(window.base(), window.bytes(), kernel_node);
                unbound.extend(bound.err().map(|why| (node as u32, why)));
            }
            window.open(node as u32, count as u32, range.base())?;
            arenas.push(Arena::new(window, spec.capacity_bytes));
        }
        Ok(Pool {
            base: range.base(),
            shift: range.shift(),
            arenas: arenas.into(),
            at_hand: (0..SEATS * count)
                .map(|_| AtomicPtr::new(null_mut()))
                .collect(),
            evacuating: AtomicU64::new(0),
            tend_round: AtomicU32::new(0),
            tended: (0..SEATS).map(|_| AtomicU32::new(0)).collect(),
            unbound,
            copying: Copying::default(),
            _range: range,
        })
    }

    /// From now on chunks and spans in the window of `node` take at most so many bytes, or as many as the window holds. What
    /// is taken stays. Nothing happens when there is no such node.
    pub fn set_budget(&self, node: u32, bytes: Option<u64>) {
        if let Some(arena) = self.arenas.get(node as usize) {
            arena.pages.lock().set_limit(bytes);
            while arena.trim() > 0 {}
        }
    }

    /// What [`Pool::set_budget`] or the opening allows, to the page; None when only the window bounds it.
    pub fn budget_bytes(&self, node: u32) -> Option<u64> {
        self.arenas.get(node as usize)?.pages.lock().limit_bytes()
    }

    /// Windows whose binding failed, and why.
    pub fn unbound(&self) -> &[(u32, String)] {
        &self.unbound
    }

    /// First address of window 0.
    pub fn base(&self) -> usize {
        self.base
    }

    /// log2 of a window's bytes, as reserved.
    pub fn window_shift(&self) -> u32 {
        self.shift
    }

    /// Number of windows.
    #[inline]
    pub fn node_count(&self) -> usize {
        self.arenas.len()
    }

    /// The [`ROOT_BYTES`] bytes in the control page of `node` that belong to the pool's user,
    /// zero at first, 8-byte aligned.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn root(&self, node: u32) -> NonNull<u8> {
        self.arenas[node as usize].window.root()
    }

    /// The node whose window holds `pointer`, which must point into the pool.
    #[inline]
    pub fn node_of(&self, pointer: NonNull<u8>) -> u32 {
        debug_assert!(self.contains(pointer));
        ((pointer.addr().get() - self.base) >> self.shift) as u32
    }

    /// Whether `pointer` lies in one of the windows.
    #[inline]
    pub fn contains(&self, pointer: NonNull<u8>) -> bool {
        pointer.addr().get().wrapping_sub(self.base) < self.arenas.len() << self.shift
    }

    /// Bytes from the base to `pointer`, which must point into the pool; less than 2^44.
    #[inline]
    pub fn offset_of(&self, pointer: NonNull<u8>) -> u64 {
        debug_assert!(self.contains(pointer));
        (pointer.addr().get() - self.base) as u64
    }

    /// The pointer that is `offset` bytes from the base: inverse of [`Pool::offset_of`].
    #[inline]
    pub fn at(&self, offset: u64) -> NonNull<u8> {
        debug_assert!(offset < (self.arenas.len() as u64) << self.shift);
        pointer_to(self.base + offset as usize)
    }

    /// Memory for `size` bytes in the window of `node`, 8-byte aligned (cells of 64, 128, 256 and
    /// 512 B and of 1 KB and more in powers of two to their size), contents arbitrary.
    /// None when there is no such node or its window, the kernel or its capacity allows no more.
    #[inline]
    pub fn alloc(&self, node: u32, size: usize) -> Option<NonNull<u8>> {
        if size > MAGAZINE_CELL_MAX {
            return self.alloc_large(node, size);
        }
        let class = class_of(size);
        match self.magazine(node, class) {
            // SAFETY: `magazine` gives the magazine of this thread's own seat.
            Some(magazine) => match unsafe { magazine.pop() } {
                Some(cell) => Some(pointer_to(cell)),
                None => self.alloc_slow(node, class),
            },
            None => self.alloc_slow(node, class),
        }
    }

    /// As [`Pool::alloc`], but past the magazines, out of the fullest slab or chunk with room: the
    /// place to copy an object to when its own slab is to become empty.
    pub fn alloc_dense(&self, node: u32, size: usize) -> Option<NonNull<u8>> {
        if size > CELL_MAX {
            return self.alloc_large(node, size);
        }
        let arena = self.arenas.get(node as usize)?;
        let mut cell = [0];
        self.take_or_purge(arena, class_of(size), &mut cell, true)?;
        Some(pointer_to(cell[0]))
    }

    /// Puts memory behind an allocation of `size` bytes that is going to be written whole, so that it is there by then.
    pub fn populate(&self, pointer: NonNull<u8>, size: usize) {
        let window = self.arenas[self.node_of(pointer) as usize].window;
        let first = window.page_of(pointer.addr().get());
        let last = window.page_of(pointer.addr().get() + size.max(1) - 1);
        window.populate(first, last + 1 - first);
    }

    /// Gives back memory. What it held is lost.
    ///
    /// # Safety
    /// `pointer` came from this pool's `alloc` or `alloc_dense` for exactly `size` bytes (or for
    /// another size of the same [`usable_size`]), was not freed since, and is not used after.
    #[inline]
    pub unsafe fn free(&self, pointer: NonNull<u8>, size: usize) {
        self.check_free(pointer, size);
        let node = self.node_of(pointer);
        if size > MAGAZINE_CELL_MAX {
            return self.free_large(node, pointer, size);
        }
        let (class, cell) = (class_of(size), pointer.addr().get());
        if self.evacuating.load(Ordering::Relaxed) >> node & 1 == 1 && self.is_leaving(pointer) {
            return self.arenas[node as usize].put(class, &[cell]);
        }
        if let Some(magazine) = self.magazine(node, class) {
            // SAFETY: `magazine` gives the magazine of this thread's own seat.
            if unsafe { magazine.push(class, cell) } {
                return;
            }
        }
        self.free_slow(node, class, cell);
    }

    /// As [`Pool::free`], but past the magazines: the cell is at once its slab's again.
    ///
    /// # Safety
    /// As for [`Pool::free`].
    pub unsafe fn free_dense(&self, pointer: NonNull<u8>, size: usize) {
        self.check_free(pointer, size);
        let node = self.node_of(pointer);
        if size > CELL_MAX {
            return self.free_large(node, pointer, size);
        }
        self.arenas[node as usize].put(class_of(size), &[pointer.addr().get()]);
    }

    /// This thread's magazine, or None when it has no seat or used no memory of this node yet.
    #[inline]
    fn magazine(&self, node: u32, class: usize) -> Option<&Magazine> {
        let nodes = self.arenas.len();
        if node as usize >= nodes {
            return None;
        }
        let magazines = self.at_hand[seat()? * nodes + node as usize].load(Ordering::Acquire);
        // SAFETY: magazines live until the pool is dropped.
        Some(unsafe { magazines.as_ref() }?.of(class))
    }

    #[cold]
    #[inline(never)]
    fn alloc_slow(&self, node: u32, class: usize) -> Option<NonNull<u8>> {
        let arena = self.arenas.get(node as usize)?;
        let mut cells = [0; ROOM_MAX];
        let Some(magazine) = self.magazine_or_new(node, class) else {
            self.take_or_purge(arena, class, &mut cells[..1], true)?;
            return Some(pointer_to(cells[0]));
        };
        let taken = self.take_or_purge(arena, class, &mut cells[..room(class) / 2], false)?;
        for &cell in cells[..taken].iter().rev() {
            // SAFETY: the magazine is this thread's, and a refill is half of its room.
            let pushed = unsafe { magazine.push(class, cell) };
            debug_assert!(pushed);
        }
        // SAFETY: as above.
        unsafe { magazine.pop() }.map(pointer_to)
    }

    /// Takes cells; if there is no memory, purges the arena and tries once more.
    fn take_or_purge(
        &self,
        arena: &Arena,
        class: usize,
        cells: &mut [usize],
        direct: bool,
    ) -> Option<usize> {
        let taken = match arena.take(class, cells, direct) {
            0 if arena.make_room() => arena.take(class, cells, direct),
            taken => taken,
        };
        (taken > 0).then_some(taken)
    }

    #[cold]
    #[inline(never)]
    fn free_slow(&self, node: u32, class: usize, cell: usize) {
        let arena = &self.arenas[node as usize];
        let Some(magazine) = self.magazine_or_new(node, class) else {
            return arena.put(class, &[cell]);
        };
        let mut older = [0; ROOM_MAX];
        let count = magazine.count() / 2;
        // SAFETY: the magazine is this thread's, and holds more than half of what it holds.
        unsafe { magazine.take_older(&mut older[..count]) };
        // SAFETY: as above; there is room, since the magazine was empty or is half full now.
        let pushed = unsafe { magazine.push(class, cell) };
        debug_assert!(pushed);
        if count > 0 {
            arena.put(class, &older[..count]);
        }
    }

    /// This thread's magazine, made if this is the first use; None when the thread has no seat.
    fn magazine_or_new(&self, node: u32, class: usize) -> Option<&Magazine> {
        let slot = &self.at_hand[seat()? * self.arenas.len() + node as usize];
        if slot.load(Ordering::Acquire).is_null() {
            // Only the seat's thread stores here, so nothing is overwritten.
            slot.store(Box::into_raw(Magazines::new()), Ordering::Release);
        }
        self.magazine(node, class)
    }

    #[inline(never)]
    fn alloc_large(&self, node: u32, size: usize) -> Option<NonNull<u8>> {
        if size <= CELL_MAX {
            return self.alloc_dense(node, size);
        }
        let arena = self.arenas.get(node as usize)?;
        let span = arena
            .take_span(size)
            .or_else(|| arena.make_room().then(|| arena.take_span(size)).flatten())?;
        Some(pointer_to(span))
    }

    /// Makes a large allocation of `size` bytes one of `wanted` where it lies, with the bytes that are in both; `false` when it
    /// is not a span before and after, or what lies behind it is in use. Then nothing has changed.
    ///
    /// # Safety
    /// `pointer` was allocated with `size` and is live; with `true` it was with `wanted`, and nobody reaches beyond.
    pub unsafe fn resize_in_place(&self, pointer: NonNull<u8>, size: usize, wanted: usize) -> bool {
        if size.min(wanted) <= CELL_MAX || u32::try_from(wanted.div_ceil(PAGE_BYTES)).is_err() {
            return false;
        }
        self.check_free(pointer, size);
        let arena = &self.arenas[self.node_of(pointer) as usize];
        let resized = arena.resize_span(pointer.addr().get(), size, wanted);
        if resized {
            // Who copies it in steps knows another size.
            self.copying.freed(pointer.addr().get());
        }
        resized
    }

    #[inline(never)]
    fn free_large(&self, node: u32, pointer: NonNull<u8>, size: usize) {
        let arena = &self.arenas[node as usize];
        if size <= CELL_MAX {
            arena.put(class_of(size), &[pointer.addr().get()]);
        } else {
            self.copying.freed(pointer.addr().get());
            arena.put_span(pointer.addr().get(), size);
        }
    }

    /// Debug builds: whether the page map and the slab agree that this is a live allocation.
    #[inline]
    fn check_free(&self, pointer: NonNull<u8>, size: usize) {
        if cfg!(debug_assertions) {
            let (had, given) = (self.size_of(pointer), usable_size(size));
            assert_eq!(
                had, given,
                "free({pointer:p}, {size}): its memory has {had} bytes"
            );
            if size <= MAGAZINE_CELL_MAX {
                let cell = pointer.addr().get();
                let magazine = self.magazine(self.node_of(pointer), class_of(size));
                // SAFETY: the magazine is this thread's.
                let again = magazine.is_some_and(|mine| unsafe { mine.contains(cell) });
                assert!(!again, "double free of {pointer:p}");
            }
            if size <= SLAB_CELL_MAX {
                let window = self.arenas[self.node_of(pointer) as usize].window;
                let slab = window.slab(window.page_of(pointer.addr().get()));
                assert!(
                    slab.is_taken(pointer.addr().get()),
                    "double free of {pointer:p}"
                );
            }
        }
    }

    /// Bytes that the live allocation at `pointer` really has, from the page map:
    /// `usable_size(size)`. Zero when there is no allocation there.
    pub fn size_of(&self, pointer: NonNull<u8>) -> usize {
        let window = &self.arenas[self.node_of(pointer) as usize].window;
        let page = window.page_of(pointer.addr().get());
        if page < window.head_pages() {
            return 0;
        }
        match PageKind::from_byte(window.kind(page)) {
            PageKind::Slab(class) | PageKind::Cells(class, _) => cell_bytes(class),
            PageKind::Span => {
                window.chunk(span_descriptor_page(page)).span_pages() as usize * PAGE_BYTES
            }
            _ => 0,
        }
    }

    /// Cells taken and cells in all of the slab or chunk that holds the live allocation at
    /// `pointer`; `(1, 1)` for a span. Read without a lock: a hint for compaction.
    pub fn fill(&self, pointer: NonNull<u8>) -> (u32, u32) {
        let window = &self.arenas[self.node_of(pointer) as usize].window;
        let page = window.page_of(pointer.addr().get());
        match PageKind::from_byte(window.kind(page)) {
            PageKind::Slab(class) => (
                window.slab(page).head().used(),
                SHAPES[class].slab_cells as u32,
            ),
            PageKind::Cells(class, order) => {
                let used = window.chunk(chunk_start(page, order)).head().used();
                (used, chunk_cells(class, order))
            }
            _ => (1, 1),
        }
    }

    /// Addresses of the pages that `size` bytes at `pointer` touch, for residency queries.
    pub fn page_addresses(&self, pointer: NonNull<u8>, size: usize) -> impl Iterator<Item = usize> {
        let first = pointer.addr().get() / PAGE_BYTES;
        let last = (pointer.addr().get() + size.max(1) - 1) / PAGE_BYTES;
        (first..=last).map(|page| page * PAGE_BYTES)
    }

    /// Gives memory that serves nobody back to the kernel: this thread's and ended threads'
    /// magazines, empty slabs and chunks, idle slab pages, dirty runs. Answers the bytes given back.
    pub fn purge(&self) -> u64 {
        self.empty_own_seats();
        self.arenas.iter().map(Arena::purge).sum()
    }

    /// Gives back a piece of what exceeds each window's budget of unused memory, a megabyte at most: worth asking again every
    /// tenth of a second, until it answers 0 bytes.
    pub fn trim(&self) -> u64 {
        self.arenas.iter().map(Arena::trim).sum()
    }

    /// Has 256 KB of memory on `node` there that nobody uses yet, so that whoever asks next finds no page without memory: worth
    /// a call before something is going to be allocated with a lock held. Nothing happens when there is no such node.
    pub fn warm(&self, node: u32) {
        if let Some(arena) = self.arenas.get(node as usize) {
            arena.warm();
        }
    }

    /// Gives back half of what nobody wanted since this was called last: worth a call every
    /// second. Answers the bytes given back.
    pub fn decay(&self) -> u64 {
        self.arenas.iter().map(Arena::decay).sum()
    }

    /// Returns the cells that this thread and those that ended have at hand.
    fn empty_own_seats(&self) {
        seat().into_iter().for_each(|mine| self.empty_seat(mine));
        for free in 0..SEATS {
            if magazine::lease_seat(free) {
                self.empty_seat(free);
                magazine::return_seat(free);
            }
        }
    }

    /// Returns the cells in every magazine of a seat that this thread leases.
    fn empty_seat(&self, seat: usize) {
        for (node, arena) in self.arenas.iter().enumerate() {
            let magazines = self.at_hand[seat * self.arenas.len() + node].load(Ordering::Acquire);
            // SAFETY: magazines live until the pool is dropped.
            let Some(magazines) = (unsafe { magazines.as_ref() }) else {
                continue;
            };
            for class in 0..magazine::MAGAZINE_CLASSES {
                let magazine = magazines.of(class);
                let mut cells = [0; ROOM_MAX];
                let cells = &mut cells[..magazine.count()];
                if !cells.is_empty() {
                    // SAFETY: this thread leases the seat, and asks for all there is.
                    unsafe { magazine.take_older(cells) };
                    arena.put(class, cells);
                }
            }
        }
    }

    /// Fault injection for tests: while `refuse` is set, node `node` gets no new memory.
    pub fn refuse_commits(&self, node: u32, refuse: bool) {
        if let Some(arena) = self.arenas.get(node as usize) {
            arena.pages.lock().set_refuse(refuse);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for slot in &self.at_hand {
            let magazines = slot.load(Ordering::Acquire);
            if !magazines.is_null() {
                // SAFETY: made by Box::into_raw, freed once, and nobody borrows the pool any more.
                drop(unsafe { Box::from_raw(magazines) });
            }
        }
    }
}

/// A pointer to an address inside a window; never null, since no window lies at 0.
#[inline]
fn pointer_to(address: usize) -> NonNull<u8> {
    debug_assert!(address != 0);
    // SAFETY: the address lies in a window, and windows lie far above 0.
    unsafe { NonNull::new_unchecked(with_exposed_provenance_mut(address)) }
}
