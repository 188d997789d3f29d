//! Windows: one reserved address range, cut into one equal window per node.
//!
//! ```text
//! base                      base + (1 << shift)
//! ├ window 0 ───────────────┼ window 1 ────────────────┼ …
//! │ control │ page map     │ chunks         │ slabs         │ marks       │ body: frontier →      │
//! │ 1 page  │ 1 B per page │ 32 B per 16 KB │ 48 B per page │ 1 bit a page│ handed out by span.rs │
//! ```
//!
//! Everything that describes a window lies at its own head, reserved in full and touched as it
//! fills: a window needs nothing outside itself to be understood, and no pointer leaves it.
//! The range is reserved without rights; [`Window::commit`] gives them step by step.
//! This file knows the system calls and the layout, not what a chunk or a slab means.
//!
//! Invariants: `address == base + (node << shift) + page * 4096 + rest`; the head is less than
//! 1/60 of a window; bytes of the page map for pages never used are 0.

use std::ptr::{NonNull, with_exposed_provenance_mut};
use std::sync::atomic::{AtomicU64, Ordering};

use super::chunk::Chunk;
use super::size_class::PAGE_BYTES;
use super::slab::{Slab, SlabHead};

/// log2 of a window's bytes unless the machine refuses: 256 GB, and 16 GB where a sanitizer's
/// shadow takes most of the address space.
pub const WINDOW_SHIFT: u32 = if cfg!(numakv_sanitizer = "thread") {
    34
} else {
    38
};
/// The smallest window worth opening: 16 MB.
pub const WINDOW_SHIFT_MIN: u32 = 24;
/// Pages that the kernel is asked for at once, at most (64 KB): nobody can be given rights to more of the range meanwhile.
const POPULATED_PAGES: u32 = 16;
/// Windows of one pool at most; with it an offset from the base fits in 44 bits.
pub const NODES_MAX: usize = 64;
/// Bytes of a control page that belong to the pool's user.
pub const ROOT_BYTES: usize = 256;
/// Changes when a window's layout changes.
pub const LAYOUT_VERSION: u32 = 2;

/// "numakvw1", read as a little-endian word.
const MAGIC: u64 = u64::from_le_bytes(*b"numakvw1");
/// Pages described by one chunk descriptor.
pub(super) const UNIT_PAGES: u32 = 4;
/// Bytes of one chunk descriptor.
const DESCRIPTOR_BYTES: usize = 32;

const _: () = assert!((NODES_MAX as u64) << WINDOW_SHIFT <= 1 << 44);
const _: () = assert!(size_of::<ControlPage>() <= PAGE_BYTES);
const _: () = assert!(size_of::<super::chunk::Descriptor>() == DESCRIPTOR_BYTES);

/// The fixed addresses tried in turn, so that an image of a pool can be mapped back later without
/// changing a pointer in it. Thread-sanitized programs may map only below 2 TB; an
/// address-sanitized one keeps its shadow just above 16 TB.
const BASES: &[usize] = if cfg!(numakv_sanitizer = "thread") {
    &[
        0x0010_0000_0000,
        0x0030_0000_0000,
        0x0050_0000_0000,
        0x0080_0000_0000,
        0x00a0_0000_0000,
        0x00c0_0000_0000,
        0x00e0_0000_0000,
        0x0100_0000_0000,
        0x0120_0000_0000,
        0x0140_0000_0000,
    ]
} else if cfg!(numakv_sanitizer = "address") {
    &[
        0x2000_0000_0000,
        0x2100_0000_0000,
        0x2200_0000_0000,
        0x2400_0000_0000,
        0x3000_0000_0000,
        0x3100_0000_0000,
        0x3200_0000_0000,
        0x3400_0000_0000,
        0x4000_0000_0000,
        0x4100_0000_0000,
    ]
} else {
    &[
        0x1000_0000_0000,
        0x1100_0000_0000,
        0x1200_0000_0000,
        0x1400_0000_0000,
        0x1800_0000_0000,
        0x2000_0000_0000,
        0x2100_0000_0000,
        0x2200_0000_0000,
        0x2400_0000_0000,
        0x3000_0000_0000,
        0x3100_0000_0000,
        0x4000_0000_0000,
    ]
};

