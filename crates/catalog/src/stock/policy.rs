//! The policy of a variant: when its stock counts as low, and how many may be backordered.

use serde::{Deserialize, Serialize};

/// What may be sold of a variant, and when little of it is left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// When no more than this is left, that is said.
    pub low_at: Option<i64>,
    /// How many may be promised beyond what is there; 0 denies it.
    pub backorder_limit: i64,
}

impl Policy {
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}
