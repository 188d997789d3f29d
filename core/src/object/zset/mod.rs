//! Sorted sets: members with scores, in the order of both. Small ones are a listpack (`packed`), large ones a table and a
//! tree over elements (`large`).
//!
//! Places are told as ranks, from 0 at the lowest: a range of scores or members becomes a range of ranks, which can be
//! counted, walked either way, or removed. It may not know keys, locks or commands. Invariants: a member is there once; a
//! set that has become large stays so, as in Redis; a change that finds no memory changes nothing.

mod branch;
pub mod change;
pub mod element;
mod large;
mod leaf;
mod packed;
pub mod range;
#[cfg(test)]
mod tests;
pub mod tree;

use crate::object::block::Block;
use crate::object::elements::{Hasher, cursor_of, position_of};
use crate::object::entry::Entry;
use crate::object::listpack::{BlockBytes, LISTPACK_BYTES_MAX, Listpack};
use crate::object::string::StringValue;
use crate::pool::Pool;
use crate::pool::prefix::Encoding;
use crate::pool::space::{Full, Space};
use crate::table::segment::LINE_SLOTS;
use core::ops::Range;
use core::ptr::NonNull;
use large::{Large, Spot};
use range::{LexBound, LexRange, ScoreRange};

/// How far a sorted set may grow as a listpack.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// `zset-max-listpack-entries`.
    pub entries: u64,
    /// `zset-max-listpack-value`: bytes of the longest member.
    pub value: u64,
}

/// A sorted set: what an entry of that type holds. Reading it needs its key held; whatever changes it is `unsafe` and needs
/// that exclusively, and that the owner keeps encoding and word afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortedSet {
    /// `Listpack` or `Skiplist`.
    pub encoding: Encoding,
    /// The block's or the root's address.
    pub word: u64,
}

/// A member that was found: its score, and where it is until the set changes.
#[derive(Clone, Copy)]
pub struct Found {
    /// Its score.
    pub score: f64,
    place: Place,
}

#[derive(Clone, Copy)]
enum Place {
    /// A place in the listpack.
    Packed(usize),
    Large(Spot),
}

enum Form<'a> {
    Packed(Listpack<'a>),
    Large(Large),
}

impl SortedSet {
    /// The sorted set of an entry that holds one.
    #[inline]
    pub fn of(entry: Entry) -> SortedSet {
        SortedSet {
            encoding: entry.encoding(),
            word: entry.word(),
        }
    }

    /// A sorted set without members, to be filled, the longest of them of `longest` bytes as far as is known.
    pub fn create(space: Space<'_>, limits: Limits, longest: usize) -> Result<SortedSet, Full> {
        if limits.entries == 0 || longest as u64 > limits.value {
            return Large::create(space).map(SortedSet::of_large);
        }
        packed::create(space).map(|bytes| SortedSet::of_block(bytes.block()))
    }

    fn of_block(block: Block) -> SortedSet {
        SortedSet {
            encoding: Encoding::Listpack,
            word: block.word(),
        }
    }

    fn of_large(large: Large) -> SortedSet {
        SortedSet {
            encoding: Encoding::Skiplist,
            word: large.word(),
        }
    }

    #[inline]
    fn large(self) -> Option<Large> {
        // SAFETY: the word of a set in that encoding is its root, which lives as long as the set.
        (self.encoding == Encoding::Skiplist).then(|| unsafe { Large::at(self.word) })
    }

    #[inline]
    fn form<'a>(self) -> Form<'a> {
        match (self.large(), Block::from_word(self.word)) {
            // SAFETY: the block lives as long as the set, whose key is held.
            (None, Some(block)) => Form::Packed(unsafe { packed::of_block(block) }),
            (Some(large), _) => Form::Large(large),
            (None, None) => Form::Packed(Listpack::new(&crate::object::listpack::EMPTY)),
        }
    }

    /// The listpack's bytes, as a DUMP carries them, of a set in that encoding.
    pub fn packed_bytes<'a>(self) -> Option<&'a [u8]> {
        match self.form() {
            Form::Packed(pack) => Some(pack.bytes()),
            Form::Large(_) => None,
        }
    }

