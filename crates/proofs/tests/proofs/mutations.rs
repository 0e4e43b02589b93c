//! One bit of what is shown is another, and it is refused.
//!
//! The one thing that no proof can tell is a size, as long as the tree has the same shape around the way to the root: who
//! shows another size with the root of this one shows a root that nobody signed for it. So there the test asks for exactly
//! that, and `bundles` that the checkpoint's signature refuses it.

use proofs::{Consistency, Hash, Inclusion};

use crate::naive::{Naive, way_to_leaf, way_to_old};

const SIZES: u64 = 40;

/// All hashes that differ in one bit.
fn flipped(hash: Hash) -> impl Iterator<Item = Hash> {
    (0..256).map(move |bit| {
        let mut bytes = *hash.as_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        Hash::from(bytes)
    })
}

/// All numbers that differ in one bit.
fn flipped_number(number: u64) -> impl Iterator<Item = u64> {
    (0..64).map(move |bit| number ^ (1 << bit))
}

/// Proofs in which one bit of one hash is another, and those that have a hash more, or less, or in another place.
fn changed(proof: &[Hash]) -> impl Iterator<Item = Vec<Hash>> {
    let with = move |at: usize, hash: Hash| {
        let mut proof = proof.to_vec();
        proof[at] = hash;
        proof
    };
    let bits = (0..proof.len()).flat_map(move |at| flipped(proof[at]).map(move |hash| with(at, hash)));
    let shorter = (0..proof.len()).map(|at| [&proof[..at], &proof[at + 1..]].concat());
    let longer = (0..=proof.len()).map(|at| [&proof[..at], &[Hash::OF_NO_LEAVES], &proof[at..]].concat());
    let twice = (0..proof.len()).map(|at| [&proof[..=at], &proof[at..]].concat());
    let swapped = (1..proof.len()).map(|at| {
        let mut proof = proof.to_vec();
        proof.swap(at - 1, at);
        proof
    });
    bits.chain(shorter).chain(longer).chain(twice).chain(swapped)
}

#[test]
fn no_bit_of_an_inclusion_proof_may_be_another() {
    let naive = Naive::of(SIZES);
    for size in 1..=SIZES {
        for index in 0..size {
            let (leaf, proof, root) = (naive.leaf(index), naive.inclusion(index, size), naive.root(size));
            let accepts = |index, size, leaf, proof: &[Hash], root| {
                Inclusion::of(index, size).and_then(|it| it.verify(leaf, proof, root)).is_ok()
            };
            assert!(accepts(index, size, leaf, &proof, root));
            assert!(flipped(leaf).all(|leaf| !accepts(index, size, leaf, &proof, root)));
            assert!(flipped(root).all(|root| !accepts(index, size, leaf, &proof, root)));
            assert!(changed(&proof).all(|proof| !accepts(index, size, leaf, &proof, root)));
            assert!(flipped_number(index).all(|index| !accepts(index, size, leaf, &proof, root)));
            for other in flipped_number(size) {
                let alike = other <= i64::MAX as u64 && way_to_leaf(index, other) == way_to_leaf(index, size);
                assert_eq!(accepts(index, other, leaf, &proof, root), alike, "{index} of {size} as {other}");
            }
        }
    }
}

#[test]
fn no_bit_of_a_consistency_proof_may_be_another() {
    let naive = Naive::of(SIZES);
    for new in 1..=SIZES {
        for old in 1..=new {
            let (then, now, proof) = (naive.root(old), naive.root(new), naive.consistency(old, new));
            let accepts = |old, new, then, now, proof: &[Hash]| {
                Consistency::between(old, new).and_then(|it| it.verify(then, now, proof)).is_ok()
            };
            assert!(accepts(old, new, then, now, &proof));
            assert!(flipped(then).all(|then| !accepts(old, new, then, now, &proof)));
            assert!(flipped(now).all(|now| !accepts(old, new, then, now, &proof)));
            assert!(changed(&proof).all(|proof| !accepts(old, new, then, now, &proof)));
            let alike = |other, larger| {
                larger <= i64::MAX as u64
                    && way_to_old(other, larger) == way_to_old(old, new)
                    && other.is_power_of_two() == old.is_power_of_two()
            };
            for other in flipped_number(old) {
                assert_eq!(
                    accepts(other, new, then, now, &proof),
                    alike(other, new),
                    "{old} as {other} of {new}"
                );
                assert!(!alike(other, new));
            }
            for other in flipped_number(new) {
                assert_eq!(
                    accepts(old, other, then, now, &proof),
                    alike(old, other),
                    "{old} of {new} as {other}"
                );
            }
        }
    }
}

#[test]
fn what_was_rewritten_since_is_told_from_what_was_added() {
    let (old, new) = (13, 29);
    let before = Naive::of(new);
    for rewritten in 0..new {
        let mut leaves = crate::leaves(new);
        leaves[rewritten as usize] = Hash::of_leaf(b"something else");
        let after = Naive::over(leaves);
        let proof = after.consistency(old, new);
        let verified =
            Consistency::between(old, new).unwrap().verify(before.root(old), after.root(new), &proof);
        assert_eq!(verified.is_ok(), rewritten >= old, "{rewritten}");
    }
}
