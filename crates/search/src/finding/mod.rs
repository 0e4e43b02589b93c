//! Runs a search in an index.

pub(crate) mod answers;
pub(crate) mod ask;
#[cfg(test)]
mod brute;
mod facets;
pub(crate) mod find;
mod matching;
pub(crate) mod suggest;