/// First page of a window: who it is, and roots for the pool's user.
#[repr(C)]
struct ControlPage {
    magic: u64,
    layout_version: u32,
    window_shift: u32,
    node: u32,
    node_count: u32,
    /// Where the range lay when the window was written: pointers in an image hold only there.
    base: u64,
    reserved: [u64; 4],
    root: [u8; ROOT_BYTES],
}

/// The reserved range of all windows; unmapped when dropped.
pub(super) struct Range {
    base: usize,
    bytes: usize,
    shift: u32,
}

impl Range {
    /// Reserves `node_count` windows of `1 << shift` bytes, or of less where the process may not
    /// reserve so much (`ulimit -v`, strict overcommit).
    ///
    /// # Errors
    /// The last refusal, when not even the smallest windows fit.
    pub(super) fn reserve(node_count: usize, shift: u32) -> Result<Range, String> {
        let mut refusal = String::new();
        for shift in (WINDOW_SHIFT_MIN..=shift).rev() {
            let bytes = node_count << shift;
            for &hint in BASES {
                match map(hint, bytes) {
                    Ok(base) => return Ok(Range { base, bytes, shift }),
                    Err(error) if error.raw_os_error() == Some(libc::EEXIST) => {
                        refusal = format!("{hint:#x} is taken");
                    }
                    Err(error) => refusal = error.to_string(),
                }
            }
        }
        Err(format!(
            "cannot reserve addresses for {node_count} windows: {refusal}"
        ))
    }

    /// First address of window 0.
    pub(super) fn base(&self) -> usize {
        self.base
    }

    /// log2 of the bytes of one window.
    pub(super) fn shift(&self) -> u32 {
        self.shift
    }

    /// Window `node` of `node_count`.
    pub(super) fn window(&self, node: usize) -> Window {
        Window {
            base: self.base + (node << self.shift),
            shift: self.shift,
        }
    }
}

impl Drop for Range {
    fn drop(&mut self) {
        // SAFETY: the range was mapped by `map` and nothing else lives in it; whoever drops the
        // pool has given up every pointer into it.
        unsafe { libc::munmap(with_exposed_provenance_mut(self.base), self.bytes) };
    }
}

/// Reserves exactly `[hint, hint + bytes)` without any right to touch it.
fn map(hint: usize, bytes: usize) -> std::io::Result<usize> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: an anonymous mapping that replaces nothing (MAP_FIXED_NOREPLACE) affects no memory
    // in use.
    let found = unsafe {
        let address = with_exposed_provenance_mut(hint);
        libc::mmap(
            address,
            bytes,
            libc::PROT_NONE,
            flags | libc::MAP_FIXED_NOREPLACE,
            -1,
            0,
        )
    };
    if found == libc::MAP_FAILED {
        return Err(std::io::Error::last_os_error());
    }
    if found.expose_provenance() != hint {
        // A kernel before 4.17 takes the flag as a hint only.
        // SAFETY: this mapping was made a moment ago and nobody knows it.
        unsafe { libc::munmap(found, bytes) };
        return Err(std::io::Error::from_raw_os_error(libc::EEXIST));
    }
    // Touched and resident are to mean the same, so no huge pages behind our back.
    // SAFETY: advice on our own mapping; it changes no contents. A refusal is harmless.
    unsafe { libc::madvise(found, bytes, libc::MADV_NOHUGEPAGE) };
    Ok(hint)
}

/// One window: plain arithmetic on its base. Copies are as good as the original while the
/// [`Range`] lives.
#[derive(Clone, Copy)]
pub(super) struct Window {
    base: usize,
    shift: u32,
}

