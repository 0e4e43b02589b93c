//! One subscriber reading one tenant's log: in order, at least once, and what it does inside the tenant exactly once.
//!
//! The cursor is the inbox: it is moved on in the same transaction as the effect, from the place that was read and under
//! the fence of the lease, so that no event has its effect twice however often it is handed over.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use futures_util::FutureExt;
use kernel::{Actor, Fault, Problem, Timestamp, Write, args};
use uuid::Uuid;

use super::Shared;
use crate::log::Recorded;
use crate::problems::{TAKEN_OVER, TOO_SLOW};
use crate::work::{Asked, Guard, Work};
use crate::{Failure, Tenant};

/// How many events are read at a time.
const READ: i64 = 256;

/// How many works share a commit at the most. When they are refused, half as many do, down to one, and the events of the
/// others are handed over anew: what one of them was made from may have been changed by the one before it.
const TOGETHER: usize = 64;

/// How long a subscriber may take over one event.
const WITHIN: Duration = Duration::from_secs(30);

/// Reads every tenant's log from a cursor of its own.
pub trait Subscriber: Send + Sync + 'static {
    /// Its name is its cursor: one that is renamed begins anew.
    fn name(&self) -> &'static str;

    /// Whether an event of this kind concerns it; others are passed over.
    fn wants(&self, kind: &str) -> bool;

    /// Handles one event. A problem is tried again after a pause, and after some times put aside as a dead letter.
    fn handle<'a>(&'a self, tenant: &'a Tenant, event: &'a Recorded) -> Handled<'a>;
}

pub type Handled<'a> = Pin<Box<dyn Future<Output = Result<Effect, Problem>> + Send + 'a>>;

/// What became of an event.
pub enum Effect {
    /// It was dealt with outside, or there was nothing to do. After a crash it may be handed over again.
    Done,
    /// What is to be done inside the tenant, with the cursor's own commit: once, whatever happens.
    Work(Work),
}

#[derive(Debug, Clone, Copy)]
struct Cursor {
    position: i64,
    attempts: i64,
    retry_at: Timestamp,
    fence: i64,
}

/// Brings the subscriber to the tenant's head, as far as that goes.
pub(super) async fn follow(
    shared: &Shared,
    tenant: &Tenant,
    subscriber: &dyn Subscriber,
    fence: i64,
) -> Result<(), Failure> {
    let mut reader = match Reader::open(shared, tenant, subscriber, fence).await? {
        Some(reader) => reader,
        // Someone else reads here now.
        None => return Ok(()),
    };
    loop {
        let now = shared.cell.now();
        if reader.cursor.retry_at > now {
            shared.wake_at(tenant.id(), reader.cursor.retry_at);
            return Ok(());
        }
        let events = tenant.events(reader.cursor.position, READ).await?;
        let Some(last) = events.last().map(|last| last.position) else {
            shared.note_behind(subscriber.name(), tenant.id(), 0);
            return Ok(());
        };
        shared.note_behind(subscriber.name(), tenant.id(), last - reader.cursor.position);
        if !reader.read(&events).await? {
            return Ok(());
        }
    }
}

struct Reader<'a> {
    shared: &'a Shared,
    tenant: &'a Tenant,
    subscriber: &'a dyn Subscriber,
    cursor: Cursor,
    together: usize,
}

/// What became of works that share a commit.
enum Settled {
    Done,
    /// Nothing of them was done; fewer of them are tried.
    Refused,
    /// Someone else reads here now, or it is tried again later.
    Stop,
}

