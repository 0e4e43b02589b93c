//! The routes of imports.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::Extension;
use blobs::{Blobs, Limits};
use bytes::Bytes;
use edge::{Answer, Command, Cursor, Filter, Id, NoBody, Page, Routes, Shop, answer, routes};
use files::{FileId, Shelf, Store};
use futures_util::stream::{self, Stream};
use kernel::{Check, Problem, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Tenant, Work};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::exports::export::sent;
use crate::imports::import::{Plan, State};
use crate::imports::queries::{self, ImportRow};
use crate::imports::source::Source;
use crate::imports::{mended, use_cases};
use crate::sheet::column::Column;
use crate::sheet::mapping::Mapping;
use crate::sheet::reader::{LONGEST_NAME, MOST_COLUMNS};
use crate::{ImportId, Refusal};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_imports, begin_import))
        .routes(routes!(read_import))
        .routes(routes!(read_refused_rows))
        .routes(routes!(cancel_import))
}

/// A sheet that is to be taken in: a file, or its content.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProductImport {
    /// The id of a file of the shop that is about nobody.
    file: Option<Uuid>,
    /// The text of the sheet, where it is short; it is kept as a file.
    #[schema(min_length = 1)]
    content: Option<String>,
    /// Their columns by ours, and null for one that is left out; those that are not named here are known by their names.
    #[serde(default)]
    mapping: BTreeMap<String, Option<String>>,
    /// Whether it only says what would happen.
    #[serde(default)]
    dry_run: bool,
    /// Whether products that are there are changed; they are left as they are when it is false.
    #[serde(default)]
    update: bool,
    /// auto, a comma, a semicolon, or tab; auto when left out.
    delimiter: Option<String>,
}

/// An import, and how far it is.
#[derive(Serialize, ToSchema)]
struct ProductImportView {
    id: Uuid,
    #[schema(inline)]
    state: State,
    file: Uuid,
    dry_run: bool,
    update: bool,
    /// How many rows the file has, once somebody has looked.
    rows: i64,
    /// How many of them were read.
    read: i64,
    /// What became of them, or would become of them in a dry run.
    added: i64,
    changed: i64,
    unchanged: i64,
    refused: i64,
    /// What became of it, in a sentence; empty while it runs.
    told: String,
    /// utf-8, utf-16le, utf-16be or windows-1252.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<crate::sheet::text::Encoding>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<char>,
    columns: Vec<ColumnView>,
    /// What columns that are not read may be meant as: send them as the mapping, if they are.
    proposals: BTreeMap<String, String>,
    #[schema(value_type = String, format = DateTime)]
    began_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

/// A column of the file.
#[derive(Serialize, ToSchema)]
struct ColumnView {
    theirs: String,
    /// Which of ours it is; absent for one that is not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    ours: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListImports {
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists imports of products, newest first.
#[utoipa::path(get, path = "/api/v1/product-imports", tag = "products", params(ListImports),
    responses((status = 200, description = "A page of imports.", body = Page<ProductImportView>)),
    security(("staff" = ["catalog:read"])))]
async fn list_imports(shop: Shop, Filter(asked): Filter<ListImports>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let below =
        asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("product-imports", &(), &cursor))?;
    let imports = queries::imports(&shop.tenant, below, limit + 1).await?;
    let views = imports.into_iter().map(ProductImportView::from).collect();
    let cursor = |last: &ProductImportView| Cursor::encode("product-imports", &(), &last.id);
    shop.list(&Page::cut(views, limit, cursor))
}

/// Begins to take in products from a sheet.
#[utoipa::path(post, path = "/api/v1/product-imports", tag = "products", request_body = NewProductImport,
    responses((status = 202, description = "It begins; Location says where it is seen.", body = use_cases::BegunImport)),
    security(("staff" = ["catalog:write"])))]
async fn begin_import(Extension(shelf): Extension<Shelf>, ask: Command<NewProductImport>) -> Answer {
    let mut plan = ask.body.plan()?;
    let (tenant, blobs) = (&ask.shop.tenant, shelf.blobs()?);
    let Some(content) = &ask.body.content else {
        find_sheet(tenant, FileId(plan.file)).await?;
        return ask.run(use_cases::begin(ImportId::new(), plan)).await;
    };
    let bytes = Bytes::from(content.clone());
    let pieces = stream::iter([Ok::<_, Infallible>(bytes)]);
    let (file, kept) = keep(blobs, tenant.id(), "products.csv", pieces).await?;
    plan.file = file.uuid();
    let done = ask.done(Work::all([kept, use_cases::begin(ImportId::new(), plan)])).await;
    // The object of a request that was repeated or refused has no record.
    let left_over = done.as_ref().map_or_else(Problem::is_final, |done| done.replayed);
    if left_over {
        blobs.delete(tenant.id(), file.into()).await?;
    }
    Ok(answer::done(done?))
}

/// Reads an import: how far it is, how its columns are read, and what became of its rows.
#[utoipa::path(get, path = "/api/v1/product-imports/{id}", tag = "products", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The import.", body = ProductImportView)),
    security(("staff" = ["catalog:read"])))]
async fn read_import(shop: Shop, Id(id): Id<ImportId>) -> Answer {
    let row = found(&shop, id).await?;
    shop.list_of(&ProductImportView::from(row))
}

