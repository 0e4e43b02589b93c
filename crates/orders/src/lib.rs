//! What customers order, and what becomes of it.
//!
//! **Vocabulary.** An order is *placed* with *lines*, each a number of one variant at the price of that moment. It goes
//! placed → confirmed → packed → shipped → delivered, or is *cancelled* before it is shipped.
//!
//! **Invariants.** An order and the reservation of all its lines are one unit of work: there is no order without its
//! stock, and no reservation without its order. What a line cost never changes. Everything about the customer is
//! `Personal`, under the customer's own subject.
//!
//! **Deliberately absent.** Card numbers, and what was paid. Prices are the catalog's business until the moment of
//! placing, and the order's from then on.

mod advance;
mod api;
mod order;
mod place;
mod projector;
pub mod queries;
mod refusal;
pub mod works;

kernel::ids! {
    OrderId;
}

pub use advance::Advance;
pub use api::{NewAddress, NewCustomer, NewLine, NewOrder, routes};
pub use order::{Address, Customer, Line, Order, OrderEvent, Person, Status};
pub use place::Place;
pub use refusal::{PROBLEMS, Refusal};

pub const CONTEXT: store::Context = store::Context {
    name: "orders",
    migrations: store::migrations!["0001_orders", "0002_email_index"],
    streams: &[store::Stream::of::<Order>()],
    forget: projector::forget,
};
