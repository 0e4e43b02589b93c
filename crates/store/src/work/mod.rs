//! A unit of work, from what was asked to what is to be committed.
//!
//! Many works of one tenant are decided one after the other over the same loaded states and committed together. A work
//! that is refused leaves nothing behind for the next.

mod asked;
pub(crate) mod batch;
mod decide;
mod desk;
mod lane;
mod left;
mod loaded;
mod reply;
mod unit;

pub use asked::{Asked, Guard, Once};
pub(crate) use decide::KeptReplies;
pub use desk::Desk;
pub(crate) use desk::Ground;
pub(crate) use lane::{Drain, Job, Lane};
pub use left::{After, Left};
pub(crate) use loaded::{Changed, Held, Loaded};
pub use reply::{Done, Reply};
pub use unit::{Named, Work};
