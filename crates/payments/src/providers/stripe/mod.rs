//! Payments by Stripe.

pub mod amount;
pub mod answers;
pub mod client;
pub mod page;
pub mod provider;
