//! PREFIX: the sixteen bytes before every key's entry. They *are* the object header: lengths, type, encoding, clocks and
//! hotness, so that no side table, no lock and no second look-up is needed to know how a key is used.
//!
//! It may not know what a key or a value looks like beyond their lengths, nor where an entry lives.
//!
//! ```text
//! word 0, the shape: written under the shard's exclusive lock, read under any
//!   bits  0-29  key_len     bytes of the key, at most 2^30 - 1
//!   bits 30-45  value_len   bytes of the value when it lies in the entry, else 0
//!   bits 46-49  type        ObjectType
//!   bits 50-53  encoding    Encoding
//!   bit  54     deadline    the entry holds one (8 bytes after the PREFIX)
//!   bit  55     word        the entry holds one word (an integer, or the address of a value outside)
//!   bits 56-63  spare
//! word 1, the use: relaxed atomics, written by readers too
//!   bits  0-23  clock       seconds of the last counted access, modulo 2^24 (194 days)
//!   bits 24-31  frequency   Redis' logarithmic LFU counter
//!   bits 32-34  level       hotness 0-7 as of `clock`
//!   bits 35-47  accesses    estimated: 8 bits of mantissa, 5 of exponent; exact up to 255
//!   bits 48-53  accessor    node index that leads the majority vote
//!   bits 54-57  vote        its lead, 0-15
//!   bits 58-59  epoch       reserved for a snapshot's cut
//!   bits 60-63  spare
//! ```
//! Invariant: the widths of each word's fields sum to at most 64, asserted below.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Bytes of a PREFIX.
pub const PREFIX_BYTES: usize = 16;
/// The longest key an entry can hold, in bytes.
pub const KEY_BYTES_MAX: usize = (1 << KEY_LEN.width) - 1;
/// The longest value that may lie inside its entry, in bytes.
pub const EMBEDDED_BYTES_MAX: usize = (1 << VALUE_LEN.width) - 1;
/// The hottest level.
pub const LEVEL_MAX: u8 = 7;

/// One bit field of a word.
#[derive(Clone, Copy)]
struct Field {
    shift: u32,
    width: u32,
}

impl Field {
    const fn mask(self) -> u64 {
        ((1 << self.width) - 1) << self.shift
    }
    const fn get(self, word: u64) -> u64 {
        (word >> self.shift) & ((1 << self.width) - 1)
    }
    const fn with(self, word: u64, value: u64) -> u64 {
        (word & !self.mask()) | ((value << self.shift) & self.mask())
    }
    const fn after(self, width: u32) -> Field {
        Field {
            shift: self.shift + self.width,
            width,
        }
    }
}

const KEY_LEN: Field = Field {
    shift: 0,
    width: 30,
};
const VALUE_LEN: Field = KEY_LEN.after(16);
const TYPE: Field = VALUE_LEN.after(4);
const ENCODING: Field = TYPE.after(4);
const DEADLINE: Field = ENCODING.after(1);
const WORD: Field = DEADLINE.after(1);

const CLOCK: Field = Field {
    shift: 0,
    width: 24,
};
const FREQUENCY: Field = CLOCK.after(8);
const LEVEL: Field = FREQUENCY.after(3);
const MANTISSA: Field = LEVEL.after(8);
const EXPONENT: Field = MANTISSA.after(5);
const ACCESSOR: Field = EXPONENT.after(6);
const VOTE: Field = ACCESSOR.after(4);
const EPOCH: Field = VOTE.after(2);

const _: () = assert!(WORD.shift == 55 && WORD.shift + WORD.width <= 64);
const _: () = assert!(EPOCH.shift == 58 && EPOCH.shift + EPOCH.width <= 64);
const _: () = assert!(core::mem::size_of::<Prefix>() == PREFIX_BYTES);

/// How many types there are.
pub const OBJECT_TYPES: usize = ObjectType::ALL.len();

/// What kind of value a key holds. The numbers are stored: append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ObjectType {
    /// A byte string or an integer.
    String = 0,
    /// A list.
    List = 1,
    /// A set.
    Set = 2,
    /// A sorted set.
    SortedSet = 3,
    /// A hash.
    Hash = 4,
    /// A stream.
    Stream = 5,
}

