//! The tenants that live in a cell, their addresses and their keys: what the cell was last told by its operator.
//!
//! Read from memory on every request; written to the cell's own tables, and read again from there when another node
//! may have changed them.

pub(crate) mod access_lists;
mod hosts;
mod nonces;
mod record;
mod tenants;
pub mod usage;

pub use access_lists::Origin;
pub use record::{Key, TenantRecord, TenantStatus};
pub(crate) use record::{check_slug, status};
pub use tenants::Registry;