    /// How many members.
    #[inline]
    pub fn len(self) -> u64 {
        match self.form() {
            Form::Packed(pack) => pack.len() as u64 / 2,
            Form::Large(large) => large.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The member, if it is there.
    #[inline]
    pub fn find(self, pool: &Pool, member: &[u8], hash: impl Hasher) -> Option<Found> {
        match self.form() {
            Form::Packed(pack) => packed::find(pack, member).map(|pair| Found {
                score: pair.score,
                place: Place::Packed(pair.at),
            }),
            Form::Large(large) => large.find(pool, member, hash).map(|spot| Found {
                score: spot.element.score(),
                place: Place::Large(spot),
            }),
        }
    }

    /// The member's score, if it is there.
    #[inline]
    pub fn score(self, pool: &Pool, member: &[u8], hash: impl Hasher) -> Option<f64> {
        self.find(pool, member, hash).map(|found| found.score)
    }

    /// The member's rank, if it is there.
    pub fn rank(self, pool: &Pool, member: &[u8], hash: impl Hasher) -> Option<u64> {
        match self.form() {
            Form::Packed(pack) => {
                packed::find(pack, member).map(|pair| packed::rank_of(pack, pair.at))
            }
            Form::Large(large) => {
                let spot = large.find(pool, member, hash)?;
                Some(large.tree().rank_of(spot.element))
            }
        }
    }

    /// The ranks of the members in a range of scores.
    pub fn ranks_of_scores(self, range: &ScoreRange) -> Range<u64> {
        let tree = match self.form() {
            Form::Packed(pack) => return packed::ranks_of_scores(pack, range),
            Form::Large(large) => large.tree(),
        };
        let start = tree.place_of_score(range.min.value, range.min.is_exclusive);
        let end = tree.place_of_score(range.max.value, !range.max.is_exclusive);
        start.map_or(0, |path| path.rank())..end.map_or(0, |path| path.rank())
    }

    /// The ranks of the members in a range of members, all of which have one score.
    pub fn ranks_of_members(self, range: &LexRange<'_>) -> Range<u64> {
        let tree = match self.form() {
            Form::Packed(pack) => return packed::ranks_of_members(pack, range),
            Form::Large(large) => large.tree(),
        };
        let rank = |bound: LexBound<'_>, is_min: bool| match bound {
            LexBound::Lowest => 0,
            LexBound::Highest => tree.len(),
            LexBound::At(bound) => {
                let after = bound.is_exclusive == is_min;
                let place = tree.place_of_member(bound.value, after);
                place.map_or(0, |path| path.rank())
            }
        };
        rank(range.min, true)..rank(range.max, false)
    }

    /// The members from a rank on, upwards or down.
    pub fn walk<'a>(self, rank: u64, descending: bool) -> Walk<'a> {
        match self.form() {
            Form::Packed(pack) => Walk::Packed {
                pack,
                next: packed::seek(pack, rank).map(|pair| pair.at),
                descending,
            },
            Form::Large(large) => Walk::Large {
                cursor: match large.tree().place_of_rank(rank) {
                    Some(path) => path.ascending(),
                    None => tree::Cursor::NONE,
                },
                descending,
            },
        }
    }

    /// Visits about `count` members from `cursor` on, with their scores as they are kept, and answers where to go on; 0
    /// when all are done. A member that is there from the first call to the last is visited, however the set has grown.
    pub fn scan<'a>(
        self,
        pool: &'a Pool,
        cursor: u64,
        count: u64,
        mut visit: impl FnMut(StringValue<'a>, KeptScore<'a>),
    ) -> u64 {
        let large = match self.form() {
            Form::Packed(pack) => {
                let mut values = pack.iter().map(|(_, value)| value);
                while let (Some(member), Some(score)) = (values.next(), values.next()) {
                    visit(member, KeptScore::Text(score));
                }
                return 0;
            }
            Form::Large(large) => large,
        };
        let mut wanted = count.max(1);
        let lines = usize::try_from(count.saturating_mul(10)).unwrap_or(usize::MAX);
        let next = large.scan(
            pool,
            position_of(cursor),
            &mut lines.max(LINE_SLOTS),
            |element| {
                let member = StringValue::Bytes(element.member());
                visit(member, KeptScore::Number(element.score()));
                wanted = wanted.saturating_sub(1);
                wanted > 0
            },
        );
        next.map_or(0, cursor_of)
    }

    /// Adds a member that is not there.
    ///
    /// # Safety
    /// See the type.
    pub unsafe fn insert(
        &mut self,
        space: Space<'_>,
        limits: Limits,
        member: &[u8],
        score: f64,
        hash: impl Hasher,
    ) -> Result<(), Full> {
        let safe_bytes = |block: Block| block.len() + member.len() + PAIR_EXTRA_BYTES;
        if let (None, Some(block)) = (self.large(), Block::from_word(self.word)) {
            let fits = self.len() < limits.entries
                && member.len() as u64 <= limits.value
                && safe_bytes(block) <= LISTPACK_BYTES_MAX;
            if fits {
                // SAFETY: by contract; the owner takes over the block.
                let mut bytes = unsafe { BlockBytes::new(space, block) };
                let inserted = packed::insert(&mut bytes, member, score);
                self.word = bytes.block().word();
                return inserted;
            }
            // SAFETY: by contract.
            unsafe { self.convert(space, hash)? };
        }
        match self.large() {
            // SAFETY: by contract.
            Some(large) => unsafe { large.insert(space, member, score, hash).map(|_| ()) },
            None => Err(Full),
        }
    }

