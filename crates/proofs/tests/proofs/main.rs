//! Trees, proofs, notes, checkpoints and bundles: by this crate, by a plain reading of the RFC, and by Go.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod bundles;
mod checkpoints;
mod dice;
mod foreign;
mod hostile;
mod judge;
mod mutations;
mod naive;
mod notes;
mod tiles;
mod tree;
mod vectors;

use proofs::{Bundle, Checkpoint, Hash, Inclusion, Signer};

use crate::naive::Naive;

/// The log that most tests look at.
pub const ORIGIN: &str = "shop.example.com/log";

/// Entry `index` of the log that most tests look at.
pub fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

/// The leaves of that log.
pub fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|index| Hash::of_leaf(&entry(index))).collect()
}

pub fn log_key() -> Signer {
    Signer::from_seed(ORIGIN, [1; 32]).unwrap()
}

/// Two different keys of one name and one hash.
pub fn alike() -> [Signer; 2] {
    [8_820u64, 38_446].map(|number| {
        let mut seed = [0; 32];
        seed[24..].copy_from_slice(&number.to_be_bytes());
        Signer::from_seed("alike", seed).unwrap()
    })
}

pub fn checkpoint(naive: &Naive, size: u64) -> Checkpoint {
    Checkpoint::new(ORIGIN, size, naive.root(size)).unwrap()
}

/// The proof of an entry, as the log hands it out.
pub fn bundle(naive: &Naive, index: u64, size: u64) -> Bundle {
    let proof = Inclusion::of(index, size).unwrap().assemble(&|node| naive.node(node)).unwrap();
    Bundle::new(index, proof, checkpoint(naive, size).sign(&log_key()).unwrap().to_string())
}
