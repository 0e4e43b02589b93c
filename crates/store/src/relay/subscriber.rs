//! Whoever reads the log, and what becomes of an event in their hands.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use futures_util::FutureExt;
use kernel::Problem;

use super::job::NewJob;
use crate::Tenant;
use crate::log::Recorded;
use crate::problems::TOO_SLOW;
use crate::work::Work;

/// How long a subscriber may take over one event.
const WITHIN: Duration = Duration::from_secs(30);

/// Reads every tenant's log from a cursor of its own.
///
/// It asks nobody outside the cell: while it waits, everybody who reads this tenant's log waits with it. What has to be
/// told outside is a job that it plans, with a room of its own.
pub trait Subscriber: Send + Sync + 'static {
    /// Its name is its cursor: one that is renamed begins anew.
    fn name(&self) -> &'static str;

    /// Which events concern it. Others are passed over, and what is personal in them stays sealed.
    fn wants(&self) -> Wants;

    /// Handles one event. A problem is tried again after a pause, and after some times put aside as a dead letter.
    fn handle<'a>(&'a self, tenant: &'a Tenant, event: &'a Recorded) -> Handled<'a>;
}

pub type Handled<'a> = Pin<Box<dyn Future<Output = Result<Effect, Problem>> + Send + 'a>>;

/// Which events concern a subscriber.
#[derive(Debug, Clone, Copy)]
pub enum Wants {
    Everything,
    /// Those of these kinds.
    Kinds(&'static [&'static str]),
}

impl Wants {
    pub(super) fn includes(self, kind: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Kinds(kinds) => kinds.contains(&kind),
        }
    }
}

/// What became of an event.
pub enum Effect {
    /// There was nothing to do, or it was done. After a crash the event may be handed over again.
    Done,
    /// Jobs that are planned with the cursor's own commit. One whose id is there already changes nothing. Until that commit
    /// nobody sees them, nor does this subscriber when it handles the events that follow.
    Plan(Vec<NewJob>),
    /// What is to be done inside the tenant, with the cursor's own commit: once, whatever happens.
    Work(Work),
}

impl Effect {
    pub fn plan(job: NewJob) -> Self {
        Self::Plan(vec![job])
    }
}

/// Hands an event over, within a time limit, and survives a panic.
pub(super) async fn handed_over(
    subscriber: &dyn Subscriber,
    tenant: &Tenant,
    recorded: &Recorded,
) -> Result<Effect, Problem> {
    let handling = AssertUnwindSafe(subscriber.handle(tenant, recorded)).catch_unwind();
    match tokio::time::timeout(WITHIN, handling).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Problem::bug()),
        Err(_) => Err(TOO_SLOW.says("The subscriber took too long over this event.").after(1)),
    }
}

/// The kinds that anybody wants, as a statement's condition; nothing when somebody wants every kind.
pub(super) fn wanted_by_any<'a>(subscribers: impl Iterator<Item = &'a dyn Subscriber>) -> Option<String> {
    let mut all: Vec<&'static str> = Vec::new();
    for subscriber in subscribers {
        match subscriber.wants() {
            Wants::Everything => return None,
            Wants::Kinds(kinds) => all.extend(kinds),
        }
    }
    all.sort_unstable();
    all.dedup();
    let list: Vec<String> = all.iter().map(|kind| format!("'{kind}'")).collect();
    // Nobody wants anything, which no kind is.
    Some(if list.is_empty() { "kind = ''".to_owned() } else { format!("kind in ({})", list.join(", ")) })
}
