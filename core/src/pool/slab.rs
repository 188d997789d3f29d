//! A slab: one page of equal cells, for requests up to 512 B.
//!
//! ```text
//! 0        12      16               16 + 8 * words        first                       4096
//! │ Head   │ magic │ bitmap         │ (less than a cell)  │ cell 0 │ cell 1 │ … cell n-1 │
//! ```
//!
//! The bitmap has one bit a cell, set while the cell is taken, and only as many words as the
//! cells need: 24 bytes of header for every cell size from 64 B up, 48 at most. Cells end where
//! the page ends. A free cell holds nothing: its bytes are whatever they were.
//! This file knows one slab; which slabs exist and who may touch one is `arena.rs`.
//!
//! Invariant: `used == population count of the bitmap`, `used <= cells`, and no bit past the last
//! cell is ever set.

use super::ranks::{Head, Heads};
use super::size_class::{PAGE_BYTES, SHAPES, SLAB_CLASSES, SLAB_FIXED_BYTES, Shape};
use super::window::Window;

/// Marks a page as a slab ("slab" in ASCII).
const MAGIC: u32 = u32::from_le_bytes(*b"slab");

/// The fixed start of a slab; the bitmap follows.
#[repr(C)]
struct SlabHead {
    head: Head,
    magic: u32,
}

const _: () = assert!(size_of::<SlabHead>() == SLAB_FIXED_BYTES);

/// A slab, as the address of its page. Methods need the lock of the slab's class.
#[derive(Clone, Copy)]
pub(super) struct Slab(*mut SlabHead);

/// Finds slabs' heads in a window.
#[derive(Clone, Copy)]
pub(super) struct SlabHeads(pub(super) Window);

impl Heads for SlabHeads {
    #[inline]
    fn head<'a>(&self, page: u32) -> &'a Head {
        self.0.slab(page).head()
    }
}

impl Slab {
    /// The slab at a page's address. Nothing is read.
    #[inline]
    pub(super) fn at(page: *mut u8) -> Slab {
        Slab(page.cast())
    }

    /// Makes a committed page of the caller an empty slab of `class`; `order` is its chunk's.
    pub(super) fn format(self, class: usize, order: usize) {
        let words = SHAPES[class].words as usize;
        // SAFETY: the caller owns the whole page; header and bitmap lie within it.
        unsafe {
            self.0.write(SlabHead {
                head: Head::new(class, order),
                magic: MAGIC,
            });
            self.words().write_bytes(0, words);
        }
    }

    /// The page's head.
    #[inline]
    pub(super) fn head<'a>(self) -> &'a Head {
        // SAFETY: the page is a slab, so its head is initialised; whatever of it changes lies in
        // cells and atomics.
        unsafe { &(*self.0).head }
    }

