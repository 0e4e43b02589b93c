//! How nodes are stored: 256 beside each other (C2SP tlog-tiles).

use std::collections::{BTreeMap, BTreeSet};

use crate::{Frontier, Hash, Node, TreeError};

/// Up to 256 nodes of one level, from left to right: 8 KiB. The tiles of level 0 hold leaves, those of level 1 one hash
/// for each full tile of level 0, and so on. A tile is only ever added to, and never changes once it is full. What
/// stands between two levels of tiles is not stored; it is hashed out of the lower one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    pub level: u8,
    pub index: u64,
}

impl Tile {
    /// How many levels of the tree a tile stands over.
    const HEIGHT: u8 = 8;
    pub const WIDTH: usize = 1 << Self::HEIGHT;

    /// The tile that a node is in, or is hashed out of.
    pub fn of(node: Node) -> Self {
        Self::place(node).0
    }

    /// The tile of a node, and of which of its hashes the node is made: from where on, and how many.
    fn place(node: Node) -> (Self, usize, usize) {
        let above = node.level % Self::HEIGHT;
        let beside = Self::HEIGHT - above;
        let tile = Self { level: node.level / Self::HEIGHT, index: node.index >> beside };
        let first = node.index & ((1 << beside) - 1);
        (tile, (first as usize) << above, 1 << above)
    }
}

/// What a tile gets behind the `at` hashes that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    pub tile: Tile,
    pub at: usize,
    pub hashes: Vec<Hash>,
}

impl Growth {
    /// Adds leaves to a tree, and says what becomes of its tiles by that: each that grows once, in order. Many leaves at
    /// once touch few tiles.
    pub fn of(frontier: &mut Frontier, leaves: impl IntoIterator<Item = Hash>) -> Vec<Self> {
        let mut growths = BTreeMap::<Tile, Self>::new();
        for leaf in leaves {
            for (node, hash) in frontier.push(leaf) {
                let (tile, at, hashes) = Tile::place(node);
                if hashes == 1 {
                    let growth = growths.entry(tile).or_insert(Self { tile, at, hashes: Vec::new() });
                    growth.hashes.push(hash);
                }
            }
        }
        growths.into_values().collect()
    }
}

/// The nodes of a tree, out of its frontier and of tiles that were fetched.
///
/// With the frontier of the size that a proof is for, a proof needs one tile of each level at most: the frontier has what
/// stands at the right edge, which would be in tiles of its own.
#[derive(Debug, Clone, Default)]
pub struct Tiles {
    frontier: Frontier,
    fetched: BTreeMap<Tile, Vec<Hash>>,
}

impl Tiles {
    /// Without a frontier (`Frontier::default()`), all comes out of tiles.
    pub fn beside(frontier: Frontier) -> Self {
        Self { frontier, fetched: BTreeMap::new() }
    }

    /// The tiles that must be fetched for some nodes, which can be done in one read.
    pub fn wanted(&self, nodes: &[Node]) -> BTreeSet<Tile> {
        nodes.iter().filter(|node| self.get(**node).is_none()).map(|node| Tile::of(*node)).collect()
    }

    /// Takes a tile as it is stored. It may have grown since, beyond the tree that is asked about.
    pub fn add(&mut self, tile: Tile, bytes: &[u8]) -> Result<(), TreeError> {
        let (hashes, rest) = bytes.as_chunks::<{ Hash::LENGTH }>();
        if !rest.is_empty() || !(1..=Tile::WIDTH).contains(&hashes.len()) {
            return Err(TreeError::TileUnreadable);
        }
        self.fetched.insert(tile, hashes.iter().copied().map(Hash::from).collect());
        Ok(())
    }

    /// What a proof looks up.
    pub fn get(&self, node: Node) -> Option<Hash> {
        self.frontier.get(node).or_else(|| {
            let (tile, first, hashes) = Tile::place(node);
            Some(over(self.fetched.get(&tile)?.get(first..first + hashes)?))
        })
    }
}

/// The root over a power of two of hashes.
fn over(hashes: &[Hash]) -> Hash {
    if let [hash] = hashes {
        return *hash;
    }
    let (left, right) = hashes.split_at(hashes.len() / 2);
    Hash::of_children(over(left), over(right))
}
