//! What an entry owns outside itself, whatever its type: walked, freed, copied and moved piece by piece.
//!
//! Each layout that is more than one block has a file or room of its own with the same functions: `visit`, `free_step`,
//! `relocate_step` and `duplicate`. This file picks the right one, and may not know what any of them does.
//!
//! Invariants: `visit` names every allocation of a value exactly once, its root first, with the bytes that were asked for;
//! after `free_step` or `relocate_step` answered `false` nothing is left to be freed or moved.

use crate::object::block::Block;
use crate::object::elements::{Elements, Hasher};
use crate::object::entry::Entry;
use crate::object::hash::{Field, Hash};
use crate::object::list::{self, ListView};
use crate::object::listpack::Listpack;
use crate::object::set::{Member, Set};
use crate::object::string::EMBSTR_BYTES_MAX;
use crate::object::zset::SortedSet;
use crate::pool::prefix::{Encoding, ObjectType};
use crate::pool::space::{Full, Space};
use crate::pool::{Pool, usable_size};
use core::ptr::NonNull;

/// How a value lies outside its entry.
enum Layout {
    /// Not at all.
    Nothing,
    /// As one block.
    Block(Block),
    /// As a list, by its word.
    List(u64),
    /// As a large hash.
    Fields(Elements<Field>),
    /// As a large set.
    Members(Elements<Member>),
    /// As a large sorted set.
    Sorted(SortedSet),
}

impl Layout {
    #[inline]
    fn of(entry: Entry) -> Layout {
        match (entry.encoding(), entry.kind()) {
            (Encoding::Quicklist, _) => Layout::List(entry.word()),
            // SAFETY: the word of such an entry is the root of a hash's elements, alive while the entry is.
            (Encoding::Hashtable, ObjectType::Hash) => unsafe {
                Layout::Fields(Elements::at(entry.word()))
            },
            // SAFETY: the same, of a set's.
            (Encoding::Hashtable, _) => unsafe { Layout::Members(Elements::at(entry.word())) },
            (Encoding::Skiplist, _) => Layout::Sorted(SortedSet::of(entry)),
            _ => Block::owner_of(entry).map_or(Layout::Nothing, Layout::Block),
        }
    }
}

/// Calls `each` for every allocation outside the entry: where it lies, and the bytes it was asked for.
pub fn visit(entry: Entry, pool: &Pool, each: &mut dyn FnMut(NonNull<u8>, usize)) {
    match Layout::of(entry) {
        Layout::Nothing => {}
        Layout::Block(block) => each(block.address(), block.asked()),
        // SAFETY: whoever holds the entry holds its list.
        Layout::List(word) => unsafe { list::visit(word, each) },
        Layout::Fields(fields) => fields.visit(pool, each),
        Layout::Members(members) => members.visit(pool, each),
        Layout::Sorted(set) => set.visit(pool, each),
    }
}

/// Re-derives every invariant of a key's value: that its type can be so encoded, that each piece lies in the cell its bytes ask
/// for, those of its layout, and that a collection has elements. The error says which does not hold.
pub fn is_valid(entry: Entry, pool: &Pool, hash: impl Hasher) -> Result<(), String> {
    check_shape(entry)?;
    check_pieces(entry, pool)?;
    let len = match entry.kind() {
        ObjectType::List => {
            // SAFETY: whoever holds the entry holds its list.
            unsafe { list::is_valid(entry.word()) }.map(|()| ListView::of(entry).len())
        }
        ObjectType::Hash => {
            let fields = Hash::of(entry);
            fields.is_valid(pool, hash).map(|()| fields.len())
        }
        ObjectType::Set => {
            let members = Set::of(entry);
            members.is_valid(pool, hash).map(|()| members.len())
        }
        ObjectType::SortedSet => {
            let members = SortedSet::of(entry);
            let valid = members.is_valid(pool, hash);
            valid.map(|()| members.len() as usize)
        }
        ObjectType::String | ObjectType::Stream => return Ok(()),
    };
    let why = match len {
        Ok(0) => "no elements".into(),
        Ok(_) => return Ok(()),
        Err(why) => why,
    };
    Err(format!(
        "{:?} as {:?}: {why}",
        entry.kind(),
        entry.encoding()
    ))
}

