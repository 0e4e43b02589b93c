//! What a table looks like, read from the database.

use kernel::Arg;
use uuid::Uuid;

use super::row::Row;
use crate::Failure;

/// A table's columns, those of its key first in the order of the key.
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) key: Vec<String>,
}

impl Table {
    /// All of it, in the order of its key.
    pub(crate) fn select(&self) -> String {
        format!("select {} from {} order by {}", self.columns.join(", "), self.name, self.key.join(", "))
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Uuid,
    Bigint,
    Text,
    Bytea,
}

impl Kind {
    pub(super) fn of(declared: &str) -> Result<Self, Failure> {
        match declared {
            // The store's own tables in a file say what they are there.
            "uuid" | "blob" => Ok(Self::Uuid),
            "bigint" | "integer" => Ok(Self::Bigint),
            "text" => Ok(Self::Text),
            "bytea" => Ok(Self::Bytea),
            other => Err(Failure::Bug(format!("a column is a {other}"))),
        }
    }

    pub(super) fn value(self, row: &Row<'_>, index: usize) -> Result<Arg, Failure> {
        match self {
            Self::Uuid => row.get::<Option<Uuid>>(index).map(Arg::from),
            _ => row.value(index),
        }
    }
}
