//! A lock for critical sections of a few dozen instructions.
//!
//! Pool work under a lock is bit arithmetic, so a waiter spins first and yields the CPU only when the holder was
//! probably descheduled. Each lock fills its own pair of cache lines: two size classes never share one.
//! This file knows nothing of what it guards.
//!
//! Invariant: `held` is true exactly while one [`Guard`] of this lock lives.

use std::cell::UnsafeCell;
use std::hint::spin_loop;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::yield_now;

/// Failed looks before a waiter offers its CPU to others; about 2 µs.
const SPINS: u32 = 100;

/// A value that one thread at a time may touch.
#[repr(align(128))]
pub(super) struct Lock<T> {
    held: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only through a Guard, and at most one Guard lives at a time; handing the value from
// thread to thread is what T: Send allows.
unsafe impl<T: Send> Sync for Lock<T> {}

impl<T> Lock<T> {
    /// An open lock around `value`.
    pub(super) fn new(value: T) -> Lock<T> {
        Lock {
            held: AtomicBool::new(false),
            value: UnsafeCell::new(value),
        }
    }

    /// Waits until the lock is free and takes it.
    #[inline]
    pub(super) fn lock(&self) -> Guard<'_, T> {
        if self
            .held
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            self.wait();
        }
        Guard { lock: self }
    }

    /// Looks without writing until the lock seems free, then tries to take it; repeats until that succeeds.
    #[cold]
    fn wait(&self) {
        let mut looks = 0;
        loop {
            while self.held.load(Ordering::Relaxed) {
                looks += 1;
                if looks % SPINS == 0 {
                    yield_now()
                } else {
                    spin_loop()
                }
            }
            if self
                .held
                .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
            {
                return;
            }
        }
    }
}

/// The right to touch the value, until dropped.
pub(super) struct Guard<'a, T> {
    lock: &'a Lock<T>,
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this guard holds the lock, so nobody else has a reference to the value.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard holds the lock and is borrowed exclusively, so the reference is the only one.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.held.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_counts_exactly_under_four_threads() {
        let counter = Lock::new(0u64);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|_| *counter.lock() += 1));
            }
        });
        assert_eq!(*counter.lock(), 40_000);
    }
}
