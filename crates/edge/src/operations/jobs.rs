//! Jobs: what is done in the background, now or later.

use std::borrow::Cow;
use std::time::Duration;

use axum::extract::State;
use kernel::{Check, Timestamp, Word};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::relay::{Job, JobState, NewJob};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;

use crate::answer::{self, Answer, Page};
use crate::commands::{Command, NoBody};
use crate::platform::Platform;
use crate::request::{Cursor, Filter, Id};
use crate::routes;
use crate::routing::Routes;
use crate::tenancy::Shop;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_jobs, start_job))
        .routes(routes!(read_job, cancel_job))
        .routes(routes!(retry_job))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListJobs {
    #[param(inline, value_type = Option<JobStates>)]
    state: Option<JobState>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The states of jobs, for the document, of which the store knows nothing.
struct JobStates;

impl PartialSchema for JobStates {
    fn schema() -> RefOr<Schema> {
        let words = JobState::ALL.iter().map(|state| state.as_str());
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
    }
}

impl ToSchema for JobStates {
    fn name() -> Cow<'static, str> {
        "JobState".into()
    }
}

/// A job, and how far it is.
#[derive(Serialize, ToSchema)]
struct JobView {
    id: Uuid,
    name: String,
    args: Value,
    #[schema(value_type = JobStates)]
    state: JobState,
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
    every_seconds: Option<i64>,
    attempts: i64,
    done: i64,
    /// 0 while nobody knows.
    total: i64,
    note: Option<String>,
    problem: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
}

/// A job that is to be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StartJob {
    /// The kind of job, such as `verify`.
    name: String,
    #[serde(default)]
    args: Value,
    /// At once when left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    due: Option<Timestamp>,
    /// For one that repeats: the seconds between, a minute to a year.
    #[schema(minimum = 60, maximum = 31_536_000)]
    every_seconds: Option<u64>,
}

/// Lists jobs, newest first.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "operations", params(ListJobs),
    responses((status = 200, description = "A page of jobs.", body = Page<JobView>)),
    security(("staff" = ["jobs:read"])))]
async fn list_jobs(shop: Shop, Filter(asked): Filter<ListJobs>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let listed = asked.state;
    let below = asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("jobs", &listed, &cursor))?;
    let jobs = shop.tenant.jobs(listed.map(JobState::as_str), below, limit + 1).await?;
    shop.list(&Page::cut(jobs, limit, |last: &Job| Cursor::encode("jobs", &listed, &last.id)))
}

/// Reads a job.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "operations", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The job.", body = JobView)),
    security(("staff" = ["jobs:read"])))]
async fn read_job(shop: Shop, Id(id): Id<Uuid>) -> Answer {
    shop.list_of(&shop.tenant.job(id).await?)
}

/// Starts a job, now or later, once or again and again.
#[utoipa::path(post, path = "/api/v1/jobs", tag = "operations", request_body = StartJob,
    responses((status = 201, description = "It will be done; Location says where to look.", body = JobView)),
    security(("staff" = ["jobs:write"])))]
async fn start_job(State(platform): State<Platform>, ask: Command<StartJob>) -> Answer {
    let mut check = Check::default();
    let kinds = &platform.workers().jobs;
    let known: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let may =
        if known.is_empty() { "nothing, for this process does no jobs".into() } else { known.join(", ") };
    check.that(known.contains(&ask.body.name.as_str()), "/name", format!("it may be {may}"));
    check.done()?;
    let mut job = NewJob::now(&ask.body.name, ask.body.args.clone(), ask.body.due.unwrap_or(ask.shop.now));
    if let Some(kind) = kinds.iter().find(|kind| kind.name() == job.name) {
        job.destination = kind.destination(&job.args);
    }
    job.every = ask.body.every_seconds.map(Duration::from_secs);
    // The same key names the same job, so that asking twice is asking once.
    job.id = ask.once_id().unwrap_or(job.id);
    let job = ask.shop.tenant.schedule(job).await?;
    answer::made(&job, &format!("/api/v1/jobs/{}", job.id))
}

/// Cancels a job. What it does from now on does not count.
#[utoipa::path(delete, path = "/api/v1/jobs/{id}", tag = "operations", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The job, as it ended.", body = JobView)),
    security(("staff" = ["jobs:write"])))]
async fn cancel_job(Id(id): Id<Uuid>, ask: Command<NoBody>) -> Answer {
    ask.shop.list_of(&ask.shop.tenant.cancel_job(id).await?)
}

/// Begins a job again that was given up, such as something that was to be told to somebody who did not answer.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "operations", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The job, which waits for its turn.", body = JobView)),
    security(("staff" = ["jobs:write"])))]
async fn retry_job(Id(id): Id<Uuid>, ask: Command<NoBody>) -> Answer {
    ask.shop.list_of(&ask.shop.tenant.retry_job(id).await?)
}
