//! The clock that the store is given.

use kernel::Timestamp;

/// Asked for the time when something is written down.
pub type Clock = fn() -> Timestamp;
