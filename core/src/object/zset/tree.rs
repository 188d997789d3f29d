//! The order of a large sorted set: a B+-tree with ranks over the addresses of its elements, by score, then by member.
//!
//! ```text
//! Tree ── branch ── branch ── leaf ⇄ leaf ⇄ leaf … ── elements
//!          for each child: address, count below, first element below and its score
//! ```
//! A descent compares scores that lie in the branches; in a leaf it looks at up to seven elements at once, so that their
//! cache misses overlap. A rank is the sum of the counts passed by. Leaves are as large as they need to be, and split
//! unevenly at either end of the row, so that what is added in order fills them.
//!
//! It may not know members' hashes, and never owns elements: whoever takes one out frees it. Invariants, re-derived by
//! `check`: elements ascend strictly; every branch names the first element and the number of elements below each child;
//! all leaves lie `height` deep and are linked in order; none is empty. A change that finds no memory changes nothing.

mod change;
mod check;
mod steps;
#[cfg(test)]
mod tests;

use super::branch::Branch;
use super::element::Element;
use super::leaf::Leaf;
use core::ptr::NonNull;

/// The most branches above a leaf. Neighbours are merged while both fit three quarters of one, so that a branch has 11
/// children on average at the worst: twelve of them above one another lead to more elements than memory holds.
const HEIGHT_MAX: usize = 12;

/// A tree. Plain data: it may lie in the pool.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Tree {
    /// A leaf if `height` is 0, else a branch; null when there is no element.
    root: Option<NonNull<u8>>,
    /// Branches above each leaf.
    height: u64,
    /// Elements.
    len: u64,
}

/// A branch on the way down, and which of its children was taken.
#[derive(Clone, Copy, Debug)]
struct Step {
    branch: Branch,
    index: usize,
}

/// A place in the order, and the way there from the root.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    steps: [Option<Step>; HEIGHT_MAX],
    height: usize,
    leaf: Leaf,
    /// From 0 to the leaf's count: behind its last element is a place too.
    index: usize,
}

impl Path {
    /// How many elements stand before it.
    pub fn rank(&self) -> u64 {
        let steps = self.steps[..self.height].iter().flatten();
        let passed = steps.map(|step| step.branch.counts()[..step.index].iter().sum::<u64>());
        passed.sum::<u64>() + self.index as u64
    }

    /// The elements from here on.
    pub fn ascending(&self) -> Cursor {
        let cursor = Cursor {
            leaf: Some(self.leaf),
            index: self.index,
        };
        if self.index < self.leaf.count() {
            return cursor;
        }
        Cursor {
            leaf: self.leaf.next(),
            index: 0,
        }
    }

    /// The elements before here, the nearest first.
    pub fn descending(&self) -> Cursor {
        match self.index {
            0 => Cursor::last_of(self.leaf.prev()),
            index => Cursor {
                leaf: Some(self.leaf),
                index: index - 1,
            },
        }
    }
}

/// A walk along the elements, either way. It is lost when the tree changes.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    leaf: Option<Leaf>,
    index: usize,
}

impl Cursor {
    /// A walk along nothing.
    pub(super) const NONE: Cursor = Cursor {
        leaf: None,
        index: 0,
    };

    fn last_of(leaf: Option<Leaf>) -> Cursor {
        Cursor {
            leaf,
            index: leaf.map_or(0, |leaf| leaf.count() - 1),
        }
    }

    /// The element it is at; then it goes to the next higher.
    #[inline]
    pub fn ascend(&mut self) -> Option<Element> {
        let leaf = self.leaf?;
        let element = leaf.get(self.index);
        self.index += 1;
        if self.index == leaf.count() {
            (self.leaf, self.index) = (leaf.next(), 0);
        }
        Some(element)
    }

    /// The element it is at; then it goes to the next lower.
    #[inline]
    pub fn descend(&mut self) -> Option<Element> {
        let leaf = self.leaf?;
        let element = leaf.get(self.index);
        match self.index {
            0 => *self = Cursor::last_of(leaf.prev()),
            index => self.index = index - 1,
        }
        Some(element)
    }

    /// The next element in either direction.
    #[inline]
    pub fn step(&mut self, descending: bool) -> Option<Element> {
        if descending {
            self.descend()
        } else {
            self.ascend()
        }
    }
}

/// Elements a leaf's search looks at one after the other once so few are left.
const LINEAR_MAX: usize = 12;
/// Elements looked at together before that: their cache misses overlap.
const PIVOTS: usize = 7;

