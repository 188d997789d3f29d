//! Elements: the large layout of hashes and sets, a hash table whose slots lead to one allocation an element.
//!
//! ```text
//! word ──> ┌───────┐        slot ──> ┌──────────────────────────┐
//!          │ Table │                 │ lengths │ key │ the rest │       or the element itself, inline in the slot
//!          └───────┘                 └──────────────────────────┘
//! ```
//! It may not know what an element means beyond its key, nor locks. Invariant: every slot is found by the hash of its key;
//! an element's `asked` is what the pool was asked for.

use crate::pool::Pool;
use crate::pool::space::{Full, Space};
use crate::table::segment::{LINE_SLOTS, Slot};
use crate::table::{DEPTH_MAX, Found, Position, Table, tag_of};
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

/// How an element lies in its allocation.
pub trait Element {
    /// Bytes asked of the pool.
    ///
    /// # Safety
    /// `address` is a live element of this kind, whose owner is held.
    unsafe fn asked(address: NonNull<u8>) -> usize;

    /// What it is looked up by.
    ///
    /// # Safety
    /// As for `asked`, as long as the bytes are used.
    unsafe fn key<'a>(address: NonNull<u8>) -> &'a [u8];
}

/// A way from bytes to their hash, the same for as long as a store lives.
pub trait Hasher: Copy {
    /// The hash of `bytes`.
    fn of(self, bytes: &[u8]) -> u64;
}

impl<F: Fn(&[u8]) -> u64 + Copy> Hasher for F {
    #[inline(always)]
    fn of(self, bytes: &[u8]) -> u64 {
        self(bytes)
    }
}

/// A value that can be freed whole.
pub trait Whole {
    /// Frees it.
    ///
    /// # Safety
    /// Nobody else reaches it, now or later.
    unsafe fn free_whole(&mut self);
}

/// A value that no entry leads to: freed when it is dropped, unless it was handed over.
pub struct Unlinked<V: Whole>(ManuallyDrop<V>);

impl<V: Whole> Unlinked<V> {
    /// # Safety
    /// Nothing leads to the value.
    pub unsafe fn new(value: V) -> Unlinked<V> {
        Unlinked(ManuallyDrop::new(value))
    }

    /// The value, which is the caller's to free now.
    pub fn hand_over(self) -> V {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is not dropped, so the value is taken once.
        unsafe { ManuallyDrop::take(&mut this.0) }
    }
}

impl<V: Whole> Deref for Unlinked<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0
    }
}

impl<V: Whole> DerefMut for Unlinked<V> {
    fn deref_mut(&mut self) -> &mut V {
        &mut self.0
    }
}

impl<V: Whole> Drop for Unlinked<V> {
    fn drop(&mut self) {
        // SAFETY: nothing leads to the value (`new`'s contract), and it is not used again.
        unsafe { self.0.free_whole() }
    }
}

/// The hash of an element that is its slot's payload.
#[inline]
pub fn hash_inline(payload: u64, hash: impl Hasher) -> u64 {
    hash.of(&payload.to_le_bytes())
}

/// A table of elements in the pool.
pub struct Elements<E> {
    root: NonNull<Table>,
    kind: PhantomData<E>,
}

impl<E> Clone for Elements<E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E> Copy for Elements<E> {}

impl<E: Element> Elements<E> {
    /// An empty table.
    pub fn create(space: Space<'_>) -> Result<Elements<E>, Full> {
        Elements::with(space, Table::default())
    }

    /// A root that holds `table`.
    fn with(space: Space<'_>, table: Table) -> Result<Elements<E>, Full> {
        let root = space.alloc(size_of::<Table>())?.cast::<Table>();
        // SAFETY: the allocation is fresh, large enough and aligned to eight bytes.
        unsafe { root.as_ptr().write(table) };
        Ok(Elements {
            root,
            kind: PhantomData,
        })
    }

