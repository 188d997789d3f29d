//! Repeatable chance for integration tests (xorshift64*: Marsaglia, 2003; Vigna, 2014).
//!
//! It knows numbers only. Invariant: nothing but the seed and the order of questions decides an answer.

/// See the module. The seed is not 0.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number from 0 to `end` - 1.
    pub fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end
    }
}
