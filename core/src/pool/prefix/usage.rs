//! The use word: what one access adds to it, and what it says at a moment.
//!
//! A key that is used often stores one access in 2^s, s by its level and its count, so that two nodes that read one key do
//! not fight over its line; and each stored access stands for 2^s. The word's head, s and the clock side by side, says at
//! once that an access of a busy key, of which s is greatest, has nothing to store but by the lane's draw. It may not know
//! keys or nodes beyond their index.
//!
//! Invariants: when a word was stored, `s <= 2 * exponent`, so up to 255 accesses each one is stored; the clock is that of
//! the first access in each second. A level falls by one at each `decay_seconds` of a clock that all keys
//! share, whether the key is used or not, and rises once in 2^level accesses: it settles near the binary logarithm of the
//! accesses in that time.

use super::{ACCESSOR, CLOCK, EXPONENT, FREQUENCY, Field, LEVEL, LEVEL_MAX, MANTISSA, SHIFT, VOTE};
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The most accesses one stored access stands for, as a power of two.
pub const SHIFT_MAX: u32 = 6;
/// No word's head.
pub const NO_HEAD: u32 = u32::MAX;
/// Levels up to this store every access; each further one half as many, and the hottest one in 2^`SHIFT_MAX`.
const LEVEL_STORED: u64 = 2;
/// Redis starts its frequency counter here, so that new keys are not evicted at once.
const LFU_START: u64 = 5;

/// Who touches a key and when: what one access adds to the use word.
#[derive(Clone, Copy, Debug)]
pub struct Touch {
    /// Seconds, modulo 2^24.
    pub clock: u32,
    /// The accessor's node index; `None` for one whose accesses say nothing about placement.
    pub node: Option<u32>,
    /// Seconds at which levels fall by one; at least 1.
    pub decay_seconds: u32,
    /// The level from which a key counts as hot.
    pub hot_level: u32,
    /// A weak random word, fresh for each access; every bit matters.
    pub random: u64,
    /// Redis' `lfu-log-factor`.
    pub lfu_log_factor: u32,
    /// Redis' `lfu-decay-time`, in minutes; 0 means never.
    pub lfu_decay_minutes: u32,
}

/// What became of an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Accesses it stands for; 0 when it only brought the clock up to date.
    pub weight: u64,
    /// Whether the key is hot and something about it changed that those who rank keys should see: it rose, or its accessor
    /// is another one.
    pub is_news: bool,
}

