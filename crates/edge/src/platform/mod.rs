//! The state that all requests share, and the settings behind it.

mod extract;
mod in_flight;
mod metrics;
mod settings;
mod state;
mod upload_slots;
mod usage_counts;

pub(crate) use in_flight::InFlight;
pub(crate) use metrics::{Meter, SORTED_EVERY, recorder};
pub use settings::{ConnectionLimits, Settings};
pub use state::Platform;
pub(crate) use state::{Operation, Shared};
pub(crate) use upload_slots::{UploadSlot, UploadSlots};
pub(crate) use usage_counts::{SETTLED_EVERY, UsageCounts};
