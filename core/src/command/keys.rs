//! Which arguments of a request are keys, and what happens to each.
//!
//! Reads a command's key specifications against its arguments; used for locks, ACL rights, hash slots and
//! COMMAND GETKEYS alike, so that they never disagree. Knows no keyspace. Invariant: every index it yields
//! lies within the arguments and behind the command's name; nothing is allocated. Keys that come out of
//! patterns are not among them: such a request is told by [`locks_of`].

use super::spec::{Begin, CommandSpec, Find, KeyFlags, KeyOption, KeySpec, Locks};

/// The arguments of a request, the command's name first.
pub trait Words {
    /// How many there are.
    fn count(&self) -> usize;
    /// The one at `index`, which is below `count`.
    fn word(&self, index: usize) -> &[u8];
}

impl Words for [&[u8]] {
    fn count(&self) -> usize {
        self.len()
    }

    fn word(&self, index: usize) -> &[u8] {
        self[index]
    }
}

/// A key among the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyAt {
    /// Which argument.
    pub index: usize,
    /// What happens to it.
    pub flags: KeyFlags,
}

/// The arguments contradict the specification: a count of keys is no number, is below 0, or is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadKeys;

/// The keys of a request, in the order of the command's specifications. Arguments that should hold a key
/// but are not there are passed over: the handler reports them.
///
/// # Errors
///
/// [`BadKeys`] when one specification cannot be followed; then no key of the request is known.
pub fn keys_of<'a, W: Words + ?Sized>(
    command: &'static CommandSpec,
    words: &'a W,
) -> Result<Keys<'a, W>, BadKeys> {
    for spec in command.keys {
        if !matches!(
            (spec.begin, spec.find),
            (Begin::Index(_), Find::Range { .. })
        ) {
            places(spec, words)?;
        }
    }
    Ok(Keys {
        specs: command.keys,
        words,
        now: Places::EMPTY,
        flags: KeyFlags::NONE,
    })
}

/// What the request has to hold: the world alone where keys come out of a pattern that is filled in with what the command
/// finds, else what its command says.
#[inline]
pub fn locks_of<W: Words + ?Sized>(command: &'static CommandSpec, words: &W) -> Locks {
    let finds_more = |spec: &KeySpec| {
        let Find::Option(option) = spec.find else {
            return false;
        };
        let mut values = values_of(option, words);
        option.is_pattern && values.any(|index| words.word(index).contains(&b'*'))
    };
    match command.locks {
        Locks::Keys if command.lone_key().is_none() && command.keys.iter().any(finds_more) => {
            Locks::World
        }
        locks => locks,
    }
}

/// The arguments that are values of an option.
fn values_of<W: Words + ?Sized>(option: KeyOption, words: &W) -> impl Iterator<Item = usize> {
    let mut index = usize::from(option.from);
    core::iter::from_fn(move || {
        while index < words.count() {
            let word = words.word(index);
            let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
            let values = option.options.iter().find(|(name, _)| is(name));
            let value = index + 1;
            index = value + values.map_or(0, |&(_, count)| usize::from(count));
            if option.words.iter().any(|name| is(name)) && value < words.count() {
                return Some(value);
            }
        }
        None
    })
}

/// Iterator over a request's keys; see [`keys_of`].
#[derive(Debug)]
pub struct Keys<'a, W: Words + ?Sized> {
    specs: &'static [KeySpec],
    words: &'a W,
    now: Places,
    flags: KeyFlags,
}

impl<W: Words + ?Sized> Clone for Keys<'_, W> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<W: Words + ?Sized> Iterator for Keys<'_, W> {
    type Item = KeyAt;

    #[inline]
    fn next(&mut self) -> Option<KeyAt> {
        while self.now.next >= self.now.end {
            let (spec, rest) = self.specs.split_first()?;
            self.specs = rest;
            self.now = places(spec, self.words).unwrap_or(Places::EMPTY);
            self.flags = flags_in(spec, self.words);
        }
        let index = self.now.next;
        self.now.next += self.now.step;
        Some(KeyAt {
            index,
            flags: self.flags,
        })
    }
}

/// Every `step`-th argument from `next` until before `end`.
#[derive(Clone, Copy, Debug)]
struct Places {
    next: usize,
    end: usize,
    step: usize,
}

impl Places {
    const EMPTY: Self = Self {
        next: 0,
        end: 0,
        step: 1,
    };
}

