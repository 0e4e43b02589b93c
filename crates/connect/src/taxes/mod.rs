//! What is asked of tax engines, and of the register of VAT numbers.

mod engine_port;
pub mod vies;
