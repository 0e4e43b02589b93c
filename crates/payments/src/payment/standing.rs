//! How a payment stands after an event.

use serde::{Deserialize, Serialize};

use crate::status::Status;

/// How a payment stands after an event, for tables and for whoever follows the events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub status: Status,
    pub authorised: i64,
    pub captured: i64,
    pub refunded: i64,
    pub lost: i64,
    /// Whether more may come in by it, so that nothing else is begun for its order.
    pub open: bool,
}
