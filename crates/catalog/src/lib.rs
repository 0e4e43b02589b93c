//! What a tenant sells, and how much of it there is.
//!
//! **Vocabulary.** A *product* is what a shopper looks at; a *variant* is what is put into an order, under its *sku*.
//! *Stock* is counted per variant: *on hand* is in the warehouse, *reserved* is promised to orders, *available* is the
//! difference. A *claim* is the right to a sku or a handle. An *offer* is a variant that can be ordered, at its price.
//!
//! **Invariants.** Reserved never exceeds on hand. A sku and a handle belong to one product at a time, by decision and
//! not by a database error. Stock keeps two numbers however many orders hold some of it, so an order costs the same
//! with ten open reservations and with a million.
//!
//! **Deliberately absent.** Who reserved what: an order knows its own lines. Prices of orders: an order keeps the price
//! that it was placed at.

mod api;
mod claim;
mod content;
mod offers;
mod product;
mod projector;
pub mod queries;
mod refusal;
pub mod stock;
pub mod works;

kernel::ids! {
    ProductId;
    /// What an order line orders.
    VariantId;
}

pub use api::{NewProduct, NewVariant, routes};
pub use content::{Content, Status, Variant};
pub use offers::offers;
pub use product::Product;
pub use queries::{Offer, OfferBy};
pub use refusal::{PROBLEMS, Refusal};
pub use stock::Stock;

pub const CONTEXT: store::Context = store::Context {
    name: "products",
    migrations: store::migrations!["0001_catalog"],
    streams: &[
        store::Stream::of::<Product>(),
        store::Stream::of::<Stock>(),
        store::Stream::of::<claim::Claim>(),
    ],
    ..store::Context::NONE
};
