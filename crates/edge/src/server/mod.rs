//! Listening, encrypting, and who is connected.

mod connections;
mod serve;
mod tls;

pub use serve::{Entrances, listen, serve};
pub use tls::{Files, Tls};