impl<'a> Reader<'a> {
    /// Reads the cursor and puts our fence on it; `None` when a later one is on it.
    async fn open(
        shared: &'a Shared,
        tenant: &'a Tenant,
        subscriber: &'a dyn Subscriber,
        fence: i64,
    ) -> Result<Option<Self>, Failure> {
        let name = subscriber.name();
        let sql = "select position, attempts, retry_at, fence from cursors where subscriber = $1";
        let found = tenant
            .row(sql, args![name], |row| {
                Ok(Cursor {
                    position: row.get(0)?,
                    attempts: row.get(1)?,
                    retry_at: row.get(2)?,
                    fence: row.get(3)?,
                })
            })
            .await?;
        let cursor = match found {
            Some(cursor) if cursor.fence > fence => return Ok(None),
            Some(cursor) if cursor.fence == fence => {
                return Ok(Some(Self { shared, tenant, subscriber, cursor, together: TOGETHER }));
            }
            Some(cursor) => cursor,
            None => Cursor { position: 0, attempts: 0, retry_at: Timestamp::from_micros(0), fence },
        };
        let write = match found {
            Some(cursor) => Write::one(
                "update cursors set fence = $2 where subscriber = $1 and fence = $3",
                args![name, fence, cursor.fence],
            ),
            // Nothing to read, nothing to remember.
            None if tenant.head().await? == 0 => return Ok(None),
            None => Write::one(
                "insert into cursors (subscriber, position, fence, attempts, retry_at) values ($1, 0, $2, 0, 0)",
                args![name, fence],
            ),
        };
        match tenant.tend(vec![write], shared.cell.now()).await {
            Ok(()) => {
                let cursor = Cursor { fence, ..cursor };
                Ok(Some(Self { shared, tenant, subscriber, cursor, together: TOGETHER }))
            }
            Err(problem) if problem.code == TAKEN_OVER.code => Ok(None),
            Err(problem) => Err(Failure::Unreachable(problem.detail)),
        }
    }

    /// Handles what was read, in order; says whether to go on.
    async fn read(&mut self, events: &[Recorded]) -> Result<bool, Failure> {
        let mut works: Vec<(&Recorded, Work)> = Vec::new();
        let mut seen = self.cursor.position;
        for recorded in events {
            if self.subscriber.wants(&recorded.event.kind) {
                match handed_over(self.subscriber, self.tenant, recorded).await {
                    Ok(Effect::Done) => {}
                    Ok(Effect::Work(work)) => works.push((recorded, work)),
                    Err(problem) => {
                        return match self.settle(&mut works, seen).await? {
                            Settled::Done => self.fail(recorded, &problem).await,
                            Settled::Refused => Ok(true),
                            Settled::Stop => Ok(false),
                        };
                    }
                }
            }
            seen = recorded.position;
            if works.len() >= self.together {
                match self.settle(&mut works, seen).await? {
                    Settled::Done => {}
                    Settled::Refused => return Ok(true),
                    Settled::Stop => return Ok(false),
                }
            }
        }
        let settled = self.settle(&mut works, seen).await?;
        if let (Settled::Done, Some(last)) = (&settled, events.last()) {
            let lag = self.shared.cell.now().since(last.event.recorded);
            let name = self.subscriber.name();
            metrics::histogram!("galleria_subscriber_lag_seconds", "subscriber" => name).record(lag);
            metrics::counter!("galleria_subscriber_events_total", "subscriber" => name)
                .increment(events.len() as u64);
        }
        Ok(!matches!(settled, Settled::Stop))
    }

    /// Commits the works with the cursor's move to `seen`.
    async fn settle(&mut self, works: &mut Vec<(&Recorded, Work)>, seen: i64) -> Result<Settled, Failure> {
        let (events, works): (Vec<&Recorded>, Vec<Work>) = std::mem::take(works).into_iter().unzip();
        let done = match events.first() {
            None => self.pass_over(seen).await,
            Some(cause) => self.commit(cause, seen, Work::all(works)).await,
        };
        match done {
            Ok(()) => {
                self.together = TOGETHER.min(self.together * 2);
                Ok(Settled::Done)
            }
            Err(refused) if refused.code == TAKEN_OVER.code => Ok(Settled::Stop),
            Err(_) if events.len() > 1 => {
                self.together = events.len() / 2;
                Ok(Settled::Refused)
            }
            Err(refused) => match events.first() {
                Some(recorded) if refused.fault != Fault::Unavailable => {
                    match self.fail(recorded, &refused).await? {
                        true => Ok(Settled::Refused),
                        false => Ok(Settled::Stop),
                    }
                }
                _ => Err(Failure::Unreachable(refused.detail)),
            },
        }
    }

