//! Proofs: where one can lie, and how it is looked for.

pub mod dns;
pub mod page;
pub mod place;
pub mod prover;
