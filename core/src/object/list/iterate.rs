//! A list as it is read: by index, in order from either end, part by part.
//!
//! Elements are handed to a function, as those of a compressed link exist only while it is unpacked beside it: nothing of the
//! list is changed, so readers may share it. It may not know commands. Invariant: every element is seen once, in order.

use super::link::{Form, Link};
use super::{Head, Place, Root, Rules, Side, Strip, compact_strip};
use crate::object::entry::Entry;
use crate::object::listpack::Listpack;
use crate::object::string::StringValue;
use crate::pool::prefix::Encoding;
use core::marker::PhantomData;
use core::ops::ControlFlow;
use core::ptr::NonNull;

/// A list to be read.
#[derive(Clone, Copy)]
pub struct ListView<'a> {
    at: NonNull<u8>,
    held: PhantomData<&'a [u8]>,
}

/// A link as a dump carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// A listpack.
    Listpack(&'a [u8]),
    /// The LZF of a listpack, and the listpack's bytes.
    Compressed(&'a [u8], usize),
    /// One huge element.
    Plain(&'a [u8]),
}

/// What DEBUG OBJECT tells of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Links.
    pub links: usize,
    /// Bytes of their listpacks and plain elements, uncompressed.
    pub bytes: usize,
}

/// An element to be looked for.
#[derive(Clone, Copy)]
pub struct Needle<'a> {
    text: &'a [u8],
    value: StringValue<'a>,
}

impl<'a> Needle<'a> {
    /// The element a client names.
    pub fn new(text: &'a [u8]) -> Needle<'a> {
        Needle {
            text,
            value: StringValue::parse(text),
        }
    }

    /// Whether `value` is that. A number may lie in a list as text, in a link of its own.
    #[inline(always)]
    pub fn is(&self, value: StringValue<'_>) -> bool {
        match value {
            StringValue::Int(_) => value == self.value,
            StringValue::Bytes(bytes) => bytes == self.text,
        }
    }
}

/// Walks a listpack from a place on, the place itself first.
#[inline]
fn walk_listpack(
    listpack: Listpack<'_>,
    from: Option<usize>,
    towards: Side,
    each: &mut impl FnMut(StringValue<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let Some(from) = from else {
        return ControlFlow::Continue(());
    };
    if towards == Side::Tail {
        for (_, value) in listpack.iter_from(from) {
            each(value)?;
        }
        return ControlFlow::Continue(());
    }
    let mut next = Some(from);
    while let Some(at) = next {
        each(listpack.get(at))?;
        next = listpack.prev(at);
    }
    ControlFlow::Continue(())
}

impl Link {
    /// Hands over its elements towards a side, from the one at `index` on or from the other end.
    #[inline]
    pub(super) fn walk(
        self,
        scratch: &mut Vec<u8>,
        towards: Side,
        index: Option<usize>,
        each: &mut impl FnMut(StringValue<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.is_plain() {
            return each(self.element());
        }
        let listpack = self.listpack(scratch);
        let from = match (index, towards) {
            (None, Side::Tail) | (Some(0), _) => listpack.first(),
            (None, Side::Head) => listpack.last(),
            (Some(index), _) => listpack.seek(index as i64),
        };
        walk_listpack(listpack, from, towards, each)
    }
}

impl<'a> ListView<'a> {
    /// The list of an entry that is one; the key is held while the view is used.
    ///
    /// # Panics
    /// When the entry is no list.
    #[inline(always)]
    pub fn of(entry: Entry) -> ListView<'a> {
        assert!(entry.encoding() == Encoding::Quicklist);
        // SAFETY: the word of such an entry is its list, and whoever holds an entry holds its key.
        unsafe { ListView::at(entry.word()) }
    }

    /// The list an entry's word leads to.
    ///
    /// # Safety
    /// The word is that of a live list whose key is held while the view is used.
    #[inline(always)]
    pub unsafe fn at(word: u64) -> ListView<'a> {
        ListView {
            // SAFETY: such a word is an address, which is never null.
            at: unsafe { NonNull::new_unchecked(word as *mut u8) },
            held: PhantomData,
        }
    }

    /// Where its root lies.
    pub(super) const fn address(self) -> NonNull<u8> {
        self.at
    }

    #[inline(always)]
    fn head(self) -> Head {
        // SAFETY: every list begins with a header.
        unsafe { self.at.cast::<Head>().read() }
    }

    /// The root of a linked list.
    #[inline(always)]
    pub(super) fn root(self) -> Option<&'a Root> {
        // SAFETY: a list that is not compact is a root.
        (self.head().capacity == 0).then(|| unsafe { self.at.cast::<Root>().as_ref() })
    }

    /// The strip of a compact list.
    pub(super) fn compact(self) -> Option<Strip> {
        // SAFETY: a compact list's listpack lies behind its header.
        (self.head().capacity != 0).then(|| unsafe { compact_strip(self.at) })
    }

