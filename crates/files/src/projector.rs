//! Events in, table writes out.

use kernel::{Envelope, Projector, SubjectId, Write, args};

use crate::file::{File, FileEvent, Stored, Words};

impl Projector for File {
    fn project(event: &Envelope<&FileEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        match event.data {
            FileEvent::Stored(Stored { size, sha256, media_type, name, about, at }) => vec![Write::one(
                "insert into files (id, version, size, sha256, media_type, name, about, stored_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
                args![
                    id,
                    version,
                    *size,
                    sha256.reveal().cloned(),
                    media_type,
                    name.as_ref().and_then(Words::reveal).cloned(),
                    *about,
                    *at
                ],
            )],
            FileEvent::Removed(removed) => vec![Write::one(
                "update files set version = $2, removed_at = $3 where id = $1",
                args![id, version, removed.at],
            )],
        }
    }
}

/// Takes what a person's files are called, and what they hash to, out of the table.
pub(crate) fn forget(person: SubjectId) -> Vec<Write> {
    vec![Write::any("update files set name = null, sha256 = null where about = $1", args![person])]
}
