//! How often keys and people asked for what, as the shop reads it.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use store::registry::usage::{Used, day};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, Page};
use crate::request::Filter;
use crate::routes;
use crate::routing::Routes;
use crate::tenancy::Shop;

const DAY: i64 = 24 * 3600 * 1_000_000;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(read_usage))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReadUsage {
    /// From this moment's day on: 2026-05-03T00:00:00Z; thirty days ago when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Up to this moment's day; today when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
}

/// How often a caller asked for something on one day.
#[derive(Serialize, ToSchema)]
struct UsageView {
    /// Its first moment, in UTC.
    #[schema(value_type = String, format = DateTime)]
    day: Timestamp,
    /// `staff:…` or `service:…` for a key; `staff`, `customer` or `anonymous` for people.
    caller: String,
    /// Such as `GET /api/v1/orders`.
    operation: String,
    requests: i64,
    /// Those of them that were answered with 400 or more.
    refused: i64,
}

/// Tells how often keys and people asked for what, by day. A minute may pass until a request is counted.
#[utoipa::path(get, path = "/api/v1/usage", tag = "operations", params(ReadUsage),
    responses((status = 200, description = "The newest day first; 5,000 rows at the most.", body = Page<UsageView>)),
    security(("staff" = ["usage:read"])))]
async fn read_usage(shop: Shop, Filter(asked): Filter<ReadUsage>) -> Answer {
    let to = asked.to.map_or(day(shop.now), day);
    let from = asked.from.map_or(to - 30, day);
    let used = shop.tenant.cell().registry().usage(shop.tenant.id(), from, to, 5000).await?;
    let items = used.into_iter().map(|used| {
        let Used { day, caller, operation, requests, refused, .. } = used;
        UsageView { day: Timestamp::from_micros(day * DAY), caller, operation, requests, refused }
    });
    shop.list(&Page { items: items.collect(), next_cursor: None })
}
