//! `PATCH`, which is a `PUT` of what there is with a patch merged in.

mod handler;
mod replacement;

pub use handler::Replaceable;
pub(crate) use handler::routes;
