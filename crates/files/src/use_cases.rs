//! The units of work of files.

use kernel::Timestamp;
use store::{Reply, Work};

use crate::file::{File, Reason, Remove, Store};
use crate::queries::FileView;
use crate::{FileId, Refusal};

/// Where a file's record is.
pub(crate) fn location(id: FileId) -> String {
    format!("/api/v1/files/{id}")
}

/// Writes down a file whose object is there.
pub fn store_file(id: FileId, store: Store) -> Work {
    let about = store.about;
    Work::over::<File>([id]).about(about).decide(move |desk| {
        if about.is_some_and(|person| desk.is_erased(person)) {
            return Err(Refusal::PersonErased.into());
        }
        desk.ask::<File, _>(id, &store)?;
        Ok(Reply::json(201, &stored(id, &store, desk.now())).version(1).location(location(id)))
    })
}

/// Removes a file. The reply says no more than which, for what is kept of it is nobody's.
pub fn remove_file(id: FileId, seen: Option<i64>) -> Work {
    Work::over::<File>([id]).decide(move |desk| {
        desk.get::<File>(id)?;
        desk.expect_version::<File>(id, seen)?;
        desk.ask::<File, _>(id, &Remove(Reason::Asked))?;
        Ok(Reply::json(200, &serde_json::json!({ "id": id })).version(desk.version::<File>(id)))
    })
}

/// Removes the files about a person who was erased.
pub(crate) fn remove_files(ids: Vec<FileId>) -> Work {
    Work::over::<File>(ids.iter().copied()).decide(move |desk| {
        for id in &ids {
            desk.ask::<File, _>(*id, &Remove(Reason::PersonErased))?;
        }
        Ok(Reply::default())
    })
}

/// A file as it will be read once it is written down.
fn stored(id: FileId, store: &Store, now: Timestamp) -> FileView {
    let Store { size, sha256, media_type, name, about } = store.clone();
    FileView {
        id,
        name,
        media_type,
        size,
        sha256: Some(sha256),
        about: about.map(|person| person.uuid()),
        stored_at: now,
        removed_at: None,
        version: 1,
    }
}
