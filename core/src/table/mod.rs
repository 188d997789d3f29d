//! The hash table of the keyspace's shards and of large hashes, sets and sorted sets: an extendible hash (Fagin et al.,
//! 1979) whose directory leads to segments that grow line by line, so that it is never less than three quarters full for
//! long and no insert moves more than one segment.
//!
//! ```text
//! hash: 63 … directory prefix … │ … │ 21 … shard … 16 │ 15 … tag … 0
//! ```
//! It deals in slots and may not know locks, databases or what a slot leads to. Directory and segments lie in the pool, and
//! so may the `Table` itself: it is plain data. Whoever calls is alone with it, or reads among readers.
//!
//! Invariants: `len` is the number of slots in use and `deadlines` of those that carry the deadline bit; the directory has
//! `1 << depth` entries and a segment of local depth d fills `1 << (depth - d)` of them.

pub mod pick;
mod renew;
pub mod segment;
#[cfg(test)]
mod tests;

use crate::pool::Pool;
use crate::pool::space::{Full, LOOK_BYTES, Space};
use core::ptr::NonNull;
use segment::{LINE_BYTES, LINE_SLOTS, LINE_STEPS, LINES_MAX, Place, Segment, Slot, prefetch};

/// The deepest directory: 2^26 segments.
pub const DEPTH_MAX: u32 = 26;
/// One in so many removals looks whether its segment has become too large.
const SHRINK_CHECK_EVERY: usize = 64;
/// A segment is too large for what it holds below so many tenths: when something is removed, and to a compaction.
const SHRINK_BELOW: usize = 3;
const COMPACT_BELOW: usize = 5;

/// The bits of a hash that choose a line.
#[inline(always)]
pub const fn tag_of(hash: u64) -> u16 {
    hash as u16
}

/// A directory entry: a segment's place, its lines, its local depth.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Link(u64);

impl Link {
    fn new(offset: u64, lines: u32, depth: u32) -> Link {
        Link((offset / 8) | ((lines as u64) << 41) | ((depth as u64) << 49))
    }
    #[inline(always)]
    const fn offset(self) -> u64 {
        (self.0 & ((1 << 41) - 1)) * 8
    }
    #[inline(always)]
    const fn lines(self) -> u32 {
        (self.0 >> 41) as u32 & 0xff
    }
    const fn depth(self) -> u32 {
        (self.0 >> 49) as u32 & 0x3f
    }
}

/// Where a slot was found: good until the table changes.
#[derive(Clone, Copy)]
pub struct Found {
    segment: Segment,
    place: Place,
}

impl Found {
    /// What is there.
    #[inline(always)]
    pub fn slot(self) -> Slot {
        self.segment.slot_at(self.place)
    }
}

/// A hash table of slots. All zero is an empty one, which owns nothing.
#[derive(Default)]
#[repr(C)]
pub struct Table {
    directory: Option<NonNull<Link>>,
    depth: u32,
    len: usize,
    deadlines: usize,
    lines: usize,
}

// SAFETY: the pointer leads into the pool, which outlives every table, and is used only by whoever holds its guard.
unsafe impl Send for Table {}

impl Table {
    /// Slots in use.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Slots in use that carry the deadline bit.
    pub const fn deadlines(&self) -> usize {
        self.deadlines
    }

    /// Slots it has room for.
    pub const fn slots(&self) -> usize {
        self.lines * LINE_SLOTS
    }

    #[inline(always)]
    fn index(&self, hash: u64) -> usize {
        // A shift by 64 is not a shift: depth 0 has one entry.
        if self.depth == 0 {
            0
        } else {
            (hash >> (64 - self.depth)) as usize
        }
    }

    #[inline(always)]
    fn link(&self, index: usize) -> Option<Link> {
        debug_assert!(index < 1 << self.depth);
        // SAFETY: the directory has `1 << depth` initialised entries.
        self.directory
            .map(|directory| unsafe { *directory.as_ptr().add(index) })
    }

    #[inline(always)]
    fn segment(link: Link, pool: &Pool) -> Segment {
        // SAFETY: a link in the directory leads to a live segment of that many lines, and the caller holds its guard.
        unsafe { Segment::at(pool.at(link.offset()).cast(), link.lines()) }
    }

    #[inline(always)]
    fn segment_of(&self, pool: &Pool, hash: u64) -> Option<Segment> {
        self.link(self.index(hash))
            .map(|link| Table::segment(link, pool))
    }

    /// Asks the CPU for the line a look-up of `hash` will read.
    pub fn prefetch(&self, pool: &Pool, hash: u64) {
        if let Some(segment) = self.segment_of(pool, hash) {
            segment.prefetch(tag_of(hash));
        }
    }

