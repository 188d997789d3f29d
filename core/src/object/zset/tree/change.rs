//! Changes to the tree: an element in, out, or elsewhere in the order; splits, merges.
//!
//! It may not know why. Invariants: everything a split needs is allocated before anything is changed; taking out never
//! fails, as merges are skipped where there is no memory for them, and leaves room in the leaves it touches.

use super::super::branch::{BRANCH_MAX, Branch, Child};
use super::super::element::Element;
use super::super::leaf::{LEAF_MAX, Leaf};
use super::{HEIGHT_MAX, Path, Step, Tree};
use crate::pool::space::{Full, Space};
use core::cmp::Ordering;

/// Two leaves are merged when together they have no more elements than this.
const LEAF_MERGED: usize = LEAF_MAX * 3 / 4;
/// Two branches are merged when together they have no more children than this.
const BRANCH_MERGED: usize = BRANCH_MAX * 3 / 4;

/// Where a full row is cut: before its end when it grows at its end, so that what comes in order fills the rows.
fn cut(row_max: usize, at_start: bool, at_end: bool) -> usize {
    match (at_start, at_end) {
        (_, true) => row_max - 1,
        (true, _) => 1,
        _ => row_max / 2,
    }
}

/// What a split needs, allocated beforehand.
struct Spares {
    leaf: Leaf,
    /// The leaf that was full may become a smaller one.
    left: Option<Leaf>,
    branches: [Option<Branch>; HEIGHT_MAX + 1],
}

impl Spares {
    /// All or nothing.
    fn alloc(
        space: Space<'_>,
        capacity: usize,
        left: Option<usize>,
        branches: usize,
    ) -> Result<Spares, Full> {
        let mut spares = Spares {
            leaf: Leaf::alloc(space, capacity)?,
            left: None,
            branches: [None; HEIGHT_MAX + 1],
        };
        let outcome = spares.fill(space, left, branches);
        if outcome.is_err() {
            // SAFETY: nothing leads to what was just allocated.
            unsafe {
                spares.leaf.free(space);
                spares.left.iter().for_each(|left| left.free(space));
                let branches = spares.branches.iter().flatten();
                branches.for_each(|branch| branch.free(space));
            }
        }
        outcome.map(|()| spares)
    }

    fn fill(&mut self, space: Space<'_>, left: Option<usize>, branches: usize) -> Result<(), Full> {
        if let Some(capacity) = left {
            self.left = Some(Leaf::alloc(space, capacity)?);
        }
        for branch in &mut self.branches[..branches] {
            *branch = Some(Branch::alloc(space)?);
        }
        Ok(())
    }
}

impl Tree {
    /// Puts an element that is not there into its place.
    pub fn insert(&mut self, space: Space<'_>, element: Element) -> Result<(), Full> {
        let Some(mut path) = self.locate(element.score(), element.member()) else {
            let leaf = Leaf::alloc(space, Leaf::roomy(1))?;
            leaf.insert(0, element);
            (self.root, self.height, self.len) = (Some(leaf.address()), 0, 1);
            return Ok(());
        };
        self.make_room(space, &mut path, element.score(), element.member())?;
        self.put(&path, element);
        Ok(())
    }

    /// Puts an element at a place in a leaf that has room.
    fn put(&mut self, path: &Path, element: Element) {
        path.leaf.insert(path.index, element);
        path.count_by(1);
        self.len += 1;
        if path.index == 0 {
            path.first_changed(path.height, element);
        }
    }

    /// Sees to it that the leaf at `path`, the place of a score and a member, has room for one more.
    fn make_room(
        &mut self,
        space: Space<'_>,
        path: &mut Path,
        score: f64,
        member: &[u8],
    ) -> Result<(), Full> {
        let leaf = path.leaf;
        if leaf.count() < leaf.capacity() {
            return Ok(());
        }
        if leaf.capacity() < LEAF_MAX {
            let capacity = Leaf::roomy(leaf.count());
            path.leaf = self.resize(space, path, capacity)?;
            return Ok(());
        }
        self.split(space, path)?;
        if let Some(found) = self.locate(score, member) {
            *path = found;
        }
        Ok(())
    }

