//! Products and their variants.

pub(crate) mod api;
mod claim;
mod content;
mod new_product;
mod options;
pub(crate) mod product;
mod projector;
pub mod queries;
pub mod records;
pub mod use_cases;
mod variant;

pub use api::ProductView;
pub(crate) use claim::Claim;
pub use content::{Content, Status, TaxClass};
pub use new_product::{NewProduct, NewVariant};
pub use options::Choice;
pub use product::Product;
pub use variant::Variant;
