//! What a request says, read without knowing whose it is.

pub(crate) mod body;
pub(crate) mod cookies;
mod cursor;
pub(crate) mod fits;
pub(crate) mod host;
pub(crate) mod language;
mod params;
mod place;
mod read_errors;
pub(crate) mod same_site;
pub(crate) mod source;

pub use cookies::{Jar, SESSION, cookie};
pub use cursor::Cursor;
pub use fits::check_limits;
pub use language::{LANGUAGE, language};
pub use params::{Filter, Id, Ids};
pub use same_site::SameSite;
pub use source::{Source, TrustedProxies};
