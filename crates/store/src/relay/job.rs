//! Work that is done later, again and again, or for a long time: leased and fenced, seen and cancelled by a person.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use kernel::{Problem, Timestamp, Write, args};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::Shared;
use super::room::{Place, Room};
use crate::engine::Row;
use crate::problems::TAKEN_OVER;
use crate::work::Guard;
use crate::{Failure, Select, Tenant};

/// A kind of job.
pub trait JobKind: Send + Sync + 'static {
    fn name(&self) -> &'static str;

    /// How often it is begun before it counts as failed.
    fn attempts(&self) -> i64 {
        5
    }

    /// Among which jobs it waits for its turn.
    fn room(&self) -> Room {
        Room::Short
    }

    /// Whether it would come to the same if it were begun again: then it counts as failed at once.
    fn is_final(&self, _: &Problem) -> bool {
        false
    }

    /// How long one that has ended is remembered.
    fn kept(&self) -> Duration {
        KEPT
    }

    /// Does the job; what it returns is shown to people. It may be begun again after a crash, so it must be safe to.
    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl JobState {
    const ALL: [Self; 5] = [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A job as a person sees it.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    pub id: Uuid,
    pub name: String,
    pub args: Value,
    pub state: JobState,
    pub due: Timestamp,
    /// For one that repeats: how many seconds lie between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_seconds: Option<i64>,
    pub attempts: i64,
    pub done: i64,
    /// 0 while nobody knows.
    pub total: i64,
    /// What it says of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What went wrong last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    #[serde(skip)]
    fence: i64,
    #[serde(skip)]
    leased_until: Timestamp,
}

/// A job that is to be done.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Scheduling a job of an id that is there already changes nothing.
    pub id: Uuid,
    pub name: String,
    /// People see them, and they outlast whoever was erased: what is personal stands under [`SEALED`], or not here.
    pub args: Value,
    pub due: Timestamp,
    pub every: Option<Duration>,
}

/// The one of a job's arguments that nobody can read and that goes when the job ends, however it ends.
pub const SEALED: &str = "sealed";

fn without_sealed(args: &Value) -> String {
    let mut args = args.clone();
    if let Value::Object(args) = &mut args {
        args.remove(SEALED);
    }
    args.to_string()
}

impl NewJob {
    pub fn now(name: &str, args: Value, now: Timestamp) -> Self {
        Self { id: Uuid::now_v7(), name: name.to_owned(), args, due: now, every: None }
    }
}

/// Until the next of its kind ends after that.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// How many of a tenant are looked at.
const AT_A_TIME: usize = 50;

const COLUMNS: &str = "select id, name, args, state, due, every, attempts, done, total, note, problem, created, started, ended, fence, leased_until from jobs";

impl Tenant {
    pub async fn schedule(&self, job: NewJob) -> Result<Job, Problem> {
        let now = self.cell().now();
        if self.find_job(job.id).await?.is_none() {
            let every = job.every.map(|every| i64::try_from(every.as_micros()).unwrap_or(i64::MAX));
            let insert = Write::one(
                "insert into jobs (id, name, args, state, due, every, attempts, fence, leased_until, done, total, created) values ($1, $2, $3, 'waiting', $4, $5, 0, 0, 0, 0, 0, $6)",
                args![job.id, job.name, job.args.to_string(), job.due, every, now],
            );
            match self.tend(vec![insert], now).await {
                Ok(()) => {}
                // Someone scheduled the same one at the same time.
                Err(_) if self.find_job(job.id).await?.is_some() => {}
                Err(problem) => return Err(problem),
            }
            self.cell().bell().ring_for_job(self.id());
        }
        self.job(job.id).await
    }

    /// Jobs, newest first, from below an id.
    pub async fn jobs(&self, state: Option<&str>, below: Uuid, rows: usize) -> Result<Vec<Job>, Failure> {
        let (sql, args) = Select::new(COLUMNS)
            .and("id < ?", below)
            .maybe("state = ?", state.map(str::to_owned))
            .page("id desc", rows)
            .statement();
        self.rows(&sql, args, job).await
    }

    /// When the next job of a kind is due that has not begun.
    pub async fn next_job(&self, name: &str) -> Result<Option<Timestamp>, Failure> {
        let (sql, args) = Select::new("select due from jobs")
            .and("name = ?", name.to_owned())
            .and("state = ?", "waiting")
            .page("due", 1)
            .statement();
        self.row(&sql, args, |row| row.get(0)).await
    }

    pub async fn job(&self, id: Uuid) -> Result<Job, Problem> {
        self.find_job(id).await?.ok_or_else(|| Problem::not_found("job"))
    }

