//! Size classes: from a requested size to the cell that serves it.
//!
//! ```text
//! request (bytes)   class     cell                             where the cell lies
//!      0 ..=   512   0 ..=62  16, 24, 32 … 512 (step 8)        a slab: 4 KB of equal cells, one bit each
//!    513 ..= 16384  63 ..=78  640, 768 … 16384 (16 classes)    a chunk of 16, 64 or 256 KB
//!  16385 ..           79      whole 4 KB pages                 a span of its own
//! ```
//!
//! Steps of 8 B keep the loss within a small cell under 8 B. The middle classes lie 12 to 33 % apart.
//! This file is arithmetic only: it knows no address and no lock.
//!
//! Invariant: `class_of` is monotone, and `cell_bytes(class_of(n)) >= n` for every `n` up to [`CELL_MAX`].

/// Bytes of a page, the unit in which memory is taken from a window.
pub const PAGE_BYTES: usize = 4096;
/// Largest cell that lies in a slab.
pub const SLAB_CELL_MAX: usize = 512;
/// Largest cell of all; a larger request gets a span.
pub const CELL_MAX: usize = 16384;
/// Classes whose cells lie in slabs.
pub const SLAB_CLASSES: usize = 63;
/// Classes whose cells lie in chunks.
pub const MIDDLE_CLASSES: usize = 16;
/// All classes that have cells.
pub const CELL_CLASSES: usize = SLAB_CLASSES + MIDDLE_CLASSES;
/// The smallest cell: two words.
pub const CELL_MIN: usize = 16;
/// Chunk sizes by order, in pages: 16, 64 and 256 KB.
pub const CHUNK_PAGES: [u32; 3] = [4, 16, 64];

/// Cells of the middle classes, in bytes.
const MIDDLE_BYTES: [usize; MIDDLE_CLASSES] = [
    640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 4096, 5120, 6144, 8192, 12288, 16384,
];

/// Requests above a slab's cells, in steps of 128 B, to their class.
static MIDDLE_OF: [u8; CELL_MAX / 128] = middle_table();

/// What the hot paths need to know of a class, computed once by the compiler.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// Bytes of one cell.
    pub(super) bytes: u32,
    /// `ceil(2^32 / bytes)`: multiply and shift by 32 instead of dividing an offset of less than 2^18 by `bytes`.
    pub(super) reciprocal: u32,
    /// Slab classes: cells in one slab. Zero for middle classes.
    pub(super) slab_cells: u16,
}

/// The shape of every class.
pub(super) static SHAPES: [Shape; CELL_CLASSES] = shapes();

/// The class that serves a request of `size` bytes, which must not exceed [`CELL_MAX`].
#[inline]
pub(super) fn class_of(size: usize) -> usize {
    debug_assert!(size <= CELL_MAX);
    if size <= SLAB_CELL_MAX {
        size.saturating_sub(CELL_MIN).div_ceil(8)
    } else {
        MIDDLE_OF[(size - 1) / 128] as usize
    }
}

/// Bytes of a cell of `class`.
pub const fn cell_bytes(class: usize) -> usize {
    if class < SLAB_CLASSES {
        CELL_MIN + class * 8
    } else {
        MIDDLE_BYTES[class - SLAB_CLASSES]
    }
}

/// Bytes that a request of `size` bytes really gets: its cell, or whole pages. Never less than [`CELL_MIN`].
pub const fn usable_size(size: usize) -> usize {
    if size <= CELL_MIN {
        CELL_MIN
    } else if size <= SLAB_CELL_MAX {
        size.div_ceil(8) * 8
    } else if size <= CELL_MAX {
        let mut class = 0;
        while MIDDLE_BYTES[class] < size {
            class += 1;
        }
        MIDDLE_BYTES[class]
    } else {
        size.div_ceil(PAGE_BYTES) * PAGE_BYTES
    }
}

/// Cells of middle class `class` that fit in a chunk of `order`.
#[inline]
pub(super) fn chunk_cells(class: usize, order: usize) -> u32 {
    let bytes = CHUNK_PAGES[order] * PAGE_BYTES as u32;
    ((bytes as u64 * SHAPES[class].reciprocal as u64) >> 32) as u32
}

const fn middle_table() -> [u8; CELL_MAX / 128] {
    let mut table = [0; CELL_MAX / 128];
    let mut step = 0;
    let mut middle = 0;
    while step < table.len() {
        while MIDDLE_BYTES[middle] < (step + 1) * 128 {
            middle += 1;
        }
        table[step] = (SLAB_CLASSES + middle) as u8;
        step += 1;
    }
    table
}

const fn shapes() -> [Shape; CELL_CLASSES] {
    let mut shapes = [Shape {
        bytes: 0,
        reciprocal: 0,
        slab_cells: 0,
    }; CELL_CLASSES];
    let mut class = 0;
    while class < CELL_CLASSES {
        let bytes = cell_bytes(class);
        let mut shape = Shape {
            bytes: bytes as u32,
            reciprocal: (1u64 << 32).div_ceil(bytes as u64) as u32,
            slab_cells: 0,
        };
        if class < SLAB_CLASSES {
            shape.slab_cells = (PAGE_BYTES / bytes) as u16;
        }
        shapes[class] = shape;
        class += 1;
    }
    shapes
}

const _: () = assert!(cell_bytes(0) == CELL_MIN && cell_bytes(SLAB_CLASSES - 1) == SLAB_CELL_MAX);
const _: () = assert!(cell_bytes(CELL_CLASSES - 1) == CELL_MAX);
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_of_gives_the_smallest_cell_that_holds_the_request() {
        for size in 0..=CELL_MAX {
            let class = class_of(size);
            assert!(cell_bytes(class) >= size, "{size}");
            assert!(class == 0 || cell_bytes(class - 1) < size, "{size}");
            assert_eq!(cell_bytes(class), usable_size(size), "{size}");
            assert_eq!(SHAPES[class].bytes as usize, cell_bytes(class));
        }
    }

    #[test]
    fn usable_size_above_the_cells_is_whole_pages() {
        assert_eq!(usable_size(CELL_MAX + 1), 20480);
        assert_eq!(usable_size(1 << 20), 1 << 20);
    }

    #[test]
    fn reciprocal_divides_every_offset_of_a_chunk() {
        for shape in &SHAPES {
            for offset in (0..262_144u64).step_by(8) {
                assert_eq!(
                    (offset * shape.reciprocal as u64) >> 32,
                    offset / shape.bytes as u64
                );
            }
        }
    }

    #[test]
    fn chunk_cells_fill_a_chunk_exactly_where_the_sizes_divide() {
        let class = class_of(4096);
        assert_eq!(
            [0, 1, 2].map(|order| chunk_cells(class, order)),
            [4, 16, 64]
        );
        assert_eq!(chunk_cells(class_of(640), 2), 409);
    }

    #[test]
    fn a_slab_wastes_less_than_a_cell() {
        for shape in &SHAPES[..SLAB_CLASSES] {
            let used = shape.slab_cells as usize * shape.bytes as usize;
            assert!(used <= PAGE_BYTES && PAGE_BYTES - used < shape.bytes as usize);
        }
        assert_eq!(
            [
                SHAPES[0].slab_cells,
                SHAPES[6].slab_cells,
                SHAPES[62].slab_cells
            ],
            [256, 64, 8]
        );
    }
}
