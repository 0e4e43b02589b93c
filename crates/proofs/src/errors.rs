//! The sentences in which a tree says no.

use std::fmt;

use crate::size::MOST_LEAVES;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TreeError {
    TooManyLeaves { size: u64 },
    LeafBeyond { index: u64, size: u64 },
    NotEarlier { old: u64, new: u64 },
    NodeMissing { level: u8, index: u64 },
    WrongLength { hashes: usize, expected: usize },
    WrongRoot,
    WrongOldRoot,
    FrontierUnreadable,
    TileUnreadable,
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyLeaves { size } => {
                write!(f, "No log has {size} entries; {MOST_LEAVES} are the most. Check the number.")
            }
            Self::LeafBeyond { index, size } => write!(
                f,
                "The log had {size} entries, and entry {index} is not among them: they are counted from 0. Take a later checkpoint."
            ),
            Self::NotEarlier { old, new } => write!(
                f,
                "A log of {old} entries cannot be the beginning of one of {new}. Name the earlier checkpoint first."
            ),
            Self::NodeMissing { level, index } => write!(
                f,
                "The hash at level {level}, number {index} is not stored. Build the tree again from the log."
            ),
            Self::WrongLength { hashes, expected } => write!(
                f,
                "The proof has {hashes} hashes, and one for these numbers has {expected}. Ask for the proof again."
            ),
            Self::WrongRoot => f.write_str(
                "The proof does not lead to the root of the checkpoint: the entry, its number or the proof is another. Do not rely on it.",
            ),
            Self::WrongOldRoot => f.write_str(
                "The proof does not lead to the root of the earlier checkpoint: what was logged by then is not the beginning of the log any more. Keep both checkpoints; together they are the evidence.",
            ),
            Self::FrontierUnreadable => {
                f.write_str("The right edge of the tree cannot be read. Build the tree again from the log.")
            }
            Self::TileUnreadable => f.write_str(
                "A tile is stored as 1 to 256 hashes of 32 bytes, and this is not. Build the tree again from the log.",
            ),
        }
    }
}

impl std::error::Error for TreeError {}
