//! The second version of the API, made of the first one at the edge.

mod convert;
mod document;
mod farewell;
mod paths;
mod shape;

pub(crate) use convert::{Bodies, Second, as_sent, enter, serve};
pub(crate) use document::second;
pub use farewell::Farewell;
