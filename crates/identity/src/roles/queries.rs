//! Reads the roles that a shop made itself.

use kernel::boxed;
use serde::Serialize;
use store::{Failure, Tenant};
use utoipa::ToSchema;

use crate::words::words;

/// A role, and what it may do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleView {
    pub name: String,
    pub about: String,
    /// `orders:read`, `orders:*`, `*:read`.
    pub grants: Vec<String>,
    /// Whether every shop has it.
    pub standard: bool,
    /// 0 for a standard role.
    pub version: i64,
}

/// The roles that the shop made itself.
#[boxed]
pub async fn roles(tenant: &Tenant) -> Result<Vec<RoleView>, Failure> {
    let sql =
        "select name, about, grants, version from roles where removed_at is null order by name limit 200";
    tenant
        .rows(sql, Vec::new(), |row| {
            Ok(RoleView {
                name: row.get(0)?,
                about: row.get(1)?,
                grants: words(&row.get::<String>(2)?),
                standard: false,
                version: row.get(3)?,
            })
        })
        .await
}
