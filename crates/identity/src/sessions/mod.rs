//! Sessions, and the texts that stand for them.

pub mod queries;
pub mod session;
pub mod ticket;
pub mod use_cases;
