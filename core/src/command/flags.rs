//! The four sets of bits a command's declaration uses, each bit with its name on the wire.
//!
//! Knows no command. Invariant: bits are in the order in which replies show them, so `names` needs no
//! sorting; a bit without a name is the server's own and is never shown.

/// Declares a set of bits: type, width, and each bit with its place and its name on the wire.
macro_rules! bit_set {
    ($(#[$doc:meta])* $set:ident($width:ty) { $($(#[$bit_doc:meta])* $bit:ident = $place:literal $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $set(pub $width);

        impl $set {
            /// No bit.
            pub const NONE: Self = Self(0);
            $($(#[$bit_doc])* pub const $bit: Self = Self(1 << $place);)*
            const ALL: &'static [(Self, &'static str)] = &[$((Self::$bit, $name),)*];

            /// Both sets' bits.
            #[must_use]
            pub const fn with(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// Whether any bit of `other` is set.
            #[inline]
            #[must_use]
            pub const fn has(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// The shown bits' names, in the order of the bits.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                Self::ALL.iter().filter(move |(bit, name)| self.has(*bit) && !name.is_empty()).map(|(_, name)| *name)
            }

            /// The bit of that name, in either case.
            #[must_use]
            pub fn named(name: &[u8]) -> Option<Self> {
                let known = |entry: &&(Self, &str)| !name.is_empty() && entry.1.as_bytes().eq_ignore_ascii_case(name);
                Self::ALL.iter().find(known).map(|(bit, _)| *bit)
            }
        }
    };
}

bit_set! {
    /// How a command may run.
    Flags(u32) {
        /// May change the data set.
        WRITE = 0 "write",
        /// Reads keys and changes nothing.
        READONLY = 1 "readonly",
        /// Refused when memory is used up.
        DENYOOM = 2 "denyoom",
        /// Comes from a module.
        MODULE = 3 "module",
        /// Administration.
        ADMIN = 4 "admin",
        /// Publish and subscribe.
        PUBSUB = 5 "pubsub",
        /// Refused inside a script.
        NOSCRIPT = 6 "noscript",
        /// May block its client.
        BLOCKING = 7 "blocking",
        /// Allowed while the data set loads.
        LOADING = 8 "loading",
        /// Allowed on a replica that lost its primary.
        STALE = 9 "stale",
        /// MONITOR does not show it.
        SKIP_MONITOR = 10 "skip_monitor",
        /// The slow log does not record it.
        SKIP_SLOWLOG = 11 "skip_slowlog",
        /// Accepted for a hash slot that is being imported.
        ASKING = 12 "asking",
        /// Takes constant or logarithmic time.
        FAST = 13 "fast",
        /// Needs no login.
        NO_AUTH = 14 "no_auth",
        /// May reach replicas without being a write; not shown.
        MAY_REPLICATE = 15 "",
        /// May be called without the keys its specifications look for.
        NO_MANDATORY_KEYS = 16 "no_mandatory_keys",
        /// Refused while a replica loads behind an old data set.
        NO_ASYNC_LOADING = 17 "no_async_loading",
        /// Refused inside a transaction.
        NO_MULTI = 18 "no_multi",
        /// First, last and step do not find all its keys.
        MOVABLEKEYS = 19 "movablekeys",
        /// Allowed while a script runs too long.
        ALLOW_BUSY = 20 "allow_busy",
        /// Needs a directive that enables it; not shown.
        PROTECTED = 31 "",
    }
}

bit_set! {
    /// The ACL categories a command belongs to; shown with an `@` in front.
    Acl(u64) {
        /// Keys of any type.
        KEYSPACE = 0 "keyspace",
        /// Reads.
        READ = 1 "read",
        /// Writes.
        WRITE = 2 "write",
        /// Sets.
        SET = 3 "set",
        /// Sorted sets.
        SORTEDSET = 4 "sortedset",
        /// Lists.
        LIST = 5 "list",
        /// Hashes.
        HASH = 6 "hash",
        /// Strings.
        STRING = 7 "string",
        /// Strings as bits.
        BITMAP = 8 "bitmap",
        /// Estimated counts.
        HYPERLOGLOG = 9 "hyperloglog",
        /// Places on the globe.
        GEO = 10 "geo",
        /// Streams.
        STREAM = 11 "stream",
        /// Publish and subscribe.
        PUBSUB = 12 "pubsub",
        /// Administration.
        ADMIN = 13 "admin",
        /// Constant or logarithmic time.
        FAST = 14 "fast",
        /// Whatever is not fast.
        SLOW = 15 "slow",
        /// May block its client.
        BLOCKING = 16 "blocking",
        /// Can do harm in the wrong hands.
        DANGEROUS = 17 "dangerous",
        /// The connection itself.
        CONNECTION = 18 "connection",
        /// MULTI and its kin.
        TRANSACTION = 19 "transaction",
        /// Scripts and functions.
        SCRIPTING = 20 "scripting",
    }
}

bit_set! {
    /// What a command does with the keys of one specification. The first four exclude each other.
    KeyFlags(u16) {
        /// Reads the value and leaves it.
        RO = 0 "RO",
        /// Reads the value and changes or deletes it.
        RW = 1 "RW",
        /// Replaces the value without reading it.
        OW = 2 "OW",
        /// Deletes the key without reading the value.
        RM = 3 "RM",
        /// What the value holds reaches the caller.
        ACCESS = 4 "access",
        /// Existing content is changed.
        UPDATE = 5 "update",
        /// Content is added and none is changed.
        INSERT = 6 "insert",
        /// Content is deleted on purpose.
        DELETE = 7 "delete",
        /// Not a key, but it decides the hash slot like one.
        NOT_KEY = 8 "not_key",
        /// There may be keys the specification does not find.
        INCOMPLETE = 9 "incomplete",
        /// An option may turn these flags into others.
        VARIABLE_FLAGS = 10 "variable_flags",
    }
}

bit_set! {
    /// How often an argument may stand.
    ArgFlags(u8) {
        /// Or not at all.
        OPTIONAL = 0 "optional",
        /// Or several times.
        MULTIPLE = 1 "multiple",
        /// Its token repeats with it.
        MULTIPLE_TOKEN = 2 "multiple_token",
    }
}

impl KeyFlags {
    /// Whether the key's entry may change, so that its shard must be held exclusively.
    #[inline]
    #[must_use]
    pub const fn writes(self) -> bool {
        self.has(Self::RW.with(Self::OW).with(Self::RM))
    }
}

#[cfg(test)]
mod tests {
    use super::{Acl, Flags, KeyFlags};

    #[test]
    fn names_come_in_the_order_of_bits_without_hidden_ones() {
        let flags = Flags::FAST.with(Flags::WRITE).with(Flags::PROTECTED);
        assert!(flags.names().eq(["write", "fast"]));
        assert_eq!(Flags::named(b""), None);
        assert_eq!(Acl::named(b"KeySpace"), Some(Acl::KEYSPACE));
    }

    #[test]
    fn only_a_read_leaves_the_entry_alone() {
        assert!(!KeyFlags::RO.with(KeyFlags::ACCESS).writes());
        assert!(KeyFlags::OW.with(KeyFlags::UPDATE).writes() && KeyFlags::RM.writes());
    }
}
