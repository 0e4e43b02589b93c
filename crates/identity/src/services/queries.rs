//! Reads the keys of services.

use kernel::{TenantId, Timestamp, boxed};
use store::{Failure, Row, Select, Tenant};

use crate::ServiceKeyId;
use crate::services::service_key;
use crate::words::words;

/// A service's key, as it is kept.
#[derive(Debug, Clone)]
pub struct ServiceKeyRow {
    pub id: ServiceKeyId,
    pub name: String,
    pub sealed: String,
    pub tenants: Vec<TenantId>,
    pub role: String,
    pub networks: String,
    pub legacy: bool,
    pub status: service_key::Status,
    pub made_at: Timestamp,
    pub good_until: Option<Timestamp>,
    pub limit: Option<u32>,
}

const SERVICE_KEY: &str = "select id, name, sealed, tenants, role, networks, legacy, status, made_at, good_until, requests from service_keys";

#[boxed]
pub async fn service_key(platform: &Tenant, id: ServiceKeyId) -> Result<Option<ServiceKeyRow>, Failure> {
    let (sql, args) = Select::new(SERVICE_KEY).and("id = ?", id).statement();
    platform.row(&sql, args, as_service_key).await
}

#[boxed]
pub async fn service_keys(platform: &Tenant) -> Result<Vec<ServiceKeyRow>, Failure> {
    let (sql, args) = Select::new(SERVICE_KEY).page("made_at desc, id", 500).statement();
    platform.rows(&sql, args, as_service_key).await
}

fn as_service_key(row: &Row<'_>) -> Result<ServiceKeyRow, Failure> {
    let tenants = words(&row.get::<String>(3)?);
    Ok(ServiceKeyRow {
        id: ServiceKeyId(row.get(0)?),
        name: row.get(1)?,
        sealed: row.get(2)?,
        tenants: tenants.iter().filter_map(|id| id.parse().ok()).collect(),
        role: row.get(4)?,
        networks: row.get(5)?,
        legacy: row.get::<i64>(6)? != 0,
        status: row.word(7)?,
        made_at: row.get(8)?,
        good_until: row.get(9)?,
        limit: row.get::<Option<i64>>(10)?.and_then(|requests| u32::try_from(requests).ok()),
    })
}
