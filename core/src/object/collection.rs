//! Collections that are one packed block while they are small, and a table of elements from then on: hashes and sets.
//!
//! It may not know fields, members or commands: a [`Kind`] says how its items lie in either layout. Invariant: a table never
//! becomes a block again, as in Redis.

use crate::object::block::Block;
use crate::object::elements::{Element, Elements, Hasher, Unlinked, Whole};
use crate::object::entry::Entry;
use crate::pool::Pool;
use crate::pool::prefix::Encoding;
use crate::pool::space::{Full, Space};
use crate::table::pick::{Lottery, below};
use crate::table::segment::Slot;
use core::marker::PhantomData;

/// What one kind of collection holds, and how that lies in a block and in a table.
pub trait Kind: Element + Copy {
    /// The encoding of the block; a table's is `Hashtable`.
    const PACKED: Encoding;
    /// The bytes of a block without items.
    const EMPTY: &'static [u8];
    /// An item as it is read.
    type Item<'a>;
    /// Up to where a collection is a block.
    type Limits: Copy;

    /// How many items a block has.
    fn packed_len(bytes: &[u8]) -> usize;

    /// The items of a block, in their order.
    fn packed_items<'a>(bytes: &'a [u8]) -> impl Iterator<Item = Self::Item<'a>> + use<'a, Self>;

    /// The item at `index` of a block; there are more.
    fn packed_item(bytes: &[u8], index: usize) -> Option<Self::Item<'_>>;

    /// The item that a slot of the table holds or leads to.
    fn item(slot: Slot, pool: &Pool) -> Self::Item<'_>;
}

/// What an entry of a collection's type holds. Reading it needs its key held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collection<K> {
    /// The kind's own, or `Hashtable`.
    pub encoding: Encoding,
    /// The block or the table's root.
    pub word: u64,
    kind: PhantomData<K>,
}

impl<K: Kind> Collection<K> {
    /// The collection of an entry that holds one.
    pub fn of(entry: Entry) -> Collection<K> {
        Collection::with(entry.encoding(), entry.word())
    }

    /// A collection without items, to be filled.
    pub fn create(space: Space<'_>) -> Result<Collection<K>, Full> {
        Block::from_bytes(space, K::EMPTY).map(Collection::of_block)
    }

    /// The collection whose items are in `block`.
    pub(super) fn of_block(block: Block) -> Collection<K> {
        Collection::with(K::PACKED, block.word())
    }

    /// The collection whose items are `elements`.
    pub(super) fn of_elements(elements: Elements<K>) -> Collection<K> {
        Collection::with(Encoding::Hashtable, elements.word())
    }

    const fn with(encoding: Encoding, word: u64) -> Collection<K> {
        Collection {
            encoding,
            word,
            kind: PhantomData,
        }
    }

    /// The table, of a collection in that layout.
    #[inline]
    pub(super) fn elements(self) -> Option<Elements<K>> {
        // SAFETY: the word of a collection in that encoding is its table's root, which lives as long as the collection.
        (self.encoding == Encoding::Hashtable).then(|| unsafe { Elements::at(self.word) })
    }

    /// The block, of a collection in that layout.
    #[inline]
    pub(super) fn block(self) -> Option<Block> {
        (self.encoding == K::PACKED)
            .then(|| Block::from_word(self.word))
            .flatten()
    }

    /// The block's bytes, of a collection in that layout.
    #[inline]
    pub(super) fn packed<'a>(self) -> Option<&'a [u8]> {
        // SAFETY: the block lives as long as the collection, and its key is held.
        self.block().map(|block| unsafe { block.bytes() })
    }

    /// How many items.
    #[inline]
    pub fn len(self) -> usize {
        match self.elements() {
            Some(elements) => elements.len(),
            None => self.packed().map_or(0, K::packed_len),
        }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Every item: of a block in its order, else in none.
    pub fn iter<'a>(self, pool: &'a Pool) -> impl Iterator<Item = K::Item<'a>> + use<'a, K> {
        let packed = self.packed().into_iter().flat_map(K::packed_items);
        let slots = self
            .elements()
            .into_iter()
            .flat_map(|elements| elements.table().all(pool));
        packed.chain(slots.map(|slot| K::item(slot, pool)))
    }

    /// Visits about `count` items from `cursor` on and answers where to go on, 0 when all are done; a block's all at once.
    pub fn scan<'a>(
        self,
        pool: &'a Pool,
        cursor: u64,
        count: u64,
        mut visit: impl FnMut(K::Item<'a>),
    ) -> u64 {
        match self.elements() {
            Some(elements) => elements.scan(pool, cursor, count, |slot| {
                visit(K::item(slot, pool));
            }),
            None => {
                self.iter(pool).for_each(visit);
                0
            }
        }
    }

