//! The job that looks every day whether what was proven still holds: domains are sold, and run out.

use std::pin::Pin;
use std::time::Duration;

use kernel::problem::NOT_FOUND;
use kernel::{Actor, CorrelationId, Problem, boxed};
use store::relay::{JobKind, JobRun, NewJob, Room};
use store::{Asked, Tenant};
use uuid::Uuid;

use crate::hosts::{self, Leads};
use crate::proofs::prover::Prover;
use crate::{queries, use_cases};

const NAME: &str = "domains.check";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The cell's own job has always the same id, so that it is there once however many nodes begin.
const EVERY_DAY: Uuid = Uuid::from_u128(0x0198_c0de_d0a1_7000_8000_6461_696c_7921);

/// Has all shops' domains looked at every day; whoever cancels that job has ended it for good.
#[boxed]
pub async fn every_day(platform: &Tenant) -> Result<(), Problem> {
    let due = platform.cell().now().plus(DAY);
    let job = NewJob::due(EVERY_DAY, NAME, serde_json::json!({}), due).every(DAY);
    platform.schedule(job).await.map(|_| ())
}

pub struct Recheck(pub Prover);

impl JobKind for Recheck {
    fn name(&self) -> &'static str {
        NAME
    }

    fn room(&self) -> Room {
        Room::Outside { at_once: 4, of_a_tenant: 1, of_a_destination: 1 }
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let looking = run.tenants((0, 0), |(looked, missed), tenant| async move {
                // Of all shops, those without a host of their own need not be woken.
                if tenant.id() != run.tenant.id() && !has_hosts(&tenant) {
                    return Ok((looked, missed));
                }
                let (some, without) = self.look(&tenant).await?;
                let (looked, missed) = (looked + some, missed + without);
                // Fails once the job was cancelled, and then this ends.
                run.progress(looked, 0, &format!("{missed} without their proof")).await?;
                Ok((looked, missed))
            });
            let (looked, missed) = looking.await?;
            Ok(format!("{looked} domains were looked at; {missed} did not have their proof."))
        })
    }
}

fn has_hosts(tenant: &Tenant) -> bool {
    tenant.cell().registry().tenant(tenant.id()).is_some_and(|record| !record.hosts.is_empty())
}

impl Recheck {
    async fn look(&self, tenant: &Tenant) -> Result<(i64, i64), Problem> {
        let (mut looked, mut missed) = (0, 0);
        for domain in queries::domains(tenant).await?.into_iter().filter(queries::DomainRow::is_proven) {
            let found = self.0.look(&domain.name, &domain.token).await;
            (looked, missed) = (looked + 1, missed + i64::from(found.there.is_none()));
            let system = || Asked::by(Actor::system(), CorrelationId::new(), tenant.cell().now());
            match tenant.run(system(), use_cases::check(domain.id, domain.token, found)).await {
                Ok(_) => {}
                // Given up while we looked.
                Err(problem) if problem.code == NOT_FOUND.code => continue,
                Err(problem) => return Err(problem),
            }
            if hosts::settle(tenant, &domain.name).await? == Leads::Elsewhere {
                tenant.run(system(), use_cases::give_way(domain.id)).await?;
            }
        }
        Ok((looked, missed))
    }
}
