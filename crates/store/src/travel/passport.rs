//! A tenant's place in a registry, as it travels.

use kernel::{TenantId, Word};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::registry::{Origin, TenantRecord};

/// What the registry of another cell has to know.
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
