//! What happened to one thing, and what of it changed between two moments.

use kernel::{Problem, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Moment;
use store::past::Change;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::answer::{Answer, Page};
use crate::request::{Cursor, Filter, Id};
use crate::routes;
use crate::routing::Routes;
use crate::tenancy::{Shop, moment_in};

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(read_history)).routes(routes!(read_changes))
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
struct HappeningView {
    /// Its place in the shop's log.
    position: i64,
    version: i64,
    kind: String,
    actor: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    data: Value,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReadHistory {
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists what happened to one thing, such as an order or a product, oldest first.
#[utoipa::path(get, path = "/api/v1/history/{id}", tag = "operations", params(("id" = Uuid, Path), ReadHistory),
    responses((status = 200, description = "A page of what happened.", body = Page<HappeningView>)),
    security(("staff" = ["history:read"])))]
async fn read_history(shop: Shop, Id(id): Id<Uuid>, Filter(asked): Filter<ReadHistory>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let after = asked.cursor.map_or(Ok(0_i64), |cursor| Cursor::decode("history", &id, &cursor))?;
    let events = shop.tenant.stream(id, after, i64::try_from(limit + 1).unwrap_or(i64::MAX)).await?;
    if events.is_empty() && after == 0 {
        return Err(Problem::not_found("record").into());
    }
    let events = events
        .into_iter()
        .map(|recorded| HappeningView {
            position: recorded.position,
            version: recorded.event.version,
            kind: recorded.event.kind.into_owned(),
            actor: recorded.event.actor.to_string(),
            at: recorded.event.at,
            data: serde_json::from_str(&recorded.event.data).unwrap_or_default(),
        })
        .collect();
    shop.list(&Page::cut(events, limit, |last: &HappeningView| Cursor::encode("history", &id, &last.version)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReadChanges {
    /// A time, 2026-05-03T14:00:00Z, or a position of the log.
    from: String,
    /// A time or a position; now when left out.
    to: Option<String>,
}

/// A row that is not the same at two moments.
#[derive(Serialize, ToSchema)]
struct ChangeView {
    table: String,
    /// Its key.
    #[schema(value_type = Object)]
    row: Value,
    /// The columns that differ, as they were; absent when the row was not there.
    #[schema(value_type = Object, required = false)]
    before: Option<Value>,
    /// As they became; absent when the row is not there any more.
    #[schema(value_type = Object, required = false)]
    after: Option<Value>,
}

#[derive(Serialize, ToSchema)]
struct Changes {
    #[schema(value_type = Vec<ChangeView>)]
    changes: Vec<Change>,
}

/// Shows what of one thing changed between two moments.
#[utoipa::path(get, path = "/api/v1/history/{id}/changes", tag = "operations", params(("id" = Uuid, Path), ReadChanges),
    responses((status = 200, description = "The rows that differ.", body = Changes)),
    security(("staff" = ["history:read"])))]
async fn read_changes(shop: Shop, Id(id): Id<Uuid>, Filter(asked): Filter<ReadChanges>) -> Answer {
    if shop.tenant.stream(id, 0, 1).await?.is_empty() {
        return Err(Problem::not_found("record").into());
    }
    let from = moment_in("from", &asked.from)?;
    let to = match &asked.to {
        Some(to) => moment_in("to", to)?,
        None => Moment::Position(shop.tenant.head().await?),
    };
    shop.list_of(&Changes { changes: shop.tenant.changes(id, from, to).await? })
}