    /// The first slot of `hash` for which `is_it` holds.
    #[inline]
    pub fn find(&self, pool: &Pool, hash: u64, is_it: impl FnMut(Slot) -> bool) -> Option<Found> {
        let segment = self.segment_of(pool, hash)?;
        let place = segment.find(tag_of(hash), is_it)?;
        Some(Found { segment, place })
    }

    /// Adds a slot whose element is not here yet and whose tag is `tag_of(hash)`. `hash_of` gives any slot's hash; the
    /// directory and segments grow in `space`.
    pub fn insert(
        &mut self,
        space: Space<'_>,
        hash: u64,
        slot: Slot,
        hash_of: impl Fn(Slot) -> u64,
    ) -> Result<Found, Full> {
        debug_assert_eq!(slot.tag(), tag_of(hash));
        if self.directory.is_none() {
            self.create(space)?;
        }
        loop {
            let segment = self.segment_of(space.pool, hash).ok_or(Full)?;
            if let Some(place) = segment.insert(slot) {
                self.len += 1;
                self.deadlines += slot.has_deadline() as usize;
                return Ok(Found { segment, place });
            }
            self.grow(space, hash, &hash_of)?;
        }
    }

    /// Puts another slot of the same tag where one was found; it may have gained or lost its deadline.
    pub fn replace(&mut self, found: Found, slot: Slot) {
        let before = found.slot();
        found.segment.replace(found.place, slot);
        self.deadlines =
            self.deadlines + slot.has_deadline() as usize - before.has_deadline() as usize;
    }

    /// Takes a slot out; what it leads to is the caller's now.
    pub fn remove(&mut self, pool: &Pool, found: Found, hash: u64) -> Slot {
        let slot = found.slot();
        found.segment.remove(found.place);
        self.len -= 1;
        self.deadlines -= slot.has_deadline() as usize;
        if self.len % SHRINK_CHECK_EVERY == 0 {
            self.shrink(pool, hash);
        }
        slot
    }

    fn create(&mut self, space: Space<'_>) -> Result<(), Full> {
        let directory = space.alloc(size_of::<Link>())?.cast::<Link>();
        let segment = alloc_segment(space, LINE_STEPS[0]).inspect_err(|Full| {
            // SAFETY: just allocated with this size.
            unsafe { space.free(directory.cast(), size_of::<Link>()) }
        })?;
        let link = Link::new(space.pool.offset_of(segment.address()), segment.lines(), 0);
        // SAFETY: the directory has one entry.
        unsafe { directory.as_ptr().write(link) };
        (self.directory, self.depth, self.lines) = (Some(directory), 0, segment.lines() as usize);
        Ok(())
    }

    /// Makes room near `hash`: a larger segment, or two where it was one.
    #[cold]
    fn grow(
        &mut self,
        space: Space<'_>,
        hash: u64,
        hash_of: &impl Fn(Slot) -> u64,
    ) -> Result<(), Full> {
        let index = self.index(hash);
        let link = self.link(index).ok_or(Full)?;
        let segment = Table::segment(link, space.pool);
        let larger = LINE_STEPS
            .iter()
            .copied()
            .filter(|&lines| lines > segment.lines());
        for lines in larger {
            if self.resize(space, index, link, lines)? {
                return Ok(());
            }
        }
        self.split(space, index, link, hash_of)
    }

    /// Gives the segment of `link` another number of lines; `false` when its slots do not fit.
    fn resize(
        &mut self,
        space: Space<'_>,
        index: usize,
        link: Link,
        lines: u32,
    ) -> Result<bool, Full> {
        let pool = space.pool;
        let source = Table::segment(link, pool);
        let target = alloc_segment(space, lines)?;
        if !source.copy_into(target) {
            free_segment(pool, target);
            return Ok(false);
        }
        let (first, count) = self.range(index, link.depth());
        self.set_links(
            first,
            count,
            Link::new(pool.offset_of(target.address()), lines, link.depth()),
        );
        self.lines = self.lines + lines as usize - source.lines() as usize;
        free_segment(pool, source);
        Ok(true)
    }

    /// The directory entries that lead to the segment of local `depth` at `index`: the first and how many.
    fn range(&self, index: usize, depth: u32) -> (usize, usize) {
        let count = 1usize << (self.depth - depth);
        (index & !(count - 1), count)
    }

    fn set_links(&mut self, first: usize, count: usize, link: Link) {
        let Some(directory) = self.directory else {
            return;
        };
        for index in first..first + count {
            // SAFETY: `range` stays inside the directory.
            unsafe { directory.as_ptr().add(index).write(link) };
        }
    }

