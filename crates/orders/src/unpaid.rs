//! Orders that nobody pays give back what they hold.
//!
//! Before an order is placed that will be held, a look is planned for when its time is over, unless one is planned before
//! that, as far as this node remembers. Each look plans the next, for when the first is due of those that are held then;
//! when none is, there is no next, so a shop that sells nothing is not looked at. Looks are planned by the minute in which
//! they fall: two that plan the same are one.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use kernel::{Actor, CorrelationId, Fault, Problem, TenantId, Timestamp, Word};
use serde_json::json;
use store::problems::TAKEN_OVER;
use store::relay::{JobKind, JobRun, NewJob};
use store::{Asked, Tenant, Work};
use uuid::Uuid;

use crate::api::TRIES;
use crate::order::Status;
use crate::till::Receipt;
use crate::works::{PRICES_CHANGED, advance_order};
use crate::{OrderId, queries, rules};

pub const UNPAID: &str = "orders.unpaid";

/// For people who look at the order.
const REASON: &str = "Not paid in time";
/// How many are read at a time.
const AT_ONCE: usize = 200;
const MINUTE: i64 = 60;
/// Of how many shops a node remembers when they are looked at; then all are forgotten.
const REMEMBERED: usize = 10_000;
/// When those are looked at again whose payment was under way: it ends by itself, or by a person's hand. The longer they
/// have been, the longer they may be.
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

/// Sees to it, before it is placed, that somebody looks when the time of this order is over. A look that is planned before
/// that sees the order if it is not just now: what is being placed then is committed by a minute later.
pub(crate) async fn watch(tenant: &Tenant, receipt: &Receipt, now: Timestamp) -> Result<(), Problem> {
    let Some(hold) = receipt.hold() else { return Ok(()) };
    let (due, soon) = (now.plus(hold), now.plus(Duration::from_secs(60)));
    let planned = planned().lock().unwrap_or_else(PoisonError::into_inner).get(&tenant.id()).copied();
    if planned.is_some_and(|planned| soon < planned && planned <= due.plus(Duration::from_secs(60))) {
        return Ok(());
    }
    let at = look_at(tenant, soon, due).await?;
    let mut all = self::planned().lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= REMEMBERED {
        all.clear();
    }
    all.insert(tenant.id(), at);
    Ok(())
}

/// When each shop is looked at next, as this node has planned it.
fn planned() -> &'static Mutex<HashMap<TenantId, Timestamp>> {
    static PLANNED: OnceLock<Mutex<HashMap<TenantId, Timestamp>>> = OnceLock::new();
    PLANNED.get_or_init(Mutex::default)
}

/// Sees to it that somebody looks then, or before, but not before `from`; and says when.
async fn look_at(tenant: &Tenant, from: Timestamp, at: Timestamp) -> Result<Timestamp, Problem> {
    if let Some(planned) = tenant.next_job(UNPAID).await?.filter(|planned| from < *planned && *planned <= at)
    {
        return Ok(planned);
    }
    let due = (at.seconds().div_euclid(MINUTE) + 1) * MINUTE;
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{UNPAID} {due}").as_bytes());
    let due = Timestamp::from_micros(due * 1_000_000);
    tenant.schedule(NewJob::due(id, UNPAID, json!({}), due)).await?;
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
