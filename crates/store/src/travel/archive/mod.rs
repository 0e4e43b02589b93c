//! Tenants in a file, record after record: a tenant's place, its people's keys, its log, the store's own rows, its end.

mod check;
mod file;
mod pack;
mod record;
mod summary;

pub use check::check;
pub(super) use file::Reader;
pub use pack::{ArchiveWanted, pack};
pub(super) use record::Record;
pub use summary::Summary;