    /// An item picked at random, each with the same chance.
    pub fn pick<'a>(self, pool: &'a Pool, mut random: impl FnMut() -> u64) -> Option<K::Item<'a>> {
        if let Some(elements) = self.elements() {
            let slot = elements.table().pick(pool, random);
            return slot.map(|slot| K::item(slot, pool));
        }
        let bytes = self.packed().filter(|bytes| K::packed_len(bytes) > 0)?;
        K::packed_item(bytes, below(random(), K::packed_len(bytes)))
    }

    /// Visits `count` different items, every choice with the same chance.
    pub fn choose<'a>(
        self,
        pool: &'a Pool,
        count: usize,
        mut random: impl FnMut() -> u64,
        mut visit: impl FnMut(K::Item<'a>),
    ) {
        if let Some(elements) = self.elements() {
            let chosen = elements.table().choose(pool, count, random);
            return chosen
                .into_iter()
                .for_each(|slot| visit(K::item(slot, pool)));
        }
        let len = self.len();
        let mut lottery = Lottery::new(count.min(len), len);
        for item in self.iter(pool) {
            if lottery.draw(random()) {
                visit(item);
            }
        }
    }

    /// A copy in `space`. Nothing is left behind when there is no room.
    pub fn duplicate(self, space: Space<'_>) -> Result<Collection<K>, Full> {
        match (self.elements(), self.packed()) {
            (Some(elements), _) => elements.duplicate(space).map(Collection::of_elements),
            (None, Some(bytes)) => Block::from_bytes(space, bytes).map(Collection::of_block),
            (None, None) => Collection::create(space),
        }
    }

    /// Frees it whole.
    ///
    /// # Safety
    /// Nobody else reaches it, now or later.
    pub unsafe fn free(self, pool: &Pool) {
        // SAFETY: by this function's contract.
        unsafe {
            match (self.elements(), self.block()) {
                (Some(elements), _) => elements.free(pool),
                (None, Some(block)) => block.free(pool),
                (None, None) => {}
            }
        }
    }
}

/// A collection to be changed, by whoever holds its key exclusively; where its pieces go, up to where it is a block, and how
/// its items are hashed.
pub struct CollectionMut<'s, K: Kind, H> {
    pub(super) value: Collection<K>,
    pub(super) space: Space<'s>,
    pub(super) limits: K::Limits,
    pub(super) hasher: H,
}

impl<K: Kind, H: Hasher> Whole for CollectionMut<'_, K, H> {
    unsafe fn free_whole(&mut self) {
        // SAFETY: by this function's contract.
        unsafe { self.value.free(self.space.pool) }
    }
}

impl<'s, K: Kind, H: Hasher> CollectionMut<'s, K, H> {
    /// # Safety
    /// The owner is held exclusively and keeps `value()` after every call, whatever that answered.
    pub const unsafe fn new(
        value: Collection<K>,
        space: Space<'s>,
        limits: K::Limits,
        hasher: H,
    ) -> CollectionMut<'s, K, H> {
        CollectionMut {
            value,
            space,
            limits,
            hasher,
        }
    }

    /// A changer of a collection that nothing leads to.
    ///
    /// # Safety
    /// Nobody else has seen `value`.
    pub(super) unsafe fn unlinked(
        value: Collection<K>,
        space: Space<'s>,
        limits: K::Limits,
        hasher: H,
    ) -> Unlinked<CollectionMut<'s, K, H>> {
        // SAFETY: by this function's contract; whoever links it keeps `value()`.
        unsafe { Unlinked::new(CollectionMut::new(value, space, limits, hasher)) }
    }

    /// A changer of a copy that nothing leads to.
    pub(super) fn copy(&self) -> Result<Unlinked<CollectionMut<'s, K, H>>, Full> {
        let copy = self.value.duplicate(self.space)?;
        // SAFETY: nobody else has seen the copy.
        Ok(unsafe { CollectionMut::unlinked(copy, self.space, self.limits, self.hasher) })
    }

    /// The collection as it is now.
    pub const fn value(&self) -> Collection<K> {
        self.value
    }

    /// Frees what it was and becomes `other`.
    pub(super) fn become_other(&mut self, other: Collection<K>) {
        // SAFETY: the owner keeps `other` from now on (`new`'s contract), so nobody reaches what it was.
        unsafe { self.value.free(self.space.pool) };
        self.value = other;
    }
}
