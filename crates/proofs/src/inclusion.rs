//! That a leaf is in a tree.

use crate::node::{Node, Span, fits};
use crate::{Hash, TreeError};

/// Leaf `index` in the tree of `size` leaves. The proof is the hashes of what stands beside the way from the leaf up to
/// the root, the leaf's neighbour first (RFC 6962, 2.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inclusion {
    index: u64,
    size: u64,
}

impl Inclusion {
    pub fn of(index: u64, size: u64) -> Result<Self, TreeError> {
        let size = fits(size)?;
        if index >= size {
            return Err(TreeError::LeafBeyond { index, size });
        }
        Ok(Self { index, size })
    }

    /// What `assemble` will look up.
    pub fn needs(self) -> Vec<Node> {
        self.spans().into_iter().flat_map(Span::nodes).collect()
    }

    pub fn assemble(self, lookup: &impl Fn(Node) -> Option<Hash>) -> Result<Vec<Hash>, TreeError> {
        self.spans().into_iter().map(|span| span.hash(lookup)).collect()
    }

    /// Checks a proof (RFC 9162, 2.1.3.2). Size and root belong together and must come from one signed checkpoint: a
    /// right proof is also one for some other sizes, whose trees have the same shape around this leaf.
    pub fn verify(self, leaf: Hash, proof: &[Hash], root: Hash) -> Result<(), TreeError> {
        let expected = self.spans().len();
        if proof.len() != expected {
            return Err(TreeError::WrongLength { hashes: proof.len(), expected });
        }
        let (mut at, mut last) = (self.index, self.size - 1);
        let mut hash = leaf;
        for beside in proof {
            if at & 1 == 1 || at == last {
                hash = Hash::of_children(*beside, hash);
                // At the right edge there may be no neighbour for several levels.
                let lonely = if at == 0 { 0 } else { at.trailing_zeros() };
                (at, last) = (at >> lonely, last >> lonely);
            } else {
                hash = Hash::of_children(hash, *beside);
            }
            (at, last) = (at >> 1, last >> 1);
        }
        if last != 0 || hash != root {
            return Err(TreeError::WrongRoot);
        }
        Ok(())
    }

    /// What stands beside the way, from the leaf upwards.
    fn spans(self) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut way = Span::of_tree(self.size);
        while let Some(middle) = way.middle() {
            let (left, right) = (Span { to: middle, ..way }, Span { from: middle, ..way });
            let beside;
            (way, beside) = if self.index < middle { (left, right) } else { (right, left) };
            spans.push(beside);
        }
        spans.reverse();
        spans
    }
}
