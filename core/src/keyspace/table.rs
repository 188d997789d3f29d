//! The table of one database's share of one shard: an extendible hash (Fagin et al., 1979) whose directory leads to
//! segments that grow line by line, so that it is never less than three quarters full for long and no insert moves more
//! than one segment.
//!
//! ```text
//! hash: 63 … directory prefix … │ … │ 21 … shard … 16 │ 15 … tag … 0
//! ```
//! It may not know locks, databases or values. Directory and segments lie in the pool; whoever calls holds the shard.
//!
//! Invariants: `len` is the number of slots in use and `deadlines` of those that carry the deadline bit; the directory has
//! `1 << depth` entries and a segment of local depth d fills `1 << (depth - d)` of them.

use crate::keyspace::segment::{LINE_SLOTS, LINE_STEPS, LINES_MAX, Place, Segment, Slot};
use crate::object::entry::Entry;
use crate::pool::Pool;
use core::ptr::NonNull;

/// The deepest directory: 2^26 segments a shard.
pub const DEPTH_MAX: u32 = 26;
/// One in so many removals looks whether its segment has become too large.
const SHRINK_CHECK_EVERY: usize = 64;

/// The bits of a hash that choose a line.
#[inline(always)]
pub const fn tag_of(hash: u64) -> u16 {
    hash as u16
}

/// No room on the node the table grows on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

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

/// A key's slot and entry.
#[derive(Clone, Copy)]
pub struct Found {
    segment: Segment,
    place: Place,
    /// The key's entry.
    pub entry: Entry,
}

/// One database's keys in one shard.
#[derive(Default)]
pub struct Table {
    directory: Option<NonNull<Link>>,
    depth: u32,
    len: usize,
    deadlines: usize,
    lines: usize,
}

// SAFETY: the pointer leads into the pool, which outlives every table, and is used only under the shard's lock.
unsafe impl Send for Table {}

impl Table {
    /// Keys in it.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Keys with a deadline.
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
        // SAFETY: a link in the directory leads to a live segment of that many lines, and the caller holds the shard.
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

    /// The entry of `key`, expired or not.
    #[inline]
    pub fn find(&self, pool: &Pool, hash: u64, key: &[u8]) -> Option<Found> {
        let segment = self.segment_of(pool, hash)?;
        let place = segment.find(tag_of(hash), |slot| entry_of(slot, pool).key() == key)?;
        Some(Found {
            segment,
            place,
            entry: entry_of(segment.slot_at(place), pool),
        })
    }

    /// Adds an entry whose key is not here yet. `hash_of` gives any entry's hash; the directory and segments grow on
    /// `node`.
    pub fn insert(
        &mut self,
        pool: &Pool,
        node: u32,
        hash: u64,
        entry: Entry,
        hash_of: impl Fn(Entry) -> u64,
    ) -> Result<(), Full> {
        let has_deadline = entry.shape().has_deadline();
        let slot = Slot::new(tag_of(hash), pool.offset_of(entry.address()), has_deadline);
        if self.directory.is_none() {
            self.create(pool, node)?;
        }
        while self
            .segment_of(pool, hash)
            .is_some_and(|segment| segment.insert(slot).is_none())
        {
            self.grow(pool, node, hash, &hash_of)?;
        }
        self.len += 1;
        self.deadlines += has_deadline as usize;
        Ok(())
    }

    /// Points a key's slot at another entry of the same key, which may have gained or lost its deadline.
    pub fn replace(&mut self, pool: &Pool, found: Found, entry: Entry) {
        let before = found.segment.slot_at(found.place);
        let has_deadline = entry.shape().has_deadline();
        let slot = Slot::new(before.tag(), pool.offset_of(entry.address()), has_deadline);
        found.segment.replace(found.place, slot);
        self.deadlines = self.deadlines + has_deadline as usize - before.has_deadline() as usize;
    }

    /// Takes a key's slot out; its entry is the caller's now.
    pub fn remove(&mut self, pool: &Pool, found: Found, hash: u64) -> Entry {
        let slot = found.segment.slot_at(found.place);
        found.segment.remove(found.place);
        self.len -= 1;
        self.deadlines -= slot.has_deadline() as usize;
        if self.len % SHRINK_CHECK_EVERY == 0 {
            self.shrink(pool, hash);
        }
        found.entry
    }

