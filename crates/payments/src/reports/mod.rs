//! Daily reports: our books compared with a provider's.

pub mod queries;
pub mod report;
