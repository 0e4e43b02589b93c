//! The routes of segments.

use edge::{Answer, Command, Cursor, Filter, Id, Ids, NoBody, Page, Routes, Shop, routes};
use kernel::Problem;
use serde::Deserialize;
use store::{Failure, Row, Select, Tenant, Work};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::queries::{self, SegmentMember};
use crate::views::SegmentView;
use crate::{SegmentId, SegmentTerms, use_cases};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_segments, create_segment))
        .routes(routes!(read_segment, change_segment, remove_segment))
        .routes(routes!(list_segment_members))
        .routes(routes!(put_into_segment, take_out_of_segment))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageOf {
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

const SEGMENTS: &str = "select id, version, name, about from segments";

/// Lists the segments, newest first.
#[utoipa::path(get, path = "/api/v1/segments", tag = "segments", params(PageOf),
    responses((status = 200, description = "A page of segments.", body = Page<SegmentView>)),
    security(("staff" = ["organisations:read"])))]
async fn list_segments(shop: Shop, Filter(asked): Filter<PageOf>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let below = asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("segments", &(), &cursor))?;
    let (sql, args) = Select::new(SEGMENTS).and("id < ?", below).page("id desc", limit + 1).statement();
    let segments = shop.tenant.rows(&sql, args, view).await?;
    shop.list(&Page::cut(segments, limit, |last| Cursor::encode("segments", &(), &last.id.uuid())))
}

/// Makes a segment, with nobody in it.
#[utoipa::path(post, path = "/api/v1/segments", tag = "segments", request_body = SegmentTerms,
    responses((status = 201, description = "Made; Location says where.", body = SegmentView)),
    security(("staff" = ["organisations:write"])))]
async fn create_segment(ask: Command<SegmentTerms>) -> Answer {
    ask.run(use_cases::make_segment(SegmentId::new(), ask.body.clone())).await
}

/// Reads a segment.
#[utoipa::path(get, path = "/api/v1/segments/{id}", tag = "segments", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The segment.", body = SegmentView)),
    security(("staff" = ["organisations:read"])))]
async fn read_segment(shop: Shop, Id(id): Id<SegmentId>) -> Answer {
    let segment = found(&shop.tenant, id).await?;
    shop.one(&segment, segment.version)
}

/// Renames a segment. Price lists and promotions that mean it by its old name do not mean it any more.
#[utoipa::path(put, path = "/api/v1/segments/{id}", tag = "segments", params(("id" = Uuid, Path)), request_body = SegmentTerms,
    responses((status = 200, description = "Changed.", body = SegmentView)),
    security(("staff" = ["organisations:write"])))]
async fn change_segment(Id(id): Id<SegmentId>, ask: Command<SegmentTerms>) -> Answer {
    let seen = ask.version_required()?;
    let before = found(&ask.shop.tenant, id).await;
    let work = before.map(|before| {
        use_cases::change_segment(id, seen, (&before.terms.name, before.version), ask.body.clone())
    });
    ask.run(Work::or_refuse(work)).await
}

/// Removes a segment; whoever was in it is not any more.
#[utoipa::path(delete, path = "/api/v1/segments/{id}", tag = "segments", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["organisations:write"])))]
async fn remove_segment(Id(id): Id<SegmentId>, ask: Command<NoBody>) -> Answer {
    let before = found(&ask.shop.tenant, id).await;
    let work = before
        .map(|before| use_cases::remove_segment(id, ask.if_match, (&before.terms.name, before.version)));
    ask.run(Work::or_refuse(work)).await
}

/// Lists who is in a segment: customers and organisations.
#[utoipa::path(get, path = "/api/v1/segments/{id}/members", tag = "segments", params(("id" = Uuid, Path), PageOf),
    responses((status = 200, description = "A page of members.", body = Page<SegmentMember>)),
    security(("staff" = ["organisations:read"])))]
async fn list_segment_members(shop: Shop, Id(id): Id<SegmentId>, Filter(asked): Filter<PageOf>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    found(&shop.tenant, id).await?;
    let above = asked.cursor.map_or(Ok(Uuid::nil()), |cursor| Cursor::decode("segment", &id, &cursor))?;
    let members = queries::segment_members(&shop.tenant, id, above, limit + 1).await?;
    shop.list(&Page::cut(members, limit, |last| Cursor::encode("segment", &id, &last.id)))
}

/// Puts a customer or an organisation into a segment.
#[utoipa::path(put, path = "/api/v1/segments/{id}/members/{member_id}", tag = "segments",
    params(("id" = Uuid, Path), ("member_id" = Uuid, Path)),
    responses((status = 204, description = "They are in it.")),
    security(("staff" = ["organisations:write"])))]
async fn put_into_segment(Ids(id, member): Ids<SegmentId, Uuid>, ask: Command<NoBody>) -> Answer {
    let known = queries::in_segments(&ask.shop.tenant, member).await?;
    ask.run(use_cases::put_into_segment(id, member, known)).await
}

/// Takes a customer or an organisation out of a segment.
#[utoipa::path(delete, path = "/api/v1/segments/{id}/members/{member_id}", tag = "segments",
    params(("id" = Uuid, Path), ("member_id" = Uuid, Path)),
    responses((status = 204, description = "They are not in it.")),
    security(("staff" = ["organisations:write"])))]
async fn take_out_of_segment(Ids(id, member): Ids<SegmentId, Uuid>, ask: Command<NoBody>) -> Answer {
    ask.run(use_cases::take_out_of_segment(id, member)).await
}

async fn found(tenant: &Tenant, id: SegmentId) -> Result<SegmentView, Problem> {
    let (sql, args) = Select::new(SEGMENTS).and("id = ?", id).statement();
    tenant.row(&sql, args, view).await?.ok_or_else(|| Problem::not_found("segment"))
}

fn view(row: &Row<'_>) -> Result<SegmentView, Failure> {
    let terms = SegmentTerms { name: row.get(2)?, about: row.get(3)? };
    Ok(SegmentView { id: SegmentId(row.get(0)?), version: row.get(1)?, terms })
}
