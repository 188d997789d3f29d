//! What is put into a list: pushes, insertions, replacements, and whole listpacks out of a dump.
//!
//! Each either happens whole or, when no node has room, not at all. It may not know commands. Invariant: after each, links
//! begin and end where Redis' nodes would.

use super::link::{COUNT_MAX, Link};
use super::shape::push_into;
use super::{List, Needle, Place, Side, fits_compact};
use crate::object::listpack::{self, HEADER_BYTES, Listpack, Splice};
use crate::object::string::StringValue;
use crate::pool::space::Full;

impl List<'_> {
    /// Puts an element at an end.
    #[inline]
    pub fn push(&mut self, side: Side, element: &[u8]) -> Result<(), Full> {
        let value = StringValue::parse(element);
        if element.len() >= self.plain_from {
            return self.push_plain(side, element);
        }
        if self.is_compact() {
            if self.has_compact_room(element.len(), listpack::element_bytes(value)) {
                return self.edit_compact(|edit| push_into(edit, side, value));
            }
            self.promote(listpack::element_bytes(value))?;
        }
        self.push_linked(side, element.len(), value)
    }

    /// Whether a compact list's listpack may take an element and stay compact.
    #[inline]
    fn has_compact_room(&self, len: usize, added: usize) -> bool {
        // SAFETY: a compact list holds a listpack.
        let listpack: Listpack<'_> = unsafe { self.compact_strip().listpack() };
        let (size, count) = (listpack.bytes().len(), listpack.len());
        let rules = self.rules();
        fits_compact(size + added) && (count == 0 || rules.allows_insert(size, count, len))
    }

    #[inline]
    fn push_linked(&mut self, side: Side, len: usize, value: StringValue<'_>) -> Result<(), Full> {
        let space = self.space;
        let end = self.end(side);
        if let Some(link) = end.filter(|&link| self.allows(link, len)) {
            link.open(space)?;
            self.push_into_link(link, side, value)?;
        } else {
            let new = self.new_link(value)?;
            if let Some(link) = end {
                link.shrink(space, true);
            }
            self.attach(end, new, side);
        }
        self.root().count += 1;
        Ok(())
    }

    fn push_plain(&mut self, side: Side, element: &[u8]) -> Result<(), Full> {
        self.link_up()?;
        let new = Link::plain(self.space, element)?;
        let end = self.end(side);
        self.attach(end, new, side);
        self.root().count += 1;
        Ok(())
    }

    /// Makes a compact list a linked one.
    fn link_up(&mut self) -> Result<(), Full> {
        if self.is_compact() {
            self.promote(0)
        } else {
            Ok(())
        }
    }

    /// Whether a link may take another element of `len` bytes.
    #[inline]
    fn allows(&self, link: Link, len: usize) -> bool {
        !link.is_plain() && self.rules().allows_insert(link.size(), link.count(), len)
    }

    #[inline]
    fn push_into_link(&self, link: Link, side: Side, value: StringValue<'_>) -> Result<(), Full> {
        let roomy_to = self.rules().size_max();
        link.edit(self.space, roomy_to, link.count() + 1, |edit| {
            push_into(edit, side, value)
        })
    }

    /// A link with one element.
    fn new_link(&self, value: StringValue<'_>) -> Result<Link, Full> {
        let room = listpack::EMPTY.len() + listpack::element_bytes(value);
        let new = Link::holding(self.space, &listpack::EMPTY, 0, room)?;
        let pushed = self.push_into_link(new, Side::Tail, value);
        // SAFETY: nobody has seen the link.
        pushed.inspect_err(|Full| unsafe { new.free(self.space.pool) })?;
        Ok(new)
    }

    /// Takes the element at one end and puts it to an end again: the other one, or the same, where the rules may now give it
    /// another link.
    pub fn rotate(&mut self, from: Side, to: Side) -> Result<(), Full> {
        let index = match from {
            Side::Head => 0,
            Side::Tail => -1,
        };
        let Some(mut place) = self.place(index)? else {
            return Ok(());
        };
        if place.link.is_none() {
            // SAFETY: a compact list holds a listpack.
            let listpack: Listpack<'_> = unsafe { self.compact_strip().listpack() };
            if listpack.get(place.at).len() < self.plain_from {
                return self.edit_compact(|edit| rotate_in(edit, place.at, from, to));
            }
            self.promote(0)?;
            place.link = self.end(from);
        }
        let Some(link) = place.link else {
            return Ok(());
        };
        let value = if link.is_plain() {
            link.element()
        } else {
            link.raw().get(place.at)
        };
        if from != to && self.root().links > 1 {
            // The element is read where it lies: a push at the other end leaves this link as it is.
            value.with_bytes(|bytes| self.push(to, bytes))?;
            self.remove_at(link, place);
            self.settle(None);
            return Ok(());
        }
        let (len, count) = (value.len(), link.count());
        let rest = link.size() - listpack::element_bytes(value).min(link.size());
        let stays = !link.is_plain()
            && len < self.plain_from
            && count > 1
            && self.rules().allows_insert(rest, count - 1, len);
        if stays {
            return link.edit(self.space, 0, count, |edit| {
                rotate_in(edit, place.at, from, to)
            });
        }
        let text = value.with_bytes(<[u8]>::to_vec);
        self.push_again(link, place, (from, to), &text)
    }

    /// Removes the element at one end, which is `text`, and pushes it; without room it goes back to where it was.
    fn push_again(
        &mut self,
        link: Link,
        place: Place,
        (from, to): (Side, Side),
        text: &[u8],
    ) -> Result<(), Full> {
        let count = link.count();
        if count == 1 {
            self.unhook(link);
        } else {
            link.edit(self.space, 0, count - 1, |edit| {
                listpack::remove(edit, place.at, 1);
                Ok(())
            })?;
        }
        self.root().count -= 1;
        let pushed = self.push(to, text);
        if pushed.is_err() {
            self.root().count += 1;
            if count == 1 {
                let end = self.end(from);
                self.attach_unsettled(end, link, from);
            } else {
                // It fits: the room it took has not been given back.
                self.push_into_link(link, from, StringValue::parse(text))?;
            }
        } else if count == 1 {
            // SAFETY: nothing leads to the link any more.
            unsafe { link.free(self.space.pool) };
            self.settle(None);
        }
        pushed
    }

    /// Sees to it that `pop` at that end cannot fail.
    pub fn prepare_pop(&mut self, side: Side) -> Result<(), Full> {
        if !self.is_compact()
            && let Some(link) = self.end(side)
        {
            link.open(self.space)?;
        }
        Ok(())
    }

    /// Puts an element before (`Side::Head`) or behind the first that equals `pivot`; `false` when none does.
    pub fn insert(&mut self, pivot: Needle<'_>, element: &[u8], side: Side) -> Result<bool, Full> {
        let Some(mut place) = self.view().find(pivot) else {
            return Ok(false);
        };
        let value = StringValue::parse(element);
        let added = listpack::element_bytes(value);
        if place.link.is_none() {
            let fits =
                element.len() < self.plain_from && self.has_compact_room(element.len(), added);
            if fits {
                self.edit_compact(|edit| insert_at(edit, place.at, side, value))?;
                return Ok(true);
            }
            self.promote(added)?;
            place.link = self.end(Side::Head);
        }
        if let Some(link) = place.link {
            link.open(self.space)?;
            self.insert_beside(link, place, element, side)?;
        }
        Ok(true)
    }

    /// Puts an element on a side of a place in a link that is not compressed.
    fn insert_beside(
        &mut self,
        link: Link,
        place: Place,
        element: &[u8],
        side: Side,
    ) -> Result<(), Full> {
        let value = StringValue::parse(element);
        if element.len() >= self.plain_from {
            let rest = self.insert_plain(link, place, element, side)?;
            self.settle(Some(link));
            self.settle(rest);
        } else if self.allows(link, element.len()) {
            let roomy_to = self.rules().size_max();
            link.edit(self.space, roomy_to, link.count() + 1, |edit| {
                insert_at(edit, place.at, side, value)
            })?;
            self.settle(Some(link));
        } else if is_at_edge(link, place, side) {
            let neighbour = link.beside(side);
            if let Some(neighbour) = neighbour.filter(|&link| self.allows(link, element.len())) {
                neighbour.open(self.space)?;
                self.push_into_link(neighbour, side.opposite(), value)?;
                self.settle(Some(neighbour));
            } else {
                let new = self.new_link(value)?;
                self.attach(Some(link), new, side);
            }
        } else {
            let rest = self.split_off(link, place, side, Some(value))?;
            self.attach(Some(link), rest, side);
            self.merge_around(link);
        }
        self.root().count += 1;
        Ok(())
    }

    /// Puts a link for a huge element on a side of a place, and what was on that side of it into another one beyond, which
    /// is answered. The caller settles both.
    fn insert_plain(
        &mut self,
        link: Link,
        place: Place,
        element: &[u8],
        side: Side,
    ) -> Result<Option<Link>, Full> {
        let new = Link::plain(self.space, element)?;
        let mut rest = None;
        if !is_at_edge(link, place, side) {
            let split = self.split_off(link, place, side, None);
            // SAFETY: nobody has seen the new link.
            rest = Some(split.inspect_err(|Full| unsafe { new.free(self.space.pool) })?);
        }
        self.attach_unsettled(Some(link), new, side);
        if let Some(rest) = rest {
            self.attach_unsettled(Some(new), rest, side);
        }
        Ok(rest)
    }

    /// Replaces the element at `index`, from the tail when negative; `false` when there is none.
    pub fn set(&mut self, index: i64, element: &[u8]) -> Result<bool, Full> {
        let Some(mut place) = self.place(index)? else {
            return Ok(false);
        };
        let value = StringValue::parse(element);
        let is_huge = element.len() >= self.plain_from;
        if place.link.is_none() {
            // SAFETY: a compact list holds a listpack.
            let listpack: Listpack<'_> = unsafe { self.compact_strip().listpack() };
            let added = listpack::element_bytes(value);
            let removed = listpack::element_bytes(listpack.get(place.at));
            if !is_huge && fits_compact(listpack.bytes().len() - removed + added) {
                self.edit_compact(|edit| listpack::replace(edit, place.at, value))?;
                return Ok(true);
            }
            self.promote(added)?;
            place.link = self.end(Side::Head);
        }
        let Some(link) = place.link else {
            return Ok(false);
        };
        match (link.is_plain(), is_huge) {
            (true, true) => link.set_plain(self.space, element)?,
            (false, false) => {
                let roomy_to = self.rules().size_max();
                link.edit(self.space, roomy_to, link.count(), |edit| {
                    listpack::replace(edit, place.at, value)
                })?;
                self.settle(Some(link));
            }
            (true, false) => {
                self.insert_beside(link, place, element, Side::Tail)?;
                self.remove_at(link, place);
                self.settle(None);
            }
            (false, true) => {
                let rest = self.insert_plain(link, place, element, Side::Tail)?;
                self.root().count += 1;
                let stays = link.count() > 1;
                self.remove_at(link, place);
                self.settle(stays.then_some(link));
                self.settle(rest);
            }
        }
        Ok(true)
    }

    /// Appends a listpack as it lies in a dump; the caller has validated it. Without elements nothing happens.
    pub fn append_listpack(&mut self, listpack: Listpack<'_>) -> Result<(), Full> {
        let (bytes, count) = (listpack.bytes(), listpack.len());
        if count == 0 {
            return Ok(());
        }
        if count > COUNT_MAX {
            return Err(Full);
        }
        self.link_up()?;
        let new = Link::holding(self.space, bytes, count, bytes.len())?;
        let last = self.end(Side::Tail);
        self.attach(last, new, Side::Tail);
        self.root().count += count as u64;
        Ok(())
    }

    /// Appends an element in a link of its own, as it lies in a dump.
    pub fn append_plain(&mut self, element: &[u8]) -> Result<(), Full> {
        self.push_plain(Side::Tail, element)
    }
}