    async fn commit(&mut self, cause: &Recorded, to: i64, work: Work) -> Result<(), Problem> {
        let mut asked = Asked::by(Actor::system(), kernel::CorrelationId::new(), self.shared.cell.now());
        asked.correlation = cause.event.correlation;
        asked.causation = Some(cause.event.id);
        asked.guard = Some(Guard(vec![self.moved(to)]));
        self.tenant.run(asked, work).await?;
        self.cursor.position = to;
        self.cursor.attempts = 0;
        Ok(())
    }

    /// Moves the cursor over events that have no effect inside.
    async fn pass_over(&mut self, to: i64) -> Result<(), Problem> {
        if to > self.cursor.position {
            self.tenant.tend(vec![self.moved(to)], self.shared.cell.now()).await?;
            (self.cursor.position, self.cursor.attempts) = (to, 0);
        }
        Ok(())
    }

    fn moved(&self, to: i64) -> Write {
        Write::one(
            "update cursors set position = $2, attempts = 0, retry_at = 0, problem = null where subscriber = $1 and position = $3 and fence = $4",
            args![self.subscriber.name(), to, self.cursor.position, self.cursor.fence],
        )
    }

    /// Waits longer each time, and after some times puts the event aside. Says whether to go on at once.
    async fn fail(&mut self, recorded: &Recorded, problem: &Problem) -> Result<bool, Failure> {
        let (name, now) = (self.subscriber.name(), self.shared.cell.now());
        // Everything before it is settled but for events that had no effect.
        let before = recorded.position - 1;
        if let Err(problem) = self.pass_over(before).await {
            return if problem.code == TAKEN_OVER.code {
                Ok(false)
            } else {
                Err(Failure::Unreachable(problem.detail))
            };
        }
        let attempts = self.cursor.attempts + 1;
        metrics::counter!("galleria_subscriber_failures_total", "subscriber" => name).increment(1);
        let (writes, parked) = if attempts >= self.shared.pace.attempts {
            tracing::warn!(subscriber = name, tenant = %self.tenant.id(), position = recorded.position, code = problem.code, "An event was put aside as a dead letter");
            let letter = Write::one(
                "insert into dead_letters (id, subscriber, position, event, kind, attempts, problem, parked) values ($1, $2, $3, $4, $5, $6, $7, $8)",
                args![
                    Uuid::now_v7(),
                    name,
                    recorded.position,
                    recorded.event.id,
                    recorded.event.kind.clone().into_owned(),
                    attempts,
                    problem.detail.clone(),
                    now
                ],
            );
            (vec![self.moved(recorded.position), letter], true)
        } else {
            let retry_at = now.plus(self.shared.pause_after(attempts));
            let write = Write::one(
                "update cursors set attempts = $2, retry_at = $3, problem = $4 where subscriber = $1 and position = $5 and fence = $6",
                args![
                    name,
                    attempts,
                    retry_at,
                    problem.detail.clone(),
                    self.cursor.position,
                    self.cursor.fence
                ],
            );
            self.cursor.retry_at = retry_at;
            (vec![write], false)
        };
        match self.tenant.tend(writes, now).await {
            Ok(()) if parked => {
                self.cursor = Cursor { position: recorded.position, attempts: 0, ..self.cursor };
                Ok(true)
            }
            Ok(()) => {
                self.cursor.attempts = attempts;
                self.shared.wake_at(self.tenant.id(), self.cursor.retry_at);
                Ok(false)
            }
            Err(problem) if problem.code == TAKEN_OVER.code => Ok(false),
            Err(problem) => Err(Failure::Unreachable(problem.detail)),
        }
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