    /// Puts a leaf of another capacity, or place, in the place of the one at `path`.
    pub(super) fn resize(
        &mut self,
        space: Space<'_>,
        path: &Path,
        capacity: usize,
    ) -> Result<Leaf, Full> {
        let old = path.leaf;
        let new = Leaf::alloc(space, capacity)?;
        new.append(old, 0);
        Leaf::link(old.prev(), Some(new));
        Leaf::link(Some(new), old.next());
        self.lead(path, path.height, new.address());
        // SAFETY: parent and neighbours lead to the new leaf.
        unsafe { old.free(space) };
        Ok(new)
    }

    /// Tells whatever is above level `level` of a path that what lies there has a new address.
    pub(super) fn lead(&mut self, path: &Path, level: usize, address: core::ptr::NonNull<u8>) {
        match path.above(level) {
            Some(Step { branch, index }) => branch.set_child(index, address),
            None => self.root = Some(address),
        }
    }

    /// Splits the full leaf at `path`, and every full branch above it that must take one more child.
    fn split(&mut self, space: Space<'_>, path: &Path) -> Result<(), Full> {
        let leaf = path.leaf;
        let at_end = leaf.next().is_none() && path.index == leaf.count();
        let at_start = leaf.prev().is_none() && path.index == 0;
        let full = path.steps().rev();
        let full = full.take_while(|step| step.branch.len() == BRANCH_MAX);
        let full = full.count();
        let branches = full + usize::from(full == path.height);
        assert!(
            path.height + 1 < HEIGHT_MAX,
            "a tree of more elements than memory holds"
        );
        let at = cut(LEAF_MAX, at_start, at_end);
        let rest = LEAF_MAX - at;
        let capacity = if at_end { LEAF_MAX } else { Leaf::roomy(rest) };
        let left = (!at_end).then(|| if at_start { LEAF_MAX } else { Leaf::roomy(at) });
        let mut spares = Spares::alloc(space, capacity, left, branches)?;

        let right = spares.leaf;
        right.append(leaf, at);
        leaf.remove(at, rest);
        Leaf::link(Some(right), leaf.next());
        Leaf::link(Some(leaf), Some(right));
        if let Some(left) = spares.left {
            left.append(leaf, 0);
            Leaf::link(leaf.prev(), Some(left));
            Leaf::link(Some(left), Some(right));
            self.lead(path, path.height, left.address());
            // SAFETY: parent and neighbours lead to the new leaf.
            unsafe { leaf.free(space) };
        }
        let child = Child {
            address: right.address(),
            first: right.get(0),
            count: rest as u64,
        };
        let branches = spares.branches.iter_mut().filter_map(Option::take);
        self.add_child(path, child, branches, (at_start, at_end));
        Ok(())
    }

    /// Adds a child behind the one that `path` took at the lowest branch, out of which it was split.
    fn add_child(
        &mut self,
        path: &Path,
        mut child: Child,
        mut spares: impl Iterator<Item = Branch>,
        (at_start, at_end): (bool, bool),
    ) {
        for Step { branch, index } in path.steps().rev() {
            branch.count_by(index, -(child.count as i64));
            if branch.len() < BRANCH_MAX {
                return branch.insert(index + 1, child);
            }
            let Some(right) = spares.next() else {
                debug_assert!(false, "a spare for every full branch");
                return;
            };
            let at = cut(BRANCH_MAX, at_start, at_end);
            branch.move_tail(at, right);
            if index < at {
                branch.insert(index + 1, child);
            } else {
                right.insert(index + 1 - at, child);
            }
            child = Child {
                address: right.address(),
                first: right.first(0),
                count: right.total(),
            };
        }
        let (Some(root), Some(top)) = (spares.next(), self.root) else {
            debug_assert!(false, "a spare for the root");
            return;
        };
        let first = self.ascending().ascend().unwrap_or(child.first);
        let below = Child {
            address: top,
            first,
            count: self.len - child.count,
        };
        root.insert(0, below);
        root.insert(1, child);
        self.root = Some(root.address());
        self.height += 1;
    }

    /// Takes an element of this tree out; it is the caller's.
    pub fn remove(&mut self, space: Space<'_>, element: Element) {
        if let Some(path) = self.locate(element.score(), element.member()) {
            debug_assert!(path.leaf.get(path.index) == element);
            self.take(space, &path, 1);
        }
    }

