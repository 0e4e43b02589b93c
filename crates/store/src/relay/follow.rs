//! One subscriber on its way through a tenant's log: in order, at least once, and what it does inside the tenant exactly
//! once.
//!
//! The cursor is the inbox: it is moved on in the same transaction as the effect, from the place that was read and under
//! the fence of the lease, so that no event has its effect twice however often it is handed over.

use std::time::Instant;

use kernel::{Actor, CorrelationId, Fault, Problem, Timestamp, Write, args};
use uuid::Uuid;

use super::job::NewJob;
use super::shared::Shared;
use super::subscriber::{Effect, Subscriber, handed_over};
use crate::log::Recorded;
use crate::problems::TAKEN_OVER;
use crate::work::{Asked, Guard, Work};
use crate::{Failure, Tenant};

/// How many works share a commit at the most. When they are refused, half as many do, down to one, and the events of the
/// others are handed over anew: what one of them was made from may have been changed by the one before it.
const TOGETHER: usize = 64;

/// How many planned jobs may wait to be written down.
const PLANNED: usize = 128;

/// Where a subscriber stands, as it is written down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor {
    pub(super) position: i64,
    pub(super) attempts: i64,
    pub(super) retry_at: Timestamp,
    pub(super) fence: i64,
}

pub(super) struct Follower<'a> {
    shared: &'a Shared,
    tenant: &'a Tenant,
    subscriber: &'a dyn Subscriber,
    cursor: Cursor,
    /// How far it has come; what lies between the cursor and here had no effect but the jobs that it plans.
    seen: i64,
    /// Each with the place of the event for which it is.
    planned: Vec<(i64, NewJob)>,
    together: usize,
    /// Someone else reads here now, or it goes on in another visit.
    stopped: bool,
}

/// What became of works that share a commit.
enum Settled {
    Done,
    /// Nothing of them was done; fewer of them are tried.
    Refused,
    Stop,
}

