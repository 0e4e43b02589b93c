//! What is typed about that which the platform keeps for every shop, whatever it sells: what could not be delivered, jobs,
//! what happened, and people.
//!
//! **Deliberately absent.** The routes for the same things, which are the edge's: so the edge knows no command line, and
//! none is built before the contexts.

mod commands;
mod dead_letters;
mod history;
mod jobs;
mod privacy;

pub use commands::{Commands, obey};
