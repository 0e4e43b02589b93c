//! A tenant's file while its tables are written anew: one transaction, in which nobody else writes.

use std::fs::File;
use std::path::Path;

use kernel::Arg;
use rusqlite::Connection;

use super::connection::{self, failure};
use crate::Failure;
use crate::context::Context;
use crate::engine::query::{Each, Query};
use crate::engine::table::Table;

pub(crate) struct Folding {
    connection: Connection,
    /// The folder, when this process does not hold it anyway.
    _claim: Option<File>,
}

impl Folding {
    pub(super) fn begin(
        path: &Path,
        contexts: &'static [Context],
        claim: Option<File>,
    ) -> Result<Self, Failure> {
        let connection = connection::open_tenant(path, contexts)?;
        connection
            .execute_batch("begin immediate; pragma defer_foreign_keys = on")
            .map_err(|error| failure(&error))?;
        Ok(Self { connection, _claim: claim })
    }

    pub(crate) fn form(&self) -> Result<i64, Failure> {
        let sql = "select coalesce(max(form), 0) from folded";
        self.connection.query_row(sql, [], |row| row.get(0)).map_err(|error| failure(&error))
    }

    pub(crate) fn read(&self, (sql, args): &Query<'_>, each: &mut Each<'_>) -> Result<(), Failure> {
        connection::ask(&self.connection, 0, sql, args, each)
    }

    pub(crate) fn empty(&self, table: &Table) -> Result<(), Failure> {
        // The log stays as it is, and so do the trails through it.
        let kept = match table.name.as_str() {
            "states" => "create temp table trails as select id, trail from states where trail is not null;",
            _ => "",
        };
        let sql = format!("{kept} delete from {}", table.name);
        self.connection.execute_batch(&sql).map_err(|error| failure(&error))
    }

    pub(crate) fn insert(&self, table: &Table, rows: &[Vec<Arg>]) -> Result<(), Failure> {
        let places: Vec<String> = (1..=table.columns.len()).map(|n| format!("${n}")).collect();
        let (columns, places) = (table.columns.join(", "), places.join(", "));
        let sql = format!("insert into {} ({columns}) values ({places})", table.name);
        for row in rows {
            connection::prepare(&self.connection, &sql, row)?
                .raw_execute()
                .map_err(|error| failure(&error))?;
        }
        Ok(())
    }

    /// All of it, in this form; nothing of it when it failed.
    pub(crate) fn end(self, put: Result<i64, Failure>) -> Result<(), Failure> {
        let ended = put.and_then(|form| {
            let sql = format!(
                "create unique index temp.trails_by_id on trails (id);
                 update states set trail = (select trail from trails where trails.id = states.id);
                 delete from folded; insert into folded (form) values ({form}); commit"
            );
            self.connection.execute_batch(&sql).map_err(|error| failure(&error))
        });
        if ended.is_err() {
            // Fails when the database has rolled back by itself, which is just as well.
            let _ = self.connection.execute_batch("rollback");
        }
        ended
    }
}