    fn create(&mut self, pool: &Pool, node: u32) -> Result<(), Full> {
        let directory = pool
            .alloc(node, size_of::<Link>())
            .ok_or(Full)?
            .cast::<Link>();
        let Some(segment) = alloc_segment(pool, node, LINE_STEPS[0]) else {
            // SAFETY: just allocated with this size.
            unsafe { pool.free(directory.cast(), size_of::<Link>()) };
            return Err(Full);
        };
        let link = Link::new(pool.offset_of(segment.address()), segment.lines(), 0);
        // SAFETY: the directory has one entry.
        unsafe { directory.as_ptr().write(link) };
        (self.directory, self.depth, self.lines) = (Some(directory), 0, segment.lines() as usize);
        Ok(())
    }

    /// Makes room near `hash`: a larger segment, or two where it was one.
    #[cold]
    fn grow(
        &mut self,
        pool: &Pool,
        node: u32,
        hash: u64,
        hash_of: &impl Fn(Entry) -> u64,
    ) -> Result<(), Full> {
        let index = self.index(hash);
        let link = self.link(index).ok_or(Full)?;
        let segment = Table::segment(link, pool);
        let larger = LINE_STEPS
            .iter()
            .copied()
            .filter(|&lines| lines > segment.lines());
        for lines in larger {
            if self.resize(pool, node, index, link, lines)? {
                return Ok(());
            }
        }
        self.split(pool, node, index, link, hash_of)
    }

