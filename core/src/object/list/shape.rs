//! The shape of a linked list: links put in, taken out, split, merged and compressed, where Redis does so with its nodes.
//!
//! Whatever needs memory is done before anything is changed; merging and compressing are left undone when there is none.
//! It may not know what the elements are. Invariant: no element is lost or doubled, whatever fails.

use super::link::{COUNT_MAX, Form, Link};
use super::strip::EMPTY_BYTES;
use super::{List, Place, Side};
use crate::object::listpack::{self, HEADER_BYTES, Splice};
use crate::object::string::StringValue;
use crate::pool::space::Full;

impl Side {
    /// The other one.
    pub fn opposite(self) -> Side {
        match self {
            Side::Head => Side::Tail,
            Side::Tail => Side::Head,
        }
    }
}

impl Link {
    /// The neighbour on a side.
    pub(super) fn beside(self, side: Side) -> Option<Link> {
        match side {
            Side::Head => self.prev(),
            Side::Tail => self.next(),
        }
    }
}

/// Puts `value` at an end of a listpack.
#[inline]
pub(super) fn push_into(
    listpack: &mut impl Splice,
    side: Side,
    value: StringValue<'_>,
) -> Result<(), Full> {
    match side {
        Side::Head => listpack::prepend(listpack, value),
        Side::Tail => listpack::append(listpack, value),
    }
}

