//! The job that ends expired holds.

use std::pin::Pin;

use kernel::{Actor, CorrelationId, Problem};
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
            let ended = run.tenants(0, |ended, tenant| sweep(run, tenant, ended)).await?;
            Ok(format!("{ended} holds were over."))
        })
    }
}

async fn sweep(run: &JobRun, tenant: Tenant, mut ended: i64) -> Result<i64, Problem> {
    loop {
        let now = tenant.cell().now();
        let over = queries::holds_over(&tenant, now, AT_ONCE).await?;
        for id in &over {
            let work = hold::release_work(&tenant, *id).await?;
            tenant.run(Asked::by(Actor::system(), CorrelationId::new(), now), work).await?;
            ended += 1;
        }
        // Fails once the job was cancelled, and then this ends.
        run.progress(ended, 0, "ending holds").await?;
        if over.len() < AT_ONCE {
            return Ok(ended);
        }
    }
}
