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

mod agreement;
mod api;
mod bounds;
pub mod cart;
pub mod checkout;
pub mod claim;
mod contention;
mod context;
mod drafts;
pub mod fulfilment;
mod ids;
mod inputs;
mod module;
mod new_order;
mod numbers;
mod order;
mod ports;
mod problems;
pub mod public;
mod refunds;
mod refusal;
pub mod rules;
mod status;
pub mod till;
pub mod unpaid;
pub mod use_cases;
mod views;
pub mod whose;

pub use contention::{PRICES_CHANGED, TRIES};
pub use context::CONTEXT;
pub use fulfilment::tracking;
pub use ids::{CartId, OrderId};
pub use inputs::{NewAddress, NewLine};
pub use module::{MODULE, running};
pub use new_order::{NewCustomer, NewOrder};
pub use order::{Address, Advance, Customer, Line, Order, OrderEvent, ParcelState, Person, Place};
pub use ports::{KnownAddress, KnownBuyer, Ports, buyers, carriers, tax_engine};
pub use problems::TOTAL_CHANGED;
pub use refusal::{PROBLEMS, Refusal};
pub use status::Status;
pub use views::{BillView, EntryKind, EntryView, TaxView, acts, parcels, queries};
