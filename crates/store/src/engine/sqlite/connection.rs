//! Opening a file safely, and running statements that are data.

use std::path::Path;
use std::time::Duration;

use kernel::{Arg, Rows, Timestamp, Write};
use rusqlite::config::DbConfig;
use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, OptionalExtension};

use crate::Failure;
use crate::context::{Context, form_of};
use crate::engine::query::{Each, Query};
use crate::engine::row::{Raw, Row};
use crate::engine::steps::{self, Steps, Taken};

/// Says in a file's header that it is ours: "Gall" and "Gcel".
const TENANT_FILE: i32 = 0x4761_6c6c;
const CELL_FILE: i32 = 0x4763_656c;

/// The store's own tables in a file, step by step; a file remembers how many it has taken. Contexts count their own.
struct Layout {
    application: i32,
    steps: &'static [&'static str],
}

const LOG: Layout = Layout {
    application: TENANT_FILE,
    steps: &[
        include_str!("log.sql"),
        include_str!("../own.sql"),
        include_str!("log-3.sql"),
        include_str!("../own-2.sql"),
        include_str!("log-5.sql"),
        include_str!("log-6.sql"),
    ],
};
const CELL: Layout = Layout {
    application: CELL_FILE,
    steps: &[
        include_str!("cell.sql"),
        include_str!("cell-2.sql"),
        include_str!("cell-3.sql"),
        include_str!("cell-4.sql"),
        include_str!("cell-5.sql"),
        include_str!("cell-6.sql"),
        include_str!("cell-7.sql"),
        include_str!("cell-8.sql"),
    ],
};

pub(super) fn open_cell(path: &Path) -> Result<Connection, Failure> {
    if path.exists() { open(path, &CELL) } else { create(path, &CELL) }
}

pub(super) fn make_tenant(path: &Path, contexts: &'static [Context]) -> Result<(), Failure> {
    let mut tenant = create(path, &LOG)?;
    upgrade(&mut tenant, contexts).map_err(|failure| name_file(failure, path))?;
    let made = tenant.execute("insert into folded (form) values (?1)", [form_of(contexts)]);
    made.map(drop).map_err(|error| name_file(failure(&error), path))
}

/// Opens a tenant's file for writing and takes the steps that it has not taken.
pub(super) fn open_tenant(path: &Path, contexts: &'static [Context]) -> Result<Connection, Failure> {
    if !path.exists() {
        return Err(Failure::Unusable(format!(
            "{} is missing, though its tenant is registered. Put the file back from a backup; nothing was made in its place.",
            path.display()
        )));
    }
    let mut tenant = open(path, &LOG)?;
    upgrade(&mut tenant, contexts).map_err(|failure| name_file(failure, path))?;
    Ok(tenant)
}

pub(super) fn open_reader(path: &Path) -> Result<Connection, Failure> {
    let reader = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|error| failure(&error))?;
    reader
        .execute_batch("pragma query_only = on; pragma cache_size = -2048")
        .map_err(|error| failure(&error))?;
    Ok(reader)
}

/// A database in memory or in a temporary file, for replaying a log.
pub(super) fn open_scratch(path: &Path, contexts: &'static [Context]) -> Result<Connection, Failure> {
    let mut scratch = Connection::open(path).map_err(|error| failure(&error))?;
    remember(&scratch, 128).map_err(|error| failure(&error))?;
    scratch
        .execute_batch("pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive")
        .map_err(|error| failure(&error))?;
    for step in LOG.steps {
        scratch.execute_batch(step).map_err(|error| failure(&error))?;
    }
    // A trail tells where things lie, not what they are: no replay knows it, and it is not compared.
    scratch.execute_batch("alter table states drop column trail").map_err(|error| failure(&error))?;
    upgrade(&mut scratch, contexts)?;
    Ok(scratch)
}

/// Answers of one moment.
pub(super) fn read(
    connection: &Connection,
    queries: &[Query<'_>],
    each: &mut Each<'_>,
) -> Result<(), Failure> {
    if let [(sql, args)] = queries {
        return ask(connection, 0, sql, args, each);
    }
    run(connection, "begin")?;
    let asked = queries
        .iter()
        .enumerate()
        .try_for_each(|(number, (sql, args))| ask(connection, number, sql, args, each));
    let ended = run(connection, "commit");
    asked.and(ended)
}

/// A statement without arguments, parsed once.
pub(super) fn run(connection: &Connection, sql: &str) -> Result<(), Failure> {
    let ran = connection.prepare_cached(sql).and_then(|mut statement| statement.raw_execute());
    ran.map(drop).map_err(|error| failure(&error))
}

pub(super) fn ask(
    connection: &Connection,
    number: usize,
    sql: &str,
    args: &[Arg],
    each: &mut Each<'_>,
) -> Result<(), Failure> {
    let mut statement = prepare(connection, sql, args)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|error| failure(&error))? {
        each(number, &Row(Raw::Sqlite(row)))?;
    }
    Ok(())
}