impl List<'_> {
    /// The link at an end of a linked list.
    #[inline(always)]
    pub(super) fn end(&mut self, side: Side) -> Option<Link> {
        match side {
            Side::Head => self.root().first,
            Side::Tail => self.root().last,
        }
    }

    fn set_end(&mut self, side: Side, link: Option<Link>) {
        match side {
            Side::Head => self.root().first = link,
            Side::Tail => self.root().last = link,
        }
    }

    /// Makes `link` the neighbour of `of` on `side`; without `of`, the list's end on the other.
    fn join(&mut self, of: Option<Link>, side: Side, link: Option<Link>) {
        match (of, side) {
            (Some(of), Side::Head) => of.set_prev(link),
            (Some(of), Side::Tail) => of.set_next(link),
            (None, side) => self.set_end(side.opposite(), link),
        }
    }

    /// Puts a new link on a side of another, or into a list without links, and settles both. The elements are counted by the
    /// caller.
    pub(super) fn attach(&mut self, beside: Option<Link>, new: Link, side: Side) {
        self.attach_unsettled(beside, new, side);
        if beside.is_some() {
            self.settle(beside);
        }
        self.settle(Some(new));
    }

    /// The same, and what is raw stays raw.
    pub(super) fn attach_unsettled(&mut self, beside: Option<Link>, new: Link, side: Side) {
        let beyond = beside.and_then(|link| link.beside(side));
        self.join(beside, side, Some(new));
        self.join(Some(new), side.opposite(), beside);
        self.join(Some(new), side, beyond);
        self.join(beyond, side.opposite(), Some(new));
        self.root().links += 1;
    }

    /// Takes a link out and frees it. The elements are discounted by the caller, who settles the list in the end.
    pub(super) fn detach(&mut self, link: Link) {
        self.unhook(link);
        // SAFETY: nothing leads to the link any more.
        unsafe { link.free(self.space.pool) };
    }

    /// Takes a link out, and leaves it to the caller.
    pub(super) fn unhook(&mut self, link: Link) {
        let (prev, next) = (link.prev(), link.next());
        self.join(prev, Side::Tail, next);
        self.join(next, Side::Head, prev);
        let root = self.root();
        root.links -= 1;
        if root.mover == Some(link) {
            root.mover = next;
        }
    }

    /// Puts a copy of a link, which has its neighbours, in the link's place.
    pub(super) fn replace_link(&mut self, link: Link, copy: Link) {
        self.join(copy.prev(), Side::Tail, Some(copy));
        self.join(copy.next(), Side::Head, Some(copy));
        let root = self.root();
        if root.mover == Some(link) {
            root.mover = Some(copy);
        }
    }

    /// Unpacks the links near the ends, and compresses `link` and the two that lie just beyond them.
    pub(super) fn settle(&mut self, link: Option<Link>) {
        let depth = usize::from(self.rules().depth);
        let links = self.root().links as usize;
        if depth == 0 || links == 0 || links < depth * 2 {
            return;
        }
        let space = self.space;
        let (mut forward, mut backward) = (self.end(Side::Head), self.end(Side::Tail));
        let mut is_near_an_end = false;
        for _ in 0..depth {
            let (Some(first), Some(last)) = (forward, backward) else {
                return;
            };
            // An effort: without room they stay packed, and are read all the same.
            let _ = first.open(space);
            let _ = last.open(space);
            is_near_an_end |= link == forward || link == backward;
            if first == last || first.next() == Some(last) {
                return;
            }
            (forward, backward) = (first.next(), last.prev());
        }
        let link = link.filter(|_| !is_near_an_end);
        for link in [link, forward, backward].into_iter().flatten() {
            link.compress(space);
        }
    }

    /// The same for the whole list, where several links may have been unpacked.
    pub(super) fn settle_all(&mut self) {
        let depth = usize::from(self.rules().depth);
        if depth == 0 {
            return;
        }
        self.settle(None);
        let inner = (self.root().links as usize).saturating_sub(2 * depth);
        let mut next = self.end(Side::Head);
        for _ in 0..depth {
            next = next.and_then(Link::next);
        }
        for _ in 0..inner {
            let Some(link) = next else { return };
            link.compress(self.space);
            next = link.next();
        }
    }

    /// Takes the elements on one side of a place, not itself, out of a raw link into a new one, `value` between them and the
    /// place; the new link has no neighbours yet. There are elements on both sides.
    pub(super) fn split_off(
        &mut self,
        link: Link,
        place: Place,
        side: Side,
        value: Option<StringValue<'_>>,
    ) -> Result<Link, Full> {
        let (space, rules) = (self.space, self.rules());
        let listpack = link.raw();
        let (bytes, count) = (listpack.bytes(), link.count());
        let (range, moved) = match side {
            Side::Head => (HEADER_BYTES..place.at, place.index),
            Side::Tail => {
                let end = bytes.len() - 1;
                let from = listpack.next(place.at).unwrap_or(end);
                (from..end, count - place.index - 1)
            }
        };
        let more = value.map_or(0, listpack::element_bytes);
        let room = EMPTY_BYTES + range.len() + more;
        let new = Link::holding(space, &listpack::EMPTY, 0, room)?;
        let filled = new.edit(space, 0, moved, |edit| {
            edit.splice_raw(HEADER_BYTES, 0, &bytes[range.clone()], moved)
        });
        let filled = filled.and_then(|()| match value {
            Some(value) => new.edit(space, 0, moved + 1, |edit| {
                push_into(edit, side.opposite(), value)
            }),
            None => Ok(()),
        });
        if filled.is_err() {
            // SAFETY: nobody has seen the link.
            unsafe { new.free(space.pool) };
            return Err(Full);
        }
        let cut = link.edit(space, rules.size_max(), count - moved, |edit| {
            edit.splice_raw(range.start, range.len(), &[], count - moved)?;
            edit.shrink(false);
            Ok(())
        });
        debug_assert!(cut.is_ok());
        Ok(new)
    }

    /// Merges a link that was split with those around it, as far as they fit together.
    pub(super) fn merge_around(&mut self, center: Link) {
        if let Some(prev) = center.prev() {
            self.merge(prev.prev(), Some(prev));
        }
        if let Some(next) = center.next() {
            self.merge(Some(next), next.next());
        }
        let target = self.merge(center.prev(), Some(center)).unwrap_or(center);
        self.merge(Some(target), target.next());
    }

    /// Moves all elements of `right` behind those of `left`, if the rules and the room allow it, and answers `left` then.
    fn merge(&mut self, left: Option<Link>, right: Option<Link>) -> Option<Link> {
        let (left, right) = (left?, right?);
        let (space, rules) = (self.space, self.rules());
        let [a, b] = [left, right].map(|link| (link.size(), link.count()));
        let fits = !left.is_plain() && !right.is_plain() && rules.allows_merge(a, b);
        if !fits || left.open(space).is_err() || right.open(space).is_err() {
            return None;
        }
        debug_assert!(left.form() == Form::Raw && a.1 + b.1 <= COUNT_MAX);
        let entries = &right.raw().bytes()[HEADER_BYTES..b.0 - 1];
        let merged = left.edit(space, rules.size_max(), a.1 + b.1, |edit| {
            edit.splice_raw(a.0 - 1, 0, entries, a.1 + b.1)
        });
        merged.ok()?;
        self.detach(right);
        self.settle(Some(left));
        Some(left)
    }
}
