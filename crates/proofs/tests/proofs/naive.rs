//! RFC 6962, 2.1, as it is written there: from the root down, over all leaves.

use std::cell::RefCell;
use std::collections::HashMap;

use proofs::{Hash, Node};
use ring::digest::{SHA256, digest};

/// The leaves `from..to`, hashed once.
pub struct Naive {
    leaves: Vec<Hash>,
    known: RefCell<HashMap<(u64, u64), Hash>>,
}

impl Naive {
    pub fn over(leaves: Vec<Hash>) -> Self {
        Self { leaves, known: RefCell::default() }
    }

    pub fn of(size: u64) -> Self {
        Self::over(crate::leaves(size))
    }

    pub fn root(&self, size: u64) -> Hash {
        self.hash(0, size)
    }

    pub fn node(&self, node: Node) -> Option<Hash> {
        let from = node.index << node.level;
        let to = (node.index + 1) << node.level;
        (to <= self.leaves.len() as u64).then(|| self.hash(from, to))
    }

    pub fn leaf(&self, index: u64) -> Hash {
        self.leaves[index as usize]
    }

    pub fn inclusion(&self, index: u64, size: u64) -> Vec<Hash> {
        self.path(index, 0, size)
    }

    pub fn consistency(&self, old: u64, new: u64) -> Vec<Hash> {
        if old == 0 { Vec::new() } else { self.subproof(old, 0, new, true) }
    }

    fn hash(&self, from: u64, to: u64) -> Hash {
        if let Some(hash) = self.known.borrow().get(&(from, to)) {
            return *hash;
        }
        let hash = match to - from {
            0 => sha256(b""),
            1 => self.leaf(from),
            length => {
                let middle = from + split(length);
                let (left, right) = (self.hash(from, middle), self.hash(middle, to));
                sha256(&[&[1], left.as_bytes().as_slice(), right.as_bytes()].concat())
            }
        };
        self.known.borrow_mut().insert((from, to), hash);
        hash
    }

    fn path(&self, index: u64, from: u64, to: u64) -> Vec<Hash> {
        if to - from == 1 {
            return Vec::new();
        }
        let middle = from + split(to - from);
        let (mut proof, beside) = if index < middle {
            (self.path(index, from, middle), self.hash(middle, to))
        } else {
            (self.path(index, middle, to), self.hash(from, middle))
        };
        proof.push(beside);
        proof
    }

    fn subproof(&self, old: u64, from: u64, to: u64, whole: bool) -> Vec<Hash> {
        if old == to {
            return if whole { Vec::new() } else { vec![self.hash(from, to)] };
        }
        let middle = from + split(to - from);
        let (mut proof, beside) = if old <= middle {
            (self.subproof(old, from, middle, whole), self.hash(middle, to))
        } else {
            (self.subproof(old, middle, to, false), self.hash(from, middle))
        };
        proof.push(beside);
        proof
    }
}

/// Which way it goes from the root to a leaf, at each step: all that a proof knows of the size.
pub fn way_to_leaf(index: u64, size: u64) -> Option<Vec<bool>> {
    let (mut from, mut to) = (0, size);
    let mut way = Vec::new();
    while index < size && to - from > 1 {
        let middle = from + split(to - from);
        way.push(index < middle);
        (from, to) = if index < middle { (from, middle) } else { (middle, to) };
    }
    (index < size).then_some(way)
}

/// Which way it goes from the root to where the old tree ends: all that a proof knows of the two sizes.
pub fn way_to_old(old: u64, new: u64) -> Option<Vec<bool>> {
    let (mut from, mut to) = (0, new);
    let mut way = Vec::new();
    while (1..=new).contains(&old) && to != old {
        let middle = from + split(to - from);
        way.push(old <= middle);
        (from, to) = if old <= middle { (from, middle) } else { (middle, to) };
    }
    (1..=new).contains(&old).then_some(way)
}

pub fn sha256(bytes: &[u8]) -> Hash {
    Hash::read(digest(&SHA256, bytes).as_ref()).unwrap()
}

/// The largest power of two below the length.
pub fn split(length: u64) -> u64 {
    let mut half = 1;
    while half * 2 < length {
        half *= 2;
    }
    half
}
