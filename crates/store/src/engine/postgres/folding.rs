//! A tenant's rows while its tables are written anew: one transaction, in which nobody else writes to its log.

use futures_util::TryStreamExt;
use kernel::{Arg, TenantId};

use super::database::Database;
use super::failure::failure;
use super::pipeline::{Session, Value};
use crate::Failure;
use crate::engine::query::{Each, Query};
use crate::engine::row::{Raw, Row};
use crate::engine::table::Table;

/// Whoever commits takes these in the same order, so nobody waits for somebody who waits.
const HELD: &str = "select id from states order by id for update; select one from heads for update";

pub(crate) struct Folding(Session);

impl Database {
    pub(in crate::engine) async fn fold(&self, tenant: TenantId) -> Result<Folding, Failure> {
        let session = self.session().await?;
        let begin = format!(
            "begin; set local app.tenant = '{tenant}'; set local idle_in_transaction_session_timeout = 0; set local enable_seqscan = on; set local enable_bitmapscan = on; {HELD}"
        );
        match session.text(&begin).await {
            Ok(()) => Ok(Folding(session)),
            Err(failure) => session.give_back(Err(failure)).await,
        }
    }
}

impl Folding {
    pub(crate) async fn form(&self) -> Result<i64, Failure> {
        let mut form = 0;
        self.read(&("select form from heads", Vec::new()), &mut |_, row| {
            form = row.get(0)?;
            Ok(())
        })
        .await?;
        Ok(form)
    }

    pub(crate) async fn read(&self, (sql, args): &Query<'_>, each: &mut Each<'_>) -> Result<(), Failure> {
        let values = Value::each(args);
        let statement = self.0.statement(sql, &values).await?;
        let mut rows = Box::pin(self.0.query(&statement, &values).await?);
        while let Some(row) = rows.try_next().await.map_err(|error| failure(&error))? {
            each(0, &Row(Raw::Postgres(&row)))?;
        }
        Ok(())
    }

    pub(crate) async fn empty(&self, table: &Table) -> Result<(), Failure> {
        self.0.text(&format!("delete from {}", table.name)).await
    }

    pub(crate) async fn insert(&self, table: &Table, rows: &[Vec<Arg>]) -> Result<(), Failure> {
        if rows.is_empty() {
            return Ok(());
        }
        let (columns, mut places, mut values) = (table.columns.join(", "), Vec::new(), Vec::new());
        for (index, kind) in table.kinds.iter().enumerate() {
            let column = Value::column_of(*kind, rows.iter().map(|row| &row[index]));
            places.push(format!("${}::{}", index + 1, column.array()));
            values.push(column);
        }
        let sql =
            format!("insert into {} ({columns}) select * from unnest({})", table.name, places.join(", "));
        self.0.execute(&(sql.into(), values)).await.map(|_| ())
    }

    /// All of it, in this form; nothing of it when it failed.
    pub(crate) async fn end(self, put: Result<i64, Failure>) -> Result<(), Failure> {
        let ended = match put {
            Ok(form) => self.0.text(&format!("update heads set form = {form}; commit")).await,
            Err(failure) => Err(failure),
        };
        self.0.give_back(ended).await
    }
}
