//! The dense form: every register in six bits, from the lowest bit of the first byte on.
//!
//! It knows bytes that `check` has accepted. Invariant: register 16383 ends with the last byte, so that nothing is read or
//! written behind it.

use super::{DENSE, ENCODING_AT, HEADER_BYTES, REGISTERS};

/// Bits of a register.
const BITS: usize = 6;
/// The most a register holds.
pub(super) const REGISTER_MAX: u8 = (1 << BITS) - 1;
/// Bytes of a whole value.
pub(super) const BYTES: usize = HEADER_BYTES + REGISTERS * BITS / 8;
/// Four registers fill three bytes.
const GROUP_BYTES: usize = 3;

/// A value with the header of `bytes` and every register zero.
pub(super) fn empty_like(bytes: &[u8]) -> Vec<u8> {
    let mut dense = vec![0; BYTES];
    dense[..HEADER_BYTES].copy_from_slice(&bytes[..HEADER_BYTES]);
    dense[ENCODING_AT] = DENSE;
    dense
}

/// Where a register is: the start of its group, and its lowest bit in the group's 24.
const fn place(index: usize) -> (usize, u32) {
    let start = HEADER_BYTES + index / 4 * GROUP_BYTES;
    (start, (index % 4 * BITS) as u32)
}

const fn group(bytes: &[u8], start: usize) -> u32 {
    u32::from_le_bytes([bytes[start], bytes[start + 1], bytes[start + 2], 0])
}

/// A register.
pub(super) fn get(bytes: &[u8], index: usize) -> u8 {
    let (start, shift) = place(index);
    (group(bytes, start) >> shift) as u8 & REGISTER_MAX
}

/// Sets a register.
pub(super) fn set(bytes: &mut [u8], index: usize, count: u8) {
    let (start, shift) = place(index);
    let others = group(bytes, start) & !(u32::from(REGISTER_MAX) << shift);
    let group = others | (u32::from(count & REGISTER_MAX) << shift);
    bytes[start..start + GROUP_BYTES].copy_from_slice(&group.to_le_bytes()[..GROUP_BYTES]);
}

/// Raises a register and answers whether it was lower.
pub(super) fn raise(bytes: &mut [u8], index: usize, count: u8) -> bool {
    let raised = get(bytes, index) < count;
    if raised {
        set(bytes, index, count);
    }
    raised
}

/// Every register, from the first on.
pub(super) fn registers(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let groups = bytes[HEADER_BYTES..].chunks_exact(GROUP_BYTES);
    groups.flat_map(|group| {
        let word = u32::from_le_bytes([group[0], group[1], group[2], 0]);
        [0, 6, 12, 18].map(|shift| (word >> shift) as u8 & REGISTER_MAX)
    })
}

/// Raises each of `raised` to the register of the same number.
pub(super) fn merge(bytes: &[u8], raised: &mut [u8; REGISTERS]) {
    for (most, count) in core::iter::zip(raised, registers(bytes)) {
        *most = (*most).max(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_do_not_touch_each_other() {
        let mut bytes = vec![0; BYTES];
        let count_of = |index: usize| ((index * 2_654_435_761) >> 7) as u8 & REGISTER_MAX;
        // Not in order: every neighbour is written before and after some other.
        for index in (0..REGISTERS).map(|at| at * 5 % REGISTERS) {
            set(&mut bytes, index, REGISTER_MAX);
            set(&mut bytes, index, count_of(index));
        }
        for (index, count) in registers(&bytes).enumerate() {
            assert_eq!(
                (get(&bytes, index), count),
                (count_of(index), count_of(index))
            );
        }
        assert!(bytes[..HEADER_BYTES].iter().all(|byte| *byte == 0));
        assert!(!raise(&mut bytes, 1, count_of(1)) && !raise(&mut bytes, 0, 0));
    }
}
