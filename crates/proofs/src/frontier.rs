//! The right edge of a tree, from which it grows.

use crate::node::{Node, Span, fits, root_over};
use crate::{Hash, TreeError};

/// The complete subtrees that a tree is made of, largest first: one for each bit of its size. It is all that is needed to
/// add leaves, and to say what the root is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn root(&self) -> Hash {
        root_over(&self.subtrees)
    }

    /// Adds a leaf. Returned is what is there for good with it: the leaf, and each subtree that it completes, upwards.
    pub fn push(&mut self, leaf: Hash) -> Vec<(Node, Hash)> {
        let mut made = vec![(Node { level: 0, index: self.size }, leaf)];
        let mut hash = leaf;
        for level in 1..=self.size.trailing_ones() {
            let left = self.subtrees.pop().expect("there is a subtree for each bit of the size");
            hash = Hash::of_children(left, hash);
            made.push((Node { level: level as u8, index: self.size >> level }, hash));
        }
        self.subtrees.push(hash);
        self.size += 1;
        made
    }

    /// Its own subtrees, of all nodes that there are.
    pub fn get(&self, node: Node) -> Option<Hash> {
        let complete = self.size.checked_shr(node.level.into())?;
        let larger = (complete >> 1).count_ones() as usize;
        let own = complete & 1 == 1 && node.index == complete - 1;
        own.then(|| self.subtrees[larger])
    }

    /// What `assemble` will look up.
    pub fn needs(size: u64) -> Vec<Node> {
        Span::of_tree(size).nodes()
    }

    /// The frontier, and with it the root, that a tree had when it had `size` leaves.
    pub fn assemble(size: u64, lookup: &impl Fn(Node) -> Option<Hash>) -> Result<Self, TreeError> {
        let size = fits(size)?;
        let found = Self::needs(size).into_iter().map(|node| lookup(node).ok_or(node.missing()));
        Ok(Self { size, subtrees: found.collect::<Result<_, _>>()? })
    }

    /// The size in eight bytes, the highest first, and the subtrees, largest first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        self.subtrees.iter().for_each(|hash| bytes.extend(hash.as_bytes()));
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TreeError> {
        let (size, hashes) = bytes.split_first_chunk().ok_or(TreeError::FrontierUnreadable)?;
        let size = fits(u64::from_be_bytes(*size))?;
        let (hashes, rest) = hashes.as_chunks::<{ Hash::LENGTH }>();
        if !rest.is_empty() || hashes.len() != size.count_ones() as usize {
            return Err(TreeError::FrontierUnreadable);
        }
        Ok(Self { size, subtrees: hashes.iter().copied().map(Hash::from).collect() })
    }
}
