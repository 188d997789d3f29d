//! Handles: the `u32` numbers by which the other side of the boundary names stores, lanes and sessions.
//!
//! ```text
//! handle: ┌───┬───────────────────┬──────────────┐
//!         │ 0 │ generation 30..20 │ index 19..0  │   never 0, and never negative as an i32
//!         └───┴───────────────────┴──────────────┘
//! ```
//! It may not know what it names. Invariants: a handle that was closed names nothing, also when its index is in use again;
//! a session is used by one thread at a time, whatever the callers do.

use crate::abi::Status;
use crate::sync::locked;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
use std::sync::{Arc, Mutex, OnceLock};

const INDEX_BITS: u32 = 20;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const GENERATION_MASK: u32 = (1 << (31 - INDEX_BITS)) - 1;
/// Slots of one chunk of a `Cells`.
const CHUNK: usize = 1024;

const fn handle_of(index: u32, generation: u32) -> u32 {
    (generation & GENERATION_MASK) << INDEX_BITS | index
}

const fn next_generation(generation: u32) -> u32 {
    let next = (generation + 1) & GENERATION_MASK;
    if next == 0 { 1 } else { next }
}

/// Things many threads may use at once: stores and lanes.
pub struct Shared<T> {
    slots: Mutex<Vec<(u32, Option<Arc<T>>)>>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Shared::new()
    }
}

impl<T> Shared<T> {
    /// An empty table.
    pub const fn new() -> Shared<T> {
        Shared {
            slots: Mutex::new(Vec::new()),
        }
    }

    /// Gives `value` a handle.
    pub fn insert(&self, value: Arc<T>) -> Result<u32, Status> {
        let mut slots = locked(&self.slots);
        let free = slots.iter().position(|(_, slot)| slot.is_none());
        let index = free.unwrap_or_else(|| {
            slots.push((0, None));
            slots.len() - 1
        });
        if index > INDEX_MASK as usize {
            return Err(Status::Limit);
        }
        let generation = next_generation(slots[index].0);
        slots[index] = (generation, Some(value));
        Ok(handle_of(index as u32, generation))
    }

    /// What `handle` names.
    pub fn get(&self, handle: u32) -> Result<Arc<T>, Status> {
        let slots = locked(&self.slots);
        match slots.get((handle & INDEX_MASK) as usize) {
            Some((generation, Some(value))) if *generation == handle >> INDEX_BITS => {
                Ok(value.clone())
            }
            _ => Err(Status::InvalidHandle),
        }
    }

    /// Takes it out.
    pub fn remove(&self, handle: u32) -> Result<Arc<T>, Status> {
        let mut slots = locked(&self.slots);
        match slots.get_mut((handle & INDEX_MASK) as usize) {
            Some((generation, slot)) if *generation == handle >> INDEX_BITS => {
                slot.take().ok_or(Status::InvalidHandle)
            }
            _ => Err(Status::InvalidHandle),
        }
    }
}

/// One slot of a `Cells`: its memory is never given back, so a stale handle finds a slot and not a hole.
struct Cell<T> {
    generation: AtomicU32,
    busy: AtomicBool,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: `value` is reached only by whoever has set `busy`.
unsafe impl<T: Send> Sync for Cell<T> {}

/// Things one thread uses at a time: sessions. Finding one takes no lock.
pub struct Cells<T> {
    chunks: [OnceLock<Box<[Cell<T>]>>; (INDEX_MASK as usize + 1) / CHUNK],
    free: Mutex<Vec<u32>>,
    used: AtomicU32,
}

impl<T> Default for Cells<T> {
    fn default() -> Self {
        Cells::new()
    }
}

impl<T> Cells<T> {
    /// An empty table.
    pub const fn new() -> Cells<T> {
        Cells {
            chunks: [const { OnceLock::new() }; (INDEX_MASK as usize + 1) / CHUNK],
            free: Mutex::new(Vec::new()),
            used: AtomicU32::new(0),
        }
    }

    #[inline(always)]
    fn cell(&self, handle: u32) -> Option<&Cell<T>> {
        let index = (handle & INDEX_MASK) as usize;
        self.chunks[index / CHUNK]
            .get()
            .map(|chunk| &chunk[index % CHUNK])
    }

    /// Gives `value` a handle.
    pub fn insert(&self, value: T) -> Result<u32, Status> {
        let index = match locked(&self.free).pop() {
            Some(index) => index,
            None => self.used.fetch_add(1, SeqCst),
        };
        if index > INDEX_MASK {
            self.used.fetch_sub(1, SeqCst);
            return Err(Status::Limit);
        }
        let chunk = self.chunks[index as usize / CHUNK].get_or_init(|| {
            let cell = |_| Cell {
                generation: AtomicU32::new(0),
                busy: AtomicBool::new(false),
                value: UnsafeCell::new(None),
            };
            (0..CHUNK).map(cell).collect()
        });
        let cell = &chunk[index as usize % CHUNK];
        let generation = next_generation(cell.generation.load(SeqCst));
        while cell.busy.swap(true, Acquire) {
            core::hint::spin_loop();
        }
        // SAFETY: `busy` is ours.
        unsafe { *cell.value.get() = Some(value) };
        cell.generation.store(generation, SeqCst);
        cell.busy.store(false, Release);
        Ok(handle_of(index, generation))
    }

