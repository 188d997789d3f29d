//! Magazines: a few free cells of each small class that a thread has at hand.
//!
//! Most requests are served here: no lock, no atomic read-modify-write, no shared cache line. A
//! thread leases a *seat* (a small number) for its life; a pool has, per seat and node, one
//! magazine a class. An empty magazine is refilled from one slab, a full one gives its older half
//! back. Threads that find no seat, or that are past their thread-local storage, go to the arena.
//! A seat's magazines stay as they are when its thread ends; the next thread on the seat (or a
//! purge, which leases free seats for a moment) takes them over.
//! This file knows no slab and no node.
//!
//! Invariants: `count <= room(class)`; only the thread that leases a seat touches its cells; every
//! cell in a magazine counts as taken in its slab. A thread holds at most [`AT_HAND_BYTES`] a node.

use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::size_class::{SLAB_CLASSES, cell_bytes};

/// Largest cell kept in magazines.
pub(super) const MAGAZINE_CELL_MAX: usize = 2048;
/// Classes that have magazines: those of the slabs and the first eight of the middle.
pub(super) const MAGAZINE_CLASSES: usize = SLAB_CLASSES + 8;
/// Threads that can have magazines at the same time.
pub(super) const SEATS: usize = 128;
/// Most cells of any magazine.
pub(super) const ROOM_MAX: usize = 30;
/// Bytes of cells that one thread can have at hand in one node.
pub const AT_HAND_BYTES: usize = at_hand_bytes();

const _: () = assert!(cell_bytes(MAGAZINE_CLASSES - 1) == MAGAZINE_CELL_MAX);
const _: () = assert!(size_of::<Magazine>() == 256);
const _: () = assert!(AT_HAND_BYTES < 192 * 1024);

/// Cells that a magazine of `class` has room for.
pub(super) const fn room(class: usize) -> usize {
    match cell_bytes(class) {
        0..=64 => ROOM_MAX,
        65..=128 => 16,
        129..=512 => 8,
        _ => 4,
    }
}

const fn at_hand_bytes() -> usize {
    let (mut bytes, mut class) = (0, 0);
    while class < MAGAZINE_CLASSES {
        bytes += room(class) * cell_bytes(class);
        class += 1;
    }
    bytes
}

static ROOMS: [u8; MAGAZINE_CLASSES] = {
    let (mut rooms, mut class) = ([0; MAGAZINE_CLASSES], 0);
    while class < MAGAZINE_CLASSES {
        rooms[class] = room(class) as u8;
        class += 1;
    }
    rooms
};

/// Free cells of one class: a stack of addresses. Only the seat's thread writes; the two counts
/// may be read by anyone.
#[repr(C, align(64))]
pub(super) struct Magazine {
    count: AtomicU32,
    served: AtomicU64,
    cells: [UnsafeCell<usize>; ROOM_MAX],
}

/// The magazines of one seat for one node.
pub(super) struct Magazines {
    classes: [Magazine; MAGAZINE_CLASSES],
}

// SAFETY: cells are touched by the leaseholder of the seat only (a duty of `pop`, `push` and
// `take_older`), and a lease passes from thread to thread with release and acquire.
unsafe impl Sync for Magazines {}

impl Magazines {
    /// Empty magazines.
    pub(super) fn new() -> Box<Magazines> {
        // Built in place: the array would be 18 KB of stack.
        let mut empty = Box::<Magazines>::new_uninit();
        // SAFETY: counts and addresses of zero are valid and mean empty.
        unsafe {
            empty.as_mut_ptr().write_bytes(0, 1);
            empty.assume_init()
        }
    }

    /// The magazine of `class`.
    #[inline]
    pub(super) fn of(&self, class: usize) -> &Magazine {
        &self.classes[class]
    }

    /// Bytes of all cells here. Exact when the seat's thread is at rest.
    pub(super) fn bytes(&self) -> u64 {
        let bytes = |class| self.of(class).count() as u64 * cell_bytes(class) as u64;
        (0..MAGAZINE_CLASSES).map(bytes).sum()
    }
}

