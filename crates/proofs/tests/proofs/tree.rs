//! What this crate says of trees is what the RFC says.

use std::collections::HashMap;

use proofs::{Consistency, Frontier, Hash, Inclusion, Node, TreeError};
use proptest::prelude::*;

use crate::naive::{Naive, split};
use crate::{entry, leaves};

const SIZES: u64 = 300;

/// A log as it is stored: each node when it came into being, and nothing else.
fn grown(size: u64) -> (Frontier, HashMap<Node, Hash>) {
    let mut frontier = Frontier::default();
    let nodes = leaves(size).into_iter().flat_map(|leaf| frontier.push(leaf)).collect();
    (frontier, nodes)
}

#[test]
fn a_tree_that_grows_has_the_root_of_the_rfc_at_each_size() {
    let naive = Naive::of(SIZES);
    let mut frontier = Frontier::default();
    assert_eq!(frontier.root(), Hash::OF_NO_LEAVES);
    for (size, leaf) in (1..).zip(leaves(SIZES)) {
        let made = frontier.push(leaf);
        assert_eq!((frontier.size(), frontier.root()), (size, naive.root(size)));
        for (node, hash) in made {
            assert_eq!(naive.node(node), Some(hash), "{node:?} of {size}");
        }
    }
}

#[test]
fn each_node_is_said_once_with_the_leaf_that_completes_it() {
    let mut frontier = Frontier::default();
    let mut said = Vec::new();
    for (at, leaf) in leaves(SIZES).into_iter().enumerate() {
        for (node, _) in frontier.push(leaf) {
            assert_eq!(
                ((node.index + 1) << node.level) - 1,
                at as u64,
                "{node:?} is complete with leaf {at}"
            );
            said.push(node);
        }
    }
    let complete: u64 = (0..16).map(|level| SIZES >> level).sum();
    assert_eq!(said.len() as u64, complete);
    said.sort();
    said.dedup();
    assert_eq!(said.len() as u64, complete);
}

#[test]
fn a_leaf_hash_is_never_that_of_a_node() {
    let (left, right) = (Hash::of_leaf(b"a"), Hash::of_leaf(b"b"));
    let both = [left.as_bytes().as_slice(), right.as_bytes()].concat();
    assert_ne!(Hash::of_leaf(&both), Hash::of_children(left, right));
    assert_ne!(Hash::of_children(left, right), Hash::of_children(right, left));
}

#[test]
fn every_leaf_of_every_tree_is_proved_as_the_rfc_does() {
    let naive = Naive::of(SIZES);
    let (_, nodes) = grown(SIZES);
    let stored = |node| nodes.get(&node).copied();
    for size in 1..=SIZES {
        for index in 0..size {
            let inclusion = Inclusion::of(index, size).unwrap();
            let proof = inclusion.assemble(&stored).unwrap();
            assert_eq!(proof, naive.inclusion(index, size), "{index} of {size}");
            inclusion.verify(naive.leaf(index), &proof, naive.root(size)).unwrap();
        }
    }
}

#[test]
fn every_tree_is_proved_to_be_the_beginning_of_every_later_one() {
    let naive = Naive::of(SIZES);
    let (_, nodes) = grown(SIZES);
    let stored = |node| nodes.get(&node).copied();
    for new in 0..=SIZES {
        for old in 0..=new {
            let consistency = Consistency::between(old, new).unwrap();
            let proof = consistency.assemble(&stored).unwrap();
            assert_eq!(proof, naive.consistency(old, new), "{old} of {new}");
            consistency.verify(naive.root(old), naive.root(new), &proof).unwrap();
        }
    }
}

#[test]
fn a_proof_needs_exactly_what_it_says_and_never_a_node_that_is_not_complete() {
    let naive = Naive::of(70);
    for size in 1..=70 {
        let within = Naive::of(size);
        for number in 0..size {
            let inclusion = Inclusion::of(number, size).unwrap();
            let consistency = Consistency::between(number, size).unwrap();
            for (needs, proof) in [
                (inclusion.needs(), naive.inclusion(number, size)),
                (consistency.needs(), naive.consistency(number, size)),
            ] {
                assert!(needs.iter().all(|node| within.node(*node).is_some()));
                assert!(needs.len() <= 2 * size.ilog2() as usize + 1, "{needs:?}");
                assert!(needs.len() >= proof.len());
            }
            for missing in inclusion.needs() {
                let error = TreeError::NodeMissing { level: missing.level, index: missing.index };
                let lookup = |node| if node == missing { None } else { naive.node(node) };
                assert_eq!(inclusion.assemble(&lookup), Err(error));
            }
            for missing in consistency.needs() {
                let error = TreeError::NodeMissing { level: missing.level, index: missing.index };
                let lookup = |node| if node == missing { None } else { naive.node(node) };
                assert_eq!(consistency.assemble(&lookup), Err(error));
            }
        }
    }
}

