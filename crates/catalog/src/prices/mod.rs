//! Price lists, and which price a buyer gets.

pub(crate) mod api;
mod audience;
pub(crate) mod price_list;
pub(crate) mod pricing;
mod projector;

pub use audience::{Audience, NamedBuyers};
pub(crate) use price_list::PriceList;
pub use pricing::{Buyer, PRICING, PriceFound, Pricing, price_for};
