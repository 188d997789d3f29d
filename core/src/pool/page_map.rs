//! The page map's alphabet: one byte tells what a page of a window is.
//!
//! | byte | the page |
//! |---|---|
//! | 0 | is free, or was never used |
//! | 2, 3 | is the first page of a span; another page of one |
//! | 4 + order | is an idle page of a slab chunk of that order |
//! | 16 + class | is a slab of that class |
//! | 128 + 16 * order + n | belongs to a chunk of that order, cells of middle class n |
//!
//! The pages of a window's own head have no byte: their number says it.
//!
//! Invariant: `PageKind::from_byte(kind.byte()) == kind`.

use super::size_class::{CELL_CLASSES, MIDDLE_CLASSES, SLAB_CLASSES};

pub(super) const FREE: u8 = 0;
pub(super) const SPAN: u8 = 2;
pub(super) const SPAN_REST: u8 = 3;
const IDLE: u8 = 4;
const SLAB: u8 = 16;
const CELLS: u8 = 128;

const _: () = assert!(SLAB as usize + SLAB_CLASSES <= CELLS as usize);
const _: () = assert!(CELLS as usize + 3 * MIDDLE_CLASSES <= 256);

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    /// In a free run, or never used.
    Free,
    /// First page of a span.
    Span,
    /// A further page of a span.
    SpanRest,
    /// A page of a slab chunk of this order that is no slab at present.
    Idle(usize),
    /// A slab of this class.
    Slab(usize),
    /// A page of a chunk: class of its cells, order.
    Cells(usize, usize),
    /// A byte that means nothing.
    Damaged(u8),
}

impl PageKind {
    /// The byte in the page map.
    pub(super) fn byte(self) -> u8 {
        match self {
            PageKind::Free => FREE,
            PageKind::Span => SPAN,
            PageKind::SpanRest => SPAN_REST,
            PageKind::Idle(order) => IDLE + order as u8,
            PageKind::Slab(class) => SLAB + class as u8,
            PageKind::Cells(class, order) => CELLS + (order * 16 + class - SLAB_CLASSES) as u8,
            PageKind::Damaged(byte) => byte,
        }
    }

    /// What the byte says.
    pub(super) fn from_byte(byte: u8) -> PageKind {
        match byte {
            FREE => PageKind::Free,
            SPAN => PageKind::Span,
            SPAN_REST => PageKind::SpanRest,
            4..=6 => PageKind::Idle((byte - IDLE) as usize),
            16..=78 => PageKind::Slab((byte - SLAB) as usize),
            128..=175 => {
                let rest = (byte - CELLS) as usize;
                PageKind::Cells(SLAB_CLASSES + rest % 16, rest / 16)
            }
            _ => PageKind::Damaged(byte),
        }
    }
}

const _: () = assert!(CELL_CLASSES == SLAB_CLASSES + 16);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_byte_inverts_byte() {
        for byte in 0..=u8::MAX {
            assert_eq!(PageKind::from_byte(byte).byte(), byte);
        }
        assert_eq!(
            PageKind::from_byte(PageKind::Cells(78, 2).byte()),
            PageKind::Cells(78, 2)
        );
    }
}
