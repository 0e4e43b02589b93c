//! What can be typed of identity.

mod account;
mod service;
mod typed;

pub use typed::{Commands, obey};
