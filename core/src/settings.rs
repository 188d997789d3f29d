//! Settings: the options that core follows, and the facts main owns that INFO shows.
//!
//! They come down as text lines `name value`, at the opening of a store and at each CONFIG SET; the table of options,
//! their checks and their documentation are main's. Names that no room of core follows yet are passed over.
//!
//! Invariant: a line is either taken whole or refused, and a refused text changes nothing before it.

use crate::keyspace::eviction::Among;
use crate::numa;
use crate::sync::locked;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Who may use DEBUG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum DebugAccess {
    /// Nobody.
    No = 0,
    /// Everybody.
    Yes = 1,
    /// Clients on this host.
    Local = 2,
}

/// What goes when memory is used up: the values of `maxmemory-policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Nothing: commands that need memory are refused.
    NoEviction,
    /// The key that was idle longest.
    AllKeysLru,
    /// The key used least.
    AllKeysLfu,
    /// Any key.
    AllKeysRandom,
    /// Of the keys with a deadline, the one idle longest.
    VolatileLru,
    /// The one used least.
    VolatileLfu,
    /// Any of them.
    VolatileRandom,
    /// The one that expires next.
    VolatileTtl,
}

impl Policy {
    /// By the number kept of it, with the name CONFIG knows.
    const ALL: [(&str, Policy); 8] = [
        ("noeviction", Policy::NoEviction),
        ("allkeys-lru", Policy::AllKeysLru),
        ("allkeys-lfu", Policy::AllKeysLfu),
        ("allkeys-random", Policy::AllKeysRandom),
        ("volatile-lru", Policy::VolatileLru),
        ("volatile-lfu", Policy::VolatileLfu),
        ("volatile-random", Policy::VolatileRandom),
        ("volatile-ttl", Policy::VolatileTtl),
    ];

    /// Whether it goes by the frequency of use.
    pub const fn is_lfu(self) -> bool {
        matches!(self, Policy::AllKeysLfu | Policy::VolatileLfu)
    }

    /// Whether it goes by when keys were last used.
    pub const fn is_lru(self) -> bool {
        matches!(self, Policy::AllKeysLru | Policy::VolatileLru)
    }

    /// Which keys may go.
    pub const fn among(self) -> Among {
        match self {
            Policy::AllKeysLru | Policy::AllKeysLfu | Policy::AllKeysRandom => Among::AllKeys,
            _ => Among::Volatile,
        }
    }
}

/// The classes of `client-output-buffer-limit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputClass {
    /// Everybody else.
    Normal = 0,
    /// Replicas.
    Replica = 1,
    /// Clients subscribed to anything.
    Pubsub = 2,
}

/// The names of the classes, by their number.
const OUTPUT_CLASSES: [&str; 3] = ["normal", "slave", "pubsub"];

/// How much output may wait for a client; 0 is no limit.
pub struct OutputLimit {
    /// From so many bytes on it is closed at once.
    pub hard_bytes: AtomicU64,
    /// From so many on it is closed when they have waited too long.
    pub soft_bytes: AtomicU64,
    /// How long that is.
    pub soft_seconds: AtomicU64,
}

impl OutputLimit {
    const fn new(hard_bytes: u64, soft_bytes: u64, soft_seconds: u64) -> OutputLimit {
        OutputLimit {
            hard_bytes: AtomicU64::new(hard_bytes),
            soft_bytes: AtomicU64::new(soft_bytes),
            soft_seconds: AtomicU64::new(soft_seconds),
        }
    }
}

/// The letters of `notify-keyspace-events`, each with its bit in `notify_classes`: Redis' own numbers.
const NOTIFICATION_LETTERS: [(u8, u32); 14] = [
    (b'K', 0),
    (b'E', 1),
    (b'g', 2),
    (b'$', 3),
    (b'l', 4),
    (b's', 5),
    (b'h', 6),
    (b'z', 7),
    (b'x', 8),
    (b'e', 9),
    (b't', 10),
    (b'm', 11),
    (b'd', 13),
    (b'n', 14),
];
/// The letters that `A` stands for.
const ALL_NOTIFICATIONS: &str = "g$lshzxetd";

