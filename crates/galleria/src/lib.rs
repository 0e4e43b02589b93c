//! The binary: what the parts are called on the command line, and how they are put together.

mod app;
mod cell_access;
mod cli;
pub mod clock;
mod commands;
mod consent;
mod console;
mod leftovers;
mod log;
pub mod modules;
mod ports;
mod session;
mod settings;

pub use cli::run::run;
pub use console::{print, tell};
