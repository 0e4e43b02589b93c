//! Products and their variants.

pub(crate) mod api;
mod claim;
mod content;
mod options;
pub(crate) mod product;
mod projector;
pub mod queries;
pub mod records;
pub mod use_cases;
mod variant;

pub use api::{NewProduct, NewVariant, ProductView};
pub(crate) use claim::Claim;
pub use content::{Content, Status, TaxClass};
pub use options::Choice;
pub use product::Product;
pub use variant::Variant;