    /// Splits a segment by the next bit of its keys' hashes.
    fn split(
        &mut self,
        space: Space<'_>,
        index: usize,
        link: Link,
        hash_of: &impl Fn(Slot) -> u64,
    ) -> Result<(), Full> {
        if link.depth() == self.depth {
            return self.deepen(space);
        }
        let pool = space.pool;
        let source = Table::segment(link, pool);
        let bit = 63 - link.depth();
        let upper = upper_half(source, pool, |slot| hash_of(slot) >> bit & 1 == 1);
        let low = gather(space, source, &upper, false)?;
        let high =
            gather(space, source, &upper, true).inspect_err(|Full| free_segment(pool, low))?;
        let (first, count) = self.range(index, link.depth());
        let halves = [low, high];
        for (half, segment) in halves.into_iter().enumerate() {
            let link = Link::new(
                pool.offset_of(segment.address()),
                segment.lines(),
                link.depth() + 1,
            );
            self.set_links(first + half * count / 2, count / 2, link);
            self.lines += segment.lines() as usize;
        }
        self.lines -= source.lines() as usize;
        free_segment(pool, source);
        Ok(())
    }

    /// Doubles the directory.
    fn deepen(&mut self, space: Space<'_>) -> Result<(), Full> {
        let source = self
            .directory
            .filter(|_| self.depth < DEPTH_MAX)
            .ok_or(Full)?;
        let count = 1usize << self.depth;
        let target = space.alloc(2 * count * size_of::<Link>())?.cast::<Link>();
        for index in 0..2 * count {
            // SAFETY: both indexes are inside their directories.
            unsafe {
                target
                    .as_ptr()
                    .add(index)
                    .write(*source.as_ptr().add(index / 2))
            };
        }
        // SAFETY: the old directory was asked for with this size and is not used again.
        unsafe { space.free(source.cast(), count * size_of::<Link>()) };
        (self.directory, self.depth) = (Some(target), self.depth + 1);
        Ok(())
    }

    /// Makes the segment of `hash` smaller when it has become much too large.
    fn shrink(&mut self, pool: &Pool, hash: u64) {
        let index = self.index(hash);
        let Some(link) = self.link(index) else { return };
        self.tighten(pool, index, link, SHRINK_BELOW);
    }

    /// Makes a segment smaller when less than `tenths` of its slots are in use; `false` when it is not, or cannot be: then it
    /// stays as it is.
    fn tighten(&mut self, pool: &Pool, index: usize, link: Link, tenths: usize) -> bool {
        let segment = Table::segment(link, pool);
        let (used, lines) = (segment.slots().count(), segment.lines());
        if used * 10 >= lines as usize * LINE_SLOTS * tenths {
            return false;
        }
        let node = [pool.node_of(segment.address())];
        let (space, wanted) = (Space::new(pool, &node), lines_for(used));
        let mut smaller = LINE_STEPS
            .into_iter()
            .filter(|it| (wanted..lines).contains(it));
        smaller.any(|lines| self.resize(space, index, link, lines) == Ok(true))
    }

    /// Every segment once, with its local depth, in the order of hash prefixes.
    fn segments<'a>(&'a self, pool: &'a Pool) -> impl Iterator<Item = (usize, Segment)> + 'a {
        let mut index = 0;
        core::iter::from_fn(move || {
            if self.directory.is_none() || index >= 1 << self.depth {
                return None;
            }
            let link = self.link(index)?;
            let here = index;
            index += 1 << (self.depth - link.depth());
            Some((here, Table::segment(link, pool)))
        })
    }

    /// Every slot in use.
    pub fn all<'a>(&'a self, pool: &'a Pool) -> impl Iterator<Item = Slot> + 'a {
        self.segments(pool).flat_map(|(_, segment)| segment.slots())
    }

    /// Calls `each` for the directory and every segment: where it lies and the bytes it asked for.
    pub fn visit(&self, pool: &Pool, each: &mut dyn FnMut(NonNull<u8>, usize)) {
        if let Some(directory) = self.directory {
            each(directory.cast(), (1usize << self.depth) * size_of::<Link>());
        }
        self.segments(pool)
            .for_each(|(_, segment)| each(segment.address(), segment.bytes()));
    }

