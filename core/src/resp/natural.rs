//! Natural numbers of any size, as far as reading and writing 80-bit floats needs them.
//!
//! Knows no float. Sizes are the caller's to bound: the longest number here is 10⁵⁰⁰⁰ or so, and
//! the algorithms are the schoolbook's. Invariant: the highest limb is not zero, so that zero has
//! none.

use std::cmp::Ordering;

/// Decimal digits that always fit a limb.
const DIGITS_PER_LIMB: usize = 9;
const TEN_TO_NINE: u32 = 1_000_000_000;

/// `Σ limbs[i] × 2³²ⁱ`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Natural {
    limbs: Vec<u32>,
}

impl From<u64> for Natural {
    fn from(value: u64) -> Natural {
        let mut natural = Natural {
            limbs: vec![value as u32, (value >> 32) as u32],
        };
        natural.trim();
        natural
    }
}

impl Natural {
    /// Reads ASCII decimal digits.
    pub(super) fn from_digits(digits: impl Iterator<Item = u8>) -> Natural {
        let mut natural = Natural { limbs: Vec::new() };
        for digit in digits {
            natural.mul_add(10, u32::from(digit - b'0'));
        }
        natural
    }

    /// The decimal digits, `0` for zero.
    pub(super) fn to_digits(&self) -> String {
        let (mut rest, mut groups) = (self.clone(), Vec::new());
        while !rest.limbs.is_empty() {
            groups.push(rest.div_rem(TEN_TO_NINE));
        }
        let mut text = groups.pop().unwrap_or(0).to_string();
        for group in groups.iter().rev() {
            text += &format!("{group:0DIGITS_PER_LIMB$}");
        }
        text
    }

    /// Multiplies by `10^exponent`.
    pub(super) fn mul_power_of_ten(&mut self, exponent: usize) {
        for _ in 0..exponent / DIGITS_PER_LIMB {
            self.mul_add(TEN_TO_NINE, 0);
        }
        self.mul_add(10_u32.pow((exponent % DIGITS_PER_LIMB) as u32), 0);
    }

    /// Multiplies by `2^bits`.
    pub(super) fn shift_left(&mut self, bits: usize) {
        self.mul_add(1 << (bits % 32), 0);
        if !self.limbs.is_empty() {
            self.limbs.splice(..0, std::iter::repeat_n(0, bits / 32));
        }
    }

    /// Bits up to the highest set one.
    pub(super) fn bit_count(&self) -> usize {
        self.limbs.last().map_or(0, |top| {
            self.limbs.len() * 32 - top.leading_zeros() as usize
        })
    }

    /// The number's `bits` highest bits (at most 127), their lowest also set when a lower one was.
    /// With them the power of two they are to be multiplied with.
    pub(super) fn top(&self, bits: usize) -> (u128, usize) {
        debug_assert!(bits < 128);
        let dropped = self.bit_count().saturating_sub(bits);
        let (limb, offset) = (dropped / 32, dropped % 32);
        let mut top = 0_u128;
        for (index, value) in self.limbs[limb..].iter().enumerate().rev() {
            let value = u128::from(*value);
            top |= if index == 0 {
                value >> offset
            } else {
                value << (index * 32 - offset)
            };
        }
        let below = self.limbs[..limb].iter().any(|value| *value != 0)
            || self
                .limbs
                .get(limb)
                .is_some_and(|value| value & ((1 << offset) - 1) != 0);
        (top | u128::from(below), dropped)
    }

    /// `self / divisor` to `bits` binary digits, which must hold it; with whether a rest remains.
    /// Leaves the rest, shifted, in `self`.
    ///
    /// Both numbers are aligned so that the quotient lies below 2: one bit comes out of each step.
    pub(super) fn divide(&mut self, divisor: &Natural, bits: usize) -> (u128, bool) {
        debug_assert!(bits < 128 && self.bit_count() <= divisor.bit_count());
        let mut quotient = 0_u128;
        for _ in 0..bits {
            quotient <<= 1;
            if (*self).compare(divisor) != Ordering::Less {
                self.subtract(divisor);
                quotient |= 1;
            }
            self.mul_add(2, 0);
        }
        (quotient, !self.limbs.is_empty())
    }

    fn compare(&self, other: &Natural) -> Ordering {
        let by_len = self.limbs.len().cmp(&other.limbs.len());
        by_len.then_with(|| self.limbs.iter().rev().cmp(other.limbs.iter().rev()))
    }

    /// Subtracts `other`, which is not the larger.
    fn subtract(&mut self, other: &Natural) {
        let mut borrow = false;
        for (index, limb) in self.limbs.iter_mut().enumerate() {
            let (less, first) = limb.overflowing_sub(other.limbs.get(index).copied().unwrap_or(0));
            let (less, second) = less.overflowing_sub(u32::from(borrow));
            (*limb, borrow) = (less, first || second);
        }
        debug_assert!(!borrow);
        self.trim();
    }

    fn mul_add(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for limb in &mut self.limbs {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.limbs.push(carry as u32);
        }
    }

    /// Divides in place and returns the rest.
    fn div_rem(&mut self, divisor: u32) -> u32 {
        let mut rest = 0_u64;
        for limb in self.limbs.iter_mut().rev() {
            rest = rest << 32 | u64::from(*limb);
            *limb = (rest / u64::from(divisor)) as u32;
            rest %= u64::from(divisor);
        }
        self.trim();
        rest as u32
    }

    fn trim(&mut self) {
        let len = self
            .limbs
            .iter()
            .rposition(|limb| *limb != 0)
            .map_or(0, |last| last + 1);
        self.limbs.truncate(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn natural(digits: &str) -> Natural {
        Natural::from_digits(digits.bytes())
    }

    #[test]
    fn digits_come_back() {
        for digits in [
            "0",
            "7",
            "4294967296",
            "1000000000000000000000",
            "340282366920938463463374607431768211455",
        ] {
            assert_eq!(natural(digits).to_digits(), digits);
        }
        let mut power = Natural::from(7);
        power.mul_power_of_ten(40);
        assert_eq!(power.to_digits(), format!("7{}", "0".repeat(40)));
        let mut power = Natural::from(3);
        power.shift_left(100);
        assert_eq!(power.to_digits(), (3_u128 << 100).to_string());
        assert_eq!(power.bit_count(), 102);
    }

    #[test]
    fn the_top_remembers_what_lies_below() {
        let mut number = Natural::from(0b1011);
        number.shift_left(200);
        assert_eq!(number.top(4), (0b1011, 200));
        assert_eq!(number.top(3), (0b101, 201), "the lowest bit is set already");
        assert_eq!(number.top(2), (0b11, 202), "it stands for the bits below");
        assert_eq!(natural("5").top(100), (5, 0));
        assert_eq!(natural("0").top(100), (0, 0));
    }

    #[test]
    fn division_gives_binary_digits() {
        assert_eq!(natural("5").divide(&natural("4"), 4), (0b1010, false));
        let (quotient, rest) = natural("4").divide(&natural("6"), 100);
        assert_eq!((quotient, rest), ((1_u128 << 100) / 3, true));
    }
}
