//! Changes to keys: setting, editing, renaming, copying, deadlines. Each either happens whole or, when no node has room,
//! not at all.
//!
//! It may not know commands or clients. Invariant: after every call the pool holds exactly the entries that tables lead to
//! and what they own; what was replaced is freed, what failed is undone.

use crate::keyspace::{Found, Grip};
use crate::object::block::{BLOCK_HEADER, Block};
use crate::object::entry::{Body, Entry, EntryDraft};
use crate::object::string::{self, StringValue};
use crate::object::value;
use crate::placement::{Choice, Turn};
use crate::pool::prefix::{Encoding, ObjectType, Shape, Use};
use crate::pool::space::{Full, Space};
use crate::pool::{Pool, usable_size};
use core::ops::Range;

/// A key, where it belongs, and who is creating or changing it.
#[derive(Clone, Copy, Debug)]
pub struct Target<'k> {
    /// Its database.
    pub db: u32,
    /// Its hash.
    pub hash: u64,
    /// Its bytes.
    pub key: &'k [u8],
    /// Node index of whoever asks: new objects are placed by it.
    pub node: u32,
    /// Seconds, for a new key's use word.
    pub clock: u32,
}

/// What happens to a key's deadline when its value is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// It stays as it is.
    Keep,
    /// There is none afterwards.
    Clear,
    /// It becomes this, in milliseconds of Unix time.
    At(i64),
}

impl Deadline {
    #[inline(always)]
    fn after(self, before: Option<i64>) -> Option<i64> {
        match self {
            Deadline::Keep => before,
            Deadline::Clear => None,
            Deadline::At(deadline) => Some(deadline),
        }
    }
}

/// Whether a block, held exclusively, has room for `len` bytes, or gets it where it lies, and then `spare` more if there are.
fn has_room(block: Block, pool: &Pool, len: usize, spare: usize) -> bool {
    // SAFETY: the owner is held exclusively; a block that is too small is shorter than what it is stretched to.
    block.capacity() >= len
        || unsafe { block.stretch(pool, len + spare) || block.stretch(pool, len) }
}

/// Bytes a block that is being appended to may grow by at once, beyond what was asked (Redis' SDS_MAX_PREALLOC).
const SPARE_BYTES_MAX: usize = 1 << 20;

impl<'a> Grip<'a> {
    /// Sets a key to a string, whatever it held. `encoding` is `value.encoding()` unless the caller knows better.
    #[inline]
    pub fn set_string(
        &mut self,
        target: Target<'_>,
        found: Option<Found>,
        value: StringValue<'_>,
        encoding: Encoding,
        deadline: Deadline,
    ) -> Result<(), Full> {
        let before = found.and_then(|found| found.entry.deadline());
        let deadline = deadline.after(before);
        if let Some(found) = found
            && write_in_place(self.pool(), found.entry, value, encoding, deadline)
        {
            return Ok(());
        }
        self.set_string_anew(target, found, value, encoding, deadline)
    }

    fn set_string_anew(
        &mut self,
        target: Target<'_>,
        found: Option<Found>,
        value: StringValue<'_>,
        encoding: Encoding,
        deadline: Option<i64>,
    ) -> Result<(), Full> {
        let (entry, turn) = self.build_string(target, found, value, encoding, deadline)?;
        self.link(target, found, entry, turn)
    }

    /// Makes the entry that would give a key a string, and does not link it: see `exchange`.
    pub fn stage_string(
        &mut self,
        target: Target<'_>,
        found: Option<Found>,
        value: StringValue<'_>,
        deadline: Option<i64>,
    ) -> Result<Entry, Full> {
        self.build_string(target, found, value, value.encoding(), deadline)
            .map(|(entry, _)| entry)
    }

    /// Makes `entry` the value of `target` and answers the entry that was there, which is the caller's now. When there is no
    /// room for its slot, nothing changes and `entry` stays the caller's.
    pub fn exchange(&mut self, target: Target<'_>, entry: Entry) -> Result<Option<Entry>, Full> {
        match self.find(target.db, target.hash, target.key) {
            Some(found) => {
                self.replace(target.db, target.hash, found, entry);
                Ok(Some(found.entry))
            }
            None => {
                self.insert(target.db, target.hash, entry)?;
                self.turn_of(target, entry).take();
                Ok(None)
            }
        }
    }

