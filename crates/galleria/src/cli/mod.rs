//! The command line: what can be typed, and who does it.

pub mod options;
pub mod run;