    /// Makes a listpack a table and a tree.
    ///
    /// # Safety
    /// See the type.
    unsafe fn convert(&mut self, space: Space<'_>, hash: impl Hasher) -> Result<(), Full> {
        let Form::Packed(pack) = self.form() else {
            return Ok(());
        };
        let large = Large::create(space)?;
        let mut text = [0; crate::resp::number::I64_TEXT_BYTES];
        for pair in packed::pairs(pack) {
            let member = packed::bytes_of(pair.member, &mut text);
            // SAFETY: nobody else has seen the root.
            unsafe {
                if let Err(Full) = large.insert(space, member, pair.score, hash) {
                    SortedSet::of_large(large).free(space.pool);
                    return Err(Full);
                }
            }
        }
        if let Some(block) = Block::from_word(self.word) {
            // SAFETY: the owner leads to the root from now on.
            unsafe { block.free(space.pool) };
        }
        *self = SortedSet::of_large(large);
        Ok(())
    }

    /// Makes a set that is large a listpack if it would fit: for one just made, which no key has yet. It stays large when
    /// there is no room.
    ///
    /// # Safety
    /// See the type.
    pub unsafe fn pack(&mut self, space: Space<'_>, limits: Limits) {
        let Some(large) = self.large().filter(|large| large.len() <= limits.entries) else {
            return;
        };
        let mut cursor = large.tree().ascending();
        while let Some(element) = cursor.ascend() {
            if element.member().len() as u64 > limits.value {
                return;
            }
        }
        let Ok(mut bytes) = packed::create(space) else {
            return;
        };
        for (member, score) in self.walk(0, false) {
            if packed::append(&mut bytes, member, score).is_err() {
                // SAFETY: nobody else has seen the block.
                unsafe { bytes.free() };
                return;
            }
        }
        // SAFETY: the owner leads to the block from now on.
        unsafe { self.free(space.pool) };
        *self = SortedSet::of_block(bytes.block());
    }

    /// Gives a member that was found another score.
    ///
    /// # Safety
    /// See the type; nothing has changed since the member was found.
    #[inline]
    pub unsafe fn change_score(
        &mut self,
        space: Space<'_>,
        found: Found,
        member: &[u8],
        score: f64,
    ) -> Result<(), Full> {
        match (found.place, self.large(), Block::from_word(self.word)) {
            // SAFETY: by contract.
            (Place::Large(spot), Some(large), _) => unsafe {
                large.change_score(space, spot.element, score)
            },
            (Place::Packed(at), None, Some(block)) => {
                // SAFETY: by contract; the owner takes over the block.
                let mut bytes = unsafe { BlockBytes::new(space, block) };
                let changed = packed::change_score(&mut bytes, at, member, score);
                self.word = bytes.block().word();
                changed
            }
            _ => Ok(()),
        }
    }

    /// Removes a member that was found.
    ///
    /// # Safety
    /// As for `change_score`.
    pub unsafe fn remove(&mut self, space: Space<'_>, found: Found) {
        match (found.place, self.large(), Block::from_word(self.word)) {
            // SAFETY: by contract.
            (Place::Large(spot), Some(large), _) => unsafe { large.remove(space, spot) },
            (Place::Packed(at), None, Some(block)) => {
                // SAFETY: by contract.
                unsafe { self.remove_packed(space, block, at, 1) }
            }
            _ => {}
        }
    }

    /// Removes the members of some ranks.
    ///
    /// # Safety
    /// See the type.
    pub unsafe fn remove_ranks(&mut self, space: Space<'_>, ranks: Range<u64>, hash: impl Hasher) {
        let count = ranks.end.saturating_sub(ranks.start);
        if count == 0 {
            return;
        }
        match (self.form(), Block::from_word(self.word)) {
            (Form::Packed(pack), Some(block)) => {
                if let Some(pair) = packed::seek(pack, ranks.start) {
                    // SAFETY: by contract.
                    unsafe { self.remove_packed(space, block, pair.at, count) }
                }
            }
            // SAFETY: by contract.
            (Form::Large(large), _) => unsafe {
                large.remove_ranks(space, ranks.start, count, hash)
            },
            _ => {}
        }
    }

    /// # Safety
    /// See the type.
    unsafe fn remove_packed(&mut self, space: Space<'_>, block: Block, at: usize, count: u64) {
        // SAFETY: by contract; the owner takes over the block.
        let mut bytes = unsafe { BlockBytes::new(space, block) };
        packed::remove(&mut bytes, at, count);
        self.word = bytes.block().word();
    }

    /// Calls `each` for every allocation, the root first: where it lies and the bytes it was asked for.
    pub fn visit(self, pool: &Pool, each: &mut dyn FnMut(NonNull<u8>, usize)) {
        match (self.large(), Block::from_word(self.word)) {
            (Some(large), _) => large.visit(pool, each),
            (None, Some(block)) => each(block.address(), block.asked()),
            (None, None) => {}
        }
    }

