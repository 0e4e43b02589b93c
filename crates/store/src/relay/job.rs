//! Work that is done later, again and again, or for a long time: seen, cancelled and begun again by people.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use kernel::{Problem, Timestamp, Word, Write, args, boxed};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::job_run::JobRun;
use super::room::Room;
use crate::engine::Row;
use crate::problems::{NOT_AGAIN, TAKEN_OVER};
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

    /// Whom a job with these arguments waits for, when a person starts it.
    fn destination(&self, _args: &Value) -> String {
        String::new()
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum JobState {
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
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
    pub(super) fence: i64,
    #[serde(skip)]
    pub(super) leased_until: Timestamp,
    #[serde(skip)]
    pub(super) destination: String,
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
    /// Whoever outside it waits for, in a word that tells one of them from another: jobs for one that is silent keep
    /// none for another waiting.
    pub destination: String,
}

/// The one of a job's arguments that nobody can read and that goes when the job ends, however it ends.
pub const SEALED: &str = "sealed";

pub(super) fn without_sealed(args: &Value) -> String {
    let mut args = args.clone();
    if let Some(sealed) = args.get_mut(SEALED) {
        *sealed = Value::Null;
    }
    args.to_string()
}

/// What a job is about that is about the whole shop.
pub const SHOP: Uuid = Uuid::NAMESPACE_OID;

impl NewJob {
    /// Another one each time.
    pub fn now(name: &str, args: Value, now: Timestamp) -> Self {
        Self::due(Uuid::now_v7(), name, args, now)
    }

    /// The one of its name for what it is about: however often it is planned, it is there once.
    pub fn once(name: &str, about: impl Into<Uuid>, args: Value, due: Timestamp) -> Self {
        Self::due(Uuid::new_v5(&about.into(), name.as_bytes()), name, args, due)
    }

    /// The one of its name for all that it is about and that comes within the same `span`, at the end of which it is due.
    pub fn once_in(span: Duration, name: &str, about: impl Into<Uuid>, args: Value, at: Timestamp) -> Self {
        let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX).max(1);
        let due = (at.seconds().div_euclid(seconds) + 1).saturating_mul(seconds);
        let id = Uuid::new_v5(&about.into(), format!("{name} {due}").as_bytes());
        Self::due(id, name, args, Timestamp::from_micros(due.saturating_mul(1_000_000)))
    }

    /// One whose id stands somewhere else: in the log, or in the code.
    pub fn due(id: Uuid, name: &str, args: Value, due: Timestamp) -> Self {
        Self { id, name: name.to_owned(), args, due, every: None, destination: String::new() }
    }

    #[must_use]
    pub fn every(self, every: Duration) -> Self {
        Self { every: Some(every), ..self }
    }

    #[must_use]
    pub fn to(self, destination: impl std::fmt::Display) -> Self {
        Self { destination: destination.to_string(), ..self }
    }

    /// What writes down that it is planned.
    pub(super) fn planned(&self, now: Timestamp) -> Write {
        let every = self.every.map(|every| i64::try_from(every.as_micros()).unwrap_or(i64::MAX));
        let (name, args, destination) = (self.name.clone(), self.args.to_string(), self.destination.clone());
        Write::any(
            "insert into jobs (id, name, args, state, due, every, destination, attempts, fence, leased_until, done, total, created) values ($1, $2, $3, 'waiting', $4, $5, $6, 0, 0, 0, 0, 0, $7) on conflict do nothing",
            args![self.id, name, args, self.due, every, destination, now],
        )
    }
}

/// Until the next of its kind ends after that.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

pub(super) const COLUMNS: &str = "select id, name, args, state, due, every, attempts, done, total, note, problem, created, started, ended, fence, leased_until, destination from jobs";

impl Tenant {
    #[boxed]
    pub async fn schedule(&self, job: NewJob) -> Result<Job, Problem> {
        let now = self.cell().now();
        self.tend(vec![job.planned(now)], now).await?;
        self.cell().commits().job_planned(self.id());
        self.job(job.id).await
    }

