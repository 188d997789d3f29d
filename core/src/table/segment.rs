//! A segment: one run of 64-byte lines, eight slots each, that holds the elements of one prefix of hash values.
//!
//! ```text
//! slot: ┌────────────┬──────────┬───────────┬──────────┬──────┬────────────────────────┐
//!       │ tag 63..48 │ over 47  │ inline 46 │ spare    │ ttl41│ element offset/8, 41 b │
//!       └────────────┴──────────┴───────────┴──────────┴──────┴────────────────────────┘
//! ```
//! An inline slot leads nowhere: its 41 bits are the element.
//!
//! An element's *home line* is `tag × lines >> 16`, so that lines are in the order of tags and a segment can change its number
//! of lines without asking any element for its hash. A full home line overflows into the next few; the last slot of each line
//! passed over carries the `over` mark, and a look-up stops at the first line without it.
//!
//! It may not know hashes beyond their tag, nor what an element looks like. Invariant: an element lies at most `REACH - 1` lines
//! behind its home, and every line from its home up to its own, exclusive, carries the mark.

use core::ptr::NonNull;

/// Slots of a line.
pub const LINE_SLOTS: usize = 8;
/// Bytes of a line: one cache line.
pub const LINE_BYTES: usize = 64;
/// Lines of the largest segment: 8 KB.
pub const LINES_MAX: u32 = 128;
/// Lines an element may lie in, counted from its home.
pub const REACH: u32 = 6;

/// Sizes a segment grows through, in lines: those the pool's cells fit without waste.
pub const LINE_STEPS: [u32; 22] = [
    1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 64, 80, 96, 128,
];

const OFFSET_MASK: u64 = (1 << 41) - 1;
const TTL_BIT: u64 = 1 << 41;
const INLINE_BIT: u64 = 1 << 46;
const OVER_BIT: u64 = 1 << 47;
const TAG_SHIFT: u32 = 48;

const _: () = assert!(LINE_SLOTS * size_of::<Slot>() == LINE_BYTES);
const _: () = assert!(LINE_STEPS[LINE_STEPS.len() - 1] == LINES_MAX);

/// Bits of an inline slot's payload.
pub const PAYLOAD_BITS: u32 = 41;

/// One slot: empty, or an element's tag and where it is, or the element itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(transparent)]
pub struct Slot(u64);

impl Slot {
    /// A slot for the element `offset` bytes into the pool.
    #[inline]
    pub fn new(tag: u16, offset: u64, has_deadline: bool) -> Slot {
        debug_assert!(offset != 0 && offset % 8 == 0 && offset / 8 <= OFFSET_MASK);
        Slot((tag as u64) << TAG_SHIFT | (offset / 8) | if has_deadline { TTL_BIT } else { 0 })
    }

    /// A slot that is its own element: `payload` has at most `PAYLOAD_BITS` bits.
    #[inline]
    pub const fn inline(tag: u16, payload: u64) -> Slot {
        debug_assert!(payload <= OFFSET_MASK);
        Slot((tag as u64) << TAG_SHIFT | INLINE_BIT | payload)
    }

    /// Whether the slot is its own element.
    #[inline(always)]
    pub const fn is_inline(self) -> bool {
        self.0 & INLINE_BIT != 0
    }

    /// The element of an inline slot.
    #[inline(always)]
    pub const fn payload(self) -> u64 {
        self.0 & OFFSET_MASK
    }

    /// Whether nothing is here.
    #[inline(always)]
    pub const fn is_empty(self) -> bool {
        self.0 & (OFFSET_MASK | INLINE_BIT) == 0
    }

    /// The hash bits that choose the line.
    #[inline(always)]
    pub const fn tag(self) -> u16 {
        (self.0 >> TAG_SHIFT) as u16
    }

    /// The element's bytes into the pool; for a slot that is not inline.
    #[inline(always)]
    pub const fn offset(self) -> u64 {
        (self.0 & OFFSET_MASK) * 8
    }

    /// Whether the element has a deadline.
    #[inline(always)]
    pub const fn has_deadline(self) -> bool {
        self.0 & TTL_BIT != 0
    }

