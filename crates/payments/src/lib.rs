//! What is paid for orders: asked of providers, captured, given back, disputed, and compared with their books.
//!
//! **Vocabulary.** A *payment* asks for what is owed of one order. Each *attempt* has a method of its own: a token by which
//! a *provider* knows a card or account. The provider *authorises* (holds) the money, and it is *captured* at once or
//! later, in one piece or several. It is *refunded*, in part or whole, never more than was captured; *voided* while it is
//! only held; *challenged* when the person must show who they are, or pays on the provider's own *page* for want of a
//! token. A *dispute* is the payer's bank claiming it back. A request is *unknown* when the provider was asked and nobody
//! knows what came of it. An order's *tab* says which payment of it is open. What a provider tells of its own accord is a
//! *notice*.
//!
//! **Invariants.** What is asked for is committed with the provider's key before the provider is asked; what came of it is
//! another work. A request is sent again under its own key and no other, so it counts once. Nothing stays unknown: the
//! provider is asked until it says. One request of a payment is open at a time, and one payment of an order.
//! Refunded and lost ≤ captured ≤ authorised.
//!
//! **Deliberately absent.** Card numbers: a request that holds one is refused unread. What an order costs: that is asked
//! through [`Bills`].

mod api;
mod attempt;
mod calls_off;
mod cards;
mod cart_api;
mod cashier;
pub mod counter;
pub mod event;
pub mod idle;
mod line;
mod module;
mod notice;
mod outcome;
mod page;
pub mod payment;
mod pays_back;
pub mod port;
mod problems;
mod projector;
mod provider;
mod provider_api;
pub mod public;
pub mod queries;
mod refusal;
mod report;
mod request;
mod rest;
pub mod sandbox;
mod settle;
pub mod signature;
#[cfg(test)]
mod stories;
mod stripe;
mod tab;
pub mod trail;
mod webhook_api;
mod works;

kernel::ids! {
    PaymentId;
    /// A payment provider that a shop has taken on.
    ProviderId;
}

pub use cashier::Cashier;
pub use event::PaymentEvent;
pub use module::{MODULE, Settings, running};
pub use outbound::Policy;
pub use payment::{Payment, Standing, Status};
pub use port::{Bill, Bills};
pub use provider::{ProviderKind, sandbox as sandbox_provider};
pub use refusal::{PROBLEMS, Refusal};
pub use sandbox::Sandbox;

pub const CONTEXT: store::Context = store::Context {
    name: "payments",
    migrations: store::migrations!["0001_payments", "0002_pages"],
    streams: &[
        store::Stream::of::<Payment>(),
        store::Stream::of::<tab::Tab>(),
        store::Stream::of::<provider::TakenOn>(),
        store::Stream::of::<notice::Heard>(),
        store::Stream::of::<report::Report>(),
    ],
    people: store::People { by_email: &[], forget: projector::forget },
    form: 0,
};