/// All of the writes, or none.
pub(super) fn write(connection: &mut Connection, writes: &[Write]) -> Result<(), Failure> {
    let all = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(|error| failure(&error))?;
    for write in writes {
        execute(&all, write)?;
    }
    all.commit().map_err(|error| failure(&error))
}

pub(super) fn execute(connection: &Connection, write: &Write) -> Result<(), Failure> {
    let touched =
        prepare(connection, write.sql, &write.args)?.raw_execute().map_err(|error| failure(&error))?;
    match write.rows {
        Rows::Exactly(expected) if expected != touched as u64 => {
            Err(Failure::Bug(format!("{touched} rows instead of {expected}: {}", write.sql)))
        }
        _ => Ok(()),
    }
}

/// A row that must still be as it was seen, or what it guards is not ours any more.
pub(super) fn guard(connection: &Connection, write: &Write) -> Result<(), Failure> {
    let touched = prepare(connection, write.sql, &write.args)?.raw_execute();
    match (touched, write.rows) {
        (Ok(touched), Rows::Exactly(expected)) if expected != touched as u64 => Err(Failure::Stale),
        (Ok(_), _) => Ok(()),
        (Err(error), _) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(Failure::Stale)
        }
        (Err(error), _) => Err(failure(&error)),
    }
}

/// How far a tenant's log and its readers are, and when something of it is due.
pub(super) fn peek(path: &Path, subscribers: &[&str], now: Timestamp) -> Result<Peek, Failure> {
    let file = open_reader(path)?;
    let number = |sql: &str| {
        file.query_row(sql, [], |row| row.get::<_, Option<i64>>(0)).map_err(|error| failure(&error))
    };
    let head = number("select max(position) from events")?.unwrap_or(0);
    let mut behind = false;
    for subscriber in subscribers {
        let position = file
            .query_row("select position from cursors where subscriber = ?1", [subscriber], |row| row.get(0))
            .optional()
            .map_err(|error| failure(&error))?;
        behind |= position.unwrap_or(0) < head;
    }
    let waiting = number("select min(due) from jobs where state = 'waiting'")?;
    let running = number("select min(leased_until) from jobs where state = 'running'")?;
    let due = waiting.into_iter().chain(running).min().map(Timestamp::from_micros);
    Ok(Peek { behind: behind || due.is_some_and(|due| due <= now), due })
}

pub(super) struct Peek {
    pub(super) behind: bool,
    pub(super) due: Option<Timestamp>,
}

/// A statement with its arguments bound by the number in their name: `$2` is a *name* here, and binding by order of
/// appearance would swap arguments without a word.
pub(super) fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
    args: &[Arg],
) -> Result<CachedStatement<'c>, Failure> {
    let mut statement = connection.prepare_cached(sql).map_err(|error| failure(&error))?;
    for index in 1..=statement.parameter_count() {
        let number = statement.parameter_name(index).and_then(|name| name[1..].parse::<usize>().ok());
        let arg = number.and_then(|number| args.get(number.wrapping_sub(1)));
        let arg = arg.ok_or_else(|| {
            Failure::Bug(format!("argument {index} of {} arguments is missing: {sql}", args.len()))
        })?;
        statement.raw_bind_parameter(index, Bound(arg)).map_err(|error| failure(&error))?;
    }
    Ok(statement)
}

/// Folds the log (`passive`) or only looks (`noop`): how many pages it holds, and how many of them are in the file.
pub(super) fn log_pages(connection: &Connection, mode: &'static str) -> Result<(i64, i64), Failure> {
    let sql = match mode {
        "noop" => "pragma wal_checkpoint(noop)",
        _ => "pragma wal_checkpoint(passive)",
    };
    let pages = connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row([], |row| Ok((row.get(1)?, row.get(2)?))));
    pages.map_err(|error| failure(&error))
}

/// Leaves nothing of what was removed: neither in unused pages nor in the log.
pub(super) fn scrub(connection: &Connection) -> Result<(), Failure> {
    let unused: i64 = connection
        .query_row("pragma freelist_count", [], |row| row.get(0))
        .map_err(|error| failure(&error))?;
    if unused > 0 {
        connection.execute_batch("vacuum").map_err(|error| failure(&error))?;
    }
    let busy: i64 = connection
        .query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))
        .map_err(|error| failure(&error))?;
    // A reader was in the way for longer than is waited for; the log is emptied when the tenant falls asleep.
    if busy != 0 {
        tracing::warn!("The write-ahead log could not be emptied yet; it is when the tenant falls asleep");
    }
    Ok(())
}

/// Whether the file can be read at this moment.
pub(super) fn probe(connection: &Connection) -> Result<(), Failure> {
    connection
        .query_row("select count(*) from sqlite_schema", [], |_| Ok(()))
        .map_err(|error| failure(&error))
}

