//! What forms send. Each changes something and leads back to a page.

pub mod approvals;
pub mod cart;
pub mod checkout;
pub mod pay;
