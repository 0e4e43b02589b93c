//! Products read from a sheet, chunk by chunk.

pub(crate) mod api;
mod chunk;
pub(crate) mod import;
mod job;
mod mended;
pub mod queries;
pub(crate) mod read;
mod schedule;
mod source;
pub mod use_cases;
pub(crate) mod wrong;

pub use api::keep;
pub use import::{Import, Plan, Reject, State};
pub use job::Imports;
pub use schedule::Schedule;
