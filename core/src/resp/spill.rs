//! Reply bytes that found no room in the caller's buffer, kept in order until they do.
//!
//! Owned by a session, written by [`super::Reply`], knows nothing of what the bytes mean.
//! Invariant: `written == drained + len()`, and once all is drained no more than [`KEPT_BYTES`]
//! stay allocated.

/// A drained spill keeps at most this much memory, in bytes.
pub const KEPT_BYTES: usize = 4 * 1024;

/// A queue of bytes: appended at the back, drained from the front.
#[derive(Debug, Default)]
pub struct Spill {
    bytes: Vec<u8>,
    /// Bytes at the front that were drained already.
    drained: usize,
}

impl Spill {
    /// An empty spill; allocates nothing.
    #[must_use]
    pub const fn new() -> Spill {
        Spill {
            bytes: Vec::new(),
            drained: 0,
        }
    }

    /// Bytes that wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() - self.drained
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes held, waiting or not, for memory reports and output limits.
    #[must_use]
    pub fn reserved_bytes(&self) -> usize {
        self.bytes.capacity()
    }

    /// The bytes that wait.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[self.drained..]
    }

    /// Moves as many bytes as fit into `out` and returns their count.
    pub fn drain_into(&mut self, out: &mut [u8]) -> usize {
        let count = self.len().min(out.len());
        out[..count].copy_from_slice(&self.as_slice()[..count]);
        self.drained += count;
        if self.is_empty() {
            self.clear();
        }
        count
    }

    /// Drops the first `count` bytes that wait.
    pub fn skip(&mut self, count: usize) {
        self.drained += count.min(self.len());
        if self.is_empty() {
            self.clear();
        }
    }

    /// Drops all bytes and gives back what a large reply took.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        self.drained = 0;
    }

    /// Appends bytes that are a reply already.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Puts `bytes` before the waiting byte `at`.
    pub(super) fn insert(&mut self, at: usize, bytes: &[u8]) {
        let at = self.drained + at;
        let tail = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.bytes.copy_within(at..tail, at + bytes.len());
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Drops what waits after the first `len` bytes.
    pub(super) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(self.drained + len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_in_order_and_memory_goes_back() {
        let mut spill = Spill::new();
        spill.push(&[7; 10_000]);
        spill.push(b"end");
        let (mut out, mut seen) = ([0; 999], Vec::new());
        while !spill.is_empty() {
            let count = spill.drain_into(&mut out);
            seen.extend_from_slice(&out[..count]);
        }
        assert_eq!(seen, [&[7; 10_000][..], b"end"].concat());
        assert!(spill.reserved_bytes() <= KEPT_BYTES);
    }

    #[test]
    fn insertion_counts_from_the_first_waiting_byte() {
        let mut spill = Spill::new();
        spill.push(b"abcdef");
        assert_eq!(spill.drain_into(&mut [0; 2]), 2);
        spill.insert(1, b"XY");
        spill.insert(0, b"<");
        spill.insert(7, b">");
        assert_eq!(spill.as_slice(), b"<cXYdef>");
        spill.truncate(3);
        assert_eq!(spill.as_slice(), b"<cX");
    }
}
