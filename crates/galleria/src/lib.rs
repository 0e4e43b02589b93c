//! The binary: what the parts are called on the command line, and how they are put together.

mod app;
mod cli;
pub mod clock;
mod commands;
mod handover;
mod installation;
mod leftovers;
mod log;
pub mod modules;
mod own_session;
mod ports;
mod settings;

pub use cli::run::run;
