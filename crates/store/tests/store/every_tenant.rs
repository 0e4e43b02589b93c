//! A job of the cell's own, done for every tenant.

use std::pin::Pin;
use std::sync::Arc;

use kernel::{Fault, Problem, TenantId};
use parking_lot::Mutex;
use serde_json::json;
use store::relay::{JobKind, JobRun, JobState, NewJob, Workers};

use crate::jars::now;
use crate::over_both_engines;
use crate::readers::pace;
use crate::world::World;
use galleria_tests::eventually;

over_both_engines!(
    each_tenant_has_its_turn_in_the_cells_own_job_and_a_tenants_job_is_for_it_alone,
    the_trouble_of_one_tenant_keeps_no_other_from_its_turn,
    a_job_that_was_cancelled_goes_on_with_no_other_tenant,
);

/// Calls at each tenant, and fails where it is told to.
#[derive(Default)]
struct Rounds {
    fails_at: Option<TenantId>,
    /// Where it has itself cancelled.
    cancelled_at: Option<TenantId>,
    seen: Mutex<Vec<TenantId>>,
}

impl JobKind for Rounds {
    fn name(&self) -> &'static str {
        "rounds"
    }

    fn attempts(&self) -> i64 {
        1
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let calling = run.tenants(0, |called, tenant| async move {
                self.seen.lock().push(tenant.id());
                if self.cancelled_at == Some(tenant.id()) {
                    run.tenant.cancel_job(run.id).await?;
                }
                if self.fails_at == Some(tenant.id()) {
                    return Err(Problem::new(Fault::Conflict, "not_in", "Not in", "Nobody is in."));
                }
                run.progress(called + 1, 0, "calling").await?;
                Ok(called + 1)
            });
            Ok(format!("{} were in", calling.await?))
        })
    }
}

/// What becomes of the job, and where it was.
async fn done(world: &World, rounds: Rounds, tenant: &store::Tenant) -> (store::relay::Job, Vec<TenantId>) {
    let rounds = Arc::new(rounds);
    let workers = Workers { jobs: vec![rounds.clone()], ..Workers::default() };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    let id = tenant.schedule(NewJob::now("rounds", json!({}), now())).await.unwrap().id;
    let ended =
        async || !matches!(tenant.job(id).await.unwrap().state, JobState::Waiting | JobState::Running);
    eventually("it has ended", ended).await;
    relay.stop().await;
    let seen = rounds.seen.lock().clone();
    (tenant.job(id).await.unwrap(), seen)
}

async fn three(world: &World) -> (store::Tenant, [TenantId; 3]) {
    let ids = [world.tenant().await.id(), world.tenant().await.id(), world.tenant().await.id()];
    (world.cell.own().await.unwrap(), ids)
}

fn sorted(ids: impl Into<Vec<TenantId>>) -> Vec<TenantId> {
    let mut ids = ids.into();
    ids.sort_unstable();
    ids
}

async fn each_tenant_has_its_turn_in_the_cells_own_job_and_a_tenants_job_is_for_it_alone(world: World) {
    let (own, all) = three(&world).await;
    let (job, seen) = done(&world, Rounds::default(), &own).await;
    assert_eq!((job.note.as_deref(), sorted(seen)), (Some("3 were in"), sorted(all)));
    let one = world.cell.tenant(all[1]);
    let (job, seen) = done(&world, Rounds::default(), &one).await;
    assert_eq!((job.note.as_deref(), seen), (Some("1 were in"), vec![all[1]]));
}

async fn the_trouble_of_one_tenant_keeps_no_other_from_its_turn(world: World) {
    let (own, all) = three(&world).await;
    let rounds = Rounds { fails_at: Some(all[0]), ..Rounds::default() };
    let (job, seen) = done(&world, rounds, &own).await;
    assert_eq!((job.state, sorted(seen)), (JobState::Failed, sorted(all)));
    let slug = world.cell.registry().tenant(all[0]).unwrap().slug.clone();
    assert_eq!(job.problem, Some(format!("{slug}: Nobody is in.")));
}

async fn a_job_that_was_cancelled_goes_on_with_no_other_tenant(world: World) {
    let (own, all) = three(&world).await;
    let first = world.cell.registry().tenants()[0].id;
    assert!(all.contains(&first));
    let rounds = Rounds { cancelled_at: Some(first), ..Rounds::default() };
    let (job, seen) = done(&world, rounds, &own).await;
    assert_eq!((job.state, seen), (JobState::Cancelled, vec![first]));
}
