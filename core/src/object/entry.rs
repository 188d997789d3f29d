//! An entry: one key with its PREFIX, its deadline, and its value or the way to it, in one allocation.
//!
//! ```text
//! ┌────────────┬───────────────┬────────────┬─────┬───────────────────┐
//! │ PREFIX 16  │ deadline 8 ?  │  word 8 ?  │ key │ embedded value  ? │
//! └────────────┴───────────────┴────────────┴─────┴───────────────────┘
//! ```
//! The word is an integer (encoding int) or the address of a value that lies outside. It may not know the table that
//! points at it, nor any lock: whoever holds an `Entry` holds its key's shard, exclusively for all that writes.
//!
//! Invariant: `shape.entry_bytes()` is what the pool was asked for, so the entry can always be freed by its own shape.

use crate::object::value;
use crate::pool::Pool;
use crate::pool::prefix::{Encoding, ObjectType, Prefix, Shape, Touch, Touched, Use, UseView};
use crate::pool::space::{Full, Space};
use core::ptr::NonNull;

/// The largest entry that holds its value inside, in bytes: what fits a slab cell.
pub const EMBEDDED_ENTRY_MAX: usize = 512;

/// A pointer to an entry. Copying it copies nothing but the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry(NonNull<u8>);

impl Entry {
    /// # Safety
    /// `address` is an entry built by `EntryDraft::build` and not yet freed, and the caller holds its shard.
    #[inline(always)]
    pub const unsafe fn at(address: NonNull<u8>) -> Entry {
        Entry(address)
    }

    /// Where it lies.
    #[inline(always)]
    pub const fn address(self) -> NonNull<u8> {
        self.0
    }

    #[inline(always)]
    fn prefix<'a>(self) -> &'a Prefix {
        // SAFETY: an entry starts with a PREFIX (`at`'s contract); the shape word is only replaced under the
        // exclusive lock, through `set_shape`.
        unsafe { self.0.cast::<Prefix>().as_ref() }
    }

    /// Lengths, type, encoding.
    #[inline(always)]
    pub fn shape(self) -> Shape {
        self.prefix().shape
    }

    /// Replaces the shape. The new one must lead to the same bytes of key.
    ///
    /// # Safety
    /// The caller holds the shard exclusively and the entry's cell fits the new shape's `entry_bytes`.
    pub unsafe fn set_shape(self, shape: Shape) {
        // SAFETY: the PREFIX is ours to write under the exclusive lock.
        unsafe { self.0.cast::<Shape>().write(shape) }
    }

    #[inline(always)]
    fn bytes<'a>(self, offset: usize, len: usize) -> &'a [u8] {
        // SAFETY: callers pass ranges inside `entry_bytes`, all of which `build` initialised.
        unsafe { core::slice::from_raw_parts(self.0.as_ptr().add(offset), len) }
    }

    /// The key.
    #[inline(always)]
    pub fn key<'a>(self) -> &'a [u8] {
        let shape = self.shape();
        self.bytes(shape.key_offset(), shape.key_len())
    }

    /// The type of the value.
    pub fn kind(self) -> ObjectType {
        self.shape().kind()
    }

    /// The encoding of the value.
    pub fn encoding(self) -> Encoding {
        self.shape().encoding()
    }

    /// When it expires, in milliseconds of Unix time, if ever.
    #[inline(always)]
    pub fn deadline(self) -> Option<i64> {
        let shape = self.shape();
        // SAFETY: the shape says that there is a deadline at that offset; it is 8-byte aligned as the entry is.
        shape
            .has_deadline()
            .then(|| unsafe { self.field(shape.deadline_offset()).read() as i64 })
    }