    /// # Safety
    /// `word` came from `word()` of elements of this kind that are alive, and whoever uses them holds their owner:
    /// exclusively where this file says so.
    #[inline(always)]
    pub unsafe fn at(word: u64) -> Elements<E> {
        Elements {
            // SAFETY: a root is never at address 0.
            root: unsafe { NonNull::new_unchecked(word as *mut Table) },
            kind: PhantomData,
        }
    }

    /// The word an entry keeps of it.
    pub fn word(self) -> u64 {
        self.root.as_ptr() as u64
    }

    /// The table, to be read.
    #[inline(always)]
    pub fn table<'a>(self) -> &'a Table {
        // SAFETY: the root is live and its owner held, by `at`'s contract.
        unsafe { self.root.as_ref() }
    }

    /// # Safety
    /// The owner is held exclusively and no other reference to the table is alive.
    #[inline(always)]
    unsafe fn table_mut<'a>(self) -> &'a mut Table {
        // SAFETY: by this function's contract.
        unsafe { &mut *self.root.as_ptr() }
    }

    /// How many elements.
    pub fn len(self) -> usize {
        self.table().len()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.table().is_empty()
    }

    /// Where the element of `slot` lies.
    #[inline(always)]
    pub fn address(slot: Slot, pool: &Pool) -> NonNull<u8> {
        debug_assert!(!slot.is_inline());
        pool.at(slot.offset())
    }

    /// The slot that leads to an element.
    #[inline]
    pub fn slot(address: NonNull<u8>, hash: u64, pool: &Pool) -> Slot {
        Slot::new(tag_of(hash), pool.offset_of(address), false)
    }

    /// The hash of what `slot` holds or leads to.
    #[inline]
    pub fn hash_of(slot: Slot, pool: &Pool, hash: impl Hasher) -> u64 {
        if slot.is_inline() {
            return hash_inline(slot.payload(), hash);
        }
        // SAFETY: a slot of this table leads to a live element of its kind.
        hash.of(unsafe { E::key(Elements::<E>::address(slot, pool)) })
    }

    /// The element with that key, whose hash is `hash`; inline ones have no key.
    #[inline]
    pub fn find(self, pool: &Pool, hash: u64, key: &[u8]) -> Option<Found> {
        self.table().find(pool, hash, |slot| {
            // SAFETY: as above.
            !slot.is_inline() && unsafe { E::key(Elements::<E>::address(slot, pool)) } == key
        })
    }

    /// The inline element of that payload.
    #[inline]
    pub fn find_inline(self, pool: &Pool, payload: u64, hash: impl Hasher) -> Option<Found> {
        let is_it = |slot: Slot| slot.is_inline() && slot.payload() == payload;
        self.table().find(pool, hash_inline(payload, hash), is_it)
    }

    /// Adds a slot whose element is not there yet and hashes to `hashed`.
    ///
    /// # Safety
    /// The owner is held exclusively; the slot leads to a live element that is this table's from now on.
    #[inline]
    pub unsafe fn insert(
        self,
        space: Space<'_>,
        hashed: u64,
        slot: Slot,
        hash: impl Hasher,
    ) -> Result<(), Full> {
        let hash_of = |slot| Elements::<E>::hash_of(slot, space.pool, hash);
        // SAFETY: by this function's contract.
        let table = unsafe { self.table_mut() };
        table.insert(space, hashed, slot, hash_of).map(|_| ())
    }

    /// Puts another slot of the same hash where one was found; the element that was there is the caller's.
    ///
    /// # Safety
    /// The owner is held exclusively and the table has not changed since the slot was found.
    pub unsafe fn replace(self, found: Found, slot: Slot) {
        // SAFETY: by this function's contract.
        unsafe { self.table_mut() }.replace(found, slot);
    }

    /// Takes a slot out; its element is the caller's.
    ///
    /// # Safety
    /// As for `replace`; `hashed` is the element's hash.
    pub unsafe fn take(self, pool: &Pool, found: Found, hashed: u64) -> Slot {
        // SAFETY: by this function's contract.
        unsafe { self.table_mut() }.remove(pool, found, hashed)
    }

