//! A slab: one page of equal cells, for requests up to 512 B.
//!
//! ```text
//! page         │ cell 0 │ cell 1 │ … cell n-1 │ less than a cell │
//! description  │ Head 12 B │ magic 4 B │ bitmap 4 x 8 B │            in the window's head
//! ```
//!
//! The bitmap has one bit a cell, set while the cell is taken. It lies out of line, 48 B for each
//! page: eight cells of 512 B fill a page, cells of 64 B are aligned to cache lines, giving a cell
//! back touches neither its page nor its TLB entry, and the descriptions do not all compete for
//! the same few cache sets, as headers at the start of every page would. A free cell holds
//! nothing: its bytes are whatever they were.
//! This file knows one slab; which slabs exist and who may touch one is `arena.rs`.
//!
//! Invariant: `used == population count of the bitmap`, `used <= cells`, and no bit past the last
//! cell is ever set.

use std::cell::Cell;

use super::ranks::{Head, Heads};
use super::size_class::{CELL_MIN, PAGE_BYTES, SHAPES, SLAB_CLASSES, Shape};
use super::window::Window;

/// Words of the bitmap.
const WORDS: usize = PAGE_BYTES / CELL_MIN / 64;

/// Marks a page as a slab ("slab" in ASCII).
const MAGIC: u32 = u32::from_le_bytes(*b"slab");

/// What is known of a slab. All zero (never used) describes nothing.
#[repr(C)]
pub(super) struct SlabHead {
    head: Head,
    magic: u32,
    words: [Cell<u64>; WORDS],
}

const _: () = assert!(size_of::<SlabHead>() == 48);

/// A slab: the address of its description, and of its page. Methods need the class lock.
#[derive(Clone, Copy)]
pub(super) struct Slab {
    description: *mut SlabHead,
    page: usize,
}

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
    /// The slab in the page at address `page`, described at `description`. Nothing is read.
    #[inline]
    pub(super) fn at(description: *mut u8, page: usize) -> Slab {
        Slab {
            description: description.cast(),
            page,
        }
    }

    /// Makes a committed page of the caller an empty slab of `class`; `order` is its chunk's.
    pub(super) fn format(self, class: usize, order: usize) {
        let words = [const { Cell::new(0) }; WORDS];
        let head = Head::new(class, order);
        // SAFETY: the caller owns the page, so its description too, which is committed with it.
        unsafe {
            self.description.write(SlabHead {
                head,
                magic: MAGIC,
                words,
            })
        };
    }

    /// The slab's head.
    #[inline]
    pub(super) fn head<'a>(self) -> &'a Head {
        &self.description().head
    }

    #[inline]
    fn description<'a>(self) -> &'a SlabHead {
        // SAFETY: the page is a slab, so its description is initialised; whatever of it changes
        // lies in cells and atomics.
        unsafe { &*self.description }
    }

    /// Takes cells until `out` is full or the slab is; lowest addresses first. Returns how many.
    #[inline]
    pub(super) fn take(self, shape: &Shape, out: &mut [usize]) -> usize {
        let slab = self.description();
        let used = slab.head.used();
        let count = out.len().min(shape.slab_cells as usize - used as usize);
        let (mut taken, mut index) = (0, 0);
        // While fewer than all cells are taken, a zero bit exists, and the lowest zero bits are
        // cells, since bits past the last cell come after them.
        while taken < count {
            let mut bits = slab.words[index].get();
            while bits != u64::MAX && taken < count {
                let bit = bits.trailing_ones() as usize;
                bits |= 1 << bit;
                out[taken] = self.page + (index * 64 + bit) * shape.bytes as usize;
                taken += 1;
            }
            slab.words[index].set(bits);
            index += 1;
        }
        slab.head.set_used(used + count as u32);
        count
    }

    /// Gives back the taken cell at `address`.
    #[inline]
    pub(super) fn put(self, shape: &Shape, address: usize) {
        let slab = self.description();
        let offset = address - self.page;
        let cell = ((offset as u64 * shape.reciprocal as u64) >> 32) as usize;
        debug_assert_eq!(
            cell * shape.bytes as usize,
            offset,
            "free of a pointer into a cell"
        );
        let (word, bit) = (&slab.words[cell / 64], 1u64 << (cell % 64));
        debug_assert!(
            word.get() & bit != 0,
            "double free of the cell at {address:#x}"
        );
        word.set(word.get() & !bit);
        slab.head.set_used(slab.head.used() - 1);
    }

    /// Whether the cell at `address` is taken.
    pub(super) fn is_taken(self, address: usize) -> bool {
        let slab = self.description();
        let cell = (address - self.page) / SHAPES[slab.head.class as usize].bytes as usize;
        slab.words[cell / 64].get() >> (cell % 64) & 1 == 1
    }

    /// Re-derives the invariant of a slab that should be of `class` in a chunk of `order`.
    pub(super) fn check(self, class: usize, order: usize) -> Result<(), String> {
        let slab = self.description();
        let head = &slab.head;
        if slab.magic != MAGIC || head.class as usize != class || head.order as usize != order {
            return Err(format!("description of a slab of class {class} is damaged"));
        }
        let cells = SHAPES[class].slab_cells as u32;
        let mut taken = 0;
        for (index, word) in slab.words.iter().enumerate() {
            let past = (cells as usize).saturating_sub(index * 64);
            if past < 64 && word.get() >> past != 0 {
                return Err(format!(
                    "a slab of class {class} has bits past its last cell"
                ));
            }
            taken += word.get().count_ones();
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

    #[test]
    fn take_and_put_keep_the_bitmap_equal_to_the_count_in_every_class() {
        for (class, shape) in SHAPES.iter().enumerate().take(SLAB_CLASSES) {
            let mut description = Box::<SlabHead>::new_uninit();
            let page = 16 * PAGE_BYTES;
            let slab = Slab::at(description.as_mut_ptr().cast(), page);
            slab.format(class, 1);
            let mut cells = vec![0; 300];
            let count = slab.take(shape, &mut cells);
            assert_eq!(count, shape.slab_cells as usize);
            assert_eq!(slab.take(shape, &mut [0]), 0);
            assert_eq!(cells[0], page);
            assert!(cells[count - 1] + shape.bytes as usize <= page + PAGE_BYTES);
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
