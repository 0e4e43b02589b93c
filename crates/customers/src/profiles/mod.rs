//! The records of customers: who they are, where they have things sent, and what the shop says of them.

mod accounts;
mod api;
pub(crate) mod book;
pub(crate) mod customer;
pub(crate) mod erasure;
pub(crate) mod events;
pub(crate) mod guest;
pub(crate) mod held_address;
mod keeping;
mod keeping_api;
mod merging;
mod person;
pub(crate) mod projector;
pub mod public;
pub mod queries;
mod said;
pub mod use_cases;
mod views;

pub use accounts::{AccountFacts, Elsewhere};
pub use book::BookAddress;
pub use views::{BookEntry, CustomerView, Sight};

use std::sync::Arc;

use edge::Routes;

pub(crate) fn routes(elsewhere: Arc<dyn Elsewhere>) -> Routes {
    api::routes().merge(keeping_api::routes()).giving(elsewhere)
}
