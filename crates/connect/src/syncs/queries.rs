//! Reads syncs and what they rejected.

use kernel::{Timestamp, args, boxed};
use serde::Serialize;
use store::{Failure, Row, Tenant};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::clients::erp::Stage;
use crate::{PartnerId, SyncId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum SyncState {
    Running,
    Done,
    Failed,
    Cancelled,
}

/// A sync, and how far it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Sync)]
pub struct SyncRow {
    #[schema(value_type = Uuid)]
    pub id: SyncId,
    #[serde(skip)]
    pub job: Uuid,
    #[serde(skip)]
    pub version: i64,
    pub state: SyncState,
    /// By the ERP's clock: only what changed since then; everything when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    #[schema(inline)]
    pub stage: Stage,
    /// The page that comes next.
    pub page: i64,
    /// Rows that came.
    pub items: i64,
    /// Drafts that were made.
    pub created: i64,
    /// Counts that differed and were set.
    pub adjusted: i64,
    pub unchanged: i64,
    /// Rows that could not be taken; `rejects` says why.
    pub rejected: i64,
    /// Counts that are lower than what is promised to orders.
    pub conflicts: i64,
    /// What became of it, in a sentence; empty while it runs.
    pub told: String,
    #[schema(value_type = String, format = DateTime)]
    pub began_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

const SYNCS: &str = "select id, job_id, version, state, since, stage, page, items, created, adjusted, unchanged, rejected, conflicts, told, began_at, ended_at from syncs";

#[boxed]
pub async fn sync(tenant: &Tenant, partner: PartnerId, id: SyncId) -> Result<Option<SyncRow>, Failure> {
    tenant.row(&format!("{SYNCS} where id = $1 and partner_id = $2"), args![id, partner], sync_row).await
}

/// The sync with a partner that has not ended.
#[boxed]
pub async fn open_sync(tenant: &Tenant, partner: PartnerId) -> Result<Option<SyncRow>, Failure> {
    tenant
        .row(&format!("{SYNCS} where partner_id = $1 and state = 'running'"), args![partner], sync_row)
        .await
}

/// Syncs with a partner, newest first, from below an id.
#[boxed]
pub async fn syncs(
    tenant: &Tenant,
    partner: PartnerId,
    below: Uuid,
    rows: usize,
) -> Result<Vec<SyncRow>, Failure> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let sql = format!("{SYNCS} where partner_id = $1 and id < $2 order by id desc limit $3");
    tenant.rows(&sql, args![partner, below, rows], sync_row).await
}

fn sync_row(row: &Row<'_>) -> Result<SyncRow, Failure> {
    Ok(SyncRow {
        id: SyncId(row.get(0)?),
        job: row.get(1)?,
        version: row.get(2)?,
        state: row.word(3)?,
        since: row.get(4)?,
        stage: row.word(5)?,
        page: row.get(6)?,
        items: row.get(7)?,
        created: row.get(8)?,
        adjusted: row.get(9)?,
        unchanged: row.get(10)?,
        rejected: row.get(11)?,
        conflicts: row.get(12)?,
        told: row.get(13)?,
        began_at: row.get(14)?,
        ended_at: row.get(15)?,
    })
}

/// A row that was not taken.
#[derive(Debug, Clone)]
pub struct RejectRow {
    pub stage: String,
    pub page: i64,
    pub sku: String,
    pub kind: String,
    pub reason: String,
}

/// How many rejects are downloaded at the most.
const MOST_REJECTS: i64 = 20_000;

#[boxed]
pub async fn rejects(tenant: &Tenant, sync: SyncId) -> Result<Vec<RejectRow>, Failure> {
    let sql =
        "select stage, page, sku, kind, reason from sync_rejects where sync_id = $1 order by number limit $2";
    tenant
        .rows(sql, args![sync, MOST_REJECTS], |row| {
            Ok(RejectRow {
                stage: row.get(0)?,
                page: row.get(1)?,
                sku: row.get(2)?,
                kind: row.get(3)?,
                reason: row.get(4)?,
            })
        })
        .await
}
