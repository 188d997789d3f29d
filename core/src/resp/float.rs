//! Doubles as Redis reads them: C's `strtod`, hexadecimal floats and infinities included.
//!
//! Knows two readers. Values ([`parse_f64`]) must be one number and nothing else, within a double's
//! range; bounds of score ranges ([`parse_f64_bound`]) forgive blanks before it and clamp it. Also
//! home to the rounding both float formats share. Invariant: every result is the nearest value the
//! format has, ties to even.

/// Exponents beyond this overflow or vanish in every format; digits are not counted further.
const EXPONENT_LIMIT: i64 = 1 << 40;

/// Reads a score or an increment. `None` for anything before or after the number, for not-a-number,
/// and for what is too large or, not being zero, too small for a double.
#[must_use]
pub fn parse_f64(text: &[u8]) -> Option<f64> {
    strtod(text)
        .filter(|read| !read.out_of_range)
        .map(|read| read.value)
}

/// Reads one end of a score range (without its `(`). Blanks may come first, a NUL ends the text, no
/// text is 0, and what is out of range becomes infinite or 0.
#[must_use]
pub fn parse_f64_bound(text: &[u8]) -> Option<f64> {
    let end = text
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(text.len());
    let text = &text[..end];
    let blanks = text
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r'))
        .count();
    if text.is_empty() {
        Some(0.0)
    } else {
        strtod(&text[blanks..]).map(|read| read.value)
    }
}

struct Read {
    value: f64,
    /// It is infinite or zero and the text was not.
    out_of_range: bool,
}

/// Reads the whole of `text`; `None` for not-a-number too.
fn strtod(text: &[u8]) -> Option<Read> {
    let (negative, unsigned) = split_sign(text);
    if let Some(exact) = parse_hexadecimal(unsigned) {
        let value = exact?.to_f64();
        let out_of_range = value.is_infinite() || (value == 0.0 && exact?.mantissa != 0);
        return Some(Read {
            value: if negative { -value } else { value },
            out_of_range,
        });
    }
    let value = std::str::from_utf8(text)
        .ok()?
        .parse::<f64>()
        .ok()
        .filter(|value| !value.is_nan())?;
    let nonzero = || {
        unsigned
            .iter()
            .take_while(|byte| **byte | 0x20 != b'e')
            .any(|byte| matches!(byte, b'1'..=b'9'))
    };
    let digits = unsigned
        .first()
        .is_some_and(|byte| !byte.is_ascii_alphabetic());
    let out_of_range = digits && (value.is_infinite() || (value == 0.0 && nonzero()));
    Some(Read {
        value,
        out_of_range,
    })
}

/// Takes one `+` or `-` off; `true` for `-`.
pub(super) fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', unsigned @ ..] => (true, unsigned),
        [b'+', unsigned @ ..] => (false, unsigned),
        unsigned => (false, unsigned),
    }
}

/// A value before it is rounded: `mantissa × 2^exponent`. The lowest bit also stands for everything
/// below it that was lost, which the rounding can bear when 66 bits or more are left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact {
    /// Below 2¹²⁷.
    pub(super) mantissa: u128,
    pub(super) exponent: i64,
}

/// A float format: values are `mantissa × 2^exponent` with `mantissa < 2^bits`.
pub(super) struct Format {
    pub(super) bits: u32,
    pub(super) exponent_min: i64,
    pub(super) exponent_max: i64,
}

const DOUBLE: Format = Format {
    bits: 53,
    exponent_min: -1074,
    exponent_max: 971,
};

impl Exact {
    /// The nearest mantissa and exponent of `format`, the highest mantissa bit set unless the
    /// exponent is the lowest; `None` beyond its range.
    pub(super) fn round(self, format: &Format) -> Option<(u64, i64)> {
        if self.mantissa == 0 {
            return Some((0, format.exponent_min));
        }
        let width = i64::from(128 - self.mantissa.leading_zeros());
        let shift = (width - i64::from(format.bits)).max(format.exponent_min - self.exponent);
        let mut exponent = self.exponent + shift;
        let mut mantissa = match shift {
            ..=0 => self.mantissa << -shift,
            _ => shift_right_rounded(self.mantissa, shift as u64),
        };
        if mantissa >> format.bits != 0 {
            (mantissa, exponent) = (mantissa >> 1, exponent + 1);
        }
        (exponent <= format.exponent_max).then_some((mantissa as u64, exponent))
    }

    fn to_f64(self) -> f64 {
        // A mantissa of 53 bits carries its highest into the exponent's field: there is no other
        // difference between normal and subnormal doubles.
        match self.round(&DOUBLE) {
            Some((mantissa, exponent)) => {
                f64::from_bits((((exponent + 1074) as u64) << 52) + mantissa)
            }
            None => f64::INFINITY,
        }
    }
}

