//! The two databases behind one face. Outside this folder nobody knows which one is running.

mod opening;
mod postgres;
mod query;
mod row;
mod sqlite;
mod steps;
mod table;

use std::sync::Arc;

use kernel::{Actor, Arg, CorrelationId, Problem, TenantId, Timestamp, Write};
use uuid::Uuid;

pub use opening::{Folder, Opening, Server};
pub use postgres::prepare_server;
pub use query::Query;
pub(crate) use query::{Each, Found};
pub use row::{Column, Row};
pub(crate) use sqlite::Scratch;
pub(crate) use table::Table;

use crate::Failure;
use crate::clock::Clock;
use crate::commit_signal::CommitSignal;
use crate::context::Context;
use crate::keys::TenantKeys;
use crate::work::{Asked, Done, Guard, Work};

/// A tenant on its way in. Nobody sees it before it is whole.
pub(crate) enum Arrival {
    Sqlite(sqlite::Arrival),
    Postgres(postgres::Arrival),
}

impl Arrival {
    pub(crate) async fn write(&mut self, writes: &[Write]) -> Result<(), Failure> {
        match self {
            Self::Sqlite(arrival) => arrival.write(writes),
            Self::Postgres(arrival) => arrival.write(writes).await,
        }
    }

    /// What was written until now.
    pub(crate) async fn read(&mut self, query: &Query<'_>, each: &mut Each<'_>) -> Result<(), Failure> {
        match self {
            Self::Sqlite(arrival) => arrival.read(query, each),
            Self::Postgres(arrival) => arrival.read(query, each).await,
        }
    }

    /// It is whole; its log ends at `head`.
    pub(crate) async fn finish(self, head: i64) -> Result<(), Failure> {
        match self {
            Self::Sqlite(arrival) => arrival.finish(),
            Self::Postgres(arrival) => arrival.finish(head).await,
        }
    }

    /// It is not wanted. A file that is half written is removed with the tenant's place.
    pub(crate) async fn undo(self) {
        if let Self::Postgres(arrival) = self {
            arrival.undo().await;
        }
    }
}

/// A tenant whose tables and states are written anew, all in one step. Until it ends nobody else changes them.
pub(crate) enum Folding {
    Sqlite(sqlite::Folding),
    Postgres(postgres::Folding),
}

impl Folding {
    /// In which form it is.
    pub(crate) async fn form(&mut self) -> Result<i64, Failure> {
        match self {
            Self::Sqlite(folding) => folding.form(),
            Self::Postgres(folding) => folding.form().await,
        }
    }

    pub(crate) async fn read(&mut self, query: &Query<'_>, each: &mut Each<'_>) -> Result<(), Failure> {
        match self {
            Self::Sqlite(folding) => folding.read(query, each),
            Self::Postgres(folding) => folding.read(query, each).await,
        }
    }

    pub(crate) async fn empty(&mut self, table: &Table) -> Result<(), Failure> {
        match self {
            Self::Sqlite(folding) => folding.empty(table),
            Self::Postgres(folding) => folding.empty(table).await,
        }
    }

    pub(crate) async fn insert(&mut self, table: &Table, rows: &[Vec<Arg>]) -> Result<(), Failure> {
        match self {
            Self::Sqlite(folding) => folding.insert(table, rows),
            Self::Postgres(folding) => folding.insert(table, rows).await,
        }
    }

    /// All of it is there now, in this form; or it failed, and nothing has changed.
    pub(crate) async fn end(self, put: Result<i64, Failure>) -> Result<(), Failure> {
        match self {
            Self::Sqlite(folding) => folding.end(put),
            Self::Postgres(folding) => folding.end(put).await,
        }
    }
}

#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(sqlite::Files),
    Postgres(postgres::Database),
}

