//! Tenants that travel: into a file and out of it, and from cell to cell.
//!
//! What travels is the log, the keys that open it, and the store's own rows (replies, cursors, dead letters, jobs). Tables
//! and states do not: wherever the log arrives it is folded again, so what arrived is proved by its arriving. A tenant is
//! seen by nobody before it is whole, and what is not brought to its end is swept away by whoever comes next.

mod archive;
mod inflow;
mod journey;
mod moving;
mod own_rows;
mod passport;
mod place;
mod progress;
mod restore;
mod sweep;

pub use archive::{ArchiveWanted, Summary, check, pack};
pub use moving::{Moved, move_tenant};
pub use progress::Progress;
pub use restore::{Luggage, Restored, Restoring, restore};
pub use sweep::{Removed, Swept, sweep_abandoned};
