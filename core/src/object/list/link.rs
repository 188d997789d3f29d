//! A link of a quicklist: its neighbours, and the cell its elements lie in.
//!
//! ```text
//! ┌────────┬────────┬────────────┬──────────────┬───────────┬────────────┬─────────────────────┐
//! │ prev 8 │ next 8 │ cell 8     │ capacity u32 │ start u32 │ size u32   │ form 2 bit, count 30│
//! └────────┴────────┴────────────┴──────────────┴───────────┴────────────┴─────────────────────┘
//! raw:         the cell holds a listpack of `size` bytes and `count` elements
//! compressed:  the cell holds how many bytes of LZF follow (u32), and they become such a listpack
//! plain:       the cell holds one element of `size` bytes and nothing else
//! ```
//! What Redis calls a node. It may not know the list it belongs to. Invariant: `size` and `count` are those of the
//! listpack, compressed or not; a plain link's count is 1.

use super::strip::{Strip, StripEdit};
use crate::lzf;
use crate::object::listpack::Listpack;
use crate::object::string::StringValue;
use crate::pool::Pool;
use crate::pool::space::{Full, Space};
use core::ptr::NonNull;

/// Bytes of a link without its cell.
pub(super) const LINK_BYTES: usize = size_of::<Body>();
/// The most elements a link can count.
pub(super) const COUNT_MAX: usize = (1 << FORM_SHIFT) - 1;
/// Listpacks below this are not compressed (Redis' MIN_COMPRESS_BYTES).
const COMPRESS_BYTES_MIN: usize = 48;
/// Nor are those that would not become smaller by so many bytes (Redis' MIN_COMPRESS_IMPROVE).
const COMPRESS_GAIN_MIN: usize = 8;
/// Bytes before the LZF in a compressed link's cell.
const COMPRESSED_LEAD: usize = 4;
const FORM_SHIFT: u32 = 30;

#[repr(C)]
struct Body {
    prev: Option<Link>,
    next: Option<Link>,
    strip: Strip,
    size: u32,
    form_and_count: u32,
}

/// How a link's elements lie in its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Form {
    /// A listpack.
    Raw = 0,
    /// A listpack under LZF.
    Compressed = 1,
    /// One huge element.
    Plain = 2,
}

/// A link's address. The list it belongs to is held, exclusively for all that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Link(NonNull<Body>);

impl Link {
    /// A link around a cell, without neighbours.
    pub(super) fn create(
        space: Space<'_>,
        strip: Strip,
        size: usize,
        count: usize,
        form: Form,
    ) -> Result<Link, Full> {
        let link = Link(space.alloc(LINK_BYTES)?.cast());
        let body = Body {
            prev: None,
            next: None,
            strip,
            size: size as u32,
            form_and_count: (form as u32) << FORM_SHIFT | count as u32,
        };
        // SAFETY: the allocation is fresh, ours, aligned to eight and large enough.
        unsafe { link.0.write(body) };
        Ok(link)
    }

    /// A raw link with a listpack in it, and room for `room` bytes.
    pub(super) fn holding(
        space: Space<'_>,
        bytes: &[u8],
        count: usize,
        room: usize,
    ) -> Result<Link, Full> {
        let strip = Strip::holding(space, 0, bytes, room)?;
        let link = Link::create(space, strip, bytes.len(), count, Form::Raw);
        // SAFETY: nobody has seen the cell.
        link.inspect_err(|Full| unsafe { strip.free(space.pool, 0) })
    }

    /// A plain link.
    pub(super) fn plain(space: Space<'_>, element: &[u8]) -> Result<Link, Full> {
        let strip = Strip::holding(space, 0, element, element.len())?;
        let link = Link::create(space, strip, element.len(), 1, Form::Plain);
        // SAFETY: nobody has seen the cell.
        link.inspect_err(|Full| unsafe { strip.free(space.pool, 0) })
    }

    /// A copy elsewhere, in the same form, without neighbours and spare room.
    pub(super) fn copied(self, space: Space<'_>) -> Result<Link, Full> {
        let bytes = self.stored();
        let strip = Strip::holding(space, 0, bytes, bytes.len())?;
        let link = Link::create(space, strip, self.size(), self.count(), self.form());
        // SAFETY: nobody has seen the cell.
        link.inspect_err(|Full| unsafe { strip.free(space.pool, 0) })
    }

    /// Where it lies.
    pub(super) fn address(self) -> NonNull<u8> {
        self.0.cast()
    }

    #[inline(always)]
    fn body(self) -> *mut Body {
        self.0.as_ptr()
    }