struct Bound<'a>(&'a Arg);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self.0 {
            Arg::Null(_) => Ok(rusqlite::types::Null.into()),
            Arg::Int(value) => value.to_sql(),
            Arg::Text(value) => Ok(value.as_ref().into()),
            Arg::Uuid(value) => Ok(value.as_bytes().as_slice().into()),
            Arg::Bytes(value) => Ok(value.as_slice().into()),
        }
    }
}

fn create(path: &Path, layout: &Layout) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let made = (|| {
        let file = connect(path, flags)?;
        settle_in(&file)?;
        layout.take(&file, 0)?;
        Ok(file)
    })();
    made.map_err(|error| name_file(failure(&error), path))
}

/// Opens a file that must be ours and not newer than we are. Nothing is written before that is known.
fn open(path: &Path, layout: &Layout) -> Result<Connection, Failure> {
    let named = |error: rusqlite::Error| name_file(failure(&error), path);
    let file = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(named)?;
    let number = |name: &str| file.query_row(&format!("pragma {name}"), [], |row| row.get::<_, i32>(0));
    let (found, taken) = (number("application_id").map_err(named)?, number("user_version").map_err(named)?);
    if found != layout.application {
        return Err(Failure::Unusable(format!(
            "{} is a database, but not one of Galleria's. Move it elsewhere, or choose another folder with --data; it was not touched.",
            path.display()
        )));
    }
    let (taken, known) = (usize::try_from(taken).unwrap_or(0), layout.steps.len());
    if taken > known {
        return Err(Failure::Unusable(format!(
            "{} was written by a newer galleria (layout {taken}, this one knows {known}). Start the newer binary; nothing was changed.",
            path.display()
        )));
    }
    settle_in(&file).map_err(named)?;
    layout.take(&file, taken).map_err(named)?;
    Ok(file)
}

impl Layout {
    /// Takes the steps that the file has not taken, all or none.
    fn take(&self, file: &Connection, taken: usize) -> rusqlite::Result<()> {
        if taken >= self.steps.len() {
            return Ok(());
        }
        let (application, known, steps) = (self.application, self.steps.len(), self.steps[taken..].concat());
        file.execute_batch(&format!(
            "begin immediate; pragma application_id = {application}; pragma user_version = {known}; {steps} commit;"
        ))
    }
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    remember(&connection, 128)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

/// Keeps so many statements prepared. Without the last setting one whose plan might be better for another argument (`x = $1`,
/// `limit $2`) is prepared again for each call.
pub(super) fn remember(connection: &Connection, statements: usize) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(statements);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// What all connections that write have in common. Checkpoints are not left to whoever commits: `home` sees to them.
fn settle_in(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "pragma journal_mode = wal;
         pragma synchronous = full;
         pragma foreign_keys = on;
         pragma secure_delete = fast;
         pragma wal_autocheckpoint = 0;
         pragma cache_size = -4096;",
    )
}

fn upgrade(tenant: &mut Connection, contexts: &'static [Context]) -> Result<(), Failure> {
    let taken = taken(tenant)?;
    let steps = steps::pending(contexts, &taken)?;
    if steps.is_empty() {
        return Ok(());
    }
    let all = tenant
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(|error| failure(&error))?;
    for (context, step) in steps {
        all.execute_batch(step.sql)
            .map_err(|error| Failure::Bug(format!("step {} of {context} failed: {error}", step.name)))?;
        all.execute(
            "insert into migrations (context, number, name) values (?1, ?2, ?3)",
            (context, step.number, step.name),
        )
        .map_err(|error| failure(&error))?;
    }
    all.commit().map_err(|error| failure(&error))
}

fn taken(tenant: &Connection) -> Result<Taken, Failure> {
    let mut statement = tenant
        .prepare("select context, max(number) from migrations group by context")
        .map_err(|error| failure(&error))?;
    // No other binary works on this folder at the same time, so any step that is not known here is too new.
    let rows = statement
        .query_map([], |row| {
            let last = row.get(1)?;
            Ok((row.get(0)?, Steps { last, contracted: last }))
        })
        .map_err(|error| failure(&error))?;
    rows.collect::<Result<Taken, _>>().map_err(|error| failure(&error))
}

/// A failure that a person will read should say which file it is about.
fn name_file(found: Failure, path: &Path) -> Failure {
    let path = path.display();
    match found {
        Failure::Unusable(why) => Failure::Unusable(format!("{path}: {why}")),
        Failure::Unreachable(why) => Failure::Unreachable(format!("{path}: {why}")),
        other => other,
    }
}

pub(super) fn failure(error: &rusqlite::Error) -> Failure {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Failure::Full,
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied,
        ) => Failure::Unreachable(error.to_string()),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Failure::Unusable(format!(
            "it is damaged or not a database ({error}). Restore it from a backup; nothing was overwritten."
        )),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Failure::Overloaded,
        _ => Failure::Bug(error.to_string()),
    }
}
