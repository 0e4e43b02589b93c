//! A cell, the handle through which one of its tenants is reached, and what both are asked for.

mod caches;
mod events;
mod forms;
mod handles;
mod pasts;
mod people;
mod under_way;

pub use events::CellCursor;
pub use handles::{Cell, Tenant};
pub(crate) use pasts::Past;
pub use pasts::PastScope;
pub use people::Known;