/// Whether a value of that type may lie so.
fn check_shape(entry: Entry) -> Result<(), String> {
    use Encoding::{Embstr, Hashtable, Int, Intset, Listpack, Quicklist, Raw, Skiplist};
    let shape = entry.shape();
    let (kind, encoding, has_word) = (shape.kind(), shape.encoding(), shape.has_word());
    let fits = match (kind, encoding) {
        (ObjectType::String, Int) => has_word,
        (ObjectType::String, Embstr) => has_word || shape.value_len() <= EMBSTR_BYTES_MAX,
        (ObjectType::String, Raw) => true,
        (ObjectType::List, Quicklist)
        | (ObjectType::Hash, Listpack | Hashtable)
        | (ObjectType::Set, Intset | Hashtable)
        | (ObjectType::SortedSet, Listpack | Skiplist) => has_word,
        _ => false,
    };
    let is_outside = has_word && encoding != Int;
    if !fits || (has_word && shape.value_len() > 0) || (is_outside && entry.word() == 0) {
        return Err(format!("no value lies like this: {shape:?}"));
    }
    match Block::owner_of(entry) {
        Some(block) => block.is_valid(),
        None => Ok(()),
    }
}

/// Whether each piece lies in a cell of the class its bytes ask for, so that freeing it gives back what was taken.
fn check_pieces(entry: Entry, pool: &Pool) -> Result<(), String> {
    let mut wrong = None;
    visit(entry, pool, &mut |address, asked| {
        let taken = pool.size_of(address);
        if taken != usable_size(asked) {
            wrong.get_or_insert((asked, taken));
        }
    });
    match wrong {
        None => Ok(()),
        Some((asked, taken)) => Err(format!("a piece of {asked} bytes in a cell of {taken}")),
    }
}

/// The listpack of an entry whose whole value is one.
pub fn listpack<'a>(entry: Entry) -> Option<Listpack<'a>> {
    let is_one = entry.encoding() == Encoding::Listpack;
    let block = Block::owner_of(entry).filter(|_| is_one)?;
    // SAFETY: the block is live and, as the entry is held, not changed.
    Some(Listpack::new(unsafe { block.bytes() }))
}

/// Bytes the value takes outside its entry, cells counted whole.
pub fn footprint(entry: Entry, pool: &Pool) -> usize {
    let mut bytes = 0;
    visit(entry, pool, &mut |address, _| {
        bytes += pool.size_of(address)
    });
    bytes
}

/// The same in a few steps whatever its size: exact for a value of one piece, an estimate for others.
pub fn weigh(entry: Entry, pool: &Pool) -> usize {
    match Layout::of(entry) {
        Layout::Nothing => 0,
        Layout::Block(block) => pool.size_of(block.address()),
        // SAFETY: whoever holds the entry holds its list.
        Layout::List(word) => unsafe { list::weigh(word, pool) },
        Layout::Fields(fields) => fields.weigh(pool),
        Layout::Members(members) => members.weigh(pool),
        Layout::Sorted(set) => set.weigh(pool),
    }
}

/// Whether every piece lies on `node`.
pub fn is_on(entry: Entry, pool: &Pool, node: u32) -> bool {
    let mut all = true;
    visit(entry, pool, &mut |address, _| {
        all &= pool.node_of(address) == node;
    });
    all
}

