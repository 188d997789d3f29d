//! A token bucket for two things at once: bytes and keys a second.
//!
//! It may not know what they are spent on. Invariant: both stand between a debt, which one large key may leave, and a tenth
//! of a second's worth.

use crate::settings::Settings;
use core::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// What may be saved up, in seconds.
const SAVED_SECONDS: f64 = 0.1;

/// See the module. A rate of 0 is no limit.
#[derive(Default)]
pub(super) struct Bucket {
    filled: Option<Instant>,
    bytes: f64,
    keys: f64,
}

impl Bucket {
    /// How long until there is something to spend.
    pub(super) fn wait(&mut self, settings: &Settings, now: Instant) -> Duration {
        let bytes_rate = settings.migrate_bandwidth.load(Relaxed) as f64;
        let keys_rate = settings.migrate_keys.load(Relaxed) as f64;
        let passed = self
            .filled
            .map_or(SAVED_SECONDS, |at| (now - at).as_secs_f64());
        self.filled = Some(now);
        let missing = |level: &mut f64, rate: f64| {
            if rate == 0.0 {
                *level = 0.0;
                return 0.0;
            }
            *level = (*level + passed * rate).min(rate * SAVED_SECONDS);
            (-*level / rate).max(0.0)
        };
        let bytes = missing(&mut self.bytes, bytes_rate);
        let keys = missing(&mut self.keys, keys_rate);
        Duration::from_secs_f64(bytes.max(keys))
    }

    /// Spends them; more than there is becomes a debt.
    pub(super) fn take(&mut self, keys: u64, bytes: u64) {
        self.keys -= keys as f64;
        self.bytes -= bytes as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_overspent_is_waited_for_and_no_limit_never_waits() {
        let settings = Settings::default();
        settings.migrate_bandwidth.store(1000, Relaxed);
        settings.migrate_keys.store(0, Relaxed);
        let (mut bucket, start) = (Bucket::default(), Instant::now());
        assert!(bucket.wait(&settings, start).is_zero());
        bucket.take(1_000_000, 1100);
        assert_eq!(bucket.wait(&settings, start), Duration::from_secs(1));
        let later = start + Duration::from_millis(600);
        assert_eq!(bucket.wait(&settings, later), Duration::from_millis(400));
        settings.migrate_keys.store(10, Relaxed);
        bucket.take(3, 0);
        let wait = bucket.wait(&settings, later);
        assert_eq!(wait, Duration::from_millis(400));
        let much_later = later + Duration::from_secs(50);
        assert!(bucket.wait(&settings, much_later).is_zero());
        bucket.take(2, 0);
        assert_eq!(
            bucket.wait(&settings, much_later),
            Duration::from_millis(100)
        );
    }
}