    const fn is_over(self) -> bool {
        self.0 & OVER_BIT != 0
    }

    const fn content(self) -> u64 {
        self.0 & !OVER_BIT
    }
}

/// A segment's place and size. It owns nothing: the table allocates and frees.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    slots: NonNull<Slot>,
    lines: u32,
}

impl Segment {
    /// # Safety
    /// `slots` points at `lines` initialised lines that live as long as the segment is used, and whoever uses it holds
    /// what guards it.
    #[inline(always)]
    pub const unsafe fn at(slots: NonNull<Slot>, lines: u32) -> Segment {
        Segment { slots, lines }
    }

    /// How many lines.
    pub const fn lines(self) -> u32 {
        self.lines
    }

    /// Bytes asked of the pool.
    pub const fn bytes(self) -> usize {
        self.lines as usize * LINE_BYTES
    }

    /// Where it lies.
    pub const fn address(self) -> NonNull<u8> {
        self.slots.cast()
    }

    /// Makes every slot empty.
    pub fn clear(self) {
        // SAFETY: the lines are ours by `at`'s contract; all-zero is an empty slot.
        unsafe {
            self.slots
                .as_ptr()
                .write_bytes(0, self.lines as usize * LINE_SLOTS)
        }
    }

    /// The home line of `tag`.
    #[inline(always)]
    pub const fn home(self, tag: u16) -> u32 {
        (tag as u32 * self.lines) >> 16
    }

    /// The first tag whose home is `line` or behind it; 65536 behind the last line.
    pub const fn first_tag(self, line: u32) -> u32 {
        (line << 16).div_ceil(self.lines)
    }

    #[inline(always)]
    fn slot(self, line: u32, index: usize) -> *mut Slot {
        debug_assert!(line < self.lines && index < LINE_SLOTS);
        // SAFETY: the index is inside the lines by `at`'s contract.
        unsafe { self.slots.as_ptr().add(line as usize * LINE_SLOTS + index) }
    }

    #[inline(always)]
    fn get(self, line: u32, index: usize) -> Slot {
        // SAFETY: the slot is initialised and its owner holds what guards it.
        unsafe { *self.slot(line, index) }
    }

    fn put(self, line: u32, index: usize, content: u64) {
        let over = self.get(line, index).0 & OVER_BIT;
        // SAFETY: whoever changes a segment is alone with it.
        unsafe { self.slot(line, index).write(Slot(content | over)) }
    }

    #[inline(always)]
    fn is_over(self, line: u32) -> bool {
        self.get(line, LINE_SLOTS - 1).is_over()
    }

    #[inline(always)]
    const fn wrap(self, line: u32) -> u32 {
        if line >= self.lines {
            line % self.lines
        } else {
            line
        }
    }

    /// Asks the CPU for the home line of `tag`.
    #[inline(always)]
    pub fn prefetch(self, tag: u16) {
        prefetch(self.slot(self.home(tag), 0).cast());
    }

    /// The place of the first slot with `tag` for which `is_it` holds.
    #[inline(always)]
    pub fn find(self, tag: u16, mut is_it: impl FnMut(Slot) -> bool) -> Option<Place> {
        let home = self.home(tag);
        let mut line = home;
        for _ in 0..REACH {
            for index in 0..LINE_SLOTS {
                let slot = self.get(line, index);
                if slot.tag() == tag && !slot.is_empty() && is_it(Slot(slot.content())) {
                    return Some(Place { line, index });
                }
            }
            if !self.is_over(line) {
                return None;
            }
            line = self.wrap(line + 1);
        }
        None
    }

    /// Puts `slot` into its home line or one near behind it; `None` when all are full.
    pub fn insert(self, slot: Slot) -> Option<Place> {
        let home = self.home(slot.tag());
        for step in 0..REACH.min(self.lines) {
            let line = self.wrap(home + step);
            if let Some(index) = (0..LINE_SLOTS).find(|&index| self.get(line, index).is_empty()) {
                self.put(line, index, slot.content());
                (0..step).for_each(|passed| self.mark_over(self.wrap(home + passed)));
                return Some(Place { line, index });
            }
        }
        None
    }