/// Where one specification finds keys.
#[inline]
fn places<W: Words + ?Sized>(spec: &KeySpec, words: &W) -> Result<Places, BadKeys> {
    if let Find::Option(option) = spec.find {
        return Ok(option_place(option, words));
    }
    let Some(begin) = begin_of(spec.begin, words) else {
        return Ok(Places::EMPTY);
    };
    let count = words.count();
    match spec.find {
        Find::Range { last, step, limit } => {
            let end = range_end(begin, count, last, limit);
            Ok(Places {
                next: begin,
                end: end.min(count),
                step: step.into(),
            })
        }
        Find::KeyNum {
            number,
            first,
            step,
        } => {
            let at = begin + usize::from(number);
            let keys = if at < count {
                small_count(words.word(at))
            } else {
                None
            };
            let (next, step) = (begin + usize::from(first), usize::from(step));
            let end = keys
                .ok_or(BadKeys)?
                .saturating_mul(step)
                .saturating_add(next);
            Ok(Places {
                next,
                end: end.min(count),
                step,
            })
        }
        Find::Option(_) | Find::Unknown => Ok(Places::EMPTY),
    }
}

/// The key an option names: the last one counts. A pattern names none by itself.
fn option_place<W: Words + ?Sized>(option: KeyOption, words: &W) -> Places {
    let last = values_of(option, words).last();
    last.filter(|_| !option.is_pattern)
        .map_or(Places::EMPTY, |next| Places {
            next,
            end: next + 1,
            step: 1,
        })
}

/// The argument at which the search begins, if there is one.
#[inline]
fn begin_of<W: Words + ?Sized>(begin: Begin, words: &W) -> Option<usize> {
    let count = words.count();
    let is = |index: &usize, word: &str| words.word(*index).eq_ignore_ascii_case(word.as_bytes());
    match begin {
        Begin::Index(index) => Some(usize::from(index)),
        Begin::Keyword { word, start } if start >= 0 => {
            let found = (start as usize..count).find(|index| is(index, word))?;
            Some(found + 1)
        }
        Begin::Keyword { word, start } => {
            let from = count.checked_sub(usize::from(start.unsigned_abs()))?;
            let found = (1..=from).rev().find(|index| is(index, word))?;
            Some(found + 1)
        }
        Begin::Unknown => None,
    }
}

/// The argument behind the last that a range may take.
#[inline]
fn range_end(begin: usize, count: usize, last: i16, limit: u16) -> usize {
    if last >= 0 {
        return begin + last as usize + 1;
    }
    let behind = usize::from(last.unsigned_abs()) - 1;
    let end = if limit < 2 {
        count
    } else {
        begin + count.saturating_sub(begin) / usize::from(limit)
    };
    end.saturating_sub(behind)
}

/// A count of keys: decimal digits alone, at most nine of them.
fn small_count(text: &[u8]) -> Option<usize> {
    if text.is_empty() || text.len() > 9 || (text.len() > 1 && text[0] == b'0') {
        return None;
    }
    text.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + usize::from(byte - b'0'))
    })
}

