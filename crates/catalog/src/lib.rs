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

mod api;
pub mod attribute;
mod attribute_api;
mod category;
mod category_api;
mod category_projector;
mod claim;
pub mod clientele;
mod content;
pub mod hold;
pub mod kept;
mod known;
pub mod location;
mod media;
mod module;
mod offers;
mod options;
mod price_api;
mod price_list;
mod price_projector;
pub mod pricing;
mod problems;
mod product;
mod projector;
mod promise;
pub mod public;
pub mod queries;
mod quote;
mod quote_api;
mod refusal;
pub mod showcase;
pub mod stock;
mod stock_api;
mod stock_projector;
mod sweep;
pub mod works;

kernel::ids! {
    ProductId;
    /// What an order line orders.
    VariantId;
    CategoryId;
    PriceListId;
    LocationId;
    HoldId;
}

pub use api::{NewProduct, NewVariant, ProductView};
pub use category::Category;
pub use category_api::make_category;
pub use clientele::{Clientele, Named};
pub use content::{Content, Status, TaxClass, Variant, handle_from, words};
pub use known::{Known, known};
pub use media::{Media, MediaKind, Seo};
pub use module::{MODULE, running};
pub use offers::offers;
pub use options::Choice;
pub use pricing::{Buyer, PRICING, PriceFound, Pricing, price_for};
pub use product::Product;
pub use queries::{Offer, OfferBy};
pub use quote::{Quote, Wanted, offers_for};
pub use refusal::{PROBLEMS, Refusal};
pub use stock::Stock;
pub use sweep::Sweep;

pub const CONTEXT: store::Context = store::Context {
    name: "products",
    migrations: store::migrations![
        "0001_catalog",
        "0002_content",
        "0003_categories",
        "0004_prices",
        "0005_locations",
        "0006_words_contract",
        "0007_former_handles"
    ],
    streams: &[
        store::Stream::of::<Product>(),
        store::Stream::of::<Stock>(),
        store::Stream::of::<location::Place>(),
        store::Stream::of::<hold::Hold>(),
        store::Stream::of::<claim::Claim>(),
        store::Stream::of::<attribute::Attribute>(),
        store::Stream::of::<category::Tree>(),
        store::Stream::of::<price_list::PriceList>(),
        store::Stream::of::<pricing::Pricing>(),
    ],
    people: store::People::NOBODY,
    form: 0,
};