    /// The link before it.
    #[inline(always)]
    pub(super) fn prev(self) -> Option<Link> {
        // SAFETY: a link is live while its list is held (the type's contract); so below.
        unsafe { (*self.body()).prev }
    }

    /// The link behind it.
    #[inline(always)]
    pub(super) fn next(self) -> Option<Link> {
        // SAFETY: as above.
        unsafe { (*self.body()).next }
    }

    /// Says which link is before it.
    pub(super) fn set_prev(self, link: Option<Link>) {
        // SAFETY: as above; the list is held exclusively.
        unsafe { (*self.body()).prev = link }
    }

    /// Says which link is behind it.
    pub(super) fn set_next(self, link: Option<Link>) {
        // SAFETY: as above.
        unsafe { (*self.body()).next = link }
    }

    /// Its cell.
    #[inline(always)]
    pub(super) fn strip(self) -> Strip {
        // SAFETY: as above.
        unsafe { (*self.body()).strip }
    }

    /// Bytes of its listpack, uncompressed, or of its plain element.
    #[inline(always)]
    pub(super) fn size(self) -> usize {
        // SAFETY: as above.
        unsafe { (*self.body()).size as usize }
    }

    #[inline(always)]
    fn form_and_count(self) -> u32 {
        // SAFETY: as above.
        unsafe { (*self.body()).form_and_count }
    }

    /// Elements.
    #[inline(always)]
    pub(super) fn count(self) -> usize {
        self.form_and_count() as usize & COUNT_MAX
    }

    /// How they lie.
    #[inline(always)]
    pub(super) fn form(self) -> Form {
        match self.form_and_count() >> FORM_SHIFT {
            0 => Form::Raw,
            1 => Form::Compressed,
            _ => Form::Plain,
        }
    }

    /// Whether it holds one huge element.
    pub(super) fn is_plain(self) -> bool {
        self.form() == Form::Plain
    }

    fn set(self, strip: Strip, size: usize, count: usize, form: Form) {
        // SAFETY: as above; the list is held exclusively.
        unsafe {
            (*self.body()).strip = strip;
            (*self.body()).size = size as u32;
            (*self.body()).form_and_count = (form as u32) << FORM_SHIFT | count as u32;
        }
    }

    /// Says how many elements there are, after an edit that could not tell before.
    pub(super) fn set_count(self, count: usize) {
        self.set(self.strip(), self.size(), count, self.form());
    }

    /// The cell's bytes in use: a listpack, a compressed one with its length, or a plain element.
    pub(super) fn stored<'b>(self) -> &'b [u8] {
        let strip = self.strip();
        // SAFETY: each form has written so many bytes, and the list is held.
        unsafe {
            match self.form() {
                Form::Raw | Form::Plain => strip.bytes(self.size()),
                Form::Compressed => {
                    let len = strip.bytes(COMPRESSED_LEAD).try_into();
                    let len = len.map_or(0, u32::from_le_bytes) as usize;
                    strip.bytes(COMPRESSED_LEAD + len)
                }
            }
        }
    }

    /// The LZF of a compressed link.
    pub(super) fn compressed<'b>(self) -> &'b [u8] {
        &self.stored()[COMPRESSED_LEAD..]
    }

