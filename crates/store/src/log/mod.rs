//! The log's events, and folding them again.

mod recorded;
mod replayer;
mod stretch;

pub use recorded::Recorded;
pub(crate) use recorded::{EVENT_COLUMNS, recorded};
pub(crate) use replayer::Replayer;
pub use stretch::{ChangedStreams, LogEnd};
