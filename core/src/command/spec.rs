//! What is known of a command: the types the generated table is made of.
//!
//! Plain constant data, written by no hand but in `core/commands/*.json`, whose README explains each
//! field. Knows no key and no client. Invariant: a specification never changes, and everything that is
//! said about commands (COMMAND, errors of arity, locks, rights) is read from here.

pub use super::flags::{Acl, ArgFlags, Flags, KeyFlags};

/// Runs a command whose arity, rights and keys have been seen to.
pub type Handler = fn(&mut super::Call<'_, '_>) -> super::Answer;

/// Where a command is answered.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// In core, by this handler.
    Core(Handler),
    /// In TypeScript: core hands it up.
    Server,
    /// Nowhere: only its subcommands are.
    Container,
}

/// What dispatch holds while the handler runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locks {
    /// The shards of the keys its specifications find, the world shared.
    Keys,
    /// The world shared and no shard: the handler needs none or takes them one at a time.
    None,
    /// The world exclusively.
    World,
}

/// Where the search for keys begins. Arguments count from 0, the command's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// At this argument.
    Index(u16),
    /// Behind the first `word`, in either case, looked for from argument `start` on; from that many
    /// before the end, backwards, when negative.
    Keyword {
        /// The word.
        word: &'static str,
        /// Where the search starts.
        start: i16,
    },
    /// Not to be said.
    Unknown,
}

/// Which arguments are keys, counted from where the search begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Find {
    /// Every `step`-th until `last`, which counts from the beginning, or from the end when negative. A
    /// `limit` of 2 or more takes only that part of the arguments left: 2 the first half.
    Range {
        /// Last key.
        last: i16,
        /// Distance of two keys.
        step: u16,
        /// Divisor of the arguments left; 0 and 1 mean all of them.
        limit: u16,
    },
    /// As many as argument `number` says, from `first` on, every `step`-th.
    KeyNum {
        /// Where the count stands.
        number: u16,
        /// Where the first key stands.
        first: u16,
        /// Distance of two keys.
        step: u16,
    },
    /// Whatever an option says, which may stand anywhere among others; COMMAND does not say so.
    Option(KeyOption),
    /// Not to be said.
    Unknown,
}

/// An option whose value is a key, or a pattern for names of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyOption {
    /// The words in front of the value, in either case.
    pub words: &'static [&'static str],
    /// Where options begin.
    pub from: u16,
    /// Every option with values, and how many it has.
    pub options: &'static [(&'static str, u16)],
    /// The value is a pattern: an asterisk in it becomes what no one knows before the command runs.
    pub is_pattern: bool,
}

/// Flags that hold instead when none of `without` stands among the arguments from `from` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Otherwise {
    /// Words looked for, in either case.
    pub without: &'static [&'static str],
    /// First argument looked at.
    pub from: u16,
    /// The flags then.
    pub flags: KeyFlags,
}

/// One rule that finds keys among the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySpec {
    /// Where to begin.
    pub begin: Begin,
    /// Which arguments from there.
    pub find: Find,
    /// What happens to the keys.
    pub flags: KeyFlags,
    /// A remark for people; may be empty.
    pub notes: &'static str,
    /// Flags that depend on an option.
    pub otherwise: Option<Otherwise>,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// Any bytes.
    String,
    /// A whole number.
    Integer,
    /// A floating-point number.
    Double,
    /// The name of a key.
    Key,
    /// A glob pattern.
    Pattern,
    /// Seconds or milliseconds since 1970.
    UnixTime,
    /// The token alone.
    PureToken,
    /// One of the arguments inside.
    Oneof,
    /// All of the arguments inside, in order.
    Block,
}

impl ArgKind {
    /// Its name in COMMAND DOCS.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Double => "double",
            Self::Key => "key",
            Self::Pattern => "pattern",
            Self::UnixTime => "unix-time",
            Self::PureToken => "pure-token",
            Self::Oneof => "oneof",
            Self::Block => "block",
        }
    }
}