impl ObjectType {
    const ALL: [ObjectType; 6] = [
        Self::String,
        Self::List,
        Self::Set,
        Self::SortedSet,
        Self::Hash,
        Self::Stream,
    ];

    /// The name TYPE and SCAN use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::List => "list",
            Self::Set => "set",
            Self::SortedSet => "zset",
            Self::Hash => "hash",
            Self::Stream => "stream",
        }
    }

    const fn from_bits(bits: u64) -> ObjectType {
        Self::ALL[if (bits as usize) < Self::ALL.len() {
            bits as usize
        } else {
            0
        }]
    }
}

/// How a value is laid out, by the names OBJECT ENCODING shows. The numbers are stored: append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Encoding {
    /// A 64-bit integer in the entry's word.
    Int = 0,
    /// A string of at most 44 bytes that was set whole.
    Embstr = 1,
    /// Any other string.
    Raw = 2,
    /// Elements one behind the other in one block.
    Listpack = 3,
    /// Sorted integers of one width in one block.
    Intset = 4,
    /// A list of listpacks.
    Quicklist = 5,
    /// A hash table of elements.
    Hashtable = 6,
    /// A hash table and an order of elements.
    Skiplist = 7,
}

impl Encoding {
    const ALL: [Encoding; 8] = [
        Self::Int,
        Self::Embstr,
        Self::Raw,
        Self::Listpack,
        Self::Intset,
        Self::Quicklist,
        Self::Hashtable,
        Self::Skiplist,
    ];

    /// The name OBJECT ENCODING uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Embstr => "embstr",
            Self::Raw => "raw",
            Self::Listpack => "listpack",
            Self::Intset => "intset",
            Self::Quicklist => "quicklist",
            Self::Hashtable => "hashtable",
            Self::Skiplist => "skiplist",
        }
    }

    const fn from_bits(bits: u64) -> Encoding {
        Self::ALL[if (bits as usize) < Self::ALL.len() {
            bits as usize
        } else {
            0
        }]
    }
}

/// The first word: lengths, type, encoding and which optional parts the entry has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape(u64);

impl Shape {
    /// A shape. `key_len` and `value_len` are bytes within `KEY_BYTES_MAX` and `EMBEDDED_BYTES_MAX`.
    pub const fn new(
        kind: ObjectType,
        encoding: Encoding,
        key_len: usize,
        value_len: usize,
    ) -> Shape {
        debug_assert!(key_len <= KEY_BYTES_MAX && value_len <= EMBEDDED_BYTES_MAX);
        let word = KEY_LEN.with(0, key_len as u64);
        let word = VALUE_LEN.with(word, value_len as u64);
        let word = TYPE.with(word, kind as u64);
        Shape(ENCODING.with(word, encoding as u64))
    }

    /// The same with or without a deadline.
    pub const fn with_deadline(self, has: bool) -> Shape {
        Shape(DEADLINE.with(self.0, has as u64))
    }

    /// The same with or without the entry's word.
    pub const fn with_word(self, has: bool) -> Shape {
        Shape(WORD.with(self.0, has as u64))
    }

    /// Bytes of the key.
    #[inline(always)]
    pub const fn key_len(self) -> usize {
        KEY_LEN.get(self.0) as usize
    }

    /// Bytes of the embedded value.
    #[inline(always)]
    pub const fn value_len(self) -> usize {
        VALUE_LEN.get(self.0) as usize
    }

    /// The type of the value.
    pub const fn kind(self) -> ObjectType {
        ObjectType::from_bits(TYPE.get(self.0))
    }

    /// The encoding of the value.
    #[inline(always)]
    pub const fn encoding(self) -> Encoding {
        Encoding::from_bits(ENCODING.get(self.0))
    }

    /// Whether the entry holds a deadline.
    #[inline(always)]
    pub const fn has_deadline(self) -> bool {
        DEADLINE.get(self.0) == 1
    }

    /// Whether the entry holds a word.
    #[inline(always)]
    pub const fn has_word(self) -> bool {
        WORD.get(self.0) == 1
    }

