//! Products written as a sheet.

pub(crate) mod export;
pub(crate) mod written;

pub use export::export;
