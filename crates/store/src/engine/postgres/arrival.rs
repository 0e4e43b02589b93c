//! A tenant on its way in. It is written in parts, which nobody sees before the registry says that it lives here; what
//! was begun and not ended is swept away with its place.

use futures_util::TryStreamExt;
use kernel::{Arg, TenantId, Write};
use uuid::Uuid;

use super::database::Database;
use super::failure::failure;
use super::pipeline::{Order, Session, Value, all_landed};
use super::plan::{Part, in_order, in_rounds, statement};
use crate::Failure;
use crate::engine::query::{Each, Query};
use crate::engine::row::{Raw, Row};

/// How many statements are under way at once.
const AT_ONCE: usize = 256;

/// How many writes are committed together. A row that is changed again and again in one transaction leaves a version
/// behind each time, and all of them are walked to find the newest.
const TOGETHER: usize = 20_000;

pub(crate) struct Arrival {
    session: Session,
    tenant: TenantId,
    fence: Uuid,
    form: i64,
    written: usize,
}

/// Asked before each part is committed: whoever takes the journey over comes before it, and nothing of the part stays, or
/// after it, and finds all that was written.
const FENCED: &str = "select 1 from journeys where tenant = $1 and fence = $2 for key share";

impl Database {
    pub(in crate::engine) async fn arrive(&self, tenant: TenantId, fence: Uuid) -> Result<Arrival, Failure> {
        let arrival =
            Arrival { session: self.session().await?, tenant, fence, form: self.0.form, written: 0 };
        arrival.begin().await?;
        Ok(arrival)
    }

    /// Holds back everything that would be written to the tenant's log, until a moment.
    pub(in crate::engine) async fn freeze(&self, tenant: TenantId, until: i64) -> Result<(), Failure> {
        let write = Write::one(
            "update heads set frozen = $1 where frozen < 9223372036854775807",
            vec![Arg::Int(until)],
        );
        self.tend(tenant, &[write]).await
    }

    /// Holds it back for ever, if it was held back until then all the time and nothing was written.
    pub(in crate::engine) async fn depart(
        &self,
        tenant: TenantId,
        until: i64,
        head: i64,
    ) -> Result<(), Failure> {
        let sql = "update heads set frozen = 9223372036854775807 where frozen in ($1, 9223372036854775807) and position = $2";
        self.tend(tenant, &[Write::one(sql, vec![Arg::Int(until), Arg::Int(head)])]).await
    }

    pub(in crate::engine) async fn is_departed(&self, tenant: TenantId) -> Result<bool, Failure> {
        let mut departed = false;
        let query = ("select frozen from heads", Vec::new());
        self.read(tenant, &[query], &mut |_, row| {
            departed = row.get::<i64>(0)? == i64::MAX;
            Ok(())
        })
        .await?;
        Ok(departed)
    }

    /// Changes rows that nobody else should have changed; a row that is not there any more is someone else's now.
    pub(in crate::engine) async fn tend(&self, tenant: TenantId, writes: &[Write]) -> Result<(), Failure> {
        let changed = self.change(Some(tenant), writes).await;
        changed.map_err(|failure| match failure {
            Failure::Bug(_) | Failure::Conflict => Failure::Stale,
            other => other,
        })
    }

    /// Removes every row of a tenant that has departed.
    pub(in crate::engine) async fn purge(&self, tenant: TenantId) -> Result<(), Failure> {
        let session = self.session().await?;
        let result = purge(&session, tenant).await;
        session.give_back(result).await
    }
}

impl Arrival {
    pub(crate) async fn write(&mut self, writes: &[Write]) -> Result<(), Failure> {
        self.session.text("savepoint batch").await?;
        let together = match in_rounds(writes) {
            Some(rounds) => self.run(rounds).await,
            None => Err(Failure::Conflict),
        };
        match together {
            // What cannot be moved past each other is written one after the other.
            Err(Failure::Bug(_) | Failure::Conflict) => {
                self.session.text("rollback to savepoint batch").await?;
                self.run(in_order(writes).into_iter().map(|part| vec![part]).collect()).await?;
            }
            together => together?,
        }
        self.session.text("release savepoint batch").await?;
        self.written += writes.len();
        if self.written >= TOGETHER {
            self.written = 0;
            self.still_ours().await?;
            self.session.text("commit").await?;
            self.begin().await?;
        }
        Ok(())
    }

