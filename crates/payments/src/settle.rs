//! Nothing stays unknown: whatever was asked of a provider and has no answer is asked after, soon and then ever more
//! rarely, whoever crashed in between.

use std::collections::HashSet;
use std::pin::Pin;
use std::time::Duration;

use futures_util::future::join_all;
use kernel::{Actor, CorrelationId, Event, Problem, Timestamp};
use serde_json::{Value, json};
use store::Tenant;
use store::log::Recorded;
use store::relay::{Effect, Handled, JobKind, JobRun, NewJob, Room, Subscriber, Wants};

use crate::payment::event::PaymentEvent;
use crate::payment::{self, unsettled};
use crate::reports::report;
use crate::{Cashier, PaymentId, ProviderId};

pub const SETTLE: &str = "payments.settle";

/// What is to be asked after within it is one job.
const TOGETHER: Duration = Duration::from_secs(5);

/// Plans the asking: each event that leaves something open says when.
pub struct Planner;

impl Subscriber for Planner {
    fn name(&self) -> &'static str {
        "payments.planner"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&[
            "payment.attempted",
            "payment.requested",
            "payment.put_off",
            "payment.challenged",
            "payment_provider.configured",
        ])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            if event.kind == "payment_provider.configured" {
                return Ok(Effect::plan(report::daily(event.at)));
            }
            let told =
                PaymentEvent::decode(&event.kind, event.schema, &event.data).map_err(|_| Problem::bug())?;
            let Some(at) = ask_at(&told) else { return Ok(Effect::Done) };
            let provider = match told {
                PaymentEvent::Attempted(attempted) => attempted.provider,
                _ => payment::queries::summary_of(tenant, PaymentId(event.stream_id)).await?.provider_id,
            };
            Ok(Effect::plan(settling(provider, at)))
        })
    }
}

fn ask_at(event: &PaymentEvent) -> Option<Timestamp> {
    match event {
        PaymentEvent::Attempted(attempted) if !attempted.by_hand => Some(attempted.ask_at),
        PaymentEvent::Requested(requested) => Some(requested.ask_at),
        PaymentEvent::PutOff(put_off) => put_off.ask_at,
        PaymentEvent::Challenged(challenged) => Some(challenged.ask_at),
        _ => None,
    }
}

/// The job that asks a provider after everything due by then.
fn settling(provider: ProviderId, at: Timestamp) -> NewJob {
    NewJob::once_in(TOGETHER, SETTLE, provider, json!({ "provider": provider }), at).to(provider)
}

/// Asks providers what became of what they did not answer.
pub struct Settle(pub Cashier);

/// How many are looked at, and how many of them are asked after at a time.
const AT_ONCE: usize = 200;
const SIDE_BY_SIDE: usize = 8;

impl JobKind for Settle {
    fn name(&self) -> &'static str {
        SETTLE
    }

    /// It does not give up: whatever hinders it, what is unknown must not stay so.
    fn attempts(&self) -> i64 {
        i64::MAX
    }

    fn room(&self) -> Room {
        Room::Outside { at_once: 32, of_a_tenant: 8, of_a_destination: 1 }
    }

    fn destination(&self, args: &Value) -> String {
        args["provider"].as_str().unwrap_or_default().to_owned()
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let tenant = &run.tenant;
            // One that an older galleria planned names no provider.
            let provider: Option<ProviderId> =
                serde_json::from_value(run.args["provider"].clone()).unwrap_or_default();
            let due = unsettled::due(tenant, provider, tenant.cell().now(), AT_ONCE).await?;
            let whole = due.len() == AT_ONCE;
            let mut all = true;
            for some in due.chunks(SIDE_BY_SIDE) {
                let asked = some.iter().map(|unsettled| self.ask_after(tenant, unsettled.ask.payment));
                all &= join_all(asked).await.into_iter().all(|settled| settled);
            }
            let soon = tenant.cell().now().plus(Duration::from_secs(2));
            let unasked = due.iter().filter(|_| whole || !all).map(|unsettled| unsettled.provider);
            for provider in unasked.collect::<HashSet<_>>() {
                tenant.schedule(settling(provider, soon)).await?;
            }
            Ok(format!("{} payments were asked after.", due.len()))
        })
    }
}

impl Settle {
    /// Whether what came of it is written down.
    async fn ask_after(&self, tenant: &Tenant, payment: PaymentId) -> bool {
        let settled = self.0.settle(tenant, (Actor::system(), CorrelationId::new()), payment, false).await;
        if let Err(problem) = &settled {
            let code = &problem.code;
            tracing::warn!(%payment, code, "What came of a payment could not be written down; it is asked after again");
        }
        settled.is_ok()
    }
}