/// The flags that hold for this request.
#[inline]
fn flags_in<W: Words + ?Sized>(spec: &KeySpec, words: &W) -> KeyFlags {
    let Some(otherwise) = spec.otherwise else {
        return spec.flags;
    };
    let mut rest = usize::from(otherwise.from)..words.count();
    let is_there = rest.any(|index| {
        let word = words.word(index);
        otherwise
            .without
            .iter()
            .any(|token| word.eq_ignore_ascii_case(token.as_bytes()))
    });
    if is_there {
        KeyFlags(spec.flags.0 & !KeyFlags::VARIABLE_FLAGS.0)
    } else {
        otherwise.flags
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::lookup;

    /// A command of its own with these specifications.
    const fn with_keys(keys: &'static [KeySpec]) -> CommandSpec {
        CommandSpec {
            keys,
            ..CommandSpec::BLANK
        }
    }

    fn found(command: &'static CommandSpec, text: &str) -> Result<Vec<usize>, BadKeys> {
        let words: Vec<&[u8]> = text.split(' ').map(str::as_bytes).collect();
        keys_of(command, words.as_slice()).map(|keys| keys.map(|key| key.index).collect())
    }

    fn named(text: &str) -> Result<Vec<usize>, BadKeys> {
        let name = text.split(' ').next().unwrap();
        found(lookup::command(name.as_bytes()).unwrap(), text)
    }

    const RANGE: KeySpec = KeySpec {
        begin: Begin::Index(1),
        find: Find::Range {
            last: 0,
            step: 1,
            limit: 0,
        },
        flags: KeyFlags::RO,
        notes: "",
        otherwise: None,
    };

    #[test]
    fn ranges_count_from_either_end() {
        assert_eq!(named("GET a"), Ok(vec![1]));
        assert_eq!(named("DEL a b c"), Ok(vec![1, 2, 3]));
        assert_eq!(named("MSET a 1 b 2"), Ok(vec![1, 3]));
        assert_eq!(named("MSET a 1 b"), Ok(vec![1, 3]));
        assert_eq!(named("COPY a b DB 1"), Ok(vec![1, 2]));
        assert_eq!(
            named("COPY a"),
            Ok(vec![1]),
            "a key that is not there is passed over"
        );
        assert_eq!(named("PING"), Ok(vec![]));
    }

    #[test]
    fn a_lone_key_is_the_one_that_is_found() {
        for spec in lookup::all() {
            let words = vec![b"1".as_slice(); spec.arity.unsigned_abs() as usize];
            let keys: Vec<usize> = keys_of(spec, words.as_slice())
                .unwrap()
                .map(|key| key.index)
                .collect();
            if let Some(lone) = spec.lone_key() {
                assert_eq!(keys, [lone], "{}", spec.full_name);
            }
        }
    }

    #[test]
    fn a_limit_takes_a_part_of_the_arguments_behind_a_keyword() {
        let streams = const {
            &with_keys(&[KeySpec {
                begin: Begin::Keyword {
                    word: "STREAMS",
                    start: 1,
                },
                find: Find::Range {
                    last: -1,
                    step: 1,
                    limit: 2,
                },
                ..RANGE
            }])
        };
        assert_eq!(
            found(streams, "XREAD COUNT 1 streams a b 0 0"),
            Ok(vec![4, 5])
        );
        assert_eq!(found(streams, "XREAD COUNT 1"), Ok(vec![]));
    }

    #[test]
    fn a_keyword_is_looked_for_backwards_too() {
        let migrate = const {
            &with_keys(&[KeySpec {
                begin: Begin::Keyword {
                    word: "KEYS",
                    start: -2,
                },
                find: Find::Range {
                    last: -1,
                    step: 1,
                    limit: 0,
                },
                ..RANGE
            }])
        };
        assert_eq!(found(migrate, "MIGRATE h p  0 9 KEYS a b"), Ok(vec![7, 8]));
    }

    #[test]
    fn a_count_of_keys_must_be_a_number() {
        let eval = const {
            &with_keys(&[KeySpec {
                begin: Begin::Index(2),
                find: Find::KeyNum {
                    number: 0,
                    first: 1,
                    step: 1,
                },
                ..RANGE
            }])
        };
        assert_eq!(found(eval, "EVAL s 2 a b c"), Ok(vec![3, 4]));
        assert_eq!(found(eval, "EVAL s 0"), Ok(vec![]));
        assert_eq!(found(eval, "EVAL s 9 a"), Ok(vec![3]));
        for bad in [
            "EVAL s",
            "EVAL s -1 a",
            "EVAL s x a",
            "EVAL s 99999999999 a",
            "EVAL s 01 a",
        ] {
            assert_eq!(found(eval, bad), Err(BadKeys), "{bad}");
        }
    }

    #[test]
    fn an_option_names_a_key_wherever_it_stands() {
        for (text, keys) in [
            ("SORT s", vec![1]),
            ("SORT s STORE d", vec![1, 3]),
            ("SORT s STORE", vec![1]),
            ("SORT s BY store x STORE d", vec![1, 6]),
            ("SORT s STORE d BY w_* store e", vec![1, 7]),
            ("SORT s LIMIT store 1 STORE d", vec![1, 6]),
            ("SORT s STORE get ASC", vec![1, 3]),
            ("SORT_RO s STORE d", vec![1]),
        ] {
            assert_eq!(named(text), Ok(keys), "{text}");
        }
    }

    #[test]
    fn keys_out_of_patterns_take_the_world() {
        for (text, locks) in [
            ("SORT s", Locks::Keys),
            ("SORT s* BY nosort GET # STORE *", Locks::Keys),
            ("SORT s BY w_*", Locks::World),
            ("SORT_RO s get # GET o_*->f", Locks::World),
            ("SORT s STORE get GET x*", Locks::World),
            ("SORT s BY", Locks::Keys),
            ("DEL *", Locks::Keys),
            ("FLUSHALL", Locks::World),
            ("PING *", Locks::None),
        ] {
            let words: Vec<&[u8]> = text.split(' ').map(str::as_bytes).collect();
            let spec = lookup::command(words[0]).unwrap();
            assert_eq!(locks_of(spec, words.as_slice()), locks, "{text}");
        }
    }

    #[test]
    fn an_option_changes_what_set_does_with_its_key() {
        let set = lookup::command(b"set").unwrap();
        let flags = |words: &[&[u8]]| keys_of(set, words).unwrap().next().unwrap().flags;
        let plain = KeyFlags::OW.with(KeyFlags::UPDATE);
        assert_eq!(
            flags(&[b"SET", b"k", b"GET"]),
            plain,
            "the value may read GET"
        );
        let with_get = KeyFlags::RW.with(KeyFlags::ACCESS).with(KeyFlags::UPDATE);
        assert_eq!(flags(&[b"SET", b"k", b"v", b"NX", b"get"]), with_get);
    }
}
