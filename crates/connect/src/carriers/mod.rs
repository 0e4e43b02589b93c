//! What is asked of carriers: prices, and where parcels are.

pub mod rates;
pub mod tracking;
