//! Orders that nobody pays give back what they hold.
//!
//! A shop that says so is looked at when the first of its orders is due, and at the latest when the first of those that
//! have not been placed yet can be; so one that sells nothing is looked at as often as it waits. One that waits for ever is
//! looked at until the last order is over that was placed before it said so. Each look plans the next, by the minute in
//! which it falls, unless one is planned before that: two that plan the same are one.

use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Actor, CorrelationId, Fault, Problem, Timestamp};
use serde_json::json;
use store::relay::{JobKind, JobRun, NewJob};
use store::{Asked, Tenant, Work};
use uuid::Uuid;

use crate::api::TRIES;
use crate::order::Status;
use crate::works::{PRICES_CHANGED, advance_order};
use crate::{OrderId, queries, rules};

pub const UNPAID: &str = "orders.unpaid";

/// For people who look at the order.
const REASON: &str = "Not paid in time";
/// How many are read at a time.
const AT_ONCE: usize = 200;
const MINUTE: i64 = 60;
/// When those are looked at again whose payment was under way: it ends by itself, or by a person's hand. The longer they
/// have been, the longer they may be.
const LATER: RangeInclusive<Duration> = Duration::from_secs(5 * 60)..=Duration::from_secs(24 * 3600);

/// Whoever knows what was paid.
pub trait Payments: Send + Sync + 'static {
    /// A work that is refused, as `contended`, when money comes in for the order or begins to; no work when some has, or
    /// may still by what was begun.
    fn untouched<'a>(
        &'a self,
        tenant: &'a Tenant,
        order: Uuid,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Work>, Problem>> + Send + 'a>>;
}

/// Cancels the orders whose time is over.
pub struct Unpaid(pub Arc<dyn Payments>);

/// Sees to it that somebody looks then, or before.
pub(crate) async fn look_at(tenant: &Tenant, at: Timestamp) -> Result<(), Problem> {
    if tenant.next_job(UNPAID).await?.is_some_and(|planned| planned <= at) {
        return Ok(());
    }
    let due = (at.seconds().div_euclid(MINUTE) + 1) * MINUTE;
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{UNPAID} {due}").as_bytes());
    let due = Timestamp::from_micros(due * 1_000_000);
    tenant
        .schedule(NewJob { id, name: UNPAID.to_owned(), args: json!({}), due, every: None })
        .await
        .map(|_| ())
}

impl JobKind for Unpaid {
    fn name(&self) -> &'static str {
        UNPAID
    }

    /// It does not give up: there would be no next look.
    fn attempts(&self) -> i64 {
        i64::MAX
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let tenant = &run.tenant;
            let (settings, _) = rules::queries::settings(tenant).await?;
            let now = tenant.cell().now();
            let (mut cancelled, mut left, mut shortest) = (0, 0, None::<Duration>);
            let mut from = (Timestamp::from_micros(0), Uuid::nil());
            loop {
                let due = queries::held_until(tenant, now, from, AT_ONCE).await?;
                for (until, order) in &due {
                    if self.cancel(run, *order, now).await? {
                        cancelled += 1;
                    } else {
                        left += 1;
                        let late = now.since(*until);
                        shortest = Some(shortest.map_or(late, |known| known.min(late)));
                    }
                }
                run.progress(cancelled, 0, "cancelling what nobody has paid").await?;
                let Some((until, order)) = due.last().filter(|_| due.len() == AT_ONCE) else { break };
                from = (*until, order.uuid());
            }
            let again = shortest.map(|late| now.plus((late / 4).clamp(*LATER.start(), *LATER.end())));
            // Whatever is placed from now on is held for as long.
            let placed = settings.hold().map(|hold| now.plus(hold));
            let held = queries::first_held(tenant, now).await?;
            if let Some(next) = [again, placed, held].into_iter().flatten().min() {
                look_at(tenant, next).await?;
            }
            Ok(format!("{cancelled} orders were not paid in time; {left} may still be."))
        })
    }
}

impl Unpaid {
    /// Whether it is cancelled now. One that is being paid is left alone, and one that cannot be cancelled keeps no other
    /// from it.
    async fn cancel(&self, run: &JobRun, id: OrderId, now: Timestamp) -> Result<bool, Problem> {
        for _ in 0..TRIES {
            match self.try_to(run, id, now).await {
                Err(problem) if problem.code == PRICES_CHANGED => {}
                Err(problem) if problem.code == "taken_over" || problem.fault == Fault::Unavailable => {
                    return Err(problem);
                }
                Err(problem) => {
                    let code = &problem.code;
                    tracing::warn!(order.id = %id, code, "An order that nobody paid could not be cancelled; it is tried again");
                    return Ok(false);
                }
                Ok(cancelled) => return Ok(cancelled),
            }
        }
        // Somebody is busy with it: it is looked at again.
        Ok(false)
    }

    async fn try_to(&self, run: &JobRun, id: OrderId, now: Timestamp) -> Result<bool, Problem> {
        let tenant = &run.tenant;
        let Some(untouched) = self.0.untouched(tenant, id.uuid()).await? else { return Ok(false) };
        let order = queries::order(tenant, id).await?;
        let summary = &order.summary;
        if summary.status != Status::Placed.as_str() || summary.paid != 0 || summary.total <= 0 {
            return Ok(false);
        }
        let cancel = advance_order(id, &order, None, Status::Cancelled, Some(REASON.to_owned()))?;
        let mut asked = Asked::by(Actor::system(), CorrelationId::new(), now);
        asked.guard = Some(run.guard());
        tenant.run(asked, Work::all([untouched, cancel])).await.map(|_| true)
    }
}
