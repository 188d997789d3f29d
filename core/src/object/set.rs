//! Sets: an intset while all members are integers and few, then a table of elements.
//!
//! ```text
//! element: ┌──────────────┬────────┐
//!          │ length 1-5 B │ member │        an integer of less than 2^40 lies in the slot itself
//!          └──────────────┴────────┘
//! ```
//! It may not know keys, entries' tables or commands. Invariants: a member is there once; one that prints as an integer is
//! compared as one, and in a table it is inline exactly when it fits; a table never becomes an intset again, as in Redis.

use crate::object::block::Block;
use crate::object::elements::{Element, Elements, Hasher, hash_inline, varint};
use crate::object::entry::Entry;
use crate::object::intset::{self, Intset};
use crate::object::string::StringValue;
use crate::pool::Pool;
use crate::pool::prefix::Encoding;
use crate::pool::space::{Full, Space};
use crate::resp::number::{I64_TEXT_BYTES, fmt_i64};
use crate::table::pick::{Lottery, below};
use crate::table::segment::{PAYLOAD_BITS, Slot};
use crate::table::{Found, tag_of};
use core::ptr::NonNull;

/// Integers from `-INLINE_END + 1` to `INLINE_END - 1` lie in their slot.
const INLINE_END: i64 = 1 << (PAYLOAD_BITS - 1);
/// The most integers an intset may be allowed.
const INTSET_LEN_MAX: u64 = 1 << 30;

/// How a member lies in the pool.
#[derive(Clone, Copy)]
pub struct Member;

impl Element for Member {
    unsafe fn asked(address: NonNull<u8>) -> usize {
        // SAFETY: a member starts with its length.
        let (len, _) = unsafe { varint::read(address.as_ptr()) };
        varint::bytes(len) + len
    }

    #[inline]
    unsafe fn key<'a>(address: NonNull<u8>) -> &'a [u8] {
        // SAFETY: a member is its length and that many bytes.
        unsafe {
            let (len, bytes) = varint::read(address.as_ptr());
            core::slice::from_raw_parts(bytes, len)
        }
    }
}

/// An integer as a slot's payload, if it fits.
const fn payload_of(value: i64) -> Option<u64> {
    if value > -INLINE_END && value < INLINE_END {
        Some((value + INLINE_END) as u64)
    } else {
        None
    }
}

/// The member that a slot holds or leads to.
#[inline]
fn member_of<'a>(slot: Slot, pool: &'a Pool) -> StringValue<'a> {
    if slot.is_inline() {
        StringValue::Int(slot.payload() as i64 - INLINE_END)
    } else {
        // SAFETY: a slot of a set leads to a live member.
        StringValue::Bytes(unsafe { Member::key(Elements::<Member>::address(slot, pool)) })
    }
}

/// Calls `f` with the payload of a member that lies in its slot, or with the bytes of any other.
#[inline]
fn with_key<R>(
    member: StringValue<'_>,
    inline: impl FnOnce(u64) -> R,
    outside: impl FnOnce(&[u8]) -> R,
) -> R {
    match member {
        StringValue::Bytes(bytes) => outside(bytes),
        StringValue::Int(value) => match payload_of(value) {
            Some(payload) => inline(payload),
            None => outside(fmt_i64(value, &mut [0; I64_TEXT_BYTES])),
        },
    }
}

/// A set: what an entry of that type holds. Reading it needs its key held; whatever changes it is `unsafe` and needs that
/// exclusively.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Set {
    /// `Intset` or `Hashtable`.
    pub encoding: Encoding,
    /// The block or the table's root.
    pub word: u64,
}

impl Set {
    /// The set of an entry that holds one.
    pub fn of(entry: Entry) -> Set {
        Set {
            encoding: entry.encoding(),
            word: entry.word(),
        }
    }

    /// A set without members, to be filled.
    pub fn create(space: Space<'_>) -> Result<Set, Full> {
        Block::from_bytes(space, &intset::EMPTY).map(Set::of_block)
    }

    fn of_block(block: Block) -> Set {
        Set {
            encoding: Encoding::Intset,
            word: block.word(),
        }
    }

    /// The set whose members are `elements`.
    fn of_elements(elements: Elements<Member>) -> Set {
        Set {
            encoding: Encoding::Hashtable,
            word: elements.word(),
        }
    }

    fn elements(self) -> Option<Elements<Member>> {
        // SAFETY: the word of a set in that encoding is its table's root, which lives as long as the set.
        (self.encoding == Encoding::Hashtable).then(|| unsafe { Elements::at(self.word) })
    }

