//! What customers order, and what becomes of it.
//!
//! **Vocabulary.** A *cart* is what somebody means to order; a *draft* is one that the shop puts together
//! for somebody, at prices that were *agreed* on. An order is *placed* with *lines*, each a number of one
//! variant at the price of that moment. It goes placed → confirmed → packed → shipped → delivered, or is *cancelled*
//! before anything of it is sent. What it is by its *goods* is said by parcels and returns alone. The *rulebook* is promotions, taxes and ways of delivery; the *till* prices what is wanted by it.
//! A *bill* is the ledger of what something costs, as it is shown.
//!
//! **Invariants.** An order and the reservation of all its lines are one unit of work: there is no order without its
//! stock, and no reservation without its order. What a line cost never changes, and the total is the sum of the ledger.
//! An order is priced by the catalog and the rulebook of its moment, or not placed. Everything about the customer is
//! `Personal`, under the customer's own subject. An order is cancelled for not being paid only if nothing has come in and
//! nothing can by what was begun, and that is decided where a payment is.
//!
//! **Deliberately absent.** Card numbers, and what was paid. Prices are the catalog's business until the moment of
//! placing, and the order's from then on.

pub mod acts;
mod advance;
pub mod after;
mod after_api;
mod after_projector;
pub mod after_works;
pub mod agreed;
mod api;
mod bill;
pub mod buyers;
pub mod carriers;
pub mod cart;
pub mod claim;
mod goods;
mod module;
mod numbers;
mod order;
pub mod parcels;
mod place;
mod ports;
mod problems;
mod projector;
pub mod public;
pub mod queries;
mod refusal;
pub mod rules;
pub mod tax_engine;
pub mod till;
pub mod tracking;
pub mod unpaid;
pub mod works;

kernel::ids! {
    OrderId;
    CartId;
}

pub use advance::Advance;
pub use api::{NewAddress, NewCustomer, NewLine, NewOrder, TRIES};
pub use bill::{BillView, EntryKind, EntryView, TaxView};
pub use module::{MODULE, running};
pub use order::{Address, Customer, Line, Order, OrderEvent, Person, Status};
pub use place::Place;
pub use ports::Ports;
pub use refusal::{PROBLEMS, Refusal};

pub const CONTEXT: store::Context = store::Context {
    name: "orders",
    migrations: store::migrations![
        "0001_orders",
        "0002_email_index",
        "0003_selling",
        "0004_after",
        "0005_for_organisations",
        "0006_unpaid",
        "0007_drafts",
        "0008_parcels",
        "0009_claims",
        "0010_refunds",
        "0011_order_limits",
        "0012_people"
    ],
    streams: &[
        store::Stream::of::<Order>(),
        store::Stream::of::<claim::Claim>(),
        store::Stream::of::<cart::Cart>(),
        store::Stream::of::<numbers::Numbers>(),
        store::Stream::of::<rules::Rulebook>(),
        store::Stream::of::<rules::Taxes>(),
        store::Stream::of::<rules::Delivery>(),
        store::Stream::of::<rules::OrderSettings>(),
        store::Stream::of::<rules::Promo>(),
        store::Stream::of::<rules::Code>(),
        store::Stream::of::<rules::Use>(),
    ],
    people: store::People {
        by_email: &[
            ("order", "select customer_id, count(*) from orders where email_index = $1 group by customer_id"),
            (
                "cart",
                "select subject, count(*) from carts where email_index = $1 and kind is null group by subject",
            ),
            (
                "draft",
                "select subject, count(*) from carts where email_index = $1 and kind is not null group by subject",
            ),
        ],
        forget: projector::forget,
    },
    form: 1,
};
