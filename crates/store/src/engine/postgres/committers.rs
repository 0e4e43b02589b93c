//! Who commits: few, so that tenants that wait at the same time share a transaction.
//!
//! A tenant whose works wait is *ready*. A committer takes a few tenants that are ready, the longest waiting first, and
//! commits what waits there together. When that fails, each of them goes on by itself, so that another one's trouble delays
//! nobody twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use kernel::{Problem, TenantId, Timestamp};

use super::commit::{Doubt, Results, Share, Trying, attempt};
use super::database::Database;
use super::pipeline::{Begin, Value, all_landed, commit as commit_order};
use crate::Failure;
use crate::keys::TenantKeys;
use crate::work::batch;
use crate::work::{Asked, Done, Drain, Job, Work};

/// How many works of one tenant share a commit at the most.
const TOGETHER: usize = 128;

/// How many tenants share a transaction at the most, and how many works of theirs: nobody waits behind a crowd.
const TENANTS: usize = 4;
const WORKS: usize = 32;

/// How many commit at the same time.
const COMMITTERS: usize = 8;

/// How long a commit is tried again when others get in its way or the database is away.
const TRIED_FOR: Duration = Duration::from_secs(4);
const PAUSES: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(2))
    .with_max_delay(Duration::from_millis(250))
    .without_max_times();

const PRUNE: &str = "delete from replies where key in (select key from replies where created < $1 order by created limit 1000)";
const PRUNED_AT_ONCE: u64 = 1000;

/// What one tenant's works are committed with.
struct Group {
    tenant: TenantId,
    drain: Drain,
    jobs: Vec<Job>,
}

impl Group {
    fn is_guarded(&self) -> bool {
        self.jobs.iter().any(|job| job.asked.guard.is_some())
    }
}

impl Database {
    pub(in crate::engine) async fn run(
        &self,
        tenant: TenantId,
        keys: Arc<TenantKeys>,
        asked: Asked,
        work: Work,
    ) -> Result<Done, Problem> {
        let lane = self.0.lanes.lock().entry(tenant).or_default().clone();
        let (ticket, drain) = lane.push(asked, work, keys)?;
        if let Some(drain) = drain {
            self.is_ready(tenant, drain);
        }
        ticket.answer().await
    }

    /// What waits in the lane is committed by the next committer that is free.
    fn is_ready(&self, tenant: TenantId, drain: Drain) {
        let mut waiting = self.0.waiting.lock();
        waiting.lanes.push_back((tenant, drain));
        if waiting.committers < COMMITTERS {
            waiting.committers += 1;
            tokio::spawn(Committer(Some(self.clone())).work());
        }
    }
}

/// One that commits, until nobody is ready.
struct Committer(Option<Database>);

impl Committer {
    async fn work(mut self) {
        while let Some((database, groups)) = self.next() {
            let mut doubts: Vec<Vec<Doubt>> = groups.iter().map(|_| Vec::new()).collect();
            let shares: Vec<Share<'_>> =
                groups.iter().filter_map(|group| Share::of(group.tenant, &group.jobs)).collect();
            match attempt(&database, &shares, &mut doubts, Trying::Hurried).await {
                Ok(results) => {
                    let mut again = Vec::with_capacity(groups.len());
                    for (Group { tenant, drain, jobs }, results) in groups.into_iter().zip(results) {
                        batch::finish(jobs, results);
                        again.push((tenant, drain));
                    }
                    database.0.waiting.lock().lanes.extend(again);
                }
                Err(failure) => {
                    // What failed together says nothing about each of them.
                    let mut its_own = (groups.len() == 1).then_some(failure);
                    for (group, doubts) in groups.into_iter().zip(doubts) {
                        tokio::spawn(by_itself(database.clone(), group, doubts, its_own.take()));
                    }
                }
            }
        }
    }

    /// What is committed next, in the order of the tenants' ids, which is the order in which everybody locks. When there
    /// is nothing, this one has gone before anybody else looks.
    fn next(&mut self) -> Option<(Database, Vec<Group>)> {
        let database = self.0.clone()?;
        let mut groups: Vec<Group> = Vec::new();
        let mut works = 0;
        let mut waiting = database.0.waiting.lock();
        while groups.len() < TENANTS && works < WORKS {
            let Some((tenant, mut drain)) = waiting.lanes.pop_front() else { break };
            let Some(jobs) = drain.take(TOGETHER) else {
                prune_if_due(&database, tenant);
                continue;
            };
            metrics::histogram!("galleria_commit_works").record(jobs.len() as f64);
            let group = Group { tenant, drain, jobs };
            if group.is_guarded() {
                tokio::spawn(by_itself(database.clone(), group, Vec::new(), None));
                continue;
            }
            works += group.jobs.len();
            groups.push(group);
        }
        if groups.is_empty() {
            waiting.committers -= 1;
            self.0 = None;
            return None;
        }
        drop(waiting);
        groups.sort_unstable_by_key(|group| group.tenant);
        Some((database, groups))
    }
}

