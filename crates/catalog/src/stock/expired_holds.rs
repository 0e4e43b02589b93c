//! The job that ends expired holds.

use std::pin::Pin;

use kernel::{Actor, CorrelationId, Problem, TenantId};
use store::relay::{JobKind, JobRun};
use store::{Asked, Tenant};

use super::{hold, queries};

/// How many holds are read at a time.
const AT_ONCE: usize = 200;

/// Ends the holds whose time is over. Nothing depends on when it runs: expired holds count as free anyway.
pub struct EndExpiredHolds;

impl JobKind for EndExpiredHolds {
    fn name(&self) -> &'static str {
        "stock.sweep"
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let cell = run.tenant.cell();
            let mut ended = 0;
            if run.tenant.id() == TenantId::CELL {
                for tenant in cell.registry().tenants().iter().filter(|tenant| tenant.status.is_here()) {
                    ended += sweep(run, &cell.tenant(tenant.id), ended).await?;
                }
            } else {
                ended = sweep(run, &run.tenant, 0).await?;
            }
            Ok(format!("{ended} holds were over."))
        })
    }
}

async fn sweep(run: &JobRun, tenant: &Tenant, before: i64) -> Result<i64, Problem> {
    let mut ended = 0;
    loop {
        let now = tenant.cell().now();
        let over = queries::holds_over(tenant, now, AT_ONCE).await?;
        for id in &over {
            let work = hold::release_work(tenant, *id).await?;
            tenant.run(Asked::by(Actor::system(), CorrelationId::new(), now), work).await?;
            ended += 1;
        }
        // Fails once the job was cancelled, and then this ends.
        run.progress(before + ended, 0, "ending holds").await?;
        if over.len() < AT_ONCE {
            return Ok(ended);
        }
    }
}
