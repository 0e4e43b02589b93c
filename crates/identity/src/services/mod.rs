//! Services that sign their requests with a key.

pub mod queries;
pub(crate) mod service_key;
pub(crate) mod signed_requests;
pub mod use_cases;
