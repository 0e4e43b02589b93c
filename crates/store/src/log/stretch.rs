//! Where a log ends, and what a stretch of it tells.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{Failure, Row};

/// Where a log ends: its last position, and the event there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEnd {
    pub position: i64,
    pub event: Option<Uuid>,
}

/// Which streams of one kind a stretch of the log has events of.
#[derive(Debug)]
pub struct ChangedStreams {
    /// The event at the position behind which the stretch begins: another log has another one there.
    pub before: Option<Uuid>,
    pub streams: BTreeSet<Uuid>,
    /// Where the stretch ends: before the position that was asked for when the log is shorter.
    pub end: LogEnd,
    /// Where the whole log ends.
    pub log_end: LogEnd,
}

impl LogEnd {
    /// Of a log without events.
    pub const NONE: Self = Self { position: 0, event: None };

    pub(crate) fn read(row: &Row<'_>) -> Result<Self, Failure> {
        Ok(Self { position: row.get(0)?, event: Some(row.get(1)?) })
    }
}
