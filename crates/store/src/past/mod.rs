//! How a tenant was: the log is folded again up to a moment, into tables of its own, and the same queries read those.
//!
//! What a moment costs is what is folded for it: one stream is its own events, a list is all events of the kinds that
//! its tables are made of. People who were erased since read as erased, for their keys are gone.

mod as_of;
mod changes;

pub use as_of::Moment;
pub use changes::Change;