    /// Bytes the whole entry asks of the pool.
    #[inline(always)]
    pub const fn entry_bytes(self) -> usize {
        self.key_offset() + self.key_len() + self.value_len()
    }

    /// Where the deadline lies, from the entry's start, if there is one.
    pub const fn deadline_offset(self) -> usize {
        PREFIX_BYTES
    }

    /// Where the word lies, from the entry's start, if there is one.
    #[inline(always)]
    pub const fn word_offset(self) -> usize {
        PREFIX_BYTES + 8 * DEADLINE.get(self.0) as usize
    }

    /// Where the key lies, from the entry's start.
    #[inline(always)]
    pub const fn key_offset(self) -> usize {
        self.word_offset() + 8 * WORD.get(self.0) as usize
    }
}

/// Who touches a key and when: what one access adds to the second word.
#[derive(Clone, Copy, Debug)]
pub struct Touch {
    /// Seconds, modulo 2^24.
    pub clock: u32,
    /// The accessor's node index.
    pub node: u32,
    /// Seconds after which an untouched key cools by one level; at least 1.
    pub decay_seconds: u32,
    /// A weak random word, fresh for each access; only its bits matter.
    pub random: u32,
    /// Redis' `lfu-log-factor`.
    pub lfu_log_factor: u32,
    /// Redis' `lfu-decay-time`, in minutes; 0 means never.
    pub lfu_decay_minutes: u32,
}

/// Redis starts its frequency counter here, so that new keys are not evicted at once.
const LFU_START: u64 = 5;

/// The second word: clocks and hotness, shared by readers.
#[repr(transparent)]
#[derive(Debug)]
pub struct Use(AtomicU64);

impl Use {
    /// A key that was just created at `clock` by `node`.
    pub const fn fresh(clock: u32, node: u32) -> u64 {
        let word = CLOCK.with(0, clock as u64);
        let word = FREQUENCY.with(word, LFU_START);
        ACCESSOR.with(word, node as u64)
    }

    /// A key that was last used `idle_seconds` before `clock`, with Redis' LFU counter at `frequency` when that is known.
    pub const fn restored(clock: u32, node: u32, idle_seconds: u32, frequency: Option<u8>) -> u64 {
        let word = Use::fresh(clock.wrapping_sub(idle_seconds), node);
        match frequency {
            Some(frequency) => FREQUENCY.with(word, frequency as u64),
            None => word,
        }
    }

    /// Counts one access. Every access raises the estimate, near or far; the vote alone says whose the key is. Beyond
    /// 255 accesses only one in 2^exponent is stored, and nothing else is within one second, so that two nodes that
    /// read one key do not fight over its line.
    #[inline(always)]
    pub fn touch(&self, touch: &Touch) {
        let word = self.0.load(Relaxed);
        let skipped = (touch.random as u64) & ((1 << EXPONENT.get(word)) - 1) != 0;
        if skipped && CLOCK.get(word) == touch.clock as u64 {
            return;
        }
        self.0.store(touched(word, touch, skipped), Relaxed);
    }

    /// A use word that starts as `word`.
    pub const fn from_word(word: u64) -> Use {
        Use(AtomicU64::new(word))
    }

