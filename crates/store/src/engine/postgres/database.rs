//! The database: a pool of connections, and what is read and written through it for one tenant or for the cell.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;

use deadpool::managed::{PoolError, TimeoutType};
use futures_util::TryStreamExt;
use kernel::{Arg, Rows, TenantId, Timestamp, Write};
use parking_lot::Mutex;

use super::connect::{Pool, pool};
use super::failure::failure;
use super::pipeline::{Begin, Order, Session, Value, all_landed, commit, touched};
use super::schema;
use super::waiting::Waiting;
use crate::Failure;
use crate::clock::Clock;
use crate::commit_signal::CommitSignal;
use crate::context::{Context, form_of};
use crate::engine::opening::Server;
use crate::engine::query::{Each, Query};
use crate::engine::row::{Raw, Row};
use crate::work::Lane;

#[derive(Clone)]
pub(crate) struct Database(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) pool: Pool,
    pub(super) prepared: bool,
    /// In which form this binary folds.
    pub(super) form: i64,
    pub(super) clock: Clock,
    pub(super) commits: Arc<CommitSignal>,
    /// Where wake-ups are listened to.
    pub(super) direct: String,
    pub(super) lanes: Mutex<HashMap<TenantId, Arc<Lane>>>,
    pub(super) waiting: Mutex<Waiting>,
    /// When each tenant's old replies were last looked for.
    pub(super) pruned: Mutex<HashMap<TenantId, Timestamp>>,
}

/// Of a stream, `$1`, columns of the events after a version, `$2`, in order, `$3` of them at the most.
pub(in crate::engine) fn of_stream(columns: &str) -> String {
    format!("select {columns} from events where stream_id = $1 and version > $2 order by version limit $3")
}

impl Database {
    pub(in crate::engine) async fn open(
        server: Server,
        contexts: &'static [Context],
        clock: Clock,
        commits: Arc<CommitSignal>,
    ) -> Result<Self, Failure> {
        let pool = pool(&server)?;
        let database = Self(Arc::new(Inner {
            pool,
            prepared: server.prepared,
            form: form_of(contexts),
            clock,
            commits,
            direct: server.direct_url.clone().unwrap_or(server.url),
            lanes: Mutex::default(),
            waiting: Mutex::default(),
            pruned: Mutex::default(),
        }));
        schema::check(&database.session().await?, contexts).await?;
        Ok(database)
    }

