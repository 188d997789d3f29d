//! The tree as allocations: visiting, freeing and moving them a few at a time.
//!
//! It may not know why. Invariant: between two steps of a move the tree is whole and in order.

use super::super::branch::{BRANCH_BYTES, Branch};
use super::super::element::Element;
use super::super::leaf::Leaf;
use super::{Path, Step, Tree};
use crate::pool::space::{Full, Space};
use core::ptr::NonNull;

impl Path {
    /// How many elements its leaf has from here on.
    pub fn ahead(&self) -> usize {
        self.leaf.count() - self.index
    }

    /// The one that comes `nth` of them, from 0.
    pub fn get(&self, nth: usize) -> Element {
        self.leaf.get(self.index + nth)
    }

    /// Has the tree lead to a copy of that one in its place. The key's shard is held exclusively, and the tree has not
    /// changed in any other way since the place was found.
    pub fn replace(&self, nth: usize, copy: Element) {
        self.leaf.set(self.index + nth, copy);
        if self.index + nth == 0 {
            self.first_changed(self.height, copy);
        }
    }
}

impl Tree {
    /// Shows every branch and leaf, but no element, with the bytes it asked of the pool.
    pub fn visit(&self, see: &mut dyn FnMut(NonNull<u8>, usize)) {
        if let Some(root) = self.root {
            visit_below(root, self.height, see);
        }
    }

    /// Frees the last leaf with its elements, and the branches that become empty. Answers how many elements went; 0
    /// when the tree is empty. The counts are wrong from then on: only further calls may follow.
    ///
    /// # Safety
    /// Nothing else leads to the elements.
    pub unsafe fn free_leaf(&mut self, space: Space<'_>) -> usize {
        let Some(path) = self.descend(|branch| branch.len() - 1) else {
            return 0;
        };
        let freed = path.leaf.count();
        // SAFETY: nothing leads to the elements by contract, and to the leaf its parent alone, which forgets it below.
        unsafe {
            let elements = path.leaf.elements().iter();
            elements.for_each(|element| element.free(space));
            path.leaf.free(space);
        }
        for Step { branch, .. } in path.steps().rev() {
            branch.pop();
            if branch.len() > 0 {
                return freed;
            }
            // SAFETY: it leads to nothing, and its parent forgets it next.
            unsafe { branch.free(space) };
        }
        *self = Tree::EMPTY;
        freed
    }

    /// Moves the leaf at `rank` and the branches it is the first leaf below to the space's first node, as far as they are
    /// elsewhere. Answers that place, where the elements can be moved next, and the bytes written; `None` when there is no
    /// element of that rank.
    pub fn relocate_leaf(
        &mut self,
        space: Space<'_>,
        rank: u64,
    ) -> Result<Option<(Path, usize)>, Full> {
        let Some(mut path) = self.place_of_rank(rank) else {
            return Ok(None);
        };
        let mut written = self.relocate_branches(space, &path)?;
        if written > 0
            && let Some(found) = self.place_of_rank(rank)
        {
            path = found;
        }
        if !space.holds(path.leaf.address()) {
            path.leaf = self.move_leaf(space, &path)?;
            written += path.leaf.bytes();
        }
        Ok(Some((path, written)))
    }

    /// Whether the tree has this element.
    pub fn leads_to(&self, element: Element) -> bool {
        let place = self.locate(element.score(), element.member());
        place.is_some_and(|path| path.leaf.elements().get(path.index) == Some(&element))
    }

    /// Moves a leaf into the space.
    fn move_leaf(&mut self, space: Space<'_>, path: &Path) -> Result<Leaf, Full> {
        let old = path.leaf;
        let (prev, next) = (old.prev(), old.next());
        // SAFETY: parent and neighbours lead to the new leaf as soon as it is there.
        let new = unsafe { Leaf::at(space.migrate_block(old.address(), old.bytes())?) };
        Leaf::link(prev, Some(new));
        Leaf::link(Some(new), next);
        self.lead(path, path.height, new.address());
        Ok(new)
    }

    /// Moves the branches whose first leaf `path` leads to; answers the bytes written.
    fn relocate_branches(&mut self, space: Space<'_>, path: &Path) -> Result<usize, Full> {
        let mut written = 0;
        for level in (0..path.height).rev() {
            let Some(Step { branch, index }) = path.steps[level] else {
                break;
            };
            if !space.holds(branch.address()) {
                // SAFETY: its parent leads to the copy from now on. `path` still names it, but the levels above come next,
                // which are looked up in the path, not through it.
                let new = unsafe { space.migrate_block(branch.address(), BRANCH_BYTES)? };
                self.lead(path, level, new);
                written += BRANCH_BYTES;
            }
            if index > 0 {
                break;
            }
        }
        Ok(written)
    }
}

fn visit_below(link: NonNull<u8>, height: u64, see: &mut dyn FnMut(NonNull<u8>, usize)) {
    if height == 0 {
        // SAFETY: `height` says that it is a leaf; the caller holds the shard.
        return see(link, unsafe { Leaf::at(link) }.bytes());
    }
    see(link, BRANCH_BYTES);
    // SAFETY: above height 0 lie branches.
    let branch = unsafe { Branch::at(link) };
    for index in 0..branch.len() {
        visit_below(branch.child(index), height - 1, see);
    }
}
