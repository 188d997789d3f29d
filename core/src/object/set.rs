//! Sets: an intset while all members are integers and few, then a table of elements.
//!
//! ```text
//! element: ┌──────────────┬────────┐
//!          │ length 1-5 B │ member │        an integer of less than 2^40 lies in the slot itself
//!          └──────────────┴────────┘
//! ```
//! It may not know keys, entries' tables or commands. Invariants: a member is there once; one that prints as an integer is
//! compared as one, and in a table it is inline exactly when it fits; a table never becomes an intset again, as in Redis.

use crate::object::collection::{Collection, CollectionMut, Kind};
use crate::object::elements::{Element, Elements, Hasher, Unlinked, hash_inline, varint};
use crate::object::intset::{self, Intset};
use crate::object::string::StringValue;
use crate::pool::Pool;
use crate::pool::prefix::Encoding;
use crate::pool::space::{Full, Space};
use crate::resp::number::{I64_TEXT_BYTES, fmt_i64};
use crate::table::pick::Lottery;
use crate::table::segment::{PAYLOAD_BITS, Slot};
use crate::table::{Found, tag_of};
use core::ptr::NonNull;

/// Integers from `-INLINE_END + 1` to `INLINE_END - 1` lie in their slot.
const INLINE_END: i64 = 1 << (PAYLOAD_BITS - 1);
/// Digits of the smallest integer that does not.
const OUTSIDE_DIGITS_MIN: usize = 13;
/// The most integers an intset may be allowed.
const INTSET_LEN_MAX: u64 = 1 << 30;

const _: () = assert!(INLINE_END > 10i64.pow(OUTSIDE_DIGITS_MIN as u32 - 1));

/// How a member lies in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A set.
pub type Set = Collection<Member>;
/// A set to be changed; its limit is the most members an intset may have.
pub type SetMut<'s, H> = CollectionMut<'s, Member, H>;

impl Kind for Member {
    const PACKED: Encoding = Encoding::Intset;
    const EMPTY: &'static [u8] = &intset::EMPTY;
    type Item<'a> = StringValue<'a>;
    type Limits = u64;

    #[inline]
    fn packed_len(bytes: &[u8]) -> usize {
        Intset::new(bytes).len()
    }

    fn packed_items<'a>(bytes: &'a [u8]) -> impl Iterator<Item = StringValue<'a>> + use<'a> {
        Intset::new(bytes).iter().map(StringValue::Int)
    }

    fn packed_item(bytes: &[u8], index: usize) -> Option<StringValue<'_>> {
        Some(StringValue::Int(Intset::new(bytes).get(index)))
    }

    #[inline]
    fn item(slot: Slot, pool: &Pool) -> StringValue<'_> {
        if slot.is_inline() {
            return StringValue::Int(slot.payload() as i64 - INLINE_END);
        }
        // SAFETY: a slot of a set leads to a live member.
        let bytes = unsafe { Member::key(Elements::<Member>::address(slot, pool)) };
        match bytes.len() {
            OUTSIDE_DIGITS_MIN.. => StringValue::parse(bytes),
            _ => StringValue::Bytes(bytes),
        }
    }
}

impl Set {
    fn intset<'a>(self) -> Option<Intset<'a>> {
        self.packed().map(Intset::new)
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

    /// Re-derives the layout's invariants; the error says what does not hold.
    pub fn is_valid(self, pool: &Pool, hash: impl Hasher) -> Result<(), String> {
        let Some(elements) = self.elements() else {
            return if intset::is_valid(self.packed().unwrap_or_default()) {
                Ok(())
            } else {
                Err("its integers do not ascend, or are not as many as it says".into())
            };
        };
        elements.is_valid(pool, hash)?;
        for slot in elements.table().all(pool).filter(|slot| !slot.is_inline()) {
            // SAFETY: a slot of a set leads to a live member.
            let member = unsafe { Member::key(Elements::<Member>::address(slot, pool)) };
            if let StringValue::Int(value) = StringValue::parse(member)
                && payload_of(value).is_some()
            {
                return Err(format!("{value} would fit its slot"));
            }
        }
        Ok(())
    }
}

impl<'s, H: Hasher> SetMut<'s, H> {
    /// A set without members; `first`, which is to become one, says in which encoding.
    pub fn create(
        space: Space<'s>,
        limit: u64,
        hasher: H,
        first: StringValue<'_>,
    ) -> Result<Unlinked<SetMut<'s, H>>, Full> {
        let set = match first {
            StringValue::Int(_) => Set::create(space)?,
            StringValue::Bytes(_) => Set::of_elements(Elements::create(space)?),
        };
        // SAFETY: nobody else has seen it.
        Ok(unsafe { SetMut::unlinked(set, space, limit, hasher) })
    }

    /// Adds a member and answers whether it is new. An intset that grows beyond its limit becomes a table. When there is no
    /// room nothing has changed.
    pub fn add(&mut self, member: StringValue<'_>) -> Result<bool, Full> {
        let (space, hasher) = (self.space, self.hasher);
        if let Some(elements) = self.value.elements() {
            // SAFETY: the owner is held exclusively (`new`'s contract).
            return unsafe { add_element(elements, space, member, hasher) }
                .map(|slot| slot.is_some());
        }
        if let (StringValue::Int(value), Some(intset)) = (member, self.value.intset()) {
            let Err(index) = intset.find(value) else {
                return Ok(false);
            };
            if (intset.len() as u64) < self.limits.min(INTSET_LEN_MAX) {
                self.insert(index, value, intset.bytes_with(value))?;
                return Ok(true);
            }
        }
        let table = self.to_table()?;
        // SAFETY: the table is ours alone, and freed when the member finds no room.
        let added = table.elements().map_or(Err(Full), |elements| unsafe {
            add_element(elements, space, member, hasher)
        });
        match added {
            Ok(_) => self.become_other(table),
            // SAFETY: as above.
            Err(Full) => unsafe { table.free(space.pool) },
        }
        added.map(|_| true)
    }