impl Window {
    /// Address of the window's first byte.
    pub(super) fn base(&self) -> usize {
        self.base
    }

    /// Bytes of the window.
    pub(super) fn bytes(&self) -> usize {
        1 << self.shift
    }

    /// Pages of the window.
    pub(super) fn pages(&self) -> u32 {
        (self.bytes() / PAGE_BYTES) as u32
    }

    /// Pages of the head: the first page of the body.
    pub(super) fn head_pages(&self) -> u32 {
        self.tables(self.pages())
            .iter()
            .map(|&(_, bytes)| (bytes / PAGE_BYTES) as u32)
            .sum::<u32>()
            + 1
    }

    /// Page map, chunk and slab descriptions, marks: address of each, and the bytes (whole pages)
    /// that describe the pages below `pages`.
    pub(super) fn tables(&self, pages: u32) -> [(usize, usize); 4] {
        let units = pages.div_ceil(UNIT_PAGES) as usize;
        [
            (self.map_address(), pages as usize),
            (self.descriptors_address(), units * DESCRIPTOR_BYTES),
            (self.slabs_address(), pages as usize * size_of::<SlabHead>()),
            (self.marks_address(), pages.div_ceil(8) as usize),
        ]
        .map(|(address, bytes)| (address, bytes.next_multiple_of(PAGE_BYTES)))
    }

    /// Address of `page`.
    #[inline]
    pub(super) fn address(&self, page: u32) -> usize {
        self.base + page as usize * PAGE_BYTES
    }

    /// The page that holds `address`.
    #[inline]
    pub(super) fn page_of(&self, address: usize) -> u32 {
        ((address - self.base) / PAGE_BYTES) as u32
    }

    fn map_address(&self) -> usize {
        self.base + PAGE_BYTES
    }

    fn descriptors_address(&self) -> usize {
        self.map_address() + (self.pages() as usize).next_multiple_of(PAGE_BYTES)
    }

    fn slabs_address(&self) -> usize {
        let bytes = self.pages() as usize / UNIT_PAGES as usize * DESCRIPTOR_BYTES;
        self.descriptors_address() + bytes.next_multiple_of(PAGE_BYTES)
    }

    fn marks_address(&self) -> usize {
        let bytes = self.pages() as usize * size_of::<SlabHead>();
        self.slabs_address() + bytes.next_multiple_of(PAGE_BYTES)
    }

    /// The word of marks that has the bit of `page`, and that bit's number.
    #[inline(always)]
    fn mark(&self, page: u32) -> (&AtomicU64, u32) {
        let word = self.marks_address() + page as usize / 64 * 8;
        let word: *mut u64 = with_exposed_provenance_mut(word);
        // SAFETY: marks are committed up to the last committed page, eight-byte aligned, and only
        // ever touched as atomics.
        (unsafe { AtomicU64::from_ptr(word) }, page % 64)
    }

    /// Whether the committed `page` is marked. Read without a lock.
    #[inline(always)]
    pub(super) fn is_marked(&self, page: u32) -> bool {
        let (word, bit) = self.mark(page);
        word.load(Ordering::Relaxed) >> bit & 1 == 1
    }

    /// Marks `pages` pages, or takes their marks away. They share a word: a slab, or an aligned
    /// chunk.
    pub(super) fn set_marks(&self, page: u32, pages: u32, marked: bool) {
        let (word, bit) = self.mark(page);
        debug_assert!(bit + pages <= 64);
        let mask = (u64::MAX >> (64 - pages)) << bit;
        match marked {
            true => word.fetch_or(mask, Ordering::Relaxed),
            false => word.fetch_and(!mask, Ordering::Relaxed),
        };
    }

    /// The page map's byte for `page`, which must be committed.
    #[inline]
    pub(super) fn kind(&self, page: u32) -> u8 {
        let byte: *const u8 = with_exposed_provenance_mut(self.map_address() + page as usize);
        // SAFETY: the map is committed up to the last committed page. A byte changes only while
        // its page changes hands, and the caller owns a cell of the page or holds the page lock.
        unsafe { byte.read() }
    }

