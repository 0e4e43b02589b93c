//! What a tenant sells, and how much of it there is.
//!
//! **Vocabulary.** A *product* is what a shopper looks at; a *variant* is what is put into an order, under its *sku*.
//! *Stock* is counted per variant: *on hand* is in the warehouse, *reserved* is promised to orders, *available* is the
//! difference. A *claim* is the right to a sku or a handle. An *offer* is a variant that can be ordered, at its price.
//! A *price list* says what variants cost a *buyer*, and a *quote* is an offer at the price that it found. Stock lies in
//! *locations*, of which one is there without anybody making it. What is promised though it is not there is
//! *backordered*; what a checkout keeps for a while is *held*. A shop declares *attributes*, and puts products into
//! *categories* by handle.
//!
//! **Invariants.** Reserved never exceeds on hand, and backordered never exceeds the limit that it was promised under. A sku and a handle belong to one product at a time, by decision and
//! not by a database error. Stock keeps sums however many orders and checkouts hold some of it, so an order costs
//! the same with ten open reservations and with a million. No category is its own ancestor. The same question for a
//! price always has the same answer.
//!
//! **Deliberately absent.** Who reserved what: an order knows its own lines. Prices of orders: an order keeps the price
//! that it was placed at. Conversion of currencies: a price list is in one.

mod attributes;
mod categories;
mod context;
mod existing;
mod handle;
mod ids;
mod media;
mod module;
mod prices;
mod problems;
mod products;
pub mod public;
mod quotes;
mod refusal;
pub mod shop_pages;
pub mod stock;

pub use attributes::attribute;
pub use categories::{Category, make_category};
pub use context::CONTEXT;
pub use existing::{Known, known};
pub use handle::{handle_from, words};
pub use ids::{CategoryId, HoldId, LocationId, PriceListId, ProductId, VariantId};
pub use media::{Media, MediaKind, Seo};
pub use module::{MODULE, running};
pub use prices::{Audience, Buyer, NamedBuyers, PRICING, PriceFound, Pricing, price_for};
pub use products::{
    Choice, Content, NewProduct, NewVariant, Product, ProductView, Status, TaxClass, Variant, queries,
    records, use_cases,
};
pub use quotes::{Offer, OfferBy, OfferReading, Prices, Quote, QuoteReading};
pub use refusal::{PROBLEMS, Refusal};
pub use stock::Stock;
