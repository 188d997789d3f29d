//! Time. A leaf that everyone above it may import, and the only place that asks the kernel for it.
//!
//! A batch asks once; handlers see that moment, frozen. Tests (and DEBUG CLOCK) shift a store's clock instead of waiting.

use core::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A store's clock: the kernel's, plus a shift.
#[derive(Debug)]
pub struct Clock {
    shift_ms: AtomicI64,
    started: Instant,
    started_unix_ms: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Clock {
            shift_ms: AtomicI64::new(0),
            started: Instant::now(),
            started_unix_ms: unix_micros() / 1000,
        }
    }
}

/// Microseconds of Unix time as the kernel tells it.
pub fn unix_micros() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_micros() as i64)
}

impl Clock {
    /// Milliseconds of Unix time.
    pub fn now_ms(&self) -> i64 {
        unix_micros() / 1000 + self.shift_ms.load(Relaxed)
    }

    /// Microseconds of Unix time.
    pub fn now_us(&self) -> i64 {
        unix_micros() + self.shift_ms.load(Relaxed) * 1000
    }

    /// Shifts the clock by `ms`, forwards or back.
    pub fn advance(&self, ms: i64) {
        self.shift_ms.fetch_add(ms, Relaxed);
    }

    /// Milliseconds of Unix time at which the store was opened.
    pub const fn started_unix_ms(&self) -> i64 {
        self.started_unix_ms
    }

    /// Seconds since the store was opened.
    pub fn uptime_seconds(&self) -> u64 {
        self.started.elapsed().as_secs()
    }
}

/// The clock of use words: seconds of Unix time modulo 2^24.
pub const fn use_clock(now_ms: i64) -> u32 {
    (now_ms / 1000) as u32 & 0xff_ffff
}
