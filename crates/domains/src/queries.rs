//! SQL in, plain structs out.

use kernel::{Timestamp, args, boxed};
use serde::Serialize;
use store::{Failure, Row, Tenant};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::DomainId;
use crate::proofs::place::ProofPlace;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DomainStatus {
    Claimed,
    Proven,
    Lost,
}

/// A domain as it is kept.
#[derive(Debug, Clone)]
pub struct DomainRow {
    pub id: DomainId,
    pub version: i64,
    pub name: String,
    pub token: String,
    pub status: DomainStatus,
    /// By which way it was proven.
    pub way: Option<ProofPlace>,
    pub found: Option<String>,
    pub claimed_at: Timestamp,
    pub proven_at: Option<Timestamp>,
    pub checked_at: Option<Timestamp>,
}

impl DomainRow {
    pub fn is_proven(&self) -> bool {
        self.status == DomainStatus::Proven
    }
}

const DOMAINS: &str =
    "select id, version, name, token, status, way, found, claimed_at, proven_at, checked_at from domains";

/// A shop has a handful.
#[boxed]
pub async fn domains(tenant: &Tenant) -> Result<Vec<DomainRow>, Failure> {
    tenant.rows(&format!("{DOMAINS} order by name limit 200"), Vec::new(), row).await
}

#[boxed]
pub async fn domain(tenant: &Tenant, id: DomainId) -> Result<Option<DomainRow>, Failure> {
    tenant.row(&format!("{DOMAINS} where id = $1"), args![id], row).await
}

pub(crate) async fn is_proven(tenant: &Tenant, id: DomainId) -> Result<bool, Failure> {
    Ok(domain(tenant, id).await?.is_some_and(|domain| domain.is_proven()))
}

pub(crate) async fn is_lost(tenant: &Tenant, id: DomainId) -> Result<bool, Failure> {
    Ok(domain(tenant, id).await?.is_some_and(|domain| domain.status == DomainStatus::Lost))
}

fn row(row: &Row<'_>) -> Result<DomainRow, Failure> {
    Ok(DomainRow {
        id: DomainId(row.get(0)?),
        version: row.get(1)?,
        name: row.get(2)?,
        token: row.get(3)?,
        status: row.word(4)?,
        way: row.maybe_word(5)?,
        found: row.get(6)?,
        claimed_at: row.get(7)?,
        proven_at: row.get(8)?,
        checked_at: row.get(9)?,
    })
}
