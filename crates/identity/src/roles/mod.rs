//! Roles, and what they allow.

pub mod grants;
pub mod queries;
pub mod role;
pub mod use_cases;
