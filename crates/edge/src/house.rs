//! What the platform itself keeps for a shop, whatever it sells: its history, what could not be delivered, its jobs, and
//! the erasing of people.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use kernel::{Check, Problem, SubjectId, Timestamp, Word};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::past::Change;
use store::relay::{DeadLetter, Job, JobState, NewJob, Workers};
use store::{Moment, Of, Tenant};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use crate::answer::{Answer, Page};
use crate::app::Platform;
use crate::command::{Command, Filter, Id, NoBody};
use crate::cursor::Cursor;
use crate::grants::{Permission, Share};
use crate::module::{Module, Running};
use crate::public::SubjectTold;
use crate::published::Publishes;
use crate::tenancy::Shop;
use crate::{Routes, answer, usage};

pub const MODULE: Module = Module {
    context: Some(store::privacy::CONTEXT),
    explains: store::verify_job::PROBLEMS,
    permissions: &[
        Permission::new("dead-letters", &["read", "write"]).formerly("deliveries"),
        Permission::new("history", &["read"]).sensitive(),
        Permission::new("jobs", &["read", "write"]),
        Permission::new("privacy", &["write"]).sensitive(),
        Permission::new("tenants", &["read", "write"]),
        Permission::new("usage", &["read"]),
    ],
    shares: &[
        Share::staff("operator", &["jobs:*", "dead-letters:*"]),
        Share::operator("ops", &["tenants:*", "jobs:*", "dead-letters:*"]),
    ],
    publishes: &[Publishes::of::<SubjectTold>()],
    ..Module::new("platform")
};

pub fn running() -> Running {
    let workers = Workers { jobs: vec![Arc::new(store::verify_job::VerifyJob)], ..Workers::default() };
    Running { routes: routes(), workers }
}

fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_dead_letters))
        .routes(routes!(read_dead_letter, drop_dead_letter))
        .routes(routes!(replay_dead_letter))
        .routes(routes!(list_jobs, start_job))
        .routes(routes!(read_job, cancel_job))
        .routes(routes!(retry_job))
        .routes(routes!(read_history))
        .routes(routes!(read_changes))
        .routes(routes!(erase_person))
        .merge(usage::routes())
}

/// The moment that a record or a list is looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOf {
    /// As it was then: 2026-05-03T14:00:00Z, or a position of the log.
    pub as_of: Option<String>,
}

impl Shop {
    /// The same, and when that was: what has run out by now had not run out then.
    pub async fn as_of_then(&self, moment: Option<&str>, of: Of) -> Result<(Tenant, Timestamp), Problem> {
        let tenant = self.as_of(moment, of).await?;
        let when = match moment.map(|text| moment_in("as_of", text)).transpose()? {
            None => self.now,
            Some(Moment::Time(time)) => time.min(self.now),
            Some(Moment::Position(position)) => {
                let events = self.tenant.events(position - 1, 1).await?;
                events.first().map_or(self.now, |recorded| recorded.event.at)
            }
        };
        Ok((tenant, when))
    }

    /// The shop's tenant, as it was when the caller names a moment.
    pub async fn as_of(&self, moment: Option<&str>, of: Of) -> Result<Tenant, Problem> {
        match moment {
            None => Ok(self.tenant.clone()),
            Some(text) => {
                // Folding a log costs more than a stranger may ask for.
                if !self.sees_all() {
                    return Err(self.caller.refused("history:read"));
                }
                self.tenant.as_of(moment_in("as_of", text)?, of).await
            }
        }
    }
}

fn moment_in(field: &str, text: &str) -> Result<Moment, Problem> {
    text.parse()
        .map_err(|detail| Problem::invalid(vec![kernel::FieldProblem { pointer: field.to_owned(), detail }]))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListDeadLetters {
    /// Only this subscriber's.
    subscriber: Option<String>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An event that a subscriber could not handle.
#[derive(Serialize, ToSchema)]
struct DeadLetterView {
    id: Uuid,
    subscriber: String,
    /// Its place in the shop's log.
    position: i64,
    event: Uuid,
    kind: String,
    attempts: i64,
    /// What went wrong last.
    problem: String,
    #[schema(value_type = String, format = DateTime)]
    parked_at: Timestamp,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
}

impl From<DeadLetter> for DeadLetterView {
    fn from(letter: DeadLetter) -> Self {
        let DeadLetter { id, subscriber, position, event, kind, attempts, problem, parked_at } = letter;
        let event = event.uuid();
        Self { id, subscriber, position, event, kind, attempts, problem, parked_at, data: None }
    }
}

/// Lists what could not be delivered, oldest first.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "operations", params(ListDeadLetters),
    responses((status = 200, description = "A page of dead letters.", body = Page<DeadLetterView>)),
    security(("staff" = ["dead-letters:read"])))]
async fn list_dead_letters(shop: Shop, Filter(asked): Filter<ListDeadLetters>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let listed = asked.subscriber;
    let after = asked.cursor.map_or(Ok(Uuid::nil()), |cursor| Cursor::decode("dead", &listed, &cursor))?;
    let letters = shop.tenant.dead_letters(listed.as_deref(), after, limit + 1).await?;
    let letters = letters.into_iter().map(DeadLetterView::from).collect();
    shop.list(&Page::cut(letters, limit, |last: &DeadLetterView| Cursor::encode("dead", &listed, &last.id)))
}

/// Reads a dead letter with the event in it.
#[utoipa::path(get, path = "/api/v1/dead-letters/{id}", tag = "operations", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The dead letter.", body = DeadLetterView)),
    security(("staff" = ["dead-letters:read"])))]
