//! What an entry owns outside itself, whatever its type: walked, freed, copied and moved piece by piece.
//!
//! Each layout that is more than one block has a file or room of its own with the same functions: `visit`, `free_step`,
//! `relocate_step` and `duplicate`. This file picks the right one, and may not know what any of them does.
//!
//! Invariants: `visit` names every allocation of a value exactly once, its root first, with the bytes that were asked for;
//! after `free_step` or `relocate_step` answered `false` nothing is left to be freed or moved.

use crate::object::block::Block;
use crate::object::elements::Elements;
use crate::object::entry::Entry;
use crate::object::hash::Field;
use crate::object::set::Member;
use crate::pool::Pool;
use crate::pool::prefix::{Encoding, ObjectType};
use crate::pool::space::{Full, Space};
use core::ptr::NonNull;

/// The layout of a value that is more than one block.
enum Layout {
    /// A large hash.
    Fields(Elements<Field>),
    /// A large set.
    Members(Elements<Member>),
}

impl Layout {
    #[inline]
    fn of(entry: Entry) -> Option<Layout> {
        // SAFETY: the word of an entry of that type and encoding is the root of such elements, alive while it is.
        unsafe {
            match (entry.kind(), entry.encoding()) {
                (ObjectType::Hash, Encoding::Hashtable) => {
                    Some(Layout::Fields(Elements::at(entry.word())))
                }
                (ObjectType::Set, Encoding::Hashtable) => {
                    Some(Layout::Members(Elements::at(entry.word())))
                }
                _ => None,
            }
        }
    }
}

/// Calls `each` for every allocation outside the entry: where it lies, and the bytes it was asked for.
pub fn visit(entry: Entry, pool: &Pool, each: &mut dyn FnMut(NonNull<u8>, usize)) {
    match Layout::of(entry) {
        Some(Layout::Fields(fields)) => fields.visit(pool, each),
        Some(Layout::Members(members)) => members.visit(pool, each),
        None => {
            if let Some(block) = Block::owner_of(entry) {
                each(block.address(), block.asked());
            }
        }
    }
}

/// Bytes the value takes outside its entry, cells counted whole.
pub fn footprint(entry: Entry, pool: &Pool) -> usize {
    let mut bytes = 0;
    visit(entry, pool, &mut |address, _| {
        bytes += pool.size_of(address)
    });
    bytes
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
        Some(Layout::Fields(fields)) => fields.len() > FEW_PIECES,
        Some(Layout::Members(members)) => members.len() > FEW_PIECES,
        None => Block::owner_of(entry).is_some_and(|block| block.capacity() >= BIG_BLOCK_BYTES),
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
            Some(Layout::Fields(fields)) => fields.free_step(pool, cursor, budget),
            Some(Layout::Members(members)) => members.free_step(pool, cursor, budget),
            None => {
                if let Some(block) = Block::owner_of(entry) {
                    block.free(pool);
                }
                false
            }
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
/// The value is whole and readable after each step, also after one that failed for want of room.
///
/// # Safety
/// The entry's shard is held exclusively.
pub unsafe fn relocate_step(
    entry: Entry,
    space: Space<'_>,
    cursor: &mut u64,
    budget: usize,
) -> Result<bool, Full> {
    let space = space.strict();
    // SAFETY: by contract; the entry keeps the word that is answered.
    unsafe {
        match Layout::of(entry) {
            Some(Layout::Fields(fields)) => {
                let (fields, more) = fields.relocate_step(space, cursor, budget);
                entry.set_word(fields.word());
                return more;
            }
            Some(Layout::Members(members)) => {
                let (members, more) = members.relocate_step(space, cursor, budget);
                entry.set_word(members.word());
                return more;
            }
            None => {}
        }
    }
    if let Some(block) = Block::owner_of(entry)
        && !space.holds(block.address())
    {
        // SAFETY: the shard is held, so the bytes are whole and nobody reads the old block once the word is swung.
        unsafe {
            let copy = Block::from_bytes(space, block.bytes())?;
            entry.set_word(copy.word());
            block.free(space.pool);
        }
    }
    Ok(false)
}

/// A copy of the value in `space`, as the word of an entry of the same type and encoding. Nothing is left behind when
/// there is no room.
///
/// # Safety
/// The entry has a word and its shard is held.
pub unsafe fn duplicate(entry: Entry, space: Space<'_>) -> Result<u64, Full> {
    match (Layout::of(entry), Block::owner_of(entry)) {
        (Some(Layout::Fields(fields)), _) => fields.duplicate(space).map(Elements::word),
        (Some(Layout::Members(members)), _) => members.duplicate(space).map(Elements::word),
        // SAFETY: the block is live and its shard is held.
        (None, Some(block)) => Block::from_bytes(space, unsafe { block.bytes() }).map(Block::word),
        (None, None) => Ok(entry.word()),
    }
}