/// One that panicked, or whose runtime ends, is one less.
impl Drop for Committer {
    fn drop(&mut self) {
        if let Some(database) = &self.0 {
            database.0.waiting.lock().committers -= 1;
        }
    }
}

/// A tenant's works, without the others'.
async fn by_itself(database: Database, group: Group, doubts: Vec<Doubt>, failed: Option<Failure>) {
    let Group { tenant, drain, jobs } = group;
    match commit(&database, tenant, &jobs, doubts, failed).await {
        Ok(results) => batch::finish(jobs, results),
        // One work that the tables refuse, or that others keep getting in the way of, must not take the rest with it.
        Err(Failure::Bug(_) | Failure::Conflict) if jobs.len() > 1 => {
            for job in jobs {
                match commit(&database, tenant, std::slice::from_ref(&job), Vec::new(), None).await {
                    Ok(results) => batch::finish(vec![job], results),
                    Err(failure) => job.finish(Err(failure.into())),
                }
            }
        }
        Err(failure) => batch::fail(jobs, &failure.into()),
    }
    database.is_ready(tenant, drain);
}

/// Commits one tenant's works, once more when it failed before and may still be done.
async fn commit(
    database: &Database,
    tenant: TenantId,
    jobs: &[Job],
    doubts: Vec<Doubt>,
    mut failed: Option<Failure>,
) -> Result<Results, Failure> {
    let Some(share) = Share::of(tenant, jobs) else { return Ok(Vec::new()) };
    let started = Instant::now();
    let mut pauses = PAUSES.build();
    let mut doubts = [doubts];
    let mut trying = Trying::Patiently;
    loop {
        let failure = match failed.take() {
            Some(failure) => failure,
            None => match attempt(database, &[share], &mut doubts, trying).await {
                Ok(mut results) => return Ok(results.pop().unwrap_or_default()),
                Err(failure) => failure,
            },
        };
        // A work that writes to a row that it has just made cannot have both in one statement. Rare, so it is found out
        // by the rows that are missing, and done again one statement after the other.
        if let (Failure::Bug(why), [_], Trying::Patiently) = (&failure, jobs, trying) {
            tracing::debug!(why, "Written again, one statement after the other");
            trying = Trying::Plainly;
            continue;
        }
        let again = matches!(failure, Failure::Unreachable(_) | Failure::Conflict | Failure::Overloaded);
        let pause = pauses.next().filter(|_| again && started.elapsed() <= TRIED_FOR);
        let Some(pause) = pause else {
            return Err(if doubts[0].is_empty() { failure } else { Failure::Unknown });
        };
        tokio::time::sleep(pause).await;
    }
}

/// Has replies removed that have been kept long enough. A failure is only put off: the next hour tries again.
fn prune_if_due(database: &Database, tenant: TenantId) {
    let now = (database.0.clock)();
    {
        let mut pruned = database.0.pruned.lock();
        let last = pruned.entry(tenant).or_insert(Timestamp::from_micros(0));
        if now.since(*last) < batch::PRUNED_EVERY {
            return;
        }
        *last = now;
    }
    let oldest = now.as_micros() - i64::try_from(batch::KEPT_FOR.as_micros()).unwrap_or(0);
    let database = database.clone();
    tokio::spawn(async move {
        if let Err(failure) = prune(&database, tenant, oldest).await
            && !database.is_closed()
        {
            tracing::warn!(%failure, "Old replies could not be removed; the next hour tries again");
        }
    });
}

/// Removes what was kept before a moment, some at a time, so that nobody waits for it.
async fn prune(database: &Database, tenant: TenantId, oldest: i64) -> Result<(), Failure> {
    let old = (PRUNE.into(), vec![Value::Int(oldest)]);
    loop {
        let session = database.session().await?;
        let pruned = async {
            all_landed(session.send(&Begin::writing(Some(tenant)).orders()).await?).await?;
            let pruned = session.execute(&old).await?;
            session.execute(&commit_order()).await?;
            Ok(pruned)
        };
        let pruned = pruned.await;
        if session.give_back(pruned).await? < PRUNED_AT_ONCE {
            return Ok(());
        }
    }
}