    /// A string entry that no slot leads to, near the one it is to replace, and the turn to take when it is linked.
    fn build_string(
        &self,
        target: Target<'_>,
        found: Option<Found>,
        value: StringValue<'_>,
        encoding: Encoding,
        deadline: Option<i64>,
    ) -> Result<(Entry, Turn<'a>), Full> {
        let pool = self.pool();
        let usage = found.map_or_else(
            || Use::fresh(target.clock, target.node),
            |f| f.entry.usage_word(),
        );
        let choice = self.choose(target, found, ObjectType::String, value.len());
        let build = |node: u32| {
            let on_node = [node];
            let space = Space::new(pool, &on_node);
            let body = string::body(space, target.key.len(), deadline.is_some(), value).ok()?;
            let kind = ObjectType::String;
            let draft = EntryDraft {
                key: target.key,
                deadline,
                kind,
                encoding,
                body,
                usage,
            };
            draft.build(pool, node).or_else(|| {
                free_body(pool, encoding, body);
                None
            })
        };
        let built = choice.order.iter().find_map(|&node| build(node));
        Ok((built.ok_or(Full)?, choice.turn))
    }

    /// Makes `entry` the value of `target`, and frees what was there; a new key takes `turn`. `entry` is freed if there is no
    /// room for its slot.
    fn link(
        &mut self,
        target: Target<'_>,
        found: Option<Found>,
        entry: Entry,
        turn: Turn<'_>,
    ) -> Result<(), Full> {
        let pool = self.pool();
        match found {
            Some(found) => {
                self.replace(target.db, target.hash, found, entry);
                // SAFETY: no slot leads to the old entry any more and the shard is held exclusively.
                unsafe { found.entry.free(pool) };
                Ok(())
            }
            None => self
                .insert(target.db, target.hash, entry)
                .map(|_| turn.take())
                .inspect_err(|Full| {
                    // SAFETY: the entry was never reachable.
                    unsafe { entry.free(pool) }
                }),
        }
    }

    /// Points a key at a changed copy of its entry; what the entry owns goes over to the copy.
    fn rebuild(
        &mut self,
        target: Target<'_>,
        found: Found,
        draft: EntryDraft<'_>,
    ) -> Result<(), Full> {
        let pool = self.pool();
        let home = pool.node_of(found.entry.address());
        let entry = self.build_near(home, &draft)?;
        self.replace(target.db, target.hash, found, entry);
        // SAFETY: no slot leads to the old shell any more; its value belongs to the copy.
        unsafe { found.entry.free_shell(pool) };
        Ok(())
    }

    /// Gives a key a deadline in milliseconds of Unix time, or takes it away.
    pub fn set_deadline(
        &mut self,
        target: Target<'_>,
        found: Found,
        deadline: Option<i64>,
    ) -> Result<(), Full> {
        match deadline {
            Some(deadline) if found.entry.shape().has_deadline() => {
                // SAFETY: the entry has a deadline and the shard is held exclusively.
                unsafe { found.entry.set_deadline(deadline) };
                Ok(())
            }
            None if !found.entry.shape().has_deadline() => Ok(()),
            deadline => self.rebuild(
                target,
                found,
                EntryDraft {
                    deadline,
                    ..EntryDraft::of(found.entry)
                },
            ),
        }
    }

