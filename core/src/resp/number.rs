//! Numbers as Redis reads and writes them: 64-bit integers and doubles, text to value and back.
//!
//! Knows no protocol. Nothing is allocated: text is written into a stack buffer of the caller.
//! Invariant: what [`fmt_i64`] and [`fmt_f64`] write, [`parse_i64`] and [`parse_f64`] read back to
//! the same value.
//!
//! Integers are strict (one spelling for each value). Doubles follow C's `strtod` and `%.17g`, as
//! glibc has them, so that a score written by either server reads the same.

use std::io::Write;

/// The longest text of a 64-bit integer, in bytes: `-9223372036854775808`.
pub const I64_TEXT_BYTES: usize = 20;
/// The longest line of a kind and an integer, in bytes.
pub const LINE_TEXT_BYTES: usize = I64_TEXT_BYTES + 3;
/// The longest text of a double, in bytes: `-1.2345678901234567e-308`.
pub const F64_TEXT_BYTES: usize = 24;

/// Doubles beyond ±2⁵² are not written as integers.
const INTEGER_MAX: f64 = 4_503_599_627_370_496.0;

/// The two digits of every number below 100.
static PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut value = 0;
    while value < 100 {
        pairs[value] = [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8];
        value += 1;
    }
    pairs
};

/// Reads an integer the way Redis' commands and lengths do: the one canonical spelling, over the
/// full range.
///
/// `None` for no digits, a leading `+`, zero or blank, `-0`, and what does not fit.
#[inline]
#[must_use]
pub fn parse_i64(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 19 => {}
        _ => return None,
    }
    // 19 digits stay below 10¹⁹ < 2⁶⁴: the sum cannot wrap.
    let mut value = 0_u64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    if negative {
        0_i64.checked_sub_unsigned(value)
    } else {
        i64::try_from(value).ok()
    }
}

/// Writes `value` at the end of `text` and returns the part written.
#[inline]
pub fn fmt_i64(value: i64, text: &mut [u8; I64_TEXT_BYTES]) -> &[u8] {
    let mut start = fmt_digits(value.unsigned_abs(), text);
    if value < 0 {
        start -= 1;
        text[start] = b'-';
    }
    &text[start..]
}

/// Writes the line `kind`, `value`, `\r\n` at the end of `text` and returns the part written: what
/// announces nearly everything in RESP.
#[inline]
pub fn fmt_line(kind: u8, value: i64, text: &mut [u8; LINE_TEXT_BYTES]) -> &[u8] {
    let (body, [cr, lf]) = text.split_last_chunk_mut().expect("a line holds its end");
    (*cr, *lf) = (b'\r', b'\n');
    let mut start = fmt_digits(value.unsigned_abs(), body);
    if value < 0 {
        start -= 1;
        body[start] = b'-';
    }
    start -= 1;
    body[start] = kind;
    &text[start..]
}

/// Writes the digits at the end of `text`, which has room for them, and returns where they start.
#[inline]
fn fmt_digits(mut value: u64, text: &mut [u8]) -> usize {
    let mut start = text.len();
    while value >= 10 {
        start -= 2;
        text[start..start + 2].copy_from_slice(&PAIRS[(value % 100) as usize]);
        value /= 100;
    }
    if value > 0 || start == text.len() {
        start -= 1;
        text[start] = b'0' + value as u8;
    }
    start
}

/// Writes `value` as C's `%.17g` does, which is how Redis 7.0 shows scores and distances, and
/// returns the part written.
///
/// Infinities are `inf` and `-inf`, every not-a-number is `nan`.
pub fn fmt_f64(value: f64, text: &mut [u8; F64_TEXT_BYTES]) -> &[u8] {
    if !value.is_finite() {
        let word: &[u8] = if value.is_nan() {
            b"nan"
        } else if value > 0.0 {
            b"inf"
        } else {
            b"-inf"
        };
        return put(text, word);
    }
    if value.abs() <= INTEGER_MAX
        && value.fract() == 0.0
        && !(value == 0.0 && value.is_sign_negative())
    {
        let mut digits = [0; I64_TEXT_BYTES];
        return put(text, fmt_i64(value as i64, &mut digits));
    }
    // Scientific with 17 significant digits, exactly rounded: `-d.dddddddddddddddde-308`.
    let mut scientific = [0; F64_TEXT_BYTES];
    let mut rest = &mut scientific[..];
    let written = write!(rest, "{value:.16e}").map(|()| F64_TEXT_BYTES - rest.len());
    let len = written.expect("a double's 17 digits fit its buffer");
    general(&scientific[..len], text)
}