    fn shape(self) -> &'static Shape {
        &SHAPES[self.head().class as usize]
    }

    #[inline]
    fn words(self) -> *mut u64 {
        // SAFETY: the bitmap starts right after the fixed part, within the page.
        unsafe { self.0.add(1).cast() }
    }

    /// Takes cells until `out` is full or the slab is; lowest addresses first. Returns how many.
    #[inline]
    pub(super) fn take(self, shape: &Shape, out: &mut [usize]) -> usize {
        let used = self.head().used();
        let count = out.len().min(shape.slab_cells as usize - used as usize);
        let first = self.0.expose_provenance() + shape.slab_first as usize;
        let mut taken = 0;
        let mut index = 0;
        while taken < count {
            // SAFETY: while fewer than all cells are taken, a zero bit lies within the bitmap,
            // and the lowest zero bits are cells, since bits past the last cell come after them.
            let word = unsafe { &mut *self.words().add(index) };
            let mut bits = *word;
            while bits != u64::MAX && taken < count {
                let bit = bits.trailing_ones() as usize;
                bits |= 1 << bit;
                out[taken] = first + (index * 64 + bit) * shape.bytes as usize;
                taken += 1;
            }
            *word = bits;
            index += 1;
        }
        self.head().set_used(used + count as u32);
        count
    }

    /// Gives back the taken cell at `address`.
    #[inline]
    pub(super) fn put(self, shape: &Shape, address: usize) {
        let offset = address % PAGE_BYTES - shape.slab_first as usize;
        let cell = ((offset as u64 * shape.reciprocal as u64) >> 32) as usize;
        debug_assert_eq!(
            cell * shape.bytes as usize,
            offset,
            "free of a pointer into a cell"
        );
        // SAFETY: the cell is one of this slab's, so its word lies within the bitmap.
        let word = unsafe { &mut *self.words().add(cell / 64) };
        let bit = 1u64 << (cell % 64);
        debug_assert!(*word & bit != 0, "double free of the cell at {address:#x}");
        *word &= !bit;
        self.head().set_used(self.head().used() - 1);
    }

    /// Whether the cell at `address` is taken.
    pub(super) fn is_taken(self, address: usize) -> bool {
        let shape = self.shape();
        let offset = address % PAGE_BYTES - shape.slab_first as usize;
        let cell = offset / shape.bytes as usize;
        // SAFETY: as in `put`.
        let word = unsafe { *self.words().add(cell / 64) };
        word >> (cell % 64) & 1 == 1
    }

    /// Re-derives the invariant of a slab that should be of `class` in a chunk of `order`.
    pub(super) fn check(self, class: usize, order: usize) -> Result<(), String> {
        // SAFETY: the page map says that this page is a slab, so its head is initialised.
        let magic = unsafe { (*self.0).magic };
        let head = self.head();
        if magic != MAGIC || head.class as usize != class || head.order as usize != order {
            return Err(format!("slab header of class {class} is damaged"));
        }
        let shape = &SHAPES[class];
        let cells = shape.slab_cells as u32;
        let mut taken = 0;
        for index in 0..shape.words as usize {
            // SAFETY: `index` is below the number of bitmap words.
            let word = unsafe { *self.words().add(index) };
            taken += word.count_ones();
            let past = (cells as usize).saturating_sub(index * 64);
            if past < 64 && word >> past != 0 {
                return Err(format!(
                    "a slab of class {class} has bits past its last cell"
                ));
            }
        }
        if taken != head.used() || taken > cells {
            let used = head.used();
            return Err(format!(
                "slab of class {class}: used {used} but {taken} bits set"
            ));
        }
        Ok(())
    }
}

const _: () = assert!(SLAB_CLASSES < u8::MAX as usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C, align(4096))]
    struct Page([u8; PAGE_BYTES]);

    #[test]
    fn take_and_put_keep_the_bitmap_equal_to_the_count_in_every_class() {
        for (class, shape) in SHAPES.iter().enumerate().take(SLAB_CLASSES) {
            let mut page = Box::new(Page([0xff; PAGE_BYTES]));
            let slab = Slab::at(page.0.as_mut_ptr());
            slab.format(class, 1);
            let mut cells = vec![0; 300];
            let count = slab.take(shape, &mut cells);
            assert_eq!(count, shape.slab_cells as usize);
            assert_eq!(slab.take(shape, &mut [0]), 0);
            let end = page.0.as_ptr().expose_provenance() + PAGE_BYTES;
            assert_eq!(cells[count - 1] + shape.bytes as usize, end);
            slab.check(class, 1).expect("full");
            for &cell in cells[..count].iter().step_by(2) {
                slab.put(shape, cell);
                assert!(!slab.is_taken(cell));
            }
            slab.check(class, 1).expect("half");
            assert_eq!(slab.head().used() as usize, count / 2);
            let mut again = [0; 2];
            assert_eq!(slab.take(shape, &mut again), 2);
            assert_eq!(again[0], cells[0]);
        }
    }
}