    /// Writes `bytes` into a string at `offset`, zero-filling a gap, and answers its new length; the key is created if need
    /// be. The value becomes `raw`. The caller has checked the type and the length's limit.
    pub fn edit_string(
        &mut self,
        target: Target<'_>,
        found: Option<Found>,
        offset: usize,
        bytes: &[u8],
    ) -> Result<usize, Full> {
        let pool = self.pool();
        let value = found.map_or(StringValue::Bytes(b""), |found| {
            StringValue::of(found.entry)
        });
        let old_len = value.len();
        let new_len = old_len.max(offset + bytes.len());
        let spare = match found {
            Some(_) => new_len.min(SPARE_BYTES_MAX),
            None => 0,
        };
        if let Some(block) = found.and_then(|found| Block::owner_of(found.entry))
            && has_room(block, pool, offset + bytes.len(), spare)
        {
            // SAFETY: the block has room and the shard is held exclusively.
            unsafe { block.write(offset, bytes) };
            block.wrote(pool, old_len.min(offset)..offset + bytes.len());
            found.inspect(|found| set_outside_encoding(found.entry, Encoding::Raw));
            return Ok(new_len);
        }
        let has_deadline = found.is_some_and(|found| found.entry.shape().has_deadline());
        if string::is_embedded(target.key.len(), new_len, has_deadline) {
            let mut edited = [0u8; crate::object::entry::EMBEDDED_ENTRY_MAX];
            value.with_bytes(|old| edited[..old_len].copy_from_slice(old));
            edited[offset..offset + bytes.len()].copy_from_slice(bytes);
            let value = StringValue::Bytes(&edited[..new_len]);
            self.set_string(target, found, value, Encoding::Raw, Deadline::Keep)?;
            return Ok(new_len);
        }
        // What has to be copied will not be for a while: at most eight bytes for each that is added.
        let spare = spare.max(old_len / 8);
        let order = self
            .choose(target, found, ObjectType::String, new_len)
            .order;
        let space = Space::new(pool, order);
        let capacity = (new_len + spare).min(string::STRING_BYTES_MAX);
        let block = Block::alloc(space, capacity).or_else(|Full| Block::alloc(space, new_len))?;
        // SAFETY: the block is ours alone and has room for both.
        value.with_bytes(|old| unsafe {
            block.write(0, old);
            block.write(offset, bytes);
        });
        self.adopt_block(target, found, block).map(|()| new_len)
    }

    /// The bytes of a string, of which `writes` are to be written: at least `len` of them, zeros being added behind its end.
    /// The key is created if need be and the value becomes `raw`. The caller has checked the type and the length's limit.
    pub fn open_string(
        &mut self,
        target: Target<'_>,
        found: Option<Found>,
        len: usize,
        writes: Range<usize>,
    ) -> Result<&mut [u8], Full> {
        let value = found.map_or(StringValue::Bytes(b""), |found| {
            StringValue::of(found.entry)
        });
        let found = match (found, value) {
            (Some(found), StringValue::Bytes(bytes)) if bytes.len() >= len => found,
            _ => {
                // A write of nothing makes an integer text, one of a zero at the new end fills the gap before it.
                let gap = len.saturating_sub(value.len()).min(1);
                let offset = value.len().max(len) - gap;
                self.edit_string(target, found, offset, &[0][..gap])?;
                let found = self.find(target.db, target.hash, target.key);
                found.expect("the key was just written")
            }
        };
        make_raw(found.entry);
        if let Some(block) = Block::owner_of(found.entry) {
            block.wrote(self.pool(), writes);
        }
        // SAFETY: the shard is held exclusively for as long as `self` is borrowed, and nobody else has the bytes.
        Ok(unsafe { string::bytes_mut(found.entry) })
    }

    /// Makes a key a raw string of `len` bytes and no deadline, whatever it held. `compose` is given zeros to write over; it
    /// may read any value, also the one that is being replaced.
    pub fn compose_string(
        &mut self,
        target: Target<'_>,
        found: Option<Found>,
        len: usize,
        compose: impl FnOnce(&mut [u8]),
    ) -> Result<(), Full> {
        let (encoding, deadline) = (Encoding::Raw, None);
        if string::is_embedded(target.key.len(), len, false) {
            let mut bytes = [0u8; crate::object::entry::EMBEDDED_ENTRY_MAX];
            compose(&mut bytes[..len]);
            let value = StringValue::Bytes(&bytes[..len]);
            return self.set_string(target, found, value, encoding, Deadline::Clear);
        }
        let pool = self.pool();
        let Choice { order, turn } = self.choose(target, found, ObjectType::String, len);
        let block = Block::alloc(Space::new(pool, order), len)?;
        // SAFETY: the block is ours alone and has room for `len` bytes, which this fills with zeros.
        unsafe {
            block.write(len, &[]);
            compose(&mut block.room()[..len]);
        }
        let usage = found.map_or_else(
            || Use::fresh(target.clock, target.node),
            |f| f.entry.usage_word(),
        );
        let (key, kind, body) = (target.key, ObjectType::String, Body::Word(block.word()));
        let draft = EntryDraft {
            key,
            deadline,
            kind,
            encoding,
            body,
            usage,
        };
        let entry = self.build_in(order, &draft).inspect_err(|Full| {
            // SAFETY: nobody but us has seen the block.
            unsafe { block.free(pool) }
        })?;
        self.link(target, found, entry, turn)
    }

