//! An empty database into which a log is replayed. It is always of this kind, whatever the tenant's own is: so a
//! replay also proves that both databases hold the same rows.

use kernel::Write;
use rusqlite::Connection;

use super::connection::{self, failure};
use crate::Failure;
use crate::cell::Query;
use crate::context::Context;
use crate::engine::Each;

///
/// Its file has no name any more once it is open, so that not even a process that is killed leaves it behind: it holds
/// in clear what is sealed in the log.
pub(crate) struct Scratch {
    connection: Connection,
}

/// A table's columns, those of its key first in the order of the key.
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) key: Vec<String>,
}

impl Scratch {
    pub(crate) fn new(contexts: &'static [Context]) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("galleria-verify-").tempdir();
        let folder = folder.map_err(|error| Failure::Refused(format!("No room for a replay can be made in the folder for temporary files: {error}. Set TMPDIR to a folder with space.")))?;
        let connection = connection::open_scratch(&folder.path().join("replay.db"), contexts)?;
        connection.execute_batch("begin").map_err(|error| failure(&error))?;
        // Nothing else is ever written beside it: it keeps no journal.
        folder.close().map_err(|error| Failure::Unreachable(error.to_string()))?;
        Ok(Self { connection })
    }

    pub(crate) fn write(&self, write: &Write) -> Result<(), Failure> {
        connection::execute(&self.connection, write)
    }

    /// Ends the writing; from now on it is read.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        self.connection.execute_batch("commit").map_err(|error| failure(&error))
    }

    pub(crate) fn read(&self, queries: &[Query<'_>], each: &mut Each<'_>) -> Result<(), Failure> {
        connection::read(&self.connection, queries, each)
    }

    /// The contexts' tables and the states, in the order of their names.
    pub(crate) fn tables(&self) -> Result<Vec<Table>, Failure> {
        let names = self.strings("select name from sqlite_schema where type = 'table' and name not in ('events', 'replies', 'migrations', 'subject_keys', 'cursors', 'dead_letters', 'jobs') order by name")?;
        names
            .into_iter()
            .map(|name| {
                let columns =
                    self.strings(&format!("select name from pragma_table_info('{name}') order by cid"))?;
                let key = self.strings(&format!(
                    "select name from pragma_table_info('{name}') where pk > 0 order by pk"
                ))?;
                Ok(Table { name, columns, key })
            })
            .collect()
    }

    fn strings(&self, sql: &str) -> Result<Vec<String>, Failure> {
        let mut statement = self.connection.prepare(sql).map_err(|error| failure(&error))?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(|error| failure(&error))?;
        rows.collect::<Result<_, _>>().map_err(|error| failure(&error))
    }
}
