//! Reads the reports of a day.

use kernel::args;
use kernel::boxed;
use store::{Failure, Tenant};

use crate::ProviderId;
use crate::reports::report::ReportView;

#[boxed]
pub async fn reports(tenant: &Tenant, day: &str) -> Result<Vec<ReportView>, Failure> {
    let sql = "select provider_id, report, made_at from payment_reports where day = $1 order by id limit 50";
    let unreadable = |error| Failure::Bug(format!("a report cannot be read: {error}"));
    tenant
        .rows(sql, args![day.to_owned()], |row| {
            let found = serde_json::from_str(&row.get::<String>(1)?).map_err(unreadable)?;
            Ok(ReportView { provider_id: ProviderId(row.get(0)?), found, made_at: row.get(2)? })
        })
        .await
}
