//! Statements sent one behind the other without waiting in between: a flight, which costs one round trip.
//!
//! A request goes out when its future is first polled. [`sent`] polls it once, so that the order of the calls is the
//! order on the wire, and hands back what is left to wait for.

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use bytes::BytesMut;
use futures_util::TryStreamExt;
use kernel::{Arg, ArgKind, TenantId};
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{RowStream, Statement};
use uuid::Uuid;

use super::connect::Connection;
use super::failure::failure;
use crate::Failure;
use crate::engine::table::Kind;

/// How many statements a connection keeps prepared. Each costs the server memory for as long as it is kept.
const PREPARED_AT_MOST: usize = 400;

/// A connection that is ours for a transaction.
pub(super) struct Session {
    /// Gone once it was given back.
    client: Option<Connection>,
    prepared: bool,
}

/// Whoever was cut off in the middle, by a time limit or because nobody waits any more, has left a transaction open. The
/// next one to get the connection would write into it, so it is closed.
impl Drop for Session {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Connection::take(client));
        }
    }
}

/// A statement, and the values that it takes.
pub(super) type Order<'a> = (Cow<'a, str>, Vec<Value<'a>>);

/// How a transaction begins. These are statements like any other, so that they fly with what follows them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begin {
    sql: &'static str,
    /// Whose rows it sees; none of a tenant's when it is the cell's own.
    tenant: Option<TenantId>,
}

impl Begin {
    /// To read what was so in one moment.
    pub(super) const fn reading(tenant: Option<TenantId>) -> Self {
        Self { sql: "begin isolation level repeatable read read only", tenant }
    }

    /// To call one function of the database's.
    pub(super) const fn calling() -> Self {
        Self { sql: "begin", tenant: None }
    }

    pub(super) const fn writing(tenant: Option<TenantId>) -> Self {
        Self { sql: "begin", tenant }
    }

    pub(super) fn orders<'a>(self) -> Vec<Order<'a>> {
        let mut orders = vec![(self.sql.into(), Vec::new())];
        orders.extend(self.tenant.map(rows_of));
        orders
    }
}

/// From here on the transaction sees the rows of this tenant.
pub(super) fn rows_of<'a>(tenant: TenantId) -> Order<'a> {
    ("select set_config('app.tenant', $1, true)".into(), vec![Value::Tenant(tenant)])
}

/// The same, and it does not wait long for what others hold.
pub(super) fn hurried_rows_of<'a>(tenant: TenantId) -> Order<'a> {
    let sql = "select set_config('app.tenant', $1, true), set_config('lock_timeout', '100ms', true)";
    (sql.into(), vec![Value::Tenant(tenant)])
}

pub(super) fn commit<'a>() -> Order<'a> {
    ("commit".into(), Vec::new())
}

/// A statement, kept prepared by the server or sent as text each time.
pub(super) enum Ready {
    Prepared(Statement),
    Text(String, Vec<Type>),
}

