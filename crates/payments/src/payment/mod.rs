//! Payments: what was asked of a provider, what came of it, and what is left to be known.

pub(crate) mod attempt;
pub(crate) mod capture;
pub mod card;
pub mod event;
pub(crate) mod open_payment;
pub(crate) mod outcome;
pub(crate) mod pay_page;
#[cfg(test)]
mod payment_tests;
pub(crate) mod pending;
pub mod provider_port;
pub mod queries;
pub(crate) mod request;
pub(crate) mod standing;
pub mod state;
pub mod transactions;
pub mod unsettled;
pub(crate) mod use_cases;
