//! The routes of syncs.

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use edge::{Answer, Command, Cursor, Filter, Id, Ids, NoBody, Page, Routes, Shop, routes};
use kernel::formula::guarded;
use kernel::{Problem, Timestamp};
use serde::{Deserialize, Serialize};
use store::relay::{Job, JobState};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::partners::found;
use crate::syncs::intake::Outcome;
use crate::syncs::queries::{RejectRow, SyncRow, SyncState};
use crate::{Kind, PartnerId, Refusal, SyncId, syncs};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_syncs, begin_sync))
        .routes(routes!(read_sync, cancel_sync))
        .routes(routes!(read_rejects))
}

/// A sync, and what a person who waits for it wants to know.
#[derive(Serialize, ToSchema)]
struct SyncView {
    #[serde(flatten)]
    sync: SyncRow,
    /// What went wrong last, while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// When it goes on by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    goes_on_at: Option<Timestamp>,
}

impl SyncView {
    fn new(sync: SyncRow, job: Option<Job>) -> Self {
        let job = job.filter(|_| sync.state == SyncState::Running);
        let waiting = job.as_ref().filter(|job| job.state == JobState::Waiting);
        Self { goes_on_at: waiting.map(|job| job.due), problem: job.and_then(|job| job.problem), sync }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListSyncs {
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the syncs with a partner, newest first.
#[utoipa::path(get, path = "/api/v1/partners/{id}/syncs", tag = "partners", params(("id" = Uuid, Path), ListSyncs),
    responses((status = 200, description = "A page of syncs.", body = Page<SyncRow>)),
    security(("staff" = ["partners:read"])))]
async fn list_syncs(shop: Shop, Id(id): Id<PartnerId>, Filter(asked): Filter<ListSyncs>) -> Answer {
    found(&shop, id).await?;
    let limit = Cursor::limit(asked.limit)?;
    let below = asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("syncs", &id, &cursor))?;
    let syncs = syncs::queries::syncs(&shop.tenant, id, below, limit + 1).await?;
    shop.list(&Page::cut(syncs, limit, |last| Cursor::encode("syncs", &id, &last.id.uuid())))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSync {
    /// Everything, and not only what changed since the last one that was done.
    #[serde(default)]
    full: bool,
}

/// Begins a sync with an ERP: its products, then its inventory.
#[utoipa::path(post, path = "/api/v1/partners/{id}/syncs", tag = "partners", params(("id" = Uuid, Path)), request_body = NewSync,
    responses((status = 201, description = "It begins; Location says where it is seen.", body = edge::answer::MadeRecord)),
    security(("staff" = ["partners:write"])))]
async fn begin_sync(Id(id): Id<PartnerId>, ask: Command<NewSync>) -> Answer {
    let row = found(&ask.shop, id).await?;
    if row.definition.kind != Kind::ErpSoap {
        return Err(Problem::from(Refusal::NoErp).into());
    }
    if !row.definition.enabled {
        return Err(Problem::from(Refusal::Disabled).into());
    }
    let sync = SyncId::new();
    ask.run(syncs::use_cases::begin(id, sync, sync.uuid(), ask.body.full)).await
}

/// Reads a sync: how far it is, what went wrong, and when it goes on.
#[utoipa::path(get, path = "/api/v1/partners/{id}/syncs/{sync_id}", tag = "partners", params(("id" = Uuid, Path), ("sync_id" = Uuid, Path)),
    responses((status = 200, description = "The sync.", body = SyncView)),
    security(("staff" = ["partners:read"])))]
async fn read_sync(shop: Shop, Ids(id, sync): Ids<PartnerId, SyncId>) -> Answer {
    let sync = known(&shop, id, sync).await?;
    let job = shop.tenant.job(sync.job).await.ok();
    shop.list_of(&SyncView::new(sync, job))
}

/// Cancels a sync that has not ended. What it has taken stays; what it has not is read by the next one.
#[utoipa::path(delete, path = "/api/v1/partners/{id}/syncs/{sync_id}", tag = "partners", params(("id" = Uuid, Path), ("sync_id" = Uuid, Path)),
    responses((status = 204, description = "It has ended.")),
    security(("staff" = ["partners:write"])))]
async fn cancel_sync(Ids(id, sync): Ids<PartnerId, SyncId>, ask: Command<NoBody>) -> Answer {
    let tenant = &ask.shop.tenant;
    let row = known(&ask.shop, id, sync).await?;
    let answer =
        ask.run(syncs::use_cases::end(id, sync, Outcome::Cancelled, "Somebody cancelled it.".into())).await?;
    // The job of a schedule goes on with the next sync; one that was for this sync alone has nothing more to do.
    if row.job == sync.uuid() && tenant.job(row.job).await.is_ok() {
        tenant.cancel_job(row.job).await?;
    }
    Ok(answer)
}

/// Downloads the rows that were not taken, and the counts that were not taken as they are, as CSV with the reason of each.
#[utoipa::path(get, path = "/api/v1/partners/{id}/syncs/{sync_id}/rejects", tag = "partners", params(("id" = Uuid, Path), ("sync_id" = Uuid, Path)),
    responses((status = 200, description = "stage, page, sku, kind, reason", content_type = "text/csv", body = String)),
    security(("staff" = ["partners:read"])))]
async fn read_rejects(shop: Shop, Ids(id, sync): Ids<PartnerId, SyncId>) -> Answer {
    known(&shop, id, sync).await?;
    let rows = syncs::queries::rejects(&shop.tenant, sync).await?;
    let text: String =
        ["stage,page,sku,kind,reason\r\n".to_owned()].into_iter().chain(rows.iter().map(line)).collect();
    let mut answer = text.into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"rejects.csv\""));
    Ok(answer)
}

async fn known(shop: &Shop, partner: PartnerId, sync: SyncId) -> Result<SyncRow, Problem> {
    found(shop, partner).await?;
    syncs::queries::sync(&shop.tenant, partner, sync).await?.ok_or_else(|| Refusal::SyncUnknown.into())
}

fn line(row: &RejectRow) -> String {
    let RejectRow { stage, page, sku, kind, reason } = row;
    format!("{stage},{page},{},{kind},{}\r\n", cell(sku), cell(reason))
}

/// The ERP's texts are a stranger's.
fn cell(text: &str) -> String {
    format!("\"{}\"", guarded(text).replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_is_no_formula_and_stays_in_its_cell() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
    }
}