    /// Takes up to `n` elements out from `rank` on, as many as lie in one leaf; each is the caller's, who is told it
    /// beforehand. Answers how many.
    pub fn remove_run(
        &mut self,
        space: Space<'_>,
        rank: u64,
        n: u64,
        mut tell: impl FnMut(Element),
    ) -> u64 {
        let Some(path) = self.place_of_rank(rank) else {
            return 0;
        };
        let run = n.min((path.leaf.count() - path.index) as u64);
        let elements = &path.leaf.elements()[path.index..][..run as usize];
        elements.iter().copied().for_each(&mut tell);
        self.take(space, &path, run as usize);
        run
    }

    /// Takes `n` elements at `path` out. Whether links went, so that paths are no more what they were.
    fn take(&mut self, space: Space<'_>, path: &Path, n: usize) -> bool {
        let leaf = path.leaf;
        let was_last = path.index == 0 && n == leaf.count();
        leaf.remove(path.index, n);
        path.count_by(-(n as i64));
        self.len -= n as u64;
        if was_last {
            Leaf::link(leaf.prev(), leaf.next());
            // SAFETY: its neighbours lead to each other, and the child that led to it goes next.
            unsafe { leaf.free(space) };
            self.drop_child(space, path, path.height);
            return true;
        }
        if path.index == 0 {
            path.first_changed(path.height, leaf.get(0));
        }
        self.merge_leaf(space, path)
    }

    /// Takes out what was below level `level` of a path, and whatever becomes empty above it.
    fn drop_child(&mut self, space: Space<'_>, path: &Path, level: usize) {
        let Some(Step { branch, index }) = path.above(level) else {
            *self = Tree::EMPTY;
            return;
        };
        branch.remove(index);
        if branch.len() == 0 {
            // SAFETY: the child that led to it goes next.
            unsafe { branch.free(space) };
            return self.drop_child(space, path, level - 1);
        }
        if index == 0 {
            path.first_changed(level - 1, branch.first(0));
        }
        self.merge_branch(space, path, level - 1);
    }

    /// Merges the leaf at `path` with one beside it, if both are small; else makes it smaller, if it is far too large.
    fn merge_leaf(&mut self, space: Space<'_>, path: &Path) -> bool {
        let count = path.leaf.count();
        if let Some(Step { branch, index }) = path.above(path.height) {
            let fits = |other: usize| {
                let theirs = branch.counts().get(other);
                theirs.is_some_and(|theirs| count + *theirs as usize <= LEAF_MERGED)
            };
            let left = match index {
                0 => fits(1).then_some(0),
                _ if fits(index - 1) => Some(index - 1),
                _ => fits(index + 1).then_some(index),
            };
            if let Some(left) = left {
                return self.merge_leaves(space, path, left);
            }
        }
        let shrunk = count + LEAF_MAX / 4 < path.leaf.capacity() && path.leaf.next().is_some();
        shrunk && self.resize(space, path, Leaf::roomy(count)).is_ok()
    }

    /// Merges the leaves at `left` and `left + 1` of the lowest branch of `path`. False when there is no memory for it.
    fn merge_leaves(&mut self, space: Space<'_>, path: &Path, left: usize) -> bool {
        let Some(Step { branch, .. }) = path.above(path.height) else {
            return false;
        };
        // SAFETY: the lowest branch leads to leaves.
        let [one, other] = [left, left + 1].map(|index| unsafe { Leaf::at(branch.child(index)) });
        let count = one.count() + other.count();
        let target = if one.capacity() > count {
            one
        } else {
            let Ok(target) = Leaf::alloc(space, Leaf::roomy(count)) else {
                return false;
            };
            target.append(one, 0);
            Leaf::link(one.prev(), Some(target));
            branch.set_child(left, target.address());
            // SAFETY: parent and neighbours lead, or will lead, to the new leaf.
            unsafe { one.free(space) };
            target
        };
        let moved = other.count();
        target.append(other, 0);
        Leaf::link(Some(target), other.next());
        // SAFETY: its neighbours lead past it, and the child that led to it goes next.
        unsafe { other.free(space) };
        branch.count_by(left, moved as i64);
        branch.remove(left + 1);
        self.merge_branch(space, path, path.height - 1);
        true
    }

