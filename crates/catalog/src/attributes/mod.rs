//! Attributes that a shop declares for its products.

pub(crate) mod api;
pub mod attribute;
