//! Nothing stays unknown: whatever was asked of a provider and has no answer is asked after, soon and then ever more
//! rarely, whoever crashed in between.

use std::pin::Pin;
use std::time::Duration;

use futures_util::future::join_all;
use kernel::{Actor, CorrelationId, Event, Problem, Timestamp};
use serde_json::json;
use store::Tenant;
use store::log::Recorded;
use store::relay::{Effect, Handled, JobKind, JobRun, NewJob, Subscriber};
use uuid::Uuid;

use crate::event::PaymentEvent;
use crate::{Cashier, PaymentId, queries, report};

pub const SETTLE: &str = "payments.settle";

/// What is to be asked after within so many seconds is one job.
const TOGETHER: i64 = 5;

/// Plans the asking: each event that leaves something open says when.
pub struct Planner;

impl Subscriber for Planner {
    fn name(&self) -> &'static str {
        "payments.planner"
    }

    fn wants(&self, kind: &str) -> bool {
        ["payment.attempted", "payment.requested", "payment.put_off", "payment.challenged"].contains(&kind)
            || kind == "payment_provider.configured"
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            if event.kind == "payment_provider.configured" {
                tenant.schedule(report::daily(event.at)).await?;
                return Ok(Effect::Done);
            }
            let told =
                PaymentEvent::decode(&event.kind, event.schema, &event.data).map_err(|_| Problem::bug())?;
            if let Some(at) = ask_at(&told) {
                tenant.schedule(settling(at)).await?;
            }
            Ok(Effect::Done)
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

/// The job that asks after everything due by then. Its id is the moment's, so it is planned once.
fn settling(at: Timestamp) -> NewJob {
    let due = (at.seconds().div_euclid(TOGETHER) + 1) * TOGETHER;
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{SETTLE} {due}").as_bytes());
    let (name, due) = (SETTLE.to_owned(), Timestamp::from_micros(due * 1_000_000));
    NewJob { id, name, args: json!({}), due, every: None }
}

/// Asks providers what became of what they did not answer.
pub struct Settle(pub Cashier);

/// How many are looked at, and how many of them are asked after at a time.
const AT_ONCE: i64 = 200;
const SIDE_BY_SIDE: usize = 8;

impl JobKind for Settle {
    fn name(&self) -> &'static str {
        SETTLE
    }

    /// It does not give up: whatever hinders it, what is unknown must not stay so.
    fn attempts(&self) -> i64 {
        i64::MAX
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let tenant = &run.tenant;
            let due = queries::due(tenant, tenant.cell().now(), AT_ONCE).await?;
            let whole = i64::try_from(due.len()).unwrap_or(i64::MAX) == AT_ONCE;
            let mut all = true;
            for some in due.chunks(SIDE_BY_SIDE) {
                let asked = some.iter().map(|unsettled| self.ask_after(tenant, unsettled.ask.payment));
                all &= join_all(asked).await.into_iter().all(|settled| settled);
            }
            if whole || !all {
                tenant.schedule(settling(tenant.cell().now().plus(Duration::from_secs(2)))).await?;
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
