//! An empty database into which a log is replayed. It is always of this kind, whatever the tenant's own is: so a
//! replay also proves that both databases hold the same rows.

use kernel::{Arg, Write};
use rusqlite::Connection;

use super::connection::{self, failure};
use crate::Failure;
use crate::context::Context;
use crate::engine::query::{Each, Query};
use crate::engine::table::{Kind, Table};

/// Its file has no name any more once it is open, so that not even a process that is killed leaves it behind: it holds
/// in clear what is sealed in the log.
pub(crate) struct Scratch {
    connection: Connection,
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
        self.tables_by("name")
    }

    /// The same, in the order in which they were made: one that another refers to comes before that.
    pub(crate) fn tables_as_made(&self) -> Result<Vec<Table>, Failure> {
        self.tables_by("rowid")
    }

    /// Rows as they were written, after a place, and the place of the last of them.
    pub(crate) fn rows_after(
        &self,
        table: &Table,
        place: i64,
        limit: usize,
    ) -> Result<(Vec<Vec<Arg>>, i64), Failure> {
        let Table { name, columns, kinds, .. } = table;
        let columns = columns.join(", ");
        let sql =
            format!("select rowid, {columns} from {name} where rowid > $1 order by rowid limit {limit}");
        let (mut rows, mut last) = (Vec::with_capacity(limit), place);
        self.read(&[(&sql, vec![Arg::Int(place)])], &mut |_, row| {
            last = row.get(0)?;
            let values = kinds.iter().zip(1..).map(|(kind, index)| kind.value(row, index));
            rows.push(values.collect::<Result<_, _>>()?);
            Ok(())
        })?;
        Ok((rows, last))
    }

    fn tables_by(&self, order: &str) -> Result<Vec<Table>, Failure> {
        let names = self.strings(&format!("select name from sqlite_schema where type = 'table' and name not in ('events', 'replies', 'reply_keys', 'reply_runs', 'migrations', 'subject_keys', 'cursors', 'dead_letters', 'jobs', 'folded') order by {order}"))?;
        names
            .into_iter()
            .map(|name| {
                let of = |what: &str, rest: &str| {
                    self.strings(&format!("select {what} from pragma_table_info('{name}') {rest}"))
                };
                let columns = of("name", "order by cid")?;
                let kinds = of("lower(type)", "order by cid")?
                    .iter()
                    .map(|kind| Kind::of(kind))
                    .collect::<Result<_, _>>()?;
                let key = of("name", "where pk > 0 order by pk")?;
                Ok(Table { name, columns, kinds, key })
            })
            .collect()
    }

    fn strings(&self, sql: &str) -> Result<Vec<String>, Failure> {
        let mut statement = self.connection.prepare(sql).map_err(|error| failure(&error))?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(|error| failure(&error))?;
        rows.collect::<Result<_, _>>().map_err(|error| failure(&error))
    }
}
