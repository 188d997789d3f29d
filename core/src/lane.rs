//! A lane: one execution context, a listener's worker, the main isolate or a thread of core.
//!
//! It holds what its owner writes without asking anyone (counters, randomness), its seat at the locks, the node whose
//! CPUs it runs on, and a mailbox through which other lanes reach its sessions. It may not know what a session is beyond
//! its handle.
//!
//! Invariant: only the owner counts; anyone may post, and the bell rings once from the time the mailbox fills until it is
//! collected, and once for every wake-up.

mod name_ring;
mod tap;

pub use name_ring::NameRing;
pub use tap::{Access, TAP_RECORD_BYTES, Tap};

use crate::pool::prefix::{NO_HEAD, SHIFT_MAX, Use};
use crate::stats::{Counter, LaneCounters};
use core::sync::atomic::{AtomicI64, AtomicU8, AtomicU32, AtomicU64, Ordering::*};
use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::sync::Mutex;

/// Hot keys a lane remembers until somebody asks.
pub const NEWS_MAX: usize = 256;
/// Uses of other nodes' keys it remembers: the latest, which name a key the oftener the more it is used.
pub const REMOTE_USES_MAX: usize = 1024;

/// What one lane counts for one command.
#[derive(Default, Debug)]
pub struct CommandCounters {
    /// Calls that ran.
    pub calls: Counter,
    /// Ticks they took.
    pub ticks: Counter,
    /// Calls refused before they ran.
    pub rejected: Counter,
    /// Calls that answered with an error.
    pub failed: Counter,
}

/// What is unusual about a lane's look-ups.
pub mod mode {
    /// It only looks: its look-ups are no uses.
    pub const SPECTATOR: u8 = 1;
    /// Its uses are recorded.
    pub const TAPPED: u8 = 2;
}

/// One execution context of a store.
pub struct Lane {
    /// Its number at the locks.
    pub seat: u32,
    /// Index of the node its CPUs belong to; `None` for lanes whose accesses say nothing about placement.
    pub node: Option<u32>,
    /// What it is called in logs and CLIENT LIST.
    pub label: String,
    /// What it counts.
    pub counters: LaneCounters,
    /// The same by command id.
    pub commands: Box<[CommandCounters]>,
    /// Ticks of its longest batch.
    pub longest_batch: Counter,
    /// Hot keys it came upon, for those who rank keys.
    pub news: NameRing,
    /// Keys of other nodes it has used: those used most are in it most often.
    pub remote_uses: NameRing,
    /// Its accesses, while somebody records them.
    pub tap: Tap,
    /// Bits of [`mode`]; 0 for a lane whose look-ups are uses and nothing more.
    mode: AtomicU8,
    /// Milliseconds since 1970 at which the recording began.
    tapped_since_ms: AtomicI64,
    chance: AtomicU32,
    /// Uses of busy keys until one is stored; 0 between the draw and the storing.
    until_draw: AtomicU32,
    random: AtomicU64,
    mailbox: Mutex<VecDeque<(u32, u32)>>,
    waiting: AtomicU32,
    wakes: AtomicU32,
    bell: Option<File>,
}

impl Lane {
    /// A lane with an empty mailbox. `bell` is the counter its owner waits for; without one the owner looks by itself.
    pub fn new(
        seat: u32,
        node: Option<u32>,
        label: String,
        bell: Option<File>,
        command_count: usize,
    ) -> Lane {
        let seed = 0x9e37_79b9_7f4a_7c15u64.wrapping_mul(seat as u64 + 1) | 1;
        Lane {
            seat,
            node,
            label,
            counters: LaneCounters::default(),
            commands: (0..command_count)
                .map(|_| CommandCounters::default())
                .collect(),
            longest_batch: Counter::default(),
            news: NameRing::new(NEWS_MAX),
            remote_uses: NameRing::new(REMOTE_USES_MAX),
            tap: Tap::default(),
            mode: AtomicU8::new(0),
            tapped_since_ms: AtomicI64::new(0),
            chance: AtomicU32::new(seed as u32),
            until_draw: AtomicU32::new(1 << SHIFT_MAX),
            random: AtomicU64::new(seed),
            mailbox: Mutex::new(VecDeque::new()),
            waiting: AtomicU32::new(0),
            wakes: AtomicU32::new(0),
            bell,
        }
    }

    /// Makes it a spectator; see [`mode::SPECTATOR`].
    pub fn only_looks(self) -> Lane {
        self.mode.fetch_or(mode::SPECTATOR, Relaxed);
        self
    }

    /// What a use word's head is told by, to which its uses add nothing at `clock` unless one is drawn; no word's where every
    /// use is to be heard of.
    pub fn busy_head(&self, clock: u32) -> u32 {
        match self.mode() {
            0 => Use::busy_head(clock),
            _ => NO_HEAD,
        }
    }

    /// Bits of [`mode`].
    #[inline(always)]
    pub fn mode(&self) -> u8 {
        self.mode.load(Relaxed)
    }

    /// Has its uses recorded from now on.
    pub fn start_tap(&self, now_ms: i64) {
        self.tap.prepare();
        self.tapped_since_ms.store(now_ms, Relaxed);
        self.mode.fetch_or(mode::TAPPED, Release);
    }

    /// Ends that. What was recorded can still be drained.
    pub fn stop_tap(&self) {
        self.mode.fetch_and(!mode::TAPPED, Relaxed);
    }

    /// Milliseconds from the begin of the recording to a moment.
    pub fn tapped_for_ms(&self, now_ms: i64) -> u32 {
        (now_ms - self.tapped_since_ms.load(Relaxed)).clamp(0, u32::MAX.into()) as u32
    }