    /// What `handle` names, until the guard is dropped; `InUse` while another thread is inside.
    #[inline(always)]
    pub fn enter(&self, handle: u32) -> Result<Inside<'_, T>, Status> {
        let cell = self.cell(handle).ok_or(Status::InvalidHandle)?;
        if cell.busy.swap(true, Acquire) {
            return Err(Status::InUse);
        }
        let inside = Inside { cell };
        // SAFETY: `busy` is ours.
        let is_there = unsafe { (*cell.value.get()).is_some() };
        if is_there && cell.generation.load(Relaxed) == handle >> INDEX_BITS {
            Ok(inside)
        } else {
            Err(Status::InvalidHandle)
        }
    }

    /// Takes it out.
    pub fn remove(&self, handle: u32) -> Result<T, Status> {
        let inside = self.enter(handle)?;
        // SAFETY: `busy` is ours.
        let value = unsafe { (*inside.cell.value.get()).take() };
        drop(inside);
        locked(&self.free).push(handle & INDEX_MASK);
        value.ok_or(Status::InvalidHandle)
    }
}

/// The right to use one cell.
pub struct Inside<'a, T> {
    cell: &'a Cell<T>,
}

impl<T> Inside<'_, T> {
    /// What is in it.
    #[inline(always)]
    pub fn get(&mut self) -> Result<&mut T, Status> {
        // SAFETY: `busy` is ours as long as this guard lives.
        unsafe { (*self.cell.value.get()).as_mut() }.ok_or(Status::InvalidHandle)
    }
}

impl<T> Drop for Inside<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        self.cell.busy.store(false, Release);
    }
}

/// Things of one owner: a lane's connections.
pub struct Slab<T> {
    slots: Vec<(u32, Option<T>)>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    /// Gives `value` a handle, or gives it back when none is left.
    pub fn insert(&mut self, value: T) -> Result<u32, T> {
        let index = match self.free.pop() {
            Some(index) => index,
            None if self.slots.len() > INDEX_MASK as usize => return Err(value),
            None => {
                self.slots.push((0, None));
                self.slots.len() as u32 - 1
            }
        };
        let slot = &mut self.slots[index as usize];
        *slot = (next_generation(slot.0), Some(value));
        Ok(handle_of(index, slot.0))
    }

    /// What `handle` names.
    #[inline(always)]
    pub fn get_mut(&mut self, handle: u32) -> Option<&mut T> {
        match self.slots.get_mut((handle & INDEX_MASK) as usize) {
            Some((generation, value)) if *generation == handle >> INDEX_BITS => value.as_mut(),
            _ => None,
        }
    }

    /// Takes it out.
    pub fn remove(&mut self, handle: u32) -> Option<T> {
        let index = handle & INDEX_MASK;
        let value = match self.slots.get_mut(index as usize) {
            Some((generation, value)) if *generation == handle >> INDEX_BITS => value.take(),
            _ => None,
        };
        self.free.extend(value.is_some().then_some(index));
        value
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The handles of all.
    pub fn handles(&self) -> Vec<u32> {
        let handle = |(index, slot): (usize, &(u32, Option<T>))| {
            slot.1.is_some().then(|| handle_of(index as u32, slot.0))
        };
        self.slots.iter().enumerate().filter_map(handle).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_handle_names_nothing_though_its_index_is_used_again() {
        let cells: Box<Cells<u32>> = Box::default();
        let first = cells.insert(7).expect("a handle");
        assert_eq!(*cells.enter(first).expect("open").get().expect("there"), 7);
        assert_eq!(cells.remove(first), Ok(7));
        let second = cells.insert(8).expect("a handle");
        assert_ne!(first, second);
        assert_eq!(cells.enter(first).err(), Some(Status::InvalidHandle));
        assert_eq!(cells.remove(first), Err(Status::InvalidHandle));
        assert_eq!(cells.enter(0).err(), Some(Status::InvalidHandle));
        assert_eq!(cells.enter(u32::MAX).err(), Some(Status::InvalidHandle));
    }

    #[test]
    fn a_cell_admits_one_at_a_time() {
        let cells: Box<Cells<u32>> = Box::default();
        let handle = cells.insert(1).expect("a handle");
        let inside = cells.enter(handle).expect("free");
        assert_eq!(cells.enter(handle).err(), Some(Status::InUse));
        assert_eq!(cells.remove(handle), Err(Status::InUse));
        drop(inside);
        assert!(cells.enter(handle).is_ok());
    }

    #[test]
    fn a_slab_forgets_what_was_removed() {
        let mut slab = Slab::default();
        let (first, second) = (slab.insert('a'), slab.insert('b'));
        let (first, second) = (first.expect("a handle"), second.expect("a handle"));
        assert_eq!(slab.remove(first), Some('a'));
        assert_eq!(slab.remove(first), None);
        let third = slab.insert('c').expect("a handle");
        assert_eq!(slab.get_mut(first), None);
        assert_eq!(slab.get_mut(third), Some(&mut 'c'));
        assert_eq!(slab.handles(), [third, second]);
        assert_eq!((slab.len(), slab.is_empty()), (2, false));
        assert_eq!(slab.get_mut(0), None);
        assert_eq!(slab.get_mut(u32::MAX), None);
    }

    #[test]
    fn shared_handles_grow_old_too() {
        let shared = Shared::new();
        let first = shared.insert(Arc::new(1)).expect("a handle");
        assert_eq!(shared.get(first).as_deref(), Ok(&1));
        shared.remove(first).expect("open");
        let second = shared.insert(Arc::new(2)).expect("a handle");
        assert_eq!(shared.get(first), Err(Status::InvalidHandle));
        assert_eq!(shared.get(second).as_deref(), Ok(&2));
        assert_eq!(shared.get(0), Err(Status::InvalidHandle));
    }
}
