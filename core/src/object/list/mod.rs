//! Lists: listpacks linked one behind the other, what Redis calls a quicklist.
//!
//! ```text
//! compact:  ┌────────┬─────────┬──────────────┬───────────┬──────────────────────┐
//!           │ fill 2 │ depth 2 │ capacity u16 │ start u16 │ one listpack         │   one allocation of at most 512 B
//!           └────────┴─────────┴──────────────┴───────────┴──────────────────────┘
//! linked:   ┌────────┬─────────┬──────────────┬───────────┬───────┬──────┬───────┬───────┬───────┐
//!           │ fill 2 │ depth 2 │      0       │     0     │ first │ last │ count │ links │ mover │
//!           └────────┴─────────┴──────────────┴───────────┴───────┴──────┴───────┴───────┴───────┘
//!             first ⇄ link ⇄ … ⇄ link ⇄ last, each a link (40 B) and a cell of up to 4-64 KB, see `link`
//! ```
//! A short list is one allocation; when it outgrows that, its listpack becomes the first link and it stays linked. Links
//! begin and end where Redis' nodes do (`rules`), and their listpacks are Redis' to the byte, so that a DUMP can carry them as
//! they lie. A link has 40 B of its own, so that a full cell of 8 KB wastes nothing. `mover` is the next link that
//! `relocate_step` looks at.
//!
//! It may not know keys, commands or locks: whoever holds a `List` holds its key's shard exclusively, a `ListView` at least
//! shared.
//!
//! Invariants: `count` is the sum of the links' counts and no link is empty; `links` is their number. Compression is an
//! effort: a link that should be compressed or not may be found otherwise when a node was full, and is read all the same.

mod edit;
mod iterate;
mod layout;
mod link;
mod remove;
mod rules;
mod shape;
mod strip;
#[cfg(test)]
mod tests;

use crate::object::elements::Whole;
use crate::object::listpack::{self, Listpack};
use crate::pool::space::{Full, Space};
use crate::pool::{SLAB_CELL_MAX, usable_size};
use core::ptr::NonNull;
use link::Link;
use strip::{EMPTY_BYTES, Strip, StripEdit};

pub use iterate::{ListView, Needle, Part};
pub use layout::{duplicate, free_step, is_big, is_valid, relocate_step, visit};
pub use rules::Rules;

/// From so many bytes on an element gets a link of its own (Redis' packed threshold).
pub const PLAIN_FROM: usize = 1 << 30;
/// The most bytes of a compact list's allocation.
const COMPACT_BYTES_MAX: usize = SLAB_CELL_MAX;

/// An end of a list, or the way towards it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first element.
    Head,
    /// The last.
    Tail,
}

/// What every list begins with.
#[derive(Clone, Copy)]
#[repr(C)]
struct Head {
    rules: Rules,
    /// Bytes behind this header that a compact list's listpack may use; 0 in a linked list.
    capacity: u16,
    /// Where in them it begins.
    start: u16,
}

/// Bytes before a compact list's listpack.
const HEAD_BYTES: usize = size_of::<Head>();
/// Bytes of a linked list without its links.
const ROOT_BYTES: usize = size_of::<Root>();

/// A linked list.
#[repr(C)]
struct Root {
    head: Head,
    first: Option<Link>,
    last: Option<Link>,
    count: u64,
    links: u32,
    mover: Option<Link>,
}

const _: () = assert!(HEAD_BYTES == 8 && ROOT_BYTES == 48);

/// A list being changed. The entry takes over `word()` after every change: the list may lie elsewhere then.
pub struct List<'a> {
    at: NonNull<u8>,
    space: Space<'a>,
    plain_from: usize,
}

/// An element's place in a list that is about to change there.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// Its link; `None` in a compact list.
    link: Option<Link>,
    /// Its index in the link.
    index: usize,
    /// Its offset in the listpack.
    at: usize,
}

impl Whole for List<'_> {
    unsafe fn free_whole(&mut self) {
        // SAFETY: by contract.
        while unsafe { free_step(self.word(), self.space.pool, &mut 0, usize::MAX) } {}
    }
}

impl<'a> List<'a> {
    /// The list an entry's word leads to. Elements of `plain_from` bytes or more get links of their own.
    ///
    /// # Safety
    /// As for `at`.
    #[inline(always)]
    pub unsafe fn at(word: u64, space: Space<'a>, plain_from: usize) -> List<'a> {
        // SAFETY: such a word is an address, which is never null.
        let at = unsafe { NonNull::new_unchecked(word as *mut u8) };
        List {
            at,
            space,
            plain_from,
        }
    }

    /// A list without elements, with room at once for about `hint` bytes of listpack entries. The caller frees it if it comes to
    /// nothing.
    pub fn create(
        space: Space<'a>,
        rules: Rules,
        plain_from: usize,
        hint: usize,
    ) -> Result<List<'a>, Full> {
        let len = (EMPTY_BYTES + hint).min(COMPACT_BYTES_MAX - HEAD_BYTES);
        let strip = Strip::alloc(space, HEAD_BYTES, len)?;
        // SAFETY: the allocation is fresh and ours, and has room for a header and an empty listpack.
        unsafe {
            strip
                .cell
                .copy_from_nonoverlapping(NonNull::from(&listpack::EMPTY).cast(), EMPTY_BYTES);
            let at = strip.cell.sub(HEAD_BYTES);
            at.cast::<Head>().write(compact_head(rules, strip));
            Ok(List {
                at,
                space,
                plain_from,
            })
        }
    }