    /// Writes the page map for `pages` pages from `page`, under the page lock.
    pub(super) fn set_kind(&self, page: u32, pages: u32, kind: u8) {
        let byte: *mut u8 = with_exposed_provenance_mut(self.map_address() + page as usize);
        // SAFETY: as for `kind`; the pages belong to the caller, who holds the page lock.
        unsafe { byte.write_bytes(kind, pages as usize) }
    }

    /// The descriptor of the 16 KB unit that holds `page`.
    #[inline]
    pub(super) fn chunk(&self, page: u32) -> Chunk {
        let unit = (page / UNIT_PAGES) as usize;
        let address = self.descriptors_address() + unit * DESCRIPTOR_BYTES;
        Chunk::at(with_exposed_provenance_mut(address))
    }

    /// The slab in `page`.
    #[inline]
    pub(super) fn slab(&self, page: u32) -> Slab {
        let description = self.slabs_address() + page as usize * size_of::<SlabHead>();
        Slab::at(with_exposed_provenance_mut(description), self.address(page))
    }

    /// A pointer to `bytes` further than the start of `page`.
    #[inline]
    pub(super) fn pointer(&self, page: u32, bytes: usize) -> *mut u8 {
        with_exposed_provenance_mut(self.address(page) + bytes)
    }

    /// Commits the control page and writes it.
    ///
    /// # Errors
    /// The kernel's refusal.
    pub(super) fn open(&self, node: u32, node_count: u32, base: usize) -> Result<(), String> {
        if !self.make_usable(self.base, PAGE_BYTES) {
            let error = std::io::Error::last_os_error();
            return Err(format!(
                "cannot commit the control page of window {node}: {error}"
            ));
        }
        let control = ControlPage {
            magic: MAGIC,
            layout_version: LAYOUT_VERSION,
            window_shift: self.shift,
            node,
            node_count,
            base: base as u64,
            reserved: [0; 4],
            root: [0; ROOT_BYTES],
        };
        // SAFETY: the page was made usable above, is large enough (asserted) and page-aligned.
        unsafe { self.control().write(control) };
        Ok(())
    }

    fn control(&self) -> *mut ControlPage {
        with_exposed_provenance_mut(self.base)
    }

    /// The [`ROOT_BYTES`] bytes of the control page kept for the pool's user, 8-byte aligned.
    pub(super) fn root(&self) -> NonNull<u8> {
        // SAFETY: the control page is committed for as long as the window lives; the address of
        // a field of a non-null struct is not null.
        unsafe { NonNull::new_unchecked((&raw mut (*self.control()).root).cast()) }
    }

    /// Makes body pages `from .. to` usable, and what describes them. False when the kernel
    /// refuses; then nothing that was usable has changed.
    pub(super) fn commit(&self, from: u32, to: u32) -> bool {
        self.tables(to)
            .iter()
            .all(|&(address, bytes)| self.make_usable(address, bytes))
            && self.make_usable(self.address(from), (to - from) as usize * PAGE_BYTES)
    }

    fn make_usable(&self, address: usize, bytes: usize) -> bool {
        debug_assert!(address >= self.base && address + bytes <= self.base + self.bytes());
        let rights = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: the range lies in our own mapping; widening rights changes no contents.
        unsafe { libc::mprotect(with_exposed_provenance_mut(address), bytes, rights) == 0 }
    }

    /// Gives the memory behind pages the caller owns back to the kernel; they read as zero later.
    pub(super) fn release(&self, page: u32, pages: u32) {
        let address = with_exposed_provenance_mut(self.address(page));
        // SAFETY: the caller owns these pages and keeps nothing in them. A refusal leaves the
        // memory resident, which costs memory but breaks nothing.
        unsafe { libc::madvise(address, pages as usize * PAGE_BYTES, libc::MADV_DONTNEED) };
    }