#[test]
fn the_frontier_of_an_earlier_size_is_found_again_and_grows_as_it_did() {
    let (mut now, nodes) = grown(SIZES);
    let stored = |node| nodes.get(&node).copied();
    let all = leaves(SIZES);
    for size in 0..=SIZES {
        let mut then = Frontier::assemble(size, &stored).unwrap();
        assert_eq!(then.root(), Naive::of(size).root(size));
        for node in Frontier::needs(size) {
            assert_eq!(then.get(node), stored(node));
        }
        assert_eq!(Frontier::from_bytes(&then.to_bytes()), Ok(then.clone()));
        assert_eq!(then.to_bytes().len(), 8 + 32 * size.count_ones() as usize);
        all[size as usize..].iter().for_each(|leaf| drop(then.push(*leaf)));
        assert_eq!(then, now);
    }
    assert_eq!(now.push(Hash::of_leaf(&entry(SIZES))).len(), 1);
}

#[test]
fn bytes_that_are_no_frontier_are_refused() {
    let (frontier, _) = grown(7);
    let bytes = frontier.to_bytes();
    for length in 0..bytes.len() {
        assert_eq!(Frontier::from_bytes(&bytes[..length]), Err(TreeError::FrontierUnreadable), "{length}");
    }
    let longer = [bytes.as_slice(), &[0; 32]].concat();
    assert_eq!(Frontier::from_bytes(&longer), Err(TreeError::FrontierUnreadable));
    let size = u64::MAX;
    let full = [size.to_be_bytes().as_slice(), &[0; 64 * 32]].concat();
    assert_eq!(Frontier::from_bytes(&full), Err(TreeError::TooManyLeaves { size }));
    let most = [(i64::MAX as u64).to_be_bytes().as_slice(), &[0; 63 * 32]].concat();
    let mut most = Frontier::from_bytes(&most).unwrap();
    assert_eq!(most.push(Hash::OF_NO_LEAVES).len(), 64);
    for (level, index) in [(0, 0), (64, 0), (255, u64::MAX), (0, u64::MAX), (62, 1)] {
        assert_eq!(frontier.get(Node { level, index }), None);
    }
}

#[test]
fn numbers_that_cannot_be_are_refused_in_a_sentence() {
    let size = u64::MAX;
    assert_eq!(Inclusion::of(0, size), Err(TreeError::TooManyLeaves { size }));
    assert_eq!(Consistency::between(0, size), Err(TreeError::TooManyLeaves { size }));
    assert_eq!(Frontier::assemble(size, &|_| None), Err(TreeError::TooManyLeaves { size }));
    assert_eq!(Inclusion::of(0, 0), Err(TreeError::LeafBeyond { index: 0, size: 0 }));
    assert_eq!(Inclusion::of(5, 5), Err(TreeError::LeafBeyond { index: 5, size: 5 }));
    let refused = Consistency::between(6, 5).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "A log of 6 entries cannot be the beginning of one of 5. Name the earlier checkpoint first."
    );
}

#[test]
fn nothing_and_everything_need_no_proof_and_still_their_roots() {
    let naive = Naive::of(5);
    let (none, three, five) = (Hash::OF_NO_LEAVES, naive.root(3), naive.root(5));
    assert_eq!(Consistency::between(0, 5).unwrap().verify(none, five, &[]), Ok(()));
    assert_eq!(Consistency::between(0, 5).unwrap().verify(three, five, &[]), Err(TreeError::WrongOldRoot));
    assert_eq!(Consistency::between(5, 5).unwrap().verify(five, five, &[]), Ok(()));
    assert_eq!(Consistency::between(5, 5).unwrap().verify(three, five, &[]), Err(TreeError::WrongOldRoot));
    assert_eq!(Consistency::between(0, 0).unwrap().verify(none, five, &[]), Err(TreeError::WrongOldRoot));
    let wrong = TreeError::WrongLength { hashes: 1, expected: 0 };
    for old in [0, 5] {
        let root = naive.root(old);
        assert_eq!(Consistency::between(old, 5).unwrap().verify(root, five, &[none]), Err(wrong));
    }
}

