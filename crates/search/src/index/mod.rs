//! The search indexes of this node, one for each tenant.

pub(crate) mod entry;
mod folder;
mod indexes;
pub(crate) mod tenant_index;
pub(crate) mod volume;

pub use indexes::{Search, rebuild};
