//! Proving that a tenant's tables are what its log says.

pub mod job;
mod report;

pub use report::{Report, verify};
