//! A list's allocations: walked, freed, moved and copied piece by piece.
//!
//! Pieces are the root, each link and each link's cell. While a list moves, `mover` in its root names the next link to look
//! at; whoever takes that link out of the list moves the name on, so that commands between two steps do no harm. A move ends
//! with a pass that finds nothing to do, as those commands may have put new pieces behind it.
//!
//! Invariant: after each step every piece is whole, and reached from the root alone.

use super::link::{Form, LINK_BYTES, Link};
use super::{
    COMPACT_BYTES_MAX, HEAD_BYTES, Head, List, ListView, PLAIN_FROM, ROOT_BYTES, Root, Strip,
    compact_head,
};
use crate::object::listpack;
use crate::pool::Pool;
use crate::pool::space::{Full, LOOK_BYTES, Space};
use core::ptr::NonNull;

/// Links from which a list is left to the keeper to be freed.
const BIG_LINKS: u32 = 16;
/// Bytes in one link that are.
const BIG_CELL_BYTES: usize = 64 * 1024;

/// The links of a list, from the first on.
fn links(view: ListView<'_>) -> impl Iterator<Item = Link> {
    let first = view.root().and_then(|root| root.first);
    core::iter::successors(first, |link| link.next())
}

/// Calls `each` for every allocation of the list, its root first: where it lies, and the bytes it was asked for.
///
/// # Safety
/// The word is that of a live list whose key is held.
pub unsafe fn visit(word: u64, each: &mut dyn FnMut(NonNull<u8>, usize)) {
    // SAFETY: by contract.
    let view = unsafe { ListView::at(word) };
    let at = view.address();
    match view.compact() {
        Some(strip) => each(at, HEAD_BYTES + strip.asked()),
        None => each(at, ROOT_BYTES),
    }
    for link in links(view) {
        each(link.address(), LINK_BYTES);
        each(link.strip().cell, link.strip().asked());
    }
}

/// Whether freeing the list takes long enough to be left to the keeper.
///
/// # Safety
/// As for `visit`.
pub unsafe fn is_big(word: u64) -> bool {
    // SAFETY: by contract.
    let root = unsafe { ListView::at(word) }.root();
    root.is_some_and(|root| {
        let ends = [root.first, root.last].into_iter().flatten();
        let mut cells = ends.map(|link| link.strip().asked());
        root.links >= BIG_LINKS || cells.any(|bytes| bytes >= BIG_CELL_BYTES)
    })
}

/// Frees up to `budget` pieces of the list, the root last; `true` when more are left.
///
/// # Safety
/// Nobody else reaches the list, now or later.
pub unsafe fn free_step(word: u64, pool: &Pool, _cursor: &mut u64, budget: usize) -> bool {
    // SAFETY: by contract; the root is ours alone, and what is freed is taken out of it first.
    unsafe {
        let view = ListView::at(word);
        if let Some(strip) = view.compact() {
            strip.free(pool, HEAD_BYTES);
            return false;
        }
        let root = view.address().cast::<Root>().as_mut();
        for _ in 0..budget.div_ceil(2).max(1) {
            let Some(link) = root.first else {
                pool.free(view.address(), ROOT_BYTES);
                return false;
            };
            root.first = link.next();
            link.free(pool);
        }
    }
    true
}

/// Moves pieces that are not on the space's first node there, until about `budget` bytes are written or looked at; `true`
/// when more are left. `word` is the entry's, and takes over where the root goes. `cursor` is 0 before the first step.
///
/// # Safety
/// The word is that of a live list whose key is held exclusively.
pub unsafe fn relocate_step(
    word: &mut u64,
    space: Space<'_>,
    cursor: &mut u64,
    budget: usize,
) -> Result<bool, Full> {
    let space = space.strict();
    // SAFETY: by contract.
    unsafe { move_root(word, space)? };
    // SAFETY: as above.
    let mut list = unsafe { List::at(*word, space, PLAIN_FROM) };
    if list.is_compact() {
        return Ok(false);
    }
    if *cursor == 0 {
        *cursor = 1;
        list.root().mover = list.root().first;
    }
    let mut spent = 0;
    while let Some(link) = list.root().mover {
        if spent >= budget {
            return Ok(true);
        }
        spent += LOOK_BYTES + list.move_link(link)?;
    }
    Ok(false)
}

/// Moves the root, or a compact list whole.
///
/// # Safety
/// As for `relocate_step`.
unsafe fn move_root(word: &mut u64, space: Space<'_>) -> Result<(), Full> {
    // SAFETY: by contract; the copy is complete before the old root is given back.
    unsafe {
        let view = ListView::at(*word);
        let old = view.address();
        if space.holds(old) {
            return Ok(());
        }
        if let Some(strip) = view.compact() {
            let bytes = HEAD_BYTES + strip.asked();
            *word = space.migrate_block(old, bytes)?.as_ptr() as u64;
            return Ok(());
        }
        *word = space.migrate_block(old, ROOT_BYTES)?.as_ptr() as u64;
    }
    Ok(())
}

