//! CRC-64 as Redis' dumps and snapshots end with it: the Jones polynomial, reflected, nothing xored before or after.
//!
//! A leaf that everyone may import. Invariant: a checksum continued over two pieces is that of the pieces joined.

use crc::{CRC_64_REDIS, Crc, Table};

/// Sixteen bytes a step.
static CRC: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_REDIS);

/// The checksum of `bytes`.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u64 {
    CRC.checksum(bytes)
}

/// The checksum of some bytes and then `more`, given that of the first.
#[must_use]
pub fn extend(checksum: u64, more: &[u8]) -> u64 {
    // Reflected: the register starts as the bits of its initial value turned round.
    let mut digest = CRC.digest_with_initial(checksum.reverse_bits());
    digest.update(more);
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_redis_own_and_can_be_continued() {
        assert_eq!(checksum(b"123456789"), 0xe9c6_d914_c4b8_d9ca);
        assert_eq!(checksum(b""), 0);
        let text: Vec<u8> = (0..1000_u32).map(|at| ((at * at) >> 3) as u8).collect();
        for cut in [0, 1, 15, 16, 17, 500, 999, 1000] {
            let (first, rest) = text.split_at(cut);
            assert_eq!(extend(checksum(first), rest), checksum(&text), "{cut}");
        }
    }
}