    /// Takes a slot out and frees its element.
    ///
    /// # Safety
    /// As for `take`.
    pub unsafe fn remove(self, pool: &Pool, found: Found, hashed: u64) {
        // SAFETY: by this function's contract; nobody reaches the element once its slot is gone.
        unsafe {
            let slot = self.take(pool, found, hashed);
            Elements::<E>::free_element(slot, pool);
        }
    }

    /// The same for a slot that is known to be in the table.
    ///
    /// # Safety
    /// The owner is held exclusively.
    pub unsafe fn remove_slot(self, pool: &Pool, slot: Slot, hash: impl Hasher) {
        let hashed = Elements::<E>::hash_of(slot, pool, hash);
        if let Some(found) = self.table().find(pool, hashed, |other| other == slot) {
            // SAFETY: by this function's contract; the slot was found just now.
            unsafe { self.remove(pool, found, hashed) };
        }
    }

    /// Frees what a slot leads to, if it leads anywhere.
    ///
    /// # Safety
    /// No slot of a table leads there any more.
    pub unsafe fn free_element(slot: Slot, pool: &Pool) {
        if !slot.is_inline() {
            let address = Elements::<E>::address(slot, pool);
            // SAFETY: by contract; `asked` is what was asked for (the module's invariant).
            unsafe { pool.free(address, E::asked(address)) }
        }
    }

    /// Visits about `count` elements from `cursor` on and answers where to go on; 0 when all are done. An element that is
    /// there from the first call to the last is visited, however the table has grown since. At most ten lines are read for
    /// each element wanted.
    pub fn scan(self, pool: &Pool, cursor: u64, count: u64, mut visit: impl FnMut(Slot)) -> u64 {
        let mut wanted = count.max(1);
        let lines = usize::try_from(count.saturating_mul(10)).unwrap_or(usize::MAX);
        let mut lines = lines.max(LINE_SLOTS);
        let next = self
            .table()
            .walk(pool, position_of(cursor), &mut lines, |slot| {
                visit(slot);
                wanted = wanted.saturating_sub(1);
                wanted > 0
            });
        next.map_or(0, cursor_of)
    }

    /// Calls `each` for every allocation, the root first.
    pub fn visit(self, pool: &Pool, each: &mut dyn FnMut(NonNull<u8>, usize)) {
        each(self.root.cast(), size_of::<Table>());
        let table = self.table();
        table.visit(pool, each);
        for slot in table.all(pool).filter(|slot| !slot.is_inline()) {
            let address = Elements::<E>::address(slot, pool);
            // SAFETY: a slot of this table leads to a live element of its kind.
            each(address, unsafe { E::asked(address) });
        }
    }

    /// Frees about `budget` pieces, whole segments at a time; `true` when more are left. `cursor` starts at 0.
    ///
    /// # Safety
    /// Nobody else reaches the elements, now or later.
    pub unsafe fn free_step(self, pool: &Pool, cursor: &mut u64, budget: usize) -> bool {
        // SAFETY: by this function's contract.
        let table = unsafe { self.table_mut() };
        let (mut index, mut freed) = (*cursor as usize, 0);
        while freed < budget {
            let each = |slot| {
                freed += 1;
                // SAFETY: the slot's segment is freed with it.
                unsafe { Elements::<E>::free_element(slot, pool) }
            };
            if !table.dismantle_step(pool, &mut index, each) {
                // SAFETY: the table owns nothing more, and its root was asked for with this size.
                unsafe { pool.free(self.root.cast(), size_of::<Table>()) };
                return false;
            }
            freed += 1;
        }
        *cursor = index as u64;
        true
    }

