//! Many works of one tenant, decided in turn over the same loaded states, to be committed together.

use std::time::Duration;

use kernel::{Envelope, Problem, StreamId, SubjectId, Write};
use uuid::Uuid;

use super::asked::{Guard, Once};
use super::decide::{KeptReplies, decide};
use super::desk::Ground;
use super::lane::Job;
use super::loaded::Loaded;
use super::reply::{Done, Reply};
use crate::keys;

/// What a batch wants to have committed, and what to answer once it is.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) results: Vec<Result<Done, Problem>>,
    pub(crate) events: Vec<Envelope<String>>,
    pub(crate) writes: Vec<Write>,
    pub(crate) keep: Vec<(Once, Reply)>,
    /// What must hold, or nothing is written.
    pub(crate) guard: Vec<Write>,
    /// Whether someone was erased, so that nothing that is remembered may be relied on.
    pub(crate) erases: bool,
}

impl Batch {
    pub(crate) fn decide(
        ground: Ground<'_>,
        jobs: &[Job],
        loaded: &mut Loaded,
        kept: &mut KeptReplies,
    ) -> Self {
        let mut batch = Self { results: Vec::with_capacity(jobs.len()), ..Self::default() };
        for job in jobs {
            let (result, effects) = decide(ground, &job.asked, &job.work, loaded, kept);
            if let (Ok(_), Some(Guard(guard))) = (&result, &job.asked.guard) {
                batch.guard.extend(guard.iter().cloned());
            }
            batch.results.push(result);
            batch.events.extend(effects.events);
            let keys = effects.new_keys.into_iter();
            batch.writes.extend(keys.map(|(subject, wrapped)| keys::keep(subject, wrapped, ground.recorded)));
            for subject in effects.erased {
                batch.erases = true;
                batch.writes.extend(keys::destroy(subject, ground.recorded));
            }
            batch.writes.extend(effects.writes);
            batch.keep.extend(effects.keep);
        }
        batch
    }

    /// Whether there is anything to commit.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.writes.is_empty() && self.keep.is_empty() && self.guard.is_empty()
    }

    /// Whether the tenant must not be held back for it. A refusal that is kept under its key is no event, and yet it
    /// would be left behind when the tenant moves.
    pub(crate) fn needs_open_log(&self) -> bool {
        !self.events.is_empty() || !self.keep.is_empty()
    }
}

/// Every stream that the works name, in the one order in which streams are locked.
pub(crate) fn names(jobs: &[Job]) -> Vec<StreamId> {
    let mut names: Vec<StreamId> = jobs.iter().flat_map(|job| job.work.names.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Everyone whose personal data the works may write down.
pub(crate) fn subjects(jobs: &[Job]) -> Vec<SubjectId> {
    let mut subjects: Vec<_> = jobs.iter().flat_map(|job| job.work.subjects.iter().copied()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}

/// What the kept replies of the works would be filed under.
pub(crate) fn keys(jobs: &[Job]) -> Vec<Uuid> {
    jobs.iter().filter_map(|job| job.asked.once.as_ref()).map(Once::id).collect()
}

pub(crate) fn finish(jobs: Vec<Job>, results: Vec<Result<Done, Problem>>) {
    for (job, result) in jobs.into_iter().zip(results) {
        job.finish(result);
    }
}

pub(crate) fn fail(jobs: Vec<Job>, problem: &Problem) {
    for job in jobs {
        job.finish(Err(problem.clone()));
    }
}

/// How long a reply is kept under its idempotency key.
pub(crate) const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// How often those that are older are looked for.
pub(crate) const PRUNED_EVERY: Duration = Duration::from_secs(3600);