    fn mark_over(self, line: u32) {
        let last = self.slot(line, LINE_SLOTS - 1);
        // SAFETY: whoever changes a segment is alone with it.
        unsafe { (*last).0 |= OVER_BIT }
    }

    /// The slot at `place`.
    #[inline(always)]
    pub fn slot_at(self, place: Place) -> Slot {
        Slot(self.get(place.line, place.index).content())
    }

    /// Slot `index` of `line`, in use or not.
    #[inline(always)]
    pub fn slot_in(self, line: u32, index: usize) -> Slot {
        Slot(self.get(line, index).content())
    }

    /// Where the slots in use are, line by line; they may be replaced meanwhile.
    pub fn places(self) -> impl Iterator<Item = Place> {
        (0..self.lines)
            .flat_map(|line| (0..LINE_SLOTS).map(move |index| Place { line, index }))
            .filter(move |&place| !self.slot_at(place).is_empty())
    }

    /// Points `place` at another element with the same tag.
    pub fn replace(self, place: Place, slot: Slot) {
        debug_assert_eq!(self.slot_at(place).tag(), slot.tag());
        self.put(place.line, place.index, slot.content());
    }

    /// Empties `place`.
    pub fn remove(self, place: Place) {
        self.put(place.line, place.index, 0);
    }

    /// Every slot in use, line by line.
    pub fn slots(self) -> impl Iterator<Item = Slot> {
        (0..self.lines)
            .flat_map(move |line| {
                (0..LINE_SLOTS).map(move |index| Slot(self.get(line, index).content()))
            })
            .filter(|slot| !slot.is_empty())
    }

    /// Every slot whose home is `line`, wherever it lies.
    pub fn slots_of_home(self, line: u32) -> impl Iterator<Item = Slot> {
        let reach = self.reach_of(line);
        (0..reach)
            .flat_map(move |step| {
                let at = self.wrap(line + step);
                (0..LINE_SLOTS).map(move |index| Slot(self.get(at, index).content()))
            })
            .filter(move |slot| !slot.is_empty() && self.home(slot.tag()) == line)
    }

    /// Lines a look-up from `home` reads at most.
    fn reach_of(self, home: u32) -> u32 {
        let limit = REACH.min(self.lines);
        (0..limit)
            .find(|&step| !self.is_over(self.wrap(home + step)))
            .map_or(limit, |step| step + 1)
    }

    /// Moves every slot into `target`, which is empty; `false` when one does not fit (then `target` is to be cleared).
    pub fn copy_into(self, target: Segment) -> bool {
        self.slots().all(|slot| target.insert(slot).is_some())
    }

    /// Empties every slot in use whose number, in the order of `slots`, is not to be kept.
    pub fn retain(self, keep: impl Fn(usize) -> bool) {
        let mut number = 0;
        for line in 0..self.lines {
            for index in 0..LINE_SLOTS {
                if self.get(line, index).is_empty() {
                    continue;
                }
                if !keep(number) {
                    self.put(line, index, 0);
                }
                number += 1;
            }
        }
    }

    /// Makes `target`, of as many lines, the same slot by slot.
    pub fn clone_into(self, target: Segment) {
        debug_assert_eq!(self.lines, target.lines);
        let count = self.lines as usize * LINE_SLOTS;
        // SAFETY: both have that many slots and are not the same.
        unsafe {
            core::ptr::copy_nonoverlapping(self.slots.as_ptr(), target.slots.as_ptr(), count);
        }
    }

