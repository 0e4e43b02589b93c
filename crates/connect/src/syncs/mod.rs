//! Syncs: products and inventory taken over from an ERP, page by page.

pub(crate) mod intake;
pub(crate) mod page;
pub mod queries;
pub(crate) mod schedule;
pub(crate) mod sync;
pub(crate) mod use_cases;
