//! Trees, proofs, notes, checkpoints and bundles: by this crate, by a plain reading of the RFC, and by Go.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod mutations;
mod naive;
mod tiles;
mod tree;
mod vectors;

use proofs::Hash;

/// Entry `index` of the log that most tests look at.
pub fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

/// The leaves of that log.
pub fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|index| Hash::of_leaf(&entry(index))).collect()
}