    /// Ends a job that has not ended. One that is running is broken off, and nothing that it still does counts.
    pub async fn cancel_job(&self, id: Uuid) -> Result<Job, Problem> {
        let now = self.cell().now();
        let found = self.job(id).await?;
        if matches!(found.state, JobState::Waiting | JobState::Running) {
            let cancel = Write::one(
                "update jobs set state = 'cancelled', fence = fence + 1, ended = $2, args = $4 where id = $1 and fence = $3 and state in ('waiting', 'running')",
                args![id, now, found.fence, without_sealed(&found.args)],
            );
            match self.tend(vec![cancel], now).await {
                // It ended, or was begun, at this very moment.
                Err(problem) if problem.code == TAKEN_OVER.code => {
                    return Box::pin(self.cancel_job(id)).await;
                }
                result => result?,
            }
        }
        self.job(id).await
    }

    async fn find_job(&self, id: Uuid) -> Result<Option<Job>, Failure> {
        let (sql, args) = Select::new(COLUMNS).and("id = ?", id).statement();
        self.row(&sql, args, job).await
    }
}

/// A job under way.
pub struct JobRun {
    pub tenant: Tenant,
    pub id: Uuid,
    pub args: Value,
    /// What went wrong the last time.
    pub problem: Option<String>,
    fence: i64,
    lease: Duration,
}

impl JobRun {
    /// For the works of this job: they are refused once it was cancelled or taken over.
    pub fn guard(&self) -> Guard {
        Guard(vec![Write::one(
            "update jobs set attempts = attempts where id = $1 and fence = $2 and state = 'running'",
            args![self.id, self.fence],
        )])
    }

    /// Says how far it is. Fails once the job was cancelled or taken over, and then it should end.
    pub async fn progress(&self, done: i64, total: i64, note: &str) -> Result<(), Problem> {
        let now = self.tenant.cell().now();
        let write = Write::one(
            "update jobs set done = $3, total = $4, note = $5, leased_until = $6 where id = $1 and fence = $2 and state = 'running'",
            args![self.id, self.fence, done, total, note.to_owned(), now.plus(self.lease)],
        );
        self.tenant.tend(vec![write], now).await
    }

    async fn renew(&self) -> Result<(), Problem> {
        let now = self.tenant.cell().now();
        let write = Write::one(
            "update jobs set leased_until = $3 where id = $1 and fence = $2 and state = 'running'",
            args![self.id, self.fence, now.plus(self.lease)],
        );
        self.tenant.tend(vec![write], now).await
    }

    /// Renews the lease until that fails, which is when the job is not ours any more.
    async fn hold(&self) {
        let mut failures = 0;
        loop {
            tokio::time::sleep(self.lease / 3).await;
            match self.renew().await {
                Ok(()) => failures = 0,
                Err(problem) if problem.code == TAKEN_OVER.code => return,
                Err(_) if failures >= 3 => return,
                Err(_) => failures += 1,
            }
        }
    }
}

/// Begins the jobs of the tenant that are due, as far as there is room, and sees to it that the next one is not missed.
pub(super) async fn start_due(shared: &Arc<Shared>, tenant: &Tenant) -> Result<(), Failure> {
    if shared.workers.jobs.is_empty() {
        return Ok(());
    }
    let mut next: Option<Timestamp> = None;
    for job in to_be_done(shared, tenant).await? {
        let now = shared.cell.now();
        let due = if job.state == JobState::Running { job.leased_until } else { job.due };
        if due > now {
            next = Some(next.map_or(due, |next| next.min(due)));
            continue;
        }
        let Some(kind) = shared.workers.jobs.iter().find(|kind| kind.name() == job.name).cloned() else {
            continue;
        };
        let Some(place) = Place::take_or_wait(shared, tenant.id(), &*kind) else { continue };
        if let Some(run) = begin(shared, tenant, &job).await {
            let shared = shared.clone();
            tokio::spawn(async move {
                perform(&shared, &*kind, run, &job).await;
                drop(place);
            });
        }
    }
    if let Some(next) = next {
        shared.wake_at(tenant.id(), next);
    }
    Ok(())
}

/// The jobs that are to be done next, and those under way. Of a kind that waits elsewhere than the short ones so many as
/// there is room for: however many of them wait, they hide nothing that is short.
async fn to_be_done(shared: &Shared, tenant: &Tenant) -> Result<Vec<Job>, Failure> {
    let waiting = || Select::new(COLUMNS).and("state = ?", "waiting");
    let apart = shared.workers.jobs.iter().filter(|kind| kind.room() != Room::Short);
    let apart: Vec<(String, usize)> =
        apart.map(|kind| (kind.name().to_owned(), kind.room().of_a_tenant())).collect();
    let short = apart.iter().fold(waiting(), |select, (name, _)| select.and("name <> ?", name.clone()));
    let running = Select::new(COLUMNS).and("state = ?", "running");
    let apart = apart.into_iter().map(|(name, rows)| (waiting().and("name = ?", name), rows));
    let selects = apart.chain([(short, AT_A_TIME), (running, AT_A_TIME)]);
    let statements: Vec<_> = selects.map(|(select, rows)| select.page("due", rows).statement()).collect();
    let queries: Vec<_> = statements.iter().map(|(sql, args)| (sql.as_str(), args.clone())).collect();
    let mut jobs = Vec::new();
    let mut each = |_, row: &Row<'_>| {
        jobs.push(job(row)?);
        Ok(())
    };
    tenant.read(&queries, &mut each).await?;
    Ok(jobs)
}