    /// Whether this use of a busy key is to be stored. One in 2^SHIFT_MAX is, at changing distances, so that clients which go
    /// round in circles do no harm. Only the owner calls this.
    #[inline(always)]
    pub fn draws(&self) -> bool {
        let left = self.until_draw.load(Relaxed).wrapping_sub(1);
        self.until_draw.store(left, Relaxed);
        left == 0
    }

    /// A use's chance to be stored: 0 when it was drawn, else a number that goes evenly over all 32-bit numbers, whatever
    /// part of the calls one looks at (Weyl's sequence over the golden ratio). Only the owner calls this.
    pub fn chance(&self) -> u32 {
        let next = self.chance.load(Relaxed).wrapping_add(0x9e37_79b9);
        self.chance.store(next, Relaxed);
        if self.until_draw.load(Relaxed) > 0 {
            return next;
        }
        // From 1 to twice the mean less 1, evenly.
        let distances = (2u64 << SHIFT_MAX) - 1;
        let distance = 1 + ((u64::from(next) * distances) >> u32::BITS);
        self.until_draw.store(distance as u32, Relaxed);
        0
    }

    /// A weak random word (PCG's multiplier, upper half). Only the owner calls this.
    #[inline(always)]
    pub fn random(&self) -> u32 {
        let next = self
            .random
            .load(Relaxed)
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        self.random.store(next, Relaxed);
        (next >> 32) as u32
    }

    /// The same, 64 bits of it.
    pub fn random_u64(&self) -> u64 {
        (self.random() as u64) << 32 | self.random() as u64
    }

    /// Tells the owner that `session` needs attention; `why` is bits of `abi::why`. Rings the bell if it is silent.
    pub fn post(&self, session: u32, why: u32) {
        let mut mailbox = self.mailbox.lock().unwrap_or_else(|e| e.into_inner());
        match mailbox.iter_mut().find(|(other, _)| *other == session) {
            Some((_, reasons)) => *reasons |= why,
            None => mailbox.push_back((session, why)),
        }
        self.alert();
    }

    /// The same where the caller knows that no such letter waits, so that a message to many sessions does not look for
    /// each of them among all.
    pub fn post_new(&self, session: u32, why: u32) {
        let mut mailbox = self.mailbox.lock().unwrap_or_else(|e| e.into_inner());
        mailbox.push_back((session, why));
        self.alert();
    }

    /// Rings unless it has rung since the mailbox, which is locked, was last emptied.
    fn alert(&self) {
        if self.waiting.swap(1, SeqCst) == 0 {
            self.ring();
        }
    }

    /// Tells the owner that a message of the server waits for it.
    pub fn wake(&self) {
        self.wakes.fetch_add(1, SeqCst);
        self.ring();
    }

    /// Has the owner look around, though nothing waits for it.
    pub fn stir(&self) {
        self.ring();
    }

    /// How often it was woken since the last time this was asked. Only the owner calls this.
    pub fn take_wakes(&self) -> u32 {
        self.wakes.swap(0, SeqCst)
    }

    fn ring(&self) {
        if let Some(mut bell) = self.bell.as_ref() {
            // A full counter has rung often enough.
            let _rang_or_full = bell.write(&1u64.to_ne_bytes());
        }
    }

    /// Takes up to `count` letters out: pairs of session and reasons. The bell may ring again once it is empty.
    pub fn collect(&self, count: usize) -> Vec<(u32, u32)> {
        let mut mailbox = self.mailbox.lock().unwrap_or_else(|e| e.into_inner());
        let taken = count.min(mailbox.len());
        let letters = mailbox.drain(..taken).collect();
        if mailbox.is_empty() {
            self.waiting.store(0, SeqCst);
        }
        letters
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn one_in_so_many_uses_is_drawn_of_every_key_whatever_circle_a_client_goes_in() {
        let lane = Lane::new(0, Some(0), "test".into(), None, 0);
        const WANTED: u64 = 200;
        for keys in 1..=130u64 {
            let mut drawn = vec![0; keys as usize];
            for turn in 0..(WANTED * keys) << SHIFT_MAX {
                if lane.draws() {
                    assert_eq!(lane.chance(), 0);
                    drawn[(turn % keys) as usize] += 1;
                }
            }
            let sum: u64 = drawn.iter().sum();
            assert!(sum.abs_diff(WANTED * keys) <= 2 + keys, "{sum} of {keys}");
            // By mere chance one key of them all would be off by 60.
            let off = drawn.iter().map(|count: &u64| count.abs_diff(WANTED)).max();
            assert!(off < Some(80), "{drawn:?}");
        }
    }

    #[test]
    fn post_rings_once_until_collected() {
        let (ours, mut theirs) = UnixStream::pair().expect("a socket pair");
        theirs.set_nonblocking(true).expect("nonblocking");
        let lane = Lane::new(
            0,
            Some(0),
            "test".into(),
            Some(OwnedFd::from(ours).into()),
            3,
        );
        lane.post(7, 1);
        lane.post(7, 2);
        lane.post(9, 1);
        let mut rings = [0u8; 64];
        assert_eq!(theirs.read(&mut rings).expect("one ring"), 8);
        assert_eq!(lane.collect(1), [(7, 3)]);
        assert_eq!(lane.collect(10), [(9, 1)]);
        assert!(theirs.read(&mut rings).is_err());
        lane.post(7, 4);
        assert_eq!(theirs.read(&mut rings).expect("another ring"), 8);
        lane.wake();
        lane.wake();
        assert_eq!(theirs.read(&mut rings).expect("two rings"), 16);
        assert_eq!((lane.take_wakes(), lane.take_wakes()), (2, 0));
    }
}