    /// Answers of one moment, in one round trip.
    pub(in crate::engine) async fn read(
        &self,
        tenant: TenantId,
        queries: &[Query<'_>],
        each: &mut Each<'_>,
    ) -> Result<(), Failure> {
        self.ask(Begin::reading(Some(tenant)), queries, each).await
    }

    /// The tables are everybody's and were brought up to date by `migrate`; there is nothing to do for one tenant.
    pub(in crate::engine) async fn wake(&self, _tenant: TenantId) -> Result<(), Failure> {
        Ok(())
    }

    /// Gives a new tenant the row that numbers its events.
    pub(in crate::engine) async fn make(&self, tenant: TenantId) -> Result<(), Failure> {
        let sql = "insert into heads (one, position, form) values (1, 0, $1)";
        let head = Write::one(sql, vec![Arg::Int(self.0.form)]);
        self.change(Some(tenant), &[head]).await
    }

    pub(in crate::engine) async fn make_once(&self, tenant: TenantId) -> Result<(), Failure> {
        let sql = "insert into heads (one, position, form) values (1, 0, $1) on conflict do nothing";
        self.change(Some(tenant), &[Write::any(sql, vec![Arg::Int(self.0.form)])]).await
    }

    pub(in crate::engine) async fn is_made(&self, tenant: TenantId) -> Result<bool, Failure> {
        let mut made = false;
        self.read(tenant, &[("select 1 from heads", Vec::new())], &mut |_, _| {
            made = true;
            Ok(())
        })
        .await?;
        Ok(made)
    }

    /// In which form the tenant was folded; none when it is not made.
    pub(in crate::engine) async fn form(&self, tenant: TenantId) -> Result<Option<i64>, Failure> {
        let mut form = None;
        self.read(tenant, &[("select form from heads", Vec::new())], &mut |_, row| {
            form = Some(row.get(0)?);
            Ok(())
        })
        .await?;
        Ok(form)
    }

    pub(in crate::engine) async fn registry_read(
        &self,
        queries: &[Query<'_>],
        each: &mut Each<'_>,
    ) -> Result<(), Failure> {
        self.ask(Begin::reading(None), queries, each).await
    }

    pub(in crate::engine) async fn registry_write(&self, writes: &[Write]) -> Result<(), Failure> {
        self.change(None, writes).await
    }

    pub(in crate::engine) async fn ready(&self) -> Result<(), Failure> {
        self.ask(Begin::reading(None), &[("select 1", Vec::new())], &mut |_, _| Ok(())).await
    }

    pub(in crate::engine) fn close(&self) {
        self.0.pool.close();
    }

    pub(in crate::engine) fn is_closed(&self) -> bool {
        self.0.pool.is_closed()
    }

    pub(super) async fn session(&self) -> Result<Session, Failure> {
        match self.0.pool.get().await {
            Ok(client) => Ok(Session::new(client, self.0.prepared)),
            Err(PoolError::Timeout(TimeoutType::Wait)) => Err(Failure::Overloaded),
            Err(PoolError::Timeout(_)) => {
                Err(Failure::Unreachable("the database did not answer in time".into()))
            }
            Err(PoolError::Backend(failure)) => Err(failure),
            Err(error) => Err(Failure::Unreachable(error.to_string())),
        }
    }

    pub(super) async fn ask(
        &self,
        begin: Begin,
        queries: &[Query<'_>],
        each: &mut Each<'_>,
    ) -> Result<(), Failure> {
        // A connection that died while it lay in the pool shows only when it is used; a read may simply be asked again.
        let mut answered = false;
        let first = self
            .ask_once(begin, queries, &mut |number, row| {
                answered = true;
                each(number, row)
            })
            .await;
        match first {
            Err(Failure::Unreachable(_) | Failure::Conflict) if !answered => {
                self.ask_once(begin, queries, each).await
            }
            result => result,
        }
    }

    async fn ask_once(
        &self,
        begin: Begin,
        queries: &[Query<'_>],
        each: &mut Each<'_>,
    ) -> Result<(), Failure> {
        let session = self.session().await?;
        let result = ask(&session, begin, queries, each).await;
        session.give_back(result).await
    }

    /// Changes a tenant's rows, or the cell's own.
    pub(super) async fn change(&self, tenant: Option<TenantId>, writes: &[Write]) -> Result<(), Failure> {
        let session = self.session().await?;
        let result = change(&session, tenant, writes).await;
        session.give_back(result).await
    }
}

async fn ask(
    session: &Session,
    begin: Begin,
    queries: &[Query<'_>],
    each: &mut Each<'_>,
) -> Result<(), Failure> {
    let mut orders = begin.orders();
    let first = orders.len();
    orders.extend(queries.iter().map(|(sql, args)| ((*sql).into(), Value::each(args))));
    orders.push(commit());
    for (number, answer) in session.send(&orders).await?.into_iter().enumerate() {
        let asked = number.checked_sub(first).filter(|number| *number < queries.len());
        let mut rows = pin!(answer.landed().await?);
        while let Some(row) = rows.try_next().await.map_err(|error| failure(&error))? {
            if let Some(number) = asked {
                each(number, &Row(Raw::Postgres(&row)))?;
            }
        }
    }
    Ok(())
}

async fn change(session: &Session, tenant: Option<TenantId>, writes: &[Write]) -> Result<(), Failure> {
    // Nothing is sent that would stand by itself if the transaction had not begun.
    all_landed(session.send(&Begin::writing(tenant).orders()).await?).await?;
    let orders: Vec<Order<'_>> =
        writes.iter().map(|write| (write.sql.into(), Value::each(&write.args))).collect();
    let written = session.send(&orders).await?;
    for (write, answer) in writes.iter().zip(written) {
        let touched = touched(answer.landed().await?).await?;
        if let Rows::Exactly(expected) = write.rows
            && expected != touched
        {
            return Err(Failure::Bug(format!("{touched} rows instead of {expected}: {}", write.sql)));
        }
    }
    all_landed(session.send(&[commit()]).await?).await
}
