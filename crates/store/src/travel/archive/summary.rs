//! What an archive holds, for people.

use kernel::Timestamp;
use serde::Serialize;

/// What an archive holds.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    pub made: Timestamp,
    pub by: String,
    pub sealed: bool,
    pub tenants: Vec<Packed>,
}

/// A tenant in an archive.
#[derive(Debug, Clone, Serialize)]
pub struct Packed {
    pub id: kernel::TenantId,
    pub slug: String,
    pub name: String,
    pub events: i64,
    pub digest: String,
}
