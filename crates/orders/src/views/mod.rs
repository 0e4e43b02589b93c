//! Orders as their tables keep them and as they are shown.

pub mod acts;
mod acts_projector;
mod bill;
mod columns;
mod lines_projector;
pub mod parcels;
mod projector;
pub mod queries;

pub use bill::{BillView, EntryKind, EntryView, TaxView};
pub(crate) use projector::forget;
