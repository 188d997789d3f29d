//! Hashes: a listpack of fields and values in turn while they are few and short, then a table of elements.
//!
//! ```text
//! element: ┌────────────────────┬────────────────────┬───────┬───────┐
//!          │ field length 1-5 B │ value length 1-5 B │ field │ value │
//!          └────────────────────┴────────────────────┴───────┴───────┘
//! ```
//! It may not know keys, entries' tables or commands. Invariants: a field is there once, and always has a value; a table never
//! becomes a listpack again, as in Redis.

use crate::object::collection::{Collection, CollectionMut, Kind};
use crate::object::elements::{Element, Elements, Hasher, Unlinked, varint};
use crate::object::listpack::{self, BlockBytes, HEADER_BYTES, LISTPACK_BYTES_MAX, Listpack};
use crate::object::string::StringValue;
use crate::pool::prefix::Encoding;
use crate::pool::space::{Full, Space};
use crate::pool::{Pool, usable_size};
use crate::table::Found;
use crate::table::segment::Slot;
use core::ptr::NonNull;

/// More than a listpack needs beside the bytes of one field and one value.
const PAIR_OVERHEAD_MAX: usize = 32;

/// How a field and its value lie in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field;

impl Element for Field {
    unsafe fn asked(address: NonNull<u8>) -> usize {
        // SAFETY: by this function's contract.
        let (field, value) = unsafe { parts(address) };
        asked_for(field.len(), value.len())
    }

    #[inline]
    unsafe fn key<'a>(address: NonNull<u8>) -> &'a [u8] {
        // SAFETY: by this function's contract.
        unsafe { parts(address).0 }
    }
}

const fn asked_for(field_len: usize, value_len: usize) -> usize {
    varint::bytes(field_len) + varint::bytes(value_len) + field_len + value_len
}

/// An element's field and value.
///
/// # Safety
/// `address` is a live element of a hash whose owner is held.
#[inline]
unsafe fn parts<'a>(address: NonNull<u8>) -> (&'a [u8], &'a [u8]) {
    // SAFETY: an element is both lengths and as many bytes.
    unsafe {
        let (field_len, behind) = varint::read(address.as_ptr());
        let (value_len, field) = varint::read(behind);
        (
            core::slice::from_raw_parts(field, field_len),
            core::slice::from_raw_parts(field.add(field_len), value_len),
        )
    }
}

/// Writes an element.
///
/// # Safety
/// `address` has room for `asked_for` both, and neither lies in it.
unsafe fn write(address: NonNull<u8>, field: &[u8], value: &[u8]) {
    // SAFETY: by this function's contract.
    unsafe {
        let behind = varint::write(address.as_ptr(), field.len());
        let at = varint::write(behind, value.len());
        core::ptr::copy_nonoverlapping(field.as_ptr(), at, field.len());
        core::ptr::copy_nonoverlapping(value.as_ptr(), at.add(field.len()), value.len());
    }
}

/// Writes another value where an element lies, if it asks for the same cell.
///
/// # Safety
/// `address` is a live element whose owner is held exclusively; `value` does not lie in it.
unsafe fn overwrite(address: NonNull<u8>, value: &[u8]) -> bool {
    // SAFETY: the cell has room for as many bytes as any size of its class, by this function's contract.
    unsafe {
        let (field, before) = parts(address);
        let (old, new) = (
            asked_for(field.len(), before.len()),
            asked_for(field.len(), value.len()),
        );
        if usable_size(old) != usable_size(new) {
            return false;
        }
        let at = address.as_ptr().add(varint::bytes(field.len()));
        let target = at.add(varint::bytes(value.len()));
        core::ptr::copy(field.as_ptr(), target, field.len());
        varint::write(at, value.len());
        core::ptr::copy_nonoverlapping(value.as_ptr(), target.add(field.len()), value.len());
    }
    true
}

/// Up to where a hash is a listpack.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Fields.
    pub entries: u64,
    /// Bytes of any field or value.
    pub value_bytes: u64,
}

/// A hash.
pub type Hash = Collection<Field>;
/// A hash to be changed.
pub type HashMut<'s, H> = CollectionMut<'s, Field, H>;
/// A field and its value.
pub type Pair<'a> = (StringValue<'a>, StringValue<'a>);

impl Kind for Field {
    const PACKED: Encoding = Encoding::Listpack;
    const EMPTY: &'static [u8] = &listpack::EMPTY;
    type Item<'a> = Pair<'a>;
    type Limits = Limits;