    /// Puts memory behind pages the caller owns, all at once: a page costs a third less than one by one as they are first
    /// written to (1.03 beside 1.45 µs in a virtual machine). Kernels before 5.14 refuse, and then it comes page by page.
    pub(super) fn populate(&self, page: u32, pages: u32) {
        for from in (page..page + pages).step_by(POPULATED_PAGES as usize) {
            let length = POPULATED_PAGES.min(page + pages - from) as usize * PAGE_BYTES;
            let address = with_exposed_provenance_mut(self.address(from));
            // SAFETY: the range lies in our own mapping, and its contents do not change. A refusal changes nothing.
            let result = unsafe { libc::madvise(address, length, libc::MADV_POPULATE_WRITE) };
            if result != 0 {
                return;
            }
        }
    }

    /// Pages of `[0, committed)` and of the head that are in RAM, asked from the kernel
    /// (`mincore`, some 3 ns a page).
    pub(super) fn resident_pages(&self, committed: u32) -> u64 {
        let tables = self.tables(committed);
        let head = tables.map(|(address, bytes)| self.resident(address, bytes / PAGE_BYTES));
        let body = committed.saturating_sub(self.head_pages()) as usize;
        1 + head.iter().sum::<u64>() + self.resident(self.address(self.head_pages()), body)
    }

    fn resident(&self, address: usize, pages: usize) -> u64 {
        const STEP: usize = 16 * 1024;
        let mut marks = vec![0u8; STEP.min(pages)];
        let mut resident = 0;
        for start in (0..pages).step_by(STEP) {
            let count = STEP.min(pages - start);
            let from = with_exposed_provenance_mut(address + start * PAGE_BYTES);
            // SAFETY: the range is mapped and `marks` has a byte for each of its pages.
            let asked = unsafe { libc::mincore(from, count * PAGE_BYTES, marks.as_mut_ptr()) };
            if asked == 0 {
                resident += marks[..count].iter().filter(|&&mark| mark & 1 == 1).count() as u64;
            }
        }
        resident
    }

    /// Whether the control page says what it should.
    pub(super) fn check(&self, node: u32) -> Result<(), String> {
        // SAFETY: the control page is committed and was written by `open`.
        let control = unsafe { &*self.control() };
        let good = control.magic == MAGIC
            && control.layout_version == LAYOUT_VERSION
            && control.window_shift == self.shift
            && control.node == node;
        if good {
            Ok(())
        } else {
            Err(format!("window {node}: the control page is damaged"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserve_finds_room_for_a_second_range() {
        let first = Range::reserve(2, 30).expect("reserve");
        let second = Range::reserve(2, 30).expect("reserve beside the first");
        assert_ne!(first.base(), second.base());
        assert!(BASES.contains(&first.base()) && BASES.contains(&second.base()));
    }

    #[test]
    fn head_is_a_small_part_of_a_window_of_any_size() {
        for shift in WINDOW_SHIFT_MIN..=WINDOW_SHIFT {
            let window = Window { base: 0, shift };
            assert!(window.head_pages() as usize * PAGE_BYTES * 60 <= window.bytes());
        }
    }

    #[test]
    fn resident_pages_counts_touched_pages_only() {
        let range = Range::reserve(1, 24).expect("reserve");
        let window = range.window(0);
        window.open(0, 1, range.base()).expect("open");
        let head = window.head_pages();
        assert!(window.commit(head, head + 64));
        let before = window.resident_pages(head + 64);
        // SAFETY: these pages were committed above and belong to this test.
        unsafe { window.pointer(head, 0).write_bytes(1, 3 * PAGE_BYTES) };
        assert_eq!(window.resident_pages(head + 64), before + 3);
        window.release(head, 3);
        assert_eq!(window.resident_pages(head + 64), before);
    }
}
