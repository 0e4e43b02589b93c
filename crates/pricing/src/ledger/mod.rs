//! The ledger: every entry with its reason, what is added to it later, and what some pieces of a line cost.

mod changes;
mod entries;
mod share;

pub use changes::{Balance, Movement};
pub use entries::{Entry, Kind, Ledger, TaxPart, Totals};
pub use share::Share;
