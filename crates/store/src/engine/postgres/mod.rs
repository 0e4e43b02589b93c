//! One database for many tenants: a schema a context, row-level security on every table.
//!
//! The application signs in with a role that owns nothing. Each transaction begins with the tenant's setting, and the
//! policies do the rest: no statement names a tenant. The setting is local to the transaction, so a pooler may hand
//! the connection to anyone afterwards.

mod arrival;
mod commit;
mod flight;
mod folding;
mod plan;
mod schema;
mod tidings;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType};
use futures_util::TryStreamExt;
use kernel::{Arg, Problem, Rows, TenantId, Timestamp, Write};
use parking_lot::Mutex;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

pub(crate) use self::arrival::Arrival;
use self::flight::{Session, Value, sent};
pub(crate) use self::folding::Folding;
pub(crate) use self::schema::prepare_server;
use super::row::{Raw, Row};
use super::{Each, Server};
use crate::Failure;
use crate::bell::Bell;
use crate::cell::{Clock, Query};
use crate::context::Context;
use crate::form;
use crate::keys::TenantKeys;
use crate::lane::Lane;
use crate::work::{Asked, Done, Work};

/// How long a request waits for a connection before it is told to come back.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

#[derive(Clone)]
pub(crate) struct Database(Arc<Inner>);

struct Inner {
    pool: Pool,
    prepared: bool,
    /// In which form this binary folds.
    form: i64,
    clock: Clock,
    bell: Arc<Bell>,
    /// Where wake-ups are listened to.
    direct: String,
    lanes: Mutex<HashMap<TenantId, Arc<Lane>>>,
    /// When each tenant's old replies were last looked for.
    pruned: Mutex<HashMap<TenantId, Timestamp>>,
}

impl Database {
    pub(super) async fn open(
        server: Server,
        contexts: &'static [Context],
        clock: Clock,
        bell: Arc<Bell>,
    ) -> Result<Self, Failure> {
        let pool = pool(&server)?;
        let database = Self(Arc::new(Inner {
            pool,
            prepared: server.prepared,
            form: form::of(contexts),
            clock,
            bell,
            direct: server.direct_url.clone().unwrap_or(server.url),
            lanes: Mutex::default(),
            pruned: Mutex::default(),
        }));
        schema::check(&database.session().await?, contexts).await?;
        Ok(database)
    }

    pub(super) async fn run(
        &self,
        tenant: TenantId,
        keys: Arc<TenantKeys>,
        asked: Asked,
        work: Work,
    ) -> Result<Done, Problem> {
        let lane = self.0.lanes.lock().entry(tenant).or_default().clone();
        let (ticket, drain) = lane.push(asked, work, keys)?;
        if let Some(drain) = drain {
            tokio::spawn(commit::drain(self.clone(), tenant, drain));
        }
        ticket.answer().await
    }

