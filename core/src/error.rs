//! Every error text that goes over the wire, in Redis' own words where Redis has any. A leaf that everyone may import.

/// The wrong type of value.
pub const WRONG_TYPE: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";
/// Arguments that make no sense.
pub const SYNTAX: &str = "ERR syntax error";
/// Not a 64-bit integer.
pub const NOT_AN_INTEGER: &str = "ERR value is not an integer or out of range";
/// Not a float.
pub const NOT_A_FLOAT: &str = "ERR value is not a valid float";
/// A float result that is none.
pub const NAN_OR_INFINITY: &str = "ERR increment would produce NaN or Infinity";
/// An integer result beyond 64 bits.
pub const OVERFLOW: &str = "ERR increment or decrement would overflow";
/// An integer decrement that cannot be negated.
pub const DECREMENT_OVERFLOW: &str = "ERR decrement would overflow";
/// A hash's value is no integer where one is wanted.
pub const HASH_VALUE_NOT_AN_INTEGER: &str = "ERR hash value is not an integer";
/// A hash's value is no float where one is wanted.
pub const HASH_VALUE_NOT_A_FLOAT: &str = "ERR hash value is not a float";
/// An increment that is infinite.
pub const INCREMENT_NAN_OR_INFINITY: &str = "ERR value is NaN or Infinity";
/// A count of pairs whose double does not fit.
pub const COUNT_OUT_OF_RANGE: &str = "ERR value is out of range";
/// The lowest integer as a count, whose opposite does not fit.
pub const COUNT_HAS_NO_OPPOSITE: &str =
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807";
/// A count that may not be negative.
pub const NOT_POSITIVE: &str = "ERR value is out of range, must be positive";
/// A number of keys that is none.
pub const NUMKEYS_NOT_POSITIVE: &str = "ERR numkeys should be greater than 0";
/// More keys announced than there are arguments.
pub const NUMKEYS_TOO_MANY: &str = "ERR Number of keys can't be greater than number of args";
/// A negative LIMIT.
pub const LIMIT_NEGATIVE: &str = "ERR LIMIT can't be negative";
/// No such key.
pub const NO_SUCH_KEY: &str = "ERR no such key";
/// A move that a client waited for was cancelled.
pub const MOVE_CANCELLED: &str =
    "ERR the move was cancelled; the key is where it was, or partly on the new node";
/// Another move has taken the key to another node while a client waited for this one.
pub const MOVE_OVERTAKEN: &str = "ERR another move has taken the key elsewhere meanwhile";
/// No such migration job.
pub const NO_SUCH_JOB: &str = "ERR no such migration job";
/// A migration job that is over cannot be cancelled.
pub const JOB_IS_OVER: &str = "ERR that migration job is over";
/// The queue of migration jobs is full.
pub const TOO_MANY_JOBS: &str = "ERR too many migration jobs are waiting; try again later";
/// Source and target are one.
pub const SAME_OBJECT: &str = "ERR source and destination objects are the same";
/// A database index that does not exist.
pub const DB_OUT_OF_RANGE: &str = "ERR DB index is out of range";
/// Login is needed.
pub const NO_AUTH: &str = "NOAUTH Authentication required.";
/// A wrong login.
pub const WRONG_PASS: &str = "WRONGPASS invalid username-password pair or user is disabled.";
/// `maxmemory` is reached.
pub const OUT_OF_MEMORY: &str = "OOM command not allowed when used memory > 'maxmemory'.";
/// A command that no transaction may have.
pub const NOT_IN_A_TRANSACTION: &str = "ERR Command not allowed inside a transaction";
/// EXEC after a request that was refused.
pub const TRANSACTION_BROKEN: &str = "EXECABORT Transaction discarded because of previous errors.";
/// CLIENT UNBLOCK with ERROR.
pub const UNBLOCKED: &str = "UNBLOCKED client unblocked via CLIENT UNBLOCK";
/// No node has room and the kernel gives no more.
pub const POOL_EXHAUSTED: &str =
    "OOM no node has memory left for this value; free keys, or give the server more memory";
/// A key that must not exist does.
pub const BUSY_KEY: &str = "BUSYKEY Target key name already exists.";
/// A value beyond `proto-max-bulk-len`.
pub const STRING_TOO_LONG: &str = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
/// An offset that cannot be.
pub const OFFSET_OUT_OF_RANGE: &str = "ERR offset is out of range";
/// A cursor that is no number.
pub const INVALID_CURSOR: &str = "ERR invalid cursor";
/// A timeout that is no number.
pub const INVALID_TIMEOUT: &str = "ERR timeout is not an integer or out of range";
/// A timeout before now.
pub const NEGATIVE_TIMEOUT: &str = "ERR timeout is negative";
/// A count of nothing.
pub const COUNT_NOT_POSITIVE: &str = "ERR count should be greater than 0";
/// A count below zero, to LPOS.
pub const COUNT_NEGATIVE: &str = "ERR COUNT can't be negative";
/// A length below zero.
pub const MAXLEN_NEGATIVE: &str = "ERR MAXLEN can't be negative";
/// LPOS' rank that names no match.
pub const RANK_IS_ZERO: &str = "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list";
/// An index no element has.
pub const INDEX_OUT_OF_RANGE: &str = "ERR index out of range";
/// Not a 32-bit integer where one is wanted.
pub const NOT_IN_32_BITS: &str =
    "ERR value is out of range, value must between -2147483648 and 2147483647";
/// EXPIRE's NX with another option.
pub const EXPIRE_NX_AND_OTHERS: &str =
    "ERR NX and XX, GT or LT options at the same time are not compatible";