/// `value / 2^shift`, ties to even.
pub(super) fn shift_right_rounded(value: u128, shift: u64) -> u128 {
    match shift {
        0 => value,
        1..=127 => {
            let (quotient, rest, half) =
                (value >> shift, value & ((1 << shift) - 1), 1 << (shift - 1));
            quotient + u128::from(rest > half || (rest == half && quotient & 1 == 1))
        }
        _ => 0,
    }
}

/// Reads `0x…` as C does: digits with or without a point, then maybe `p` and a power of two. `None`
/// when it begins otherwise, `Some(None)` when it goes on wrong.
pub(super) fn parse_hexadecimal(unsigned: &[u8]) -> Option<Option<Exact>> {
    let [b'0', b'x' | b'X', digits @ ..] = unsigned else {
        return None;
    };
    Some(hexadecimal_digits(digits))
}

fn hexadecimal_digits(text: &[u8]) -> Option<Exact> {
    let end = text
        .iter()
        .position(|byte| *byte | 0x20 == b'p')
        .unwrap_or(text.len());
    let power = if end < text.len() {
        parse_exponent(&text[end + 1..])?
    } else {
        0
    };
    let (mut mantissa, mut exponent, mut count, mut fraction) = (0_u128, 0_i64, 0_usize, false);
    for byte in &text[..end] {
        if *byte == b'.' && !fraction {
            fraction = true;
            continue;
        }
        let digit = u128::from((*byte as char).to_digit(16)?);
        count += 1;
        if mantissa >> 120 == 0 {
            mantissa = mantissa << 4 | digit;
            exponent -= if fraction { 4 } else { 0 };
        } else {
            mantissa |= u128::from(digit != 0);
            exponent += if fraction { 0 } else { 4 };
        }
    }
    (count > 0).then_some(Exact {
        mantissa,
        exponent: exponent + power,
    })
}

/// Reads the digits after `e` or `p`, clamped far outside every format.
pub(super) fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = split_sign(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0, |value, digit| {
        (value * 10 + i64::from(digit - b'0')).min(EXPONENT_LIMIT)
    });
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each text and what `ZADD` and `ZSCORE` of redis-server 7.0.15 made of it.
    const READ: &[(&str, f64)] = &[
        ("inf", f64::INFINITY),
        ("-inf", f64::NEG_INFINITY),
        ("+inf", f64::INFINITY),
        ("INF", f64::INFINITY),
        ("Infinity", f64::INFINITY),
        ("+1", 1.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1E5", 1e5),
        ("000001", 1.0),
        ("5e-324", 5e-324),
        ("1e-310", 1e-310),
        ("0e999999", 0.0),
        ("0x1p3", 8.0),
        ("0x1.8", 1.5),
        ("0X1F", 31.0),
        ("0x.8p1", 1.0),
        ("-0xAp-1", -5.0),
        ("0x1p-1074", 5e-324),
        ("0x1.8p-1075", 5e-324),
        ("0x0p-9999999999999", 0.0),
        ("0x1.fffffffffffff7p0", 2.0 - f64::EPSILON),
        ("0x1.fffffffffffff8p0", 2.0),
        ("0x10000000000000000000000000000000000001p-148", 1.0),
        ("0x1.fffffffffffffp1023", f64::MAX),
    ];

    #[test]
    fn scores_are_read_as_redis_reads_them() {
        let read = READ;
        for (text, want) in read {
            assert_eq!(parse_f64(text.as_bytes()), Some(*want), "{text:?}");
        }
        let refused = [
            "nan",
            "-nan",
            "nan(1)",
            "infinit",
            "i",
            "",
            ".",
            "-",
            "1e",
            "1e+",
            "1_0",
            "1\0",
            "1d5",
            "1f",
            "++1",
            "1,5",
            "0b1",
            " 1",
            "1 ",
            "\t1",
            "0x",
            "0x.",
            "0x1p",
            "0x1.g",
            "0x-1",
            "0x1p1.5",
            "0x1..8",
            "1e400",
            "-1e400",
            "1e-400",
            "2e-324",
            "0x1p+2000",
            "0x1p-2000",
            "0x1p-1075",
            "1e99999999999999999999",
            "1e-99999999999999999999",
        ];
        for text in refused {
            assert_eq!(parse_f64(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(parse_f64(b"1\xff"), None);
        assert!(parse_f64(b"-0").is_some_and(|zero| zero == 0.0 && zero.is_sign_negative()));
    }

    /// The same for the bounds of `ZCOUNT`.
    #[test]
    fn bounds_are_read_more_kindly() {
        let read = [
            ("", 0.0),
            (" 1", 1.0),
            ("\t1", 1.0),
            ("1\0x", 1.0),
            ("1e400", f64::INFINITY),
            ("1e-400", 0.0),
            ("-0x1p9999", f64::NEG_INFINITY),
        ];
        for (text, want) in read {
            assert_eq!(parse_f64_bound(text.as_bytes()), Some(want), "{text:?}");
        }
        for text in ["nan", "1 ", " ", "x", "(1"] {
            assert_eq!(parse_f64_bound(text.as_bytes()), None, "{text:?}");
        }
    }
}