    /// Makes `block` a key's value; it is freed if that fails.
    fn adopt_block(
        &mut self,
        target: Target<'_>,
        found: Option<Found>,
        block: Block,
    ) -> Result<(), Full> {
        let pool = self.pool();
        if let Some(found) = found
            && let Some(old) = Block::owner_of(found.entry)
        {
            // SAFETY: the entry has a word, the shard is held exclusively, and nobody reaches the old block afterwards.
            unsafe {
                found.entry.set_word(block.word());
                old.free(pool);
            }
            set_outside_encoding(found.entry, Encoding::Raw);
            return Ok(());
        }
        let body = Body::Word(block.word());
        let usage = found.map_or_else(
            || Use::fresh(target.clock, target.node),
            |f| f.entry.usage_word(),
        );
        let deadline = found.and_then(|found| found.entry.deadline());
        let (kind, encoding) = (ObjectType::String, Encoding::Raw);
        let draft = EntryDraft {
            key: target.key,
            deadline,
            kind,
            encoding,
            body,
            usage,
        };
        let home = pool.node_of(block.address());
        match self.build_near(home, &draft) {
            Ok(entry) => self.link(target, found, entry, self.turn_of(target, entry)),
            Err(Full) => {
                // SAFETY: nobody but us has seen the block.
                unsafe { block.free(pool) };
                Err(Full)
            }
        }
    }

    /// Removes a key and frees it.
    pub fn delete(&mut self, db: u32, hash: u64, found: Found) {
        let pool = self.pool();
        // SAFETY: the entry is out of the table and the shard is held exclusively.
        unsafe { self.remove(db, hash, found).free(pool) };
    }

    /// Gives `source`'s value another key, overwriting what `target` holds.
    pub fn rename(
        &mut self,
        source: Target<'_>,
        found: Found,
        target: Target<'_>,
        overwritten: Option<Found>,
    ) -> Result<(), Full> {
        let pool = self.pool();
        let draft = EntryDraft {
            key: target.key,
            ..EntryDraft::of(found.entry)
        };
        let home = pool.node_of(found.entry.address());
        let entry = self.build_near(home, &draft)?;
        if overwritten.is_none() && self.insert(target.db, target.hash, entry).is_err() {
            // SAFETY: only the copied shell is ours; the value still belongs to the source.
            unsafe { entry.free_shell(pool) };
            return Err(Full);
        }
        if let Some(overwritten) = overwritten {
            self.replace(target.db, target.hash, overwritten, entry);
            // SAFETY: no slot leads to it any more.
            unsafe { overwritten.entry.free(pool) };
        }
        // The insert may have moved the source's segment: find it again.
        if let Some(found) = self.find(source.db, source.hash, source.key) {
            // SAFETY: the shell is out of the table; its value belongs to the new entry.
            unsafe { self.remove(source.db, source.hash, found).free_shell(pool) };
        }
        Ok(())
    }

    /// Moves a key, as it is, to another database where it does not exist.
    pub fn change_database(
        &mut self,
        source: Target<'_>,
        found: Found,
        db: u32,
    ) -> Result<(), Full> {
        self.insert(db, source.hash, found.entry)?;
        self.remove(source.db, source.hash, found);
        Ok(())
    }

    /// Makes `target` a copy of `source`, deadline included, overwriting what it holds. The copy is a new object: it lies
    /// where new ones do and its use word starts anew, whatever was there before.
    pub fn copy(
        &mut self,
        source: Found,
        target: Target<'_>,
        overwritten: Option<Found>,
    ) -> Result<(), Full> {
        let entry = source.entry;
        if entry.kind() == ObjectType::String {
            let (value, encoding) = (StringValue::of(entry), entry.encoding());
            let (copy, turn) =
                self.build_string(target, None, value, encoding, entry.deadline())?;
            return self.link(target, overwritten, copy, turn);
        }
        let pool = self.pool();
        let Choice { order, turn } = self.choose(target, None, entry.kind(), 0);
        let space = Space::new(pool, order);
        let draft = EntryDraft {
            key: target.key,
            usage: Use::fresh(target.clock, target.node),
            ..EntryDraft::of(entry)
        };
        let copy = self.build_in(order, &draft)?;
        // SAFETY: the source has a word and its shard is held; the copy, which still leads to the source's value, is ours
        // alone, and its shell goes when its own value finds no room.
        unsafe {
            let word = value::duplicate(entry, space).inspect_err(|Full| copy.free_shell(pool))?;
            copy.set_word(word);
        }
        self.link(target, overwritten, copy, turn)
    }