    /// The listpack of a compact list.
    #[inline]
    fn compact_listpack(self) -> Listpack<'a> {
        // SAFETY: as above.
        unsafe { compact_strip(self.at).listpack() }
    }

    /// The rules it was created with.
    pub fn rules(self) -> Rules {
        self.head().rules
    }

    /// Elements.
    #[inline]
    pub fn len(self) -> usize {
        match self.root() {
            Some(root) => root.count as usize,
            None => self.compact_listpack().len(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// `index` counted from the head, when there is such an element; negative ones count from the tail, -1 the last.
    pub fn index_of(self, index: i64) -> Option<usize> {
        let len = self.len() as i64;
        let index = if index < 0 {
            index.checked_add(len)?
        } else {
            index
        };
        (0..len).contains(&index).then_some(index as usize)
    }

    /// The link of the element at `index`, and its index there. Links are counted from the nearer end.
    pub(super) fn locate(self, index: i64) -> Option<(Option<Link>, usize)> {
        let index = self.index_of(index)?;
        let Some(root) = self.root() else {
            return Some((None, index));
        };
        let count = root.count as usize;
        if index <= count / 2 {
            let (mut link, mut index) = (root.first?, index);
            while index >= link.count() {
                index -= link.count();
                link = link.next()?;
            }
            return Some((Some(link), index));
        }
        let (mut link, mut behind) = (root.last?, count - index);
        while behind > link.count() {
            behind -= link.count();
            link = link.prev()?;
        }
        Some((Some(link), link.count() - behind))
    }

    /// Calls `each` with the element at `index`, from the tail when negative; `None` when there is none.
    #[inline]
    pub fn get<R>(self, index: i64, each: impl FnOnce(StringValue<'_>) -> R) -> Option<R> {
        let (link, index) = self.locate(index)?;
        let Some(link) = link else {
            let listpack = self.compact_listpack();
            return Some(each(listpack.get(listpack.seek(index as i64)?)));
        };
        if link.is_plain() {
            return Some(each(link.element()));
        }
        let mut scratch = Vec::new();
        let listpack = link.listpack(&mut scratch);
        Some(each(listpack.get(listpack.seek(index as i64)?)))
    }

    /// Calls `each` with every element from the one at `start` on towards a side, until it breaks.
    #[inline]
    pub fn walk(
        self,
        start: usize,
        towards: Side,
        mut each: impl FnMut(StringValue<'_>) -> ControlFlow<()>,
    ) {
        let Some((first, index)) = self.locate(start as i64) else {
            return;
        };
        let Some(first) = first else {
            let listpack = self.compact_listpack();
            let from = listpack.seek(index as i64);
            let _ = walk_listpack(listpack, from, towards, &mut each);
            return;
        };
        let mut scratch = Vec::new();
        let (mut link, mut index) = (Some(first), Some(index));
        while let Some(here) = link {
            let flow = here.walk(&mut scratch, towards, index, &mut each);
            if flow.is_break() {
                return;
            }
            (link, index) = (here.beside(towards), None);
        }
    }

    /// The place of the first element that equals `needle`.
    pub(super) fn find(self, needle: Needle<'_>) -> Option<Place> {
        let find_in = |link: Option<Link>, listpack: Listpack<'_>| {
            let mut elements = listpack.iter().enumerate();
            let found = elements.find(|(_, (_, value))| needle.is(*value));
            found.map(|(index, (at, _))| Place { link, index, at })
        };
        let Some(root) = self.root() else {
            return find_in(None, self.compact_listpack());
        };
        let (mut next, mut scratch) = (root.first, Vec::new());
        while let Some(link) = next {
            let place = if link.is_plain() {
                let (link, index, at) = (Some(link), 0, 0);
                needle
                    .is(link?.element())
                    .then_some(Place { link, index, at })
            } else {
                find_in(Some(link), link.listpack(&mut scratch))
            };
            if place.is_some() {
                return place;
            }
            next = link.next();
        }
        None
    }

    /// Every part from the head on, as it lies.
    pub fn parts(self) -> impl Iterator<Item = Part<'a>> {
        let compact = self
            .compact()
            .map(|_| Part::Listpack(self.compact_listpack().bytes()));
        let first = self.root().and_then(|root| root.first);
        let links = core::iter::successors(first, |link| link.next());
        compact
            .into_iter()
            .chain(links.map(|link| match link.form() {
                Form::Raw => Part::Listpack(link.stored()),
                Form::Compressed => Part::Compressed(link.compressed(), link.size()),
                Form::Plain => Part::Plain(link.stored()),
            }))
    }

    /// What DEBUG OBJECT tells of it.
    pub fn summary(self) -> Summary {
        let (mut links, mut bytes) = (0, 0);
        for part in self.parts() {
            links += 1;
            bytes += match part {
                Part::Listpack(bytes) | Part::Plain(bytes) => bytes.len(),
                Part::Compressed(_, size) => size,
            };
        }
        Summary { links, bytes }
    }
}
