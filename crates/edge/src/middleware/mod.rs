//! What every request passes on its way in, and every answer on its way out.

mod cors;
mod handle;
mod ids;
mod security_headers;

pub(crate) use handle::handle;
pub use security_headers::Nonce;