/// One argument as COMMAND DOCS describes it. Texts that are empty are not shown.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// Its name, for people.
    pub name: &'static str,
    /// What it is.
    pub kind: ArgKind,
    /// The word in front of it, or the word it is. May be empty: LCS and SORT know `""`.
    pub token: Option<&'static str>,
    /// Which key specification finds it.
    pub key_spec: Option<u8>,
    /// Version it came with, if later than the command.
    pub since: &'static str,
    /// Version since which it should not be used.
    pub deprecated_since: &'static str,
    /// How often it may stand.
    pub flags: ArgFlags,
    /// Arguments inside it.
    pub arguments: &'static [Argument],
}

impl Argument {
    /// Nothing said; the table names only what differs.
    pub const BLANK: Self = Self {
        name: "",
        kind: ArgKind::String,
        token: None,
        key_spec: None,
        since: "",
        deprecated_since: "",
        flags: ArgFlags::NONE,
        arguments: &[],
    };
}

/// Since when a command should not be used, and what to use.
#[derive(Clone, Copy, Debug)]
pub struct Deprecated {
    /// Version.
    pub since: &'static str,
    /// What takes its place.
    pub replaced_by: &'static str,
}

/// One command or subcommand. Texts and lists that are empty are not shown.
#[derive(Clone, Copy, Debug)]
pub struct CommandSpec {
    /// Its place in the table; what `Outcome.command` carries.
    pub id: u16,
    /// Lower case.
    pub name: &'static str,
    /// Lower case with its container: `config|get`.
    pub full_name: &'static str,
    /// Version it came with.
    pub since: &'static str,
    /// Group in COMMAND DOCS.
    pub group: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// How its time grows.
    pub complexity: &'static str,
    /// Number of arguments, name and subcommand included; negative means at least that many.
    pub arity: i32,
    /// How it may run.
    pub flags: Flags,
    /// Categories it belongs to.
    pub acl: Acl,
    /// Where it is answered.
    pub run: Run,
    /// What is held meanwhile.
    pub locks: Locks,
    /// First key for clients that know no specifications; 0 for none.
    pub first_key: i32,
    /// Last key for them; counts from the end when negative.
    pub last_key: i32,
    /// Distance of two keys for them.
    pub key_step: i32,
    /// Rules that find its keys.
    pub keys: &'static [KeySpec],
    /// Tips for clients and proxies.
    pub hints: &'static [&'static str],
    /// Versions and what changed in them.
    pub history: &'static [(&'static str, &'static str)],
    /// Whether it should not be used any more.
    pub deprecated: Option<Deprecated>,
    /// Flags in COMMAND DOCS, `deprecated` left out.
    pub doc_flags: &'static [&'static str],
    /// Its arguments.
    pub arguments: &'static [Argument],
    /// Its subcommands, sorted by name.
    pub subcommands: &'static [CommandSpec],
}

impl CommandSpec {
    /// Nothing said; the table names only what differs.
    pub const BLANK: Self = Self {
        id: 0,
        name: "",
        full_name: "",
        since: "",
        group: "",
        summary: "",
        complexity: "",
        arity: 0,
        flags: Flags::NONE,
        acl: Acl::NONE,
        run: Run::Container,
        locks: Locks::None,
        first_key: 0,
        last_key: 0,
        key_step: 0,
        keys: &[],
        hints: &[],
        history: &[],
        deprecated: None,
        doc_flags: &[],
        arguments: &[],
        subcommands: &[],
    };

    /// Whether that many arguments, the name included, are acceptable.
    #[inline]
    #[must_use]
    pub const fn accepts(&self, argc: usize) -> bool {
        let least = self.arity.unsigned_abs() as usize;
        if self.arity < 0 {
            argc >= least
        } else {
            argc == least
        }
    }

    /// The argument that is its key, when it always has exactly one: the short way to [`super::keys`].
    #[inline]
    #[must_use]
    pub const fn lone_key(&self) -> Option<usize> {
        let is_there = self.arity.unsigned_abs() as usize > self.first_key as usize;
        if self.first_key > 0 && self.first_key == self.last_key && self.keys.len() == 1 && is_there
        {
            Some(self.first_key as usize)
        } else {
            None
        }
    }

    /// Whether it may change the data set.
    #[inline]
    #[must_use]
    pub const fn is_write(&self) -> bool {
        self.flags.has(Flags::WRITE)
    }
}