/// A tree of whatever size, all of whose leaves are the same: a subtree is known by how many leaves it has.
struct Uniform {
    complete: Vec<Hash>,
}

impl Uniform {
    fn new() -> Self {
        let next = |hash: &Hash| Some(Hash::of_children(*hash, *hash));
        Self { complete: std::iter::successors(Some(Hash::of_leaf(b"same")), next).take(64).collect() }
    }

    fn root(&self, size: u64) -> Hash {
        match size {
            0 => Hash::OF_NO_LEAVES,
            size if size.is_power_of_two() => self.complete[size.ilog2() as usize],
            size => Hash::of_children(self.root(split(size)), self.root(size - split(size))),
        }
    }

    fn node(&self, node: Node) -> Option<Hash> {
        Some(self.complete[usize::from(node.level)])
    }
}

/// Sizes of every order, up to the most.
fn sizes() -> impl Strategy<Value = u64> {
    (1..=i64::MAX as u64, 0..63u32).prop_map(|(size, shift)| (size >> shift).max(1))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn larger_trees_agree_with_the_rfc_too(size in 1u64..5_000, numbers in proptest::collection::vec(any::<u64>(), 20)) {
        let naive = Naive::of(size);
        let (frontier, nodes) = grown(size);
        let stored = |node| nodes.get(&node).copied();
        prop_assert_eq!(frontier.root(), naive.root(size));
        for number in numbers {
            let number = number % size;
            let inclusion = Inclusion::of(number, size).unwrap();
            let proof = inclusion.assemble(&stored).unwrap();
            prop_assert_eq!(&proof, &naive.inclusion(number, size));
            prop_assert_eq!(inclusion.verify(naive.leaf(number), &proof, naive.root(size)), Ok(()));
            let consistency = Consistency::between(number, size).unwrap();
            let proof = consistency.assemble(&stored).unwrap();
            prop_assert_eq!(&proof, &naive.consistency(number, size));
            prop_assert_eq!(consistency.verify(naive.root(number), naive.root(size), &proof), Ok(()));
            prop_assert_eq!(Frontier::assemble(number, &stored).unwrap().root(), naive.root(number));
        }
    }

    #[test]
    fn trees_of_any_size_at_all_are_proved(size in sizes(), numbers in proptest::collection::vec(any::<u64>(), 50)) {
        let tree = Uniform::new();
        let stored = |node| tree.node(node);
        for number in numbers {
            let (number, root) = (number % size, tree.root(size));
            let inclusion = Inclusion::of(number, size).unwrap();
            let proof = inclusion.assemble(&stored).unwrap();
            prop_assert!(proof.len() <= 63);
            prop_assert_eq!(inclusion.verify(Hash::of_leaf(b"same"), &proof, root), Ok(()));
            prop_assert!(inclusion.verify(Hash::of_leaf(b"another"), &proof, root).is_err());
            let consistency = Consistency::between(number, size).unwrap();
            let proof = consistency.assemble(&stored).unwrap();
            prop_assert_eq!(consistency.verify(tree.root(number), root, &proof), Ok(()));
            prop_assert!(consistency.verify(tree.root(number + 1), root, &proof).is_err());
            prop_assert_eq!(Frontier::assemble(size, &stored).unwrap().root(), root);
        }
    }

    #[test]
    fn whatever_is_asked_and_shown_nothing_panics(
        numbers in any::<[u64; 2]>(),
        small in any::<bool>(),
        hashes in proptest::collection::vec(any::<[u8; 32]>().prop_map(Hash::from), 2..80),
    ) {
        let [one, two] = if small { numbers.map(|number| number % 100) } else { numbers };
        let (first, proof) = hashes.split_first().unwrap();
        if let Ok(inclusion) = Inclusion::of(one, two) {
            prop_assert!(inclusion.verify(*first, proof, hashes[1]).is_err());
        }
        if let Ok(consistency) = Consistency::between(one, two) {
            prop_assert!(consistency.verify(*first, hashes[1], proof).is_err());
        }
    }
}