    /// Adds a key that is not there yet, whose value lies outside its entry, at `word`. When there is no room, nothing has
    /// changed and the value stays the caller's.
    pub fn create(
        &mut self,
        target: Target<'_>,
        kind: ObjectType,
        encoding: Encoding,
        word: u64,
    ) -> Result<Found, Full> {
        let pool = self.pool();
        let draft = EntryDraft {
            key: target.key,
            deadline: None,
            kind,
            encoding,
            body: Body::Word(word),
            usage: Use::fresh(target.clock, target.node),
        };
        let Choice { order, turn } = self.choose(target, None, kind, 0);
        let entry = self.build_in(order, &draft)?;
        self.insert(target.db, target.hash, entry)
            .inspect(|_| turn.take())
            // SAFETY: the shell was never reachable.
            .inspect_err(|Full| unsafe { entry.free_shell(pool) })
    }

    /// Makes the entry of a value that lies at `word`, and does not link it: see `exchange`. When there is no room the value
    /// stays the caller's.
    pub fn stage(
        &self,
        target: Target<'_>,
        kind: ObjectType,
        encoding: Encoding,
        word: u64,
        deadline: Option<i64>,
    ) -> Result<Entry, Full> {
        let draft = EntryDraft {
            key: target.key,
            deadline,
            kind,
            encoding,
            body: Body::Word(word),
            usage: Use::fresh(target.clock, target.node),
        };
        self.build_in(self.choose(target, None, kind, 0).order, &draft)
    }

    /// Frees an entry that was staged and never linked.
    pub fn discard(&self, entry: Entry) {
        // SAFETY: no slot leads to it, so only the caller reaches it, who does not any more.
        unsafe { entry.free(self.pool()) }
    }

    /// Makes what lies at `word` the value of a key, whatever it held, and answers the entry that was there, which is the
    /// caller's. When there is no room, nothing has changed and the value stays the caller's.
    pub fn put(
        &mut self,
        target: Target<'_>,
        kind: ObjectType,
        encoding: Encoding,
        word: u64,
    ) -> Result<Option<Entry>, Full> {
        let Some(found) = self.find(target.db, target.hash, target.key) else {
            return self.create(target, kind, encoding, word).map(|_| None);
        };
        let entry = self.stage(target, kind, encoding, word, None)?;
        self.replace(target.db, target.hash, found, entry);
        Ok(Some(found.entry))
    }

    /// Where the pieces of a value go whose key is on `node`, or is created from there.
    #[inline]
    pub fn space_near(&self, node: u32) -> Space<'a> {
        let keyspace = self.keyspace();
        Space::new(&keyspace.pool, keyspace.placement.order(node))
    }

    /// Where the pieces of a new value go, which is no string, that a lane makes for `accessor`.
    #[inline]
    pub fn space_for_new(&self, accessor: u32, kind: ObjectType) -> Space<'a> {
        let keyspace = self.keyspace();
        let choice = keyspace.placement.choose(self.lane(), accessor, kind, 0);
        Space::new(&keyspace.pool, choice.order)
    }

    /// Where what becomes a key's value goes: beside the entry it has, else where a new one does. A string has `bytes`.
    #[inline]
    fn choose(
        &self,
        target: Target<'_>,
        found: Option<Found>,
        kind: ObjectType,
        bytes: usize,
    ) -> Choice<'a> {
        let keyspace = self.keyspace();
        match found {
            Some(found) => {
                let home = keyspace.pool.node_of(found.entry.address());
                Choice {
                    order: keyspace.placement.order(home),
                    turn: Turn::NONE,
                }
            }
            None => keyspace
                .placement
                .choose(self.lane(), target.node, kind, bytes),
        }
    }

    /// The turn that a new key takes whose entry was made before.
    fn turn_of(&self, target: Target<'_>, entry: Entry) -> Turn<'a> {
        let kind = entry.kind();
        let bytes = if kind == ObjectType::String {
            StringValue::of(entry).len()
        } else {
            0
        };
        self.choose(target, None, kind, bytes).turn
    }

    /// Builds an entry on `node` or, when that is full, near it.
    fn build_near(&self, node: u32, draft: &EntryDraft<'_>) -> Result<Entry, Full> {
        self.build_in(self.keyspace().placement.order(node), draft)
    }

    /// Builds an entry on the first of these nodes that has room.
    pub(super) fn build_in(&self, order: &[u32], draft: &EntryDraft<'_>) -> Result<Entry, Full> {
        let built = order
            .iter()
            .find_map(|&node| draft.build(self.pool(), node));
        built.ok_or(Full)
    }
}

