//! Glob patterns as KEYS, SCAN, PSUBSCRIBE, CONFIG GET and COMMAND LIST take them.
//!
//! `*` stands for any run of bytes, `?` for one byte, `[abc]`, `[a-z]` and `[^a]` for one byte of a
//! class, and a backslash takes the next byte's meaning away. A leaf: it knows bytes and nothing else.
//!
//! Invariant: a match takes at most `pattern.len() * text.len()` steps and no stack, whatever the
//! pattern. Every element but `*` takes exactly one byte, so only the latest `*` ever needs to take more:
//! one place to go back to is enough, where a recursive matcher would branch at each star.

/// One element of a pattern against one byte: whether it matches, and the pattern behind it.
struct Step<'p> {
    matched: bool,
    rest: &'p [u8],
}

/// Whether all of `text` matches all of `pattern`. With `nocase`, ASCII letters match either case; a byte
/// escaped inside a class still matches only itself, as it does in Redis.
///
/// The empty text matches the empty pattern only, not even `*`: callers let a lone `*` through
/// unseen, as Redis does.
#[must_use]
pub fn matches(pattern: &[u8], text: &[u8], nocase: bool) -> bool {
    if text.is_empty() {
        return pattern.is_empty();
    }
    let (mut pattern, mut text) = (pattern, text);
    let mut retry: Option<(&[u8], &[u8])> = None;
    while let Some((&byte, text_rest)) = text.split_first() {
        if let Some(rest) = pattern.strip_prefix(b"*") {
            if rest.is_empty() {
                return true;
            }
            pattern = rest;
            retry = Some((rest, text));
            continue;
        }
        let step = one(pattern, byte, nocase);
        if step.matched {
            (pattern, text) = (step.rest, text_rest);
            continue;
        }
        // The latest star takes one byte more; without a star, or with no byte left, there is no match.
        let Some((behind_star, [_, from @ ..])) = retry else {
            return false;
        };
        (pattern, text) = (behind_star, from);
        retry = Some((behind_star, from));
    }
    pattern.iter().all(|&byte| byte == b'*')
}

/// Matches the first element of `pattern`, which is not a star, against `byte`.
fn one(pattern: &[u8], byte: u8, nocase: bool) -> Step<'_> {
    match pattern {
        [] => Step {
            matched: false,
            rest: pattern,
        },
        [b'?', rest @ ..] => Step {
            matched: true,
            rest,
        },
        [b'[', b'^', rest @ ..] => {
            let step = class(rest, byte, nocase);
            Step {
                matched: !step.matched,
                rest: step.rest,
            }
        }
        [b'[', rest @ ..] => class(rest, byte, nocase),
        [b'\\', literal, rest @ ..] | [literal, rest @ ..] => Step {
            matched: same(*literal, byte, nocase),
            rest,
        },
    }
}

/// Matches `byte` against a class whose opening was taken. A class without its end ends with the pattern.
fn class(mut pattern: &[u8], byte: u8, nocase: bool) -> Step<'_> {
    let mut matched = false;
    loop {
        pattern = match pattern {
            [] => {
                return Step {
                    matched,
                    rest: pattern,
                };
            }
            [b'\\', literal, rest @ ..] => {
                matched |= *literal == byte;
                rest
            }
            [b']', rest @ ..] => return Step { matched, rest },
            [low, b'-', high, rest @ ..] => {
                matched |= within(*low, *high, byte, nocase);
                rest
            }
            [literal, rest @ ..] => {
                matched |= same(*literal, byte, nocase);
                rest
            }
        };
    }
}

/// Whether `byte` lies between two ends, which may be given in either order.
fn within(one_end: u8, other_end: u8, byte: u8, nocase: bool) -> bool {
    let fold = |byte: u8| {
        if nocase {
            byte.to_ascii_lowercase()
        } else {
            byte
        }
    };
    let (low, high) = (one_end.min(other_end), one_end.max(other_end));
    (fold(low)..=fold(high)).contains(&fold(byte))
}

fn same(literal: u8, byte: u8, nocase: bool) -> bool {
    literal == byte || (nocase && literal.eq_ignore_ascii_case(&byte))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[track_caller]
    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        for text in yes {
            assert!(
                matches(pattern.as_bytes(), text.as_bytes(), false),
                "{pattern} must match {text}"
            );
        }
        for text in no {
            assert!(
                !matches(pattern.as_bytes(), text.as_bytes(), false),
                "{pattern} matches {text}"
            );
        }
    }

    #[test]
    fn stars_take_any_run() {
        check("*", &["a", "abc"], &[""]);
        check("a*", &["a", "abc"], &["", "ba"]);
        check("*a*b", &["ab", "xaxaxb", "aab"], &["a", "ba", "abx"]);
        check("a**b", &["ab", "axb"], &["a"]);
    }

    #[test]
    fn classes_hold_ranges_escapes_and_negation() {
        check("[a-c]x", &["ax", "cx"], &["dx", "x", "ax1"]);
        check("[c-a]", &["b"], &["d"]);
        check("[^a-c]", &["d"], &["a", ""]);
        check("[\\]a]", &["]", "a"], &["\\"]);
        check("[]", &[], &["]", "a"]);
        check("[^]", &["a", "]"], &[""]);
        check("[ab", &["a", "b"], &["c", "["]);
        check("[a-]", &["a", "^"], &["-"]);
    }

    #[test]
    fn a_backslash_takes_the_meaning_away() {
        check("\\*", &["*"], &["a", "\\*"]);
        check("a\\", &["a\\"], &["a"]);
        check("\\[a]", &["[a]"], &["a"]);
    }

    #[test]
    fn case_is_ignored_on_request() {
        assert!(matches(b"AbC[X-Z]", b"aBcy", true));
        assert!(!matches(b"AbC", b"abc", false));
    }

    #[test]
    fn many_stars_end_quickly() {
        let pattern = "a*".repeat(60) + "b";
        assert!(!matches(
            pattern.as_bytes(),
            "a".repeat(20_000).as_bytes(),
            false
        ));
    }
}
