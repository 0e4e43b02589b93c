//! The edge's own pages: is it alive, how is it used, what is refused and why. Plain HTML, at once, without a script.

pub(crate) mod events;
mod front;
pub(crate) mod health;
pub(crate) mod layout;
pub(crate) mod localized;
pub(crate) mod problems;
pub(crate) mod reference;
pub(crate) mod refusal;

pub use front::front_page;