    /// Moves what is not on the space's first node there, until about `budget` bytes are written, and answers where the
    /// root is and whether more is left. `cursor` starts at 0.
    ///
    /// # Safety
    /// The owner is held exclusively and afterwards keeps the word of the elements answered.
    pub unsafe fn relocate_step(
        mut self,
        space: Space<'_>,
        cursor: &mut u64,
        mut budget: usize,
    ) -> (Elements<E>, Result<bool, Full>) {
        let space = space.strict();
        if !space.holds(self.root.cast()) {
            // SAFETY: by this function's contract; the old root is not used again.
            match unsafe { space.migrate_block(self.root.cast(), size_of::<Table>()) } {
                Ok(root) => self.root = root.cast(),
                Err(Full) => return (self, Err(Full)),
            }
            budget = budget.saturating_sub(size_of::<Table>());
        }
        // SAFETY: by this function's contract.
        let moved = unsafe { self.relocate_pieces(space, cursor, &mut budget) };
        (self, moved)
    }

    /// The same for all but the root: the segments first (a cursor below `ELEMENTS_FROM`), then the elements.
    ///
    /// # Safety
    /// As for `relocate_step`.
    unsafe fn relocate_pieces(
        self,
        space: Space<'_>,
        cursor: &mut u64,
        budget: &mut usize,
    ) -> Result<bool, Full> {
        const ELEMENTS_FROM: u64 = 1 << 32;
        // SAFETY: by this function's contract.
        let table = unsafe { self.table_mut() };
        if *cursor < ELEMENTS_FROM {
            let mut index = *cursor as usize;
            let more = table.relocate_step(space, &mut index, budget);
            *cursor = index as u64;
            if more? {
                return Ok(true);
            }
            *cursor = ELEMENTS_FROM;
        }
        let mut index = (*cursor - ELEMENTS_FROM) as usize;
        let renew = |slot: Slot, budget: &mut usize| {
            if slot.is_inline() {
                return Ok(None);
            }
            let address = Elements::<E>::address(slot, space.pool);
            if space.holds(address) {
                return Ok(None);
            }
            // SAFETY: the element is live; the caller puts the new slot in the place of the old at once.
            unsafe {
                let bytes = E::asked(address);
                let moved = space.migrate_block(address, bytes)?;
                *budget = budget.saturating_sub(bytes);
                Ok(Some(same_tag(slot, moved, space.pool)))
            }
        };
        let more = table.renew_step(space.pool, &mut index, budget, renew);
        *cursor = ELEMENTS_FROM + index as u64;
        more
    }

    /// A copy of everything in `space`. Nothing is left behind when there is no room.
    pub fn duplicate(self, space: Space<'_>) -> Result<Elements<E>, Full> {
        let copy = |slot: Slot| {
            if slot.is_inline() {
                return Ok(slot);
            }
            let address = Elements::<E>::address(slot, space.pool);
            // SAFETY: a slot of this table leads to a live element of its kind.
            let (copy, _) = unsafe { copy_element::<E>(address, space)? };
            Ok(same_tag(slot, copy, space.pool))
        };
        // SAFETY: what is undone is a copy that nothing leads to any more.
        let undo = |slot| unsafe { Elements::<E>::free_element(slot, space.pool) };
        let target = Elements::create(space)?;
        // SAFETY: nobody else has seen the new root.
        unsafe {
            match self.table().duplicate(space, copy, undo) {
                Ok(table) => *target.table_mut() = table,
                Err(Full) => {
                    target.free(space.pool);
                    return Err(Full);
                }
            }
        }
        Ok(target)
    }

    /// Frees everything at once.
    ///
    /// # Safety
    /// As for `free_step`.
    pub unsafe fn free(self, pool: &Pool) {
        let mut cursor = 0;
        // SAFETY: by this function's contract.
        while unsafe { self.free_step(pool, &mut cursor, usize::MAX) } {}
    }