    /// Bytes of all allocations, about.
    pub fn weigh(self, pool: &Pool) -> usize {
        match (self.large(), Block::from_word(self.word)) {
            (Some(large), _) => large.weigh(pool),
            (None, Some(block)) => pool.size_of(block.address()),
            (None, None) => 0,
        }
    }

    /// Frees about `budget` pieces; `true` when more are left. `cursor` starts at 0.
    ///
    /// # Safety
    /// Nobody else reaches the set, now or later.
    pub unsafe fn free_step(self, pool: &Pool, cursor: &mut u64, budget: usize) -> bool {
        match (self.large(), Block::from_word(self.word)) {
            // SAFETY: by contract.
            (Some(large), _) => unsafe { large.free_step(pool, cursor, budget) },
            (None, Some(block)) => {
                // SAFETY: by contract.
                unsafe { block.free(pool) };
                false
            }
            (None, None) => false,
        }
    }

    /// Frees all of it.
    ///
    /// # Safety
    /// As for `free_step`.
    pub unsafe fn free(self, pool: &Pool) {
        let mut cursor = 0;
        // SAFETY: by contract.
        while unsafe { self.free_step(pool, &mut cursor, usize::MAX) } {}
    }

    /// Moves pieces that are not on the space's first node there, until about `budget` bytes are written; `true` when more
    /// are left. `cursor` starts at 0. The set is whole after every step, and may change between two.
    ///
    /// # Safety
    /// See the type.
    pub unsafe fn relocate_step(
        &mut self,
        space: Space<'_>,
        cursor: &mut u64,
        budget: usize,
        hash: impl Hasher,
    ) -> Result<bool, Full> {
        let space = space.strict();
        if let Some(large) = self.large() {
            // SAFETY: by contract.
            let (large, more) = unsafe { large.relocate_step(space, cursor, budget, hash) };
            self.word = large.word();
            return more;
        }
        if let Some(block) = Block::from_word(self.word)
            && !space.holds(block.address())
        {
            // SAFETY: by contract; the owner leads to the copy from now on.
            unsafe { self.word = block.moved(space)?.word() };
        }
        Ok(false)
    }

    /// A copy in `space`. Nothing is left behind when there is no room.
    pub fn duplicate(self, space: Space<'_>) -> Result<SortedSet, Full> {
        match (self.large(), Block::from_word(self.word)) {
            (Some(large), _) => large.duplicate(space).map(SortedSet::of_large),
            (None, Some(block)) => {
                // SAFETY: the block lives as long as the set, whose key is held.
                let bytes = unsafe { block.bytes() };
                Block::from_bytes(space, bytes).map(SortedSet::of_block)
            }
            (None, None) => Err(Full),
        }
    }

    /// Re-derives the layout's invariants; the error says what does not hold.
    pub fn is_valid(self, pool: &Pool, hash: impl Hasher) -> Result<(), String> {
        match self.form() {
            Form::Packed(pack) => packed::is_valid(pack.bytes()),
            Form::Large(large) => large.is_valid(pool, hash),
        }
    }
}

/// What a pair takes in a listpack beyond its member's bytes, at most.
const PAIR_EXTRA_BYTES: usize = 48;

/// A score as it is kept: a listpack has its text, or an integer.
#[derive(Clone, Copy, Debug)]
pub enum KeptScore<'a> {
    /// As a listpack has it.
    Text(StringValue<'a>),
    /// As an element has it.
    Number(f64),
}

/// A walk over members and their scores. It is lost when the set changes.
pub enum Walk<'a> {
    /// Along a listpack.
    Packed {
        /// The listpack.
        pack: Listpack<'a>,
        /// The place of the next member.
        next: Option<usize>,
        /// Whether it goes down.
        descending: bool,
    },
    /// Along a tree.
    Large {
        /// Where it is.
        cursor: tree::Cursor,
        /// Whether it goes down.
        descending: bool,
    },
}

impl<'a> Iterator for Walk<'a> {
    type Item = (StringValue<'a>, f64);

    #[inline]
    fn next(&mut self) -> Option<(StringValue<'a>, f64)> {
        match self {
            Walk::Large { cursor, descending } => {
                let element = cursor.step(*descending)?;
                Some((StringValue::Bytes(element.member()), element.score()))
            }
            Walk::Packed {
                pack,
                next,
                descending,
            } => {
                let pair = packed::pair_at(*pack, (*next)?)?;
                *next = if *descending {
                    packed::before(*pack, pair.at).map(|pair| pair.at)
                } else {
                    pack.next(pair.at).and_then(|score| pack.next(score))
                };
                Some((pair.member, pair.score))
            }
        }
    }
}