impl Magazine {
    /// Cells here.
    #[inline]
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed) as usize
    }

    /// Requests served from here so far.
    pub(super) fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// The newest cell.
    ///
    /// # Safety
    /// The calling thread leases the seat.
    #[inline]
    pub(super) unsafe fn pop(&self) -> Option<usize> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        self.count.store(count as u32 - 1, Ordering::Relaxed);
        self.served
            .store(self.served.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        // SAFETY: entries below `count` are initialised, and nobody else touches them.
        Some(unsafe { *self.cells.get_unchecked(count - 1).get() })
    }

    /// Adds a cell of `class`; false when there is no room.
    ///
    /// # Safety
    /// The calling thread leases the seat.
    #[inline]
    pub(super) unsafe fn push(&self, class: usize, cell: usize) -> bool {
        let count = self.count();
        if count >= ROOMS[class] as usize {
            return false;
        }
        // SAFETY: `count` is below the room, which is at most ROOM_MAX; nobody else touches it.
        unsafe { *self.cells.get_unchecked(count).get() = cell };
        self.count.store(count as u32 + 1, Ordering::Relaxed);
        true
    }

    /// Removes the `cells.len()` oldest cells.
    ///
    /// # Safety
    /// The calling thread leases the seat, and there are so many.
    pub(super) unsafe fn take_older(&self, cells: &mut [usize]) {
        let (count, taken) = (self.count(), cells.len());
        debug_assert!(taken <= count);
        for (index, cell) in cells.iter_mut().enumerate() {
            // SAFETY: entries below `count` are initialised, and nobody else touches them.
            *cell = unsafe { *self.cells[index].get() };
        }
        for index in taken..count {
            // SAFETY: as above.
            unsafe { *self.cells[index - taken].get() = *self.cells[index].get() };
        }
        self.count.store((count - taken) as u32, Ordering::Relaxed);
    }

    /// Whether `cell` is here, to catch a double free in debug builds.
    ///
    /// # Safety
    /// The calling thread leases the seat.
    pub(super) unsafe fn contains(&self, cell: usize) -> bool {
        // SAFETY: entries below `count` are initialised, and nobody else touches them.
        (0..self.count()).any(|index| unsafe { *self.cells[index].get() } == cell)
    }
}

/// Leased seats, one bit each; shared by all pools of the process.
static LEASED: [AtomicU64; SEATS / 64] = [const { AtomicU64::new(0) }; SEATS / 64];

/// This thread has not asked for a seat yet.
const UNKNOWN: usize = usize::MAX;
/// This thread has no seat and will get none.
const NONE: usize = usize::MAX - 1;

thread_local! {
    static SEAT: Cell<usize> = const { Cell::new(UNKNOWN) };
    static LEASE: Lease = const { Lease(Cell::new(NONE)) };
}

/// Returns the thread's seat when the thread ends.
struct Lease(Cell<usize>);

impl Drop for Lease {
    fn drop(&mut self) {
        SEAT.set(NONE);
        if self.0.get() < SEATS {
            return_seat(self.0.get());
        }
    }
}

/// The calling thread's seat, if it has one.
#[inline]
pub(super) fn seat() -> Option<usize> {
    let seat = SEAT.get();
    if seat < SEATS {
        Some(seat)
    } else {
        find_seat(seat)
    }
}

#[cold]
fn find_seat(known: usize) -> Option<usize> {
    if known == NONE {
        return None;
    }
    let seat = (0..SEATS).find(|&seat| lease_seat(seat));
    match (
        seat,
        LEASE.try_with(|lease| lease.0.set(seat.unwrap_or(NONE))),
    ) {
        (Some(seat), Ok(())) => SEAT.set(seat),
        (Some(seat), Err(_)) => {
            // The thread is ending: it would never return the seat.
            return_seat(seat);
            SEAT.set(NONE);
            return None;
        }
        (None, _) => SEAT.set(NONE),
    }
    seat
}

/// Leases `seat` if it is free.
pub(super) fn lease_seat(seat: usize) -> bool {
    let bit = 1u64 << (seat % 64);
    let word = &LEASED[seat / 64];
    word.load(Ordering::Relaxed) & bit == 0 && word.fetch_or(bit, Ordering::AcqRel) & bit == 0
}

/// Ends the lease of `seat`, which the calling thread holds.
pub(super) fn return_seat(seat: usize) {
    LEASED[seat / 64].fetch_and(!(1u64 << (seat % 64)), Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magazine_is_a_stack_that_gives_its_older_half() {
        let magazines = Magazines::new();
        let magazine = magazines.of(62);
        // SAFETY: no other thread knows these magazines.
        unsafe {
            assert_eq!(magazine.pop(), None);
            (0..8).for_each(|cell| assert!(magazine.push(62, cell)));
            assert!(!magazine.push(62, 8));
            let mut older = [0; 4];
            magazine.take_older(&mut older);
            assert_eq!(older, [0, 1, 2, 3]);
            assert_eq!((magazine.pop(), magazine.pop()), (Some(7), Some(6)));
            assert!(magazine.contains(4) && !magazine.contains(7));
        }
        assert_eq!(magazine.count(), 2);
        assert_eq!(magazines.bytes(), 1024);
    }

    #[test]
    fn seats_of_living_threads_differ() {
        let mine = seat();
        let other = std::thread::spawn(seat).join().expect("join");
        assert!(mine.is_some() && mine == seat() && mine != other);
    }
}
