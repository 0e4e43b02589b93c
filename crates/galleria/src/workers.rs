//! Who reads the logs of this platform, and which kinds of jobs it knows.

use std::pin::Pin;
use std::sync::Arc;

use blobs::Blobs;
use connect::Partners;
use domains::Prover;
use identity::Letters;
use kernel::{Fault, Problem, TenantId};
use payments::Cashier;
use store::relay::{JobKind, JobRun, Room, Workers};

use crate::bills::{Paid, Tabs};
use crate::claims::Claims;

/// Without a place for files there is nobody who keeps it in order; when it is named, they read on from where they were.
pub fn workers(
    blobs: Option<&Blobs>,
    letters: Option<Letters>,
    prover: Prover,
    cashier: &Cashier,
    partners: Partners,
) -> Workers {
    let mut workers = Workers {
        subscribers: vec![
            Arc::new(identity::Upkeep),
            Arc::new(domains::Hosts),
            Arc::new(Paid),
            Arc::new(orders::cart::Guests),
            Arc::new(orders::claim::FormerGuests),
            Arc::new(Claims),
            Arc::new(connect::Schedule),
            Arc::new(connect::Watch),
            Arc::new(sheets::Schedule),
        ],
        jobs: vec![
            Arc::new(Verify),
            Arc::new(domains::Recheck(prover)),
            Arc::new(catalog::Sweep),
            Arc::new(connect::Sync(partners.clone())),
            Arc::new(connect::Track(partners)),
            Arc::new(orders::unpaid::Unpaid(Arc::new(Tabs))),
        ],
    };
    if let Some(blobs) = blobs {
        workers.subscribers.push(Arc::new(files::Upkeep(blobs.clone())));
        workers.jobs.push(Arc::new(files::Sweep(blobs.clone())));
        workers.jobs.push(Arc::new(sheets::Imports(blobs.clone())));
    }
    if let Some(letters) = letters {
        workers.subscribers.push(Arc::new(identity::Outbox));
        workers.jobs.push(Arc::new(identity::Asks));
        workers.jobs.push(Arc::new(letters));
    }
    let payments = payments::workers(cashier);
    workers.subscribers.extend(payments.subscribers);
    workers.jobs.extend(payments.jobs);
    workers
}

/// Proves that a tenant's tables are what its log says, beside everything else.
struct Verify;

impl JobKind for Verify {
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
            let report = store::verify::verify(&run.tenant).await?;
            run.progress(events, events, "compared").await?;
            match report.differences.first() {
                None => Ok(format!("Every table is what its {} events say.", report.events)),
                Some(first) => {
                    let told = format!("{} differences; the first: {first}", report.differences.len());
                    Err(Problem::new(Fault::Conflict, "tables_differ", "Tables differ", told))
                }
            }
        })
    }
}

/// Of the cell's own job: all tenants, one after the other.
async fn every_tenant(run: &JobRun) -> Result<String, Problem> {
    let cell = run.tenant.cell();
    let tenants = cell.registry().tenants();
    let total = i64::try_from(tenants.len()).unwrap_or(i64::MAX);
    for (tenant, done) in tenants.iter().filter(|tenant| tenant.status.is_here()).zip(0..) {
        run.progress(done, total, &tenant.slug).await?;
        let report = store::verify::verify(&cell.tenant(tenant.id)).await?;
        if let Some(first) = report.differences.first() {
            let told = format!("{}: {first}", tenant.slug);
            return Err(Problem::new(Fault::Conflict, "tables_differ", "Tables differ", told));
        }
    }
    run.progress(total, total, "").await?;
    Ok(format!("Every table of {total} tenants is what their logs say."))
}
