//! Places in a tree.

use crate::size::MOST_LEAVES;
use crate::{Hash, TreeError};

/// A complete subtree: it stands over `2^level` leaves, and `index` others of its size stand left of it. Level 0 is the
/// leaves themselves. A tree that grows never changes it, so it is stored once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    pub level: u8,
    pub index: u64,
}

impl Node {
    pub(crate) fn missing(self) -> TreeError {
        TreeError::NodeMissing { level: self.level, index: self.index }
    }
}

/// The leaves from one up to, and not including, another. Only such come up as RFC 6962 splits a tree by: they are a
/// subtree, complete or at the right edge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub from: u64,
    pub to: u64,
}

impl Span {
    /// All leaves of a tree.
    pub fn of_tree(size: u64) -> Self {
        Self { from: 0, to: size }
    }

    /// Where it is split: the left half is the largest power of two that leaves something for the right one. Nothing for
    /// fewer than two leaves.
    pub fn middle(self) -> Option<u64> {
        let last = (self.to - self.from).checked_sub(1)?;
        Some(self.from + (1 << last.checked_ilog2()?))
    }

    /// The complete subtrees that it is made of, largest first.
    pub fn nodes(self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut from = self.from;
        while let Some(level) = (self.to - from).checked_ilog2() {
            nodes.push(Node { level: level as u8, index: from >> level });
            from += 1 << level;
        }
        nodes
    }

    /// Its hash, out of those of `nodes`.
    pub fn hash(self, lookup: &impl Fn(Node) -> Option<Hash>) -> Result<Hash, TreeError> {
        let found = self.nodes().into_iter().map(|node| lookup(node).ok_or(node.missing()));
        Ok(root_over(&found.collect::<Result<Vec<_>, _>>()?))
    }
}

pub(crate) fn fits(size: u64) -> Result<u64, TreeError> {
    (size <= MOST_LEAVES).then_some(size).ok_or(TreeError::TooManyLeaves { size })
}

/// The root over complete subtrees beside each other, of which each is larger than the next.
pub(crate) fn root_over(subtrees: &[Hash]) -> Hash {
    let fold = |right, left| Hash::of_children(left, right);
    subtrees.iter().copied().rev().reduce(fold).unwrap_or(Hash::OF_NO_LEAVES)
}