    fn block(self) -> Option<Block> {
        (self.encoding == Encoding::Intset)
            .then(|| Block::from_word(self.word))
            .flatten()
    }

    fn intset<'a>(self) -> Option<Intset<'a>> {
        // SAFETY: the block lives as long as the set, and its key is held.
        self.block()
            .map(|block| Intset::new(unsafe { block.bytes() }))
    }

    /// How many members.
    #[inline]
    pub fn len(self) -> usize {
        match self.elements() {
            Some(elements) => elements.len(),
            None => self.intset().map_or(0, Intset::len),
        }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether `member`, as `StringValue::parse` reads it, is one.
    #[inline]
    pub fn contains(self, pool: &Pool, member: StringValue<'_>, hash: impl Hasher) -> bool {
        match (self.elements(), self.intset(), member) {
            (Some(elements), ..) => find(elements, pool, member, hash).is_some(),
            (None, Some(intset), StringValue::Int(value)) => intset.contains(value),
            _ => false,
        }
    }

    /// Every member: of an intset in rising order, else in none.
    pub fn members<'a>(self, pool: &'a Pool) -> impl Iterator<Item = StringValue<'a>> + use<'a> {
        let integers = self.intset().into_iter().flat_map(Intset::iter);
        let slots = self
            .elements()
            .into_iter()
            .flat_map(|elements| elements.table().all(pool));
        integers
            .map(StringValue::Int)
            .chain(slots.map(|slot| member_of(slot, pool)))
    }

    /// Visits about `count` members from `cursor` on and answers where to go on, 0 when all are done; an intset's all at
    /// once.
    pub fn scan<'a>(
        self,
        pool: &'a Pool,
        cursor: u64,
        count: u64,
        mut visit: impl FnMut(StringValue<'a>),
    ) -> u64 {
        match self.elements() {
            Some(elements) => elements.scan(pool, cursor, count, |slot| {
                visit(member_of(slot, pool));
            }),
            None => {
                self.members(pool).for_each(visit);
                0
            }
        }
    }

