//! Categories, into which products are sorted.

pub(crate) mod api;
pub(crate) mod category;
mod projector;

pub use api::make_category;
pub use category::Category;
pub(crate) use category::Tree;