    /// Jobs, newest first, from below an id.
    #[boxed]
    pub async fn jobs(&self, state: Option<&str>, below: Uuid, rows: usize) -> Result<Vec<Job>, Failure> {
        let (sql, args) = Select::new(COLUMNS)
            .and("id < ?", below)
            .maybe("state = ?", state.map(str::to_owned))
            .page("id desc", rows)
            .statement();
        self.rows(&sql, args, job).await
    }

    /// When the next job of a kind is due that has not begun.
    #[boxed]
    pub async fn next_job(&self, name: &str) -> Result<Option<Timestamp>, Failure> {
        let (sql, args) = Select::new("select due from jobs")
            .and("name = ?", name.to_owned())
            .and("state = ?", "waiting")
            .page("due", 1)
            .statement();
        self.row(&sql, args, |row| row.get(0)).await
    }

    #[boxed]
    pub async fn job(&self, id: Uuid) -> Result<Job, Problem> {
        self.find_job(id).await?.ok_or_else(|| Problem::not_found("job"))
    }

    /// Ends a job that has not ended. One that is running is broken off, and nothing that it still does counts.
    #[boxed]
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

    /// Begins a job again that was given up.
    #[boxed]
    pub async fn retry_job(&self, id: Uuid) -> Result<Job, Problem> {
        let now = self.cell().now();
        let found = self.job(id).await?;
        if found.state != JobState::Failed {
            let detail =
                format!("This job is {}; only one that failed can be begun again.", found.state.as_str());
            return Err(NOT_AGAIN.says(detail));
        }
        if found.args.get(SEALED).is_some() {
            let detail =
                "What this job was to do went when it failed. Whoever asked for it has to ask again.";
            return Err(NOT_AGAIN.says(detail));
        }
        let retry = Write::one(
            "update jobs set state = 'waiting', fence = fence + 1, attempts = 0, due = $2, ended = null where id = $1 and fence = $3 and state = 'failed'",
            args![id, now, found.fence],
        );
        self.tend(vec![retry], now).await?;
        self.cell().commits().job_planned(self.id());
        self.job(id).await
    }

    async fn find_job(&self, id: Uuid) -> Result<Option<Job>, Failure> {
        let (sql, args) = Select::new(COLUMNS).and("id = ?", id).statement();
        self.row(&sql, args, job).await
    }
}

pub(super) fn job(row: &Row<'_>) -> Result<Job, Failure> {
    let state = JobState::named(&row.get::<String>(3)?);
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
        destination: row.get(16)?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn what_is_planned_again_for_the_same_is_the_same_job() {
        let job = |name, about| NewJob::once(name, about, json!({}), at(0)).id;
        assert_eq!(job("count", SHOP), job("count", SHOP));
        assert_ne!(job("count", SHOP), job("weigh", SHOP));
        assert_ne!(job("count", SHOP), job("count", Uuid::max()));
        assert_ne!(NewJob::now("count", json!({}), at(0)).id, NewJob::now("count", json!({}), at(0)).id);
    }

    #[test]
    fn what_comes_within_a_span_is_one_job_at_its_end() {
        let minute = Duration::from_secs(60);
        let job = |seconds| NewJob::once_in(minute, "count", SHOP, json!({}), at(seconds));
        assert_eq!((job(60).id, job(60).due), (job(119).id, at(120)));
        assert_eq!((job(120).due, job(120).id == job(119).id), (at(180), false));
    }

    /// Jobs under these ids wait in tables: under others they would be planned again.
    #[test]
    fn what_an_older_version_planned_is_not_planned_again() {
        let minute = Duration::from_secs(60);
        let report = NewJob::once("payments.report", SHOP, json!({}), at(0));
        let unpaid = NewJob::once_in(minute, "orders.unpaid", SHOP, json!({}), at(1_777_816_815));
        let settle =
            NewJob::once_in(minute / 12, "payments.settle", Uuid::from_u128(7), json!({}), at(1_777_816_800));
        let ids = [report, unpaid, settle].map(|job| job.id.to_string());
        assert_eq!(
            ids,
            [
                "235d1f16-7e97-5cee-89fd-3b7642451fde",
                "26a2fd2b-13d0-5f4b-a63d-6a4a466a2c78",
                "a8c991b0-f5a6-5f3c-81aa-44f6e92c1c32"
            ]
        );
    }
}