    /// Moves what of the directory and the segments from `cursor` on does not lie on the space's node there, until `budget`
    /// bytes are written; `true` when more is left. The slots stay as they are. A compaction also makes segments smaller
    /// that have room to spare.
    pub fn relocate_step(
        &mut self,
        space: Space<'_>,
        cursor: &mut usize,
        budget: &mut usize,
    ) -> Result<bool, Full> {
        let space = space.strict();
        if *cursor == 0 {
            *budget = budget.saturating_sub(self.relocate_directory(space)?);
        }
        while self.directory.is_some() && *cursor < 1 << self.depth {
            if *budget == 0 {
                return Ok(true);
            }
            let Some(link) = self.link(*cursor) else {
                break;
            };
            let (first, count) = self.range(*cursor, link.depth());
            let segment = Table::segment(link, space.pool);
            *budget = budget.saturating_sub(LOOK_BYTES);
            if space.is_compacting() && self.tighten(space.pool, first, link, COMPACT_BELOW) {
                *budget = budget.saturating_sub(segment.bytes());
            } else if !space.holds(segment.address()) {
                // SAFETY: the segment was allocated with `bytes()`, and the links lead to the answer from now on.
                let target = unsafe { space.migrate_block(segment.address(), segment.bytes())? };
                let offset = space.pool.offset_of(target);
                self.set_links(first, count, Link::new(offset, link.lines(), link.depth()));
                *budget = budget.saturating_sub(segment.bytes());
            }
            *cursor = first + count;
        }
        Ok(false)
    }

    /// Moves the directory to the space's node and answers the bytes written.
    fn relocate_directory(&mut self, space: Space<'_>) -> Result<usize, Full> {
        let Some(source) = self.directory.filter(|it| !space.holds(it.cast())) else {
            return Ok(0);
        };
        let bytes = (1usize << self.depth) * size_of::<Link>();
        // SAFETY: the directory was asked for with this size, and its old place is not used again.
        let target = unsafe { space.migrate_block(source.cast(), bytes)? };
        self.directory = Some(target.cast());
        Ok(bytes)
    }

    /// Takes the first segment's slots out, calling `each` for them, and frees it; `false` when the table is empty and
    /// owns nothing more. So a table can be dismantled in bounded steps.
    pub fn dismantle_step(
        &mut self,
        pool: &Pool,
        cursor: &mut usize,
        each: impl FnMut(Slot),
    ) -> bool {
        let Some(directory) = self.directory else {
            return false;
        };
        if *cursor >= 1 << self.depth {
            // SAFETY: the directory was asked for with this size; every segment is gone.
            unsafe { pool.free(directory.cast(), (1usize << self.depth) * size_of::<Link>()) };
            *self = Table::default();
            return false;
        }
        if let Some(link) = self.link(*cursor) {
            let segment = Table::segment(link, pool);
            segment.slots().for_each(each);
            free_segment(pool, segment);
            *cursor += 1 << (self.depth - link.depth());
        }
        true
    }

    /// Calls `visit` for the slots of home lines from `position` on until `budget` lines are read or `visit` says stop;
    /// answers where to go on, or `None` behind the last line. Every element present throughout a walk is visited.
    pub fn walk(
        &self,
        pool: &Pool,
        position: Position,
        budget: &mut usize,
        mut visit: impl FnMut(Slot) -> bool,
    ) -> Option<Position> {
        let mut position = position;
        loop {
            let index = if self.depth == 0 {
                0
            } else {
                (position.prefix >> (DEPTH_MAX - self.depth)) as usize
            };
            let link = self.link(index)?;
            let segment = Table::segment(link, pool);
            let mut line = if link.depth() < position.depth {
                0
            } else {
                segment.home(position.tag)
            };
            let (first, count) = self.range(index, link.depth());
            while line < segment.lines() {
                if *budget == 0 {
                    let prefix = if self.depth == 0 {
                        0
                    } else {
                        (first as u32) << (DEPTH_MAX - self.depth)
                    };
                    let tag = segment.first_tag(line) as u16;
                    return Some(Position {
                        prefix,
                        depth: link.depth(),
                        tag,
                    });
                }
                *budget -= 1;
                let more = segment
                    .slots_of_home(line)
                    .fold(true, |more, slot| visit(slot) & more);
                if !more {
                    *budget = 0;
                }
                line += 1;
            }
            if first + count >= 1 << self.depth {
                return None;
            }
            let prefix = ((first + count) as u32) << (DEPTH_MAX - self.depth);
            position = Position {
                prefix,
                depth: 0,
                tag: 0,
            };
        }
    }

    /// A slot picked at random (`random` chooses the place), near enough evenly.
    pub fn random(&self, pool: &Pool, random: u64) -> Option<Slot> {
        if self.is_empty() {
            return None;
        }
        let start = self.index(random);
        for step in 0..1usize << self.depth {
            let index = (start + step) & ((1 << self.depth) - 1);
            let segment = Table::segment(self.link(index)?, pool);
            let used = segment.slots().count();
            if used > 0 {
                return segment.slots().nth(random as u32 as usize % used);
            }
        }
        None
    }