/// Downloads the rows that were refused, as CSV with line, column and problem in front; mended, it can be sent again.
#[utoipa::path(get, path = "/api/v1/product-imports/{id}/errors", tag = "products", params(("id" = Uuid, Path)),
    responses((status = 200, description = "line, column, problem, and the columns of the file.", content_type = "text/csv", body = String)),
    extensions(("x-conflicts" = json!(["import_unread"]))),
    security(("staff" = ["catalog:write"])))]
async fn read_refused_rows(Extension(shelf): Extension<Shelf>, shop: Shop, Id(id): Id<ImportId>) -> Answer {
    let row = found(&shop, id).await?;
    let form = row.form.ok_or(Refusal::NotReadYet).map_err(Problem::from)?;
    let source = Source { blobs: shelf.blobs()?.clone(), tenant: shop.tenant.id(), plan: row.plan };
    let pieces = mended::sheet(shop.tenant.clone(), id, &source, form).await?;
    Ok(sent(pieces, "refused.csv"))
}

/// Cancels an import that has not ended. What it has taken stays.
#[utoipa::path(post, path = "/api/v1/product-imports/{id}/cancel", tag = "products", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It has ended.")),
    security(("staff" = ["catalog:write"])))]
async fn cancel_import(Id(id): Id<ImportId>, ask: Command<NoBody>) -> Answer {
    let row = found(&ask.shop, id).await?;
    let answer = ask.run(use_cases::end(id, State::Cancelled, "Somebody cancelled it.".into())).await?;
    let tenant = &ask.shop.tenant;
    if tenant.job(row.job).await.is_ok() {
        tenant.cancel_job(row.job).await?;
    }
    Ok(answer)
}

async fn found(shop: &Shop, id: ImportId) -> Result<ImportRow, Problem> {
    queries::import(&shop.tenant, id).await?.ok_or_else(|| Refusal::Unknown.into())
}

/// A sheet is about goods: what a file about a person says is nobody's to see who may only change products.
async fn find_sheet(tenant: &Tenant, id: FileId) -> Result<(), Problem> {
    let file = files::queries::file(tenant, id).await.map_err(|problem| match problem.fault {
        kernel::Fault::NotFound => Problem::from(Refusal::NoFile),
        _ => problem,
    })?;
    let usable = file.removed_at.is_none() && file.about.is_none();
    usable.then_some(()).ok_or_else(|| Refusal::NoFile.into())
}

/// How long a sheet may be.
const LONGEST: u64 = 256 * 1024 * 1024;

/// Keeps the bytes of a sheet; what writes down that there is a file of them comes with the work that begins its import.
pub async fn keep<E: std::fmt::Display>(
    blobs: &Blobs,
    tenant: TenantId,
    name: &str,
    pieces: impl Stream<Item = Result<Bytes, E>>,
) -> Result<(FileId, Work), Problem> {
    let kept = blobs.put(tenant, Limits { bytes: LONGEST, types: None }, pieces).await?;
    let id = FileId(kept.id.uuid());
    let store = Store {
        size: i64::try_from(kept.size).unwrap_or(i64::MAX),
        sha256: kept.sha256,
        media_type: kept.media_type,
        name: Some(name.to_owned()),
        about: None,
    };
    Ok((id, files::use_cases::store_file(id, store)))
}

impl NewProductImport {
    fn plan(&self) -> Result<Plan, Problem> {
        let mut check = Check::default();
        let one = self.file.is_some() != self.content.is_some();
        check.that(one, "/file", "name a file or send content, and not both");
        let many = self.mapping.len() > MOST_COLUMNS;
        check.that(!many, "/mapping", format!("a file has at most {MOST_COLUMNS} columns"));
        let long = self.mapping.keys().any(|theirs| !kernel::within(theirs, 0, LONGEST_NAME));
        let told = format!("the name of a column has at most {LONGEST_NAME} letters");
        check.that(!long, "/mapping", told);
        for (theirs, ours) in self.mapping.iter().filter(|_| !many && !long) {
            let known = ours.as_ref().is_none_or(|ours| Column::named(ours).is_some());
            let pointer = format!("/mapping/{}", kernel::problem::pointer_part(theirs));
            check.that(known, pointer, "there is no such column; docs/csv.md lists them");
        }
        let delimiter = match self.delimiter.as_deref() {
            None | Some("auto") => None,
            Some("," | ";") => self.delimiter.as_deref().and_then(|sign| sign.chars().next()),
            Some("\t" | "tab") => Some('\t'),
            Some(_) => {
                check.that(false, "/delimiter", "it may be auto, a comma, a semicolon, or tab");
                None
            }
        };
        check.done()?;
        let mapping: Mapping = self.mapping.clone();
        let file = self.file.unwrap_or_default();
        Ok(Plan { file, mapping, dry_run: self.dry_run, update: self.update, delimiter })
    }
}

impl From<ImportRow> for ProductImportView {
    fn from(row: ImportRow) -> Self {
        let (encoding, delimiter, header) = match row.form {
            Some(form) => (Some(form.encoding), Some(form.delimiter), form.header),
            None => Default::default(),
        };
        let columns = header.theirs.into_iter().zip(header.ours);
        Self {
            id: row.id.uuid(),
            state: row.state,
            file: row.plan.file,
            dry_run: row.plan.dry_run,
            update: row.plan.update,
            rows: row.total,
            read: row.read,
            added: row.added,
            changed: row.changed,
            unchanged: row.unchanged,
            refused: row.refused,
            told: row.told,
            encoding,
            delimiter,
            columns: columns.map(|(theirs, ours)| ColumnView { theirs, ours }).collect(),
            proposals: header.proposals,
            began_at: row.began_at,
            ended_at: row.ended_at,
        }
    }
}