/// Copies `word` to the start of `text`.
fn put<'a>(text: &'a mut [u8; F64_TEXT_BYTES], word: &[u8]) -> &'a [u8] {
    text[..word.len()].copy_from_slice(word);
    &text[..word.len()]
}

/// Rewrites `d.dddde±x` the way `%g` shows it: plain for exponents from -4 to 16, without trailing
/// zeros, and with an exponent of at least two digits otherwise.
fn general<'a>(scientific: &[u8], text: &'a mut [u8; F64_TEXT_BYTES]) -> &'a [u8] {
    let (sign, unsigned) = scientific.split_at(usize::from(scientific[0] == b'-'));
    let split = unsigned
        .iter()
        .position(|byte| *byte == b'e')
        .unwrap_or(unsigned.len());
    let exponent = unsigned.get(split + 1..).and_then(parse_i64).unwrap_or(0);
    let mut digits = [b'0'; 17];
    digits[0] = unsigned[0];
    digits[1..split - 1].copy_from_slice(&unsigned[2..split]);
    let significant = 17
        - digits
            .iter()
            .rev()
            .take_while(|digit| **digit == b'0')
            .count();

    let mut out = Cursor { text, len: 0 };
    out.put(sign);
    if !(-4..17).contains(&exponent) {
        out.decimal(&digits[..1], &digits[1..significant.max(1)]);
        out.put(if exponent < 0 { b"e-" } else { b"e+" });
        let mut number = [0; I64_TEXT_BYTES];
        if exponent.abs() < 10 {
            out.put(b"0");
        }
        out.put(fmt_i64(exponent.abs(), &mut number));
    } else if exponent < 0 {
        out.put(&b"0.000"[..(1 - exponent) as usize]);
        out.put(&digits[..significant]);
    } else {
        let whole = exponent as usize + 1;
        out.decimal(
            &digits[..whole],
            digits.get(whole..significant).unwrap_or(&[]),
        );
    }
    let Cursor { text, len } = out;
    &text[..len]
}

/// Text being written from the front.
struct Cursor<'a> {
    text: &'a mut [u8; F64_TEXT_BYTES],
    len: usize,
}

impl Cursor<'_> {
    fn put(&mut self, bytes: &[u8]) {
        self.text[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// `whole.fraction`, without the point when there is no fraction.
    fn decimal(&mut self, whole: &[u8], fraction: &[u8]) {
        self.put(whole);
        if !fraction.is_empty() {
            self.put(b".");
            self.put(fraction);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(value: i64) -> String {
        String::from_utf8(fmt_i64(value, &mut [0; I64_TEXT_BYTES]).to_vec()).unwrap()
    }

    fn double(value: f64) -> String {
        String::from_utf8(fmt_f64(value, &mut [0; F64_TEXT_BYTES]).to_vec()).unwrap()
    }

    #[test]
    fn integers_have_one_spelling() {
        let edges = [
            0,
            1,
            9,
            10,
            99,
            100,
            12_345,
            i64::MAX,
            i64::MIN,
            i64::MIN + 1,
        ];
        for value in edges
            .into_iter()
            .chain((0..63).flat_map(|bit| [1_i64 << bit, -(1_i64 << bit), (1_i64 << bit) - 1]))
        {
            assert_eq!(integer(value), value.to_string());
            assert_eq!(parse_i64(value.to_string().as_bytes()), Some(value));
        }
        assert_eq!(
            fmt_line(b':', i64::MIN, &mut [0; LINE_TEXT_BYTES]),
            b":-9223372036854775808\r\n"
        );
        for text in [
            "",
            "-",
            "+1",
            "01",
            "-0",
            "-01",
            " 1",
            "1 ",
            "1a",
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999",
        ] {
            assert_eq!(parse_i64(text.as_bytes()), None, "{text:?}");
        }
    }

    /// Texts as C's `%.17g` gives them.
    #[test]
    fn doubles_read_as_c_prints_them() {
        for (value, want) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (3.0, "3"),
            (-17.5, "-17.5"),
            (0.1, "0.10000000000000001"),
            (1e15, "1000000000000000"),
            (4_503_599_627_370_497.0, "4503599627370497"),
            (1e16, "10000000000000000"),
            (12_345_678_901_234_568.0, "12345678901234568"),
            (1e17, "1e+17"),
            (1.234_567_890_123_456_7e17, "1.2345678901234566e+17"),
            (1e-4, "0.0001"),
            (-0.000_123_456_789_012_345_67, "-0.00012345678901234567"),
            (1e-5, "1.0000000000000001e-05"),
            (2.0_f64.powi(-25), "2.9802322387695312e-08"),
            (5e-324, "4.9406564584124654e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (-f64::MIN_POSITIVE, "-2.2250738585072014e-308"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(double(value), want);
        }
    }
}