    /// Re-derives the module's invariants; `hash_of` gives a slot's hash.
    pub fn is_valid(&self, pool: &Pool, hash_of: impl Fn(Slot) -> u64) -> Result<(), String> {
        let (mut len, mut deadlines, mut lines) = (0, 0, 0);
        for (index, segment) in self.segments(pool) {
            segment.is_valid()?;
            lines += segment.lines() as usize;
            for slot in segment.slots() {
                let hash = hash_of(slot);
                len += 1;
                deadlines += slot.has_deadline() as usize;
                if slot.tag() != tag_of(hash) {
                    return Err(format!("{slot:?} has not the tag of its hash {hash:#x}"));
                }
                let (first, _) =
                    self.range(self.index(hash), self.link(index).map_or(0, Link::depth));
                if first != index {
                    return Err(format!("a slot of directory entry {first} lies in {index}"));
                }
            }
        }
        let (counted, kept) = (
            (len, deadlines, lines),
            (self.len, self.deadlines, self.lines),
        );
        if counted == kept {
            Ok(())
        } else {
            Err(format!("len, deadlines, lines: {counted:?}, kept {kept:?}"))
        }
    }
}

/// A place in the order of hashes, independent of how the table has grown since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The top `DEPTH_MAX` bits of the hash.
    pub prefix: u32,
    /// Local depth of the segment it was taken in.
    pub depth: u32,
    /// The first tag not visited yet.
    pub tag: u16,
}

fn alloc_segment(space: Space<'_>, lines: u32) -> Result<Segment, Full> {
    let address = space.alloc(lines as usize * LINE_BYTES)?;
    // SAFETY: the allocation is as large as the lines and is initialised by `clear` before anyone reads it.
    let segment = unsafe { Segment::at(address.cast(), lines) };
    segment.clear();
    Ok(segment)
}

fn free_segment(pool: &Pool, segment: Segment) {
    // SAFETY: the segment was allocated with `bytes()` and no link leads to it any more.
    unsafe { pool.free(segment.address(), segment.bytes()) }
}

/// Lines that hold `used` slots at four fifths of their room.
fn lines_for(used: usize) -> u32 {
    let wanted = (used * 5).div_ceil(4 * LINE_SLOTS).max(1) as u32;
    LINE_STEPS
        .iter()
        .copied()
        .find(|&lines| lines >= wanted)
        .unwrap_or(LINES_MAX)
}

const SLOTS_MAX: usize = LINES_MAX as usize * LINE_SLOTS;

/// Which of a segment's slots, in their order, belong to the upper half of its hashes. Each element is read for it, so they
/// are asked for ahead.
fn upper_half(
    source: Segment,
    pool: &Pool,
    is_upper: impl Fn(Slot) -> bool,
) -> [u64; SLOTS_MAX / 64] {
    const AHEAD: usize = 16;
    let mut bits = [0u64; SLOTS_MAX / 64];
    let mut coming = source.slots();
    let ask = |slot: Slot| {
        if !slot.is_inline() {
            prefetch(pool.at(slot.offset()).as_ptr());
        }
    };
    coming.by_ref().take(AHEAD).for_each(ask);
    for (number, slot) in source.slots().enumerate() {
        coming.next().map(ask);
        bits[number / 64] |= (is_upper(slot) as u64) << (number % 64);
    }
    bits
}

/// A new segment with those slots of `source` whose bit in `upper` is `half`.
fn gather(
    space: Space<'_>,
    source: Segment,
    upper: &[u64; SLOTS_MAX / 64],
    half: bool,
) -> Result<Segment, Full> {
    let mine = || {
        let chosen = |number: usize| (upper[number / 64] >> (number % 64) & 1 == 1) == half;
        source
            .slots()
            .enumerate()
            .filter(move |(number, _)| chosen(*number))
            .map(|(_, slot)| slot)
    };
    let wanted = lines_for(mine().count());
    for lines in LINE_STEPS.into_iter().filter(|&lines| lines >= wanted) {
        let segment = alloc_segment(space, lines)?;
        if mine().all(|slot| segment.insert(slot).is_some()) {
            return Ok(segment);
        }
        free_segment(space.pool, segment);
    }
    // Elements that come in the order of another table's hashes crowd into one half: there they stay where they are.
    let segment = alloc_segment(space, source.lines())?;
    source.clone_into(segment);
    segment.retain(|number| (upper[number / 64] >> (number % 64) & 1 == 1) == half);
    Ok(segment)
}