/// The second word of a PREFIX, shared by readers.
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

    /// What [`Use::head`] is of a busy key that was used at `clock` already: it stores one access in 2^[`SHIFT_MAX`].
    pub const fn busy_head(clock: u32) -> u32 {
        clock << SHIFT.width | SHIFT_MAX
    }

    /// The word's shift and clock.
    #[inline(always)]
    pub fn head(&self) -> u32 {
        (self.0.load(Relaxed) >> SHIFT.shift) as u32
    }

    /// Adds an access, if there is anything to store: it falls into the sample, or is the first in its second. `chance` is
    /// the accessor's own, and goes evenly over all 32-bit numbers; at 0 it falls into any sample. Every access that is
    /// stored raises the estimate, near or far; the vote alone says whose the key is.
    pub fn touch(&self, chance: u32, touch: &Touch) -> Option<Touched> {
        let word = self.0.load(Relaxed);
        let is_sampled = u64::from(chance) << SHIFT.get(word) >> u32::BITS == 0;
        if !is_sampled && CLOCK.get(word) == touch.clock.into() {
            return None;
        }
        let (word, touched) = touched(word, touch, is_sampled);
        self.0.store(word, Relaxed);
        Some(touched)
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

/// What `word` becomes after an access.
fn touched(word: u64, touch: &Touch, is_sampled: bool) -> (u64, Touched) {
    // Nothing ages within a second.
    let mut word = match idle_seconds(word, touch.clock) {
        0 => word,
        idle => aged(word, idle, touch),
    };
    let mut touched = Touched {
        weight: 0,
        is_news: false,
    };
    if is_sampled {
        let (before, shift) = (word, SHIFT.get(word) as u32);
        touched.weight = 1 << shift;
        let frequency = frequency_raised(FREQUENCY.get(word), shift, touch);
        word = counted(FREQUENCY.with(word, frequency), shift, touch.random);
        word = touch
            .node
            .map_or(word, |node| voted(word, node as u64, shift));
        let is_hot = LEVEL.get(word) >= touch.hot_level as u64;
        let changes = |field: Field| field.get(word) != field.get(before);
        touched.is_news = is_hot && (changes(LEVEL) || changes(ACCESSOR) || is_rare(touch.random));
    }
    (SHIFT.with(word, wanted_shift(word)), touched)
}

/// Once in 64 stored accesses a hot key is news anyway, so that one which was forgotten is found again.
fn is_rare(random: u64) -> bool {
    random >> 58 == 0
}

/// How many accesses the word should make one, as a power of two.
fn wanted_shift(word: u64) -> u64 {
    let level = LEVEL.get(word);
    let by_level = match level == LEVEL_MAX as u64 {
        true => SHIFT_MAX as u64,
        false => level.saturating_sub(LEVEL_STORED),
    };
    by_level.min(2 * EXPONENT.get(word))
}

/// The word after `idle` seconds without an access, the clock set to the touch's.
fn aged(word: u64, idle: u64, touch: &Touch) -> u64 {
    let level = cooled(word, idle, touch.decay_seconds);
    let frequency = frequency_after(word, idle, touch.lfu_decay_minutes);
    let word = FREQUENCY.with(LEVEL.with(word, level), frequency);
    CLOCK.with(word, touch.clock as u64)
}

/// One stored access more. The count grows once in 4^exponent accesses, the level once in 2^level: exactly so while every
/// access is stored and counted, else by chance. Both take the same random bits, as the rarer is part of the other.
fn counted(word: u64, shift: u32, random: u64) -> u64 {
    let (mut mantissa, mut exponent) = (MANTISSA.get(word), EXPONENT.get(word));
    let level = LEVEL.get(word);
    // One in 2^shift was drawn already.
    let happens = |power: u32| random & ((1 << power.saturating_sub(shift)) - 1) == 0;
    if happens(2 * exponent as u32) {
        mantissa += 1;
    }
    let is_exact = exponent == 0;
    if mantissa > MANTISSA.max() {
        (mantissa, exponent) = match exponent == EXPONENT.max() {
            true => (MANTISSA.max(), exponent),
            false => (1 << (MANTISSA.width - 2), exponent + 1),
        };
    }
    let rises = match is_exact {
        true => (mantissa << (2 * exponent)) & ((1 << level) - 1) == 0,
        false => happens(level as u32),
    };
    let level = (level + rises as u64).min(LEVEL_MAX as u64);
    EXPONENT.with(MANTISSA.with(LEVEL.with(word, level), mantissa), exponent)
}

/// Boyer and Moore's majority vote (1981): the leader gains on its own accesses and loses on the others'. What stands for
/// more accesses than any other counts twice.
fn voted(word: u64, node: u64, shift: u32) -> u64 {
    let (vote, weight) = (VOTE.get(word), 1 + u64::from(shift == SHIFT_MAX));
    if ACCESSOR.get(word) == node {
        VOTE.with(word, (vote + weight).min(VOTE.max()))
    } else if vote < weight {
        VOTE.with(ACCESSOR.with(word, node), weight - vote)
    } else {
        VOTE.with(word, vote - weight)
    }
}

fn idle_seconds(word: u64, clock: u32) -> u64 {
    (clock as u64).wrapping_sub(CLOCK.get(word)) & CLOCK.max()
}

/// How often a clock that strikes every `period` seconds struck in the `idle` seconds since the word's own time.
fn strikes(word: u64, idle: u64, period: u64) -> u64 {
    (CLOCK.get(word) % period + idle) / period
}

fn cooled(word: u64, idle: u64, decay_seconds: u32) -> u64 {
    LEVEL
        .get(word)
        .saturating_sub(strikes(word, idle, decay_seconds.max(1).into()))
}

/// Redis decays by whole minutes of the clock, however often the key is used meanwhile.
fn frequency_after(word: u64, idle: u64, decay_minutes: u32) -> u64 {
    let frequency = FREQUENCY.get(word);
    if decay_minutes == 0 {
        return frequency;
    }
    frequency.saturating_sub(strikes(word, idle, 60) / decay_minutes as u64)
}

/// Redis' logarithmic counter: the higher it stands, the rarer it grows (eviction documentation, LFU). One access that
/// stands for many raises it as they would.
fn frequency_raised(mut frequency: u64, shift: u32, touch: &Touch) -> u64 {
    let mut accesses = 1u64 << shift;
    let draw = (touch.random as u32).wrapping_mul(0x9e37_79b9) >> 8;
    while frequency < FREQUENCY.max() {
        let base = frequency.saturating_sub(LFU_START);
        let odds = base * touch.lfu_log_factor as u64 + 1;
        if accesses < odds {
            return frequency + ((draw as u64 * odds) >> 24 < accesses) as u64;
        }
        frequency += 1;
        accesses -= odds;
    }
    frequency
}

/// What the use word says at a moment, decay applied.
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
    /// Seconds since the last access, one of this second not counted twice.
    pub idle_seconds: u64,
    /// Redis' LFU counter, 0-255.
    pub frequency: u8,
}

impl UseView {
    /// Reads `word` at `clock` with the decay times given.
    pub fn read(word: u64, clock: u32, decay_seconds: u32, lfu_decay_minutes: u32) -> UseView {
        let idle = idle_seconds(word, clock);
        UseView {
            level: cooled(word, idle, decay_seconds) as u8,
            accesses: MANTISSA.get(word) << (2 * EXPONENT.get(word)),
            accessor: ACCESSOR.get(word) as u32,
            vote: VOTE.get(word) as u8,
            idle_seconds: idle,
            frequency: frequency_after(word, idle, lfu_decay_minutes) as u8,
        }
    }
}
