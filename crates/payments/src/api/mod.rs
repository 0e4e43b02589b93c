//! The routes of payments.

pub mod card_numbers;
pub mod carts;
pub mod new_payment;
pub mod payments;
pub mod providers;
pub mod routes;
pub mod webhooks;
