//! From an element to its register, and from registers to an estimate: MurmurHash64A, and the estimator of Ertl, "New
//! cardinality estimation algorithms for HyperLogLog sketches" (arXiv:1702.01284).
//!
//! It knows neither keys nor encodings. Invariant: the same numbers as Redis, bit for bit: every operation on doubles is
//! done in its order.

use super::{INDEX_BITS, REGISTERS, dense};

/// Bits of a hash that are searched for the first one.
const RANK_BITS: u32 = 64 - INDEX_BITS;
const SEED: u64 = 0xadc8_3b19;
/// 0.5 / ln 2.
const ALPHA: f64 = 0.721_347_520_444_481_7;

/// The register of an element, and what it asks for there: the place of the first one bit, 1 to 51.
pub(super) fn place(element: &[u8]) -> (usize, u8) {
    let hash = murmur(element);
    let rank = (hash >> INDEX_BITS) | (1 << RANK_BITS);
    let index = hash as usize % REGISTERS;
    (index, rank.trailing_zeros() as u8 + 1)
}

/// MurmurHash64A.
fn murmur(bytes: &[u8]) -> u64 {
    const MULTIPLIER: u64 = 0xc6a4_a793_5bd1_e995;
    const SHIFT: u32 = 47;
    let mut hash = SEED ^ (bytes.len() as u64).wrapping_mul(MULTIPLIER);
    let words = bytes.chunks_exact(8);
    let rest = words.remainder();
    for word in words {
        let mut word = u64::from_le_bytes(word.try_into().expect("eight bytes"));
        word = word.wrapping_mul(MULTIPLIER);
        word ^= word >> SHIFT;
        hash = (hash ^ word.wrapping_mul(MULTIPLIER)).wrapping_mul(MULTIPLIER);
    }
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(MULTIPLIER);
    }
    hash = (hash ^ (hash >> SHIFT)).wrapping_mul(MULTIPLIER);
    hash ^ (hash >> SHIFT)
}

/// How many registers hold what.
pub(super) struct Histogram([u32; 64]);

impl Histogram {
    /// That of no registers.
    pub(super) const EMPTY: Histogram = Histogram([0; 64]);

    /// Counts `registers` more that hold `count`, at most 63.
    pub(super) fn add(&mut self, count: u8, registers: u32) {
        self.0[usize::from(count & dense::REGISTER_MAX)] += registers;
    }

    /// That of registers in bytes of their own.
    pub(super) fn of_bytes(registers: &[u8; REGISTERS]) -> Histogram {
        let mut histogram = Histogram::EMPTY;
        registers.iter().for_each(|count| histogram.add(*count, 1));
        histogram
    }

    /// That of a dense value.
    pub(super) fn of_dense(bytes: &[u8]) -> Histogram {
        let mut histogram = Histogram::EMPTY;
        dense::registers(bytes).for_each(|count| histogram.add(count, 1));
        histogram
    }

    /// How many different elements were added, by estimate.
    pub(super) fn estimate(&self) -> u64 {
        let registers = REGISTERS as f64;
        let held = |count: u32| f64::from(self.0[count as usize]);
        let mut sum = registers * tau((registers - held(RANK_BITS + 1)) / registers);
        for count in (1..=RANK_BITS).rev() {
            sum += held(count);
            sum *= 0.5;
        }
        sum += registers * sigma(held(0) / registers);
        let estimate = (ALPHA * registers * registers / sum).round();
        // Registers that only a forger can have set leave a sum of zero; C makes this of infinity.
        if estimate.is_finite() {
            estimate as i64 as u64
        } else {
            1 << 63
        }
    }
}

fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if before == z {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if before == z {
            return z / 3.0;
        }
    }
}