    #[inline]
    fn packed_len(bytes: &[u8]) -> usize {
        Listpack::new(bytes).len() / 2
    }

    fn packed_items<'a>(bytes: &'a [u8]) -> impl Iterator<Item = Pair<'a>> + use<'a> {
        let mut elements = Listpack::new(bytes).iter().map(|(_, value)| value);
        core::iter::from_fn(move || Some((elements.next()?, elements.next()?)))
    }

    fn packed_item(bytes: &[u8], index: usize) -> Option<Pair<'_>> {
        let listpack = Listpack::new(bytes);
        let field = listpack.seek(2 * index as i64)?;
        Some((listpack.get(field), listpack.get(listpack.next(field)?)))
    }

    #[inline]
    fn item(slot: Slot, pool: &Pool) -> Pair<'_> {
        // SAFETY: a slot of a hash leads to a live element.
        let (field, value) = unsafe { parts(Elements::<Field>::address(slot, pool)) };
        (StringValue::Bytes(field), StringValue::Bytes(value))
    }
}

impl Hash {
    fn listpack<'a>(self) -> Option<Listpack<'a>> {
        self.packed().map(Listpack::new)
    }

    /// The value of `field`.
    #[inline]
    pub fn get<'a>(
        self,
        pool: &'a Pool,
        field: &[u8],
        hash: impl Hasher,
    ) -> Option<StringValue<'a>> {
        if let Some(elements) = self.elements() {
            let found = elements.find(pool, hash.of(field), field)?;
            return Some(Field::item(found.slot(), pool).1);
        }
        let listpack = self.listpack()?;
        let at = find_in(listpack, field)?;
        listpack.next(at).map(|value| listpack.get(value))
    }

    /// Re-derives the layout's invariants; the error says what does not hold.
    pub fn is_valid(self, pool: &Pool, hash: impl Hasher) -> Result<(), String> {
        if let Some(elements) = self.elements() {
            elements.is_valid(pool, hash)?;
            let inline = elements.table().all(pool).find(|slot| slot.is_inline());
            if let Some(slot) = inline {
                return Err(format!("a field without a value: {slot:?}"));
            }
        } else {
            let bytes = self.listpack().map_or(&[][..], Listpack::bytes);
            listpack::check_pairs(bytes)?;
        }
        Ok(())
    }
}

