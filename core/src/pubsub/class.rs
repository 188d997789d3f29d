//! Classes of keyspace events: the letters of `notify-keyspace-events`, as bits.
//!
//! Invariant: the numbers are Redis' own.

use crate::settings::Settings;
use core::sync::atomic::Ordering::Relaxed;

/// Classes of events, as bits: the letters of `notify-keyspace-events`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Class(u32);

impl Class {
    /// `K`: events are told on `__keyspace@<db>__:<key>`.
    pub const KEYSPACE: Class = Class(1 << 0);
    /// `E`: events are told on `__keyevent@<db>__:<event>`.
    pub const KEYEVENT: Class = Class(1 << 1);
    /// `g`: commands on keys of any type (DEL, EXPIRE, RENAME ...).
    pub const GENERIC: Class = Class(1 << 2);
    /// `$`: strings.
    pub const STRING: Class = Class(1 << 3);
    /// `l`: lists.
    pub const LIST: Class = Class(1 << 4);
    /// `s`: sets.
    pub const SET: Class = Class(1 << 5);
    /// `h`: hashes.
    pub const HASH: Class = Class(1 << 6);
    /// `z`: sorted sets.
    pub const ZSET: Class = Class(1 << 7);
    /// `x`: keys that expired.
    pub const EXPIRED: Class = Class(1 << 8);
    /// `e`: keys that were evicted.
    pub const EVICTED: Class = Class(1 << 9);
    /// `t`: streams.
    pub const STREAM: Class = Class(1 << 10);
    /// `m`: keys that were looked for and are not there.
    pub const KEY_MISS: Class = Class(1 << 11);
    /// `d`: types of modules.
    pub const MODULE: Class = Class(1 << 13);
    /// `n`: keys that are new.
    pub const NEW: Class = Class(1 << 14);
    /// `A`: `g$lshzxetd`, everything but `m` and `n`.
    pub const ALL: Class = Class(
        Class::GENERIC.0
            | Class::STRING.0
            | Class::LIST.0
            | Class::SET.0
            | Class::HASH.0
            | Class::ZSET.0
            | Class::EXPIRED.0
            | Class::EVICTED.0
            | Class::STREAM.0
            | Class::MODULE.0,
    );

    /// What is configured.
    #[inline(always)]
    pub fn configured(settings: &Settings) -> Class {
        Class(settings.notify_classes.load(Relaxed))
    }

    /// Whether the two have a class in common.
    #[inline(always)]
    #[must_use]
    pub const fn meets(self, other: Class) -> bool {
        self.0 & other.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::Class;
    use crate::settings::Settings;

    #[test]
    fn all_is_everything_but_misses_and_new_keys() {
        let settings = Settings::default();
        settings.set("notify-keyspace-events", "AKE").expect("good");
        let configured = Class::configured(&settings);
        assert!(configured.meets(Class::STREAM) && configured.meets(Class::MODULE));
        assert!(!configured.meets(Class::NEW) && !configured.meets(Class::KEY_MISS));
        settings.set("notify-keyspace-events", "").expect("good");
        assert!(!Class::configured(&settings).meets(Class::ALL));
    }

    #[test]
    fn every_letter_has_its_bit() {
        let settings = Settings::default();
        let classes = [
            ("K", Class::KEYSPACE),
            ("E", Class::KEYEVENT),
            ("g", Class::GENERIC),
            ("$", Class::STRING),
            ("l", Class::LIST),
            ("s", Class::SET),
            ("h", Class::HASH),
            ("z", Class::ZSET),
            ("x", Class::EXPIRED),
            ("e", Class::EVICTED),
            ("t", Class::STREAM),
            ("m", Class::KEY_MISS),
            ("d", Class::MODULE),
            ("n", Class::NEW),
            ("A", Class::ALL),
        ];
        for (letter, class) in classes {
            settings
                .set("notify-keyspace-events", letter)
                .expect("a letter");
            assert_eq!(Class::configured(&settings), class, "{letter}");
        }
        assert!(settings.set("notify-keyspace-events", "q").is_err());
    }
}
