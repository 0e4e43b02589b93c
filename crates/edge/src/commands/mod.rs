//! Requests that change something.

mod command;
mod idempotency;
mod upload;

pub(crate) use command::if_match;
pub use command::{Command, NoBody};
pub(crate) use idempotency::Patched;
pub use upload::Upload;