/// EXPIRE's GT with LT.
pub const EXPIRE_GT_AND_LT: &str = "ERR GT and LT options at the same time are not compatible";
/// OBJECT IDLETIME while an LFU policy is in force.
pub const IDLE_TIME_NOT_TRACKED: &str = "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.";
/// OBJECT FREQ while none is.
pub const FREQUENCY_NOT_TRACKED: &str = "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.";
/// A connection too many.
pub const TOO_MANY_CLIENTS: &str = "ERR max number of clients reached";
/// A connection from elsewhere while there is no password.
pub const PROTECTED: &str = "DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. Set one with requirepass, connect from this machine, or turn protected-mode off.";
/// DEBUG is closed.
pub const DEBUG_CLOSED: &str = "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.";

/// ZADD's XX with NX.
pub const ZADD_XX_AND_NX: &str = "ERR XX and NX options at the same time are not compatible";
/// ZADD's GT with LT, or either with NX.
pub const ZADD_GT_LT_NX: &str = "ERR GT, LT, and/or NX options at the same time are not compatible";
/// ZADD's INCR with several pairs.
pub const ZADD_INCR_PAIRS: &str = "ERR INCR option supports a single increment-element pair";
/// A score that is none.
pub const SCORE_NOT_A_NUMBER: &str = "ERR resulting score is not a number (NaN)";
/// A range of scores that is none.
pub const RANGE_NOT_A_FLOAT: &str = "ERR min or max is not a float";
/// A range of members that is none.
pub const RANGE_NOT_A_STRING: &str = "ERR min or max not valid string range item";
/// ZRANGE's LIMIT by rank.
pub const ZRANGE_LIMIT: &str =
    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX";
/// ZRANGE's WITHSCORES by member.
pub const ZRANGE_LEX_SCORES: &str =
    "ERR syntax error, WITHSCORES not supported in combination with BYLEX";
/// SORT by what is no number.
pub const SORT_BY_NO_NUMBER: &str = "ERR One or more scores can't be converted into double";
/// A weight that is none.
pub const WEIGHT_NOT_A_FLOAT: &str = "ERR weight value is not a float";

/// What an error repeats of a client's words at most.
const QUOTED_MAX_BYTES: usize = 128;

/// What an error repeats of an argument: at most `limit` bytes, and nothing from a NUL on, as Redis writes C strings.
fn quoted(argument: &[u8], limit: usize) -> &[u8] {
    let shown = &argument[..argument.len().min(limit)];
    let end = shown.iter().position(|&byte| byte == 0);
    &shown[..end.unwrap_or(shown.len())]
}

/// An unknown command, with the first of its arguments, as Redis words it.
pub fn unknown_command(name: &[u8], args: &[&[u8]]) -> Vec<u8> {
    let mut text = b"ERR unknown command '".to_vec();
    text.extend_from_slice(quoted(name, QUOTED_MAX_BYTES));
    text.extend_from_slice(b"', with args beginning with: ");
    let start = text.len();
    for arg in args {
        if text.len() - start >= QUOTED_MAX_BYTES {
            break;
        }
        let room = QUOTED_MAX_BYTES - (text.len() - start);
        text.push(b'\'');
        text.extend_from_slice(quoted(arg, room));
        text.extend_from_slice(b"' ");
    }
    text
}

/// An unknown subcommand.
pub fn unknown_subcommand(container: &str, subcommand: &[u8]) -> Vec<u8> {
    let mut text = b"ERR unknown subcommand '".to_vec();
    text.extend_from_slice(quoted(subcommand, QUOTED_MAX_BYTES));
    text.extend_from_slice(format!("'. Try {} HELP.", container.to_uppercase()).as_bytes());
    text
}

/// Too many or too few arguments. `full_name` is in lower case, subcommands as `config|get`.
pub fn wrong_arity(full_name: &str) -> String {
    format!("ERR wrong number of arguments for '{full_name}' command")
}

/// No keys given to the command of that name.
pub fn no_input_keys(full_name: &str) -> String {
    format!("ERR at least 1 input key is needed for '{full_name}' command")
}

/// EXEC that is refused itself, with the reason's text.
pub fn transaction_discarded(reason: &[u8]) -> Vec<u8> {
    let reason = reason.strip_prefix(b"ERR ").unwrap_or(reason);
    [b"EXECABORT Transaction discarded because of: ", reason].concat()
}

/// A deadline that cannot be, given to the command of that name.
pub fn invalid_expire_time(full_name: &str) -> String {
    format!("ERR invalid expire time in '{full_name}' command")
}

/// An option that EXPIRE and its kin do not know.
pub fn unsupported_option(option: &[u8]) -> Vec<u8> {
    [b"ERR Unsupported option ", quoted(option, option.len())].concat()
}

/// A node id that nobody has.
pub fn no_such_node(id: i64) -> String {
    format!("ERR node {id} does not exist; NUMA TOPOLOGY lists those there are")
}

/// A move to a node without room.
pub fn node_is_full(id: u32) -> String {
    format!("OOM node {id} has no memory left for this key; it stays where it is")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_argument_ends_at_a_nul_and_at_the_limit() {
        assert_eq!(unsupported_option(b"a\0b"), b"ERR Unsupported option a");
        let long = [b'x'; 300];
        let subcommand = unknown_subcommand("config", &long);
        assert_eq!(subcommand.iter().filter(|&&byte| byte == b'x').count(), 128);
        let command = unknown_command(b"no\0pe", &[b"", b"a\0", &long, b"never"]);
        assert!(
            command.starts_with(b"ERR unknown command 'no', with args beginning with: '' 'a' 'xxx")
        );
        assert!(!command.windows(5).any(|part| part == b"never"));
    }
}
