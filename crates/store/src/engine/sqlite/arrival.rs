//! A tenant's file in the making: written as fast as can be beside the others, and put in its place when it is whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use kernel::Write;
use rusqlite::Connection;

use super::connection::{self, failure};
use crate::Failure;
use crate::context::Context;
use crate::engine::query::{Each, Query};

/// How many writes are committed together; nobody sees them before all are there.
const TOGETHER: usize = 100_000;

pub(crate) struct Arrival {
    connection: Connection,
    beside: PathBuf,
    place: PathBuf,
    written: usize,
}

impl Arrival {
    /// `place` is where the file will stand. What an earlier attempt left beside it is removed.
    pub(super) fn begin(place: PathBuf, contexts: &'static [Context]) -> Result<Self, Failure> {
        if place.exists() {
            return Err(Failure::Refused(format!(
                "{} is there already, so nothing was put in its place.",
                place.display()
            )));
        }
        let beside = place.with_extension("arriving");
        remove(&beside);
        connection::make_tenant(&beside, contexts)?;
        let connection = Connection::open(&beside).map_err(|error| failure(&error))?;
        connection::remember(&connection, 256).map_err(|error| failure(&error))?;
        connection
            .execute_batch(
                "pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -65536; begin;
                 create index replies_by_key on replies (key)",
            )
            .map_err(|error| failure(&error))?;
        Ok(Self { connection, beside, place, written: 0 })
    }

    pub(crate) fn write(&mut self, writes: &[Write]) -> Result<(), Failure> {
        for write in writes {
            connection::execute(&self.connection, write)?;
        }
        self.written += writes.len();
        if self.written >= TOGETHER {
            self.written = 0;
            self.connection.execute_batch("commit; begin").map_err(|error| failure(&error))?;
        }
        Ok(())
    }

    /// What was written until now.
    pub(crate) fn read(&self, query: &Query<'_>, each: &mut Each<'_>) -> Result<(), Failure> {
        connection::read(&self.connection, std::slice::from_ref(query), each)
    }

    /// The file is whole, durable, and in its place.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let Self { connection, beside, place, .. } = self;
        connection
            .execute_batch("drop index replies_by_key; commit; pragma journal_mode = wal")
            .map_err(|error| failure(&error))?;
        connection.close().map_err(|(_, error)| failure(&error))?;
        let settled = (|| {
            File::open(&beside)?.sync_all()?;
            fs::rename(&beside, &place)?;
            File::open(place.parent().unwrap_or(Path::new(".")))?.sync_all()
        })();
        settled.map_err(|error| match error.raw_os_error() {
            Some(28) => Failure::Full,
            _ => Failure::Unreachable(format!("{}: {error}", place.display())),
        })
    }
}

/// Removes a tenant's file and what belongs to it.
pub(super) fn remove(path: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(format!("{}{ending}", path.display()));
    }
}
