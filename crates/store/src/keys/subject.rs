//! The keys of people, and how they are kept and destroyed.

use std::collections::HashMap;

use kernel::{SubjectId, Timestamp, Write, args};

use super::sealer::Sealer;

/// The key of one person.
pub(crate) type SubjectKey = Sealer;

/// The keys of some people, by who they are.
pub(crate) type SubjectKeys = HashMap<SubjectId, SubjectKey>;

/// Keeps a new person's key.
pub(crate) fn keep(subject: SubjectId, wrapped: Vec<u8>, now: Timestamp) -> Write {
    Write::one(
        "insert into subject_keys (subject, wrapped, created) values ($1, $2, $3)",
        args![subject, wrapped, now],
    )
}

/// Destroys a person's key. The row stays, and says that there was one.
pub(crate) fn destroy(subject: SubjectId, now: Timestamp) -> [Write; 2] {
    [
        Write::any("delete from subject_keys where subject = $1", args![subject]),
        Write::one(
            "insert into subject_keys (subject, wrapped, created) values ($1, null, $2)",
            args![subject, now],
        ),
    ]
}