/// Overwrites a string where it lies, when the new one asks for the same cell and has the same parts.
#[inline(always)]
fn write_in_place(
    pool: &Pool,
    entry: Entry,
    value: StringValue<'_>,
    encoding: Encoding,
    deadline: Option<i64>,
) -> bool {
    let shape = entry.shape();
    if shape.kind() != ObjectType::String || shape.has_deadline() != deadline.is_some() {
        return false;
    }
    let written = match value {
        StringValue::Int(value) => {
            let fits = shape.encoding() == Encoding::Int;
            if fits {
                // SAFETY: an int entry has a word, and the shard is held exclusively.
                unsafe { entry.set_word(value as u64) };
            }
            fits
        }
        StringValue::Bytes(bytes) if shape.has_word() => {
            overwrite_block(pool, entry, bytes, encoding)
        }
        StringValue::Bytes(bytes) => overwrite_embedded(entry, bytes, encoding),
    };
    if written && let Some(deadline) = deadline {
        // SAFETY: the entry has a deadline (checked above) and the shard is held exclusively.
        unsafe { entry.set_deadline(deadline) };
    }
    written
}

#[inline(always)]
fn overwrite_embedded(entry: Entry, bytes: &[u8], encoding: Encoding) -> bool {
    let shape = entry.shape();
    let old_bytes = shape.entry_bytes();
    let new_bytes = old_bytes - shape.value_len() + bytes.len();
    if !string::is_embedded(shape.key_len(), bytes.len(), shape.has_deadline())
        || usable_size(new_bytes) != usable_size(old_bytes)
    {
        return false;
    }
    let new_shape = Shape::new(ObjectType::String, encoding, shape.key_len(), bytes.len())
        .with_deadline(shape.has_deadline());
    // SAFETY: the cell fits the new shape (same class), and the shard is held exclusively.
    unsafe {
        if new_shape != shape {
            entry.set_shape(new_shape);
        }
        entry.embedded_mut().copy_from_slice(bytes);
    }
    true
}

fn overwrite_block(pool: &Pool, entry: Entry, bytes: &[u8], encoding: Encoding) -> bool {
    let Some(block) = Block::owner_of(entry) else {
        return false;
    };
    let wanted = usable_size(BLOCK_HEADER + bytes.len());
    let shape = entry.shape();
    let stays_outside = !string::is_embedded(shape.key_len(), bytes.len(), shape.has_deadline());
    let fits = stays_outside && wanted == usable_size(BLOCK_HEADER + block.capacity());
    if fits {
        // SAFETY: the block has room (same class) and the shard is held exclusively.
        unsafe {
            block.truncate(0);
            block.write(0, bytes);
        }
        block.wrote(pool, 0..bytes.len());
        set_outside_encoding(entry, encoding);
    }
    fits
}

/// Changes what the encoding of a string outside its entry is called: a short value lies outside too when its key is long.
/// The shard is held exclusively.
#[inline]
fn set_outside_encoding(entry: Entry, encoding: Encoding) {
    if entry.encoding() != encoding {
        // SAFETY: every encoding of a string outside is the same block; the shard is held exclusively.
        unsafe { entry.set_encoding(encoding) };
    }
}

/// Calls the encoding of a string that is no integer `raw`, wherever its bytes lie. The shard is held exclusively.
fn make_raw(entry: Entry) {
    let shape = entry.shape();
    if shape.encoding() != Encoding::Raw {
        let (key_len, value_len) = (shape.key_len(), shape.value_len());
        let renamed = Shape::new(ObjectType::String, Encoding::Raw, key_len, value_len)
            .with_deadline(shape.has_deadline())
            .with_word(shape.has_word());
        // SAFETY: the same parts, hence the same bytes; the shard is held exclusively.
        unsafe { entry.set_shape(renamed) };
    }
}

/// Frees the block of a body that found no entry.
fn free_body(pool: &Pool, encoding: Encoding, body: Body<'_>) {
    if let (Body::Word(word), false) = (body, encoding == Encoding::Int)
        && let Some(block) = Block::from_word(word)
    {
        // SAFETY: the block was made for this body and nobody else has seen it.
        unsafe { block.free(pool) };
    }
}