    /// The listpack of a link that is not plain; a compressed one is unpacked into `scratch`.
    #[inline]
    pub(super) fn listpack<'b>(self, scratch: &'b mut Vec<u8>) -> Listpack<'b> {
        debug_assert!(!self.is_plain());
        if self.form() == Form::Raw {
            return Listpack::new(self.stored());
        }
        scratch.resize(self.size(), 0);
        let unpacked = lzf::decompress(self.compressed(), scratch);
        debug_assert_eq!(unpacked, Some(self.size()));
        Listpack::new(scratch)
    }

    /// The listpack of a raw link.
    #[inline(always)]
    pub(super) fn raw<'b>(self) -> Listpack<'b> {
        debug_assert_eq!(self.form(), Form::Raw);
        Listpack::new(self.stored())
    }

    /// The element of a plain link. Redis shows it as text, also when it is a number.
    pub(super) fn element<'b>(self) -> StringValue<'b> {
        StringValue::Bytes(self.stored())
    }

    /// Changes a raw link's listpack, which has `count` elements afterwards. `roomy_to`: see `StripEdit`.
    #[inline]
    pub(super) fn edit(
        self,
        space: Space<'_>,
        roomy_to: usize,
        count: usize,
        change: impl FnOnce(&mut StripEdit<'_>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        let mut edit = StripEdit {
            strip: self.strip(),
            space,
            lead: 0,
            roomy_to,
        };
        change(&mut edit)?;
        // SAFETY: the strip holds a listpack and the list is held.
        let size = unsafe { edit.strip.len() };
        self.set(edit.strip, size, count, Form::Raw);
        Ok(())
    }

    /// Gives back spare room of a raw link, see `StripEdit::shrink`.
    pub(super) fn shrink(self, space: Space<'_>, exactly: bool) {
        if self.form() == Form::Raw {
            let shrunk = self.edit(space, 0, self.count(), |edit| {
                edit.shrink(exactly);
                Ok(())
            });
            debug_assert!(shrunk.is_ok());
        }
    }

    /// Makes the cell hold another plain element.
    pub(super) fn set_plain(self, space: Space<'_>, element: &[u8]) -> Result<(), Full> {
        let strip = Strip::holding(space, 0, element, element.len())?;
        // SAFETY: the old cell is replaced in the same breath.
        unsafe { self.strip().free(space.pool, 0) };
        self.set(strip, element.len(), 1, Form::Plain);
        Ok(())
    }

    /// Unpacks a compressed link where it lies, and answers whether it was one.
    pub(super) fn open(self, space: Space<'_>) -> Result<bool, Full> {
        if self.form() != Form::Compressed {
            return Ok(false);
        }
        let size = self.size();
        let strip = Strip::alloc(space, 0, size)?;
        // SAFETY: the fresh cell has `size` bytes; the old one is replaced in the same breath.
        unsafe {
            let out = core::slice::from_raw_parts_mut(strip.cell.as_ptr(), size);
            let unpacked = lzf::decompress(self.compressed(), out);
            debug_assert_eq!(unpacked, Some(size));
            self.strip().free(space.pool, 0);
        }
        self.set(strip, size, self.count(), Form::Raw);
        Ok(true)
    }

    /// Compresses a raw link, if that makes it smaller and there is room for the result.
    pub(super) fn compress(self, space: Space<'_>) {
        let size = self.size();
        if self.form() != Form::Raw || size < COMPRESS_BYTES_MIN {
            return;
        }
        let mut out = vec![0; COMPRESSED_LEAD + size - COMPRESS_GAIN_MIN];
        let Some(len) = lzf::compress(self.stored(), &mut out[COMPRESSED_LEAD..]) else {
            return self.shrink(space, true);
        };
        out[..COMPRESSED_LEAD].copy_from_slice(&(len as u32).to_le_bytes());
        let bytes = &out[..COMPRESSED_LEAD + len];
        if let Ok(strip) = Strip::holding(space, 0, bytes, bytes.len()) {
            // SAFETY: the old cell is replaced in the same breath.
            unsafe { self.strip().free(space.pool, 0) };
            self.set(strip, size, self.count(), Form::Compressed);
        }
    }

    /// Moves the cell into the space unless it lies there, and answers the bytes written.
    pub(super) fn move_cell(self, space: Space<'_>) -> Result<usize, Full> {
        let old = self.strip();
        if space.holds(old.cell) {
            return Ok(0);
        }
        // SAFETY: a link's cell has no lead, so this is its allocation; the link leads to its new place.
        let cell = unsafe { space.migrate_block(old.cell, old.asked())? };
        self.set(
            Strip { cell, ..old },
            self.size(),
            self.count(),
            self.form(),
        );
        Ok(old.asked())
    }

    /// Moves the link itself into the space unless it lies there; neighbours and the list are then to be told.
    pub(super) fn moved(self, space: Space<'_>) -> Result<Option<Link>, Full> {
        if space.holds(self.address()) {
            return Ok(None);
        }
        // SAFETY: so many bytes were asked for; the old link stays until nothing leads to it.
        let copy = unsafe { space.copy_block(self.address(), LINK_BYTES)? };
        Ok(Some(Link(copy.cast())))
    }

    /// Frees the link without its cell.
    ///
    /// # Safety
    /// Nothing leads to it any more.
    pub(super) unsafe fn free_shell(self, pool: &Pool) {
        // SAFETY: by contract; so many bytes were asked for.
        unsafe { pool.free(self.address(), LINK_BYTES) }
    }

    /// Frees the link and its cell.
    ///
    /// # Safety
    /// Nothing leads to it any more.
    pub(super) unsafe fn free(self, pool: &Pool) {
        // SAFETY: by contract.
        unsafe {
            self.strip().free(pool, 0);
            self.free_shell(pool);
        }
    }
}

const _: () = assert!(LINK_BYTES == 40);
