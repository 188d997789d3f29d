//! The one long allocation that is being copied in steps while its owner uses it: whether it is still there and of the same
//! size, and what was written to it since.
//!
//! Whoever writes to long allocations tells it where; the pool tells it of frees and other sizes. It may not know who
//! copies, or what for. All of them hold the owner's shard, the writers and the freer exclusively, so what is told before a
//! hold ends is seen in the next.
//!
//! Invariant: every byte that was written since `begin` lies in a granule of `written`, unless `is_alive` is false.

use crate::sync::locked;
use core::ops::Range;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering::*};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Bytes that are copied again together when one of them was written.
pub const GRANULE_BYTES: usize = 16 * 1024;
/// Stands for the address when it was freed, or has another size.
const FREED: usize = 1;

/// See the module.
#[derive(Default)]
pub struct Copying {
    /// Where it lies; 0 when nothing is being copied.
    address: AtomicUsize,
    written: Mutex<BTreeSet<usize>>,
}

impl Copying {
    /// Watches the allocation at `address`; `false` when another is being copied.
    pub fn begin(&self, address: NonNull<u8>) -> bool {
        let address = address.addr().get();
        let begun = self.address.compare_exchange(0, address, SeqCst, SeqCst);
        begun.is_ok()
    }

    /// Watches nothing any more.
    pub fn end(&self) {
        self.address.store(0, SeqCst);
        locked(&self.written).clear();
    }

    /// Whether it was neither freed nor resized since `begin`.
    pub fn is_alive(&self) -> bool {
        self.address.load(SeqCst) > FREED
    }

    /// Bytes `range` of the allocation at `address` are being written.
    #[inline(always)]
    pub fn wrote(&self, address: NonNull<u8>, range: Range<usize>) {
        if self.address.load(Relaxed) == address.addr().get() {
            self.remember(range);
        }
    }

    #[cold]
    fn remember(&self, range: Range<usize>) {
        let granules = range.start / GRANULE_BYTES..range.end.div_ceil(GRANULE_BYTES);
        locked(&self.written).extend(granules);
    }

    /// The allocation at `address` is given back, or has another size where it lies.
    #[inline(always)]
    pub(super) fn freed(&self, address: usize) {
        if self.address.load(Relaxed) == address {
            self.address.store(FREED, SeqCst);
        }
    }

    /// Bytes to be copied again, whole granules.
    pub fn written_bytes(&self) -> usize {
        locked(&self.written).len() * GRANULE_BYTES
    }

    /// The bytes of one granule that was written, which is copied now.
    pub fn take_written(&self) -> Option<Range<usize>> {
        let granule = locked(&self.written).pop_first()?;
        Some(granule * GRANULE_BYTES..(granule + 1) * GRANULE_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_remembered_until_taken_and_only_of_what_is_copied() {
        let copying = Copying::default();
        let (ours, other) = (NonNull::<u64>::dangling().cast(), {
            let address = 64 as *mut u8;
            NonNull::new(address).expect("not null")
        });
        assert!(copying.begin(ours) && !copying.begin(other));
        copying.wrote(other, 0..5);
        assert_eq!(copying.take_written(), None);
        copying.wrote(ours, GRANULE_BYTES - 1..GRANULE_BYTES + 1);
        copying.wrote(ours, 3..3);
        assert_eq!(copying.written_bytes(), 2 * GRANULE_BYTES);
        assert_eq!(copying.take_written(), Some(0..GRANULE_BYTES));
        assert!(copying.is_alive());
        copying.freed(ours.addr().get());
        assert!(!copying.is_alive());
        copying.end();
        assert_eq!(copying.take_written(), None);
        assert!(copying.begin(other));
    }
}
