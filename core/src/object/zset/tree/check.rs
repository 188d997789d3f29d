//! Re-derives the tree's invariants.

use super::super::branch::{BRANCH_MAX, Branch};
use super::super::element::Element;
use super::super::leaf::{LEAF_MAX, Leaf};
use super::Tree;
use core::cmp::Ordering;
use core::ptr::NonNull;

/// What a walk has seen so far.
struct Seen {
    leaf: Option<Leaf>,
    element: Option<Element>,
}

impl Tree {
    /// Whether every invariant holds, or which does not.
    pub fn is_valid(&self) -> Result<(), String> {
        let Some(root) = self.root else {
            let is_empty = self.len == 0 && self.height == 0;
            return hold(is_empty, || "no root, but elements".into());
        };
        let mut seen = Seen {
            leaf: None,
            element: None,
        };
        let (_, count) = below(root, self.height, &mut seen)?;
        hold(count == self.len, || {
            format!("{count} elements, not {}", self.len)
        })?;
        let end = seen.leaf.and_then(Leaf::next);
        hold(end.is_none(), || "the last leaf has a next".into())
    }
}

fn hold(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    holds.then_some(()).ok_or_else(broken)
}

/// Checks what lies below a link; answers its first element and how many there are.
fn below(link: NonNull<u8>, height: u64, seen: &mut Seen) -> Result<(Element, u64), String> {
    if height == 0 {
        // SAFETY: `height` says that it is a leaf; the caller holds the shard.
        return leaf_below(unsafe { Leaf::at(link) }, seen);
    }
    // SAFETY: above height 0 lie branches.
    let branch = unsafe { Branch::at(link) };
    hold((1..=BRANCH_MAX).contains(&branch.len()), || {
        format!("a branch of {} children", branch.len())
    })?;
    for index in 0..branch.len() {
        let (first, count) = below(branch.child(index), height - 1, seen)?;
        hold(branch.first(index) == first, || {
            "a first element that is not".into()
        })?;
        hold(branch.score(index) == first.score(), || {
            "a first score that is not".into()
        })?;
        hold(branch.counts()[index] == count, || {
            format!("{count} elements, counted {}", branch.counts()[index])
        })?;
    }
    Ok((branch.first(0), branch.total()))
}

fn leaf_below(leaf: Leaf, seen: &mut Seen) -> Result<(Element, u64), String> {
    let (count, capacity) = (leaf.count(), leaf.capacity());
    hold(
        count > 0 && count <= capacity && capacity <= LEAF_MAX,
        || format!("a leaf of {count} elements in {capacity} places"),
    )?;
    let linked = leaf.prev() == seen.leaf && seen.leaf.is_none_or(|prev| prev.next() == Some(leaf));
    hold(linked, || "leaves are not linked in order".into())?;
    seen.leaf = Some(leaf);
    for &element in leaf.elements() {
        hold(!element.score().is_nan(), || "a score is no number".into())?;
        let ascends = seen.element.is_none_or(|before| {
            before.compare(element.score(), element.member()) == Ordering::Less
        });
        hold(ascends, || "elements do not ascend".into())?;
        seen.element = Some(element);
    }
    Ok((leaf.get(0), count as u64))
}