/// A compact list's copy.
unsafe fn copy_compact(view: ListView<'_>, strip: Strip, space: Space<'_>) -> Result<u64, Full> {
    // SAFETY: a compact list holds a listpack; the copy's allocation begins with room for the header.
    unsafe {
        let bytes = strip.bytes(strip.len());
        let copy = Strip::holding(space, HEAD_BYTES, bytes, bytes.len())?;
        let at = copy.cell.sub(HEAD_BYTES);
        at.cast::<Head>().write(compact_head(view.rules(), copy));
        Ok(at.as_ptr() as u64)
    }
}

impl List<'_> {
    /// Moves the link that is next into the space, and names the one behind it. Answers the bytes written.
    fn move_link(&mut self, link: Link) -> Result<usize, Full> {
        let space = self.space;
        let mut written = link.move_cell(space)?;
        let mut here = link;
        if let Some(copy) = link.moved(space)? {
            self.replace_link(link, copy);
            // SAFETY: the neighbours and the root lead to the copy now.
            unsafe { link.free_shell(space.pool) };
            written += LINK_BYTES;
            here = copy;
        }
        self.root().mover = here.next();
        Ok(written)
    }
}

/// A copy of the list in `space`, as its word. Nothing is left behind when there is no room.
///
/// # Safety
/// The word is that of a live list whose key is held.
pub unsafe fn duplicate(word: u64, space: Space<'_>) -> Result<u64, Full> {
    // SAFETY: by contract.
    let view = unsafe { ListView::at(word) };
    if let Some(strip) = view.compact() {
        // SAFETY: the strip is the view's.
        return unsafe { copy_compact(view, strip, space) };
    }
    let mut copy = List::create(space, view.rules(), PLAIN_FROM, 0)?;
    let filled = copy.fill_from(view);
    if filled.is_err() {
        // SAFETY: nobody has seen the copy.
        unsafe { copy.free() };
        return Err(Full);
    }
    Ok(copy.word())
}

impl List<'_> {
    fn fill_from(&mut self, view: ListView<'_>) -> Result<(), Full> {
        self.promote(0)?;
        for link in links(view) {
            let new = link.copied(self.space)?;
            let last = self.root().last;
            self.append_link(last, new);
        }
        Ok(())
    }

    /// Puts a link behind the last, in the form it has.
    fn append_link(&mut self, last: Option<Link>, new: Link) {
        new.set_prev(last);
        match last {
            Some(last) => last.set_next(Some(new)),
            None => self.root().first = Some(new),
        }
        let root = self.root();
        root.last = Some(new);
        root.links += 1;
        root.count += new.count() as u64;
    }
}

/// Re-derives every invariant of a list; the error says which does not hold.
///
/// # Safety
/// As for `visit`.
pub unsafe fn is_valid(word: u64) -> Result<(), String> {
    // SAFETY: by contract.
    let view = unsafe { ListView::at(word) };
    let Some(root) = view.root() else {
        let fits = view
            .compact()
            .is_some_and(|strip| HEAD_BYTES + strip.asked() <= COMPACT_BYTES_MAX);
        let mut parts = view.parts();
        let Some(super::Part::Listpack(bytes)) = parts.next() else {
            return Err("a compact list without a listpack".to_owned());
        };
        return match listpack::validate(bytes) {
            Some(_) if fits => Ok(()),
            _ => Err("a compact list's listpack is broken or too large".to_owned()),
        };
    };
    let (mut prev, mut count, mut number) = (None, 0, 0);
    for link in links(view) {
        if link.prev() != prev {
            return Err(format!("link {number} does not lead back"));
        }
        check_link(link).map_err(|why| format!("link {number}: {why}"))?;
        (prev, count, number) = (Some(link), count + link.count(), number + 1);
    }
    if root.last != prev || root.count != count as u64 || u64::from(root.links) != number {
        let (said, links) = (root.count, root.links);
        return Err(format!(
            "{number} links of {count} elements, not {links} of {said}"
        ));
    }
    Ok(())
}

fn check_link(link: Link) -> Result<(), String> {
    let (form, size, count) = (link.form(), link.size(), link.count());
    if form == Form::Plain {
        return if count == 1 {
            Ok(())
        } else {
            Err(format!("plain with {count} elements"))
        };
    }
    let mut scratch = Vec::new();
    let bytes = link.listpack(&mut scratch).bytes();
    let listpack = listpack::validate(bytes).ok_or("its listpack is broken")?;
    if bytes.len() == size && listpack.len() == count && count > 0 {
        Ok(())
    } else {
        let (bytes, len) = (bytes.len(), listpack.len());
        Err(format!("{bytes} bytes of {len}, not {size} of {count}"))
    }
}
