//! What is done after a commit: objects go when their records say so, and what is left over is swept away.

use std::pin::Pin;
use std::time::Duration;

use blobs::{Blobs, Listed};
use futures_util::StreamExt;
use kernel::{Problem, Timestamp};
use serde_json::json;
use store::log::Recorded;
use store::relay::{Effect, Handled, JobKind, JobRun, NewJob, Room, Subscriber, Wants};
use store::{Tenant, privacy};

use crate::queries::{self, IDS_AT_ONCE};
use crate::{FileId, sizes, use_cases};

/// Removes the files about whoever was erased, and has the objects of whichever file was removed deleted.
///
/// Two steps, so that a person with many files is one work, and the objects of each are tried again on their own.
pub struct Upkeep;

impl Subscriber for Upkeep {
    fn name(&self) -> &'static str {
        "files"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&[privacy::ERASED, "file.removed"])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let id = recorded.event.stream_id;
            if recorded.event.kind == "file.removed" {
                let (id, now) = (FileId(id), tenant.cell().now());
                let job = NewJob::due(recorded.event.id.0, DELETE, json!({ "file": id }), now);
                return Ok(Effect::plan(job));
            }
            let person = privacy::erased(&recorded.event).ok_or_else(Problem::bug)?;
            let files = queries::files_about(tenant, person).await?;
            Ok(if files.is_empty() { Effect::Done } else { Effect::Work(use_cases::remove_files(files)) })
        })
    }
}

const DELETE: &str = "files.delete";

/// The job that deletes a removed file's objects, the picture's sizes with it.
pub struct Delete(pub Blobs);

impl JobKind for Delete {
    fn name(&self) -> &'static str {
        DELETE
    }

    /// A day of silence; afterwards the sweep finds them, without a record.
    fn attempts(&self) -> i64 {
        30
    }

    fn room(&self) -> Room {
        Room::Outside { at_once: 16, of_a_tenant: 4, of_a_destination: 4 }
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let file: Option<FileId> = serde_json::from_value(run.args["file"].clone()).unwrap_or_default();
            let Some(file) = file else {
                return Ok("It names no file, so there is nothing to delete.".into());
            };
            if !queries::still_there(&run.tenant, &[file]).await?.is_empty() {
                return Ok("The file was not removed, so nothing was deleted.".into());
            }
            let sizes = sizes::WIDTHS.map(|width| sizes::object(file, width));
            for object in [file.into()].into_iter().chain(sizes) {
                self.0.delete(run.tenant.id(), object).await?;
            }
            Ok("Its objects are deleted.".into())
        })
    }
}

/// The job that removes objects without a record: what an upload left behind whose end nobody saw.
pub struct Sweep(pub Blobs);

/// What is younger may be an upload whose record is not written yet.
const SETTLED: Duration = Duration::from_secs(24 * 60 * 60);

impl JobKind for Sweep {
    fn name(&self) -> &'static str {
        "files.sweep"
    }

    fn room(&self) -> Room {
        Room::Long
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let before = settled(run.tenant.cell().now());
            let begins = Sweeping { blobs: &self.0, run, before, seen: 0, removed: 0 };
            let swept = run.tenants(begins, |sweeping, tenant| sweeping.sweep(tenant)).await?;
            let Sweeping { seen, removed, .. } = swept;
            Ok(format!("{removed} objects without a record were removed; {seen} were looked at."))
        })
    }
}

/// Only what was there before this moment is looked at.
fn settled(now: Timestamp) -> Timestamp {
    let settled = i64::try_from(SETTLED.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(now.as_micros().saturating_sub(settled))
}

#[derive(Clone, Copy)]
struct Sweeping<'a> {
    blobs: &'a Blobs,
    run: &'a JobRun,
    before: Timestamp,
    seen: i64,
    removed: i64,
}

impl Sweeping<'_> {
    async fn sweep(mut self, tenant: Tenant) -> Result<Self, Problem> {
        let mut objects = self.blobs.list(tenant.id()).chunks(IDS_AT_ONCE);
        while let Some(some) = objects.next().await {
            let some: Vec<Listed> = some.into_iter().collect::<Result<_, _>>()?;
            self.seen += i64::try_from(some.len()).unwrap_or(0);
            let old = some.iter().filter(|object| object.last_modified < self.before);
            let old: Vec<FileId> = old.map(|object| FileId(object.id.uuid())).collect();
            self.remove_left_over(&tenant, old).await?;
            let note = format!("{} removed", self.removed);
            // Fails once the job was cancelled, and then this ends.
            self.run.progress(self.seen, 0, &note).await?;
        }
        Ok(self)
    }

    async fn remove_left_over(&mut self, tenant: &Tenant, old: Vec<FileId>) -> Result<(), Problem> {
        if old.is_empty() {
            return Ok(());
        }
        // What is a size belongs to whatever file it is a size of.
        let ids: Vec<FileId> =
            old.iter().flat_map(|id| [*id].into_iter().chain(sizes::files_of(*id))).collect();
        let there = queries::still_there(tenant, &ids).await?;
        let belongs =
            |id: &FileId| there.contains(id) || sizes::files_of(*id).iter().any(|file| there.contains(file));
        for id in old.into_iter().filter(|id| !belongs(id)) {
            self.blobs.delete(tenant.id(), id.into()).await?;
            self.removed += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_younger_than_a_day_is_left_alone() {
        let now = Timestamp::from_micros(200_000_000_000);
        assert_eq!(now.since(settled(now)), SETTLED);
    }
}
