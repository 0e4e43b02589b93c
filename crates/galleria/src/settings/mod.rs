//! The settings of the platform.

pub mod config;
pub mod listening;