/// Moves the element at `at`, the first or the last of a listpack, to an end of it.
fn rotate_in(edit: &mut impl Splice, at: usize, from: Side, to: Side) -> Result<(), Full> {
    let bytes = edit.splice(HEADER_BYTES, 0, 0)?;
    let end = bytes.len() - 1;
    match (from, to) {
        (Side::Head, Side::Tail) => {
            let next = Listpack::new(bytes).next(at).unwrap_or(end);
            bytes[HEADER_BYTES..end].rotate_left(next - at);
        }
        (Side::Tail, Side::Head) => bytes[HEADER_BYTES..end].rotate_right(end - at),
        _ => {}
    }
    Ok(())
}

/// Whether a place is its link's last towards a side.
fn is_at_edge(link: Link, place: Place, side: Side) -> bool {
    match side {
        Side::Head => place.index == 0,
        Side::Tail => place.index + 1 == link.count(),
    }
}

/// Puts `value` before or behind the element at `at`.
fn insert_at(
    edit: &mut impl Splice,
    at: usize,
    side: Side,
    value: StringValue<'_>,
) -> Result<(), Full> {
    let bytes = edit.bytes();
    let at = match side {
        Side::Head => at,
        Side::Tail => Listpack::new(bytes).next(at).unwrap_or(bytes.len() - 1),
    };
    listpack::insert(edit, at, value)
}
