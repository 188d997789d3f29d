//! The command table: every command and subcommand with all that is known of it.
//!
//! Knows no behaviour. Invariant: sorted by name; ids are dense, 0 to `COMMAND_COUNT - 1`.
// Written by core/gen.ts from core/commands/*.json; edit those and run `deno task gen`.

use super::spec::{
    Acl, ArgFlags, ArgKind, Argument, Begin, CommandSpec, Deprecated, Find, Flags, KeyFlags,
    KeyOption, KeySpec, Locks, Otherwise, Run,
};

/// Commands and subcommands together.
pub const COMMAND_COUNT: usize = 271;

/// Every command, sorted by name.
#[rustfmt::skip]
pub static COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        id: 0, name: "append", full_name: "append", since: "2.0.0", group: "string", arity: 3,
        summary: "Adds bytes to the end of a string, creating it when missing", complexity: "O(1) amortized, for an addition that is small beside the string",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::append), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 1, name: "auth", full_name: "auth", since: "1.0.0", group: "connection", arity: -2,
        summary: "Logs the connection in", complexity: "O(N), N being the number of the user's passwords",
        flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE).with(Flags::FAST).with(Flags::NO_AUTH).with(Flags::ALLOW_BUSY), acl: Acl::FAST.with(Acl::CONNECTION),
        run: Run::Core(super::connection::auth), locks: Locks::None,
        history: &[("6.0.0", "Takes a user name before the password.")],
        arguments: &[
            Argument { name: "username", kind: ArgKind::String, since: "6.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "password", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 2, name: "bitcount", full_name: "bitcount", since: "2.6.0", group: "bitmap", arity: -2,
        summary: "Counts the bits that are set in a string, or in a part of it", complexity: "O(N), N being the bytes looked at",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::BITMAP).with(Acl::SLOW),
        run: Run::Core(super::bitmap::bitcount), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        history: &[("7.0.0", "Options `BYTE` and `BIT`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "index", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "start", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "end", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "index_unit", kind: ArgKind::Oneof, since: "7.0.0", flags: ArgFlags::OPTIONAL, arguments: &[
                    Argument { name: "byte", kind: ArgKind::PureToken, token: Some("BYTE"), ..Argument::BLANK },
                    Argument { name: "bit", kind: ArgKind::PureToken, token: Some("BIT"), ..Argument::BLANK },
                ], ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 3, name: "bitfield", full_name: "bitfield", since: "3.2.0", group: "bitmap", arity: -2,
        summary: "Reads and writes integers of any width inside a string", complexity: "O(1) for each operation",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::BITMAP).with(Acl::SLOW),
        run: Run::Core(super::bitmap::bitfield), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE).with(KeyFlags::ACCESS).with(KeyFlags::VARIABLE_FLAGS), notes: "Reads and writes, as its operations say", otherwise: Some(Otherwise { without: &["SET", "INCRBY"], from: 2, flags: KeyFlags::RO.with(KeyFlags::ACCESS) }) }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "operation", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), arguments: &[
                Argument { name: "encoding_offset", kind: ArgKind::Block, token: Some("GET"), arguments: &[
                    Argument { name: "encoding", kind: ArgKind::String, ..Argument::BLANK },
                    Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
                ], ..Argument::BLANK },
                Argument { name: "write", kind: ArgKind::Block, arguments: &[
                    Argument { name: "wrap_sat_fail", kind: ArgKind::Oneof, token: Some("OVERFLOW"), flags: ArgFlags::OPTIONAL, arguments: &[
                        Argument { name: "wrap", kind: ArgKind::PureToken, token: Some("WRAP"), ..Argument::BLANK },
                        Argument { name: "sat", kind: ArgKind::PureToken, token: Some("SAT"), ..Argument::BLANK },
                        Argument { name: "fail", kind: ArgKind::PureToken, token: Some("FAIL"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                    Argument { name: "write_operation", kind: ArgKind::Oneof, arguments: &[
                        Argument { name: "encoding_offset_value", kind: ArgKind::Block, token: Some("SET"), arguments: &[
                            Argument { name: "encoding", kind: ArgKind::String, ..Argument::BLANK },
                            Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
                            Argument { name: "value", kind: ArgKind::Integer, ..Argument::BLANK },
                        ], ..Argument::BLANK },
                        Argument { name: "encoding_offset_increment", kind: ArgKind::Block, token: Some("INCRBY"), arguments: &[
                            Argument { name: "encoding", kind: ArgKind::String, ..Argument::BLANK },
                            Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
                            Argument { name: "increment", kind: ArgKind::Integer, ..Argument::BLANK },
                        ], ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ], ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 4, name: "bitfield_ro", full_name: "bitfield_ro", since: "6.0.0", group: "bitmap", arity: -2,
        summary: "Reads integers of any width inside a string", complexity: "O(1) for each operation",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::BITMAP).with(Acl::FAST),
        run: Run::Core(super::bitmap::bitfield_ro), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "encoding_offset", kind: ArgKind::Block, token: Some("GET"), flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE).with(ArgFlags::MULTIPLE_TOKEN), arguments: &[
                Argument { name: "encoding", kind: ArgKind::String, ..Argument::BLANK },
                Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 5, name: "bitop", full_name: "bitop", since: "2.6.0", group: "bitmap", arity: -4,
        summary: "Combines the bits of strings and stores the result", complexity: "O(N), N being the bytes of the longest string",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::BITMAP).with(Acl::SLOW),
        run: Run::Core(super::bitmap::bitop), locks: Locks::Keys,
        first_key: 2, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(3), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "operation", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "destkey", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(1), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 6, name: "bitpos", full_name: "bitpos", since: "2.8.7", group: "bitmap", arity: -3,
        summary: "Finds the first bit of a string that is set, or clear", complexity: "O(N), N being the bytes looked at",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::BITMAP).with(Acl::SLOW),
        run: Run::Core(super::bitmap::bitpos), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        history: &[("7.0.0", "Options `BYTE` and `BIT`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "bit", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "index", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "start", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "end_index", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                    Argument { name: "end", kind: ArgKind::Integer, ..Argument::BLANK },
                    Argument { name: "index_unit", kind: ArgKind::Oneof, since: "7.0.0", flags: ArgFlags::OPTIONAL, arguments: &[
                        Argument { name: "byte", kind: ArgKind::PureToken, token: Some("BYTE"), ..Argument::BLANK },
                        Argument { name: "bit", kind: ArgKind::PureToken, token: Some("BIT"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ], ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 7, name: "blmove", full_name: "blmove", since: "6.2.0", group: "list", arity: 6,
        summary: "Takes an element from one list, adds it to another and answers it; waits for one", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::NOSCRIPT).with(Flags::BLOCKING), acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW).with(Acl::BLOCKING),
        run: Run::Core(super::blocking::blmove), locks: Locks::Keys,
        first_key: 1, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "source", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(1), ..Argument::BLANK },
            Argument { name: "wherefrom", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "left", kind: ArgKind::PureToken, token: Some("LEFT"), ..Argument::BLANK },
                Argument { name: "right", kind: ArgKind::PureToken, token: Some("RIGHT"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "whereto", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "left", kind: ArgKind::PureToken, token: Some("LEFT"), ..Argument::BLANK },
                Argument { name: "right", kind: ArgKind::PureToken, token: Some("RIGHT"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "timeout", kind: ArgKind::Double, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 8, name: "blmpop", full_name: "blmpop", since: "7.0.0", group: "list", arity: -5,
        summary: "Takes elements from the first list that has any; waits for one", complexity: "O(N+M), N being the number of keys and M that of elements taken",
        flags: Flags::WRITE.with(Flags::BLOCKING).with(Flags::MOVABLEKEYS), acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW).with(Acl::BLOCKING),
        run: Run::Core(super::blocking::blmpop), locks: Locks::Keys,
        first_key: 0, last_key: 0, key_step: 0,
        keys: &[KeySpec { begin: Begin::Index(2), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "timeout", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "where", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "left", kind: ArgKind::PureToken, token: Some("LEFT"), ..Argument::BLANK },
                Argument { name: "right", kind: ArgKind::PureToken, token: Some("RIGHT"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 9, name: "blpop", full_name: "blpop", since: "2.0.0", group: "list", arity: -3,
        summary: "Takes the first element of the first list that has any; waits for one", complexity: "O(N), N being the number of keys",
        flags: Flags::WRITE.with(Flags::NOSCRIPT).with(Flags::BLOCKING), acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW).with(Acl::BLOCKING),
        run: Run::Core(super::blocking::blpop), locks: Locks::Keys,
        first_key: 1, last_key: -2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -2, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        history: &[("6.0.0", "`timeout` may have decimals.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "timeout", kind: ArgKind::Double, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 10, name: "brpop", full_name: "brpop", since: "2.0.0", group: "list", arity: -3,
        summary: "Takes the last element of the first list that has any; waits for one", complexity: "O(N), N being the number of keys",
        flags: Flags::WRITE.with(Flags::NOSCRIPT).with(Flags::BLOCKING), acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW).with(Acl::BLOCKING),
        run: Run::Core(super::blocking::brpop), locks: Locks::Keys,
        first_key: 1, last_key: -2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -2, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        history: &[("6.0.0", "`timeout` may have decimals.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "timeout", kind: ArgKind::Double, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 11, name: "brpoplpush", full_name: "brpoplpush", since: "2.2.0", group: "list", arity: 4,
        summary: "Takes the last element of one list, puts it first in another and answers it; waits for one", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::NOSCRIPT).with(Flags::BLOCKING), acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW).with(Acl::BLOCKING),
        run: Run::Core(super::blocking::brpoplpush), locks: Locks::Keys,
        first_key: 1, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        history: &[("6.0.0", "`timeout` may have decimals.")],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`BLMOVE` with the `RIGHT` and `LEFT` arguments" }),
        arguments: &[
            Argument { name: "source", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(1), ..Argument::BLANK },
            Argument { name: "timeout", kind: ArgKind::Double, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 12, name: "bzmpop", full_name: "bzmpop", since: "7.0.0", group: "sorted-set", arity: -5,
        summary: "Takes the members with the lowest or highest scores of the first sorted set that has any; waits for one", complexity: "O(K)+O(M*log(N)), K being the number of keys, N that of members and M that of members taken",
        flags: Flags::WRITE.with(Flags::BLOCKING).with(Flags::MOVABLEKEYS), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::SLOW).with(Acl::BLOCKING),
        run: Run::Core(super::blocking::bzmpop), locks: Locks::Keys,
        first_key: 0, last_key: 0, key_step: 0,
        keys: &[KeySpec { begin: Begin::Index(2), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "timeout", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "where", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "min", kind: ArgKind::PureToken, token: Some("MIN"), ..Argument::BLANK },
                Argument { name: "max", kind: ArgKind::PureToken, token: Some("MAX"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 13, name: "bzpopmax", full_name: "bzpopmax", since: "5.0.0", group: "sorted-set", arity: -3,
        summary: "Takes the member with the highest score of the first sorted set that has any; waits for one", complexity: "O(log(N)), N being the number of members",
        flags: Flags::WRITE.with(Flags::NOSCRIPT).with(Flags::BLOCKING).with(Flags::FAST), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::FAST).with(Acl::BLOCKING),
        run: Run::Core(super::blocking::bzpopmax), locks: Locks::Keys,
        first_key: 1, last_key: -2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -2, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        history: &[("6.0.0", "`timeout` may have decimals.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "timeout", kind: ArgKind::Double, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 14, name: "bzpopmin", full_name: "bzpopmin", since: "5.0.0", group: "sorted-set", arity: -3,
        summary: "Takes the member with the lowest score of the first sorted set that has any; waits for one", complexity: "O(log(N)), N being the number of members",
        flags: Flags::WRITE.with(Flags::NOSCRIPT).with(Flags::BLOCKING).with(Flags::FAST), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::FAST).with(Acl::BLOCKING),
        run: Run::Core(super::blocking::bzpopmin), locks: Locks::Keys,
        first_key: 1, last_key: -2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -2, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        history: &[("6.0.0", "`timeout` may have decimals.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "timeout", kind: ArgKind::Double, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 15, name: "client", full_name: "client", since: "2.4.0", group: "connection", arity: -2,
        summary: "Groups the commands about client connections", complexity: "Depends on the subcommand",
        flags: Flags::NONE, acl: Acl::SLOW,
        run: Run::Container, locks: Locks::None,
        subcommands: &[
            CommandSpec {
                id: 16, name: "getname", full_name: "client|getname", since: "2.6.9", group: "connection", arity: 2,
                summary: "Answers the connection's name", complexity: "O(1)",
                flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::connection::client_getname), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 17, name: "getredir", full_name: "client|getredir", since: "6.0.0", group: "connection", arity: 2,
                summary: "Answers which client receives this connection's tracking messages", complexity: "O(1)",
                flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::connection::client_getredir), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 18, name: "help", full_name: "client|help", since: "5.0.0", group: "connection", arity: 2,
                summary: "Lists the subcommands with a line on each", complexity: "O(1)",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::introspect::help), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 19, name: "id", full_name: "client|id", since: "5.0.0", group: "connection", arity: 2,
                summary: "Answers the connection's id", complexity: "O(1)",
                flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::connection::client_id), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 20, name: "info", full_name: "client|info", since: "6.2.0", group: "connection", arity: 2,
                summary: "Describes this connection", complexity: "O(1)",
                flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::connection::client_info), locks: Locks::None,
                hints: &["nondeterministic_output"],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 21, name: "kill", full_name: "client|kill", since: "2.4.0", group: "connection", arity: -3,
                summary: "Closes client connections", complexity: "O(N), N being the number of clients",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS).with(Acl::CONNECTION),
                run: Run::Core(super::connection::client_kill), locks: Locks::None,
                history: &[("2.8.12", "Takes filters."), ("2.8.12", "Filter `ID`."), ("3.2.0", "`TYPE master`."), ("5.0.0", "`TYPE replica`; `slave` still means the same."), ("6.2.0", "Filter `LADDR`.")],
                arguments: &[
                    Argument { name: "filter", kind: ArgKind::Oneof, arguments: &[
                        Argument { name: "ip:port", kind: ArgKind::String, deprecated_since: "2.8.12", ..Argument::BLANK },
                        Argument { name: "new-format", kind: ArgKind::Oneof, flags: ArgFlags::MULTIPLE, arguments: &[
                            Argument { name: "client-id", kind: ArgKind::Integer, token: Some("ID"), since: "2.8.12", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                            Argument { name: "normal_master_slave_pubsub", kind: ArgKind::Oneof, token: Some("TYPE"), since: "2.8.12", flags: ArgFlags::OPTIONAL, arguments: &[
                                Argument { name: "normal", kind: ArgKind::PureToken, token: Some("NORMAL"), ..Argument::BLANK },
                                Argument { name: "master", kind: ArgKind::PureToken, token: Some("MASTER"), since: "3.2.0", ..Argument::BLANK },
                                Argument { name: "slave", kind: ArgKind::PureToken, token: Some("SLAVE"), ..Argument::BLANK },
                                Argument { name: "replica", kind: ArgKind::PureToken, token: Some("REPLICA"), since: "5.0.0", ..Argument::BLANK },
                                Argument { name: "pubsub", kind: ArgKind::PureToken, token: Some("PUBSUB"), ..Argument::BLANK },
                            ], ..Argument::BLANK },
                            Argument { name: "username", kind: ArgKind::String, token: Some("USER"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                            Argument { name: "ip:port", kind: ArgKind::String, token: Some("ADDR"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                            Argument { name: "ip:port", kind: ArgKind::String, token: Some("LADDR"), since: "6.2.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                            Argument { name: "yes/no", kind: ArgKind::String, token: Some("SKIPME"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                        ], ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 22, name: "list", full_name: "client|list", since: "2.4.0", group: "connection", arity: -2,
                summary: "Describes the client connections, one a line", complexity: "O(N), N being the number of clients",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS).with(Acl::CONNECTION),
                run: Run::Core(super::connection::client_list), locks: Locks::None,
                hints: &["nondeterministic_output"],
                history: &[("2.8.12", "Field `id`."), ("5.0.0", "Option `TYPE`."), ("6.0.0", "Field `user`."), ("6.2.0", "Fields `argv-mem`, `tot-mem`, `laddr` and `redir`; option `ID`."), ("7.0.0", "Fields `resp`, `multi-mem`, `rbs` and `rbp`."), ("7.0.3", "Field `ssub`.")],
                arguments: &[
                    Argument { name: "normal_master_replica_pubsub", kind: ArgKind::Oneof, token: Some("TYPE"), since: "5.0.0", flags: ArgFlags::OPTIONAL, arguments: &[
                        Argument { name: "normal", kind: ArgKind::PureToken, token: Some("NORMAL"), ..Argument::BLANK },
                        Argument { name: "master", kind: ArgKind::PureToken, token: Some("MASTER"), ..Argument::BLANK },
                        Argument { name: "replica", kind: ArgKind::PureToken, token: Some("REPLICA"), ..Argument::BLANK },
                        Argument { name: "pubsub", kind: ArgKind::PureToken, token: Some("PUBSUB"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                    Argument { name: "id", kind: ArgKind::Block, token: Some("ID"), since: "6.2.0", flags: ArgFlags::OPTIONAL, arguments: &[
                        Argument { name: "client-id", kind: ArgKind::Integer, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 23, name: "no-evict", full_name: "client|no-evict", since: "7.0.0", group: "connection", arity: 3,
                summary: "Exempts this connection from client eviction, or ends that", complexity: "O(1)",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS).with(Acl::CONNECTION),
                run: Run::Core(super::connection::client_no_evict), locks: Locks::None,
                arguments: &[
                    Argument { name: "enabled", kind: ArgKind::Oneof, arguments: &[
                        Argument { name: "on", kind: ArgKind::PureToken, token: Some("ON"), ..Argument::BLANK },
                        Argument { name: "off", kind: ArgKind::PureToken, token: Some("OFF"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 24, name: "pause", full_name: "client|pause", since: "2.9.50", group: "connection", arity: -3,
                summary: "Holds clients' commands back for a time", complexity: "O(1)",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS).with(Acl::CONNECTION),
                run: Run::Core(super::connection::client_pause), locks: Locks::None,
                history: &[("6.2.0", "Option `WRITE`, and `ALL` to name the default.")],
                arguments: &[
                    Argument { name: "timeout", kind: ArgKind::Integer, ..Argument::BLANK },
                    Argument { name: "mode", kind: ArgKind::Oneof, since: "6.2.0", flags: ArgFlags::OPTIONAL, arguments: &[
                        Argument { name: "write", kind: ArgKind::PureToken, token: Some("WRITE"), ..Argument::BLANK },
                        Argument { name: "all", kind: ArgKind::PureToken, token: Some("ALL"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 25, name: "reply", full_name: "client|reply", since: "3.2.0", group: "connection", arity: 3,
                summary: "Turns replies to this connection on or off", complexity: "O(1)",
                flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::connection::client_reply), locks: Locks::None,
                arguments: &[
                    Argument { name: "on_off_skip", kind: ArgKind::Oneof, arguments: &[
                        Argument { name: "on", kind: ArgKind::PureToken, token: Some("ON"), ..Argument::BLANK },
                        Argument { name: "off", kind: ArgKind::PureToken, token: Some("OFF"), ..Argument::BLANK },
                        Argument { name: "skip", kind: ArgKind::PureToken, token: Some("SKIP"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 26, name: "setname", full_name: "client|setname", since: "2.6.9", group: "connection", arity: 3,
                summary: "Names this connection", complexity: "O(1)",
                flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::connection::client_setname), locks: Locks::None,
                arguments: &[
                    Argument { name: "connection-name", kind: ArgKind::String, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 27, name: "unblock", full_name: "client|unblock", since: "5.0.0", group: "connection", arity: -3,
                summary: "Ends a client's wait in a blocking command", complexity: "O(log N), N being the number of clients",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS).with(Acl::CONNECTION),
                run: Run::Core(super::blocking::client_unblock), locks: Locks::None,
                arguments: &[
                    Argument { name: "client-id", kind: ArgKind::Integer, ..Argument::BLANK },
                    Argument { name: "timeout_error", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                        Argument { name: "timeout", kind: ArgKind::PureToken, token: Some("TIMEOUT"), ..Argument::BLANK },
                        Argument { name: "error", kind: ArgKind::PureToken, token: Some("ERROR"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 28, name: "unpause", full_name: "client|unpause", since: "6.2.0", group: "connection", arity: 2,
                summary: "Lets held clients go on", complexity: "O(N), N being the number of held clients",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS).with(Acl::CONNECTION),
                run: Run::Core(super::connection::client_unpause), locks: Locks::None,
                ..CommandSpec::BLANK
            },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 29, name: "command", full_name: "command", since: "2.8.13", group: "server", arity: -1,
        summary: "Describes every command", complexity: "O(N), N being the number of commands",
        flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
        run: Run::Core(super::introspect::command), locks: Locks::None,
        hints: &["nondeterministic_output_order"],
        subcommands: &[
            CommandSpec {
                id: 30, name: "count", full_name: "command|count", since: "2.8.13", group: "server", arity: 2,
                summary: "Answers how many commands there are", complexity: "O(1)",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::introspect::command_count), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 31, name: "docs", full_name: "command|docs", since: "7.0.0", group: "server", arity: -2,
                summary: "Documents commands: summary, history and arguments", complexity: "O(N), N being the number of commands asked for",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::introspect::command_docs), locks: Locks::None,
                hints: &["nondeterministic_output_order"],
                arguments: &[
                    Argument { name: "command-name", kind: ArgKind::String, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 32, name: "getkeys", full_name: "command|getkeys", since: "2.8.13", group: "server", arity: -4,
                summary: "Finds the keys in a complete command", complexity: "O(N), N being the number of arguments",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::introspect::command_getkeys), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 33, name: "getkeysandflags", full_name: "command|getkeysandflags", since: "7.0.0", group: "server", arity: -4,
                summary: "Finds the keys in a complete command and how each is used", complexity: "O(N), N being the number of arguments",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::introspect::command_getkeysandflags), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 34, name: "help", full_name: "command|help", since: "5.0.0", group: "server", arity: 2,
                summary: "Lists the subcommands with a line on each", complexity: "O(1)",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::introspect::help), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 35, name: "info", full_name: "command|info", since: "2.8.13", group: "server", arity: -2,
                summary: "Describes the commands named, or all", complexity: "O(N), N being the number of commands asked for",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::introspect::command_info), locks: Locks::None,
                hints: &["nondeterministic_output_order"],
                history: &[("7.0.0", "Without names it describes every command.")],
                arguments: &[
                    Argument { name: "command-name", kind: ArgKind::String, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 36, name: "list", full_name: "command|list", since: "7.0.0", group: "server", arity: -2,
                summary: "Names the commands, all or those a filter lets through", complexity: "O(N), N being the number of commands",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW.with(Acl::CONNECTION),
                run: Run::Core(super::introspect::command_list), locks: Locks::None,
                hints: &["nondeterministic_output_order"],
                arguments: &[
                    Argument { name: "filterby", kind: ArgKind::Oneof, token: Some("FILTERBY"), flags: ArgFlags::OPTIONAL, arguments: &[
                        Argument { name: "module-name", kind: ArgKind::String, token: Some("MODULE"), ..Argument::BLANK },
                        Argument { name: "category", kind: ArgKind::String, token: Some("ACLCAT"), ..Argument::BLANK },
                        Argument { name: "pattern", kind: ArgKind::Pattern, token: Some("PATTERN"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 37, name: "config", full_name: "config", since: "2.0.0", group: "server", arity: -2,
        summary: "Groups the commands about configuration", complexity: "Depends on the subcommand",
        flags: Flags::NONE, acl: Acl::SLOW,
        run: Run::Container, locks: Locks::None,
        subcommands: &[
            CommandSpec {
                id: 38, name: "get", full_name: "config|get", since: "2.0.0", group: "server", arity: -3,
                summary: "Answers the values of matching directives", complexity: "O(N), N being the number of directives",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Server, locks: Locks::None,
                history: &[("7.0.0", "Takes several patterns.")],
                arguments: &[
                    Argument { name: "parameter", kind: ArgKind::Block, flags: ArgFlags::MULTIPLE, arguments: &[
                        Argument { name: "parameter", kind: ArgKind::String, ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 39, name: "help", full_name: "config|help", since: "5.0.0", group: "server", arity: 2,
                summary: "Lists the subcommands with a line on each", complexity: "O(1)",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Core(super::introspect::help), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 40, name: "resetstat", full_name: "config|resetstat", since: "2.0.0", group: "server", arity: 2,
                summary: "Sets the counters that INFO shows back to zero", complexity: "O(1)",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Core(super::server::config_resetstat), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 41, name: "rewrite", full_name: "config|rewrite", since: "2.8.0", group: "server", arity: 2,
                summary: "Writes the configuration in force into the configuration file", complexity: "O(1)",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Server, locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 42, name: "set", full_name: "config|set", since: "2.0.0", group: "server", arity: -4,
                summary: "Changes directives at run time", complexity: "O(N), N being the number of directives",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Server, locks: Locks::None,
                hints: &["request_policy:all_nodes", "response_policy:all_succeeded"],
                history: &[("7.0.0", "Takes several directives.")],
                arguments: &[
                    Argument { name: "parameter_value", kind: ArgKind::Block, flags: ArgFlags::MULTIPLE, arguments: &[
                        Argument { name: "parameter", kind: ArgKind::String, ..Argument::BLANK },
                        Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 43, name: "copy", full_name: "copy", since: "6.2.0", group: "generic", arity: -3,
        summary: "Copies a value to another key", complexity: "O(N), N being the elements of a collection; O(1) for a string",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::SLOW),
        run: Run::Core(super::generic::copy), locks: Locks::Keys,
        first_key: 1, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "source", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(1), ..Argument::BLANK },
            Argument { name: "destination-db", kind: ArgKind::Integer, token: Some("DB"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "replace", kind: ArgKind::PureToken, token: Some("REPLACE"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 44, name: "dbsize", full_name: "dbsize", since: "1.0.0", group: "server", arity: 1,
        summary: "Counts the keys of the database", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::FAST),
        run: Run::Core(super::server::dbsize), locks: Locks::None,
        hints: &["request_policy:all_shards", "response_policy:agg_sum"],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 45, name: "debug", full_name: "debug", since: "1.0.0", group: "server", arity: -2,
        summary: "Groups commands for tests and for finding defects", complexity: "Depends on the subcommand",
        flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE).with(Flags::PROTECTED), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Core(super::server::debug), locks: Locks::World,
        doc_flags: &["syscmd"],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 46, name: "decr", full_name: "decr", since: "1.0.0", group: "string", arity: 2,
        summary: "Subtracts one from an integer", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::decr), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 47, name: "decrby", full_name: "decrby", since: "1.0.0", group: "string", arity: 3,
        summary: "Subtracts a given amount from an integer", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::decrby), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "decrement", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 48, name: "del", full_name: "del", since: "1.0.0", group: "generic", arity: -2,
        summary: "Deletes keys", complexity: "O(N), N being the number of keys, plus O(M) for each collection of M elements; O(1) for one string",
        flags: Flags::WRITE, acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::SLOW),
        run: Run::Core(super::generic::del), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RM.with(KeyFlags::DELETE), notes: "", otherwise: None }],
        hints: &["request_policy:multi_shard", "response_policy:agg_sum"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 49, name: "discard", full_name: "discard", since: "2.0.0", group: "transactions", arity: 1,
        summary: "Forgets the queued commands and ends the transaction", complexity: "O(N), N being the number of queued commands",
        flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE).with(Flags::FAST).with(Flags::ALLOW_BUSY), acl: Acl::FAST.with(Acl::TRANSACTION),
        run: Run::Core(super::transaction::discard), locks: Locks::None,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 50, name: "dump", full_name: "dump", since: "2.6.0", group: "generic", arity: 2,
        summary: "Answers a value in the form that RESTORE takes", complexity: "O(1) to find the key, then O(N) for the bytes of its value",
        flags: Flags::READONLY, acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::SLOW),
        run: Run::Core(super::generic::dump), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 51, name: "echo", full_name: "echo", since: "1.0.0", group: "connection", arity: 2,
        summary: "Answers the message it was given", complexity: "O(1)",
        flags: Flags::LOADING.with(Flags::STALE).with(Flags::FAST), acl: Acl::FAST.with(Acl::CONNECTION),
        run: Run::Core(super::connection::echo), locks: Locks::None,
        arguments: &[
            Argument { name: "message", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 52, name: "exec", full_name: "exec", since: "1.2.0", group: "transactions", arity: 1,
        summary: "Runs the queued commands as one", complexity: "Depends on the queued commands",
        flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE).with(Flags::SKIP_SLOWLOG), acl: Acl::SLOW.with(Acl::TRANSACTION),
        run: Run::Core(super::transaction::exec), locks: Locks::None,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 53, name: "exists", full_name: "exists", since: "1.0.0", group: "generic", arity: -2,
        summary: "Counts how many of the keys exist", complexity: "O(N), N being the number of keys",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::FAST),
        run: Run::Core(super::generic::exists), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        hints: &["request_policy:multi_shard", "response_policy:agg_sum"],
        history: &[("3.0.3", "Takes several keys.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 54, name: "expire", full_name: "expire", since: "1.0.0", group: "generic", arity: -3,
        summary: "Sets a key's time to live in seconds", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::FAST),
        run: Run::Core(super::generic::expire), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        history: &[("7.0.0", "Options `NX`, `XX`, `GT` and `LT`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "seconds", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "condition", kind: ArgKind::Oneof, since: "7.0.0", flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "nx", kind: ArgKind::PureToken, token: Some("NX"), ..Argument::BLANK },
                Argument { name: "xx", kind: ArgKind::PureToken, token: Some("XX"), ..Argument::BLANK },
                Argument { name: "gt", kind: ArgKind::PureToken, token: Some("GT"), ..Argument::BLANK },
                Argument { name: "lt", kind: ArgKind::PureToken, token: Some("LT"), ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 55, name: "expireat", full_name: "expireat", since: "1.2.0", group: "generic", arity: -3,
        summary: "Sets the Unix second at which a key expires", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::FAST),
        run: Run::Core(super::generic::expireat), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        history: &[("7.0.0", "Options `NX`, `XX`, `GT` and `LT`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "unix-time-seconds", kind: ArgKind::UnixTime, ..Argument::BLANK },
            Argument { name: "condition", kind: ArgKind::Oneof, since: "7.0.0", flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "nx", kind: ArgKind::PureToken, token: Some("NX"), ..Argument::BLANK },
                Argument { name: "xx", kind: ArgKind::PureToken, token: Some("XX"), ..Argument::BLANK },
                Argument { name: "gt", kind: ArgKind::PureToken, token: Some("GT"), ..Argument::BLANK },
                Argument { name: "lt", kind: ArgKind::PureToken, token: Some("LT"), ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 56, name: "expiretime", full_name: "expiretime", since: "7.0.0", group: "generic", arity: 2,
        summary: "Answers the Unix second at which a key expires", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::FAST),
        run: Run::Core(super::generic::expiretime), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 57, name: "flushall", full_name: "flushall", since: "1.0.0", group: "server", arity: -1,
        summary: "Deletes every key of every database", complexity: "O(N), N being the number of keys in all databases",
        flags: Flags::WRITE, acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Core(super::server::flushall), locks: Locks::World,
        hints: &["request_policy:all_shards", "response_policy:all_succeeded"],
        history: &[("4.0.0", "Option `ASYNC`."), ("6.2.0", "Option `SYNC`.")],
        arguments: &[
            Argument { name: "async", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "async", kind: ArgKind::PureToken, token: Some("ASYNC"), since: "4.0.0", ..Argument::BLANK },
                Argument { name: "sync", kind: ArgKind::PureToken, token: Some("SYNC"), since: "6.2.0", ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 58, name: "flushdb", full_name: "flushdb", since: "1.0.0", group: "server", arity: -1,
        summary: "Deletes every key of the database", complexity: "O(N), N being the number of keys in the database",
        flags: Flags::WRITE, acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Core(super::server::flushdb), locks: Locks::World,
        hints: &["request_policy:all_shards", "response_policy:all_succeeded"],
        history: &[("4.0.0", "Option `ASYNC`."), ("6.2.0", "Option `SYNC`.")],
        arguments: &[
            Argument { name: "async", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "async", kind: ArgKind::PureToken, token: Some("ASYNC"), since: "4.0.0", ..Argument::BLANK },
                Argument { name: "sync", kind: ArgKind::PureToken, token: Some("SYNC"), since: "6.2.0", ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 59, name: "geoadd", full_name: "geoadd", since: "3.2.0", group: "geo", arity: -5,
        summary: "Adds places to a geographical index, or moves them", complexity: "O(log(N)) for each place, N being the places in the index",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::GEO).with(Acl::SLOW),
        run: Run::Core(super::geo::geoadd), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        history: &[("6.2.0", "Options `CH`, `NX` and `XX`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "condition", kind: ArgKind::Oneof, since: "6.2.0", flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "nx", kind: ArgKind::PureToken, token: Some("NX"), ..Argument::BLANK },
                Argument { name: "xx", kind: ArgKind::PureToken, token: Some("XX"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "change", kind: ArgKind::PureToken, token: Some("CH"), since: "6.2.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "longitude_latitude_member", kind: ArgKind::Block, flags: ArgFlags::MULTIPLE, arguments: &[
                Argument { name: "longitude", kind: ArgKind::Double, ..Argument::BLANK },
                Argument { name: "latitude", kind: ArgKind::Double, ..Argument::BLANK },
                Argument { name: "member", kind: ArgKind::String, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 60, name: "geodist", full_name: "geodist", since: "3.2.0", group: "geo", arity: -4,
        summary: "Answers the distance between two places", complexity: "O(log(N)), N being the places in the index",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::GEO).with(Acl::SLOW),
        run: Run::Core(super::geo::geodist), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member1", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "member2", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "unit", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "m", kind: ArgKind::PureToken, token: Some("M"), ..Argument::BLANK },
                Argument { name: "km", kind: ArgKind::PureToken, token: Some("KM"), ..Argument::BLANK },
                Argument { name: "ft", kind: ArgKind::PureToken, token: Some("FT"), ..Argument::BLANK },
                Argument { name: "mi", kind: ArgKind::PureToken, token: Some("MI"), ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 61, name: "geohash", full_name: "geohash", since: "3.2.0", group: "geo", arity: -2,
        summary: "Answers places as standard geohash texts", complexity: "O(log(N)) for each member asked for, N being the places in the index",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::GEO).with(Acl::SLOW),
        run: Run::Core(super::geo::geohash), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 62, name: "geopos", full_name: "geopos", since: "3.2.0", group: "geo", arity: -2,
        summary: "Answers the longitude and latitude of places", complexity: "O(N), N being the members asked for",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::GEO).with(Acl::SLOW),
        run: Run::Core(super::geo::geopos), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 63, name: "georadius", full_name: "georadius", since: "3.2.0", group: "geo", arity: -6,
        summary: "Finds the places within a distance of a point; may store them", complexity: "O(N+log(M)), N being the places in the area's bounding box and M those in the index",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::MOVABLEKEYS), acl: Acl::WRITE.with(Acl::GEO).with(Acl::SLOW),
        run: Run::Core(super::geo::georadius), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }, KeySpec { begin: Begin::Keyword { word: "STORE", start: 6 }, find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }, KeySpec { begin: Begin::Keyword { word: "STOREDIST", start: 6 }, find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        history: &[("6.2.0", "Option `ANY` of `COUNT`."), ("7.0.0", "Units in upper case.")],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "longitude", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "latitude", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "radius", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "unit", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "m", kind: ArgKind::PureToken, token: Some("M"), ..Argument::BLANK },
                Argument { name: "km", kind: ArgKind::PureToken, token: Some("KM"), ..Argument::BLANK },
                Argument { name: "ft", kind: ArgKind::PureToken, token: Some("FT"), ..Argument::BLANK },
                Argument { name: "mi", kind: ArgKind::PureToken, token: Some("MI"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "withcoord", kind: ArgKind::PureToken, token: Some("WITHCOORD"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "withdist", kind: ArgKind::PureToken, token: Some("WITHDIST"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "withhash", kind: ArgKind::PureToken, token: Some("WITHHASH"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), ..Argument::BLANK },
                Argument { name: "any", kind: ArgKind::PureToken, token: Some("ANY"), since: "6.2.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "order", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "asc", kind: ArgKind::PureToken, token: Some("ASC"), ..Argument::BLANK },
                Argument { name: "desc", kind: ArgKind::PureToken, token: Some("DESC"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, token: Some("STORE"), key_spec: Some(1), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, token: Some("STOREDIST"), key_spec: Some(2), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 64, name: "georadius_ro", full_name: "georadius_ro", since: "3.2.10", group: "geo", arity: -6,
        summary: "Finds the places within a distance of a point", complexity: "O(N+log(M)), N being the places in the area's bounding box and M those in the index",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::GEO).with(Acl::SLOW),
        run: Run::Core(super::geo::georadius_ro), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        history: &[("6.2.0", "Option `ANY` of `COUNT`.")],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`GEOSEARCH` with the `BYRADIUS` argument" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "longitude", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "latitude", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "radius", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "unit", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "m", kind: ArgKind::PureToken, token: Some("M"), ..Argument::BLANK },
                Argument { name: "km", kind: ArgKind::PureToken, token: Some("KM"), ..Argument::BLANK },
                Argument { name: "ft", kind: ArgKind::PureToken, token: Some("FT"), ..Argument::BLANK },
                Argument { name: "mi", kind: ArgKind::PureToken, token: Some("MI"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "withcoord", kind: ArgKind::PureToken, token: Some("WITHCOORD"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "withdist", kind: ArgKind::PureToken, token: Some("WITHDIST"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "withhash", kind: ArgKind::PureToken, token: Some("WITHHASH"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), ..Argument::BLANK },
                Argument { name: "any", kind: ArgKind::PureToken, token: Some("ANY"), since: "6.2.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "order", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "asc", kind: ArgKind::PureToken, token: Some("ASC"), ..Argument::BLANK },
                Argument { name: "desc", kind: ArgKind::PureToken, token: Some("DESC"), ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 65, name: "georadiusbymember", full_name: "georadiusbymember", since: "3.2.0", group: "geo", arity: -5,
        summary: "Finds the places within a distance of a place; may store them", complexity: "O(N+log(M)), N being the places in the area's bounding box and M those in the index",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::MOVABLEKEYS), acl: Acl::WRITE.with(Acl::GEO).with(Acl::SLOW),
        run: Run::Core(super::geo::georadiusbymember), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }, KeySpec { begin: Begin::Keyword { word: "STORE", start: 5 }, find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }, KeySpec { begin: Begin::Keyword { word: "STOREDIST", start: 5 }, find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        history: &[("7.0.0", "Units in upper case.")],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "radius", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "unit", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "m", kind: ArgKind::PureToken, token: Some("M"), ..Argument::BLANK },
                Argument { name: "km", kind: ArgKind::PureToken, token: Some("KM"), ..Argument::BLANK },
                Argument { name: "ft", kind: ArgKind::PureToken, token: Some("FT"), ..Argument::BLANK },
                Argument { name: "mi", kind: ArgKind::PureToken, token: Some("MI"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "withcoord", kind: ArgKind::PureToken, token: Some("WITHCOORD"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "withdist", kind: ArgKind::PureToken, token: Some("WITHDIST"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "withhash", kind: ArgKind::PureToken, token: Some("WITHHASH"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), ..Argument::BLANK },
                Argument { name: "any", kind: ArgKind::PureToken, token: Some("ANY"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "order", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "asc", kind: ArgKind::PureToken, token: Some("ASC"), ..Argument::BLANK },
                Argument { name: "desc", kind: ArgKind::PureToken, token: Some("DESC"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, token: Some("STORE"), key_spec: Some(1), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, token: Some("STOREDIST"), key_spec: Some(2), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 66, name: "georadiusbymember_ro", full_name: "georadiusbymember_ro", since: "3.2.10", group: "geo", arity: -5,
        summary: "Finds the places within a distance of a place", complexity: "O(N+log(M)), N being the places in the area's bounding box and M those in the index",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::GEO).with(Acl::SLOW),
        run: Run::Core(super::geo::georadiusbymember_ro), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "radius", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "unit", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "m", kind: ArgKind::PureToken, token: Some("M"), ..Argument::BLANK },
                Argument { name: "km", kind: ArgKind::PureToken, token: Some("KM"), ..Argument::BLANK },
                Argument { name: "ft", kind: ArgKind::PureToken, token: Some("FT"), ..Argument::BLANK },
                Argument { name: "mi", kind: ArgKind::PureToken, token: Some("MI"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "withcoord", kind: ArgKind::PureToken, token: Some("WITHCOORD"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "withdist", kind: ArgKind::PureToken, token: Some("WITHDIST"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "withhash", kind: ArgKind::PureToken, token: Some("WITHHASH"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), ..Argument::BLANK },
                Argument { name: "any", kind: ArgKind::PureToken, token: Some("ANY"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "order", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "asc", kind: ArgKind::PureToken, token: Some("ASC"), ..Argument::BLANK },
                Argument { name: "desc", kind: ArgKind::PureToken, token: Some("DESC"), ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 67, name: "geosearch", full_name: "geosearch", since: "6.2.0", group: "geo", arity: -7,
        summary: "Finds the places inside a circle or a box", complexity: "O(N+log(M)), N being the places in the area's bounding box and M those in the index",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::GEO).with(Acl::SLOW),
        run: Run::Core(super::geo::geosearch), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        history: &[("7.0.0", "Units in upper case.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "from", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "member", kind: ArgKind::String, token: Some("FROMMEMBER"), ..Argument::BLANK },
                Argument { name: "longitude_latitude", kind: ArgKind::Block, token: Some("FROMLONLAT"), arguments: &[
                    Argument { name: "longitude", kind: ArgKind::Double, ..Argument::BLANK },
                    Argument { name: "latitude", kind: ArgKind::Double, ..Argument::BLANK },
                ], ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "by", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "circle", kind: ArgKind::Block, arguments: &[
                    Argument { name: "radius", kind: ArgKind::Double, token: Some("BYRADIUS"), ..Argument::BLANK },
                    Argument { name: "unit", kind: ArgKind::Oneof, arguments: &[
                        Argument { name: "m", kind: ArgKind::PureToken, token: Some("M"), ..Argument::BLANK },
                        Argument { name: "km", kind: ArgKind::PureToken, token: Some("KM"), ..Argument::BLANK },
                        Argument { name: "ft", kind: ArgKind::PureToken, token: Some("FT"), ..Argument::BLANK },
                        Argument { name: "mi", kind: ArgKind::PureToken, token: Some("MI"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ], ..Argument::BLANK },
                Argument { name: "box", kind: ArgKind::Block, arguments: &[
                    Argument { name: "width", kind: ArgKind::Double, token: Some("BYBOX"), ..Argument::BLANK },
                    Argument { name: "height", kind: ArgKind::Double, ..Argument::BLANK },
                    Argument { name: "unit", kind: ArgKind::Oneof, arguments: &[
                        Argument { name: "m", kind: ArgKind::PureToken, token: Some("M"), ..Argument::BLANK },
                        Argument { name: "km", kind: ArgKind::PureToken, token: Some("KM"), ..Argument::BLANK },
                        Argument { name: "ft", kind: ArgKind::PureToken, token: Some("FT"), ..Argument::BLANK },
                        Argument { name: "mi", kind: ArgKind::PureToken, token: Some("MI"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ], ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "order", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "asc", kind: ArgKind::PureToken, token: Some("ASC"), ..Argument::BLANK },
                Argument { name: "desc", kind: ArgKind::PureToken, token: Some("DESC"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), ..Argument::BLANK },
                Argument { name: "any", kind: ArgKind::PureToken, token: Some("ANY"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "withcoord", kind: ArgKind::PureToken, token: Some("WITHCOORD"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "withdist", kind: ArgKind::PureToken, token: Some("WITHDIST"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "withhash", kind: ArgKind::PureToken, token: Some("WITHHASH"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 68, name: "geosearchstore", full_name: "geosearchstore", since: "6.2.0", group: "geo", arity: -8,
        summary: "Finds the places inside a circle or a box and stores them", complexity: "O(N+log(M)), N being the places in the area's bounding box and M those in the index",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::GEO).with(Acl::SLOW),
        run: Run::Core(super::geo::geosearchstore), locks: Locks::Keys,
        first_key: 1, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        history: &[("7.0.0", "Units in upper case.")],
        arguments: &[
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "source", kind: ArgKind::Key, key_spec: Some(1), ..Argument::BLANK },
            Argument { name: "from", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "member", kind: ArgKind::String, token: Some("FROMMEMBER"), ..Argument::BLANK },
                Argument { name: "longitude_latitude", kind: ArgKind::Block, token: Some("FROMLONLAT"), arguments: &[
                    Argument { name: "longitude", kind: ArgKind::Double, ..Argument::BLANK },
                    Argument { name: "latitude", kind: ArgKind::Double, ..Argument::BLANK },
                ], ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "by", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "circle", kind: ArgKind::Block, arguments: &[
                    Argument { name: "radius", kind: ArgKind::Double, token: Some("BYRADIUS"), ..Argument::BLANK },
                    Argument { name: "unit", kind: ArgKind::Oneof, arguments: &[
                        Argument { name: "m", kind: ArgKind::PureToken, token: Some("M"), ..Argument::BLANK },
                        Argument { name: "km", kind: ArgKind::PureToken, token: Some("KM"), ..Argument::BLANK },
                        Argument { name: "ft", kind: ArgKind::PureToken, token: Some("FT"), ..Argument::BLANK },
                        Argument { name: "mi", kind: ArgKind::PureToken, token: Some("MI"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ], ..Argument::BLANK },
                Argument { name: "box", kind: ArgKind::Block, arguments: &[
                    Argument { name: "width", kind: ArgKind::Double, token: Some("BYBOX"), ..Argument::BLANK },
                    Argument { name: "height", kind: ArgKind::Double, ..Argument::BLANK },
                    Argument { name: "unit", kind: ArgKind::Oneof, arguments: &[
                        Argument { name: "m", kind: ArgKind::PureToken, token: Some("M"), ..Argument::BLANK },
                        Argument { name: "km", kind: ArgKind::PureToken, token: Some("KM"), ..Argument::BLANK },
                        Argument { name: "ft", kind: ArgKind::PureToken, token: Some("FT"), ..Argument::BLANK },
                        Argument { name: "mi", kind: ArgKind::PureToken, token: Some("MI"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ], ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "order", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "asc", kind: ArgKind::PureToken, token: Some("ASC"), ..Argument::BLANK },
                Argument { name: "desc", kind: ArgKind::PureToken, token: Some("DESC"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), ..Argument::BLANK },
                Argument { name: "any", kind: ArgKind::PureToken, token: Some("ANY"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "storedist", kind: ArgKind::PureToken, token: Some("STOREDIST"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 69, name: "get", full_name: "get", since: "1.0.0", group: "string", arity: 2,
        summary: "Reads a string", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::get), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 70, name: "getbit", full_name: "getbit", since: "2.2.0", group: "bitmap", arity: 3,
        summary: "Answers the bit at an offset of a string", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::BITMAP).with(Acl::FAST),
        run: Run::Core(super::bitmap::getbit), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 71, name: "getdel", full_name: "getdel", since: "6.2.0", group: "string", arity: 2,
        summary: "Reads a string and deletes its key", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::WRITE.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::getdel), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 72, name: "getex", full_name: "getex", since: "6.2.0", group: "string", arity: -2,
        summary: "Reads a string and may set or remove its expiry", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::WRITE.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::getex), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "Update because the expiry changes", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "expiration", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "seconds", kind: ArgKind::Integer, token: Some("EX"), ..Argument::BLANK },
                Argument { name: "milliseconds", kind: ArgKind::Integer, token: Some("PX"), ..Argument::BLANK },
                Argument { name: "unix-time-seconds", kind: ArgKind::UnixTime, token: Some("EXAT"), ..Argument::BLANK },
                Argument { name: "unix-time-milliseconds", kind: ArgKind::UnixTime, token: Some("PXAT"), ..Argument::BLANK },
                Argument { name: "persist", kind: ArgKind::PureToken, token: Some("PERSIST"), ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 73, name: "getrange", full_name: "getrange", since: "2.4.0", group: "string", arity: 4,
        summary: "Reads the bytes of a string between two offsets", complexity: "O(N), N being the bytes returned",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::STRING).with(Acl::SLOW),
        run: Run::Core(super::string::getrange), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "start", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "end", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 74, name: "getset", full_name: "getset", since: "1.0.0", group: "string", arity: 3,
        summary: "Replaces a string and answers the one before", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::getset), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`SET` with the `!GET` argument" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 75, name: "hdel", full_name: "hdel", since: "2.0.0", group: "hash", arity: -3,
        summary: "Removes fields of a hash", complexity: "O(N), N being the fields named",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::WRITE.with(Acl::HASH).with(Acl::FAST),
        run: Run::Core(super::hash::hdel), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::DELETE), notes: "", otherwise: None }],
        history: &[("2.4.0", "Takes several fields.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "field", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 76, name: "hello", full_name: "hello", since: "6.0.0", group: "connection", arity: -1,
        summary: "Chooses the protocol version and introduces the client", complexity: "O(1)",
        flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE).with(Flags::FAST).with(Flags::NO_AUTH).with(Flags::ALLOW_BUSY), acl: Acl::FAST.with(Acl::CONNECTION),
        run: Run::Core(super::connection::hello), locks: Locks::None,
        history: &[("6.2.0", "Without arguments it describes the connection.")],
        arguments: &[
            Argument { name: "arguments", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "protover", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "username_password", kind: ArgKind::Block, token: Some("AUTH"), flags: ArgFlags::OPTIONAL, arguments: &[
                    Argument { name: "username", kind: ArgKind::String, ..Argument::BLANK },
                    Argument { name: "password", kind: ArgKind::String, ..Argument::BLANK },
                ], ..Argument::BLANK },
                Argument { name: "clientname", kind: ArgKind::String, token: Some("SETNAME"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 77, name: "hexists", full_name: "hexists", since: "2.0.0", group: "hash", arity: 3,
        summary: "Tells whether a hash has a field", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::HASH).with(Acl::FAST),
        run: Run::Core(super::hash::hexists), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "field", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 78, name: "hget", full_name: "hget", since: "2.0.0", group: "hash", arity: 3,
        summary: "Reads a field of a hash", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::HASH).with(Acl::FAST),
        run: Run::Core(super::hash::hget), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "field", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 79, name: "hgetall", full_name: "hgetall", since: "2.0.0", group: "hash", arity: 2,
        summary: "Reads every field of a hash with its value", complexity: "O(N), N being the size of the hash",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::HASH).with(Acl::SLOW),
        run: Run::Core(super::hash::hgetall), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output_order"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 80, name: "hincrby", full_name: "hincrby", since: "2.0.0", group: "hash", arity: 4,
        summary: "Adds a given amount to an integer in a hash", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::HASH).with(Acl::FAST),
        run: Run::Core(super::hash::hincrby), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "field", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "increment", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 81, name: "hincrbyfloat", full_name: "hincrbyfloat", since: "2.6.0", group: "hash", arity: 4,
        summary: "Adds a given amount to a floating-point number in a hash", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::HASH).with(Acl::FAST),
        run: Run::Core(super::hash::hincrbyfloat), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "field", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "increment", kind: ArgKind::Double, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 82, name: "hkeys", full_name: "hkeys", since: "2.0.0", group: "hash", arity: 2,
        summary: "Lists the fields of a hash", complexity: "O(N), N being the size of the hash",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::HASH).with(Acl::SLOW),
        run: Run::Core(super::hash::hkeys), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output_order"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 83, name: "hlen", full_name: "hlen", since: "2.0.0", group: "hash", arity: 2,
        summary: "Counts the fields of a hash", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::HASH).with(Acl::FAST),
        run: Run::Core(super::hash::hlen), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 84, name: "hmget", full_name: "hmget", since: "2.0.0", group: "hash", arity: -3,
        summary: "Reads several fields of a hash at once", complexity: "O(N), N being the fields named",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::HASH).with(Acl::FAST),
        run: Run::Core(super::hash::hmget), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "field", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 85, name: "hmset", full_name: "hmset", since: "2.0.0", group: "hash", arity: -4,
        summary: "Sets several fields of a hash at once", complexity: "O(N), N being the fields set",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::HASH).with(Acl::FAST),
        run: Run::Core(super::hash::hmset), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        deprecated: Some(Deprecated { since: "4.0.0", replaced_by: "`HSET` with multiple field-value pairs" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "field_value", kind: ArgKind::Block, flags: ArgFlags::MULTIPLE, arguments: &[
                Argument { name: "field", kind: ArgKind::String, ..Argument::BLANK },
                Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 86, name: "hrandfield", full_name: "hrandfield", since: "6.2.0", group: "hash", arity: -2,
        summary: "Picks fields of a hash at random", complexity: "O(N), N being the fields picked",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::HASH).with(Acl::SLOW),
        run: Run::Core(super::hash::hrandfield), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "options", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "count", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "withvalues", kind: ArgKind::PureToken, token: Some("WITHVALUES"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 87, name: "hscan", full_name: "hscan", since: "2.8.0", group: "hash", arity: -3,
        summary: "Lists the fields of a hash a few at a time", complexity: "O(1) for a call, O(N) for the whole walk, N being the size of the hash",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::HASH).with(Acl::SLOW),
        run: Run::Core(super::hash::hscan), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "cursor", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "pattern", kind: ArgKind::Pattern, token: Some("MATCH"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 88, name: "hset", full_name: "hset", since: "2.0.0", group: "hash", arity: -4,
        summary: "Sets fields of a hash, creating it when missing", complexity: "O(1) for each field set",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::HASH).with(Acl::FAST),
        run: Run::Core(super::hash::hset), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        history: &[("4.0.0", "Takes several fields with their values.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "field_value", kind: ArgKind::Block, flags: ArgFlags::MULTIPLE, arguments: &[
                Argument { name: "field", kind: ArgKind::String, ..Argument::BLANK },
                Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 89, name: "hsetnx", full_name: "hsetnx", since: "2.0.0", group: "hash", arity: 4,
        summary: "Sets a field of a hash unless it is there already", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::HASH).with(Acl::FAST),
        run: Run::Core(super::hash::hsetnx), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "field", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 90, name: "hstrlen", full_name: "hstrlen", since: "3.2.0", group: "hash", arity: 3,
        summary: "Tells how long a value in a hash is", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::HASH).with(Acl::FAST),
        run: Run::Core(super::hash::hstrlen), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "field", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 91, name: "hvals", full_name: "hvals", since: "2.0.0", group: "hash", arity: 2,
        summary: "Lists the values of a hash", complexity: "O(N), N being the size of the hash",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::HASH).with(Acl::SLOW),
        run: Run::Core(super::hash::hvals), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output_order"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 92, name: "incr", full_name: "incr", since: "1.0.0", group: "string", arity: 2,
        summary: "Adds one to an integer", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::incr), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 93, name: "incrby", full_name: "incrby", since: "1.0.0", group: "string", arity: 3,
        summary: "Adds a given amount to an integer", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::incrby), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "increment", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 94, name: "incrbyfloat", full_name: "incrbyfloat", since: "2.6.0", group: "string", arity: 3,
        summary: "Adds a given amount to a floating-point number", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::incrbyfloat), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "increment", kind: ArgKind::Double, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 95, name: "info", full_name: "info", since: "1.0.0", group: "server", arity: -1,
        summary: "Shows the server's state and counters", complexity: "O(1)",
        flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW.with(Acl::DANGEROUS),
        run: Run::Core(super::server::info), locks: Locks::None,
        hints: &["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
        history: &[("7.0.0", "Takes several sections.")],
        arguments: &[
            Argument { name: "section", kind: ArgKind::String, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 96, name: "keys", full_name: "keys", since: "1.0.0", group: "generic", arity: 2,
        summary: "Lists every key whose name matches a pattern", complexity: "O(N), N being the number of keys in the database",
        flags: Flags::READONLY, acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Core(super::generic::keys), locks: Locks::None,
        hints: &["request_policy:all_shards", "nondeterministic_output_order"],
        arguments: &[
            Argument { name: "pattern", kind: ArgKind::Pattern, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 97, name: "lcs", full_name: "lcs", since: "7.0.0", group: "string", arity: -3,
        summary: "Finds the longest subsequence two strings have in common", complexity: "O(N*M), N and M being the lengths of the strings",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::STRING).with(Acl::SLOW),
        run: Run::Core(super::string::lcs), locks: Locks::Keys,
        first_key: 1, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 1, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key1", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "key2", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "len", kind: ArgKind::PureToken, token: Some("LEN"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "idx", kind: ArgKind::PureToken, token: Some("IDX"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "len", kind: ArgKind::Integer, token: Some("MINMATCHLEN"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "withmatchlen", kind: ArgKind::PureToken, token: Some("WITHMATCHLEN"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 98, name: "lindex", full_name: "lindex", since: "1.0.0", group: "list", arity: 3,
        summary: "Reads the element at an index", complexity: "O(N), N being the elements between the index and the nearer end, most of them passed over by the hundred",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::LIST).with(Acl::SLOW),
        run: Run::Core(super::list::lindex), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "index", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 99, name: "linsert", full_name: "linsert", since: "2.2.0", group: "list", arity: 5,
        summary: "Inserts an element before or after another", complexity: "O(N), N being the elements before the pivot",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW),
        run: Run::Core(super::list::linsert), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "where", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "before", kind: ArgKind::PureToken, token: Some("BEFORE"), ..Argument::BLANK },
                Argument { name: "after", kind: ArgKind::PureToken, token: Some("AFTER"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "pivot", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "element", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 100, name: "llen", full_name: "llen", since: "1.0.0", group: "list", arity: 2,
        summary: "Counts the elements of a list", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::LIST).with(Acl::FAST),
        run: Run::Core(super::list::llen), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 101, name: "lmove", full_name: "lmove", since: "6.2.0", group: "list", arity: 5,
        summary: "Pops an element from one list and pushes it to another", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW),
        run: Run::Core(super::list::lmove), locks: Locks::Keys,
        first_key: 1, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "source", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(1), ..Argument::BLANK },
            Argument { name: "wherefrom", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "left", kind: ArgKind::PureToken, token: Some("LEFT"), ..Argument::BLANK },
                Argument { name: "right", kind: ArgKind::PureToken, token: Some("RIGHT"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "whereto", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "left", kind: ArgKind::PureToken, token: Some("LEFT"), ..Argument::BLANK },
                Argument { name: "right", kind: ArgKind::PureToken, token: Some("RIGHT"), ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 102, name: "lmpop", full_name: "lmpop", since: "7.0.0", group: "list", arity: -4,
        summary: "Pops elements from the first list that has any", complexity: "O(N+M), N being the number of keys and M the elements popped",
        flags: Flags::WRITE.with(Flags::MOVABLEKEYS), acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW),
        run: Run::Core(super::list::lmpop), locks: Locks::Keys,
        first_key: 0, last_key: 0, key_step: 0,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "where", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "left", kind: ArgKind::PureToken, token: Some("LEFT"), ..Argument::BLANK },
                Argument { name: "right", kind: ArgKind::PureToken, token: Some("RIGHT"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 103, name: "lolwut", full_name: "lolwut", since: "5.0.0", group: "server", arity: -1,
        summary: "Draws a picture and names the version", complexity: "",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::FAST),
        run: Run::Core(super::server::lolwut), locks: Locks::None,
        arguments: &[
            Argument { name: "version", kind: ArgKind::Integer, token: Some("VERSION"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 104, name: "lpop", full_name: "lpop", since: "1.0.0", group: "list", arity: -2,
        summary: "Removes and answers the first elements", complexity: "O(N), N being the elements popped",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::WRITE.with(Acl::LIST).with(Acl::FAST),
        run: Run::Core(super::list::lpop), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        history: &[("6.2.0", "The argument `count`")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, since: "6.2.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 105, name: "lpos", full_name: "lpos", since: "6.0.6", group: "list", arity: -3,
        summary: "Finds the indexes of equal elements", complexity: "O(N), N being the elements compared, at most MAXLEN",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::LIST).with(Acl::SLOW),
        run: Run::Core(super::list::lpos), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "element", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "rank", kind: ArgKind::Integer, token: Some("RANK"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "num-matches", kind: ArgKind::Integer, token: Some("COUNT"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "len", kind: ArgKind::Integer, token: Some("MAXLEN"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 106, name: "lpush", full_name: "lpush", since: "1.0.0", group: "list", arity: -3,
        summary: "Puts elements before the first, creating the list when missing", complexity: "O(1) for each element pushed",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::LIST).with(Acl::FAST),
        run: Run::Core(super::list::lpush), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        history: &[("2.4.0", "Several elements at once")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "element", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 107, name: "lpushx", full_name: "lpushx", since: "2.2.0", group: "list", arity: -3,
        summary: "Puts elements before the first of a list that exists", complexity: "O(1) for each element pushed",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::LIST).with(Acl::FAST),
        run: Run::Core(super::list::lpushx), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        history: &[("4.0.0", "Several elements at once")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "element", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 108, name: "lrange", full_name: "lrange", since: "1.0.0", group: "list", arity: 4,
        summary: "Reads a range of elements", complexity: "O(S+N), S being the way from the nearer end to the first element read and N the elements read",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::LIST).with(Acl::SLOW),
        run: Run::Core(super::list::lrange), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "start", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "stop", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 109, name: "lrem", full_name: "lrem", since: "1.0.0", group: "list", arity: 4,
        summary: "Removes elements that equal a given one", complexity: "O(N+M), N being the length of the list and M the elements removed",
        flags: Flags::WRITE, acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW),
        run: Run::Core(super::list::lrem), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "element", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 110, name: "lset", full_name: "lset", since: "1.0.0", group: "list", arity: 4,
        summary: "Replaces the element at an index", complexity: "O(N), N being the elements between the index and the nearer end, most of them passed over by the hundred",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW),
        run: Run::Core(super::list::lset), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "index", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "element", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 111, name: "ltrim", full_name: "ltrim", since: "1.0.0", group: "list", arity: 4,
        summary: "Removes all elements outside a range", complexity: "O(N), N being the elements removed",
        flags: Flags::WRITE, acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW),
        run: Run::Core(super::list::ltrim), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "start", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "stop", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 112, name: "memory", full_name: "memory", since: "4.0.0", group: "server", arity: -2,
        summary: "Groups the commands about memory", complexity: "Depends on the subcommand",
        flags: Flags::NONE, acl: Acl::SLOW,
        run: Run::Container, locks: Locks::None,
        subcommands: &[
            CommandSpec {
                id: 113, name: "doctor", full_name: "memory|doctor", since: "4.0.0", group: "server", arity: 2,
                summary: "Reports what looks wrong about memory use", complexity: "O(1)",
                flags: Flags::NONE, acl: Acl::SLOW,
                run: Run::Core(super::server::memory_doctor), locks: Locks::None,
                hints: &["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 114, name: "help", full_name: "memory|help", since: "4.0.0", group: "server", arity: 2,
                summary: "Lists the subcommands with a line on each", complexity: "O(1)",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Core(super::introspect::help), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 115, name: "malloc-stats", full_name: "memory|malloc-stats", since: "4.0.0", group: "server", arity: 2,
                summary: "Shows the pool's own statistics", complexity: "Grows with the memory held; may be slow",
                flags: Flags::NONE, acl: Acl::SLOW,
                run: Run::Core(super::server::memory_malloc_stats), locks: Locks::None,
                hints: &["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 116, name: "purge", full_name: "memory|purge", since: "4.0.0", group: "server", arity: 2,
                summary: "Gives empty chunks of the pool back to the kernel", complexity: "Grows with the memory held; may be slow",
                flags: Flags::NONE, acl: Acl::SLOW,
                run: Run::Core(super::server::memory_purge), locks: Locks::None,
                hints: &["request_policy:all_shards", "response_policy:all_succeeded"],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 117, name: "stats", full_name: "memory|stats", since: "4.0.0", group: "server", arity: 2,
                summary: "Breaks down what memory is used for", complexity: "O(1)",
                flags: Flags::NONE, acl: Acl::SLOW,
                run: Run::Core(super::server::memory_stats), locks: Locks::None,
                hints: &["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 118, name: "usage", full_name: "memory|usage", since: "4.0.0", group: "server", arity: -3,
                summary: "Estimates how many bytes a key and its value take", complexity: "O(N), N being the number of samples",
                flags: Flags::READONLY, acl: Acl::READ.with(Acl::SLOW),
                run: Run::Core(super::server::memory_usage), locks: Locks::Keys,
                first_key: 2, last_key: 2, key_step: 1,
                keys: &[KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
                arguments: &[
                    Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
                    Argument { name: "count", kind: ArgKind::Integer, token: Some("SAMPLES"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 119, name: "mget", full_name: "mget", since: "1.0.0", group: "string", arity: -2,
        summary: "Reads several strings at once", complexity: "O(N), N being the number of keys",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::mget), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["request_policy:multi_shard"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 120, name: "monitor", full_name: "monitor", since: "1.0.0", group: "server", arity: 1,
        summary: "Shows every command the server executes, as it does", complexity: "",
        flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Core(super::server::monitor), locks: Locks::None,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 121, name: "move", full_name: "move", since: "1.0.0", group: "generic", arity: 3,
        summary: "Moves a key to another database", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::FAST),
        run: Run::Core(super::generic::move_), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "db", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 122, name: "mset", full_name: "mset", since: "1.0.1", group: "string", arity: -3,
        summary: "Sets several strings at once", complexity: "O(N), N being the number of keys",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::STRING).with(Acl::SLOW),
        run: Run::Core(super::string::mset), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 2,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 2, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        hints: &["request_policy:multi_shard", "response_policy:all_succeeded"],
        arguments: &[
            Argument { name: "key_value", kind: ArgKind::Block, flags: ArgFlags::MULTIPLE, arguments: &[
                Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
                Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 123, name: "msetnx", full_name: "msetnx", since: "1.0.1", group: "string", arity: -3,
        summary: "Sets several strings at once, or none if any of the keys exists", complexity: "O(N), N being the number of keys",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::STRING).with(Acl::SLOW),
        run: Run::Core(super::string::msetnx), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 2,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 2, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        hints: &["request_policy:multi_shard", "response_policy:agg_min"],
        arguments: &[
            Argument { name: "key_value", kind: ArgKind::Block, flags: ArgFlags::MULTIPLE, arguments: &[
                Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
                Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 124, name: "multi", full_name: "multi", since: "1.2.0", group: "transactions", arity: 1,
        summary: "Begins a transaction: what follows is queued", complexity: "O(1)",
        flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE).with(Flags::FAST).with(Flags::ALLOW_BUSY), acl: Acl::FAST.with(Acl::TRANSACTION),
        run: Run::Core(super::transaction::multi), locks: Locks::None,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 125, name: "numa", full_name: "numa", since: "0.1.0", group: "numa", arity: -2,
        summary: "Groups the commands about nodes and the pool", complexity: "Depends on the subcommand",
        flags: Flags::NONE, acl: Acl::SLOW,
        run: Run::Container, locks: Locks::None,
        subcommands: &[
            CommandSpec {
                id: 126, name: "balance", full_name: "numa|balance", since: "0.1.0", group: "numa", arity: 2,
                summary: "Shows how near to its users and how evenly over the nodes data lies", complexity: "O(N), N being the number of nodes",
                flags: Flags::NONE, acl: Acl::SLOW,
                run: Run::Server, locks: Locks::None,
                hints: &["nondeterministic_output"],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 127, name: "candidates", full_name: "numa|candidates", since: "0.1.0", group: "numa", arity: -2,
                summary: "Shows the hot keys that the CPUs of another node use most, the hottest first", complexity: "O(N), N being the keys listed",
                flags: Flags::NONE, acl: Acl::SLOW,
                run: Run::Server, locks: Locks::None,
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "count", kind: ArgKind::Integer, flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 128, name: "compact", full_name: "numa|compact", since: "0.1.0", group: "numa", arity: -2,
                summary: "Moves together what lies thinly, and gives the memory that becomes free back to the kernel", complexity: "O(N), N being the number of allocations; in bounded steps, while other clients are served",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::BLOCKING).with(Flags::NO_MULTI), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::BLOCKING).with(Acl::DANGEROUS),
                run: Run::Core(super::numa::numa_compact), locks: Locks::None,
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "node", kind: ArgKind::Integer, flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 129, name: "explain", full_name: "numa|explain", since: "0.1.0", group: "numa", arity: 3,
                summary: "Shows why a key is where it is, and what each strategy would do with it and why not", complexity: "O(N), N being the number of slots",
                flags: Flags::NONE, acl: Acl::SLOW,
                run: Run::Server, locks: Locks::None,
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "key", kind: ArgKind::String, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 130, name: "heatmap", full_name: "numa|heatmap", since: "0.1.0", group: "numa", arity: 2,
                summary: "Shows how many keys and bytes of each hotness lie on each node, estimated from samples", complexity: "O(N), N being the number of nodes",
                flags: Flags::NONE, acl: Acl::SLOW,
                run: Run::Server, locks: Locks::None,
                hints: &["nondeterministic_output"],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 131, name: "help", full_name: "numa|help", since: "0.1.0", group: "numa", arity: 2,
                summary: "Lists the subcommands with a line on each", complexity: "O(1)",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Core(super::introspect::help), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 132, name: "hotkeys", full_name: "numa|hotkeys", since: "0.1.0", group: "numa", arity: -2,
                summary: "Shows the hottest keys of a node or of all, where they lie, who uses them and how much", complexity: "O(N), N being the keys listed",
                flags: Flags::NONE, acl: Acl::SLOW,
                run: Run::Server, locks: Locks::None,
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "place", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                        Argument { name: "node", kind: ArgKind::Integer, ..Argument::BLANK },
                        Argument { name: "all", kind: ArgKind::PureToken, token: Some("ALL"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                    Argument { name: "count", kind: ArgKind::Integer, flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 133, name: "info", full_name: "numa|info", since: "0.1.0", group: "numa", arity: 2,
                summary: "Shows hit locality, moves and strays, and the strategy's counters", complexity: "O(N), N being the number of nodes",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Core(super::numa::numa_info), locks: Locks::None,
                hints: &["nondeterministic_output"],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 134, name: "migrate", full_name: "numa|migrate", since: "0.1.0", group: "numa", arity: -4,
                summary: "Moves a key and its value to a node", complexity: "O(N), N being the allocations of the value",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::ADMIN).with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Core(super::numa::numamigrate_key), locks: Locks::Keys,
                first_key: 2, last_key: 2, key_step: 1,
                keys: &[KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW, notes: "The value stays as it is, its memory moves", otherwise: None }],
                arguments: &[
                    Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
                    Argument { name: "node", kind: ArgKind::Integer, ..Argument::BLANK },
                    Argument { name: "async", kind: ArgKind::PureToken, token: Some("ASYNC"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 135, name: "pool", full_name: "numa|pool", since: "0.1.0", group: "numa", arity: -2,
                summary: "Shows each node's arena: bytes, chunks, slabs and cells", complexity: "O(N), N being the number of nodes times the number of size classes",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Core(super::numa::numa_pool), locks: Locks::None,
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "node", kind: ArgKind::Integer, flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 136, name: "slots", full_name: "numa|slots", since: "0.1.0", group: "numa", arity: -3,
                summary: "Shows and changes which strategies sit in the sixteen slots", complexity: "O(1); LOAD of a file starts a process",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Server, locks: Locks::None,
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "subcommand", kind: ArgKind::Oneof, arguments: &[
                        Argument { name: "list", kind: ArgKind::PureToken, token: Some("LIST"), ..Argument::BLANK },
                        Argument { name: "load", kind: ArgKind::Block, token: Some("LOAD"), arguments: &[
                            Argument { name: "slot", kind: ArgKind::Integer, ..Argument::BLANK },
                            Argument { name: "file-or-name", kind: ArgKind::String, ..Argument::BLANK },
                            Argument { name: "option", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), arguments: &[
                                Argument { name: "name", kind: ArgKind::String, ..Argument::BLANK },
                                Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
                            ], ..Argument::BLANK },
                        ], ..Argument::BLANK },
                        Argument { name: "unload", kind: ArgKind::Integer, token: Some("UNLOAD"), ..Argument::BLANK },
                        Argument { name: "enable", kind: ArgKind::Integer, token: Some("ENABLE"), ..Argument::BLANK },
                        Argument { name: "disable", kind: ArgKind::Integer, token: Some("DISABLE"), ..Argument::BLANK },
                        Argument { name: "set", kind: ArgKind::Block, token: Some("SET"), arguments: &[
                            Argument { name: "slot", kind: ArgKind::Integer, ..Argument::BLANK },
                            Argument { name: "name", kind: ArgKind::String, ..Argument::BLANK },
                            Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
                        ], ..Argument::BLANK },
                        Argument { name: "stats", kind: ArgKind::Integer, token: Some("STATS"), ..Argument::BLANK },
                        Argument { name: "help", kind: ArgKind::PureToken, token: Some("HELP"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 137, name: "topology", full_name: "numa|topology", since: "0.1.0", group: "numa", arity: 2,
                summary: "Shows the nodes, their CPUs, memory, tiers and distances", complexity: "O(N*N), N being the number of nodes",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Core(super::numa::numa_topology), locks: Locks::None,
                hints: &["nondeterministic_output"],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 138, name: "trace", full_name: "numa|trace", since: "0.1.0", group: "numa", arity: -3,
                summary: "Records uses of keys into a file in the working directory, to be replayed by the simulator", complexity: "O(1); while it records, each use of a key notes 16 bytes",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Server, locks: Locks::None,
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "subcommand", kind: ArgKind::Oneof, arguments: &[
                        Argument { name: "start", kind: ArgKind::Block, token: Some("START"), arguments: &[
                            Argument { name: "file", kind: ArgKind::String, ..Argument::BLANK },
                            Argument { name: "limit", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), arguments: &[
                                Argument { name: "bytes", kind: ArgKind::Integer, token: Some("MAXBYTES"), ..Argument::BLANK },
                                Argument { name: "seconds", kind: ArgKind::Integer, token: Some("SECONDS"), ..Argument::BLANK },
                            ], ..Argument::BLANK },
                        ], ..Argument::BLANK },
                        Argument { name: "stop", kind: ArgKind::PureToken, token: Some("STOP"), ..Argument::BLANK },
                        Argument { name: "status", kind: ArgKind::PureToken, token: Some("STATUS"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 139, name: "verify", full_name: "numa|verify", since: "0.1.0", group: "numa", arity: -2,
                summary: "Asks the kernel where the pages of a key, or of the whole pool, really are; FIX brings strays home", complexity: "O(N), N being the allocations of the value, or the pages in use; a long one is done by a thread of its own",
                flags: Flags::READONLY.with(Flags::ADMIN).with(Flags::NOSCRIPT).with(Flags::BLOCKING).with(Flags::NO_MANDATORY_KEYS), acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::ADMIN).with(Acl::SLOW).with(Acl::BLOCKING).with(Acl::DANGEROUS),
                run: Run::Core(super::numa::numa_verify), locks: Locks::Keys,
                first_key: 2, last_key: 2, key_step: 1,
                keys: &[KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "A lone FIX is no key", otherwise: None }],
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                    Argument { name: "mode", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                        Argument { name: "fix", kind: ArgKind::PureToken, token: Some("FIX"), ..Argument::BLANK },
                        Argument { name: "check", kind: ArgKind::PureToken, token: Some("CHECK"), ..Argument::BLANK },
                    ], ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 140, name: "numaconfig", full_name: "numaconfig", since: "0.1.0", group: "numaconfig", arity: -2,
        summary: "Groups the commands that set placement and balance", complexity: "Depends on the subcommand",
        flags: Flags::NONE, acl: Acl::SLOW,
        run: Run::Container, locks: Locks::None,
        subcommands: &[
            CommandSpec {
                id: 141, name: "get", full_name: "numaconfig|get", since: "0.1.0", group: "numaconfig", arity: -2,
                summary: "Shows parameters of placement, balance and strategies", complexity: "O(N), N being the number of parameters shown",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Server, locks: Locks::None,
                arguments: &[
                    Argument { name: "parameter", kind: ArgKind::String, flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 142, name: "help", full_name: "numaconfig|help", since: "0.1.0", group: "numaconfig", arity: 2,
                summary: "Lists the subcommands with a line on each", complexity: "O(1)",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Core(super::introspect::help), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 143, name: "rebalance", full_name: "numaconfig|rebalance", since: "0.1.0", group: "numaconfig", arity: 2,
                summary: "Evens out what nodes hold, now; the moves go on in the background", complexity: "O(N), N being the number of keys looked at, in bounded time",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Server, locks: Locks::None,
                hints: &["nondeterministic_output"],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 144, name: "set", full_name: "numaconfig|set", since: "0.1.0", group: "numaconfig", arity: -4,
                summary: "Sets a parameter, as CONFIG SET does with the directive of that name; a weight or limit with its node in front", complexity: "O(1)",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Server, locks: Locks::None,
                arguments: &[
                    Argument { name: "parameter", kind: ArgKind::String, ..Argument::BLANK },
                    Argument { name: "node", kind: ArgKind::Integer, flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                    Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 145, name: "stats", full_name: "numaconfig|stats", since: "0.1.0", group: "numaconfig", arity: 2,
                summary: "Shows which placement is in force, how even and how local it is, and what moved", complexity: "O(N), N being the number of nodes",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Server, locks: Locks::None,
                hints: &["nondeterministic_output"],
                ..CommandSpec::BLANK
            },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 146, name: "numamigrate", full_name: "numamigrate", since: "0.1.0", group: "numa", arity: -2,
        summary: "Groups the commands about key migration", complexity: "Depends on the subcommand",
        flags: Flags::NONE, acl: Acl::SLOW,
        run: Run::Container, locks: Locks::None,
        subcommands: &[
            CommandSpec {
                id: 147, name: "cancel", full_name: "numamigrate|cancel", since: "0.1.0", group: "numa", arity: 3,
                summary: "Ends a job at its next step", complexity: "O(1)",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Core(super::numa::numamigrate_cancel), locks: Locks::None,
                arguments: &[
                    Argument { name: "id", kind: ArgKind::Integer, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 148, name: "db", full_name: "numamigrate|db", since: "0.1.0", group: "numa", arity: -3,
                summary: "Moves every key of the selected database to a node", complexity: "O(N), N being the number of keys",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::ADMIN).with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Core(super::numa::numamigrate_db), locks: Locks::None,
                arguments: &[
                    Argument { name: "node", kind: ArgKind::Integer, ..Argument::BLANK },
                    Argument { name: "sync", kind: ArgKind::PureToken, token: Some("SYNC"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 149, name: "help", full_name: "numamigrate|help", since: "0.1.0", group: "numa", arity: 2,
                summary: "Lists the subcommands with a line on each", complexity: "O(1)",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Core(super::introspect::help), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 150, name: "info", full_name: "numamigrate|info", since: "0.1.0", group: "numa", arity: 3,
                summary: "Shows where a key lies, who uses it and how hot it is", complexity: "O(1)",
                flags: Flags::READONLY, acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::SLOW),
                run: Run::Core(super::numa::numamigrate_info), locks: Locks::Keys,
                first_key: 2, last_key: 2, key_step: 1,
                keys: &[KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 151, name: "jobs", full_name: "numamigrate|jobs", since: "0.1.0", group: "numa", arity: 2,
                summary: "Shows the jobs that are queued or running, and those that ended last", complexity: "O(N), N being the number of jobs",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Core(super::numa::numamigrate_jobs), locks: Locks::None,
                hints: &["nondeterministic_output"],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 152, name: "key", full_name: "numamigrate|key", since: "0.1.0", group: "numa", arity: -4,
                summary: "Moves a key and its value to a node", complexity: "O(N), N being the allocations of the value",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::ADMIN).with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Core(super::numa::numamigrate_key), locks: Locks::Keys,
                first_key: 2, last_key: 2, key_step: 1,
                keys: &[KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW, notes: "The value stays as it is, its memory moves", otherwise: None }],
                arguments: &[
                    Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
                    Argument { name: "node", kind: ArgKind::Integer, ..Argument::BLANK },
                    Argument { name: "async", kind: ArgKind::PureToken, token: Some("ASYNC"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 153, name: "keys", full_name: "numamigrate|keys", since: "0.1.0", group: "numa", arity: -4,
                summary: "Moves keys to a node", complexity: "O(N), N being the number of keys",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::ADMIN).with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Core(super::numa::numamigrate_keys), locks: Locks::None,
                first_key: 3, last_key: -1, key_step: 1,
                keys: &[KeySpec { begin: Begin::Index(3), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RW, notes: "The values stay as they are, their memory moves", otherwise: None }],
                arguments: &[
                    Argument { name: "node", kind: ArgKind::Integer, ..Argument::BLANK },
                    Argument { name: "sync", kind: ArgKind::PureToken, token: Some("SYNC"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                    Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 154, name: "pattern", full_name: "numamigrate|pattern", since: "0.1.0", group: "numa", arity: -4,
                summary: "Moves every key whose name matches a pattern to a node", complexity: "O(N), N being the number of keys",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::ADMIN).with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Core(super::numa::numamigrate_pattern), locks: Locks::None,
                arguments: &[
                    Argument { name: "pattern", kind: ArgKind::Pattern, ..Argument::BLANK },
                    Argument { name: "node", kind: ArgKind::Integer, ..Argument::BLANK },
                    Argument { name: "index", kind: ArgKind::Integer, token: Some("DB"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                    Argument { name: "sync", kind: ArgKind::PureToken, token: Some("SYNC"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 155, name: "reset", full_name: "numamigrate|reset", since: "0.1.0", group: "numa", arity: 2,
                summary: "Sets the counters of migration back to zero", complexity: "O(1)",
                flags: Flags::ADMIN.with(Flags::NOSCRIPT), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
                run: Run::Core(super::numa::numamigrate_reset), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 156, name: "stats", full_name: "numamigrate|stats", since: "0.1.0", group: "numa", arity: 2,
                summary: "Shows how many keys and bytes moved, were skipped or failed, and why", complexity: "O(1)",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Core(super::numa::numamigrate_stats), locks: Locks::None,
                hints: &["nondeterministic_output"],
                ..CommandSpec::BLANK
            },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 157, name: "object", full_name: "object", since: "2.2.3", group: "generic", arity: -2,
        summary: "Groups the commands that look inside a value", complexity: "Depends on the subcommand",
        flags: Flags::NONE, acl: Acl::SLOW,
        run: Run::Container, locks: Locks::None,
        subcommands: &[
            CommandSpec {
                id: 158, name: "encoding", full_name: "object|encoding", since: "2.2.3", group: "generic", arity: 3,
                summary: "Names the encoding of a value", complexity: "O(1)",
                flags: Flags::READONLY, acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::SLOW),
                run: Run::Core(super::generic::object_encoding), locks: Locks::Keys,
                first_key: 2, last_key: 2, key_step: 1,
                keys: &[KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 159, name: "freq", full_name: "object|freq", since: "4.0.0", group: "generic", arity: 3,
                summary: "Answers a key's logarithmic access counter", complexity: "O(1)",
                flags: Flags::READONLY, acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::SLOW),
                run: Run::Core(super::generic::object_freq), locks: Locks::Keys,
                first_key: 2, last_key: 2, key_step: 1,
                keys: &[KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 160, name: "help", full_name: "object|help", since: "6.2.0", group: "generic", arity: 2,
                summary: "Lists the subcommands with a line on each", complexity: "O(1)",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::KEYSPACE.with(Acl::SLOW),
                run: Run::Core(super::introspect::help), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 161, name: "idletime", full_name: "object|idletime", since: "2.2.3", group: "generic", arity: 3,
                summary: "Answers how many seconds ago a key was last accessed", complexity: "O(1)",
                flags: Flags::READONLY, acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::SLOW),
                run: Run::Core(super::generic::object_idletime), locks: Locks::Keys,
                first_key: 2, last_key: 2, key_step: 1,
                keys: &[KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 162, name: "refcount", full_name: "object|refcount", since: "2.2.3", group: "generic", arity: 3,
                summary: "Answers how many references a value has", complexity: "O(1)",
                flags: Flags::READONLY, acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::SLOW),
                run: Run::Core(super::generic::object_refcount), locks: Locks::Keys,
                first_key: 2, last_key: 2, key_step: 1,
                keys: &[KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
                hints: &["nondeterministic_output"],
                arguments: &[
                    Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 163, name: "persist", full_name: "persist", since: "2.2.0", group: "generic", arity: 2,
        summary: "Removes a key's expiry", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::FAST),
        run: Run::Core(super::generic::persist), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 164, name: "pexpire", full_name: "pexpire", since: "2.6.0", group: "generic", arity: -3,
        summary: "Sets a key's time to live in milliseconds", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::FAST),
        run: Run::Core(super::generic::pexpire), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        history: &[("7.0.0", "Options `NX`, `XX`, `GT` and `LT`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "milliseconds", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "condition", kind: ArgKind::Oneof, since: "7.0.0", flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "nx", kind: ArgKind::PureToken, token: Some("NX"), ..Argument::BLANK },
                Argument { name: "xx", kind: ArgKind::PureToken, token: Some("XX"), ..Argument::BLANK },
                Argument { name: "gt", kind: ArgKind::PureToken, token: Some("GT"), ..Argument::BLANK },
                Argument { name: "lt", kind: ArgKind::PureToken, token: Some("LT"), ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 165, name: "pexpireat", full_name: "pexpireat", since: "2.6.0", group: "generic", arity: -3,
        summary: "Sets the Unix millisecond at which a key expires", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::FAST),
        run: Run::Core(super::generic::pexpireat), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        history: &[("7.0.0", "Options `NX`, `XX`, `GT` and `LT`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "unix-time-milliseconds", kind: ArgKind::UnixTime, ..Argument::BLANK },
            Argument { name: "condition", kind: ArgKind::Oneof, since: "7.0.0", flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "nx", kind: ArgKind::PureToken, token: Some("NX"), ..Argument::BLANK },
                Argument { name: "xx", kind: ArgKind::PureToken, token: Some("XX"), ..Argument::BLANK },
                Argument { name: "gt", kind: ArgKind::PureToken, token: Some("GT"), ..Argument::BLANK },
                Argument { name: "lt", kind: ArgKind::PureToken, token: Some("LT"), ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 166, name: "pexpiretime", full_name: "pexpiretime", since: "7.0.0", group: "generic", arity: 2,
        summary: "Answers the Unix millisecond at which a key expires", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::FAST),
        run: Run::Core(super::generic::pexpiretime), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 167, name: "pfadd", full_name: "pfadd", since: "2.8.9", group: "hyperloglog", arity: -2,
        summary: "Adds elements to a HyperLogLog, creating it when missing", complexity: "O(1) for each element",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::HYPERLOGLOG).with(Acl::FAST),
        run: Run::Core(super::hyperloglog::pfadd), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "element", kind: ArgKind::String, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 168, name: "pfcount", full_name: "pfcount", since: "2.8.9", group: "hyperloglog", arity: -2,
        summary: "Estimates how many different elements were added to HyperLogLogs", complexity: "O(1) with a small constant for one key, O(N) with a large one for N keys",
        flags: Flags::READONLY.with(Flags::MAY_REPLICATE), acl: Acl::READ.with(Acl::HYPERLOGLOG).with(Acl::SLOW),
        run: Run::Core(super::hyperloglog::pfcount), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS), notes: "RW because the estimate is kept inside the value", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 169, name: "pfdebug", full_name: "pfdebug", since: "2.8.9", group: "hyperloglog", arity: 3,
        summary: "Shows how a HyperLogLog is laid out", complexity: "N/A",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::ADMIN), acl: Acl::WRITE.with(Acl::HYPERLOGLOG).with(Acl::ADMIN).with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Core(super::hyperloglog::pfdebug), locks: Locks::Keys,
        first_key: 2, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        doc_flags: &["syscmd"],
        arguments: &[
            Argument { name: "subcommand", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 170, name: "pfmerge", full_name: "pfmerge", since: "2.8.9", group: "hyperloglog", arity: -2,
        summary: "Merges HyperLogLogs into one", complexity: "O(N) with a large constant, N being the keys",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::HYPERLOGLOG).with(Acl::SLOW),
        run: Run::Core(super::hyperloglog::pfmerge), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::INSERT), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "destkey", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "sourcekey", kind: ArgKind::Key, key_spec: Some(1), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 171, name: "pfselftest", full_name: "pfselftest", since: "2.8.9", group: "hyperloglog", arity: 1,
        summary: "Checks the registers and the estimate of HyperLogLogs", complexity: "N/A",
        flags: Flags::ADMIN, acl: Acl::HYPERLOGLOG.with(Acl::ADMIN).with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Core(super::hyperloglog::pfselftest), locks: Locks::None,
        doc_flags: &["syscmd"],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 172, name: "ping", full_name: "ping", since: "1.0.0", group: "connection", arity: -1,
        summary: "Shows that the server answers", complexity: "O(1)",
        flags: Flags::FAST, acl: Acl::FAST.with(Acl::CONNECTION),
        run: Run::Core(super::connection::ping), locks: Locks::None,
        hints: &["request_policy:all_shards", "response_policy:all_succeeded"],
        arguments: &[
            Argument { name: "message", kind: ArgKind::String, flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 173, name: "psetex", full_name: "psetex", since: "2.6.0", group: "string", arity: 4,
        summary: "Sets a string and its time to live in milliseconds", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::STRING).with(Acl::SLOW),
        run: Run::Core(super::string::psetex), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "milliseconds", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 174, name: "psubscribe", full_name: "psubscribe", since: "2.0.0", group: "pubsub", arity: -2,
        summary: "Subscribes to every channel that matches a pattern", complexity: "O(N), N being the number of patterns named",
        flags: Flags::PUBSUB.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::PUBSUB.with(Acl::SLOW),
        run: Run::Core(super::pubsub::psubscribe), locks: Locks::None,
        arguments: &[
            Argument { name: "pattern", kind: ArgKind::Block, flags: ArgFlags::MULTIPLE, arguments: &[
                Argument { name: "pattern", kind: ArgKind::Pattern, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 175, name: "pttl", full_name: "pttl", since: "2.6.0", group: "generic", arity: 2,
        summary: "Answers a key's time to live in milliseconds", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::FAST),
        run: Run::Core(super::generic::pttl), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output"],
        history: &[("2.8.0", "Answers -2 when the key does not exist.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 176, name: "publish", full_name: "publish", since: "2.0.0", group: "pubsub", arity: 3,
        summary: "Sends a message to a channel's subscribers", complexity: "O(N+M), N being the number of the channel's subscribers and M that of all patterns",
        flags: Flags::PUBSUB.with(Flags::LOADING).with(Flags::STALE).with(Flags::FAST).with(Flags::MAY_REPLICATE), acl: Acl::PUBSUB.with(Acl::FAST),
        run: Run::Core(super::pubsub::publish), locks: Locks::None,
        arguments: &[
            Argument { name: "channel", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "message", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 177, name: "pubsub", full_name: "pubsub", since: "2.8.0", group: "pubsub", arity: -2,
        summary: "Groups the commands that look at subscriptions", complexity: "Depends on the subcommand",
        flags: Flags::NONE, acl: Acl::SLOW,
        run: Run::Container, locks: Locks::None,
        subcommands: &[
            CommandSpec {
                id: 178, name: "channels", full_name: "pubsub|channels", since: "2.8.0", group: "pubsub", arity: -2,
                summary: "Names the channels anybody is subscribed to", complexity: "O(N), N being the number of channels",
                flags: Flags::PUBSUB.with(Flags::LOADING).with(Flags::STALE), acl: Acl::PUBSUB.with(Acl::SLOW),
                run: Run::Core(super::pubsub::pubsub_channels), locks: Locks::None,
                arguments: &[
                    Argument { name: "pattern", kind: ArgKind::Pattern, flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 179, name: "help", full_name: "pubsub|help", since: "6.2.0", group: "pubsub", arity: 2,
                summary: "Lists the subcommands with a line on each", complexity: "O(1)",
                flags: Flags::LOADING.with(Flags::STALE), acl: Acl::SLOW,
                run: Run::Core(super::introspect::help), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 180, name: "numpat", full_name: "pubsub|numpat", since: "2.8.0", group: "pubsub", arity: 2,
                summary: "Answers how many patterns anybody is subscribed to", complexity: "O(1)",
                flags: Flags::PUBSUB.with(Flags::LOADING).with(Flags::STALE), acl: Acl::PUBSUB.with(Acl::SLOW),
                run: Run::Core(super::pubsub::pubsub_numpat), locks: Locks::None,
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 181, name: "numsub", full_name: "pubsub|numsub", since: "2.8.0", group: "pubsub", arity: -2,
                summary: "Answers how many are subscribed to each channel named", complexity: "O(N), N being the number of channels named",
                flags: Flags::PUBSUB.with(Flags::LOADING).with(Flags::STALE), acl: Acl::PUBSUB.with(Acl::SLOW),
                run: Run::Core(super::pubsub::pubsub_numsub), locks: Locks::None,
                arguments: &[
                    Argument { name: "channel", kind: ArgKind::String, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 182, name: "shardchannels", full_name: "pubsub|shardchannels", since: "7.0.0", group: "pubsub", arity: -2,
                summary: "Names the shard channels anybody is subscribed to", complexity: "O(N), N being the number of shard channels",
                flags: Flags::PUBSUB.with(Flags::LOADING).with(Flags::STALE), acl: Acl::PUBSUB.with(Acl::SLOW),
                run: Run::Core(super::pubsub::pubsub_shardchannels), locks: Locks::None,
                arguments: &[
                    Argument { name: "pattern", kind: ArgKind::Pattern, flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
            CommandSpec {
                id: 183, name: "shardnumsub", full_name: "pubsub|shardnumsub", since: "7.0.0", group: "pubsub", arity: -2,
                summary: "Answers how many are subscribed to each shard channel named", complexity: "O(N), N being the number of shard channels named",
                flags: Flags::PUBSUB.with(Flags::LOADING).with(Flags::STALE), acl: Acl::PUBSUB.with(Acl::SLOW),
                run: Run::Core(super::pubsub::pubsub_shardnumsub), locks: Locks::None,
                arguments: &[
                    Argument { name: "shardchannel", kind: ArgKind::String, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
                ],
                ..CommandSpec::BLANK
            },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 184, name: "punsubscribe", full_name: "punsubscribe", since: "2.0.0", group: "pubsub", arity: -1,
        summary: "Ends subscriptions to patterns, all or those named", complexity: "O(N+M), N being the number of patterns the client has and M of those all clients have",
        flags: Flags::PUBSUB.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::PUBSUB.with(Acl::SLOW),
        run: Run::Core(super::pubsub::punsubscribe), locks: Locks::None,
        arguments: &[
            Argument { name: "pattern", kind: ArgKind::Pattern, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 185, name: "quit", full_name: "quit", since: "1.0.0", group: "connection", arity: -1,
        summary: "Closes the connection", complexity: "O(1)",
        flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE).with(Flags::FAST).with(Flags::NO_AUTH).with(Flags::ALLOW_BUSY), acl: Acl::FAST.with(Acl::CONNECTION),
        run: Run::Core(super::connection::quit), locks: Locks::None,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 186, name: "randomkey", full_name: "randomkey", since: "1.0.0", group: "generic", arity: 1,
        summary: "Names any one key of the database", complexity: "O(1)",
        flags: Flags::READONLY, acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::SLOW),
        run: Run::Core(super::generic::randomkey), locks: Locks::None,
        hints: &["request_policy:all_shards", "nondeterministic_output"],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 187, name: "rename", full_name: "rename", since: "1.0.0", group: "generic", arity: 3,
        summary: "Gives a key another name, replacing what had it", complexity: "O(1)",
        flags: Flags::WRITE, acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::SLOW),
        run: Run::Core(super::generic::rename), locks: Locks::Keys,
        first_key: 1, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "newkey", kind: ArgKind::Key, key_spec: Some(1), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 188, name: "renamenx", full_name: "renamenx", since: "1.0.0", group: "generic", arity: 3,
        summary: "Gives a key another name unless that name is taken", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::FAST),
        run: Run::Core(super::generic::renamenx), locks: Locks::Keys,
        first_key: 1, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        history: &[("3.2.0", "A key may be renamed to itself without an error.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "newkey", kind: ArgKind::Key, key_spec: Some(1), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 189, name: "reset", full_name: "reset", since: "6.2.0", group: "connection", arity: 1,
        summary: "Brings the connection back to how it was when it opened", complexity: "O(1)",
        flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE).with(Flags::FAST).with(Flags::NO_AUTH).with(Flags::ALLOW_BUSY), acl: Acl::FAST.with(Acl::CONNECTION),
        run: Run::Core(super::connection::reset), locks: Locks::None,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 190, name: "restore", full_name: "restore", since: "2.6.0", group: "generic", arity: -4,
        summary: "Creates a key from what DUMP answered", complexity: "O(1) to create the key, then O(N) for the bytes of its value; sorted sets O(N log M)",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Core(super::generic::restore), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        history: &[("3.0.0", "Option `REPLACE`."), ("5.0.0", "Option `ABSTTL`."), ("5.0.0", "Options `IDLETIME` and `FREQ`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "ttl", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "serialized-value", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "replace", kind: ArgKind::PureToken, token: Some("REPLACE"), since: "3.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "absttl", kind: ArgKind::PureToken, token: Some("ABSTTL"), since: "5.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "seconds", kind: ArgKind::Integer, token: Some("IDLETIME"), since: "5.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "frequency", kind: ArgKind::Integer, token: Some("FREQ"), since: "5.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 191, name: "restore-asking", full_name: "restore-asking", since: "3.0.0", group: "server", arity: -4,
        summary: "RESTORE for a node of a cluster that takes a hash slot over", complexity: "O(1) to make the key and O(N*M) to put the value together, N being its elements and M their mean size",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::ASKING), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Core(super::generic::restore_asking), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        history: &[("3.0.0", "Option `REPLACE`."), ("5.0.0", "Option `ABSTTL`."), ("5.0.0", "Options `IDLETIME` and `FREQ`.")],
        doc_flags: &["syscmd"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "ttl", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "serialized-value", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "replace", kind: ArgKind::PureToken, token: Some("REPLACE"), since: "3.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "absttl", kind: ArgKind::PureToken, token: Some("ABSTTL"), since: "5.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "seconds", kind: ArgKind::Integer, token: Some("IDLETIME"), since: "5.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "frequency", kind: ArgKind::Integer, token: Some("FREQ"), since: "5.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 192, name: "rpop", full_name: "rpop", since: "1.0.0", group: "list", arity: -2,
        summary: "Removes and answers the last elements", complexity: "O(N), N being the elements popped",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::WRITE.with(Acl::LIST).with(Acl::FAST),
        run: Run::Core(super::list::rpop), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        history: &[("6.2.0", "The argument `count`")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, since: "6.2.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 193, name: "rpoplpush", full_name: "rpoplpush", since: "1.2.0", group: "list", arity: 3,
        summary: "Pops the last element of one list and pushes it before the first of another", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::LIST).with(Acl::SLOW),
        run: Run::Core(super::list::rpoplpush), locks: Locks::Keys,
        first_key: 1, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`LMOVE` with the `RIGHT` and `LEFT` arguments" }),
        arguments: &[
            Argument { name: "source", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(1), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 194, name: "rpush", full_name: "rpush", since: "1.0.0", group: "list", arity: -3,
        summary: "Puts elements behind the last, creating the list when missing", complexity: "O(1) for each element pushed",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::LIST).with(Acl::FAST),
        run: Run::Core(super::list::rpush), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        history: &[("2.4.0", "Several elements at once")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "element", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 195, name: "rpushx", full_name: "rpushx", since: "2.2.0", group: "list", arity: -3,
        summary: "Puts elements behind the last of a list that exists", complexity: "O(1) for each element pushed",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::LIST).with(Acl::FAST),
        run: Run::Core(super::list::rpushx), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        history: &[("4.0.0", "Several elements at once")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "element", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 196, name: "sadd", full_name: "sadd", since: "1.0.0", group: "set", arity: -3,
        summary: "Adds members to a set, creating it when missing", complexity: "O(1) for each member named",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::SET).with(Acl::FAST),
        run: Run::Core(super::set::sadd), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        history: &[("2.4.0", "Takes several members.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 197, name: "scan", full_name: "scan", since: "2.8.0", group: "generic", arity: -2,
        summary: "Walks the keys of the database a few at a time", complexity: "O(1) a call, O(N) for the whole walk, N being the number of keys",
        flags: Flags::READONLY, acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::SLOW),
        run: Run::Core(super::generic::scan), locks: Locks::None,
        hints: &["nondeterministic_output", "request_policy:special"],
        history: &[("6.0.0", "Option `TYPE`.")],
        arguments: &[
            Argument { name: "cursor", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "pattern", kind: ArgKind::Pattern, token: Some("MATCH"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "type", kind: ArgKind::String, token: Some("TYPE"), since: "6.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 198, name: "scard", full_name: "scard", since: "1.0.0", group: "set", arity: 2,
        summary: "Counts the members of a set", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::SET).with(Acl::FAST),
        run: Run::Core(super::set::scard), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 199, name: "sdiff", full_name: "sdiff", since: "1.0.0", group: "set", arity: -2,
        summary: "Lists what the first set has and no other", complexity: "O(N), N being the members of all sets",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SET).with(Acl::SLOW),
        run: Run::Core(super::set::sdiff), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output_order"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 200, name: "sdiffstore", full_name: "sdiffstore", since: "1.0.0", group: "set", arity: -3,
        summary: "Keeps what the first set has and no other under a key", complexity: "O(N), N being the members of all sets",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::SET).with(Acl::SLOW),
        run: Run::Core(super::set::sdiffstore), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(1), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 201, name: "select", full_name: "select", since: "1.0.0", group: "connection", arity: 2,
        summary: "Chooses the connection's database", complexity: "O(1)",
        flags: Flags::LOADING.with(Flags::STALE).with(Flags::FAST), acl: Acl::FAST.with(Acl::CONNECTION),
        run: Run::Core(super::connection::select), locks: Locks::None,
        arguments: &[
            Argument { name: "index", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 202, name: "set", full_name: "set", since: "1.0.0", group: "string", arity: -3,
        summary: "Sets a string, whatever the key held before", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::STRING).with(Acl::SLOW),
        run: Run::Core(super::string::set), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE).with(KeyFlags::VARIABLE_FLAGS), notes: "Access because of the option `GET`", otherwise: Some(Otherwise { without: &["GET"], from: 3, flags: KeyFlags::OW.with(KeyFlags::UPDATE) }) }],
        history: &[("2.6.12", "Options `EX`, `PX`, `NX` and `XX`."), ("6.0.0", "Option `KEEPTTL`."), ("6.2.0", "Options `GET`, `EXAT` and `PXAT`."), ("7.0.0", "`NX` and `GET` may go together.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "condition", kind: ArgKind::Oneof, since: "2.6.12", flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "nx", kind: ArgKind::PureToken, token: Some("NX"), ..Argument::BLANK },
                Argument { name: "xx", kind: ArgKind::PureToken, token: Some("XX"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "get", kind: ArgKind::PureToken, token: Some("GET"), since: "6.2.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "expiration", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "seconds", kind: ArgKind::Integer, token: Some("EX"), since: "2.6.12", ..Argument::BLANK },
                Argument { name: "milliseconds", kind: ArgKind::Integer, token: Some("PX"), since: "2.6.12", ..Argument::BLANK },
                Argument { name: "unix-time-seconds", kind: ArgKind::UnixTime, token: Some("EXAT"), since: "6.2.0", ..Argument::BLANK },
                Argument { name: "unix-time-milliseconds", kind: ArgKind::UnixTime, token: Some("PXAT"), since: "6.2.0", ..Argument::BLANK },
                Argument { name: "keepttl", kind: ArgKind::PureToken, token: Some("KEEPTTL"), since: "6.0.0", ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 203, name: "setbit", full_name: "setbit", since: "2.2.0", group: "bitmap", arity: 4,
        summary: "Sets or clears the bit at an offset of a string and answers what it was", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::BITMAP).with(Acl::SLOW),
        run: Run::Core(super::bitmap::setbit), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "value", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 204, name: "setex", full_name: "setex", since: "2.0.0", group: "string", arity: 4,
        summary: "Sets a string and its time to live in seconds", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::STRING).with(Acl::SLOW),
        run: Run::Core(super::string::setex), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "seconds", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 205, name: "setnx", full_name: "setnx", since: "1.0.0", group: "string", arity: 3,
        summary: "Sets a string unless the key exists", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::setnx), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 206, name: "setrange", full_name: "setrange", since: "2.2.0", group: "string", arity: 4,
        summary: "Overwrites the bytes of a string from an offset on", complexity: "O(1) for a short value, else O(M), M being its length",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::STRING).with(Acl::SLOW),
        run: Run::Core(super::string::setrange), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "value", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 207, name: "shutdown", full_name: "shutdown", since: "1.0.0", group: "server", arity: -1,
        summary: "Saves if asked or configured to, and stops the server", complexity: "O(N) when it saves, N being the number of keys in all databases, else O(1)",
        flags: Flags::ADMIN.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE).with(Flags::NO_MULTI).with(Flags::ALLOW_BUSY), acl: Acl::ADMIN.with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Server, locks: Locks::None,
        history: &[("7.0.0", "Options `NOW`, `FORCE` and `ABORT`.")],
        arguments: &[
            Argument { name: "nosave_save", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "nosave", kind: ArgKind::PureToken, token: Some("NOSAVE"), ..Argument::BLANK },
                Argument { name: "save", kind: ArgKind::PureToken, token: Some("SAVE"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "now", kind: ArgKind::PureToken, token: Some("NOW"), since: "7.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "force", kind: ArgKind::PureToken, token: Some("FORCE"), since: "7.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "abort", kind: ArgKind::PureToken, token: Some("ABORT"), since: "7.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 208, name: "sinter", full_name: "sinter", since: "1.0.0", group: "set", arity: -2,
        summary: "Lists what all sets have in common", complexity: "O(N*M), N being the size of the smallest set and M the number of sets",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SET).with(Acl::SLOW),
        run: Run::Core(super::set::sinter), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output_order"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 209, name: "sintercard", full_name: "sintercard", since: "7.0.0", group: "set", arity: -3,
        summary: "Counts what all sets have in common, up to a limit", complexity: "O(N*M), N being the size of the smallest set and M the number of sets",
        flags: Flags::READONLY.with(Flags::MOVABLEKEYS), acl: Acl::READ.with(Acl::SET).with(Acl::SLOW),
        run: Run::Core(super::set::sintercard), locks: Locks::Keys,
        first_key: 0, last_key: 0, key_step: 0,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "limit", kind: ArgKind::Integer, token: Some("LIMIT"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 210, name: "sinterstore", full_name: "sinterstore", since: "1.0.0", group: "set", arity: -3,
        summary: "Keeps what all sets have in common under a key", complexity: "O(N*M), N being the size of the smallest set and M the number of sets",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::SET).with(Acl::SLOW),
        run: Run::Core(super::set::sinterstore), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(1), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 211, name: "sismember", full_name: "sismember", since: "1.0.0", group: "set", arity: 3,
        summary: "Tells whether a set has a member", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::SET).with(Acl::FAST),
        run: Run::Core(super::set::sismember), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 212, name: "smembers", full_name: "smembers", since: "1.0.0", group: "set", arity: 2,
        summary: "Lists the members of a set", complexity: "O(N), N being the size of the set",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SET).with(Acl::SLOW),
        run: Run::Core(super::set::smembers), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output_order"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 213, name: "smismember", full_name: "smismember", since: "6.2.0", group: "set", arity: -3,
        summary: "Tells which of the given members a set has", complexity: "O(N), N being the members named",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::SET).with(Acl::FAST),
        run: Run::Core(super::set::smismember), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 214, name: "smove", full_name: "smove", since: "1.0.0", group: "set", arity: 4,
        summary: "Moves a member from one set to another", complexity: "O(1)",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::WRITE.with(Acl::SET).with(Acl::FAST),
        run: Run::Core(super::set::smove), locks: Locks::Keys,
        first_key: 1, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::INSERT), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "source", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(1), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 215, name: "sort", full_name: "sort", since: "1.0.0", group: "generic", arity: -2,
        summary: "Sorts the elements of a list, a set or a sorted set", complexity: "O(N+M*log(M)), N being the elements and M those answered; O(N) when they are not sorted",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::MOVABLEKEYS), acl: Acl::WRITE.with(Acl::SET).with(Acl::SORTEDSET).with(Acl::LIST).with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Core(super::generic::sort), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }, KeySpec { begin: Begin::Unknown, find: Find::Option(KeyOption { words: &["BY", "GET"], from: 2, options: &[("BY", 1), ("GET", 1), ("LIMIT", 2), ("STORE", 1)], is_pattern: true }), flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "The options BY and GET, whose keys are named by what is sorted", otherwise: None }, KeySpec { begin: Begin::Unknown, find: Find::Option(KeyOption { words: &["STORE"], from: 2, options: &[("BY", 1), ("GET", 1), ("LIMIT", 2), ("STORE", 1)], is_pattern: false }), flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "The option STORE, which may stand anywhere", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "pattern", kind: ArgKind::Pattern, token: Some("BY"), key_spec: Some(1), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "offset_count", kind: ArgKind::Block, token: Some("LIMIT"), flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "count", kind: ArgKind::Integer, ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "pattern", kind: ArgKind::Pattern, token: Some("GET"), key_spec: Some(1), flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE).with(ArgFlags::MULTIPLE_TOKEN), ..Argument::BLANK },
            Argument { name: "order", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "asc", kind: ArgKind::PureToken, token: Some("ASC"), ..Argument::BLANK },
                Argument { name: "desc", kind: ArgKind::PureToken, token: Some("DESC"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "sorting", kind: ArgKind::PureToken, token: Some("ALPHA"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "destination", kind: ArgKind::Key, token: Some("STORE"), key_spec: Some(2), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 216, name: "sort_ro", full_name: "sort_ro", since: "7.0.0", group: "generic", arity: -2,
        summary: "Sorts the elements of a list, a set or a sorted set and keeps nothing", complexity: "O(N+M*log(M)), N being the elements and M those answered; O(N) when they are not sorted",
        flags: Flags::READONLY.with(Flags::MOVABLEKEYS), acl: Acl::READ.with(Acl::SET).with(Acl::SORTEDSET).with(Acl::LIST).with(Acl::SLOW).with(Acl::DANGEROUS),
        run: Run::Core(super::generic::sort_ro), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }, KeySpec { begin: Begin::Unknown, find: Find::Option(KeyOption { words: &["BY", "GET"], from: 2, options: &[("BY", 1), ("GET", 1), ("LIMIT", 2)], is_pattern: true }), flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "The options BY and GET, whose keys are named by what is sorted", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "pattern", kind: ArgKind::Pattern, token: Some("BY"), key_spec: Some(1), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "offset_count", kind: ArgKind::Block, token: Some("LIMIT"), flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "count", kind: ArgKind::Integer, ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "pattern", kind: ArgKind::Pattern, token: Some("GET"), key_spec: Some(1), flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE).with(ArgFlags::MULTIPLE_TOKEN), ..Argument::BLANK },
            Argument { name: "order", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "asc", kind: ArgKind::PureToken, token: Some("ASC"), ..Argument::BLANK },
                Argument { name: "desc", kind: ArgKind::PureToken, token: Some("DESC"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "sorting", kind: ArgKind::PureToken, token: Some("ALPHA"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 217, name: "spop", full_name: "spop", since: "1.0.0", group: "set", arity: -2,
        summary: "Takes members picked at random out of a set", complexity: "O(1) for one member, O(N) for a count of N",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::WRITE.with(Acl::SET).with(Acl::FAST),
        run: Run::Core(super::set::spop), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        hints: &["nondeterministic_output"],
        history: &[("3.2.0", "Argument `count`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, since: "3.2.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 218, name: "spublish", full_name: "spublish", since: "7.0.0", group: "pubsub", arity: 3,
        summary: "Sends a message to a shard channel's subscribers", complexity: "O(N), N being the number of the shard channel's subscribers",
        flags: Flags::PUBSUB.with(Flags::LOADING).with(Flags::STALE).with(Flags::FAST).with(Flags::MAY_REPLICATE), acl: Acl::PUBSUB.with(Acl::FAST),
        run: Run::Core(super::pubsub::spublish), locks: Locks::None,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::NOT_KEY, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "shardchannel", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "message", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 219, name: "srandmember", full_name: "srandmember", since: "1.0.0", group: "set", arity: -2,
        summary: "Picks members of a set at random", complexity: "O(1) for one member, O(N) for a count of N",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SET).with(Acl::SLOW),
        run: Run::Core(super::set::srandmember), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output"],
        history: &[("2.6.0", "Argument `count`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, since: "2.6.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 220, name: "srem", full_name: "srem", since: "1.0.0", group: "set", arity: -3,
        summary: "Removes members from a set", complexity: "O(N), N being the members named",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::WRITE.with(Acl::SET).with(Acl::FAST),
        run: Run::Core(super::set::srem), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::DELETE), notes: "", otherwise: None }],
        history: &[("2.4.0", "Takes several members.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 221, name: "sscan", full_name: "sscan", since: "2.8.0", group: "set", arity: -3,
        summary: "Lists the members of a set a few at a time", complexity: "O(1) for a call, O(N) for the whole walk, N being the size of the set",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SET).with(Acl::SLOW),
        run: Run::Core(super::set::sscan), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "cursor", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "pattern", kind: ArgKind::Pattern, token: Some("MATCH"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 222, name: "ssubscribe", full_name: "ssubscribe", since: "7.0.0", group: "pubsub", arity: -2,
        summary: "Subscribes to shard channels", complexity: "O(N), N being the number of shard channels named",
        flags: Flags::PUBSUB.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::PUBSUB.with(Acl::SLOW),
        run: Run::Core(super::pubsub::ssubscribe), locks: Locks::None,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::NOT_KEY, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "shardchannel", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 223, name: "strlen", full_name: "strlen", since: "2.2.0", group: "string", arity: 2,
        summary: "Answers how many bytes a string has", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::STRING).with(Acl::FAST),
        run: Run::Core(super::string::strlen), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 224, name: "subscribe", full_name: "subscribe", since: "2.0.0", group: "pubsub", arity: -2,
        summary: "Subscribes to channels", complexity: "O(N), N being the number of channels named",
        flags: Flags::PUBSUB.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::PUBSUB.with(Acl::SLOW),
        run: Run::Core(super::pubsub::subscribe), locks: Locks::None,
        arguments: &[
            Argument { name: "channel", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 225, name: "substr", full_name: "substr", since: "1.0.0", group: "string", arity: 4,
        summary: "Reads the bytes of a string between two offsets", complexity: "O(N), N being the bytes returned",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::STRING).with(Acl::SLOW),
        run: Run::Core(super::string::substr), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        deprecated: Some(Deprecated { since: "2.0.0", replaced_by: "`GETRANGE`" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "start", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "end", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 226, name: "sunion", full_name: "sunion", since: "1.0.0", group: "set", arity: -2,
        summary: "Lists what any of the sets has", complexity: "O(N), N being the members of all sets",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SET).with(Acl::SLOW),
        run: Run::Core(super::set::sunion), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output_order"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 227, name: "sunionstore", full_name: "sunionstore", since: "1.0.0", group: "set", arity: -3,
        summary: "Keeps what any of the sets has under a key", complexity: "O(N), N being the members of all sets",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::SET).with(Acl::SLOW),
        run: Run::Core(super::set::sunionstore), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(1), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 228, name: "sunsubscribe", full_name: "sunsubscribe", since: "7.0.0", group: "pubsub", arity: -1,
        summary: "Ends subscriptions to shard channels, all or those named", complexity: "O(N), N being the number of shard channels",
        flags: Flags::PUBSUB.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::PUBSUB.with(Acl::SLOW),
        run: Run::Core(super::pubsub::sunsubscribe), locks: Locks::None,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::NOT_KEY, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "shardchannel", kind: ArgKind::String, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 229, name: "swapdb", full_name: "swapdb", since: "4.0.0", group: "server", arity: 3,
        summary: "Exchanges the contents of two databases", complexity: "O(N), N being the clients that watch or wait for keys of either database",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::FAST).with(Acl::DANGEROUS),
        run: Run::Core(super::server::swapdb), locks: Locks::World,
        arguments: &[
            Argument { name: "index1", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "index2", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 230, name: "time", full_name: "time", since: "2.6.0", group: "server", arity: 1,
        summary: "Answers the server's clock", complexity: "O(1)",
        flags: Flags::LOADING.with(Flags::STALE).with(Flags::FAST), acl: Acl::FAST,
        run: Run::Core(super::server::time), locks: Locks::None,
        hints: &["nondeterministic_output"],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 231, name: "touch", full_name: "touch", since: "3.2.1", group: "generic", arity: -2,
        summary: "Marks keys as accessed now and counts those that exist", complexity: "O(N), N being the number of keys",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::FAST),
        run: Run::Core(super::generic::touch), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        hints: &["request_policy:multi_shard", "response_policy:agg_sum"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 232, name: "ttl", full_name: "ttl", since: "1.0.0", group: "generic", arity: 2,
        summary: "Answers a key's time to live in seconds", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::FAST),
        run: Run::Core(super::generic::ttl), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output"],
        history: &[("2.8.0", "Answers -2 when the key does not exist.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 233, name: "type", full_name: "type", since: "1.0.0", group: "generic", arity: 2,
        summary: "Names the type of the value at a key", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::READ).with(Acl::FAST),
        run: Run::Core(super::generic::type_), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 234, name: "unlink", full_name: "unlink", since: "4.0.0", group: "generic", arity: -2,
        summary: "Deletes keys and frees their values in the background", complexity: "O(1) a key, then O(N) in the background, N being the allocations of the values",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::KEYSPACE.with(Acl::WRITE).with(Acl::FAST),
        run: Run::Core(super::generic::unlink), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RM.with(KeyFlags::DELETE), notes: "", otherwise: None }],
        hints: &["request_policy:multi_shard", "response_policy:agg_sum"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 235, name: "unsubscribe", full_name: "unsubscribe", since: "2.0.0", group: "pubsub", arity: -1,
        summary: "Ends subscriptions to channels, all or those named", complexity: "O(N), N being the number of channels",
        flags: Flags::PUBSUB.with(Flags::NOSCRIPT).with(Flags::LOADING).with(Flags::STALE), acl: Acl::PUBSUB.with(Acl::SLOW),
        run: Run::Core(super::pubsub::unsubscribe), locks: Locks::None,
        arguments: &[
            Argument { name: "channel", kind: ArgKind::String, flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 236, name: "unwatch", full_name: "unwatch", since: "2.2.0", group: "transactions", arity: 1,
        summary: "Watches no key any more", complexity: "O(1)",
        flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE).with(Flags::FAST).with(Flags::ALLOW_BUSY), acl: Acl::FAST.with(Acl::TRANSACTION),
        run: Run::Core(super::transaction::unwatch), locks: Locks::None,
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 237, name: "wait", full_name: "wait", since: "3.0.0", group: "generic", arity: 3,
        summary: "Waits until replicas have acknowledged this connection's writes", complexity: "O(1)",
        flags: Flags::NOSCRIPT, acl: Acl::SLOW.with(Acl::CONNECTION),
        run: Run::Core(super::blocking::wait), locks: Locks::None,
        hints: &["request_policy:all_shards", "response_policy:agg_min"],
        arguments: &[
            Argument { name: "numreplicas", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "timeout", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 238, name: "watch", full_name: "watch", since: "2.2.0", group: "transactions", arity: -2,
        summary: "Lets the next transaction run only if the keys stay as they are", complexity: "O(1) for each key",
        flags: Flags::NOSCRIPT.with(Flags::LOADING).with(Flags::STALE).with(Flags::FAST).with(Flags::ALLOW_BUSY), acl: Acl::FAST.with(Acl::TRANSACTION),
        run: Run::Core(super::transaction::watch), locks: Locks::Keys,
        first_key: 1, last_key: -1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: -1, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 239, name: "zadd", full_name: "zadd", since: "1.2.0", group: "sorted-set", arity: -4,
        summary: "Adds members to a sorted set, or gives them other scores", complexity: "O(log(N)) for each member, N being the members there are",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zadd), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        history: &[("2.4.0", "Takes several members."), ("3.0.2", "Options `XX`, `NX`, `CH` and `INCR`."), ("6.2.0", "Options `GT` and `LT`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "condition", kind: ArgKind::Oneof, since: "3.0.2", flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "nx", kind: ArgKind::PureToken, token: Some("NX"), ..Argument::BLANK },
                Argument { name: "xx", kind: ArgKind::PureToken, token: Some("XX"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "comparison", kind: ArgKind::Oneof, since: "6.2.0", flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "gt", kind: ArgKind::PureToken, token: Some("GT"), ..Argument::BLANK },
                Argument { name: "lt", kind: ArgKind::PureToken, token: Some("LT"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "change", kind: ArgKind::PureToken, token: Some("CH"), since: "3.0.2", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "increment", kind: ArgKind::PureToken, token: Some("INCR"), since: "3.0.2", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "score_member", kind: ArgKind::Block, flags: ArgFlags::MULTIPLE, arguments: &[
                Argument { name: "score", kind: ArgKind::Double, ..Argument::BLANK },
                Argument { name: "member", kind: ArgKind::String, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 240, name: "zcard", full_name: "zcard", since: "1.2.0", group: "sorted-set", arity: 2,
        summary: "Answers how many members a sorted set has", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zcard), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO, notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 241, name: "zcount", full_name: "zcount", since: "2.0.0", group: "sorted-set", arity: 4,
        summary: "Counts the members whose scores lie in a range", complexity: "O(log(N)), N being the members there are",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zcount), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "min", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "max", kind: ArgKind::Double, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 242, name: "zdiff", full_name: "zdiff", since: "6.2.0", group: "sorted-set", arity: -3,
        summary: "Answers the members of the first sorted set that no other has", complexity: "O(L + (N-K)log(N)), L being all members of all keys, N those of the first, K those of the result",
        flags: Flags::READONLY.with(Flags::MOVABLEKEYS), acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zdiff), locks: Locks::Keys,
        first_key: 0, last_key: 0, key_step: 0,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "withscores", kind: ArgKind::PureToken, token: Some("WITHSCORES"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 243, name: "zdiffstore", full_name: "zdiffstore", since: "6.2.0", group: "sorted-set", arity: -4,
        summary: "Stores the members of the first sorted set that no other has", complexity: "O(L + (N-K)log(N)), L being all members of all keys, N those of the first, K those of the result",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::MOVABLEKEYS), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zdiffstore), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(1), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 244, name: "zincrby", full_name: "zincrby", since: "1.2.0", group: "sorted-set", arity: 4,
        summary: "Adds an amount to a member's score", complexity: "O(log(N)), N being the members there are",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::FAST), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zincrby), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "increment", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 245, name: "zinter", full_name: "zinter", since: "6.2.0", group: "sorted-set", arity: -3,
        summary: "Answers the members that all sorted sets have", complexity: "O(N*K), N being the members of the smallest of K keys, and O(M*log(M)) for M results",
        flags: Flags::READONLY.with(Flags::MOVABLEKEYS), acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zinter), locks: Locks::Keys,
        first_key: 0, last_key: 0, key_step: 0,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "weight", kind: ArgKind::Integer, token: Some("WEIGHTS"), flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
            Argument { name: "aggregate", kind: ArgKind::Oneof, token: Some("AGGREGATE"), flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "sum", kind: ArgKind::PureToken, token: Some("SUM"), ..Argument::BLANK },
                Argument { name: "min", kind: ArgKind::PureToken, token: Some("MIN"), ..Argument::BLANK },
                Argument { name: "max", kind: ArgKind::PureToken, token: Some("MAX"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "withscores", kind: ArgKind::PureToken, token: Some("WITHSCORES"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 246, name: "zintercard", full_name: "zintercard", since: "7.0.0", group: "sorted-set", arity: -3,
        summary: "Counts the members that all sorted sets have", complexity: "O(N*K), N being the members of the smallest of K keys",
        flags: Flags::READONLY.with(Flags::MOVABLEKEYS), acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zintercard), locks: Locks::Keys,
        first_key: 0, last_key: 0, key_step: 0,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "limit", kind: ArgKind::Integer, token: Some("LIMIT"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 247, name: "zinterstore", full_name: "zinterstore", since: "2.0.0", group: "sorted-set", arity: -4,
        summary: "Stores the members that all sorted sets have", complexity: "O(N*K), N being the members of the smallest of K keys, and O(M*log(M)) for M results",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::MOVABLEKEYS), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zinterstore), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(1), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "weight", kind: ArgKind::Integer, token: Some("WEIGHTS"), flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
            Argument { name: "aggregate", kind: ArgKind::Oneof, token: Some("AGGREGATE"), flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "sum", kind: ArgKind::PureToken, token: Some("SUM"), ..Argument::BLANK },
                Argument { name: "min", kind: ArgKind::PureToken, token: Some("MIN"), ..Argument::BLANK },
                Argument { name: "max", kind: ArgKind::PureToken, token: Some("MAX"), ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 248, name: "zlexcount", full_name: "zlexcount", since: "2.8.9", group: "sorted-set", arity: 4,
        summary: "Counts the members that lie in a range of names", complexity: "O(log(N)), N being the members there are",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zlexcount), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "min", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "max", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 249, name: "zmpop", full_name: "zmpop", since: "7.0.0", group: "sorted-set", arity: -4,
        summary: "Takes the lowest or highest members out of the first sorted set that has any", complexity: "O(K) for K keys, and O(M*log(N)) for M members taken out of N",
        flags: Flags::WRITE.with(Flags::MOVABLEKEYS), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zmpop), locks: Locks::Keys,
        first_key: 0, last_key: 0, key_step: 0,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "where", kind: ArgKind::Oneof, arguments: &[
                Argument { name: "min", kind: ArgKind::PureToken, token: Some("MIN"), ..Argument::BLANK },
                Argument { name: "max", kind: ArgKind::PureToken, token: Some("MAX"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 250, name: "zmscore", full_name: "zmscore", since: "6.2.0", group: "sorted-set", arity: -3,
        summary: "Answers the scores of several members", complexity: "O(N), N being the members asked for",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zmscore), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 251, name: "zpopmax", full_name: "zpopmax", since: "5.0.0", group: "sorted-set", arity: -2,
        summary: "Takes the members with the highest scores out", complexity: "O(log(N)*M), M being the members taken out of N",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zpopmax), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 252, name: "zpopmin", full_name: "zpopmin", since: "5.0.0", group: "sorted-set", arity: -2,
        summary: "Takes the members with the lowest scores out", complexity: "O(log(N)*M), M being the members taken out of N",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zpopmin), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 253, name: "zrandmember", full_name: "zrandmember", since: "6.2.0", group: "sorted-set", arity: -2,
        summary: "Answers members picked at random", complexity: "O(N), N being the members answered",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zrandmember), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "options", kind: ArgKind::Block, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "count", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "withscores", kind: ArgKind::PureToken, token: Some("WITHSCORES"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 254, name: "zrange", full_name: "zrange", since: "1.2.0", group: "sorted-set", arity: -4,
        summary: "Answers the members in a range of ranks, scores or names", complexity: "O(log(N)+M), M being the members answered of N",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zrange), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        history: &[("6.2.0", "Options `REV`, `BYSCORE`, `BYLEX` and `LIMIT`.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "start", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "stop", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "sortby", kind: ArgKind::Oneof, since: "6.2.0", flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "byscore", kind: ArgKind::PureToken, token: Some("BYSCORE"), ..Argument::BLANK },
                Argument { name: "bylex", kind: ArgKind::PureToken, token: Some("BYLEX"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "rev", kind: ArgKind::PureToken, token: Some("REV"), since: "6.2.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "offset_count", kind: ArgKind::Block, token: Some("LIMIT"), since: "6.2.0", flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "count", kind: ArgKind::Integer, ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "withscores", kind: ArgKind::PureToken, token: Some("WITHSCORES"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 255, name: "zrangebylex", full_name: "zrangebylex", since: "2.8.9", group: "sorted-set", arity: -4,
        summary: "Answers the members in a range of names", complexity: "O(log(N)+M), M being the members answered of N",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zrangebylex), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`ZRANGE` with the `BYLEX` argument" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "min", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "max", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "offset_count", kind: ArgKind::Block, token: Some("LIMIT"), flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "count", kind: ArgKind::Integer, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 256, name: "zrangebyscore", full_name: "zrangebyscore", since: "1.0.5", group: "sorted-set", arity: -4,
        summary: "Answers the members in a range of scores", complexity: "O(log(N)+M), M being the members answered of N",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zrangebyscore), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        history: &[("2.0.0", "Option `WITHSCORES`.")],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`ZRANGE` with the `BYSCORE` argument" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "min", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "max", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "withscores", kind: ArgKind::PureToken, token: Some("WITHSCORES"), since: "2.0.0", flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "offset_count", kind: ArgKind::Block, token: Some("LIMIT"), flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "count", kind: ArgKind::Integer, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 257, name: "zrangestore", full_name: "zrangestore", since: "6.2.0", group: "sorted-set", arity: -5,
        summary: "Stores the members in a range of ranks, scores or names", complexity: "O(log(N)+M), M being the members stored of N",
        flags: Flags::WRITE.with(Flags::DENYOOM), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zrangestore), locks: Locks::Keys,
        first_key: 1, last_key: 2, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "dst", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "src", kind: ArgKind::Key, key_spec: Some(1), ..Argument::BLANK },
            Argument { name: "min", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "max", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "sortby", kind: ArgKind::Oneof, flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "byscore", kind: ArgKind::PureToken, token: Some("BYSCORE"), ..Argument::BLANK },
                Argument { name: "bylex", kind: ArgKind::PureToken, token: Some("BYLEX"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "rev", kind: ArgKind::PureToken, token: Some("REV"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "offset_count", kind: ArgKind::Block, token: Some("LIMIT"), flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "count", kind: ArgKind::Integer, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 258, name: "zrank", full_name: "zrank", since: "2.0.0", group: "sorted-set", arity: 3,
        summary: "Answers how many members stand before one, the lowest score first", complexity: "O(log(N))",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zrank), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 259, name: "zrem", full_name: "zrem", since: "1.2.0", group: "sorted-set", arity: -3,
        summary: "Removes members", complexity: "O(M*log(N)), M being the members removed of N",
        flags: Flags::WRITE.with(Flags::FAST), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zrem), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::DELETE), notes: "", otherwise: None }],
        history: &[("2.4.0", "Takes several members.")],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 260, name: "zremrangebylex", full_name: "zremrangebylex", since: "2.8.9", group: "sorted-set", arity: 4,
        summary: "Removes the members in a range of names", complexity: "O(log(N)+M), M being the members removed of N",
        flags: Flags::WRITE, acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zremrangebylex), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "min", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "max", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 261, name: "zremrangebyrank", full_name: "zremrangebyrank", since: "2.0.0", group: "sorted-set", arity: 4,
        summary: "Removes the members in a range of ranks", complexity: "O(log(N)+M), M being the members removed of N",
        flags: Flags::WRITE, acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zremrangebyrank), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "start", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "stop", kind: ArgKind::Integer, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 262, name: "zremrangebyscore", full_name: "zremrangebyscore", since: "1.2.0", group: "sorted-set", arity: 4,
        summary: "Removes the members in a range of scores", complexity: "O(log(N)+M), M being the members removed of N",
        flags: Flags::WRITE, acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zremrangebyscore), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RW.with(KeyFlags::DELETE), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "min", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "max", kind: ArgKind::Double, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 263, name: "zrevrange", full_name: "zrevrange", since: "1.2.0", group: "sorted-set", arity: -4,
        summary: "Answers the members in a range of ranks, the highest score first", complexity: "O(log(N)+M), M being the members answered of N",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zrevrange), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`ZRANGE` with the `REV` argument" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "start", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "stop", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "withscores", kind: ArgKind::PureToken, token: Some("WITHSCORES"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 264, name: "zrevrangebylex", full_name: "zrevrangebylex", since: "2.8.9", group: "sorted-set", arity: -4,
        summary: "Answers the members in a range of names, the last first", complexity: "O(log(N)+M), M being the members answered of N",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zrevrangebylex), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`ZRANGE` with the `REV` and `BYLEX` arguments" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "max", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "min", kind: ArgKind::String, ..Argument::BLANK },
            Argument { name: "offset_count", kind: ArgKind::Block, token: Some("LIMIT"), flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "count", kind: ArgKind::Integer, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 265, name: "zrevrangebyscore", full_name: "zrevrangebyscore", since: "2.2.0", group: "sorted-set", arity: -4,
        summary: "Answers the members in a range of scores, the highest first", complexity: "O(log(N)+M), M being the members answered of N",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zrevrangebyscore), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        history: &[("2.1.6", "Bounds may be exclusive.")],
        deprecated: Some(Deprecated { since: "6.2.0", replaced_by: "`ZRANGE` with the `REV` and `BYSCORE` arguments" }),
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "max", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "min", kind: ArgKind::Double, ..Argument::BLANK },
            Argument { name: "withscores", kind: ArgKind::PureToken, token: Some("WITHSCORES"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "offset_count", kind: ArgKind::Block, token: Some("LIMIT"), flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "offset", kind: ArgKind::Integer, ..Argument::BLANK },
                Argument { name: "count", kind: ArgKind::Integer, ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 266, name: "zrevrank", full_name: "zrevrank", since: "2.0.0", group: "sorted-set", arity: 3,
        summary: "Answers how many members stand before one, the highest score first", complexity: "O(log(N))",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zrevrank), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 267, name: "zscan", full_name: "zscan", since: "2.8.0", group: "sorted-set", arity: -3,
        summary: "Walks a sorted set, some members at a time", complexity: "O(1) for every call, O(N) for the whole walk, N being the members there are",
        flags: Flags::READONLY, acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zscan), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        hints: &["nondeterministic_output"],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "cursor", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "pattern", kind: ArgKind::Pattern, token: Some("MATCH"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
            Argument { name: "count", kind: ArgKind::Integer, token: Some("COUNT"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 268, name: "zscore", full_name: "zscore", since: "1.2.0", group: "sorted-set", arity: 3,
        summary: "Answers a member's score", complexity: "O(1)",
        flags: Flags::READONLY.with(Flags::FAST), acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::FAST),
        run: Run::Core(super::zset::zscore), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "member", kind: ArgKind::String, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 269, name: "zunion", full_name: "zunion", since: "6.2.0", group: "sorted-set", arity: -3,
        summary: "Answers the members that any sorted set has", complexity: "O(N) for N members of all keys, and O(M*log(M)) for M results",
        flags: Flags::READONLY.with(Flags::MOVABLEKEYS), acl: Acl::READ.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zunion), locks: Locks::Keys,
        first_key: 0, last_key: 0, key_step: 0,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(0), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "weight", kind: ArgKind::Integer, token: Some("WEIGHTS"), flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
            Argument { name: "aggregate", kind: ArgKind::Oneof, token: Some("AGGREGATE"), flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "sum", kind: ArgKind::PureToken, token: Some("SUM"), ..Argument::BLANK },
                Argument { name: "min", kind: ArgKind::PureToken, token: Some("MIN"), ..Argument::BLANK },
                Argument { name: "max", kind: ArgKind::PureToken, token: Some("MAX"), ..Argument::BLANK },
            ], ..Argument::BLANK },
            Argument { name: "withscores", kind: ArgKind::PureToken, token: Some("WITHSCORES"), flags: ArgFlags::OPTIONAL, ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
    CommandSpec {
        id: 270, name: "zunionstore", full_name: "zunionstore", since: "2.0.0", group: "sorted-set", arity: -4,
        summary: "Stores the members that any sorted set has", complexity: "O(N) for N members of all keys, and O(M log(M)) for M results",
        flags: Flags::WRITE.with(Flags::DENYOOM).with(Flags::MOVABLEKEYS), acl: Acl::WRITE.with(Acl::SORTEDSET).with(Acl::SLOW),
        run: Run::Core(super::zset::zunionstore), locks: Locks::Keys,
        first_key: 1, last_key: 1, key_step: 1,
        keys: &[KeySpec { begin: Begin::Index(1), find: Find::Range { last: 0, step: 1, limit: 0 }, flags: KeyFlags::OW.with(KeyFlags::UPDATE), notes: "", otherwise: None }, KeySpec { begin: Begin::Index(2), find: Find::KeyNum { number: 0, first: 1, step: 1 }, flags: KeyFlags::RO.with(KeyFlags::ACCESS), notes: "", otherwise: None }],
        arguments: &[
            Argument { name: "destination", kind: ArgKind::Key, key_spec: Some(0), ..Argument::BLANK },
            Argument { name: "numkeys", kind: ArgKind::Integer, ..Argument::BLANK },
            Argument { name: "key", kind: ArgKind::Key, key_spec: Some(1), flags: ArgFlags::MULTIPLE, ..Argument::BLANK },
            Argument { name: "weight", kind: ArgKind::Integer, token: Some("WEIGHTS"), flags: ArgFlags::OPTIONAL.with(ArgFlags::MULTIPLE), ..Argument::BLANK },
            Argument { name: "aggregate", kind: ArgKind::Oneof, token: Some("AGGREGATE"), flags: ArgFlags::OPTIONAL, arguments: &[
                Argument { name: "sum", kind: ArgKind::PureToken, token: Some("SUM"), ..Argument::BLANK },
                Argument { name: "min", kind: ArgKind::PureToken, token: Some("MIN"), ..Argument::BLANK },
                Argument { name: "max", kind: ArgKind::PureToken, token: Some("MAX"), ..Argument::BLANK },
            ], ..Argument::BLANK },
        ],
        ..CommandSpec::BLANK
    },
];