impl<'s, H: Hasher> HashMut<'s, H> {
    /// A hash without fields.
    pub fn create(
        space: Space<'s>,
        limits: Limits,
        hasher: H,
    ) -> Result<Unlinked<HashMut<'s, H>>, Full> {
        let hash = Hash::create(space)?;
        // SAFETY: nobody else has seen it.
        Ok(unsafe { HashMut::unlinked(hash, space, limits, hasher) })
    }

    /// Gives `field` a value and answers whether it is new. A listpack that would break the limits becomes a table. When
    /// there is no room the fields are as they were.
    pub fn set(&mut self, field: &[u8], value: &[u8]) -> Result<bool, Full> {
        let (space, hasher) = (self.space, self.hasher);
        if let Some(elements) = self.value.elements() {
            // SAFETY: the owner is held exclusively (`new`'s contract).
            return unsafe { set_element(elements, space, field, value, hasher) };
        }
        if let (Some(listpack), Some(block)) = (self.value.listpack(), self.value.block()) {
            let at = find_in(listpack, field);
            let len = self.value.len() + at.is_none() as usize;
            let bytes = listpack.bytes().len() + field.len() + value.len();
            let fits = len as u64 <= self.limits.entries
                && field.len().max(value.len()) as u64 <= self.limits.value_bytes
                && bytes + PAIR_OVERHEAD_MAX < LISTPACK_BYTES_MAX;
            if fits {
                // SAFETY: the owner is held exclusively and takes the block over (`new`'s contract).
                let mut target = unsafe { BlockBytes::new(space, block) };
                let set = set_packed(&mut target, at, field, value);
                self.value = Hash::of_block(target.block());
                return set.map(|()| at.is_none());
            }
        }
        let table = self.to_table()?;
        // SAFETY: the table is ours alone, and freed when its elements find no room.
        let set = table.elements().map_or(Err(Full), |elements| unsafe {
            set_element(elements, space, field, value, hasher)
        });
        match set {
            Ok(_) => self.become_other(table),
            // SAFETY: as above.
            Err(Full) => unsafe { table.free(space.pool) },
        }
        set
    }

    /// Sets fields of a hash that nobody has yet: when there is no room, some of them are in it.
    pub fn fill<'p>(
        &mut self,
        pairs: impl Iterator<Item = (&'p [u8], &'p [u8])>,
    ) -> Result<(), Full> {
        for (field, value) in pairs {
            self.set(field, value)?;
        }
        Ok(())
    }

    /// Sets fields and answers how many are new. When there is no room nothing has changed.
    pub fn set_all<'p>(
        &mut self,
        pairs: impl ExactSizeIterator<Item = (&'p [u8], &'p [u8])>,
    ) -> Result<usize, Full> {
        if pairs.len() == 1 {
            let set = pairs.map(|(field, value)| self.set(field, value)).next();
            return set.unwrap_or(Ok(false)).map(usize::from);
        }
        if let Some(elements) = self.value.elements() {
            // SAFETY: the owner is held exclusively (`new`'s contract).
            return unsafe { set_or_undo(elements, self.space, pairs, self.hasher) };
        }
        let mut copy = self.copy()?;
        let before = copy.value.len();
        copy.fill(pairs)?;
        self.become_other(copy.hand_over().value);
        Ok(self.value.len() - before)
    }

    /// Removes a field and answers whether it was there.
    pub fn remove(&mut self, field: &[u8]) -> bool {
        let space = self.space;
        if let Some(elements) = self.value.elements() {
            let hashed = self.hasher.of(field);
            let found = elements.find(space.pool, hashed, field);
            // SAFETY: the owner is held exclusively (`new`'s contract), and the slot was found just now.
            let removed = found.map(|it| unsafe { elements.remove(space.pool, it, hashed) });
            return removed.is_some();
        }
        let place = self.value.listpack().and_then(|it| find_in(it, field));
        let (Some(at), Some(block)) = (place, self.value.block()) else {
            return false;
        };
        // SAFETY: the owner is held exclusively and takes the block over (`new`'s contract).
        let mut target = unsafe { BlockBytes::new(space, block) };
        listpack::remove(&mut target, at, 2);
        self.value = Hash::of_block(target.block());
        true
    }

    /// The same fields as a table of elements.
    fn to_table(&self) -> Result<Hash, Full> {
        let (space, hasher) = (self.space, self.hasher);
        let elements = Elements::create(space)?;
        for (field, value) in self.value.iter(space.pool) {
            let add = |field: &[u8], value: &[u8]| {
                // SAFETY: the new table is ours alone.
                unsafe { add_element(elements, space, hasher.of(field), (field, value), hasher) }
            };
            if let Err(Full) = field.with_bytes(|field| value.with_bytes(|value| add(field, value)))
            {
                // SAFETY: as above.
                unsafe { elements.free(space.pool) };
                return Err(Full);
            }
        }
        Ok(Hash::of_elements(elements))
    }
}

/// The place of `field` in a listpack of pairs.
#[inline]
fn find_in(listpack: Listpack<'_>, field: &[u8]) -> Option<usize> {
    listpack.find(HEADER_BYTES, StringValue::parse(field), 1)
}

/// Sets the value behind the field at `at`, or puts both at the end. When there is no room the pairs are as they were.
fn set_packed(
    target: &mut BlockBytes<'_>,
    at: Option<usize>,
    field: &[u8],
    value: &[u8],
) -> Result<(), Full> {
    let value = StringValue::parse(value);
    let bytes = |target: &BlockBytes<'_>| listpack::Splice::bytes(target).len();
    match at {
        Some(at) => {
            let place = Listpack::new(listpack::Splice::bytes(target)).next(at);
            listpack::replace(target, place.ok_or(Full)?, value)
        }
        None => {
            let end = bytes(target) - 1;
            listpack::append(target, StringValue::parse(field))?;
            listpack::append(target, value).inspect_err(|Full| {
                listpack::remove(target, end, 1);
            })
        }
    }
}

/// A new element with that field and value.
fn alloc_element(space: Space<'_>, (field, value): (&[u8], &[u8])) -> Result<NonNull<u8>, Full> {
    let address = space.alloc(asked_for(field.len(), value.len()))?;
    // SAFETY: the allocation is fresh and as large as asked for.
    unsafe { write(address, field, value) };
    Ok(address)
}

