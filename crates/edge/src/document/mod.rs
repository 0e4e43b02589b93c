//! The OpenAPI document, and what is made of it.

pub(crate) mod asyncapi;
mod composed;
mod descriptions;
pub(crate) mod examples;
mod openapi;
pub(crate) mod patches;
mod refusals;
pub(crate) mod schema;

pub(crate) use descriptions::Groups;
pub(crate) use openapi::finish;
