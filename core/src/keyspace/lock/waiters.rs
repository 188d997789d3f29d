//! Who waits for a lock's word to change: told to whoever holds the lock, who may end a long hold early, and woken by him.
//!
//! It may not know what the word says. A waiter looks for some microseconds, as most holds are shorter, and sleeps then
//! (futex(2)); it never yields, which a fair scheduler takes for leave to run others for a whole slice. Invariant: nobody
//! sleeps longer than [`SLEEP_MAX`] beyond the change, though a holder who does not see him yet wakes nobody.

use core::sync::atomic::{AtomicU32, Ordering::*};
use std::time::{Duration, Instant};

/// How long a waiter looks before it sleeps: longer than a long hold that makes way.
const LOOKING_MAX: Duration = Duration::from_micros(40);
/// Looks between two looks at the clock. After so many a waiter tells that it is there: a hold that is over by then was
/// short.
const LOOKS: u32 = 16;
/// The longest sleep, in nanoseconds.
const SLEEP_MAX: i64 = 50_000;

const NOBODY: u32 = 0;
const AWAKE: u32 = 1;
const ASLEEP: u32 = 2;

/// Those who wait for one word.
#[derive(Default)]
pub(super) struct Waiters(AtomicU32);

impl Waiters {
    /// Waits for `is_over`; `false` when `gives_up` first, which is asked before each sleep.
    pub(super) fn wait(&self, is_over: impl Fn() -> bool, gives_up: impl Fn() -> bool) -> bool {
        let began = Instant::now();
        while began.elapsed() < LOOKING_MAX {
            for _ in 0..LOOKS {
                if is_over() {
                    return true;
                }
                core::hint::spin_loop();
            }
            self.0.fetch_max(AWAKE, Relaxed);
        }
        loop {
            self.0.store(ASLEEP, SeqCst);
            if is_over() {
                return true;
            }
            if gives_up() {
                return false;
            }
            sleep_while(&self.0, ASLEEP);
        }
    }

    /// Whether somebody has waited since the last change.
    #[inline(always)]
    pub(super) fn are_there(&self) -> bool {
        self.0.load(Relaxed) != NOBODY
    }

    /// The word has changed.
    #[inline(always)]
    pub(super) fn tell(&self) {
        if self.are_there() {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        if self.0.swap(NOBODY, SeqCst) == ASLEEP {
            wake_all(&self.0);
        }
    }
}

/// Sleeps until it is woken, `word` is no longer `value`, or `SLEEP_MAX` is over.
fn sleep_while(word: &AtomicU32, value: u32) {
    let time = libc::timespec {
        tv_sec: 0,
        tv_nsec: SLEEP_MAX,
    };
    let operation = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: word and time live through the call; whatever it answers, the caller looks again.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            operation,
            value,
            &raw const time,
        )
    };
}

fn wake_all(word: &AtomicU32) {
    let operation = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the word lives through the call, which reads nothing of it.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), operation, i32::MAX) };
}
