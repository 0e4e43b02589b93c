//! That one tree is the beginning of another.

use crate::node::{Node, Span, fits};
use crate::{Hash, TreeError};

/// The first `old` leaves of a tree of `new` leaves (RFC 6962, 2.1.2). Nothing is needed to prove it of no leaves at all,
/// and of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consistency {
    old: u64,
    new: u64,
}

impl Consistency {
    pub fn between(old: u64, new: u64) -> Result<Self, TreeError> {
        let new = fits(new)?;
        if old > new {
            return Err(TreeError::NotEarlier { old, new });
        }
        Ok(Self { old, new })
    }

    /// What `assemble` will look up.
    pub fn needs(self) -> Vec<Node> {
        self.spans().into_iter().flat_map(Span::nodes).collect()
    }

    pub fn assemble(self, lookup: &impl Fn(Node) -> Option<Hash>) -> Result<Vec<Hash>, TreeError> {
        self.spans().into_iter().map(|span| span.hash(lookup)).collect()
    }

    /// Checks a proof (RFC 9162, 2.1.4.2). As with `Inclusion`, each size and its root must come from one signed
    /// checkpoint.
    pub fn verify(self, old_root: Hash, new_root: Hash, proof: &[Hash]) -> Result<(), TreeError> {
        let expected = self.spans().len();
        if proof.len() != expected {
            return Err(TreeError::WrongLength { hashes: proof.len(), expected });
        }
        if self.old == 0 && old_root != Hash::OF_NO_LEAVES {
            return Err(TreeError::WrongOldRoot);
        }
        if self.old == self.new && old_root != new_root {
            return Err(TreeError::WrongOldRoot);
        }
        if self.old == 0 || self.old == self.new {
            return Ok(());
        }
        // The whole old tree is a subtree of the new one: its root is known, and not said again.
        let whole = self.old.is_power_of_two().then_some(old_root);
        let mut hashes = whole.into_iter().chain(proof.iter().copied());
        let begin = hashes.next().ok_or(TreeError::WrongLength { hashes: 0, expected })?;
        let (mut at, mut last) = (self.old - 1, self.new - 1);
        let complete = at.trailing_ones();
        (at, last) = (at >> complete, last >> complete);
        let (mut then, mut now) = (begin, begin);
        for beside in hashes {
            if at & 1 == 1 || at == last {
                then = Hash::of_children(beside, then);
                now = Hash::of_children(beside, now);
                let lonely = if at == 0 { 0 } else { at.trailing_zeros() };
                (at, last) = (at >> lonely, last >> lonely);
            } else {
                now = Hash::of_children(now, beside);
            }
            (at, last) = (at >> 1, last >> 1);
        }
        if then != old_root {
            return Err(TreeError::WrongOldRoot);
        }
        if last != 0 || now != new_root {
            return Err(TreeError::WrongRoot);
        }
        Ok(())
    }

    /// What the proof is made of: the largest subtree that ends where the old tree does, unless it is all of it, and what
    /// stands beside the way from there to the root.
    fn spans(self) -> Vec<Span> {
        if self.old == 0 {
            return Vec::new();
        }
        let mut spans = Vec::new();
        let mut way = Span::of_tree(self.new);
        while way.to != self.old
            && let Some(middle) = way.middle()
        {
            let (left, right) = (Span { to: middle, ..way }, Span { from: middle, ..way });
            let beside;
            (way, beside) = if self.old <= middle { (left, right) } else { (right, left) };
            spans.push(beside);
        }
        if way.from != 0 {
            spans.push(way);
        }
        spans.reverse();
        spans
    }
}