    /// Re-derives the table's invariants, and that every element is found by its key: so none is there twice.
    pub fn is_valid(self, pool: &Pool, hash: impl Hasher) -> Result<(), String> {
        self.table()
            .is_valid(pool, |slot| Elements::<E>::hash_of(slot, pool, hash))?;
        for slot in self.table().all(pool) {
            let found = if slot.is_inline() {
                self.find_inline(pool, slot.payload(), hash)
            } else {
                // SAFETY: a slot of this table leads to a live element of its kind.
                let key = unsafe { E::key(Elements::<E>::address(slot, pool)) };
                self.find(pool, hash.of(key), key)
            };
            let found = found.map(Found::slot);
            if found != Some(slot) {
                return Err(format!("looking for {slot:?} finds {found:?}"));
            }
        }
        Ok(())
    }
}

/// A copy of the element at `address`, and its bytes.
///
/// # Safety
/// `address` is a live element of this kind.
unsafe fn copy_element<E: Element>(
    address: NonNull<u8>,
    space: Space<'_>,
) -> Result<(NonNull<u8>, usize), Full> {
    // SAFETY: by this function's contract; the copy is as large as what it copies.
    unsafe {
        let bytes = E::asked(address);
        let copy = space.alloc(bytes)?;
        core::ptr::copy_nonoverlapping(address.as_ptr(), copy.as_ptr(), bytes);
        Ok((copy, bytes))
    }
}

/// The slot that leads to `address` and has the tag of `slot`.
fn same_tag(slot: Slot, address: NonNull<u8>, pool: &Pool) -> Slot {
    Slot::new(slot.tag(), pool.offset_of(address), false)
}

const TAG_BITS: u32 = 16;
const DEPTH_BITS: u32 = 5;

const _: () = assert!(1 << DEPTH_BITS > DEPTH_MAX);
const _: () = assert!(TAG_BITS + DEPTH_BITS + DEPTH_MAX < 53);

/// The position a client's cursor stands for. Numbers that were never handed out lead somewhere harmless.
pub const fn position_of(cursor: u64) -> Position {
    Position {
        prefix: (cursor >> (TAG_BITS + DEPTH_BITS)) as u32 & ((1 << DEPTH_MAX) - 1),
        depth: (cursor >> TAG_BITS) as u32 & ((1 << DEPTH_BITS) - 1),
        tag: cursor as u16,
    }
}

/// What a client is told: less than 2^53, for those who keep it as a double.
pub const fn cursor_of(position: Position) -> u64 {
    (position.prefix as u64) << (TAG_BITS + DEPTH_BITS)
        | (position.depth as u64) << TAG_BITS
        | position.tag as u64
}

/// Lengths in front of an element: seven bits a byte, the lowest first, the high bit saying that more follow.
pub mod varint {
    /// Bytes that `value` takes.
    #[inline]
    pub const fn bytes(value: usize) -> usize {
        if value < 0x80 {
            1
        } else {
            (usize::BITS - value.leading_zeros()).div_ceil(7) as usize
        }
    }

    /// Writes `value` at `at` and answers where what follows it begins.
    ///
    /// # Safety
    /// `at` has room for `bytes(value)`.
    #[inline]
    pub unsafe fn write(mut at: *mut u8, mut value: usize) -> *mut u8 {
        loop {
            let more = value >= 0x80;
            // SAFETY: by this function's contract.
            unsafe {
                at.write(value as u8 & 0x7f | (more as u8) << 7);
                at = at.add(1);
            }
            if !more {
                return at;
            }
            value >>= 7;
        }
    }

    /// The value at `at`, and where what follows it begins.
    ///
    /// # Safety
    /// `at` was written by `write`.
    #[inline]
    pub unsafe fn read(mut at: *const u8) -> (usize, *const u8) {
        // SAFETY: by this function's contract the last byte read has no high bit.
        unsafe {
            let mut value = at.read() as usize;
            at = at.add(1);
            if value < 0x80 {
                return (value, at);
            }
            value &= 0x7f;
            let mut shift = 7;
            loop {
                let byte = at.read() as usize;
                at = at.add(1);
                value |= (byte & 0x7f) << shift;
                if byte < 0x80 {
                    return (value, at);
                }
                shift += 7;
            }
        }
    }
}

#[cfg(test)]
mod tests;
