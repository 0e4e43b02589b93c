//! SQL in, plain structs out.

use kernel::{Timestamp, args, boxed};
use store::{Failure, Row, Select, Tenant};
use uuid::Uuid;

use crate::ImportId;
use crate::imports::import::{Form, Plan, Reject, State};

/// An import, and how far it is.
#[derive(Debug, Clone)]
pub struct ImportRow {
    pub id: ImportId,
    pub job: Uuid,
    pub state: State,
    pub plan: Plan,
    /// How its file is read, once somebody has looked.
    pub form: Option<Form>,
    pub total: i64,
    pub read: i64,
    pub added: i64,
    pub changed: i64,
    pub unchanged: i64,
    pub refused: i64,
    pub told: String,
    pub began_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

const IMPORTS: &str = "select id, job_id, state, plan, form, total, read_rows, added, changed, unchanged, refused, told, began_at, ended_at from product_imports";

#[boxed]
pub async fn import(tenant: &Tenant, id: ImportId) -> Result<Option<ImportRow>, Failure> {
    tenant.row(&format!("{IMPORTS} where id = $1"), args![id], import_row).await
}

/// Imports, newest first, from below an id.
#[boxed]
pub async fn imports(tenant: &Tenant, below: Uuid, rows: usize) -> Result<Vec<ImportRow>, Failure> {
    let (sql, args) = Select::new(IMPORTS).and("id < ?", below).page("id desc", rows).statement();
    tenant.rows(&sql, args, import_row).await
}

fn import_row(row: &Row<'_>) -> Result<ImportRow, Failure> {
    let unreadable = |error: serde_json::Error| Failure::Bug(format!("an import cannot be read: {error}"));
    let form = row.get::<Option<String>>(4)?.map(|form| serde_json::from_str(&form)).transpose();
    Ok(ImportRow {
        id: ImportId(row.get(0)?),
        job: row.get(1)?,
        state: row.word(2)?,
        plan: serde_json::from_str(&row.get::<String>(3)?).map_err(unreadable)?,
        form: form.map_err(unreadable)?,
        total: row.get(5)?,
        read: row.get(6)?,
        added: row.get(7)?,
        changed: row.get(8)?,
        unchanged: row.get(9)?,
        refused: row.get(10)?,
        told: row.get(11)?,
        began_at: row.get(12)?,
        ended_at: row.get(13)?,
    })
}

/// The refused rows of an import after a row, in the order of the file.
#[boxed]
pub async fn rejects(tenant: &Tenant, id: ImportId, after: i64, rows: i64) -> Result<Vec<Reject>, Failure> {
    let sql = "select row_number, line, column_name, problem from product_import_rejects \
        where import_id = $1 and row_number > $2 order by row_number limit $3";
    let read = |row: &Row<'_>| {
        Ok(Reject { row: row.get(0)?, line: row.get(1)?, column: row.get(2)?, problem: row.get(3)? })
    };
    tenant.rows(sql, args![id, after, rows], read).await
}
