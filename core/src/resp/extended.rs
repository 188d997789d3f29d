//! `INCRBYFLOAT`'s arithmetic: the 80-bit floats of x86, which Redis computes with there.
//!
//! Rust has no such type and the texts must be Redis' own, digit for digit: so values are read,
//! added and rounded here with a 64-bit mantissa, and written exactly. Knows no key. Invariant: a
//! value is `±mantissa × 2^exponent`, its highest mantissa bit set unless the exponent is the
//! lowest there is.

use super::float::{
    Exact, Format, parse_exponent, parse_hexadecimal, shift_right_rounded, split_sign,
};
use super::natural::Natural;

const FORMAT: Format = Format {
    bits: 64,
    exponent_min: -16_445,
    exponent_max: 16_320,
};
/// Texts from this length on, in bytes, are no numbers to Redis.
const TEXT_MAX_BYTES: usize = 5 * 1024;
/// Decimal places written.
const PLACES: usize = 17;
const TEN_TO_PLACES: u128 = 10_u128.pow(PLACES as u32);
/// Decimal magnitudes beyond 10^±this are out of range whatever their digits.
const MAGNITUDE_MAX: i64 = 5000;

/// Why a float was not incremented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatError {
    /// The value or the increment is no number: `ERR value is not a valid float`.
    NotAFloat,
    /// The sum is infinite: `ERR increment would produce NaN or Infinity`.
    NanOrInfinity,
}

/// Adds `increment` to `current` and writes the sum: up to 17 decimal places, no trailing zeros.
///
/// # Errors
///
/// [`FloatError::NotAFloat`] when either is not a number by itself, [`FloatError::NanOrInfinity`]
/// when either is infinite or the sum is too large.
pub fn incr_by_float(current: &[u8], increment: &[u8]) -> Result<String, FloatError> {
    let current = Extended::parse(current).ok_or(FloatError::NotAFloat)?;
    let increment = Extended::parse(increment).ok_or(FloatError::NotAFloat)?;
    let sum = current
        .checked_add(increment)
        .ok_or(FloatError::NanOrInfinity)?;
    Ok(sum.to_text())
}

/// An 80-bit float that is not a not-a-number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extended {
    negative: bool,
    mantissa: u64,
    /// Above the format's highest for an infinity.
    exponent: i64,
}

impl Extended {
    /// Reads a number the way `strtold` does. `None` for anything before or after it, for
    /// not-a-number, for what is out of range and for texts of 5 KiB and more.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Extended> {
        if text.len() >= TEXT_MAX_BYTES {
            return None;
        }
        let (negative, unsigned) = split_sign(text);
        if unsigned.eq_ignore_ascii_case(b"inf") || unsigned.eq_ignore_ascii_case(b"infinity") {
            return Some(Extended {
                negative,
                mantissa: 1 << 63,
                exponent: FORMAT.exponent_max + 1,
            });
        }
        let exact = match parse_hexadecimal(unsigned) {
            Some(exact) => exact?,
            None => Decimal::scan(unsigned)?.exact()?,
        };
        let (mantissa, exponent) = exact.round(&FORMAT)?;
        let vanished = mantissa == 0 && exact.mantissa != 0;
        (!vanished).then_some(Extended {
            negative,
            mantissa,
            exponent,
        })
    }

    /// Whether it is an infinity.
    #[must_use]
    pub fn is_infinite(self) -> bool {
        self.exponent > FORMAT.exponent_max
    }

    /// The nearest value to the sum, ties to even; `None` when that, or a summand, is infinite.
    #[must_use]
    pub fn checked_add(self, other: Extended) -> Option<Extended> {
        if self.is_infinite() || other.is_infinite() {
            return None;
        }
        let (high, low) = if self.exponent >= other.exponent {
            (self, other)
        } else {
            (other, self)
        };
        // 62 bits below the higher one's mantissa are enough to round by: what is lower still only
        // matters as being there.
        let large = u128::from(high.mantissa) << 62;
        let small = match high.exponent - low.exponent {
            distance @ 0..=62 => u128::from(low.mantissa) << (62 - distance),
            distance => shift_right_jammed(u128::from(low.mantissa), distance as u64 - 62),
        };
        let (negative, mantissa) = match (high.negative == low.negative, large >= small) {
            (true, _) => (high.negative, large + small),
            (false, true) => (high.negative, large - small),
            (false, false) => (low.negative, small - large),
        };
        let (mantissa, exponent) = Exact {
            mantissa,
            exponent: high.exponent - 62,
        }
        .round(&FORMAT)?;
        Some(Extended {
            negative,
            mantissa,
            exponent,
        })
    }

    /// The value with up to 17 decimal places, rounded ties to even, without trailing zeros or a
    /// sign before zero. Infinities are `inf` and `-inf`.
    #[must_use]
    pub fn to_text(self) -> String {
        let (whole, places) = match self.exponent {
            exponent if exponent > FORMAT.exponent_max => ("inf".to_owned(), 0),
            exponent @ 0.. => {
                let mut natural = Natural::from(self.mantissa);
                natural.shift_left(exponent as usize);
                (natural.to_digits(), 0)
            }
            exponent => {
                let below = exponent.unsigned_abs();
                let whole = self.mantissa.checked_shr(below as u32).unwrap_or(0);
                let part = u128::from(self.mantissa) - (u128::from(whole) << below.min(64));
                let places = shift_right_rounded(part * TEN_TO_PLACES, below);
                let carry = u64::from(places == TEN_TO_PLACES);
                ((whole + carry).to_string(), places % TEN_TO_PLACES)
            }
        };
        let fraction = format!(".{places:0PLACES$}");
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        let sign = if self.negative && !(whole == "0" && fraction.is_empty()) {
            "-"
        } else {
            ""
        };
        format!("{sign}{whole}{fraction}")
    }
}

