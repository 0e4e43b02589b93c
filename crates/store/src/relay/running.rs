//! Jobs under way: leased and fenced, so that each is done on one node at a time, and what a former one still does counts
//! for nothing.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use kernel::{Problem, Timestamp, Write, args};

use super::job::{COLUMNS, Job, JobKind, JobState, job, without_sealed};
use super::job_run::JobRun;
use super::room::{Place, Room, Wanting};
use super::shared::Shared;
use crate::engine::Row;
use crate::{Failure, Select, Tenant};

/// How many of a tenant are looked at.
const AT_A_TIME: usize = 50;

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
        let (room, destination) = (kind.room(), job.destination.as_str());
        let wanting = Wanting { tenant: tenant.id(), kind: kind.name(), room, destination };
        let place = Place::take_or_wait(&shared.rooms, &shared.wake_ups, wanting);
        let Some(mut place) = place else { continue };
        match begin(shared, tenant, &job).await {
            Some(run) => {
                let shared = shared.clone();
                place.used = true;
                tokio::spawn(async move {
                    perform(&shared, &*kind, run, &job).await;
                    drop(place);
                });
            }
            // Someone else was quicker, or it could not be written down.
            None => shared.wake_at(tenant.id(), now.plus(shared.pace.pause)),
        }
    }
    if let Some(next) = next {
        shared.wake_at(tenant.id(), next);
    }
    Ok(())
}

/// The jobs that are to be done next, and those under way. Of each kind, and of one that waits for somebody for each of
/// those it waits for, so many as there may be room for: however many of them wait, they hide none of another. Whoever has
/// the fewest under way comes first.
async fn to_be_done(shared: &Shared, tenant: &Tenant) -> Result<Vec<Job>, Failure> {
    let waiting = |name: &'static str| Select::new(COLUMNS).and("state = ?", "waiting").and("name = ?", name);
    let kinds = shared.workers.jobs.iter().map(|kind| (kind.name(), kind.room()));
    let (short, apart): (Vec<_>, Vec<_>) = kinds.partition(|(_, room)| *room == Room::Short);
    let short = short.into_iter().map(|(name, _)| (waiting(name), AT_A_TIME));
    let apart = destinations(tenant, &apart).await?.into_iter();
    let apart =
        apart.map(|(name, destination, rows)| (waiting(name).and("destination = ?", destination), rows));
    let running = Select::new(COLUMNS).and("state = ?", "running");
    let selects = short.chain(apart).chain([(running, AT_A_TIME)]);
    let statements: Vec<_> = selects.map(|(select, rows)| select.page("due", rows).statement()).collect();
    let queries: Vec<_> = statements.iter().map(|(sql, args)| (sql.as_str(), args.clone())).collect();
    let mut jobs = Vec::new();
    let mut each = |_, row: &Row<'_>| {
        jobs.push(job(row)?);
        Ok(())
    };
    tenant.read(&queries, &mut each).await?;
    let mut under_way: HashMap<(String, String), usize> = HashMap::new();
    for job in jobs.iter().filter(|job| job.state == JobState::Running) {
        *under_way.entry((job.name.clone(), job.destination.clone())).or_default() += 1;
    }
    jobs.sort_by_cached_key(|job| under_way.get(&(job.name.clone(), job.destination.clone())).copied());
    Ok(jobs)
}

/// Of each of the kinds whom its jobs wait for, and how many of these there is room for. Each destination is found by
/// one step down the index, however many jobs wait for it.
async fn destinations(
    tenant: &Tenant,
    kinds: &[(&'static str, Room)],
) -> Result<Vec<(&'static str, String, usize)>, Failure> {
    let sql = "with recursive found(destination) as ( \
         select min(destination) from jobs where state = 'waiting' and name = $1 \
         union all \
         select (select min(j.destination) from jobs j where j.state = 'waiting' and j.name = $1 and j.destination > f.destination) \
         from found f where f.destination is not null) \
         select destination from found where destination is not null";
    let queries: Vec<_> = kinds.iter().map(|(name, _)| (sql, args![*name])).collect();
    let mut found = Vec::new();
    tenant
        .read(&queries, &mut |query, row| {
            if let Some((name, room)) = kinds.get(query) {
                found.push((*name, row.get(0)?, room.of_a_destination()));
            }
            Ok(())
        })
        .await?;
    Ok(found)
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
        // Cancelled, or someone else's now: what was under way is dropped. If it is nobody's, it is begun again.
        () = run.hold() => return shared.wake_at(run.tenant.id(), shared.cell.now().plus(run.lease)),
    };
    let now = shared.cell.now();
    let attempts = job.attempts + 1;
    let (state, due, ended, problem) = match (&result, job.every_seconds) {
        (Ok(_), Some(every)) => ("waiting", next(job.due, every, now), None, None),
        (Ok(_), None) => ("done", job.due, Some(now), None),
        (Err(problem), _) if attempts < kind.attempts() && !kind.is_final(problem) => {
            ("waiting", now.plus(shared.pace.pause_after(attempts)), None, Some(problem.detail.clone()))
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
    // One that was planned before jobs had any gets its own.
    let destination = match kind.destination(&job.args) {
        destination if destination.is_empty() => job.destination.clone(),
        destination => destination,
    };
    let write = Write::one(
        "update jobs set state = $3, due = $4, ended = $5, problem = $6, note = coalesce($7, note), attempts = $8, args = $9, destination = $10 where id = $1 and fence = $2 and state = 'running'",
        args![
            run.id,
            run.fence,
            state,
            due,
            ended.map(Timestamp::as_micros),
            problem,
            result.as_ref().ok().cloned(),
            attempts,
            args,
            destination
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
        shared.wake_at(run.tenant.id(), now.plus(run.lease));
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