    /// Puts `value` at `index` of an intset, which has `len` bytes afterwards.
    fn insert(&mut self, index: usize, value: i64, len: usize) -> Result<(), Full> {
        let block = self.value.block().ok_or(Full)?;
        // SAFETY: the owner is held exclusively and takes the block over (`new`'s contract); what the bytes hold up to `len`
        // is written before that is said to be in use.
        unsafe {
            let block = block.resized(self.space, len.max(block.capacity()))?;
            intset::insert(&mut block.room()[..len], index, value);
            block.set_len(len);
            block.wrote(self.space.pool, 0..len);
            self.value = Set::of_block(block);
        }
        Ok(())
    }

    /// Adds members to a set that nobody has yet: when there is no room, some of them are in it.
    pub fn fill<'m>(&mut self, members: impl Iterator<Item = &'m [u8]>) -> Result<(), Full> {
        for member in members {
            self.add(StringValue::parse(member))?;
        }
        Ok(())
    }

    /// Adds members and answers how many are new. When there is no room nothing has changed.
    pub fn add_all<'m>(
        &mut self,
        members: impl ExactSizeIterator<Item = &'m [u8]>,
    ) -> Result<usize, Full> {
        let mut members = members.map(StringValue::parse);
        if members.len() == 1 {
            let added = members.next().map(|member| self.add(member));
            return added.unwrap_or(Ok(false)).map(usize::from);
        }
        if let Some(elements) = self.value.elements() {
            // SAFETY: the owner is held exclusively (`new`'s contract).
            return unsafe { add_or_undo(elements, self.space, members, self.hasher) };
        }
        let mut copy = self.copy()?;
        let before = copy.value.len();
        members.try_for_each(|member| copy.add(member).map(|_| ()))?;
        self.become_other(copy.hand_over().value);
        Ok(self.value.len() - before)
    }

    /// Removes a member and answers whether it was there.
    pub fn remove(&mut self, member: StringValue<'_>) -> bool {
        let pool = self.space.pool;
        if let Some(elements) = self.value.elements() {
            let found = find(elements, pool, member, self.hasher);
            // SAFETY: the owner is held exclusively (`new`'s contract), and the slot was found just now.
            let removed = found.map(|(at, hashed)| unsafe { elements.remove(pool, at, hashed) });
            return removed.is_some();
        }
        let StringValue::Int(value) = member else {
            return false;
        };
        let place = self.value.intset().and_then(|it| it.find(value).ok());
        if let Some(index) = place {
            self.shorten(|bytes| intset::remove(bytes, index));
        }
        place.is_some()
    }

    /// Visits `count` different members, every choice with the same chance, and removes them.
    pub fn take(
        &mut self,
        count: usize,
        mut random: impl FnMut() -> u64,
        mut visit: impl FnMut(StringValue<'_>),
    ) {
        let (pool, len) = (self.space.pool, self.value.len());
        if let Some(elements) = self.value.elements() {
            for slot in elements.table().choose(pool, count, random) {
                visit(Member::item(slot, pool));
                // SAFETY: the owner is held exclusively (`new`'s contract).
                unsafe { elements.remove_slot(pool, slot, self.hasher) };
            }
            return;
        }
        let mut lottery = Lottery::new(count.min(len), len);
        self.shorten(|bytes| {
            intset::retain(bytes, |_, value| {
                let taken = lottery.draw(random());
                if taken {
                    visit(StringValue::Int(value));
                }
                !taken
            })
        });
    }

    /// Lets `change` shorten an intset's bytes, and gives back what they do not need any more.
    fn shorten(&mut self, change: impl FnOnce(&mut [u8]) -> usize) {
        let Some(block) = self.value.block() else {
            return;
        };
        // SAFETY: the owner is held exclusively and takes the block over (`new`'s contract); nothing else refers to the bytes.
        unsafe {
            let len = change(&mut block.room()[..block.len()]);
            block.truncate(len);
            block.wrote(self.space.pool, 0..len);
            if len * 2 < block.capacity()
                && let Ok(smaller) = block.resized(self.space, len)
            {
                self.value = Set::of_block(smaller);
            }
        }
    }

    /// The same members as a table of elements.
    fn to_table(&self) -> Result<Set, Full> {
        let elements = Elements::create(self.space)?;
        for member in self.value.iter(self.space.pool) {
            // SAFETY: the new table is ours alone.
            unsafe {
                if let Err(Full) = add_element(elements, self.space, member, self.hasher) {
                    elements.free(self.space.pool);
                    return Err(Full);
                }
            }
        }
        Ok(Set::of_elements(elements))
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
            let hashed = hash.of(bytes);
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
        let hashed = hash.of(bytes);
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
    members: impl Iterator<Item = StringValue<'m>>,
    hash: impl Hasher,
) -> Result<usize, Full> {
    let mut added = Vec::new();
    for member in members {
        // SAFETY: by this function's contract.
        match unsafe { add_element(elements, space, member, hash) } {
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