    /// The word as it is, to be carried to another place by a move.
    pub fn load(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// Replaces the word.
    pub fn store(&self, word: u64) {
        self.0.store(word, Relaxed);
    }
}

/// What `word` becomes after one access; `skipped` when the access falls outside the sample.
#[cold]
#[inline(never)]
fn touched(word: u64, touch: &Touch, skipped: bool) -> u64 {
    let idle = idle_seconds(word, touch.clock);
    let level = cooled(LEVEL.get(word), idle, touch.decay_seconds);
    let mut word = CLOCK.with(LEVEL.with(word, level), touch.clock as u64);
    if idle > 0 {
        let frequency = frequency_after(word, idle, touch.lfu_decay_minutes);
        word = FREQUENCY.with(word, frequency);
    }
    if skipped {
        return word;
    }
    word = FREQUENCY.with(word, frequency_raised(FREQUENCY.get(word), touch));
    voted(counted(word), touch.node as u64)
}

/// One more sampled access: the mantissa grows, the exponent when it is full; the level rises each time the count
/// crosses a multiple of 2^level, so level n takes about 2^(n-1) accesses, and level 7 sixty-four.
fn counted(word: u64) -> u64 {
    let (mut mantissa, mut exponent) = (MANTISSA.get(word) + 1, EXPONENT.get(word));
    if mantissa > 255 {
        (mantissa, exponent) = (128, exponent + 1);
    }
    let (mantissa, exponent) = if exponent > 31 {
        (255, 31)
    } else {
        (mantissa, exponent)
    };
    let level = LEVEL.get(word);
    let crossed = (mantissa << exponent) & ((1 << level) - 1) == 0;
    let level = if crossed {
        (level + 1).min(LEVEL_MAX as u64)
    } else {
        level
    };
    EXPONENT.with(MANTISSA.with(LEVEL.with(word, level), mantissa), exponent)
}

/// Boyer and Moore's majority vote (1981): the leader gains on its own accesses and loses on the others'.
fn voted(word: u64, node: u64) -> u64 {
    let vote = VOTE.get(word);
    if ACCESSOR.get(word) == node {
        VOTE.with(word, (vote + 1).min(15))
    } else if vote == 0 {
        VOTE.with(ACCESSOR.with(word, node), 1)
    } else {
        VOTE.with(word, vote - 1)
    }
}

fn idle_seconds(word: u64, clock: u32) -> u64 {
    (clock as u64).wrapping_sub(CLOCK.get(word)) & (CLOCK.mask() >> CLOCK.shift)
}

fn cooled(level: u64, idle: u64, decay_seconds: u32) -> u64 {
    level.saturating_sub(idle / (decay_seconds.max(1) as u64))
}

fn frequency_after(word: u64, idle: u64, decay_minutes: u32) -> u64 {
    let frequency = FREQUENCY.get(word);
    if decay_minutes == 0 {
        frequency
    } else {
        frequency.saturating_sub(idle / 60 / decay_minutes as u64)
    }
}

/// Redis' logarithmic counter: the higher it stands, the rarer it grows (eviction documentation, LFU).
fn frequency_raised(frequency: u64, touch: &Touch) -> u64 {
    if frequency == 255 {
        return 255;
    }
    let base = frequency.saturating_sub(LFU_START);
    let odds = base * touch.lfu_log_factor as u64 + 1;
    let draw = touch.random.wrapping_mul(0x9e37_79b9) >> 8;
    if (draw as u64 * odds) >> 24 == 0 {
        frequency + 1
    } else {
        frequency
    }
}

/// What the second word says at a moment, decay applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UseView {
    /// Hotness 0-7.
    pub level: u8,
    /// Accesses since creation: exact up to 255, estimated beyond.
    pub accesses: u64,
    /// Node index that leads the vote.
    pub accessor: u32,
    /// The leader's lead, 0-15.
    pub vote: u8,
    /// Seconds since the last counted access.
    pub idle_seconds: u64,
    /// Redis' LFU counter, 0-255.
    pub frequency: u8,
}

impl UseView {
    /// Reads `word` at `clock` with the decay times given.
    pub fn read(word: u64, clock: u32, decay_seconds: u32, lfu_decay_minutes: u32) -> UseView {
        let idle = idle_seconds(word, clock);
        UseView {
            level: cooled(LEVEL.get(word), idle, decay_seconds) as u8,
            accesses: MANTISSA.get(word) << EXPONENT.get(word),
            accessor: ACCESSOR.get(word) as u32,
            vote: VOTE.get(word) as u8,
            idle_seconds: idle,
            frequency: frequency_after(word, idle, lfu_decay_minutes) as u8,
        }
    }
}

/// The sixteen bytes.
#[repr(C)]
#[derive(Debug)]
pub struct Prefix {
    /// Lengths, type, encoding.
    pub shape: Shape,
    /// Clocks and hotness.
    pub usage: Use,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(clock: u32, node: u32, random: u32) -> Touch {
        Touch {
            clock,
            node,
            random,
            decay_seconds: 10,
            lfu_log_factor: 10,
            lfu_decay_minutes: 1,
        }
    }