/// Adds a field that is not there, whose hash is `hashed`, and answers its slot.
///
/// # Safety
/// The owner is held exclusively.
unsafe fn add_element(
    elements: Elements<Field>,
    space: Space<'_>,
    hashed: u64,
    pair: (&[u8], &[u8]),
    hash: impl Hasher,
) -> Result<Slot, Full> {
    let address = alloc_element(space, pair)?;
    let slot = Elements::<Field>::slot(address, hashed, space.pool);
    // SAFETY: by this function's contract; the element becomes the table's, or is freed.
    unsafe {
        elements
            .insert(space, hashed, slot, hash)
            .inspect_err(|Full| Elements::<Field>::free_element(slot, space.pool))?;
    }
    Ok(slot)
}

/// Puts another element of the same field where one was found, and answers the slot of both: before and now.
///
/// # Safety
/// The owner is held exclusively and the table has not changed since; the element before is the caller's.
unsafe fn exchange_element(
    elements: Elements<Field>,
    space: Space<'_>,
    (found, hashed): (Found, u64),
    pair: (&[u8], &[u8]),
) -> Result<(Slot, Slot), Full> {
    let before = found.slot();
    let now = Elements::<Field>::slot(alloc_element(space, pair)?, hashed, space.pool);
    // SAFETY: by this function's contract.
    unsafe { elements.replace(found, now) };
    Ok((before, now))
}

/// Sets one field of a table: where it lies, if the cell fits.
///
/// # Safety
/// The owner is held exclusively.
unsafe fn set_element(
    elements: Elements<Field>,
    space: Space<'_>,
    field: &[u8],
    value: &[u8],
    hash: impl Hasher,
) -> Result<bool, Full> {
    let hashed = hash.of(field);
    // SAFETY: by this function's contract; the slot was found just now, and nobody reaches what was there before.
    unsafe {
        let Some(found) = elements.find(space.pool, hashed, field) else {
            return add_element(elements, space, hashed, (field, value), hash).map(|_| true);
        };
        if !overwrite(Elements::<Field>::address(found.slot(), space.pool), value) {
            let (before, _) = exchange_element(elements, space, (found, hashed), (field, value))?;
            Elements::<Field>::free_element(before, space.pool);
        }
    }
    Ok(false)
}

/// Sets fields of a table and answers how many are new. What was there before is kept until all are set, and put back when
/// there is no room.
///
/// # Safety
/// The owner is held exclusively.
unsafe fn set_or_undo<'p>(
    elements: Elements<Field>,
    space: Space<'_>,
    pairs: impl Iterator<Item = (&'p [u8], &'p [u8])>,
    hash: impl Hasher,
) -> Result<usize, Full> {
    let pool = space.pool;
    let mut done: Vec<(Option<Slot>, Slot)> = Vec::new();
    for (field, value) in pairs {
        let hashed = hash.of(field);
        // SAFETY: by this function's contract; the slot was found just now.
        let set = unsafe {
            match elements.find(pool, hashed, field) {
                Some(found) => exchange_element(elements, space, (found, hashed), (field, value))
                    .map(|(before, now)| (Some(before), now)),
                None => add_element(elements, space, hashed, (field, value), hash)
                    .map(|slot| (None, slot)),
            }
        };
        match set {
            Ok(step) => done.push(step),
            Err(Full) => {
                // SAFETY: by this function's contract; the steps are undone in the opposite order.
                unsafe { undo(elements, pool, done, hash) };
                return Err(Full);
            }
        }
    }
    let added = done.iter().filter(|(before, _)| before.is_none()).count();
    for before in done.into_iter().filter_map(|(before, _)| before) {
        // SAFETY: another element has its place.
        unsafe { Elements::<Field>::free_element(before, pool) };
    }
    Ok(added)
}

/// Puts back what was there before each step, the last step first.
///
/// # Safety
/// The owner is held exclusively and nothing else has changed since.
unsafe fn undo(
    elements: Elements<Field>,
    pool: &Pool,
    steps: Vec<(Option<Slot>, Slot)>,
    hash: impl Hasher,
) {
    for (before, now) in steps.into_iter().rev() {
        let hashed = Elements::<Field>::hash_of(now, pool, hash);
        let found = elements.table().find(pool, hashed, |slot| slot == now);
        // SAFETY: by this function's contract; the slot was found just now, and nobody reaches `now` afterwards.
        unsafe {
            match (found, before) {
                (Some(found), Some(before)) => {
                    elements.replace(found, before);
                    Elements::<Field>::free_element(now, pool);
                }
                (Some(found), None) => elements.remove(pool, found, hashed),
                (None, _) => {}
            }
        }
    }
}
