//! Who sees to it that a sync which began is done, and that syncs of a schedule are repeated.

use std::time::Duration;

use kernel::{Event as _, Problem, Word};
use serde_json::json;
use store::Tenant;
use store::log::Recorded;
use store::relay::{Effect, Handled, JobState, NewJob, Subscriber, Wants};
use uuid::Uuid;

use crate::partners::partner::PartnerEvent;
use crate::syncs::intake::IntakeEvent;
use crate::syncs::sync;
use crate::{Kind, PartnerId};

/// Jobs follow the log, so no crash comes between a sync and its job.
pub struct Schedule;

impl Subscriber for Schedule {
    fn name(&self) -> &'static str {
        "connect.schedule"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&["partner.configured", "partner.removed", "sync.began"])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            if event.stream == "intake" {
                return began(tenant, &event.kind, event.schema, &event.data);
            }
            let partner = PartnerId(event.stream_id);
            let known =
                PartnerEvent::decode(&event.kind, event.schema, &event.data).map_err(|_| Problem::bug())?;
            let every = match known {
                PartnerEvent::Configured(configured) => {
                    let definition = configured.definition;
                    let synced = definition.enabled && definition.kind == Kind::ErpSoap;
                    definition.options.sync_every_seconds.filter(|_| synced)
                }
                PartnerEvent::Removed(_) => None,
            };
            let every = every.and_then(|every| u64::try_from(every).ok()).map(Duration::from_secs);
            let job = every.map(|every| {
                let (due, args) = (tenant.cell().now().plus(every), json!({ "partner": partner }));
                NewJob::once(sync::NAME, event.id, args, due).every(every).to(partner)
            });
            cancel_others(tenant, partner, job.as_ref().map(|job| job.id)).await?;
            if let Some(job) = job {
                // Written down at once: the next version of the partner, in the same visit, cancels it.
                tenant.schedule(job).await?;
            }
            Ok(Effect::Done)
        })
    }
}

fn began(tenant: &Tenant, kind: &str, schema: i32, data: &str) -> Result<Effect, Problem> {
    let event = IntakeEvent::decode(kind, schema, data).map_err(|_| Problem::bug())?;
    let IntakeEvent::Began(began) = event else { return Ok(Effect::Done) };
    let args = json!({ "partner": began.partner, "sync": began.sync });
    let job = NewJob::due(began.job, sync::NAME, args, tenant.cell().now());
    Ok(Effect::plan(job.to(began.partner)))
}

/// The schedule of a version before this one is over.
async fn cancel_others(tenant: &Tenant, partner: PartnerId, ours: Option<Uuid>) -> Result<(), Problem> {
    for state in [JobState::Waiting, JobState::Running] {
        let jobs = tenant.jobs(Some(state.as_str()), Uuid::max(), 500).await?;
        let theirs = jobs.into_iter().filter(|job| {
            job.name == sync::NAME
                && job.every_seconds.is_some()
                && Some(job.id) != ours
                && job.args["partner"] == json!(partner)
        });
        for job in theirs {
            tenant.cancel_job(job.id).await?;
        }
    }
    Ok(())
}
