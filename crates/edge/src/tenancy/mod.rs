//! Which tenant a request is for, who is asking, and the tenant as that request sees it.

mod admit;
mod as_of;
mod hosts;
mod identify;
mod shop;
mod visit;

pub use admit::check_open;
pub(crate) use admit::{admit, check_network};
pub use as_of::AsOf;
pub(crate) use as_of::moment_in;
pub(crate) use hosts::by_host;
pub(crate) use identify::{Asked, identify};
pub use shop::Shop;