/// An argument on its way out: one value, or a column of them.
#[derive(Debug)]
pub(super) enum Value<'a> {
    One(&'a Arg),
    Int(i64),
    Tenant(TenantId),
    Uuids(Vec<Uuid>),
    Texts(Vec<Option<&'a str>>),
    Ints(Vec<Option<i64>>),
    Blobs(Vec<&'a [u8]>),
    NullableUuids(Vec<Option<Uuid>>),
    NullableBlobs(Vec<Option<&'a [u8]>>),
}

impl Session {
    pub(super) fn new(client: Connection, prepared: bool) -> Self {
        Self { client: Some(client), prepared }
    }

    fn client(&self) -> &Connection {
        self.client.as_ref().expect("a session that was given back is used no more")
    }

    pub(super) async fn statement(&self, sql: &str, values: &[Value<'_>]) -> Result<Ready, Failure> {
        let types: Vec<Type> = values.iter().map(Value::kind).collect();
        if !self.prepared {
            return Ok(Ready::Text(sql.to_owned(), types));
        }
        let cache = &self.client().statement_cache;
        if cache.size() >= PREPARED_AT_MOST {
            // Those that are still in use are prepared again; the server forgets the others with their plans.
            cache.clear();
        }
        self.client()
            .prepare_typed_cached(sql, &types)
            .await
            .map(Ready::Prepared)
            .map_err(|error| failure(&error))
    }

    pub(super) async fn query(&self, statement: &Ready, values: &[Value<'_>]) -> Result<RowStream, Failure> {
        let rows = match statement {
            Ready::Prepared(statement) => self.client().query_raw(statement, values).await,
            Ready::Text(sql, types) => {
                self.client().query_typed_raw(sql, values.iter().zip(types.iter().cloned())).await
            }
        };
        rows.map_err(|error| failure(&error))
    }

    /// Sends the statements one behind the other; each answer is still to be waited for. What cannot be sent is the last.
    pub(super) async fn send<'f>(&'f self, orders: &'f [Order<'_>]) -> Result<Vec<Answer<'f>>, Failure> {
        let mut statements = Vec::with_capacity(orders.len());
        for (sql, values) in orders {
            statements.push(self.statement(sql, values).await?);
        }
        let mut answers = Vec::with_capacity(orders.len());
        for (statement, (_, values)) in statements.into_iter().zip(orders) {
            let answer = sent(async move { self.query(&statement, values).await }).await;
            let unsent = matches!(answer, Sent::Landed(Err(_)));
            answers.push(answer);
            if unsent {
                break;
            }
        }
        Ok(answers)
    }

    /// How many rows the statement touched.
    pub(super) async fn execute(&self, order: &Order<'_>) -> Result<u64, Failure> {
        let (sql, values) = order;
        touched(self.query(&self.statement(sql, values).await?, values).await?).await
    }

    /// Statements without arguments.
    pub(super) async fn text(&self, sql: &str) -> Result<(), Failure> {
        self.client().batch_execute(sql).await.map_err(|error| failure(&error))
    }

    /// Ends what is unfinished after a failure, or gives the connection up when that cannot be done.
    pub(super) async fn give_back<T>(mut self, result: Result<T, Failure>) -> Result<T, Failure> {
        let clean = match &result {
            Ok(_) => true,
            Err(Failure::Unreachable(_) | Failure::Unknown) => false,
            Err(_) => self.text("rollback").await.is_ok(),
        };
        if clean {
            drop(self.client.take());
        }
        result
    }
}

impl<'a> Value<'a> {
    pub(super) fn each(args: &'a [Arg]) -> Vec<Self> {
        args.iter().map(Value::One).collect()
    }

    /// One argument of many writes.
    pub(super) fn column(args: impl Iterator<Item = &'a Arg> + Clone) -> Self {
        let kind = match args.clone().map(Arg::kind).find(|kind| *kind != ArgKind::Unknown) {
            Some(ArgKind::Int) => Kind::Bigint,
            Some(ArgKind::Uuid) => Kind::Uuid,
            Some(ArgKind::Bytes) => Kind::Bytea,
            _ => Kind::Text,
        };
        Self::column_of(kind, args)
    }

    /// One column of many rows.
    pub(super) fn column_of(kind: Kind, args: impl Iterator<Item = &'a Arg>) -> Self {
        match kind {
            Kind::Bigint => Self::Ints(
                args.map(|arg| if let Arg::Int(value) = arg { Some(*value) } else { None }).collect(),
            ),
            Kind::Uuid => Self::NullableUuids(
                args.map(|arg| if let Arg::Uuid(value) = arg { Some(*value) } else { None }).collect(),
            ),
            Kind::Bytea => Self::NullableBlobs(
                args.map(|arg| if let Arg::Bytes(value) = arg { Some(value.as_slice()) } else { None })
                    .collect(),
            ),
            Kind::Text => Self::Texts(
                args.map(|arg| if let Arg::Text(value) = arg { Some(value.as_ref()) } else { None })
                    .collect(),
            ),
        }
    }

    /// The name of a column's type.
    pub(super) fn array(&self) -> &'static str {
        match self {
            Self::Ints(_) => "bigint[]",
            Self::Uuids(_) | Self::NullableUuids(_) => "uuid[]",
            Self::Blobs(_) | Self::NullableBlobs(_) => "bytea[]",
            _ => "text[]",
        }
    }

    fn kind(&self) -> Type {
        match self {
            Self::One(arg) => match arg.kind() {
                ArgKind::Int => Type::INT8,
                ArgKind::Text => Type::TEXT,
                ArgKind::Uuid => Type::UUID,
                ArgKind::Bytes => Type::BYTEA,
                // The server finds out by itself what it would be.
                ArgKind::Unknown => Type::UNKNOWN,
            },
            Self::Int(_) => Type::INT8,
            Self::Tenant(_) => Type::TEXT,
            Self::Uuids(_) | Self::NullableUuids(_) => Type::UUID_ARRAY,
            Self::Texts(_) => Type::TEXT_ARRAY,
            Self::Ints(_) => Type::INT8_ARRAY,
            Self::Blobs(_) | Self::NullableBlobs(_) => Type::BYTEA_ARRAY,
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::One(Arg::Null(_)) => Ok(IsNull::Yes),
            Self::One(Arg::Int(value)) | Self::Int(value) => value.to_sql(kind, out),
            Self::Tenant(tenant) => tenant.to_string().to_sql(kind, out),
            Self::One(Arg::Text(value)) => value.as_ref().to_sql(kind, out),
            Self::One(Arg::Uuid(value)) => value.to_sql(kind, out),
            Self::One(Arg::Bytes(value)) => value.as_slice().to_sql(kind, out),
            Self::Uuids(values) => values.to_sql(kind, out),
            Self::NullableUuids(values) => values.to_sql(kind, out),
            Self::Texts(values) => values.to_sql(kind, out),
            Self::Ints(values) => values.to_sql(kind, out),
            Self::Blobs(values) => values.to_sql(kind, out),
            Self::NullableBlobs(values) => values.to_sql(kind, out),
        }
    }

    // Each statement is prepared for the types of its values, so they are what the server expects.
    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.to_sql(kind, out)
    }
}

