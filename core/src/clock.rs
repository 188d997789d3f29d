//! Time. A leaf that everyone above it may import, and the only place that asks the kernel for it.
//!
//! A batch asks once; handlers see that moment, frozen. Tests (and DEBUG CLOCK) shift a store's clock instead of waiting.

use core::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long the first conversion of ticks watches both clocks: long enough for a thousandth.
const CALIBRATION: Duration = Duration::from_millis(2);

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

/// A reading of the CPU's own counter: monotonic, of no fixed unit, and a third of the price of asking the kernel. Only
/// differences mean anything; `nanos` tells how long one was.
#[inline(always)]
pub fn ticks() -> u64 {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 has the instruction, and it has no precondition.
    return unsafe { core::arch::x86_64::_rdtsc() };
    #[cfg(target_arch = "aarch64")]
    {
        let ticks: u64;
        // SAFETY: the virtual counter is readable from user space on Linux and reading it changes nothing.
        unsafe { core::arch::asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack)) };
        ticks
    }
}

/// CPU time that the calling thread has taken so far: it stands still while the thread sleeps, or waits for its turn.
pub fn thread_cpu() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the kernel writes the structure, which is ours. Every thread has this clock; were it refused, the time would
    // stay zero.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// About how many ticks a stretch of time takes.
pub fn ticks_in(stretch: Duration) -> u64 {
    const SAMPLE: u64 = 1 << 20;
    (stretch.as_nanos() as u64).saturating_mul(SAMPLE) / nanos(SAMPLE).max(1)
}

/// How many nanoseconds `difference` ticks are: by the kernel's clock since the first question, so the longer the process
/// runs, the better it knows.
pub fn nanos(difference: u64) -> u64 {
    static START: OnceLock<(Instant, u64)> = OnceLock::new();
    let (instant, first) = *START.get_or_init(|| {
        let start = (Instant::now(), ticks());
        std::thread::sleep(CALIBRATION);
        start
    });
    let elapsed = (
        instant.elapsed().as_nanos(),
        ticks().wrapping_sub(first).max(1) as u128,
    );
    (difference as u128 * elapsed.0 / elapsed.1) as u64
}

/// The clock of use words: seconds of Unix time modulo 2^24.
pub const fn use_clock(now_ms: i64) -> u32 {
    (now_ms / 1000) as u32 & 0xff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_passes_with_work_and_not_with_sleep() {
        let (instant, start) = (Instant::now(), thread_cpu());
        std::thread::sleep(Duration::from_millis(50));
        let slept = thread_cpu() - start;
        assert!(slept < instant.elapsed() / 2, "{slept:?}");
        let deadline = Instant::now() + Duration::from_secs(60);
        while thread_cpu() - start < slept + Duration::from_millis(5) {
            assert!(Instant::now() < deadline, "no time passes");
        }
        assert!(thread_cpu() - start <= instant.elapsed());
    }

    #[test]
    fn nanos_agrees_with_the_kernel_within_a_tenth() {
        let (instant, start) = (Instant::now(), ticks());
        std::thread::sleep(Duration::from_millis(20));
        let (counted, kernel) = (ticks() - start, instant.elapsed().as_nanos() as u64);
        let ours = nanos(counted);
        assert!(
            ours.abs_diff(kernel) < kernel / 10,
            "{ours} ns by ticks, {kernel} by the kernel"
        );
    }
}
