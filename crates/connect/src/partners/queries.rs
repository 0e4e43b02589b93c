//! Reads partners.

use kernel::args;
use kernel::boxed;
use store::{Failure, Row, Tenant};

use crate::{Definition, PartnerId};

/// A partner as it is kept.
#[derive(Debug, Clone)]
pub struct PartnerRow {
    pub id: PartnerId,
    pub version: i64,
    pub definition: Definition,
    /// Sealed.
    pub secret: Option<String>,
}

const PARTNERS: &str = "select id, version, definition, secret from partners";

/// A shop has a handful.
#[boxed]
pub async fn partners(tenant: &Tenant) -> Result<Vec<PartnerRow>, Failure> {
    tenant.rows(&format!("{PARTNERS} order by id limit 200"), Vec::new(), partner_row).await
}

#[boxed]
pub async fn partner(tenant: &Tenant, id: PartnerId) -> Result<Option<PartnerRow>, Failure> {
    tenant.row(&format!("{PARTNERS} where id = $1"), args![id], partner_row).await
}

fn partner_row(row: &Row<'_>) -> Result<PartnerRow, Failure> {
    let definition = serde_json::from_str(&row.get::<String>(2)?)
        .map_err(|error| Failure::Bug(format!("a partner cannot be read: {error}")))?;
    Ok(PartnerRow { id: PartnerId(row.get(0)?), version: row.get(1)?, definition, secret: row.get(3)? })
}