    /// The word its entry keeps.
    #[inline]
    pub fn word(&self) -> u64 {
        self.at.as_ptr() as u64
    }

    /// The list to be read.
    #[inline]
    pub fn view(&self) -> ListView<'_> {
        // SAFETY: the list is live and held while `self` is borrowed.
        unsafe { ListView::at(self.word()) }
    }

    /// Elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.view().len()
    }

    /// Whether it has none: then its key is to go.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Frees all of it.
    ///
    /// # Safety
    /// Nothing leads to it any more.
    pub unsafe fn free(self) {
        // SAFETY: by contract.
        while unsafe { free_step(self.word(), self.space.pool, &mut 0, usize::MAX) } {}
    }

    #[inline(always)]
    fn head(&self) -> Head {
        // SAFETY: every list begins with a header.
        unsafe { self.at.cast::<Head>().read() }
    }

    #[inline(always)]
    fn rules(&self) -> Rules {
        self.head().rules
    }

    #[inline(always)]
    fn is_compact(&self) -> bool {
        self.head().capacity != 0
    }

    /// The root of a linked list.
    #[inline(always)]
    fn root(&mut self) -> &mut Root {
        debug_assert!(!self.is_compact());
        // SAFETY: a list that is not compact is a root, and it is ours to change while `self` is borrowed.
        unsafe { self.at.cast::<Root>().as_mut() }
    }

    /// The strip of a compact list.
    #[inline(always)]
    fn compact_strip(&self) -> Strip {
        // SAFETY: a compact list's listpack lies behind its header.
        unsafe { compact_strip(self.at) }
    }

    /// Changes a compact list's listpack, which fits (`fits_compact`).
    #[inline]
    fn edit_compact(
        &mut self,
        change: impl FnOnce(&mut StripEdit<'_>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        let rules = self.rules();
        let mut edit = StripEdit {
            strip: self.compact_strip(),
            space: self.space,
            lead: HEAD_BYTES,
            roomy_to: 0,
        };
        change(&mut edit)?;
        // SAFETY: the strip's lead is the header's place, in whichever allocation it lies now.
        unsafe {
            self.at = edit.strip.cell.sub(HEAD_BYTES);
            self.at
                .cast::<Head>()
                .write(compact_head(rules, edit.strip));
        }
        Ok(())
    }

    /// Makes a compact list a linked one, whose only link has room for `more` bytes more.
    fn promote(&mut self, more: usize) -> Result<(), Full> {
        let rules = self.rules();
        let strip = self.compact_strip();
        // SAFETY: a compact list holds a listpack.
        let listpack: Listpack<'_> = unsafe { strip.listpack() };
        let (bytes, count) = (listpack.bytes(), listpack.len());
        let at = self.space.alloc(ROOT_BYTES)?;
        let room = (2 * bytes.len()).min(rules.size_max());
        let link = if count == 0 {
            Ok(None)
        } else {
            Link::holding(self.space, bytes, count, room.max(bytes.len() + more)).map(Some)
        };
        // SAFETY: the new root is ours alone and large enough; what is given back nobody reaches.
        let link = link.inspect_err(|Full| unsafe { self.space.free(at, ROOT_BYTES) })?;
        let root = Root {
            head: Head {
                rules,
                capacity: 0,
                start: 0,
            },
            first: link,
            last: link,
            count: count as u64,
            links: link.is_some() as u32,
            mover: None,
        };
        // SAFETY: as above.
        unsafe {
            at.cast::<Root>().write(root);
            strip.free(self.space.pool, HEAD_BYTES);
        }
        self.at = at;
        Ok(())
    }
}

/// The header of a compact list whose listpack lies in `strip`.
fn compact_head(rules: Rules, strip: Strip) -> Head {
    Head {
        rules,
        capacity: strip.capacity as u16,
        start: strip.start as u16,
    }
}

/// The strip of a compact list.
///
/// # Safety
/// `at` is a live compact list that is held.
#[inline(always)]
unsafe fn compact_strip(at: NonNull<u8>) -> Strip {
    // SAFETY: the header lies at the start, the cell behind it.
    unsafe {
        let head = at.cast::<Head>().read();
        Strip {
            cell: at.add(HEAD_BYTES),
            capacity: head.capacity.into(),
            start: head.start.into(),
        }
    }
}

/// Whether a compact list's listpack may have `len` bytes.
const fn fits_compact(len: usize) -> bool {
    HEAD_BYTES + len <= COMPACT_BYTES_MAX
}

const _: () = assert!(usable_size(COMPACT_BYTES_MAX) == COMPACT_BYTES_MAX);
