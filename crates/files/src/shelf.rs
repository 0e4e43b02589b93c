//! Where the objects of this installation lie.

use blobs::{BlobId, Blobs, Limits};
use edge::{Command, NoBody};
use kernel::{Problem, TenantId, boxed};
use store::problems::{CONTENDED, OVERLOADED, SHOP_READ_ONLY, STORAGE_FULL};
use store::{Done, Work};

use crate::gallery::{Gallery, Shown};
use crate::use_cases::location;
use crate::{FileId, Refusal};

/// The place, if there is one, and how large a file may be.
#[derive(Debug, Clone)]
pub struct Shelf {
    blobs: Option<Blobs>,
    limit: u64,
    gallery: Gallery,
}

/// Answers after which nothing was done, for sure, though the same request may succeed later.
const NOT_DONE: [&str; 4] = [OVERLOADED.code, CONTENDED.code, STORAGE_FULL.code, SHOP_READ_ONLY.code];

impl Shelf {
    pub fn new(blobs: Option<Blobs>, limit: u64) -> Self {
        Self { blobs, limit, gallery: Gallery::new() }
    }

    pub fn blobs(&self) -> Result<&Blobs, Problem> {
        self.blobs.as_ref().ok_or_else(|| Refusal::NotConfigured.into())
    }

    /// A picture, as wide as one of [`WIDTHS`](crate::sizes::WIDTHS) if it can be made so; `None` when there is none.
    #[boxed]
    pub async fn picture(
        &self,
        tenant: TenantId,
        file: FileId,
        width: u32,
    ) -> Result<Option<Shown>, Problem> {
        self.gallery.show(self.blobs()?, tenant, file, width).await
    }

    pub(crate) fn limits(&self) -> Limits<'static> {
        Limits { bytes: self.limit, types: None }
    }
}

impl From<FileId> for BlobId {
    fn from(id: FileId) -> Self {
        Self(id.uuid())
    }
}

/// Does the work that writes an object's record down. When there is no such record in the end, the object goes, too.
pub(crate) async fn recorded(
    blobs: Blobs,
    ask: Command<NoBody>,
    id: FileId,
    work: Work,
) -> Result<Done, Problem> {
    let done = ask.done(work).await;
    if is_left_over(id, &done) {
        remove_object(&blobs, ask.shop.tenant.id(), id).await;
    }
    done
}

async fn remove_object(blobs: &Blobs, tenant: TenantId, id: FileId) {
    if let Err(problem) = blobs.delete(tenant, id.into()).await {
        tracing::warn!(%tenant, code = problem.code, "An object that no record points to stays until files.sweep removes it");
    }
}

/// Whether no record points to the object. Where that is not certain it stays: bytes too many are swept away, bytes
/// too few are lost.
fn is_left_over(id: FileId, done: &Result<Done, Problem>) -> bool {
    match done {
        // A reply that was kept under the key of the request is about the object that came with the first one.
        Ok(done) => done.reply.location.as_deref() != Some(&location(id)),
        Err(problem) => problem.is_final() || NOT_DONE.contains(&problem.code.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use store::{Failure, Reply};

    use super::*;

    fn told(id: FileId, replayed: bool) -> Result<Done, Problem> {
        Ok(Done { reply: Reply::json(201, &()).location(location(id)), replayed })
    }

    #[test]
    fn an_object_with_a_record_stays() {
        let id = FileId::new();
        assert!(!is_left_over(id, &told(id, false)));
        // The commit was asked about a second time, and had taken place.
        assert!(!is_left_over(id, &told(id, true)));
    }

    #[test]
    fn the_object_of_a_repeated_request_is_left_over() {
        assert!(is_left_over(FileId::new(), &told(FileId::new(), true)));
    }

    #[test]
    fn the_object_of_a_refused_file_is_left_over() {
        for refused in [Refusal::PersonErased.into(), Failure::Overloaded.into(), Failure::Full.into()] {
            assert!(is_left_over(FileId::new(), &Err(refused)));
        }
    }

    #[test]
    fn an_object_stays_while_nobody_knows_whether_it_has_a_record() {
        for unknown in [Failure::Unknown.into(), Problem::bug(), Failure::Unreachable("…".into()).into()] {
            assert!(!is_left_over(FileId::new(), &Err(unknown)));
        }
    }
}
