//! Quotes: which variants can be ordered, and what they cost one buyer.

pub(crate) mod api;
mod offers;
mod quote;

pub use offers::{Offer, OfferBy, OfferReading};
pub use quote::{Prices, Quote, QuoteReading};
