//! Draft orders: carts that staff put together for a customer, at agreed prices.

pub(crate) mod api;
mod request;
mod steps;