impl<'a> Follower<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        tenant: &'a Tenant,
        subscriber: &'a dyn Subscriber,
        cursor: Cursor,
    ) -> Self {
        let (seen, planned) = (cursor.position, Vec::new());
        Self { shared, tenant, subscriber, cursor, seen, planned, together: TOGETHER, stopped: false }
    }

    pub(super) fn name(&self) -> &'static str {
        self.subscriber.name()
    }

    pub(super) fn seen(&self) -> i64 {
        self.seen
    }

    /// How far it has come for good.
    pub(super) fn position(&self) -> i64 {
        self.cursor.position
    }

    pub(super) fn wants_any(&self, events: &[Recorded]) -> bool {
        events.iter().any(|recorded| self.wants(recorded))
    }

    /// It cannot go on now, and tries again.
    pub(super) fn stop(&mut self, failure: &Failure) {
        let (name, tenant) = (self.name(), self.tenant.id());
        tracing::warn!(%failure, subscriber = name, %tenant, "A subscriber could not go on; it tries again");
        self.stopped = true;
        self.shared.wake_at(tenant, self.shared.cell.now().plus(self.shared.pace.pause));
    }

    /// Whether it goes on in this visit.
    pub(super) fn goes_on(&self, now: Timestamp) -> bool {
        !self.stopped && self.cursor.retry_at <= now
    }

    /// Handles what was read of the log up to `reached`, in order, as far as the turn goes.
    pub(super) async fn take(&mut self, events: &[Recorded], reached: i64, turn: Instant) {
        let before = self.seen;
        if let Err(failure) = self.take_all(events, reached, turn).await {
            self.stop(&failure);
        }
        let taken = events.iter().filter(|recorded| (before..self.seen).contains(&(recorded.position - 1)));
        let taken: Vec<&Recorded> = taken.filter(|recorded| self.wants(recorded)).collect();
        if let Some(last) = taken.last() {
            let (name, lag) = (self.name(), self.shared.cell.now().since(last.event.recorded));
            metrics::histogram!("galleria_subscriber_lag_seconds", "subscriber" => name).record(lag);
            metrics::counter!("galleria_subscriber_events_total", "subscriber" => name)
                .increment(taken.len() as u64);
        }
    }

    /// What writes down how far it has come, if that is further than its cursor.
    pub(super) fn passed_over(&self) -> Vec<Write> {
        if self.stopped || self.seen <= self.cursor.position { Vec::new() } else { self.moved(self.seen) }
    }

    /// It is written down.
    pub(super) fn passed(&mut self) {
        if !self.stopped && self.seen > self.cursor.position {
            self.now_at(self.seen);
        }
    }

    fn wants(&self, recorded: &Recorded) -> bool {
        self.subscriber.wants().includes(&recorded.event.kind)
    }

    async fn take_all(&mut self, events: &[Recorded], reached: i64, turn: Instant) -> Result<(), Failure> {
        let mut first = true;
        while self.goes_on(self.shared.cell.now()) && self.seen < reached && (first || Instant::now() < turn)
        {
            self.take_on(events, reached, turn).await?;
            if self.planned.len() >= PLANNED && self.tend(self.moved(self.seen)).await? {
                self.now_at(self.seen);
            }
            first = false;
        }
        Ok(())
    }

    /// Goes from where it stands to the end, to where a commit is due or the turn is over, or to the first event that keeps
    /// it.
    async fn take_on(&mut self, events: &[Recorded], reached: i64, turn: Instant) -> Result<(), Failure> {
        let mut works: Vec<(&Recorded, Work)> = Vec::new();
        let stands = self.seen;
        let mut at = stands;
        for recorded in events.iter().filter(|recorded| recorded.position > stands) {
            let wanted = self.wants(recorded);
            if wanted {
                match handed_over(self.subscriber, self.tenant, recorded).await {
                    Ok(Effect::Done) => {}
                    Ok(Effect::Plan(jobs)) => {
                        self.planned.extend(jobs.into_iter().map(|job| (recorded.position, job)));
                    }
                    Ok(Effect::Work(work)) => works.push((recorded, work)),
                    Err(problem) => {
                        return match self.settle(works, at).await? {
                            Settled::Done => self.fail(recorded, &problem).await,
                            Settled::Refused | Settled::Stop => Ok(()),
                        };
                    }
                }
            }
            at = recorded.position;
            if works.len() >= self.together || wanted && Instant::now() >= turn {
                return self.settle(works, at).await.map(drop);
            }
        }
        self.settle(works, reached).await.map(drop)
    }

    /// It has come to `at`: commits the works with the cursor's move, or, when there are none, only notes it.
    async fn settle(&mut self, works: Vec<(&Recorded, Work)>, at: i64) -> Result<Settled, Failure> {
        let (events, works): (Vec<&Recorded>, Vec<Work>) = works.into_iter().unzip();
        let Some(first) = events.first() else {
            self.seen = at;
            return Ok(Settled::Done);
        };
        match self.commit(first, at, Work::all(works)).await {
            Ok(()) => {
                self.together = TOGETHER.min(self.together * 2);
                Ok(Settled::Done)
            }
            Err(refused) => self.refused(&events, refused).await,
        }
    }

    async fn refused(&mut self, events: &[&Recorded], refused: Problem) -> Result<Settled, Failure> {
        if refused.code == TAKEN_OVER.code {
            self.stopped = true;
            return Ok(Settled::Stop);
        }
        match events {
            [only] if refused.fault != Fault::Unavailable => {
                self.plan_only_before(only.position);
                self.fail(only, &refused).await?;
                Ok(Settled::Refused)
            }
            [_] | [] => Err(Failure::Unreachable(refused.detail)),
            several => {
                // They are handed over anew.
                self.plan_only_before(self.seen + 1);
                self.together = several.len() / 2;
                Ok(Settled::Refused)
            }
        }
    }

    fn plan_only_before(&mut self, position: i64) {
        self.planned.retain(|(at, _)| *at < position);
    }

    async fn commit(&mut self, cause: &Recorded, to: i64, work: Work) -> Result<(), Problem> {
        let mut asked = Asked::by(Actor::system(), CorrelationId::new(), self.shared.cell.now());
        asked.correlation = cause.event.correlation;
        asked.causation = Some(cause.event.id);
        asked.guard = Some(Guard(self.moved(to)));
        self.tenant.run(asked, work).await?;
        self.now_at(to);
        Ok(())
    }

    fn now_at(&mut self, position: i64) {
        if !self.planned.is_empty() {
            self.shared.cell.commits().job_planned(self.tenant.id());
        }
        self.planned.clear();
        self.cursor = Cursor { position, attempts: 0, ..self.cursor };
        self.seen = position;
    }

    /// Moves the cursor, and writes down the jobs that were planned on the way.
    fn moved(&self, to: i64) -> Vec<Write> {
        let moved = Write::one(
            "update cursors set position = $2, attempts = 0, retry_at = 0, problem = null where subscriber = $1 and position = $3 and fence = $4",
            args![self.name(), to, self.cursor.position, self.cursor.fence],
        );
        let now = self.shared.cell.now();
        [moved].into_iter().chain(self.planned.iter().map(|(_, job)| job.planned(now))).collect()
    }

    /// Waits longer each time, and after some times puts the event aside.
    async fn fail(&mut self, recorded: &Recorded, problem: &Problem) -> Result<(), Failure> {
        let (name, now) = (self.name(), self.shared.cell.now());
        metrics::counter!("galleria_subscriber_failures_total", "subscriber" => name).increment(1);
        // Everything before it is settled.
        let before = recorded.position - 1;
        let attempts = if before > self.cursor.position { 1 } else { self.cursor.attempts + 1 };
        if attempts < self.shared.pace.attempts {
            return self.wait(before, attempts, &problem.detail, now).await;
        }
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
        let mut writes = self.moved(recorded.position);
        writes.push(letter);
        if self.tend(writes).await? {
            self.now_at(recorded.position);
        }
        Ok(())
    }

    /// Writes down that the event after `before` is tried again later.
    async fn wait(
        &mut self,
        before: i64,
        attempts: i64,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let retry_at = now.plus(self.shared.pace.pause_after(attempts));
        let mut writes = self.moved(before);
        writes.push(Write::one(
            "update cursors set attempts = $2, retry_at = $3, problem = $4 where subscriber = $1",
            args![self.name(), attempts, retry_at, detail.to_owned()],
        ));
        if self.tend(writes).await? {
            self.now_at(before);
            (self.cursor.attempts, self.cursor.retry_at) = (attempts, retry_at);
            self.shared.wake_at(self.tenant.id(), retry_at);
        }
        Ok(())
    }

    /// Changes the store's own rows; says whether they are still ours.
    async fn tend(&mut self, writes: Vec<Write>) -> Result<bool, Failure> {
        self.stopped = !self.shared.tend(self.tenant, writes).await?;
        Ok(!self.stopped)
    }
}