    /// Gives the segment of `link` another number of lines; `false` when its slots do not fit.
    fn resize(
        &mut self,
        pool: &Pool,
        node: u32,
        index: usize,
        link: Link,
        lines: u32,
    ) -> Result<bool, Full> {
        let source = Table::segment(link, pool);
        let target = alloc_segment(pool, node, lines).ok_or(Full)?;
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
        pool: &Pool,
        node: u32,
        index: usize,
        link: Link,
        hash_of: &impl Fn(Entry) -> u64,
    ) -> Result<(), Full> {
        if link.depth() == self.depth {
            return self.deepen(pool, node);
        }
        let source = Table::segment(link, pool);
        let bit = 63 - link.depth();
        let upper = upper_half(source, pool, |entry| hash_of(entry) >> bit & 1 == 1);
        let low = gather(pool, node, source, &upper, false).ok_or(Full)?;
        let Some(high) = gather(pool, node, source, &upper, true) else {
            free_segment(pool, low);
            return Err(Full);
        };
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
    fn deepen(&mut self, pool: &Pool, node: u32) -> Result<(), Full> {
        let source = self
            .directory
            .filter(|_| self.depth < DEPTH_MAX)
            .ok_or(Full)?;
        let count = 1usize << self.depth;
        let target = pool
            .alloc(node, 2 * count * size_of::<Link>())
            .ok_or(Full)?
            .cast::<Link>();
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
        unsafe { pool.free(source.cast(), count * size_of::<Link>()) };
        (self.directory, self.depth) = (Some(target), self.depth + 1);
        Ok(())
    }

    /// Makes the segment of `hash` smaller when it is less than three tenths full. It stays where it is when there is no room.
    fn shrink(&mut self, pool: &Pool, hash: u64) {
        let index = self.index(hash);
        let Some(link) = self.link(index) else { return };
        let segment = Table::segment(link, pool);
        let used = segment.slots().count();
        if segment.lines() > 1 && used * 10 < segment.lines() as usize * LINE_SLOTS * 3 {
            let lines = lines_for(used);
            let _stays_when_full =
                self.resize(pool, pool.node_of(segment.address()), index, link, lines);
        }
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

    /// Every entry.
    pub fn entries<'a>(&'a self, pool: &'a Pool) -> impl Iterator<Item = Entry> + 'a {
        self.segments(pool)
            .flat_map(|(_, segment)| segment.slots())
            .map(|slot| entry_of(slot, pool))
    }

    /// Takes the first segment's entries out, calling `each` for them, and frees it; `false` when the table is empty and
    /// owns nothing more. So a table can be dismantled in bounded steps.
    pub fn dismantle_step(
        &mut self,
        pool: &Pool,
        cursor: &mut usize,
        mut each: impl FnMut(Entry),
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
            segment.slots().for_each(|slot| each(entry_of(slot, pool)));
            free_segment(pool, segment);
            *cursor += 1 << (self.depth - link.depth());
        }
        true
    }

    /// Calls `visit` for the keys of home lines from `position` on until `budget` lines are read or `visit` says stop;
    /// answers where to go on, or `None` behind the last line. Every key present throughout a walk is visited.
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

    /// An entry picked at random (`random` chooses the place), near enough evenly.
    pub fn random(&self, pool: &Pool, random: u64) -> Option<Entry> {
        if self.is_empty() {
            return None;
        }
        let start = self.index(random);
        for step in 0..1usize << self.depth {
            let index = (start + step) & ((1 << self.depth) - 1);
            let segment = Table::segment(self.link(index)?, pool);
            let used = segment.slots().count();
            if used > 0 {
                let slot = segment.slots().nth(random as u32 as usize % used)?;
                return Some(entry_of(slot, pool));
            }
        }
        None
    }

    /// Re-derives the module's invariants; `hash_of` gives an entry's hash.
    pub fn is_valid(&self, pool: &Pool, hash_of: impl Fn(Entry) -> u64) -> Result<(), String> {
        let (mut len, mut deadlines, mut lines) = (0, 0, 0);
        for (index, segment) in self.segments(pool) {
            segment.is_valid()?;
            lines += segment.lines() as usize;
            for slot in segment.slots() {
                let entry = entry_of(slot, pool);
                let hash = hash_of(entry);
                len += 1;
                deadlines += slot.has_deadline() as usize;
                if slot.tag() != tag_of(hash) || slot.has_deadline() != entry.shape().has_deadline()
                {
                    return Err(format!(
                        "{slot:?} does not fit its entry {:?}",
                        entry.shape()
                    ));
                }
                let (first, _) =
                    self.range(self.index(hash), self.link(index).map_or(0, Link::depth));
                if first != index {
                    return Err(format!("a key of directory entry {first} lies in {index}"));
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

/// The entry a slot leads to.
#[inline(always)]
pub fn entry_of(slot: Slot, pool: &Pool) -> Entry {
    // SAFETY: a slot in use leads to a live entry, and the caller holds the shard.
    unsafe { Entry::at(pool.at(slot.offset())) }
}

fn alloc_segment(pool: &Pool, node: u32, lines: u32) -> Option<Segment> {
    let address = pool.alloc(node, lines as usize * crate::keyspace::segment::LINE_BYTES)?;
    // SAFETY: the allocation is as large as the lines and is initialised by `clear` before anyone reads it.
    let segment = unsafe { Segment::at(address.cast(), lines) };
    segment.clear();
    Some(segment)
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

/// Which of a segment's slots, in their order, belong to the upper half of its hashes. Each key is read for it, so the
/// entries are asked for ahead.
fn upper_half(
    source: Segment,
    pool: &Pool,
    is_upper: impl Fn(Entry) -> bool,
) -> [u64; SLOTS_MAX / 64] {
    const AHEAD: usize = 16;
    let mut bits = [0u64; SLOTS_MAX / 64];
    let mut coming = source.slots();
    let ask = |slot: Slot| crate::keyspace::segment::prefetch(pool.at(slot.offset()).as_ptr());
    coming.by_ref().take(AHEAD).for_each(ask);
    for (number, slot) in source.slots().enumerate() {
        coming.next().map(ask);
        bits[number / 64] |= (is_upper(entry_of(slot, pool)) as u64) << (number % 64);
    }
    bits
}

/// A new segment with those slots of `source` whose bit in `upper` is `half`.
fn gather(
    pool: &Pool,
    node: u32,
    source: Segment,
    upper: &[u64; SLOTS_MAX / 64],
    half: bool,
) -> Option<Segment> {
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
        let segment = alloc_segment(pool, node, lines)?;
        if mine().all(|slot| segment.insert(slot).is_some()) {
            return Some(segment);
        }
        free_segment(pool, segment);
    }
    None
}