    /// A member picked at random, each with the same chance.
    pub fn pick<'a>(
        self,
        pool: &'a Pool,
        mut random: impl FnMut() -> u64,
    ) -> Option<StringValue<'a>> {
        if let Some(elements) = self.elements() {
            let slot = elements.table().pick(pool, random);
            return slot.map(|slot| member_of(slot, pool));
        }
        let intset = self.intset().filter(|intset| !intset.is_empty())?;
        let index = below(random(), intset.len());
        Some(StringValue::Int(intset.get(index)))
    }

    /// Visits `count` different members, every choice with the same chance.
    pub fn choose<'a>(
        self,
        pool: &'a Pool,
        count: usize,
        mut random: impl FnMut() -> u64,
        mut visit: impl FnMut(StringValue<'a>),
    ) {
        if let Some(elements) = self.elements() {
            let chosen = elements.table().choose(pool, count, random);
            let members = chosen.into_iter().map(|slot| member_of(slot, pool));
            return members.for_each(visit);
        }
        let mut lottery = Lottery::new(count.min(self.len()), self.len());
        for member in self.members(pool) {
            if lottery.draw(random()) {
                visit(member);
            }
        }
    }

    /// Visits `count` different members, every choice with the same chance, and removes them.
    ///
    /// # Safety
    /// The owner is held exclusively and afterwards keeps the set as it is now.
    pub unsafe fn take(
        &mut self,
        space: Space<'_>,
        count: usize,
        mut random: impl FnMut() -> u64,
        mut visit: impl FnMut(StringValue<'_>),
        hash: impl Hasher,
    ) {
        if let Some(elements) = self.elements() {
            let chosen = elements.table().choose(space.pool, count, random);
            for slot in chosen {
                visit(member_of(slot, space.pool));
                // SAFETY: by this function's contract.
                unsafe { elements.remove_slot(space.pool, slot, hash) };
            }
        } else if let Some(block) = self.block() {
            let mut lottery = Lottery::new(count.min(self.len()), self.len());
            // SAFETY: by this function's contract; nothing else refers to the bytes meanwhile.
            unsafe {
                let len = intset::retain(&mut block.room()[..block.len()], |_, value| {
                    let taken = lottery.draw(random());
                    if taken {
                        visit(StringValue::Int(value));
                    }
                    !taken
                });
                self.shorten(space, block, len);
            }
        }
    }

    /// Says how long an intset is now, and gives back what it does not need any more.
    ///
    /// # Safety
    /// The owner is held exclusively and afterwards keeps the set as it is now.
    unsafe fn shorten(&mut self, space: Space<'_>, block: Block, len: usize) {
        // SAFETY: by this function's contract; `len` is not more than it was.
        unsafe {
            block.set_len(len);
            if len * 2 < block.capacity()
                && let Ok(smaller) = block.resized(space, len)
            {
                *self = Set::of_block(smaller);
            }
        }
    }

    /// Removes a member and answers whether it was there.
    ///
    /// # Safety
    /// The owner is held exclusively and afterwards keeps the set as it is now.
    pub unsafe fn remove(
        &mut self,
        space: Space<'_>,
        member: StringValue<'_>,
        hash: impl Hasher,
    ) -> bool {
        if let Some(elements) = self.elements() {
            let Some((found, hashed)) = find(elements, space.pool, member, hash) else {
                return false;
            };
            // SAFETY: by this function's contract; the slot was found just now.
            unsafe { elements.remove(space.pool, found, hashed) };
            return true;
        }
        let (Some(block), StringValue::Int(value)) = (self.block(), member) else {
            return false;
        };
        // SAFETY: by this function's contract; the intset that was read is not used any more.
        unsafe {
            let Ok(index) = Intset::new(block.bytes()).find(value) else {
                return false;
            };
            let len = intset::remove(&mut block.room()[..block.len()], index);
            self.shorten(space, block, len);
        }
        true
    }

    /// Adds a member and answers whether it is new. An intset of more than `limit` members becomes a table. When there is no
    /// room nothing has changed.
    ///
    /// # Safety
    /// The owner is held exclusively and afterwards keeps the set as it is now.
    pub unsafe fn add(
        &mut self,
        space: Space<'_>,
        limit: u64,
        member: StringValue<'_>,
        hash: impl Hasher,
    ) -> Result<bool, Full> {
        // SAFETY: by this function's contract.
        unsafe {
            if let Some(elements) = self.elements() {
                return Ok(add_element(elements, space, member, hash)?.is_some());
            }
            if let (StringValue::Int(value), Some(block)) = (member, self.block()) {
                let set = Intset::new(block.bytes());
                let Err(index) = set.find(value) else {
                    return Ok(false);
                };
                if (set.len() as u64) < limit.min(INTSET_LEN_MAX) {
                    let len = set.bytes_with(value);
                    let block = block.resized(space, len.max(block.capacity()))?;
                    intset::insert(&mut block.room()[..len], index, value);
                    block.set_len(len);
                    *self = Set::of_block(block);
                    return Ok(true);
                }
            }
            let table = self.to_table(space, hash)?;
            match table
                .elements()
                .map(|it| add_element(it, space, member, hash))
            {
                Some(Ok(_)) => self.become_other(space.pool, table),
                _ => {
                    table.free(space.pool);
                    return Err(Full);
                }
            }
            Ok(true)
        }
    }

    /// Adds members and answers how many are new. When there is no room nothing has changed.
    ///
    /// # Safety
    /// As for `add`.
    pub unsafe fn add_all<'m>(
        &mut self,
        space: Space<'_>,
        limit: u64,
        members: impl ExactSizeIterator<Item = &'m [u8]> + Clone,
        hash: impl Hasher,
    ) -> Result<usize, Full> {
        // SAFETY: by this function's contract.
        unsafe {
            if members.len() == 1 {
                let added = members
                    .map(|member| self.add(space, limit, StringValue::parse(member), hash))
                    .next();
                return added.unwrap_or(Ok(false)).map(usize::from);
            }
            match self.elements() {
                Some(elements) => add_or_undo(elements, space, members, hash),
                None => self.add_to_copy(space, limit, members, hash),
            }
        }
    }

    /// The same for an intset: filled is a copy, which takes its place when all is done.
    ///
    /// # Safety
    /// As for `add`.
    unsafe fn add_to_copy<'m>(
        &mut self,
        space: Space<'_>,
        limit: u64,
        members: impl Iterator<Item = &'m [u8]>,
        hash: impl Hasher,
    ) -> Result<usize, Full> {
        let mut copy = self.duplicate(space)?;
        let before = copy.len();
        for member in members {
            // SAFETY: the copy is ours alone.
            unsafe {
                if let Err(Full) = copy.add(space, limit, StringValue::parse(member), hash) {
                    copy.free(space.pool);
                    return Err(Full);
                }
            }
        }
        // SAFETY: by this function's contract.
        unsafe { self.become_other(space.pool, copy) };
        Ok(copy.len() - before)
    }

    /// Frees what it was and becomes `other`.
    ///
    /// # Safety
    /// As for `add`.
    unsafe fn become_other(&mut self, pool: &Pool, other: Set) {
        // SAFETY: the owner keeps `other` from now on, so nobody reaches what it was.
        unsafe { self.free(pool) };
        *self = other;
    }

    /// The same members as a table of elements.
    fn to_table(self, space: Space<'_>, hash: impl Hasher) -> Result<Set, Full> {
        let elements = Elements::create(space)?;
        for member in self.members(space.pool) {
            // SAFETY: the new table is ours alone.
            unsafe {
                if let Err(Full) = add_element(elements, space, member, hash) {
                    elements.free(space.pool);
                    return Err(Full);
                }
            }
        }
        Ok(Set::of_elements(elements))
    }

    /// A copy in `space`. Nothing is left behind when there is no room.
    pub fn duplicate(self, space: Space<'_>) -> Result<Set, Full> {
        match (self.elements(), self.block()) {
            (Some(elements), _) => elements.duplicate(space).map(Set::of_elements),
            // SAFETY: the block lives as long as the set.
            (None, Some(block)) => {
                Block::from_bytes(space, unsafe { block.bytes() }).map(Set::of_block)
            }
            (None, None) => Set::create(space),
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

/// The slot of a member and the member's hash.
#[inline]
fn find(
    elements: Elements<Member>,
    pool: &Pool,
    member: StringValue<'_>,
    hash: impl Hasher,
) -> Option<(Found, u64)> {
    with_key(
        member,
        |payload| {
            let found = elements.find_inline(pool, payload, hash)?;
            Some((found, hash_inline(payload, hash)))
        },
        |bytes| {
            let hashed = hash(bytes);
            let found = elements.find(pool, hashed, bytes)?;
            Some((found, hashed))
        },
    )
}

/// Adds a member to a table unless it is there; answers the slot that is new.
///
/// # Safety
/// The owner is held exclusively.
unsafe fn add_element(
    elements: Elements<Member>,
    space: Space<'_>,
    member: StringValue<'_>,
    hash: impl Hasher,
) -> Result<Option<Slot>, Full> {
    let add_inline = |payload| {
        if elements.find_inline(space.pool, payload, hash).is_some() {
            return Ok(None);
        }
        let hashed = hash_inline(payload, hash);
        let slot = Slot::inline(tag_of(hashed), payload);
        // SAFETY: by this function's contract; an inline slot leads nowhere.
        unsafe { elements.insert(space, hashed, slot, hash)? };
        Ok(Some(slot))
    };
    let add_outside = |bytes: &[u8]| {
        let hashed = hash(bytes);
        if elements.find(space.pool, hashed, bytes).is_some() {
            return Ok(None);
        }
        let asked = varint::bytes(bytes.len()) + bytes.len();
        let address = space.alloc(asked)?;
        // SAFETY: the allocation is fresh and as large as length and bytes; it becomes the table's, or is freed.
        unsafe {
            let behind = varint::write(address.as_ptr(), bytes.len());
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), behind, bytes.len());
            let slot = Elements::<Member>::slot(address, hashed, space.pool);
            elements
                .insert(space, hashed, slot, hash)
                .inspect_err(|Full| space.free(address, asked))?;
            Ok(Some(slot))
        }
    };
    with_key(member, add_inline, add_outside)
}

/// Adds members to a table and answers how many are new; when there is no room, takes those out again.
///
/// # Safety
/// The owner is held exclusively.
unsafe fn add_or_undo<'m>(
    elements: Elements<Member>,
    space: Space<'_>,
    members: impl Iterator<Item = &'m [u8]>,
    hash: impl Hasher,
) -> Result<usize, Full> {
    let mut added = Vec::new();
    for member in members {
        // SAFETY: by this function's contract.
        match unsafe { add_element(elements, space, StringValue::parse(member), hash) } {
            Ok(slot) => added.extend(slot),
            Err(Full) => {
                for slot in added {
                    // SAFETY: by this function's contract.
                    unsafe { elements.remove_slot(space.pool, slot, hash) };
                }
                return Err(Full);
            }
        }
    }
    Ok(added.len())
}
