//! Quotes: which variants can be ordered, and what they cost one buyer.

pub(crate) mod api;
mod offers;
mod quote;
mod remembered_offers;

pub use offers::{Offer, OfferBy};
pub use quote::{Quote, Wanted, offers_for};
pub use remembered_offers::offers;