    /// Answers of one moment, in one flight.
    pub(super) async fn read(
        &self,
        tenant: TenantId,
        queries: &[Query<'_>],
        each: &mut Each<'_>,
    ) -> Result<(), Failure> {
        let begin =
            format!("begin isolation level repeatable read read only; set local app.tenant = '{tenant}'");
        self.ask(&begin, queries, each).await
    }

    /// The tables are everybody's and were brought up to date by `migrate`; there is nothing to do for one tenant.
    pub(super) async fn wake(&self, _tenant: TenantId) -> Result<(), Failure> {
        Ok(())
    }

    /// Gives a new tenant the row that numbers its events.
    pub(super) async fn make(&self, tenant: TenantId) -> Result<(), Failure> {
        let begin = format!("begin; set local app.tenant = '{tenant}'");
        let sql = "insert into heads (one, position, form) values (1, 0, $1)";
        let head = Write::one(sql, vec![Arg::Int(self.0.form)]);
        self.change(&begin, &[head]).await
    }

    pub(super) async fn make_once(&self, tenant: TenantId) -> Result<(), Failure> {
        let begin = format!("begin; set local app.tenant = '{tenant}'");
        let sql = "insert into heads (one, position, form) values (1, 0, $1) on conflict do nothing";
        self.change(&begin, &[Write::any(sql, vec![Arg::Int(self.0.form)])]).await
    }

    pub(super) async fn is_made(&self, tenant: TenantId) -> Result<bool, Failure> {
        let mut made = false;
        self.read(tenant, &[("select 1 from heads", Vec::new())], &mut |_, _| {
            made = true;
            Ok(())
        })
        .await?;
        Ok(made)
    }

    /// In which form the tenant was folded; none when it is not made.
    pub(super) async fn form(&self, tenant: TenantId) -> Result<Option<i64>, Failure> {
        let mut form = None;
        self.read(tenant, &[("select form from heads", Vec::new())], &mut |_, row| {
            form = Some(row.get(0)?);
            Ok(())
        })
        .await?;
        Ok(form)
    }

    pub(super) async fn registry_read(
        &self,
        queries: &[Query<'_>],
        each: &mut Each<'_>,
    ) -> Result<(), Failure> {
        self.ask("begin isolation level repeatable read read only", queries, each).await
    }

    pub(super) async fn registry_write(&self, writes: &[Write]) -> Result<(), Failure> {
        self.change("begin", writes).await
    }

    pub(super) async fn ready(&self) -> Result<(), Failure> {
        self.ask("begin read only", &[("select 1", Vec::new())], &mut |_, _| Ok(())).await
    }

    pub(super) fn close(&self) {
        self.0.pool.close();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.pool.is_closed()
    }

    async fn session(&self) -> Result<Session, Failure> {
        match self.0.pool.get().await {
            Ok(client) => Ok(Session::new(client, self.0.prepared)),
            Err(PoolError::Timeout(TimeoutType::Wait)) => Err(Failure::Overloaded),
            Err(PoolError::Timeout(_)) => {
                Err(Failure::Unreachable("the database did not answer in time".into()))
            }
            Err(PoolError::Backend(error)) => Err(failure(&error)),
            Err(error) => Err(Failure::Unreachable(error.to_string())),
        }
    }

    async fn ask(&self, begin: &str, queries: &[Query<'_>], each: &mut Each<'_>) -> Result<(), Failure> {
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

    async fn ask_once(&self, begin: &str, queries: &[Query<'_>], each: &mut Each<'_>) -> Result<(), Failure> {
        let session = self.session().await?;
        let result = ask(&session, begin, queries, each).await;
        session.give_back(result).await
    }

    async fn change(&self, begin: &str, writes: &[Write]) -> Result<(), Failure> {
        let session = self.session().await?;
        let result = change(&session, begin, writes).await;
        session.give_back(result).await
    }
}

async fn ask(
    session: &Session,
    begin: &str,
    queries: &[Query<'_>],
    each: &mut Each<'_>,
) -> Result<(), Failure> {
    let values: Vec<Vec<Value<'_>>> = queries.iter().map(|(_, args)| Value::each(args)).collect();
    let mut statements = Vec::with_capacity(queries.len());
    for ((sql, _), values) in queries.iter().zip(&values) {
        statements.push(session.statement(sql, values).await?);
    }
    let begin = sent(session.text(begin)).await;
    let mut answers = Vec::with_capacity(queries.len());
    for (statement, values) in statements.iter().zip(&values) {
        answers.push(sent(session.query(statement, values)).await);
    }
    let commit = sent(session.text("commit")).await;
    begin.landed().await?;
    for (number, answer) in answers.into_iter().enumerate() {
        let mut rows = Box::pin(answer.landed().await?);
        while let Some(row) = rows.try_next().await.map_err(|error| failure(&error))? {
            each(number, &Row(Raw::Postgres(&row)))?;
        }
    }
    commit.landed().await
}

async fn change(session: &Session, begin: &str, writes: &[Write]) -> Result<(), Failure> {
    session.text(begin).await?;
    for write in writes {
        let values = Value::each(&write.args);
        let statement = session.statement(write.sql, &values).await?;
        let touched = session.execute(&statement, &values).await?;
        if let Rows::Exactly(expected) = write.rows
            && expected != touched
        {
            return Err(Failure::Bug(format!("{touched} rows instead of {expected}: {}", write.sql)));
        }
    }
    session.text("commit").await
}

fn pool(server: &Server) -> Result<Pool, Failure> {
    let mut config = address(&server.url)?;
    config.connect_timeout(CONNECT_WITHIN).application_name("galleria");
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = match encryption(&config)? {
        Some(tls) => Manager::from_config(config, tls, recycling),
        None => Manager::from_config(config, NoTls, recycling),
    };
    Pool::builder(manager)
        .max_size(server.connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(CONNECT_WITHIN * 2))
        .create_timeout(Some(CONNECT_WITHIN))
        .build()
        .map_err(|error| Failure::Bug(error.to_string()))
}

fn address(url: &str) -> Result<Config, Failure> {
    url.parse().map_err(|error| {
        Failure::Unusable(format!("The database address cannot be read ({error}). Write it as postgres://user:password@host:5432/name."))
    })
}

/// How to encrypt the connection, unless the address says `sslmode=disable`. Servers are believed when an authority that
/// this machine trusts vouches for them.
fn encryption(config: &Config) -> Result<Option<MakeRustlsConnect>, Failure> {
    if config.get_ssl_mode() == SslMode::Disable {
        return Ok(None);
    }
    match MakeRustlsConnect::with_native_certs() {
        Ok((tls, _)) => Ok(Some(tls)),
        Err(_) if config.get_ssl_mode() == SslMode::Prefer => Ok(None),
        Err(_) => Err(Failure::Unusable(
            "The database address asks for encryption, but this machine trusts no certificate authority. Install ca-certificates, or name a bundle in SSL_CERT_FILE.".into(),
        )),
    }
}

fn failure(error: &tokio_postgres::Error) -> Failure {
    let Some(code) = error.code() else {
        return Failure::Unreachable(error.to_string());
    };
    let told = error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned());
    match *code {
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::UNIQUE_VIOLATION
        | SqlState::LOCK_NOT_AVAILABLE
        | SqlState::IN_FAILED_SQL_TRANSACTION => Failure::Conflict,
        // A statement prepared before a migration; the connection is given up and the next one prepares it anew.
        SqlState::FEATURE_NOT_SUPPORTED if told.contains("cached plan") => Failure::Unreachable(told),
        SqlState::DISK_FULL => Failure::Full,
        ref other if other.code() == "GA001" => Failure::Frozen,
        SqlState::INSUFFICIENT_PRIVILEGE | SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN => {
            Failure::Bug(told)
        }
        SqlState::INVALID_PASSWORD
        | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
        | SqlState::INVALID_CATALOG_NAME => Failure::Unusable(format!(
            "The database does not let us in: {told}. Check user, password and database name in the address."
        )),
        ref other if ["08", "53", "57", "58"].contains(&&other.code()[..2]) => Failure::Unreachable(told),
        ref other => Failure::Bug(format!("{told} ({})", other.code())),
    }
}
