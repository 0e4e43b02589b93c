//! Passkeys of accounts.

pub mod queries;
pub mod use_cases;