    /// What was written until now.
    pub(crate) async fn read(&mut self, (sql, args): &Query<'_>, each: &mut Each<'_>) -> Result<(), Failure> {
        let values = Value::each(args);
        let statement = self.session.statement(sql, &values).await?;
        let mut rows = Box::pin(self.session.query(&statement, &values).await?);
        while let Some(row) = rows.try_next().await.map_err(|error| failure(&error))? {
            each(0, &Row(Raw::Postgres(&row)))?;
        }
        Ok(())
    }

    pub(crate) async fn finish(self, head: i64) -> Result<(), Failure> {
        let sql = "insert into heads (one, position, form) values (1, $1, $2)";
        let heads = Write::one(sql, vec![Arg::Int(head), Arg::Int(self.form)]);
        let ready = match self.run(vec![in_order(&[heads])]).await {
            Ok(()) => self.still_ours().await,
            Err(failure) => Err(failure),
        };
        let result = match ready {
            // What is durable now makes everything before it durable.
            Ok(()) => self.session.text("set local synchronous_commit = on; commit").await,
            Err(failure) => Err(failure),
        };
        self.session.give_back(result).await
    }

    pub(crate) async fn undo(self) {
        let _ = self.session.give_back::<()>(Err(Failure::Conflict)).await;
    }

    /// Begins a part.
    async fn begin(&self) -> Result<(), Failure> {
        let tenant = self.tenant;
        let begin = format!(
            "begin; set local app.tenant = '{tenant}'; set local idle_in_transaction_session_timeout = 0; set local synchronous_commit = off"
        );
        self.session.text(&begin).await
    }

    /// Refuses what comes after somebody else has taken the journey over.
    async fn still_ours(&self) -> Result<(), Failure> {
        let args = [Arg::from(self.tenant), Arg::Uuid(self.fence)];
        match self.session.execute(&(FENCED.into(), Value::each(&args))).await? {
            0 => Err(Failure::Stale),
            _ => Ok(()),
        }
    }

    async fn run(&self, rounds: Vec<Vec<Part<'_>>>) -> Result<(), Failure> {
        let orders: Vec<Order<'_>> =
            rounds.into_iter().filter(|round| !round.is_empty()).map(statement).collect();
        // One behind the other, a number of them without waiting in between.
        for some in orders.chunks(AT_ONCE) {
            let answers = self.session.send(some).await?;
            all_landed(answers).await?;
        }
        Ok(())
    }
}

async fn purge(session: &Session, tenant: TenantId) -> Result<(), Failure> {
    let tables = "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
        where c.relkind = 'r' and c.relforcerowsecurity and has_table_privilege(c.oid, 'delete') order by c.oid desc";
    let none: [Value<'_>; 0] = [];
    let statement = session.statement(tables, &none).await?;
    let mut left: Vec<String> = Vec::new();
    let mut rows = Box::pin(session.query(&statement, &none).await?);
    while let Some(row) = rows.try_next().await.map_err(|error| failure(&error))? {
        left.push(row.get(0));
    }
    session.text(&format!("begin; set local app.tenant = '{tenant}'; set local enable_seqscan = on; set local enable_bitmapscan = on")).await?;
    // A table that another one still refers to is emptied after that one.
    for _ in 0..8 {
        let mut waits = Vec::new();
        for table in left {
            session.text("savepoint one").await?;
            match session.text(&format!("delete from {table}")).await {
                Ok(()) => session.text("release savepoint one").await?,
                Err(Failure::Bug(_) | Failure::Conflict) => {
                    session.text("rollback to savepoint one").await?;
                    waits.push(table);
                }
                Err(failure) => return Err(failure),
            }
        }
        if waits.is_empty() {
            return session.text("commit").await;
        }
        left = waits;
    }
    Err(Failure::Bug(format!("these tables could not be emptied: {}", left.join(", "))))
}