    /// Whether it has expired at `now_ms`.
    #[inline(always)]
    pub fn is_expired(self, now_ms: i64) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= now_ms)
    }

    /// Changes the deadline of an entry that has one.
    ///
    /// # Safety
    /// The caller holds the shard exclusively.
    pub unsafe fn set_deadline(self, deadline: i64) {
        debug_assert!(self.shape().has_deadline());
        // SAFETY: the shape says that there is a deadline, and the lock is the caller's.
        unsafe {
            self.field(self.shape().deadline_offset())
                .write(deadline as u64)
        }
    }

    /// # Safety
    /// `offset` is that of the deadline or the word of an entry that has it.
    #[inline(always)]
    unsafe fn field(self, offset: usize) -> *mut u64 {
        // SAFETY: by this function's contract the eight bytes are inside the entry.
        unsafe { self.0.as_ptr().add(offset).cast() }
    }

    /// The entry's word: the integer, or the address of the value outside.
    #[inline(always)]
    pub fn word(self) -> u64 {
        debug_assert!(self.shape().has_word());
        // SAFETY: callers ask only entries whose shape says they have a word.
        unsafe { self.field(self.shape().word_offset()).read() }
    }

    /// Replaces the word.
    ///
    /// # Safety
    /// The entry has a word and the caller holds the shard exclusively.
    #[inline(always)]
    pub unsafe fn set_word(self, word: u64) {
        // SAFETY: by this function's contract.
        unsafe { self.field(self.shape().word_offset()).write(word) }
    }

    /// Changes what a value that lies outside is encoded as.
    ///
    /// # Safety
    /// The entry has a word, which leads to a value of that encoding, and the caller holds the shard exclusively.
    pub unsafe fn set_encoding(self, encoding: Encoding) {
        let shape = self.shape();
        let renamed = Shape::new(shape.kind(), encoding, shape.key_len(), 0)
            .with_deadline(shape.has_deadline())
            .with_word(true);
        // SAFETY: the same parts, hence the same bytes.
        unsafe { self.set_shape(renamed) }
    }

    /// The value's bytes where they lie in the entry.
    #[inline(always)]
    pub fn embedded<'a>(self) -> &'a [u8] {
        let shape = self.shape();
        self.bytes(shape.key_offset() + shape.key_len(), shape.value_len())
    }

    /// The value's bytes, to be written.
    ///
    /// # Safety
    /// The caller holds the shard exclusively and keeps no other reference to them.
    #[inline(always)]
    pub unsafe fn embedded_mut<'a>(self) -> &'a mut [u8] {
        let shape = self.shape();
        let start = shape.key_offset() + shape.key_len();
        // SAFETY: the range is inside the entry and, by contract, ours alone.
        unsafe { core::slice::from_raw_parts_mut(self.0.as_ptr().add(start), shape.value_len()) }
    }

    /// See `Use::head`.
    #[inline(always)]
    pub fn usage_head(self) -> u32 {
        self.prefix().usage.head()
    }

    /// Adds one access; see `Use::touch`.
    pub fn touch(self, chance: u32, touch: &Touch) -> Option<Touched> {
        self.prefix().usage.touch(chance, touch)
    }

    /// The use word as it is.
    pub fn usage_word(self) -> u64 {
        self.prefix().usage.load()
    }

    /// Carries a use word over from where the entry was.
    pub fn set_usage_word(self, word: u64) {
        self.prefix().usage.store(word);
    }

    /// What the use word says at `clock`.
    pub fn usage(self, clock: u32, decay_seconds: u32, lfu_decay_minutes: u32) -> UseView {
        UseView::read(self.usage_word(), clock, decay_seconds, lfu_decay_minutes)
    }

    /// A copy of the entry alone in `space`; what it owns is the caller's to share out.
    ///
    /// # Safety
    /// The caller holds the shard exclusively.
    pub unsafe fn copy_shell(self, space: Space<'_>) -> Result<Entry, Full> {
        // SAFETY: by contract; `entry_bytes` is what was asked for (the module's invariant).
        unsafe {
            space
                .copy_block(self.0, self.shape().entry_bytes())
                .map(Entry)
        }
    }

    /// Bytes the entry and all it owns take in the pool, cells counted whole.
    pub fn footprint(self, pool: &Pool) -> usize {
        pool.size_of(self.0) + value::footprint(self, pool)
    }

    /// The same in a few steps whatever its size: an estimate for values of many pieces.
    pub fn weight(self, pool: &Pool) -> usize {
        pool.size_of(self.0) + value::weigh(self, pool)
    }

    /// Frees the entry and all it owns.
    ///
    /// # Safety
    /// Nobody can reach it any more: it is out of the table, or the caller holds its shard exclusively.
    pub unsafe fn free(self, pool: &Pool) {
        // SAFETY: by contract nobody else reaches the value or the entry; the shape gives the size asked for.
        unsafe {
            value::free(self, pool);
            self.free_shell(pool);
        }
    }

    /// Frees the entry alone; what it owned has a new owner.
    ///
    /// # Safety
    /// As for `free`.
    pub unsafe fn free_shell(self, pool: &Pool) {
        // SAFETY: by contract; `entry_bytes` is what was asked for (the module's invariant).
        unsafe { pool.free(self.0, self.shape().entry_bytes()) }
    }
}