impl Engine {
    pub(crate) async fn open(
        opening: Opening,
        contexts: &'static [Context],
        clock: Clock,
        commits: Arc<CommitSignal>,
    ) -> Result<Self, Failure> {
        match opening {
            Opening::Folder(folder) => {
                sqlite::Files::open(folder, contexts, clock, commits).await.map(Self::Sqlite)
            }
            Opening::Server(server) => {
                postgres::Database::open(server, contexts, clock, commits).await.map(Self::Postgres)
            }
        }
    }

    /// Says of each of the tenants that is behind with a subscriber, or has a job that is due, that it is so, and of
    /// each that has something due later, when.
    pub(crate) async fn behind(
        &self,
        tenants: Vec<TenantId>,
        subscribers: &[&'static str],
        now: Timestamp,
        found: &Found<'_>,
    ) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.behind(tenants, subscribers, now, found).await,
            Self::Postgres(database) => database.behind(subscribers, now, found).await,
        }
    }

    /// Tells the other nodes of a shared cell what was committed here, and this one what was committed there.
    pub(crate) fn notify(
        &self,
        commits: Arc<CommitSignal>,
    ) -> Option<impl Future<Output = ()> + Send + 'static> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(database) => Some(database.clone().notify(commits)),
        }
    }

    /// Whether other processes may work on the same cell.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub(crate) async fn run(
        &self,
        tenant: TenantId,
        keys: Arc<TenantKeys>,
        asked: Asked,
        work: Work,
    ) -> Result<Done, Problem> {
        match self {
            Self::Sqlite(files) => files.run(tenant, keys, asked, work).await,
            Self::Postgres(database) => database.run(tenant, keys, asked, work).await,
        }
    }

    /// Changes the store's own rows of a tenant, all or none. A row that is not as it was expected is someone else's now.
    pub(crate) async fn tend(
        &self,
        tenant: TenantId,
        keys: Arc<TenantKeys>,
        writes: Vec<Write>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        match self {
            Self::Sqlite(files) => {
                let mut asked = Asked::by(Actor::system(), CorrelationId::new(), now);
                asked.guard = Some(Guard(writes));
                files.run(tenant, keys, asked, Work::nothing()).await.map(|_| ())
            }
            // Beside the tenant's lane: these rows are in nobody's way.
            Self::Postgres(database) => database.tend(tenant, &writes).await.map_err(Problem::from),
        }
    }

    /// Answers of one moment.
    pub(crate) async fn read(
        &self,
        tenant: TenantId,
        queries: &[Query<'_>],
        each: &mut Each<'_>,
    ) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.read(tenant, queries, each).await,
            Self::Postgres(database) => database.read(tenant, queries, each).await,
        }
    }

    /// Asks for columns of the events of a stream, `$1`, after a version, `$2`, in order, `$3` of them at the most.
    pub(crate) fn of_stream(&self, columns: &str) -> String {
        match self {
            Self::Sqlite(_) => sqlite::of_stream(columns),
            Self::Postgres(_) => postgres::of_stream(columns),
        }
    }

    /// Asks for the positions of events from which the rest of their stream is not found, where that can be.
    pub(crate) fn astray(&self) -> Option<&'static str> {
        match self {
            Self::Sqlite(_) => Some(sqlite::ASTRAY),
            Self::Postgres(_) => None,
        }
    }

    /// The column in whose order all rows of one of the store's own tables are read page by page, when it is not the key.
    pub(crate) fn in_order_of(&self, table: &str) -> Option<&'static str> {
        match self {
            Self::Sqlite(_) if table == "replies" => Some("id"),
            Self::Sqlite(_) | Self::Postgres(_) => None,
        }
    }

    /// Has a server count what has grown, for as long as it is let. In files, plans are made without counting.
    pub(crate) fn count_what_grew(&self) -> Option<impl Future<Output = ()> + Send + 'static> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(database) => Some(database.clone().count_what_grew()),
        }
    }

    /// Opens the tenant's storage and brings it up to date.
    pub(crate) async fn wake(&self, tenant: TenantId) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.wake(tenant).await,
            Self::Postgres(database) => database.wake(tenant).await,
        }
    }

    /// In which form the tenant was folded; none when it is not made.
    pub(crate) async fn form(&self, tenant: TenantId) -> Result<Option<i64>, Failure> {
        match self {
            Self::Sqlite(files) => files.form(tenant).await.map(Some),
            Self::Postgres(database) => database.form(tenant).await,
        }
    }

    /// Begins to write the tenant's tables and states anew.
    pub(crate) async fn fold(&self, tenant: TenantId) -> Result<Folding, Failure> {
        match self {
            Self::Sqlite(files) => files.fold(tenant).await.map(Folding::Sqlite),
            Self::Postgres(database) => database.fold(tenant).await.map(Folding::Postgres),
        }
    }

    /// Makes the storage of a new tenant.
    pub(crate) async fn make(&self, tenant: TenantId) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.make(tenant).await,
            Self::Postgres(database) => database.make(tenant).await,
        }
    }

    /// Overwrites what was removed and may still lie in unused places of the storage, where that is in our hands.
    pub(crate) async fn scrub(&self, tenant: TenantId) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.scrub(tenant).await,
            // The server reuses the space of dead rows after a vacuum, which is its owner's to run.
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Begins to write a tenant that nobody sees yet, while its journey has this fence.
    pub(crate) async fn arrive(&self, tenant: TenantId, fence: Uuid) -> Result<Arrival, Failure> {
        match self {
            // Nobody else can work on the folder.
            Self::Sqlite(files) => files.arrive(tenant).await.map(Arrival::Sqlite),
            Self::Postgres(database) => database.arrive(tenant, fence).await.map(Arrival::Postgres),
        }
    }

    /// Holds back everything that would be written to the tenant's log, until a moment, on every node.
    pub(crate) async fn freeze(&self, tenant: TenantId, until: Timestamp) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.freeze(tenant, until.as_micros()).await,
            Self::Postgres(database) => database.freeze(tenant, until.as_micros()).await,
        }
    }

    /// Holds it back for ever, if it was held back until then all the time and the log still ends at `head`.
    pub(crate) async fn depart(&self, tenant: TenantId, until: Timestamp, head: i64) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.depart(tenant, until.as_micros(), head).await,
            Self::Postgres(database) => database.depart(tenant, until.as_micros(), head).await,
        }
    }

    /// Whether the log is held back for ever. A file is not, once its process has ended.
    pub(crate) async fn is_departed(&self, tenant: TenantId) -> Result<bool, Failure> {
        match self {
            Self::Sqlite(_) => Ok(false),
            Self::Postgres(database) => database.is_departed(tenant).await,
        }
    }

    /// Removes everything of a tenant that has departed.
    pub(crate) async fn purge(&self, tenant: TenantId) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.purge(tenant).await,
            Self::Postgres(database) => database.purge(tenant).await,
        }
    }

    /// Whether the storage is there.
    pub(crate) async fn is_made(&self, tenant: TenantId) -> Result<bool, Failure> {
        match self {
            Self::Sqlite(files) => Ok(files.is_made(tenant)),
            Self::Postgres(database) => database.is_made(tenant).await,
        }
    }

    /// Makes the storage, unless it is there.
    pub(crate) async fn make_once(&self, tenant: TenantId) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.make_once(tenant).await,
            Self::Postgres(database) => database.make_once(tenant).await,
        }
    }

    pub(crate) async fn registry_read(
        &self,
        queries: &[Query<'_>],
        each: &mut Each<'_>,
    ) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.registry_read(queries, each),
            Self::Postgres(database) => database.registry_read(queries, each).await,
        }
    }

    pub(crate) async fn registry_write(&self, writes: &[Write]) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.registry_write(writes),
            Self::Postgres(database) => database.registry_write(writes).await,
        }
    }

    pub(crate) async fn ready(&self) -> Result<(), Failure> {
        match self {
            Self::Sqlite(files) => files.ready(),
            Self::Postgres(database) => database.ready().await,
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(files) => files.close().await,
            Self::Postgres(database) => database.close(),
        }
    }
}