    /// Re-derives the module's invariant.
    pub fn is_valid(self) -> Result<(), String> {
        for line in 0..self.lines {
            for index in 0..LINE_SLOTS {
                let slot = Slot(self.get(line, index).content());
                if slot.is_empty() {
                    continue;
                }
                let place = self.find(slot.tag(), |other| other.offset() == slot.offset());
                if place != Some(Place { line, index }) {
                    return Err(format!(
                        "slot {slot:?} in line {line} is found at {place:?}"
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Where a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    line: u32,
    index: usize,
}

/// Asks the CPU for a cache line that is about to be read.
#[inline(always)]
pub fn prefetch(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch never faults, whatever the address.
    unsafe {
        core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T0 }>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Lines {
        memory: Vec<[Slot; LINE_SLOTS]>,
    }

    impl Lines {
        fn new(lines: u32) -> Lines {
            Lines {
                memory: vec![[Slot::default(); LINE_SLOTS]; lines as usize],
            }
        }
        fn segment(&mut self) -> Segment {
            let lines = self.memory.len() as u32;
            let slots = NonNull::new(self.memory.as_mut_ptr().cast::<Slot>()).expect("not null");
            // SAFETY: the vector outlives the segment in each test.
            unsafe { Segment::at(slots, lines) }
        }
    }

    fn random_tags(seed: u64) -> impl Iterator<Item = u16> {
        let mut state = seed;
        core::iter::repeat_with(move || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 48) as u16
        })
    }

    #[test]
    fn insert_find_and_remove_agree_at_every_size() {
        for lines in LINE_STEPS {
            let mut memory = Lines::new(lines);
            let segment = memory.segment();
            let mut live = Vec::new();
            for (number, tag) in random_tags(lines as u64).enumerate() {
                let slot = Slot::new(tag, 8 * (number as u64 + 1), number % 3 == 0);
                if segment.insert(slot).is_none() {
                    break;
                }
                live.push(slot);
                if number % 5 == 4 {
                    let gone = live.swap_remove(number % live.len());
                    let place = segment
                        .find(gone.tag(), |slot| slot == gone)
                        .expect("it is there");
                    segment.remove(place);
                    assert_eq!(
                        segment.find(gone.tag(), |slot| slot.offset() == gone.offset()),
                        None
                    );
                }
            }
            assert_eq!(segment.slots().count(), live.len());
            let by_home: usize = (0..lines)
                .map(|line| segment.slots_of_home(line).count())
                .sum();
            assert_eq!(by_home, live.len());
            segment.is_valid().expect("valid");
        }
    }

    #[test]
    fn a_full_size_segment_fills_to_three_quarters_on_average_before_it_refuses() {
        const SEEDS: u64 = 32;
        let fill = |seed| {
            let mut memory = Lines::new(LINES_MAX);
            let segment = memory.segment();
            let slots = random_tags(seed).zip(1..);
            slots
                .take_while(|&(tag, number)| {
                    segment.insert(Slot::new(tag, 8 * number, false)).is_some()
                })
                .count()
        };
        let filled: usize = (1..=SEEDS).map(fill).sum();
        let load = filled as f64 / (SEEDS as usize * LINES_MAX as usize * LINE_SLOTS) as f64;
        assert!(load > 0.75, "load {load}");
    }

    #[test]
    fn first_tag_is_the_inverse_of_home() {
        for lines in LINE_STEPS {
            let mut memory = Lines::new(lines);
            let segment = memory.segment();
            for line in 0..lines {
                let first = segment.first_tag(line);
                assert_eq!(segment.home(first as u16), line);
                assert!(first == 0 || segment.home((first - 1) as u16) == line - 1);
            }
            assert_eq!(segment.first_tag(lines), 65536);
        }
    }

    #[test]
    fn copy_into_a_larger_segment_keeps_every_slot() {
        let (mut small, mut large) = (Lines::new(64), Lines::new(80));
        let (source, target) = (small.segment(), large.segment());
        let mut tags = random_tags(7);
        for number in 0..400u64 {
            source.insert(Slot::new(
                tags.next().expect("endless"),
                8 * (number + 1),
                number % 2 == 0,
            ));
        }
        assert!(source.copy_into(target));
        let (mut before, mut after): (Vec<_>, Vec<_>) =
            (source.slots().collect(), target.slots().collect());
        before.sort_by_key(|slot| slot.offset());
        after.sort_by_key(|slot| slot.offset());
        assert_eq!(before, after);
        target.is_valid().expect("valid");
    }
}
