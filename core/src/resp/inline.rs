//! Inline requests: a line a person typed, split into arguments by Redis' quoting rules.
//!
//! Knows no protocol beyond one line: the caller found its end and took `\n` or `\r\n` off. Quotes
//! and escapes are undone, so the arguments cannot be borrowed from the line; they are written one
//! after the other into a scratch buffer. Invariant: the spans lie in the scratch in order, without
//! gaps, and cover it: `Σ span.len == scratch.len()`.
//!
//! The rules, as `redis-server` 7.0.15 answers them:
//!
//! - blanks separate; a backslash outside quotes is an ordinary byte;
//! - `"…"` knows `\n \r \t \b \a`, `\xHH`, and `\` before any other byte means that byte;
//! - `'…'` knows only `\'`;
//! - a quote may open inside a word (`a"b c"` is `ab c`), but a blank or the end must follow where
//!   it closes.

use super::parse::Span;

/// A quote was left open, or something stuck to a closing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbalanced;

/// Splits `line` into unquoted arguments: their bytes are appended to `scratch`, their places in it
/// to `args`.
///
/// A line of blanks gives no arguments; `""` gives one of no bytes. On an error both vectors hold
/// what was read so far.
///
/// # Errors
///
/// [`Unbalanced`] when a quote is not closed or not followed by a blank.
pub fn split(line: &[u8], scratch: &mut Vec<u8>, args: &mut Vec<Span>) -> Result<(), Unbalanced> {
    let mut rest = skip_blanks(line);
    while !rest.is_empty() {
        let start = scratch.len();
        rest = skip_blanks(word(rest, scratch)?);
        args.push(Span::new(start, scratch.len() - start));
    }
    Ok(())
}

/// What C's `isspace` says in the "C" locale.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn skip_blanks(line: &[u8]) -> &[u8] {
    let blanks = line.iter().take_while(|byte| is_blank(**byte)).count();
    &line[blanks..]
}

/// Reads one argument from the start of `line` and returns what follows it. Vertical tab and form
/// feed separate arguments but do not end a word, an oddity of Redis that is kept.
fn word<'a>(mut line: &'a [u8], scratch: &mut Vec<u8>) -> Result<&'a [u8], Unbalanced> {
    while let Some((&byte, rest)) = line.split_first() {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => break,
            b'"' => return closed(double_quoted(rest, scratch)?),
            b'\'' => return closed(single_quoted(rest, scratch)?),
            _ => scratch.push(byte),
        }
        line = rest;
    }
    Ok(line)
}

/// After a closing quote only a blank or the end may come.
fn closed(rest: &[u8]) -> Result<&[u8], Unbalanced> {
    match rest.first() {
        Some(byte) if !is_blank(*byte) => Err(Unbalanced),
        _ => Ok(rest),
    }
}

fn double_quoted<'a>(mut line: &'a [u8], scratch: &mut Vec<u8>) -> Result<&'a [u8], Unbalanced> {
    loop {
        match line {
            [b'"', rest @ ..] => return Ok(rest),
            [b'\\', b'x', high, low, rest @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                scratch.push(hex_digit(*high) << 4 | hex_digit(*low));
                line = rest;
            }
            [b'\\', escaped, rest @ ..] => {
                scratch.push(unescape(*escaped));
                line = rest;
            }
            [byte, rest @ ..] => {
                scratch.push(*byte);
                line = rest;
            }
            [] => return Err(Unbalanced),
        }
    }
}

fn single_quoted<'a>(mut line: &'a [u8], scratch: &mut Vec<u8>) -> Result<&'a [u8], Unbalanced> {
    loop {
        match line {
            [b'\'', rest @ ..] => return Ok(rest),
            [b'\\', b'\'', rest @ ..] => {
                scratch.push(b'\'');
                line = rest;
            }
            [byte, rest @ ..] => {
                scratch.push(*byte);
                line = rest;
            }
            [] => return Err(Unbalanced),
        }
    }
}

fn unescape(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'a' => 0x07,
        other => other,
    }
}

/// The value of an ASCII hexadecimal digit; the caller checked that it is one.
fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &[u8]) -> Result<Vec<Vec<u8>>, Unbalanced> {
        let (mut scratch, mut args) = (Vec::new(), Vec::new());
        split(line, &mut scratch, &mut args)?;
        Ok(args.iter().map(|span| span.of(&scratch).to_vec()).collect())
    }

    /// Each line and what redis-server 7.0.15 made of it.
    #[test]
    fn lines_split_as_redis_splits_them() {
        let cases: &[(&[u8], &[&[u8]])] = &[
            (b"", &[]),
            (b" \t\x0b\x0c ", &[]),
            (b"PING", &[b"PING"]),
            (b"  SET  k\tv ", &[b"SET", b"k", b"v"]),
            (b"ECHO \"\\x41\\n\\q\\x4\"", &[b"ECHO", b"A\nqx4"]),
            (b"ECHO \"\\r\\t\\b\\a\\\"\"", &[b"ECHO", b"\r\t\x08\x07\""]),
            (b"ECHO 'a\\'b\\n'", &[b"ECHO", b"a'b\\n"]),
            (b"ECHO ab\"c d\"", &[b"ECHO", b"abc d"]),
            (b"ECHO \"\" ''", &[b"ECHO", b"", b""]),
            (b"ECHO a\\", &[b"ECHO", b"a\\"]),
            (b"\x0bECHO \x0cb", &[b"ECHO", b"b"]),
            (b"ECHO a\x0bb", &[b"ECHO", b"a\x0bb"]),
            (b"ECHO \"a\"\x0b", &[b"ECHO", b"a"]),
            (b"PING\r", &[b"PING"]),
            (b"ECHO \x80\xff", &[b"ECHO", b"\x80\xff"]),
        ];
        for (line, want) in cases {
            assert_eq!(
                arguments(line).as_deref(),
                Ok(&want.iter().map(|arg| arg.to_vec()).collect::<Vec<_>>()[..])
            );
        }
    }

    #[test]
    fn open_or_glued_quotes_are_refused() {
        for line in [
            &b"ECHO \"ab"[..],
            b"ECHO \"ab\"c",
            b"ECHO 'a",
            b"ECHO \"\\",
            b"ECHO \"a\\\"",
            b"'a'b",
            b"\"a\"'b'",
        ] {
            assert_eq!(arguments(line), Err(Unbalanced), "{}", line.escape_ascii());
        }
    }
}
