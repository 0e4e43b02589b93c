//! Cancels orders that are not paid in time, which frees the stock that they hold.
//!
//! Before an order that will be held is placed, a job is scheduled for its deadline, unless this node remembers that one is
//! due before. Each run schedules the next one for the earliest deadline that is left. When none is left there is no next
//! run, so a shop that sells nothing costs nothing. What is due within a minute is one job: scheduling it twice makes one.

use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Actor, CorrelationId, Fault, Problem, TenantId, Timestamp, Word};
use moka::sync::Cache;
use serde_json::json;
use store::problems::TAKEN_OVER;
use store::relay::{JobKind, JobRun, NewJob, SHOP};
use store::{Asked, Tenant, Work};
use uuid::Uuid;

use crate::contention::{PRICES_CHANGED, TRIES};
use crate::status::Status;
use crate::till::Receipt;
use crate::use_cases::advance_order;
use crate::views::queries;
use crate::{OrderId, rules};

pub const UNPAID: &str = "orders.unpaid";

/// For people who look at the order.
const REASON: &str = "Not paid in time";
/// How many orders are read at a time.
const AT_ONCE: usize = 200;
const MINUTE: Duration = Duration::from_secs(60);
/// When orders are checked again whose payment was under way. The longer they are overdue, the longer the wait.
const LATER: RangeInclusive<Duration> = Duration::from_secs(5 * 60)..=Duration::from_secs(24 * 3600);

/// Whoever knows what was paid.
pub trait Payments: Send + Sync + 'static {
    /// A work that is refused, as `contended`, when money comes in for the order or begins to; no work when some has, or
    /// may still by what was begun: for transfers only while they are waited for.
    fn untouched<'a>(
        &'a self,
        tenant: &'a Tenant,
        order: Uuid,
        transfers: Transfers,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Work>, Problem>> + Send + 'a>>;

    /// Whether the shop can be paid in another way than by a transfer.
    fn at_once<'a>(
        &'a self,
        tenant: &'a Tenant,
    ) -> Pin<Box<dyn Future<Output = Result<bool, Problem>> + Send + 'a>>;
}

/// Whether a transfer that is expected keeps an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfers {
    WaitedFor,
    Late,
}

/// Cancels the orders whose time is over.
pub struct Unpaid(pub Arc<dyn Payments>);

/// Schedules a run for the deadline of this order, before it is placed. An earlier run will do, unless it is due within a
/// minute: the order may not be committed by then.
pub(crate) async fn watch(tenant: &Tenant, receipt: &Receipt, now: Timestamp) -> Result<(), Problem> {
    let Some(hold) = receipt.hold() else { return Ok(()) };
    let (due, soon) = (now.plus(hold), now.plus(MINUTE));
    let planned = tenant.cell().cache::<Planned>();
    let next = planned.0.get(&tenant.id());
    if next.is_some_and(|next| soon < next && next <= due.plus(MINUTE)) {
        return Ok(());
    }
    planned.0.insert(tenant.id(), look_at(tenant, soon, due).await?);
    Ok(())
}

/// When the next run of each shop is due, as far as this node has scheduled it.
struct Planned(Cache<TenantId, Timestamp>);

impl Default for Planned {
    fn default() -> Self {
        Self(Cache::new(10_000))
    }
}

/// Schedules a run for `at`, unless one is due between `from` and then, and returns when it is due.
async fn look_at(tenant: &Tenant, from: Timestamp, at: Timestamp) -> Result<Timestamp, Problem> {
    if let Some(planned) = tenant.next_job(UNPAID).await?.filter(|planned| from < *planned && *planned <= at)
    {
        return Ok(planned);
    }
    let job = NewJob::once_in(MINUTE, UNPAID, SHOP, json!({}), at);
    let due = job.due;
    tenant.schedule(job).await?;
    Ok(due)
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
            let patience = Patience { at_once: self.0.at_once(tenant).await?, transfer: settings.transfer() };
            let (mut cancelled, mut left, mut shortest) = (0, 0, None::<Duration>);
            let mut from = (Timestamp::from_micros(0), Uuid::nil());
            loop {
                let due = queries::held_until(tenant, now, from, AT_ONCE).await?;
                for (until, order) in &due {
                    if self.cancel(run, *order, patience, now).await? {
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
            let held = queries::first_held(tenant, now).await?;
            if let Some(next) = [again, held].into_iter().flatten().min() {
                look_at(tenant, now, next).await?;
            }
            Ok(format!("{cancelled} orders were not paid in time; {left} may still be."))
        })
    }
}

/// How long transfers are waited for, and whether there is anything else to wait for.
#[derive(Debug, Clone, Copy)]
struct Patience {
    at_once: bool,
    transfer: Option<Duration>,
}

impl Patience {
    fn of(self, placed: Timestamp, now: Timestamp) -> Transfers {
        let late = self.transfer.is_some_and(|transfer| placed.plus(transfer) <= now);
        if late { Transfers::Late } else { Transfers::WaitedFor }
    }
}

impl Unpaid {
    /// Whether it is cancelled now. One that is being paid is left alone, and one that cannot be cancelled keeps no other
    /// from it.
    async fn cancel(
        &self,
        run: &JobRun,
        id: OrderId,
        patience: Patience,
        now: Timestamp,
    ) -> Result<bool, Problem> {
        for _ in 0..TRIES {
            match self.try_to(run, id, patience, now).await {
                Err(problem) if problem.code == PRICES_CHANGED => {}
                Err(problem) if problem.code == TAKEN_OVER.code || problem.fault == Fault::Unavailable => {
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

    async fn try_to(
        &self,
        run: &JobRun,
        id: OrderId,
        patience: Patience,
        now: Timestamp,
    ) -> Result<bool, Problem> {
        let tenant = &run.tenant;
        // Whoever begins to pay after it was read has changed their tab, which is read after it.
        let order = queries::order(tenant, id).await?;
        let summary = &order.summary;
        let transfers = patience.of(summary.placed_at, now);
        if transfers == Transfers::WaitedFor && !patience.at_once {
            return Ok(false);
        }
        let Some(untouched) = self.0.untouched(tenant, id.uuid(), transfers).await? else { return Ok(false) };
        if summary.status != Status::Placed.as_str() || summary.paid != 0 || summary.total <= 0 {
            return Ok(false);
        }
        let cancel = advance_order(id, &order, None, Status::Cancelled, Some(REASON.to_owned()))?;
        let mut asked = Asked::by(Actor::system(), CorrelationId::new(), now);
        asked.guard = Some(run.guard());
        tenant.run(asked, Work::all([untouched, cancel])).await.map(|_| true)
    }
}
