//! Many works of one tenant, decided in turn over the same loaded states, to be committed together.

use std::time::Duration;

use kernel::{Envelope, Problem, StreamId, SubjectId, Write};
use uuid::Uuid;

use crate::desk::{self, Ground, Kept};
use crate::keys;
use crate::lane::Job;
use crate::loaded::Loaded;
use crate::work::{Done, Guard, Once, Reply};

/// What a batch wants to have committed, and what to answer once it is.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) results: Vec<Result<Done, Problem>>,
    pub(super) events: Vec<Envelope<String>>,
    pub(super) writes: Vec<Write>,
    pub(super) keep: Vec<(Once, Reply)>,
    /// What must hold, or nothing is written.
    pub(super) guard: Vec<Write>,
    /// Whether someone was erased, so that nothing that is remembered may be relied on.
    pub(super) erases: bool,
}

impl Batch {
    pub(super) fn decide(ground: Ground<'_>, jobs: &[Job], loaded: &mut Loaded, kept: &mut Kept) -> Self {
        let mut batch = Self { results: Vec::with_capacity(jobs.len()), ..Self::default() };
        for job in jobs {
            let (result, effects) = desk::decide(ground, &job.asked, &job.work, loaded, kept);
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
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.writes.is_empty() && self.keep.is_empty() && self.guard.is_empty()
    }

    /// Whether the tenant must not be held back for it. A refusal that is kept under its key is no event, and yet it
    /// would be left behind when the tenant moves.
    pub(super) fn needs_open_log(&self) -> bool {
        !self.events.is_empty() || !self.keep.is_empty()
    }
}

/// Every stream that the works name, in the one order in which streams are locked.
pub(super) fn names(jobs: &[Job]) -> Vec<StreamId> {
    let mut names: Vec<StreamId> = jobs.iter().flat_map(|job| job.work.names.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Everyone whose personal data the works may write down.
pub(super) fn subjects(jobs: &[Job]) -> Vec<SubjectId> {
    let mut subjects: Vec<_> = jobs.iter().flat_map(|job| job.work.subjects.iter().copied()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    subjects
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
