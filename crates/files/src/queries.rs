//! SQL in, plain structs out.

use std::collections::HashSet;

use kernel::{Arg, Problem, SubjectId, Timestamp, args, boxed};
use serde::Serialize;
use store::{Failure, Row, Select, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::FileId;

/// A file's record.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileView {
    #[schema(value_type = Uuid)]
    pub id: FileId,
    /// Absent when it was given none, and once the person whom it is about was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is by its own bytes.
    pub media_type: String,
    /// In bytes.
    pub size: i64,
    /// In 64 hexadecimal digits. Absent once the person whom it is about was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<Uuid>,
    #[schema(value_type = String, format = DateTime)]
    pub stored_at: Timestamp,
    /// Its bytes are gone since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub removed_at: Option<Timestamp>,
    pub version: i64,
}

/// Which files a list shows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Listed {
    pub about: Option<Uuid>,
}

const FILES: &str =
    "select id, name, media_type, size, sha256, about, stored_at, removed_at, version from files";

/// How many ids one statement asks for.
pub(crate) const IDS_AT_ONCE: usize = 100;

/// Files that were not removed, newest first, from below an id.
#[boxed]
pub async fn files(
    tenant: &Tenant,
    listed: &Listed,
    below: Uuid,
    rows: usize,
) -> Result<Vec<FileView>, Failure> {
    let (sql, args) = Select::new(FILES)
        .and("removed_at is null and id < ?", below)
        .maybe("about = ?", listed.about)
        .page("id desc", rows)
        .statement();
    tenant.rows(&sql, args, view).await
}

/// One file, removed or not.
#[boxed]
pub async fn file(tenant: &Tenant, id: FileId) -> Result<FileView, Problem> {
    let (sql, args) = Select::new(FILES).and("id = ?", id).statement();
    tenant.row(&sql, args, view).await?.ok_or_else(|| Problem::not_found("file"))
}

/// The files about a person that were not removed.
pub(crate) async fn files_about(tenant: &Tenant, person: SubjectId) -> Result<Vec<FileId>, Failure> {
    let sql = "select id from files where about = $1 and removed_at is null order by id";
    tenant.rows(sql, args![person], |row| Ok(FileId(row.get(0)?))).await
}

/// Which of these are files that were not removed.
pub(crate) async fn still_there(tenant: &Tenant, ids: &[FileId]) -> Result<HashSet<FileId>, Failure> {
    let mut there = HashSet::new();
    for some in ids.chunks(IDS_AT_ONCE) {
        // Always the same text, for as many as there may be; nobody has the nil id.
        let places: Vec<String> = (1..=IDS_AT_ONCE).map(|n| format!("${n}")).collect();
        let sql = format!("select id from files where removed_at is null and id in ({})", places.join(", "));
        let mut args: Vec<Arg> = some.iter().map(|id| Arg::from(*id)).collect();
        args.resize(IDS_AT_ONCE, Arg::Uuid(Uuid::nil()));
        there.extend(tenant.rows(&sql, args, |row| Ok(FileId(row.get(0)?))).await?);
    }
    Ok(there)
}

fn view(row: &Row<'_>) -> Result<FileView, Failure> {
    Ok(FileView {
        id: FileId(row.get(0)?),
        name: row.get(1)?,
        media_type: row.get(2)?,
        size: row.get(3)?,
        sha256: row.get(4)?,
        about: row.get(5)?,
        stored_at: row.get(6)?,
        removed_at: row.get(7)?,
        version: row.get(8)?,
    })
}
