//! What is taken out of a list: from its ends, by position, by value.
//!
//! Compressed links of which a part stays are unpacked before anything is removed, so that want of room leaves the list
//! whole; removing itself needs none. It may not know commands. Invariant: a link that becomes empty is gone.

use super::link::{Form, Link};
use super::{List, Needle, Place, Side};
use crate::object::listpack::{self, Listpack, Splice};
use crate::pool::space::Full;
use core::ops::ControlFlow;

impl List<'_> {
    /// Removes the element at an end of a list that has one.
    #[inline]
    pub fn pop(&mut self, side: Side) -> Result<(), Full> {
        let index = match side {
            Side::Head => 0,
            Side::Tail => -1,
        };
        if let Some(place) = self.place(index)? {
            match place.link {
                Some(link) => {
                    self.remove_at(link, place);
                    self.settle_if_gone(link);
                }
                None => self.edit_compact(|edit| {
                    listpack::remove(edit, place.at, 1);
                    edit.shrink(false);
                    Ok(())
                })?,
            }
        }
        Ok(())
    }

    /// Settles the list when a link is not an end of it any more.
    fn settle_if_gone(&mut self, link: Link) {
        if self.end(Side::Head) != Some(link) && self.end(Side::Tail) != Some(link) {
            self.settle(None);
        }
    }

    /// Where the element at `index` is, from the tail when negative; its link is unpacked.
    pub(super) fn place(&mut self, index: i64) -> Result<Option<Place>, Full> {
        let Some((link, index)) = self.view().locate(index) else {
            return Ok(None);
        };
        let listpack = match link {
            // SAFETY: a compact list holds a listpack.
            None => unsafe { self.compact_strip().listpack() },
            Some(link) if link.is_plain() => {
                let (link, at) = (Some(link), 0);
                return Ok(Some(Place { link, index, at }));
            }
            Some(link) => {
                link.open(self.space)?;
                link.raw()
            }
        };
        let at = listpack.seek(index as i64);
        Ok(at.map(|at| Place { link, index, at }))
    }

    /// Removes one element of a link that is not compressed, and the link with its last.
    pub(super) fn remove_at(&mut self, link: Link, place: Place) {
        self.root().count -= 1;
        if link.count() == 1 {
            return self.detach(link);
        }
        self.remove_some(link, place.at, 1);
    }

    /// Removes `count` elements, not all, of a raw link.
    fn remove_some(&mut self, link: Link, at: usize, count: usize) {
        let roomy_to = self.rules().size_max();
        let removed = link.edit(self.space, roomy_to, link.count() - count, |edit| {
            listpack::remove(edit, at, count);
            edit.shrink(false);
            Ok(())
        });
        debug_assert!(removed.is_ok());
    }

    /// Removes `count` elements from `start` on, which are there.
    pub fn remove_range(&mut self, start: usize, count: usize) -> Result<(), Full> {
        self.trim_opened(start, count, 0)
    }

    /// Removes so many elements from the head and from the tail; there are as many.
    pub fn trim(&mut self, from_head: usize, from_tail: usize) -> Result<(), Full> {
        self.trim_opened(0, from_head, from_tail)
    }

    /// Removes `count` elements from `start` on, and so many from the tail.
    fn trim_opened(&mut self, start: usize, count: usize, from_tail: usize) -> Result<(), Full> {
        let tail_start = self.len() - from_tail;
        self.open_edges(start, count)?;
        self.open_edges(tail_start, from_tail)?;
        self.remove_opened(start, count);
        self.remove_opened(tail_start - count, from_tail);
        if !self.is_compact() {
            self.settle(None);
        }
        Ok(())
    }

    /// Unpacks the links a range begins and ends in.
    fn open_edges(&mut self, start: usize, count: usize) -> Result<(), Full> {
        if count == 0 || self.rules().depth == 0 {
            return Ok(());
        }
        for index in [start, start + count - 1] {
            if let Some((Some(link), _)) = self.view().locate(index as i64) {
                link.open(self.space)?;
            }
        }
        Ok(())
    }

    fn remove_opened(&mut self, start: usize, count: usize) {
        if count == 0 {
            return;
        }
        match self.view().locate(start as i64) {
            Some((Some(link), index)) => self.remove_links(link, index, count),
            Some((None, index)) => {
                let removed = self.edit_compact(|edit| {
                    let at = Listpack::new(edit.bytes()).seek(index as i64);
                    listpack::remove(edit, at.unwrap_or(edit.bytes().len() - 1), count);
                    edit.shrink(false);
                    Ok(())
                });
                debug_assert!(removed.is_ok());
            }
            None => {}
        }
    }

    fn remove_links(&mut self, first: Link, index: usize, count: usize) {
        let (mut link, mut index, mut left) = (Some(first), index, count);
        while left > 0
            && let Some(here) = link
        {
            link = here.next();
            let removed = left.min(here.count() - index);
            if removed == here.count() {
                self.detach(here);
            } else if let Some(at) = here.raw().seek(index as i64) {
                self.remove_some(here, at, removed);
            }
            self.root().count -= removed as u64;
            (index, left) = (0, left - removed);
        }
    }

    /// Removes the first `limit` elements that equal `needle`, seen from a side, and answers how many there were.
    pub fn remove_matching(
        &mut self,
        needle: Needle<'_>,
        limit: usize,
        from: Side,
    ) -> Result<usize, Full> {
        if self.is_compact() {
            let mut removed = 0;
            self.edit_compact(|edit| {
                removed = remove_from(edit, needle, limit, from);
                edit.shrink(false);
                Ok(())
            })?;
            return Ok(removed);
        }
        self.open_matching(needle, limit, from)?;
        let (mut removed, mut next) = (0, self.end(from));
        while removed < limit
            && let Some(link) = next
        {
            next = link.beside(from.opposite());
            removed += self.remove_from_link(link, needle, limit - removed, from);
        }
        self.settle_all();
        Ok(removed)
    }

    /// Unpacks every compressed link that has something to remove.
    fn open_matching(&mut self, needle: Needle<'_>, limit: usize, from: Side) -> Result<(), Full> {
        if self.rules().depth == 0 {
            return Ok(());
        }
        let (mut found, mut next) = (0, self.end(from));
        let mut scratch = Vec::new();
        while found < limit
            && let Some(link) = next
        {
            next = link.beside(from.opposite());
            let before = found;
            let _ = link.walk(&mut scratch, from.opposite(), None, &mut |value| {
                found += needle.is(value) as usize;
                ControlFlow::Continue(())
            });
            if found > before {
                link.open(self.space)?;
            }
        }
        Ok(())
    }

    fn remove_from_link(
        &mut self,
        link: Link,
        needle: Needle<'_>,
        limit: usize,
        from: Side,
    ) -> usize {
        let count = link.count();
        let removed = match link.form() {
            Form::Plain => usize::from(needle.is(link.element())),
            // Nothing in it is to be removed: else it had been unpacked.
            Form::Compressed => return 0,
            Form::Raw => {
                let (space, roomy_to) = (self.space, self.rules().size_max());
                let mut removed = 0;
                let edited = link.edit(space, roomy_to, count, |edit| {
                    removed = remove_from(edit, needle, limit, from);
                    edit.shrink(false);
                    Ok(())
                });
                debug_assert!(edited.is_ok());
                removed
            }
        };
        self.root().count -= removed as u64;
        if removed == count {
            self.detach(link);
        } else if removed > 0 {
            link.set_count(count - removed);
        }
        removed
    }
}

/// Removes the first `limit` elements of a listpack that equal `needle`, seen from a side, and answers how many there were.
fn remove_from(edit: &mut impl Splice, needle: Needle<'_>, limit: usize, from: Side) -> usize {
    let mut removed = 0;
    let listpack = Listpack::new(edit.bytes());
    let mut next = match from {
        Side::Head => listpack.first(),
        Side::Tail => listpack.last(),
    };
    while removed < limit
        && let Some(at) = next
    {
        let listpack = Listpack::new(edit.bytes());
        let is_match = needle.is(listpack.get(at));
        next = match from {
            Side::Head => listpack.next(at),
            Side::Tail => listpack.prev(at),
        };
        if is_match {
            // What followed lies at `at` now, if anything did.
            next = match from {
                Side::Head => next.map(|_| at),
                Side::Tail => next,
            };
            removed += listpack::remove(edit, at, 1);
        }
    }
    removed
}
