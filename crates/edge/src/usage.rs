//! How often each caller asked for what. Counted in memory on every request, added up in the cell each minute: a count
//! that is a minute late costs nobody a wait. What a node had counted when it is killed is lost.

use kernel::Word as _;
use std::collections::HashMap;
use std::time::Duration;

use kernel::{ActorKind, TenantId, Timestamp};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use store::usage::{Used, day};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use crate::answer::{Answer, Page};
use crate::app::Platform;
use crate::command::Filter;
use crate::tenancy::Shop;
use crate::{Caller, Routes};

/// How often what was counted is added up.
pub(crate) const EACH: Duration = Duration::from_secs(60);

/// More callers than this in a minute are not counted one by one.
const MOST: usize = 50_000;

const DAY: i64 = 24 * 3600 * 1_000_000;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(read_usage))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Asked {
    tenant: TenantId,
    day: i64,
    kind: ActorKind,
    /// Nobody's for people: how often somebody asks is theirs; how often customers do is the shop's.
    id: Uuid,
    /// The number of the operation.
    operation: usize,
}

#[derive(Default)]
pub(crate) struct Counts(Mutex<HashMap<Asked, (i64, i64)>>);

impl Counts {
    pub(crate) fn count(
        &self,
        tenant: TenantId,
        caller: &Caller,
        operation: usize,
        refused: bool,
        now: Timestamp,
    ) {
        let kind = caller.actor.kind;
        let program = caller.session.is_none() && kind != ActorKind::Customer;
        let id = if program { caller.actor.id } else { Uuid::nil() };
        let mut counts = self.0.lock();
        let full = counts.len() >= MOST;
        let id = if full { Uuid::nil() } else { id };
        let (requests, refusals) =
            counts.entry(Asked { tenant, day: day(now), kind, id, operation }).or_default();
        *requests += 1;
        *refusals += i64::from(refused);
    }

    fn take(&self, names: &[String]) -> Vec<Used> {
        let counts = std::mem::take(&mut *self.0.lock());
        let used = counts.into_iter().map(|(asked, (requests, refused))| {
            let kind = asked.kind.as_str();
            let caller = if asked.id.is_nil() { kind.to_owned() } else { format!("{kind}:{}", asked.id) };
            let operation = names.get(asked.operation).cloned().unwrap_or_default();
            Used { tenant: asked.tenant, day: asked.day, caller, operation, requests, refused }
        });
        used.collect()
    }
}

impl Platform {
    /// Adds what this node has counted to what all have.
    pub(crate) async fn settle_usage(&self) {
        let used = self.counts().take(self.operation_names());
        if used.is_empty() {
            return;
        }
        if let Err(failure) = self.cell().registry().add_usage(&used, day(self.cell().now())).await {
            tracing::warn!(%failure, "What was counted in the last minute is lost");
        }
    }
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