    #[test]
    fn shape_keeps_every_field_apart() {
        let shape = Shape::new(
            ObjectType::String,
            Encoding::Raw,
            KEY_BYTES_MAX,
            EMBEDDED_BYTES_MAX,
        );
        for (deadline, word) in [(false, false), (true, false), (false, true), (true, true)] {
            let shape = shape.with_deadline(deadline).with_word(word);
            assert_eq!(shape.key_len(), KEY_BYTES_MAX);
            assert_eq!(shape.value_len(), EMBEDDED_BYTES_MAX);
            assert_eq!(
                (shape.kind(), shape.encoding()),
                (ObjectType::String, Encoding::Raw)
            );
            assert_eq!((shape.has_deadline(), shape.has_word()), (deadline, word));
            let optional = 8 * (deadline as usize + word as usize);
            assert_eq!(shape.key_offset(), PREFIX_BYTES + optional);
        }
    }

    #[test]
    fn level_takes_a_power_of_two_accesses_a_step() {
        let usage = Use(AtomicU64::new(Use::fresh(100, 0)));
        let mut reached = Vec::new();
        for access in 1..=64u32 {
            usage.touch(&touch(100, 0, 0));
            let level = UseView::read(usage.load(), 100, 10, 1).level as usize;
            if level > reached.len() {
                reached.push(access);
            }
        }
        assert_eq!(reached, [1, 2, 4, 8, 16, 32, 64]);
    }

    #[test]
    fn level_cools_with_time_whether_touched_or_not() {
        let usage = Use(AtomicU64::new(Use::fresh(100, 0)));
        (0..64).for_each(|_| usage.touch(&touch(100, 0, 0)));
        assert_eq!(UseView::read(usage.load(), 109, 10, 1).level, 7);
        assert_eq!(UseView::read(usage.load(), 130, 10, 1).level, 4);
        assert_eq!(UseView::read(usage.load(), 100_000, 10, 1).level, 0);
        usage.touch(&touch(130, 0, 0));
        assert!(UseView::read(usage.load(), 130, 10, 1).level <= 5);
    }

    #[test]
    fn clock_wraps_without_a_jump() {
        let usage = Use(AtomicU64::new(Use::fresh((1 << 24) - 2, 0)));
        assert_eq!(UseView::read(usage.load(), 3, 10, 1).idle_seconds, 5);
    }

    #[test]
    fn accesses_are_exact_up_to_255_and_close_beyond() {
        let usage = Use(AtomicU64::new(Use::fresh(1, 0)));
        let mut random = 12345u32;
        for access in 1..=100_000u64 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            usage.touch(&touch(1, 0, random >> 7));
            if access <= 255 {
                assert_eq!(UseView::read(usage.load(), 1, 10, 1).accesses, access);
            }
        }
        let estimate = UseView::read(usage.load(), 1, 10, 1).accesses;
        assert!((60_000..160_000).contains(&estimate), "{estimate}");
    }

    #[test]
    fn vote_follows_the_majority() {
        let usage = Use(AtomicU64::new(Use::fresh(1, 0)));
        (0..30).for_each(|_| usage.touch(&touch(1, 0, 0)));
        (0..12).for_each(|_| usage.touch(&touch(1, 3, 0)));
        assert_eq!(UseView::read(usage.load(), 1, 10, 1).accessor, 0);
        (0..12).for_each(|_| usage.touch(&touch(1, 3, 0)));
        let view = UseView::read(usage.load(), 1, 10, 1);
        assert_eq!((view.accessor, view.vote), (3, 9));
    }

    #[test]
    fn frequency_grows_logarithmically_and_decays_by_the_minute() {
        let usage = Use(AtomicU64::new(Use::fresh(1, 0)));
        let mut random = 7u32;
        for _ in 0..1000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            usage.touch(&touch(1, 0, random));
        }
        let frequency = UseView::read(usage.load(), 1, 10, 1).frequency;
        assert!((8..60).contains(&frequency), "{frequency}");
        assert_eq!(
            UseView::read(usage.load(), 181, 10, 1).frequency,
            frequency - 3
        );
    }
}
