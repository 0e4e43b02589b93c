//! From a cart to an order: the steps, the price of a cart, and approval by a colleague.

pub(crate) mod api;
pub mod approvals;
pub mod steps;
pub mod view;