    /// Merges the branch at `level` of a path, which has lost a child, with one beside it, if both are small.
    fn merge_branch(&mut self, space: Space<'_>, path: &Path, level: usize) {
        let Some(Step { branch, .. }) = path.steps[level] else {
            return;
        };
        let Some(Step {
            branch: above,
            index,
        }) = path.above(level)
        else {
            return self.lower(space);
        };
        // SAFETY: a branch above a branch leads to branches.
        let beside = |index: usize| unsafe { Branch::at(above.child(index)) };
        let fits = |other: usize| {
            other < above.len() && branch.len() + beside(other).len() <= BRANCH_MERGED
        };
        let left = match index {
            0 => fits(1).then_some(0),
            _ if fits(index - 1) => Some(index - 1),
            _ => fits(index + 1).then_some(index),
        };
        if let Some(left) = left {
            let [one, other] = [left, left + 1].map(beside);
            let moved = other.total();
            other.move_tail(0, one);
            // SAFETY: the child that led to it goes next.
            unsafe { other.free(space) };
            above.count_by(left, moved as i64);
            above.remove(left + 1);
            self.merge_branch(space, path, level - 1);
        }
    }

    /// Takes branches with one child off the top.
    fn lower(&mut self, space: Space<'_>) {
        while self.height > 0
            && let Some(root) = self.root
        {
            // SAFETY: above height 0 the root is a branch.
            let branch = unsafe { Branch::at(root) };
            if branch.len() > 1 {
                return;
            }
            self.root = branch.pop();
            self.height -= 1;
            // SAFETY: its only child is the root now.
            unsafe { branch.free(space) };
        }
    }

    /// Gives an element of this tree another score, and its place.
    pub fn change_score(
        &mut self,
        space: Space<'_>,
        element: Element,
        score: f64,
    ) -> Result<(), Full> {
        let (before, member) = (element.score(), element.member());
        let Some(mut old) = self.locate(before, member) else {
            return Ok(());
        };
        if old.admits(score, member) {
            element.set_score(score);
            if old.index == 0 {
                old.first_changed(old.height, element);
            }
            return Ok(());
        }
        let Some(mut new) = self.locate(score, member) else {
            return Ok(());
        };
        if new.leaf.count() == new.leaf.capacity() {
            self.make_room(space, &mut new, score, member)?;
            old = self.locate(before, member).unwrap_or(old);
        }
        if self.take(space, &old, 1) {
            // What went or was merged left room in the leaf that the new place is in.
            element.set_score(score);
            return self.insert(space, element);
        }
        if old.leaf == new.leaf && old.index < new.index {
            new.index -= 1;
        }
        element.set_score(score);
        self.put(&new, element);
        Ok(())
    }
}

impl Path {
    /// The branches from the root down.
    pub(super) fn steps(&self) -> impl DoubleEndedIterator<Item = Step> {
        self.steps[..self.height].iter().copied().flatten()
    }

    /// The branch that leads to level `level`, which is `height` for the leaf.
    pub(super) fn above(&self, level: usize) -> Option<Step> {
        level.checked_sub(1).and_then(|above| self.steps[above])
    }

    /// Counts more or fewer elements below every branch on the way.
    #[inline]
    fn count_by(&self, more: i64) {
        for Step { branch, index } in self.steps() {
            branch.count_by(index, more);
        }
    }

    /// Tells the branches above level `level` that another element is the first below it.
    #[inline]
    pub(super) fn first_changed(&self, level: usize, first: Element) {
        for Step { branch, index } in self.steps[..level].iter().rev().copied().flatten() {
            branch.set_first(index, first);
            if index > 0 {
                return;
            }
        }
    }

    /// Whether the element here would stay here with another score.
    fn admits(&self, score: f64, member: &[u8]) -> bool {
        let mut higher = Path {
            index: self.index + 1,
            ..*self
        }
        .ascending();
        let mut lower = self.descending();
        let is_below = |element: Element| element.compare(score, member) == Ordering::Less;
        let is_above = |element: Element| element.compare(score, member) == Ordering::Greater;
        lower.descend().is_none_or(is_below) && higher.ascend().is_none_or(is_above)
    }
}
