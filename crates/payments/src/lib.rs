//! What is paid for orders: asked of providers, captured, given back, disputed, and compared with their books.
//!
//! **Vocabulary.** A *payment* asks for what is owed of one order. Each *attempt* has a method of its own: a token by which
//! a *provider* knows a card or account. The provider *authorises* (holds) the money, and it is *captured* at once or
//! later, in one piece or several. It is *refunded*, in part or whole, never more than was captured; *voided* while it is
//! only held; *challenged* when the person must show who they are, or pays on the provider's own *page* for want of a
//! token. A *dispute* is the payer's bank claiming it back. A request is *unknown* when the provider was asked and nobody
//! knows what came of it. Which payment of an order is open is its *open payment* (events and tables say *tab*). What a
//! provider tells of its own accord is a *webhook* (events and tables say *notice*).
//!
//! **Invariants.** What is asked for is committed with the provider's key before the provider is asked; what came of it is
//! another work. A request is sent again under its own key and no other, so it counts once. Nothing stays unknown: the
//! provider is asked until it says. One request of a payment is open at a time, and one payment of an order.
//! Refunded and lost ≤ captured ≤ authorised.
//!
//! **Deliberately absent.** Card numbers: a request that holds one is refused unread. What an order costs: that is asked
//! through [`Bills`].

mod api;
mod bills;
mod calls_off;
mod cashier;
mod commands;
mod ids;
mod module;
pub mod page_payments;
pub mod payment;
mod pays_back;
mod problems;
mod projector;
pub mod providers;
pub mod public;
mod refusal;
mod reports;
pub mod sandbox;
mod settle;
mod status;
pub mod unpaid_orders;
mod webhooks;

pub use bills::{Bill, BillReading, Bills};
pub use cashier::Cashier;
pub use commands::{Commands, obey};
pub use ids::{PaymentId, ProviderId};
pub use module::{CONTEXT, MODULE, Settings, running};
pub use outbound::Policy;
pub use payment::event::PaymentEvent;
pub use payment::provider_port::PAGE_EXPIRED;
pub use payment::standing::Standing;
pub use payment::state::Payment;
pub use providers::provider::{ProviderKind, sandbox as sandbox_provider};
pub use refusal::{PROBLEMS, Refusal};
pub use sandbox::Sandbox;
pub use status::Status;