/// How many elements of an ordered row come before the place that `before` describes.
#[inline(always)]
fn search_leaf(elements: &[Element], before: &impl Fn(f64, Element) -> bool) -> usize {
    let mut start = 0;
    let mut rest = elements;
    while rest.len() > LINEAR_MAX {
        let stride = rest.len() / (PIVOTS + 1);
        let passed = (1..=PIVOTS)
            .filter(|pivot| {
                let element = rest[pivot * stride];
                before(element.score(), element)
            })
            .count();
        let from = if passed == 0 { 0 } else { passed * stride + 1 };
        let until = if passed == PIVOTS {
            rest.len()
        } else {
            (passed + 1) * stride
        };
        start += from;
        rest = &rest[from..until];
    }
    let passed = rest
        .iter()
        .filter(|element| before(element.score(), **element));
    start + passed.count()
}

/// Which child holds the place that `before` describes: the last whose first element comes before it.
#[inline(always)]
fn search_branch(branch: Branch, before: &impl Fn(f64, Element) -> bool) -> usize {
    let (mut low, mut high) = (0, branch.len());
    while high - low > 1 {
        let middle = (low + high) / 2;
        if before(branch.score(middle), branch.first(middle)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

impl Tree {
    /// A tree without elements.
    pub const EMPTY: Tree = Tree {
        root: None,
        height: 0,
        len: 0,
    };

    /// Elements in it.
    #[inline(always)]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether it has no elements.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Goes down; `choose` says which child of a branch to take.
    #[inline(always)]
    fn descend(&self, mut choose: impl FnMut(Branch) -> usize) -> Option<Path> {
        let mut address = self.root?;
        let height = self.height as usize;
        let mut steps = [None; HEIGHT_MAX];
        for step in &mut steps[..height] {
            // SAFETY: `height` says that this link is a branch.
            let branch = unsafe { Branch::at(address) };
            let index = choose(branch);
            address = branch.child(index);
            *step = Some(Step { branch, index });
        }
        // SAFETY: below the branches lie the leaves.
        let leaf = unsafe { Leaf::at(address) };
        Some(Path {
            steps,
            height,
            leaf,
            index: 0,
        })
    }

    /// The place behind all elements for which `before(score, element)` holds, which must be the first ones in order.
    #[inline(always)]
    fn place(&self, before: impl Fn(f64, Element) -> bool) -> Option<Path> {
        let mut path = self.descend(|branch| search_branch(branch, &before))?;
        path.index = search_leaf(path.leaf.elements(), &before);
        Some(path)
    }

    /// The place where a score and a member stand, or would: in the leaf whose first element is the last one not above.
    #[inline]
    fn locate(&self, score: f64, member: &[u8]) -> Option<Path> {
        let through = |other: f64, element: Element| {
            other < score || (other == score && element.member() <= member)
        };
        let before = |other: f64, element: Element| {
            other < score || (other == score && element.member() < member)
        };
        let mut path = self.descend(|branch| search_branch(branch, &through))?;
        path.index = search_leaf(path.leaf.elements(), &before);
        Some(path)
    }

    /// The place before the first element whose score is not below `score`; with `after`, not at it either. `None` when
    /// there are no elements.
    pub fn place_of_score(&self, score: f64, after: bool) -> Option<Path> {
        if after {
            self.place(|other, _| other <= score)
        } else {
            self.place(|other, _| other < score)
        }
    }

    /// The place before the first element whose member is not below `member`; with `after`, not it either. All elements
    /// have one score. `None` when there are no elements.
    pub fn place_of_member(&self, member: &[u8], after: bool) -> Option<Path> {
        self.place(|_, element| match after {
            true => element.member() <= member,
            false => element.member() < member,
        })
    }

    /// The place before the element of that rank, from 0; `None` when there are not so many.
    pub fn place_of_rank(&self, rank: u64) -> Option<Path> {
        if rank >= self.len {
            return None;
        }
        let mut left = rank;
        let mut path = self.descend(|branch| {
            let mut index = 0;
            for &count in branch.counts() {
                if left < count {
                    break;
                }
                left -= count;
                index += 1;
            }
            index
        })?;
        path.index = left as usize;
        Some(path)
    }

    /// The rank of an element of this tree, from 0.
    pub fn rank_of(&self, element: Element) -> u64 {
        self.locate(element.score(), element.member())
            .map_or(0, |path| path.rank())
    }

    /// The elements from the lowest on.
    pub fn ascending(&self) -> Cursor {
        let first = self.descend(|_| 0);
        first.map_or(Cursor::NONE, |path| path.ascending())
    }

    /// The elements from the highest down.
    pub fn descending(&self) -> Cursor {
        let last = self.descend(|branch| branch.len() - 1);
        last.map_or(Cursor::NONE, |path| Cursor::last_of(Some(path.leaf)))
    }
}
