//! Tenants that travel: into a file and out of it, and from cell to cell.
//!
//! What travels is the log, the keys that open it, and the store's own rows (replies, cursors, dead letters, jobs). Tables
//! and states do not: wherever the log arrives it is folded again, so what arrived is proved by its arriving. A tenant is
//! seen by nobody before it is whole, and what is not brought to its end is swept away by whoever comes next.

mod inflow;
mod journey;
mod moving;
mod own;
mod parcel;
mod piece;
mod place;
mod restore;
mod sweep;

use kernel::{TenantId, Word};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use journey::UnderWay;
pub use moving::{Moved, move_tenant};
pub use parcel::{Summary, Wanted, check, pack};
pub use restore::{Luggage, Restored, Restoring, restore};
pub use sweep::{Removed, Swept, sweep_abandoned};

use crate::doors::Origin;
use crate::registry::TenantRecord;

/// Told how far something long is: what is done, of how much, and what it is.
pub type Progress<'a> = dyn FnMut(&str, i64, i64) + Send + 'a;

/// A tenant's place in a registry, as it travels.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Passport {
    pub(crate) id: TenantId,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) currency: String,
    pub(crate) status: String,
    pub(crate) created: i64,
    pub(crate) hosts: Vec<String>,
    pub(crate) keys: Vec<PassportKey>,
    #[serde(default)]
    pub(crate) without: Vec<String>,
    #[serde(default)]
    pub(crate) networks: Vec<String>,
    #[serde(default)]
    pub(crate) origins: Vec<Origin>,
    /// What everything sealed is bound to.
    pub(crate) origin: Uuid,
}

/// A key of the tenant's, by the hash of its secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PassportKey {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) created: i64,
    #[serde(default)]
    pub(crate) expires: Option<i64>,
    #[serde(default)]
    pub(crate) limit: Option<u32>,
    pub(crate) hash: String,
}

impl Passport {
    pub(crate) fn of(record: &TenantRecord, keys: Vec<PassportKey>, origin: Uuid) -> Self {
        Self {
            id: record.id,
            slug: record.slug.clone(),
            name: record.name.clone(),
            currency: record.currency.code().to_owned(),
            status: record.status.as_str().to_owned(),
            created: record.created.as_micros(),
            hosts: record.hosts.clone(),
            keys,
            without: record.without.clone(),
            networks: record.networks.clone(),
            origins: record.origins.clone(),
            origin,
        }
    }
}