/// `value / 2^shift`, the lowest bit also standing for those shifted out.
fn shift_right_jammed(value: u128, shift: u64) -> u128 {
    match shift {
        0..=127 => value >> shift | u128::from(value & ((1 << shift) - 1) != 0),
        _ => u128::from(value != 0),
    }
}

/// A decimal number's digits: `whole` and `fraction`, as if joined, times `10^exponent`.
struct Decimal<'a> {
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i64,
}

impl Decimal<'_> {
    /// Splits `123.45e6` and drops the zeros at both ends.
    fn scan(unsigned: &[u8]) -> Option<Decimal<'_>> {
        let end = unsigned
            .iter()
            .position(|byte| *byte | 0x20 == b'e')
            .unwrap_or(unsigned.len());
        let power = if end < unsigned.len() {
            parse_exponent(&unsigned[end + 1..])?
        } else {
            0
        };
        let digits = &unsigned[..end];
        let point = digits
            .iter()
            .position(|byte| *byte == b'.')
            .unwrap_or(digits.len());
        let (mut whole, mut fraction) = (&digits[..point], digits.get(point + 1..).unwrap_or(&[]));
        if whole.len() + fraction.len() == 0
            || ![whole, fraction].concat().iter().all(u8::is_ascii_digit)
        {
            return None;
        }
        let mut exponent = power - fraction.len() as i64;
        while let [b'0', rest @ ..] = whole {
            whole = rest;
        }
        while let [rest @ .., b'0'] = fraction {
            (fraction, exponent) = (rest, exponent + 1);
        }
        while let ([], [b'0', rest @ ..]) = (whole, fraction) {
            fraction = rest;
        }
        Some(Decimal {
            whole,
            fraction,
            exponent,
        })
    }

    fn digits(&self) -> impl Iterator<Item = u8> {
        self.whole.iter().chain(self.fraction).copied()
    }

    /// The value in binary, to at least 66 bits; `None` far out of range.
    fn exact(&self) -> Option<Exact> {
        let count = (self.whole.len() + self.fraction.len()) as i64;
        if count == 0 {
            return Some(Exact {
                mantissa: 0,
                exponent: 0,
            });
        }
        if (count + self.exponent).abs() > MAGNITUDE_MAX {
            return None;
        }
        Some(if count <= 19 && (-18..=0).contains(&self.exponent) {
            self.exact_short()
        } else {
            self.exact_long()
        })
    }

    /// Up to 19 digits and 18 decimal places, as nearly all numbers have: one division of words.
    fn exact_short(&self) -> Exact {
        let digits = self
            .digits()
            .fold(0, |value, digit| value * 10 + u128::from(digit - b'0'));
        let divisor = 10_u128.pow(self.exponent.unsigned_abs() as u32);
        let shift = digits.leading_zeros() - 1;
        let dividend = digits << shift;
        let rest = dividend % divisor != 0;
        Exact {
            mantissa: (dividend / divisor) | u128::from(rest),
            exponent: -i64::from(shift),
        }
    }

    fn exact_long(&self) -> Exact {
        let mut digits = Natural::from_digits(self.digits());
        if self.exponent >= 0 {
            digits.mul_power_of_ten(self.exponent as usize);
            let (mantissa, exponent) = digits.top(100);
            return Exact {
                mantissa,
                exponent: exponent as i64,
            };
        }
        let mut divisor = Natural::from(1);
        divisor.mul_power_of_ten(self.exponent.unsigned_abs() as usize);
        // Aligned to the same width the quotient lies between 1/2 and 2: 100 bits of it are 99 or
        // more.
        let shift = divisor.bit_count() as i64 - digits.bit_count() as i64;
        digits.shift_left(shift.max(0) as usize);
        divisor.shift_left((-shift).max(0) as usize);
        let (quotient, rest) = digits.divide(&divisor, 100);
        Exact {
            mantissa: quotient | u128::from(rest),
            exponent: -99 - shift,
        }
    }
}

#[cfg(test)]
mod tests;
