//! The command line: what can be typed, and who does it.

pub mod arguments;
pub mod confirm;
pub mod handover;
pub mod run;
pub mod serve;
