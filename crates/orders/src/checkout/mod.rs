//! From a cart to an order: the steps, the price of a cart, and approval by a colleague.

pub(crate) mod api;
pub mod approvals;
mod change;
mod details;
pub mod steps;
pub mod view;

pub use change::Change;
pub use details::CartDetails;
