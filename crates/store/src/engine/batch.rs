//! Many works of one tenant, decided in turn over the same loaded states, to be committed together.

use std::time::Duration;

use kernel::{Envelope, Problem, StreamId, TenantId, Timestamp, Write};
use uuid::Uuid;

use crate::lane::Job;
use crate::work::{self, Done, Kept, Loaded, Once, Reply};

/// What a batch wants to have committed, and what to answer once it is.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) results: Vec<Result<Done, Problem>>,
    pub(super) events: Vec<Envelope<String>>,
    pub(super) writes: Vec<Write>,
    pub(super) keep: Vec<(Once, Reply)>,
}

impl Batch {
    pub(super) fn decide(
        tenant: TenantId,
        recorded: Timestamp,
        jobs: &[Job],
        loaded: &mut Loaded,
        kept: &mut Kept,
    ) -> Self {
        let mut batch = Self { results: Vec::with_capacity(jobs.len()), ..Self::default() };
        for job in jobs {
            let (result, effects) = work::decide(tenant, recorded, &job.asked, &job.work, loaded, kept);
            batch.results.push(result);
            batch.events.extend(effects.events);
            batch.writes.extend(effects.writes);
            batch.keep.extend(effects.keep);
        }
        batch
    }

    /// Whether there is anything to commit.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.writes.is_empty() && self.keep.is_empty()
    }
}

/// Every stream that the works name, in the one order in which streams are locked.
pub(super) fn names(jobs: &[Job]) -> Vec<StreamId> {
    let mut names: Vec<StreamId> = jobs.iter().flat_map(|job| job.work.names.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What the kept replies of the works would be filed under.
pub(super) fn keys(jobs: &[Job]) -> Vec<Uuid> {
    jobs.iter().filter_map(|job| job.asked.once.as_ref()).map(Once::id).collect()
}

pub(super) fn finish(jobs: Vec<Job>, results: Vec<Result<Done, Problem>>) {
    for (job, result) in jobs.into_iter().zip(results) {
        job.finish(result);
    }
}

pub(super) fn fail(jobs: Vec<Job>, problem: &Problem) {
    for job in jobs {
        job.finish(Err(problem.clone()));
    }
}

/// How long a reply is kept under its idempotency key.
pub(super) const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// How often those that are older are looked for.
pub(super) const PRUNED_EVERY: Duration = Duration::from_secs(3600);
