//! What happens to an order after it was placed: parcels, edits, returns, credits, and payments.

pub(crate) mod api;
pub(crate) mod commands;
mod credits;
pub mod tracking;
pub mod use_cases;

pub(crate) use commands::Credit;
pub(crate) use credits::written_off;
