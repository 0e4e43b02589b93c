//! The letters that accounts are sent.

pub mod outbox;
pub mod wording;
