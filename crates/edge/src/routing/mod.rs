//! How contexts say what they answer: routes, with how they are described.
//!
//! A handler's type is forgotten as soon as it is known, and a description is only made when somebody puts the document
//! together: of the machinery behind both, a context's crate compiles nothing.

mod given;
mod handling;
mod operations;
mod routes;

pub use operations::{Operation, Operations};
pub(crate) use routes::Parts;
pub use routes::Routes;
