//! What the platform itself keeps for a shop, whatever it sells: its history, what could not be delivered, its jobs, how
//! often it was asked for what, and the erasing of people.

mod dead_letters;
mod erasure;
mod history;
mod jobs;
mod module;
pub mod public;
mod usage;

pub use module::{MODULE, running};