/// Redis' own `packed_threshold`, in bytes.
pub const PACKED_THRESHOLD: u64 = 1 << 30;

macro_rules! settings {
    ($($(#[$doc:meta])* $field:ident: $kind:ident = $default:expr, $name:literal;)*) => {
        /// What CONFIG SET changes in core.
        pub struct Settings {
            $($(#[$doc])* pub $field: $kind,)*
            /// The password clients must give, or empty.
            pub requirepass: Mutex<String>,
            /// Whether there is one.
            pub auth_required: AtomicBool,
            /// Who may use DEBUG: `DebugAccess` as a number.
            pub debug_access: AtomicU32,
            /// What goes when memory is used up: a `Policy`, by its number.
            pub maxmemory_policy: AtomicU32,
            /// Classes of keyspace notifications: bits in the order of `NOTIFICATION_LETTERS`.
            pub notify_classes: AtomicU32,
            /// Bytes from which a list's element lies alone; DEBUG QUICKLIST-PACKED-THRESHOLD sets it.
            pub packed_threshold: AtomicU64,
            /// How much output may wait for a client, by class.
            pub output_limits: [OutputLimit; 3],
            /// CPUs of listeners, ascending; empty for any.
            pub listener_cpus: Mutex<Vec<u32>>,
            /// CPUs of the threads behind them, ascending; empty for any.
            pub background_cpus: Mutex<Vec<u32>>,
            /// Names and values main owns.
            pub facts: Mutex<BTreeMap<String, String>>,
        }

        impl Default for Settings {
            fn default() -> Self {
                Settings {
                    $($field: $kind::new($default),)*
                    requirepass: Mutex::new(String::new()),
                    auth_required: AtomicBool::new(false),
                    debug_access: AtomicU32::new(DebugAccess::No as u32),
                    maxmemory_policy: AtomicU32::new(0),
                    notify_classes: AtomicU32::new(0),
                    packed_threshold: AtomicU64::new(PACKED_THRESHOLD),
                    output_limits: [
                        OutputLimit::new(0, 0, 0),
                        OutputLimit::new(256 << 20, 64 << 20, 60),
                        OutputLimit::new(32 << 20, 8 << 20, 60),
                    ],
                    listener_cpus: Mutex::default(),
                    background_cpus: Mutex::default(),
                    facts: Mutex::new(BTreeMap::new()),
                }
            }
        }

        impl Settings {
            fn set_number(&self, name: &str, value: &str) -> Option<Result<(), String>> {
                match name {
                    $($name => Some(Number::set(&self.$field, value)
                        .ok_or_else(|| format!("'{name}' wants a number, not '{value}'"))),)*
                    _ => None,
                }
            }
        }
    };
}

/// A number that can be set from text.
trait Number {
    fn set(&self, text: &str) -> Option<()>;
}

impl Number for AtomicU64 {
    fn set(&self, text: &str) -> Option<()> {
        text.parse().ok().map(|value| self.store(value, Relaxed))
    }
}

impl Number for AtomicI64 {
    fn set(&self, text: &str) -> Option<()> {
        text.parse().ok().map(|value| self.store(value, Relaxed))
    }
}

impl Number for AtomicU32 {
    fn set(&self, text: &str) -> Option<()> {
        text.parse().ok().map(|value| self.store(value, Relaxed))
    }
}

impl Number for AtomicBool {
    fn set(&self, text: &str) -> Option<()> {
        let value = match text {
            "yes" | "1" => true,
            "no" | "0" => false,
            _ => return None,
        };
        self.store(value, Relaxed);
        Some(())
    }
}

settings! {
    /// Bytes the pool may hold live; 0 for no limit.
    maxmemory: AtomicU64 = 0, "maxmemory";
    /// Sessions that may be open at a time.
    maxclients: AtomicU32 = 10_000, "maxclients";
    /// Elements in a listpack of a new list, or its size class when negative.
    list_max_listpack_size: AtomicI64 = -2, "list-max-listpack-size";
    /// Listpacks at each end of a new list that are never compressed; 0 compresses none.
    list_compress_depth: AtomicI64 = 0, "list-compress-depth";
    /// The longest argument, in bytes.
    proto_max_bulk_len: AtomicU64 = 512 << 20, "proto-max-bulk-len";
    /// Seconds after which an idle client is closed; 0 for never.
    timeout: AtomicU32 = 0, "timeout";
    /// Seconds of silence after which the kernel looks whether a client still lives; 0 for never.
    tcp_keepalive: AtomicU32 = 300, "tcp-keepalive";
    /// Connections the kernel may hold that are not accepted yet.
    tcp_backlog: AtomicU32 = 511, "tcp-backlog";
    /// Without a password, only clients on this machine are served.
    protected_mode: AtomicBool = true, "protected-mode";
    /// Bytes of unfinished request a client may have waiting.
    client_query_buffer_limit: AtomicU64 = 1 << 30, "client-query-buffer-limit";
    /// Whether DUMP compresses long strings.
    rdbcompression: AtomicBool = true, "rdbcompression";
    /// Bytes of a HyperLogLog's sparse form, beyond which it becomes dense.
    hll_sparse_max_bytes: AtomicU64 = 3000, "hll-sparse-max-bytes";
    /// How often a second the keeper runs.
    hz: AtomicU32 = 10, "hz";
    /// How hard the keeper looks for expired keys, 1-10.
    active_expire_effort: AtomicU32 = 1, "active-expire-effort";
    /// Redis' LFU counter: how slowly it grows.
    lfu_log_factor: AtomicU32 = 10, "lfu-log-factor";
    /// Redis' LFU counter: minutes until it falls by one; 0 for never.
    lfu_decay_time: AtomicU32 = 1, "lfu-decay-time";
    /// Seconds until an untouched key cools by one level.
    hotness_decay: AtomicU32 = 10, "numa-hotness-decay-seconds";
    /// The level from which a key counts as hot.
    hotness_threshold: AtomicU32 = 5, "numa-hotness-threshold";
    /// Keys that one round of sampling looks at.
    hotness_sample_keys: AtomicU32 = 16384, "numa-hotness-sample-keys";
    /// Microseconds one round of sampling may take.
    hotness_sample_usec: AtomicU32 = 15000, "numa-hotness-sample-usec";
    /// Microseconds a move may hold a key at a time.
    migrate_step_usec: AtomicU32 = 200, "numa-migrate-step-usec";
    /// Bytes a move may write while it holds a key.
    migrate_step_bytes: AtomicU64 = 256 << 10, "numa-migrate-step-bytes";
    /// The mover's share of a core's time, in percent.
    migrate_share: AtomicU32 = 50, "numa-migrate-cpu-percent";
    /// Bytes a second the mover may write in jobs nobody waits for; 0 for no limit.
    migrate_bandwidth: AtomicU64 = 256 << 20, "numa-migrate-bandwidth";
    /// Keys a second the mover may move in such jobs; 0 for no limit.
    migrate_keys: AtomicU64 = 100_000, "numa-migrate-keys-per-second";
    /// Pages a second that the kernel is asked about in the background; 0 for none.
    patrol_pages: AtomicU32 = 32_768, "numa-patrol-pages";
    /// Whether pages found on a wrong node are brought home in the background.
    rehome: AtomicBool = true, "numa-rehome";
    /// Keys that are compared to find one to evict.
    maxmemory_samples: AtomicU32 = 5, "maxmemory-samples";
    /// How much time an eviction may take, 0-100.
    eviction_tenacity: AtomicU32 = 10, "maxmemory-eviction-tenacity";
    /// Free evicted values in the background.
    lazyfree_lazy_eviction: AtomicBool = false, "lazyfree-lazy-eviction";
    /// Free what UNLINK removes in the background even for DEL.
    lazyfree_lazy_user_del: AtomicBool = false, "lazyfree-lazy-user-del";
    /// FLUSHALL and FLUSHDB without an argument free in the background.
    lazyfree_lazy_user_flush: AtomicBool = false, "lazyfree-lazy-user-flush";
    /// Whether what lies thinly is moved together without being asked.
    activedefrag: AtomicBool = false, "activedefrag";
    /// Wasted bytes below which that rests.
    active_defrag_ignore_bytes: AtomicU64 = 100 << 20, "active-defrag-ignore-bytes";
    /// Percent of waste at which it starts.
    active_defrag_threshold_lower: AtomicU32 = 10, "active-defrag-threshold-lower";
    /// Percent of waste at which it works hardest.
    active_defrag_threshold_upper: AtomicU32 = 100, "active-defrag-threshold-upper";
    /// Percent of a core it takes at the lower threshold.
    active_defrag_cycle_min: AtomicU32 = 1, "active-defrag-cycle-min";
    /// Percent of a core it takes at the upper threshold.
    active_defrag_cycle_max: AtomicU32 = 25, "active-defrag-cycle-max";
    /// Fields of one value it walks between two looks at the clock.
    active_defrag_max_scan_fields: AtomicU64 = 1000, "active-defrag-max-scan-fields";
    /// Members of a sorted set in one listpack.
    zset_max_listpack_entries: AtomicU64 = 128, "zset-max-listpack-entries";
    /// Bytes of a sorted set's member in a listpack.
    zset_max_listpack_value: AtomicU64 = 64, "zset-max-listpack-value";
    /// Fields of a hash in one listpack.
    hash_max_listpack_entries: AtomicU64 = 512, "hash-max-listpack-entries";
    /// Bytes of a field or value in a listpack.
    hash_max_listpack_value: AtomicU64 = 64, "hash-max-listpack-value";
    /// Members of a set of integers in one array.
    set_max_intset_entries: AtomicU64 = 512, "set-max-intset-entries";
}

impl Settings {
    /// Takes one line. A value out of range is refused with a sentence that says why.
    pub fn set(&self, name: &str, value: &str) -> Result<(), String> {
        if let Some(fact) = name.strip_prefix("fact.") {
            let mut facts = self.facts.lock().unwrap_or_else(|e| e.into_inner());
            facts.insert(fact.to_owned(), value.to_owned());
            return Ok(());
        }
        match name {
            "requirepass" => {
                *self.requirepass.lock().unwrap_or_else(|e| e.into_inner()) = value.to_owned();
                self.auth_required.store(!value.is_empty(), Relaxed);
                Ok(())
            }
            "enable-debug-command" => self.set_debug_access(value),
            "maxmemory-policy" => self.set_maxmemory_policy(value),
            "notify-keyspace-events" => self.set_notify_classes(value),
            "client-output-buffer-limit" => self.set_output_limits(value),
            "server_cpulist" => set_cpus(&self.listener_cpus, name, value),
            "bio_cpulist" => set_cpus(&self.background_cpus, name, value),
            _ => match self.set_number(name, value) {
                Some(result) => result,
                // Options of rooms that are still to come are main's alone until they exist.
                None => Ok(()),
            },
        }
    }

    /// Takes lines `name value`, all or none, and answers how many.
    pub fn set_all(&self, text: &str) -> Result<usize, String> {
        let rehearsal = Settings::default();
        for (name, value) in lines(text) {
            rehearsal.set(name, value)?;
        }
        lines(text).try_fold(0, |count, (name, value)| {
            self.set(name, value).map(|()| count + 1)
        })
    }

    fn set_debug_access(&self, value: &str) -> Result<(), String> {
        let access = match value {
            "no" => DebugAccess::No,
            "yes" => DebugAccess::Yes,
            "local" => DebugAccess::Local,
            _ => {
                return Err(format!(
                    "'enable-debug-command' is yes, no or local, not '{value}'"
                ));
            }
        };
        self.debug_access.store(access as u32, Relaxed);
        Ok(())
    }

    fn set_maxmemory_policy(&self, value: &str) -> Result<(), String> {
        let index = Policy::ALL.iter().position(|&(name, _)| name == value);
        let index = index.ok_or_else(|| format!("'maxmemory-policy' knows no policy '{value}'"))?;
        self.maxmemory_policy.store(index as u32, Relaxed);
        Ok(())
    }

    fn set_notify_classes(&self, value: &str) -> Result<(), String> {
        let letters = value.replace('A', ALL_NOTIFICATIONS);
        let bits = letters.bytes().try_fold(0, |bits, letter| {
            let known = NOTIFICATION_LETTERS.iter().find(|known| known.0 == letter);
            known.map(|(_, bit)| bits | 1 << bit)
        });
        let bits = bits.ok_or_else(|| {
            format!("'notify-keyspace-events' knows classes 'Ag$lshzxeKEtmdn', not '{value}'")
        })?;
        self.notify_classes.store(bits, Relaxed);
        Ok(())
    }

    /// Takes `class hard soft seconds` groups; classes that are not named keep theirs.
    fn set_output_limits(&self, value: &str) -> Result<(), String> {
        let words: Vec<&str> = value.split_whitespace().collect();
        let refusal = || format!("'client-output-buffer-limit' cannot be '{value}'");
        for group in words.chunks(4) {
            let [class, numbers @ ..] = group else {
                return Err(refusal());
            };
            let class = OUTPUT_CLASSES.iter().position(|name| name == class);
            let numbers: Vec<u64> = numbers.iter().flat_map(|word| word.parse()).collect();
            let (Some(class), &[hard, soft, seconds]) = (class, &numbers[..]) else {
                return Err(refusal());
            };
            let limit = &self.output_limits[class];
            limit.hard_bytes.store(hard, Relaxed);
            limit.soft_bytes.store(soft, Relaxed);
            limit.soft_seconds.store(seconds, Relaxed);
        }
        Ok(())
    }

    /// The limit that holds for a class.
    pub const fn output_limit(&self, class: OutputClass) -> &OutputLimit {
        &self.output_limits[class as usize]
    }

    /// Whether `maxmemory-policy` goes by the frequency of use, so that idle times are not to be told.
    pub fn has_lfu_policy(&self) -> bool {
        self.policy().is_lfu()
    }

    /// What goes when memory is used up.
    pub fn policy(&self) -> Policy {
        let index = self.maxmemory_policy.load(Relaxed) as usize;
        Policy::ALL[index].1
    }

    /// Who may use DEBUG.
    pub fn debug_access(&self) -> DebugAccess {
        match self.debug_access.load(Relaxed) {
            1 => DebugAccess::Yes,
            2 => DebugAccess::Local,
            _ => DebugAccess::No,
        }
    }

    /// A fact main owns, or an empty string.
    pub fn fact(&self, name: &str) -> String {
        self.facts
            .lock()
            .unwrap_or_else(|e| e.into_inner())
            .get(name)
            .cloned()
            .unwrap_or_default()
    }
}

fn set_cpus(cpus: &Mutex<Vec<u32>>, name: &str, value: &str) -> Result<(), String> {
    *locked(cpus) = numa::parse_list(value)
        .ok_or_else(|| format!("'{name}' wants CPUs as in '0-3,8' or '0-6:2', not '{value}'"))?;
    Ok(())
}

/// Splits `name value` lines; a value may be empty.
pub fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.split_once(' ').unwrap_or((line, "")))
}