async fn read_dead_letter(shop: Shop, Id(id): Id<Uuid>) -> Answer {
    let letter = shop.tenant.dead_letter(id).await?;
    let events = shop.tenant.events(letter.position - 1, 1).await?;
    let data = events.first().and_then(|recorded| serde_json::from_str(&recorded.event.data).ok());
    shop.one(&DeadLetterView { data, ..DeadLetterView::from(letter) }, 1)
}

/// Hands the event over once more. When it is handled, the letter is gone.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/replay", tag = "operations", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It was handled.")),
    security(("staff" = ["dead-letters:write"])))]
async fn replay_dead_letter(
    State(platform): State<Platform>,
    Id(id): Id<Uuid>,
    ask: Command<NoBody>,
) -> Answer {
    ask.shop.tenant.replay(id, &platform.workers().subscribers).await?;
    Ok(answer::json_text(204, Vec::new()))
}

/// Drops a dead letter: nobody needs it handled any more.
#[utoipa::path(delete, path = "/api/v1/dead-letters/{id}", tag = "operations", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is dropped.")),
    security(("staff" = ["dead-letters:write"])))]
async fn drop_dead_letter(Id(id): Id<Uuid>, ask: Command<NoBody>) -> Answer {
    ask.shop.tenant.drop_letter(id).await?;
    Ok(answer::json_text(204, Vec::new()))
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
    /// For one that repeats: the seconds between, 60 or more.
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
    check.that(
        ask.body.every_seconds.is_none_or(|seconds| (60..=31_536_000).contains(&seconds)),
        "/every_seconds",
        "it may be 60 to 31536000",
    );
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

/// Something that happened.
#[derive(Serialize, ToSchema)]
struct HappeningView {
    /// Its place in the shop's log.
    position: i64,
    version: i64,
    kind: String,
    actor: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    data: Value,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReadHistory {
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists what happened to one thing, such as an order or a product, oldest first.
#[utoipa::path(get, path = "/api/v1/history/{id}", tag = "operations", params(("id" = Uuid, Path), ReadHistory),
    responses((status = 200, description = "A page of what happened.", body = Page<HappeningView>)),
    security(("staff" = ["history:read"])))]
async fn read_history(shop: Shop, Id(id): Id<Uuid>, Filter(asked): Filter<ReadHistory>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let after = asked.cursor.map_or(Ok(0_i64), |cursor| Cursor::decode("history", &id, &cursor))?;
    let events = shop.tenant.stream(id, after, i64::try_from(limit + 1).unwrap_or(i64::MAX)).await?;
    if events.is_empty() && after == 0 {
        return Err(Problem::not_found("record").into());
    }
    let events = events
        .into_iter()
        .map(|recorded| HappeningView {
            position: recorded.position,
            version: recorded.event.version,
            kind: recorded.event.kind.into_owned(),
            actor: recorded.event.actor.to_string(),
            at: recorded.event.at,
            data: serde_json::from_str(&recorded.event.data).unwrap_or_default(),
        })
        .collect();
    shop.list(&Page::cut(events, limit, |last: &HappeningView| Cursor::encode("history", &id, &last.version)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReadChanges {
    /// A time, 2026-05-03T14:00:00Z, or a position of the log.
    from: String,
    /// A time or a position; now when left out.
    to: Option<String>,
}

/// A row that is not the same at two moments.
#[derive(Serialize, ToSchema)]
struct ChangeView {
    table: String,
    /// Its key.
    #[schema(value_type = Object)]
    row: Value,
    /// The columns that differ, as they were; absent when the row was not there.
    #[schema(value_type = Object, required = false)]
    before: Option<Value>,
    /// As they became; absent when the row is not there any more.
    #[schema(value_type = Object, required = false)]
    after: Option<Value>,
}

#[derive(Serialize, ToSchema)]
struct Changes {
    #[schema(value_type = Vec<ChangeView>)]
    changes: Vec<Change>,
}

/// Shows what of one thing changed between two moments.
#[utoipa::path(get, path = "/api/v1/history/{id}/changes", tag = "operations", params(("id" = Uuid, Path), ReadChanges),
    responses((status = 200, description = "The rows that differ.", body = Changes)),
    security(("staff" = ["history:read"])))]
async fn read_changes(shop: Shop, Id(id): Id<Uuid>, Filter(asked): Filter<ReadChanges>) -> Answer {
    if shop.tenant.stream(id, 0, 1).await?.is_empty() {
        return Err(Problem::not_found("record").into());
    }
    let from = moment_in("from", &asked.from)?;
    let to = match &asked.to {
        Some(to) => moment_in("to", to)?,
        None => Moment::Position(shop.tenant.head().await?),
    };
    shop.list_of(&Changes { changes: shop.tenant.changes(id, from, to).await? })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ErasePerson {
    /// The person's id, such as the customer's id of an order.
    person: Uuid,
}

#[derive(Serialize, ToSchema)]
struct ErasedView {
    subject: Uuid,
    #[schema(value_type = String, format = DateTime)]
    erased_at: Timestamp,
}

/// Erases a person for good: their key is destroyed, and no table says any more who they were. Not even a backup undoes it.
#[utoipa::path(post, path = "/api/v1/privacy/erasures", tag = "operations", request_body = ErasePerson,
    responses((status = 200, description = "They are erased.", body = ErasedView)),
    security(("staff" = ["privacy:write"])))]
async fn erase_person(ask: Command<ErasePerson>) -> Answer {
    let person = SubjectId(ask.body.person);
    if !ask.shop.tenant.has_met(person).await? {
        return Err(Problem::not_found("person").into());
    }
    let done = ask.shop.tenant.erase(person, ask.asked()).await?;
    Ok(answer::done(done))
}