/// The answer to a statement that was sent.
pub(super) type Answer<'f> = Sent<'f, Result<RowStream, Failure>>;

/// Something that was sent and whose answer is still to come.
pub(super) enum Sent<'f, T> {
    Landed(T),
    Flying(Pin<Box<dyn Future<Output = T> + Send + 'f>>),
}

/// Sends a request, without waiting for its answer.
async fn sent<'f, T>(request: impl Future<Output = T> + Send + 'f) -> Sent<'f, T> {
    let mut request: Pin<Box<dyn Future<Output = T> + Send + 'f>> = Box::pin(request);
    match poll_fn(|context| Poll::Ready(request.as_mut().poll(context))).await {
        Poll::Ready(answer) => Sent::Landed(answer),
        Poll::Pending => Sent::Flying(request),
    }
}

impl<T> Sent<'_, T> {
    pub(super) async fn landed(self) -> T {
        match self {
            Self::Landed(answer) => answer,
            Self::Flying(request) => request.await,
        }
    }
}

/// How many rows a statement touched.
pub(super) async fn touched(rows: RowStream) -> Result<u64, Failure> {
    let mut rows = pin!(rows);
    while rows.try_next().await.map_err(|error| failure(&error))?.is_some() {}
    Ok(rows.rows_affected().unwrap_or(0))
}

/// Waits for the answers of a flight whose rows nobody reads.
pub(super) async fn all_landed(answers: impl IntoIterator<Item = Answer<'_>>) -> Result<(), Failure> {
    for answer in answers {
        touched(answer.landed().await?).await?;
    }
    Ok(())
}