/// Whether freeing the value takes long enough to be left to the keeper: many pieces, or many pages.
pub fn is_big(entry: Entry) -> bool {
    /// A block of at least so many bytes is given back page by page.
    const BIG_BLOCK_BYTES: usize = 64 * 1024;
    /// A value of more pieces than this is big (Redis' LAZYFREE_THRESHOLD).
    const FEW_PIECES: usize = 64;
    match Layout::of(entry) {
        Layout::Nothing => false,
        Layout::Block(block) => block.capacity() >= BIG_BLOCK_BYTES,
        // SAFETY: whoever holds the entry holds its list.
        Layout::List(word) => unsafe { list::is_big(word) },
        Layout::Fields(fields) => fields.len() > FEW_PIECES,
        Layout::Members(members) => members.len() > FEW_PIECES,
        Layout::Sorted(set) => set.len() > FEW_PIECES as u64,
    }
}

/// Frees about `budget` pieces of the value; `true` when more are left. `cursor` starts at 0 and is the layout's own.
///
/// # Safety
/// Nobody else reaches the value, now or later.
pub unsafe fn free_step(entry: Entry, pool: &Pool, cursor: &mut u64, budget: usize) -> bool {
    // SAFETY: by contract.
    unsafe {
        match Layout::of(entry) {
            Layout::Nothing => false,
            Layout::Block(block) => {
                block.free(pool);
                false
            }
            Layout::List(word) => list::free_step(word, pool, cursor, budget),
            Layout::Fields(fields) => fields.free_step(pool, cursor, budget),
            Layout::Members(members) => members.free_step(pool, cursor, budget),
            Layout::Sorted(set) => set.free_step(pool, cursor, budget),
        }
    }
}

/// Frees the whole value.
///
/// # Safety
/// As for `free_step`.
pub unsafe fn free(entry: Entry, pool: &Pool) {
    let mut cursor = 0;
    // SAFETY: by contract.
    while unsafe { free_step(entry, pool, &mut cursor, usize::MAX) } {}
}

/// Moves pieces that are not on the space's node there, until about `budget` bytes are written; `true` when more are left.
/// The value is whole and readable after each step, also after one that failed for want of room. `hash` is the store's.
///
/// # Safety
/// The entry's shard is held exclusively.
pub unsafe fn relocate_step(
    entry: Entry,
    space: Space<'_>,
    cursor: &mut u64,
    budget: usize,
    hash: impl Hasher,
) -> Result<bool, Full> {
    let space = space.strict();
    // SAFETY: by contract. The entry takes over the root's new place, also when the step failed after that was moved.
    unsafe {
        let (word, more) = match Layout::of(entry) {
            Layout::Nothing => return Ok(false),
            Layout::Block(block) if space.holds(block.address()) => return Ok(false),
            Layout::Block(block) => (block.moved(space)?.word(), Ok(false)),
            Layout::List(mut word) => {
                let more = list::relocate_step(&mut word, space, cursor, budget);
                (word, more)
            }
            Layout::Fields(fields) => {
                let (fields, more) = fields.relocate_step(space, cursor, budget);
                (fields.word(), more)
            }
            Layout::Members(members) => {
                let (members, more) = members.relocate_step(space, cursor, budget);
                (members.word(), more)
            }
            Layout::Sorted(mut set) => {
                let more = set.relocate_step(space, cursor, budget, hash);
                (set.word, more)
            }
        };
        entry.set_word(word);
        more
    }
}

/// A copy of the value in `space`, as the word of an entry of the same type and encoding. Nothing is left behind when
/// there is no room.
///
/// # Safety
/// The entry has a word and its shard is held.
pub unsafe fn duplicate(entry: Entry, space: Space<'_>) -> Result<u64, Full> {
    match Layout::of(entry) {
        Layout::Nothing => Ok(entry.word()),
        // SAFETY: the value is live and its shard is held.
        Layout::Block(block) => Block::from_bytes(space, unsafe { block.bytes() }).map(Block::word),
        // SAFETY: as above.
        Layout::List(word) => unsafe { list::duplicate(word, space) },
        Layout::Fields(fields) => fields.duplicate(space).map(Elements::word),
        Layout::Members(members) => members.duplicate(space).map(Elements::word),
        Layout::Sorted(set) => set.duplicate(space).map(|copy| copy.word),
    }
}

#[cfg(test)]
mod tests;
