//! Products as CSV, out of a shop and into it.
//!
//! **Vocabulary.** A *sheet* is a file of rows. A *column* is called by our own word for what stands in it; a *mapping* says
//! which of theirs is which of ours. An *import* takes a sheet in, one *chunk* of rows after the other; a row that cannot
//! be taken is *refused*, with its line and its column. A *dry run* decides everything and does nothing.
//!
//! **Invariants.** What an export writes, an import reads without changing anything. A product is made and changed by the
//! catalog's decisions and by nothing else. What a chunk changes and how far the import is are one work, so no row has its
//! effect twice, whoever crashed. A product goes in whole or not at all. However long a file is, little of it is in memory.
//!
//! **Deliberately absent.** Counting again what is there: `stock` is for variants that are new, for a sheet is older than
//! the shelf. Guessing: a column that nobody named is proposed, and an amount that reads in two ways is refused.

mod commands;
mod exports;
mod ids;
mod imports;
mod module;
mod problems;
mod projector;
pub mod public;
mod refusal;
mod sheet;

pub use commands::{Commands, obey};
pub use ids::ImportId;
pub use imports::{Import, Imports, Schedule};
pub use module::{CONTEXT, MODULE, running};
pub use refusal::{PROBLEMS, Refusal};

#[cfg(test)]
mod round_trip;
