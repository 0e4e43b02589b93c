//! Who is asking, what they show, and what they may do.

pub(crate) mod audience;
pub mod authenticate;
pub mod caller;
pub mod grants;
mod requirements;

pub use audience::Audience;
pub use caller::{Caller, Session};
pub use grants::{Grants, Permissions, Role};
pub(crate) use requirements::Access;