/// Takes the job's lease. Someone else may have been quicker.
async fn begin(shared: &Shared, tenant: &Tenant, job: &Job) -> Option<JobRun> {
    let (now, lease) = (shared.cell.now(), shared.pace.lease);
    let begin = Write::one(
        "update jobs set state = 'running', fence = fence + 1, attempts = attempts + 1, started = $3, leased_until = $4 where id = $1 and fence = $2 and state in ('waiting', 'running')",
        args![job.id, job.fence, now, now.plus(lease)],
    );
    tenant.tend(vec![begin], now).await.ok()?;
    let (args, problem, fence) = (job.args.clone(), job.problem.clone(), job.fence + 1);
    Some(JobRun { tenant: tenant.clone(), id: job.id, args, problem, fence, lease })
}

async fn perform(shared: &Shared, kind: &dyn JobKind, run: JobRun, job: &Job) {
    let doing = AssertUnwindSafe(kind.run(&run)).catch_unwind();
    let result = tokio::select! {
        result = doing => result.unwrap_or_else(|_| Err(Problem::bug())),
        // Cancelled, or someone else's now: what was under way is dropped.
        () = run.hold() => return,
    };
    let now = shared.cell.now();
    let attempts = job.attempts + 1;
    let (state, due, ended, problem) = match (&result, job.every_seconds) {
        (Ok(_), Some(every)) => ("waiting", next(job.due, every, now), None, None),
        (Ok(_), None) => ("done", job.due, Some(now), None),
        (Err(problem), _) if attempts < kind.attempts() && !kind.is_final(problem) => {
            ("waiting", now.plus(shared.pause_after(attempts)), None, Some(problem.detail.clone()))
        }
        (Err(problem), Some(every)) => {
            ("waiting", next(job.due, every, now), None, Some(problem.detail.clone()))
        }
        (Err(problem), None) => ("failed", job.due, Some(now), Some(problem.detail.clone())),
    };
    // A repeated job that was done, or given up for this time, begins to count anew.
    let attempts =
        if state == "waiting" && due.since(now) > Duration::ZERO && result.is_ok() { 0 } else { attempts };
    let args = if ended.is_some() { without_sealed(&job.args) } else { job.args.to_string() };
    let write = Write::one(
        "update jobs set state = $3, due = $4, ended = $5, problem = $6, note = coalesce($7, note), attempts = $8, args = $9 where id = $1 and fence = $2 and state = 'running'",
        args![
            run.id,
            run.fence,
            state,
            due,
            ended.map(Timestamp::as_micros),
            problem,
            result.as_ref().ok().cloned(),
            attempts,
            args
        ],
    );
    metrics::counter!("galleria_jobs_total", "job" => kind.name(), "result" => if result.is_ok() { "ok" } else { "failed" }).increment(1);
    let old = Write::any(
        "delete from jobs where name = $1 and state in ('done', 'failed', 'cancelled') and due < $2 and ended < $2",
        args![kind.name(), now.minus(kind.kept())],
    );
    if let Err(problem) = run.tenant.tend(vec![write, old], now).await {
        tracing::warn!(
            job = kind.name(),
            code = problem.code,
            "What became of a job could not be written down"
        );
    }
    if state == "waiting" {
        shared.wake_at(run.tenant.id(), due);
    }
}

/// The next time of a repeated job; times that were missed are not made up for.
fn next(due: Timestamp, every_seconds: i64, now: Timestamp) -> Timestamp {
    let every = every_seconds.max(1).saturating_mul(1_000_000);
    let missed = (now.as_micros() - due.as_micros()).max(0) / every;
    Timestamp::from_micros(due.as_micros() + (missed + 1) * every)
}

fn job(row: &Row<'_>) -> Result<Job, Failure> {
    let state: String = row.get(3)?;
    let state = JobState::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(Job {
        id: row.get(0)?,
        name: row.get(1)?,
        args: serde_json::from_str(&row.get::<String>(2)?).unwrap_or_default(),
        state: state
            .ok_or_else(|| Failure::Unusable("A job is in a state that this binary does not know.".into()))?,
        due: row.get(4)?,
        every_seconds: row.get::<Option<i64>>(5)?.map(|micros| micros / 1_000_000),
        attempts: row.get(6)?,
        done: row.get(7)?,
        total: row.get(8)?,
        note: row.get(9)?,
        problem: row.get(10)?,
        created_at: row.get(11)?,
        started_at: row.get(12)?,
        ended_at: row.get(13)?,
        fence: row.get(14)?,
        leased_until: row.get(15)?,
    })
}