/// What an entry is to become: everything but its place.
#[derive(Clone, Copy, Debug)]
pub struct EntryDraft<'a> {
    /// The key.
    pub key: &'a [u8],
    /// When it expires, in milliseconds of Unix time.
    pub deadline: Option<i64>,
    /// Type of the value.
    pub kind: ObjectType,
    /// Encoding of the value.
    pub encoding: Encoding,
    /// The value, or the way to it.
    pub body: Body<'a>,
    /// The use word it starts with.
    pub usage: u64,
}

/// The value part of a draft.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// Bytes to be embedded.
    Bytes(&'a [u8]),
    /// An integer, or the address of a value outside.
    Word(u64),
}

impl EntryDraft<'_> {
    /// Its shape.
    pub fn shape(&self) -> Shape {
        let (value_len, word) = match self.body {
            Body::Bytes(bytes) => (bytes.len(), false),
            Body::Word(_) => (0, true),
        };
        Shape::new(self.kind, self.encoding, self.key.len(), value_len)
            .with_deadline(self.deadline.is_some())
            .with_word(word)
    }

    /// The draft of `entry` as it is, to be changed and built again elsewhere.
    pub fn of<'a>(entry: Entry) -> EntryDraft<'a> {
        let body = if entry.shape().has_word() {
            Body::Word(entry.word())
        } else {
            Body::Bytes(entry.embedded())
        };
        EntryDraft {
            key: entry.key(),
            deadline: entry.deadline(),
            kind: entry.kind(),
            encoding: entry.encoding(),
            body,
            usage: entry.usage_word(),
        }
    }

    /// Writes the entry into `node`'s window; `None` when that is full.
    pub fn build(&self, pool: &Pool, node: u32) -> Option<Entry> {
        let address = pool.alloc(node, self.shape().entry_bytes())?;
        // SAFETY: the allocation is fresh, ours, and as large as the shape asks.
        Some(unsafe { self.write(address) })
    }

    /// Writes the entry over `address`.
    ///
    /// # Safety
    /// `address` has room for the shape's `entry_bytes`, nobody else reaches it, and it overlaps neither key nor value.
    pub unsafe fn write(&self, address: NonNull<u8>) -> Entry {
        let shape = self.shape();
        let start = address.as_ptr();
        // SAFETY: every write below stays inside `entry_bytes` by the shape's own offsets; fields are 8-byte aligned
        // because the pool's cells are.
        unsafe {
            start.cast::<Prefix>().write(Prefix {
                shape,
                usage: Use::from_word(self.usage),
            });
            if let Some(deadline) = self.deadline {
                start
                    .add(shape.deadline_offset())
                    .cast::<i64>()
                    .write(deadline);
            }
            let key = start.add(shape.key_offset());
            core::ptr::copy_nonoverlapping(self.key.as_ptr(), key, self.key.len());
            match self.body {
                Body::Bytes(bytes) => {
                    core::ptr::copy_nonoverlapping(
                        bytes.as_ptr(),
                        key.add(self.key.len()),
                        bytes.len(),
                    );
                }
                Body::Word(word) => start.add(shape.word_offset()).cast::<u64>().write(word),
            }
            Entry::at(address)
        }
    }
}
