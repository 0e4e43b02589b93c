//! Keys, from the outside in: a *keeper* holds the key that wraps each tenant's secret, the tenant's secret wraps each
//! subject's key, and a subject's key seals what is personal to that one person.
//!
//! Whoever destroys a subject's key has erased the person wherever their data was sealed, copies and backups included.
//! A new keeper's key costs one rewrapping a tenant; nothing is sealed again.

mod keeper;
mod key_file;
pub(crate) mod seal;
mod sealer;
mod subject;
mod tenant_keys;

pub use keeper::{Keeper, Later, Wrapped};
pub use key_file::KeyFile;
pub(crate) use sealer::Sealer;
pub(crate) use subject::{SubjectKey, SubjectKeys, destroy, keep};
pub use tenant_keys::{Secret, TenantKeys};
