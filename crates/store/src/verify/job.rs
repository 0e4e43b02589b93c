//! Verifying in the background, beside whoever is served.

use std::pin::Pin;

use kernel::{Problem, TenantId};

use super::report::verify;
use crate::relay::{JobKind, JobRun, Room};

kernel::problems! {
    Conflict TABLES_DIFFER "tables_differ" "Tables differ":
        "A table is not what the log says; the job names the first difference. `galleria verify` shows all of them.",
}

/// Proves that a tenant's tables are what its log says, beside everything else.
#[derive(Debug)]
pub struct VerifyJob;

impl JobKind for VerifyJob {
    fn name(&self) -> &'static str {
        "verify"
    }

    fn attempts(&self) -> i64 {
        2
    }

    fn room(&self) -> Room {
        Room::Long
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            if run.tenant.id() == TenantId::CELL {
                return every_tenant(run).await;
            }
            let events = run.tenant.head().await?;
            run.progress(0, events, "replaying the log").await?;
            let report = verify(&run.tenant).await?;
            run.progress(events, events, "compared").await?;
            match report.differences.first() {
                None => Ok(format!("Every table is what its {} events say.", report.events)),
                Some(first) => {
                    let told = format!("{} differences; the first: {first}", report.differences.len());
                    Err(TABLES_DIFFER.says(told))
                }
            }
        })
    }
}

/// Of the cell's own job.
async fn every_tenant(run: &JobRun) -> Result<String, Problem> {
    let total = i64::try_from(run.tenant.cell().registry().tenants().len()).unwrap_or(i64::MAX);
    run.tenants(0, |done, tenant| async move {
        let record = tenant.cell().registry().tenant(tenant.id());
        run.progress(done, total, record.as_ref().map_or("", |record| &record.slug)).await?;
        match verify(&tenant).await?.differences.first() {
            None => Ok(done + 1),
            Some(first) => Err(TABLES_DIFFER.says(first)),
        }
    })
    .await?;
    run.progress(total, total, "").await?;
    Ok(format!("Every table of {total} tenants is what their logs say."))
}
