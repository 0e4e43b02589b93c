//! What contexts need from each other: each port is implemented here, where all contexts are known.

pub mod customer_records;
pub mod customers;
pub mod order_claims;
pub mod order_payments;
pub mod vat_register;
