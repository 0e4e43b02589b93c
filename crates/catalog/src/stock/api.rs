//! The routes of locations, of stock in each, and of holds.

use std::time::Duration;

use edge::{Answer, Command, Id, NoBody, Page, Routes, Shop, routes};
use kernel::{Check, Problem, Timestamp, args};
use serde::{Deserialize, Serialize};
use store::{Failure, Reply, Row, Tenant, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use super::hold::{self, HeldLine, Hold};
use super::location::{Location, Place, Say, Status};
use super::{Configure, Policy, Stock, Transfer};
use super::{queries, use_cases};
use crate::{HoldId, LocationId, Refusal, VariantId};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_locations, create_location))
        .routes(routes!(read_location, change_location))
        .routes(routes!(list_levels))
        .routes(routes!(transfer))
        .routes(routes!(set_policy))
        .routes(routes!(place_hold))
        .routes(routes!(release_hold))
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct LocationView {
    #[schema(value_type = Uuid)]
    id: LocationId,
    /// Whether it is the one that every shop has.
    default: bool,
    #[serde(flatten)]
    location: Location,
    version: i64,
}

impl LocationView {
    fn new(id: LocationId, location: Location, version: i64) -> Self {
        Self { id, default: id == LocationId::DEFAULT, location, version }
    }
}

/// How many of a variant lie in a location.
#[derive(Serialize, ToSchema)]
struct LevelView {
    #[schema(value_type = Uuid)]
    location_id: LocationId,
    on_hand: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTransfer {
    /// The default location when left out.
    from: Option<Uuid>,
    /// The default location when left out.
    to: Option<Uuid>,
    #[schema(minimum = 1, maximum = 1_000_000_000_000_i64)]
    quantity: i64,
    /// Why, for whoever wonders later.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// What may be sold of a variant, and when little of it is left.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPolicy {
    /// When no more than this is left, that is said.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    low_at: Option<i64>,
    #[serde(default)]
    backorder: Backorder,
    /// How many may be promised beyond what is there, when that is allowed.
    #[schema(minimum = 1, maximum = 1_000_000)]
    backorder_limit: Option<i64>,
}

/// Whether more may be promised than is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Backorder {
    #[default]
    Deny,
    Allow,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewHold {
    #[schema(min_items = 1, max_items = 200)]
    lines: Vec<NewHoldLine>,
    /// How long, up to a day; it ends with a full minute.
    #[schema(minimum = 60, maximum = 86_400)]
    seconds: u64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewHoldLine {
    #[schema(value_type = Uuid)]
    variant_id: VariantId,
    #[schema(minimum = 1, maximum = 10_000)]
    quantity: i64,
}

#[derive(Serialize, ToSchema)]
struct HoldView {
    #[schema(value_type = Uuid)]
    id: HoldId,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

const LOCATIONS: &str = "select id, content, version from locations";

/// Lists the locations, those that ship first in front. One is there without anybody making it.
#[utoipa::path(get, path = "/api/v1/locations", tag = "inventory",
    responses((status = 200, description = "All of them.", body = Page<LocationView>)),
    security(("staff" = ["stock:read"])))]
async fn list_locations(shop: Shop) -> Answer {
    let sql = format!("{LOCATIONS} order by priority desc, id");
    let mut locations = shop.tenant.rows(&sql, args![], view).await?;
    if locations.iter().all(|view| !view.default) {
        locations.push(LocationView::new(LocationId::DEFAULT, Location::usual(), 0));
        locations.sort_by_key(|view| (std::cmp::Reverse(view.location.priority), view.id));
    }
    shop.list(&Page { items: locations, next_cursor: None })
}

/// Reads a location.
#[utoipa::path(get, path = "/api/v1/locations/{id}", tag = "inventory", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The location.", body = LocationView)),
    security(("staff" = ["stock:read"])))]
async fn read_location(shop: Shop, Id(id): Id<LocationId>) -> Answer {
    let found = shop.tenant.row(&format!("{LOCATIONS} where id = $1"), args![id], view).await?;
    let usual = LocationView::new(id, Location::usual(), 0);
    let found = found.or((id == LocationId::DEFAULT).then_some(usual));
    let found = found.ok_or_else(|| Problem::not_found("location"))?;
    shop.one(&found, found.version)
}

/// Makes a location.
#[utoipa::path(post, path = "/api/v1/locations", tag = "inventory", request_body = Location,
    responses((status = 201, description = "Made; Location says where.", body = LocationView)),
    security(("staff" = ["stock:write"])))]
async fn create_location(ask: Command<Location>) -> Answer {
    ask.body.check()?;
    let (id, location) = (LocationId::new(), ask.body.clone());
    ask.run(Work::over::<Place>([id]).decide(move |desk| {
        desk.ask::<Place, _>(id, &Say(location.clone()))?;
        let view = LocationView::new(id, location.clone(), 1);
        Ok(Reply::json(201, &view).version(1).location(format!("/api/v1/locations/{id}")))
    }))
    .await
}

/// Replaces what a location says. One in which something lies is not closed.
#[utoipa::path(put, path = "/api/v1/locations/{id}", tag = "inventory", params(("id" = Uuid, Path)), request_body = Location,
    responses((status = 200, description = "Changed.", body = LocationView)),
    security(("staff" = ["stock:write"])))]
async fn change_location(Id(id): Id<LocationId>, ask: Command<Location>) -> Answer {
    ask.body.check()?;
    let (seen, location) = (ask.if_match, ask.body.clone());
    if location.status == Status::Closed && !may_close(&ask.shop.tenant, id).await? {
        return ask.run(Work::or_refuse(Err(Refusal::LocationInUse.into()))).await;
    }
    ask.run(Work::over::<Place>([id]).decide(move |desk| {
        if id != LocationId::DEFAULT {
            desk.get::<Place>(id)?;
        }
        desk.expect_version::<Place>(id, seen)?;
        desk.ask::<Place, _>(id, &Say(location.clone()))?;
        let version = desk.version::<Place>(id);
        Ok(Reply::json(200, &LocationView::new(id, location.clone(), version)).version(version))
    }))
    .await
}

async fn may_close(tenant: &Tenant, id: LocationId) -> Result<bool, Failure> {
    let sql = "select variant_id from inventory_levels where location_id = $1 limit 1";
    let used = tenant.row(sql, args![id], |row| row.get::<Uuid>(0)).await?.is_some();
    Ok(!used && id != LocationId::DEFAULT)
}

/// Lists how many of a variant lie where.
#[utoipa::path(get, path = "/api/v1/inventory/{variant_id}/levels", tag = "inventory", params(("variant_id" = Uuid, Path)),
    responses((status = 200, description = "Each location in which some lie, the default one first.", body = Page<LevelView>)),
    security(("staff" = ["stock:read"])))]
async fn list_levels(shop: Shop, Id(id): Id<VariantId>) -> Answer {
    let stock = queries::stock(&shop.tenant, id, shop.now).await?;
    let stock = stock.ok_or_else(|| Problem::not_found("stock"))?;
    let sql = "select location_id, on_hand from inventory_levels where variant_id = $1 order by location_id";
    let level = |row: &Row<'_>| Ok(LevelView { location_id: LocationId(row.get(0)?), on_hand: row.get(1)? });
    let elsewhere = shop.tenant.rows(sql, args![id], level).await?;
    let rest = stock.on_hand - elsewhere.iter().map(|level| level.on_hand).sum::<i64>();
    let first = LevelView { location_id: LocationId::DEFAULT, on_hand: rest };
    shop.list(&Page { items: [vec![first], elsewhere].into_iter().flatten().collect(), next_cursor: None })
}

/// Moves some of a variant from one location to another.
#[utoipa::path(post, path = "/api/v1/inventory/{variant_id}/transfers", tag = "inventory", params(("variant_id" = Uuid, Path)),
    request_body = NewTransfer,
    responses((status = 200, description = "Moved.", body = queries::StockView)),
    security(("staff" = ["stock:write"])))]
async fn transfer(Id(id): Id<VariantId>, ask: Command<NewTransfer>) -> Answer {
    let NewTransfer { from, to, quantity, reason } = &ask.body;
    let place = |id: &Option<Uuid>| id.map_or(LocationId::DEFAULT, LocationId);
    let (from, to, quantity, reason) = (place(from), place(to), *quantity, reason.clone());
    let mut check = Check::default();
    check.that(from != to, "/to", "name another location than the one they come from");
    check.done()?;
    let (seen, named) = (ask.if_match, queries::named(&ask.shop.tenant, id).await?);
    ask.run(Work::over::<Stock>([id]).and::<Place>([from, to]).decide(move |desk| {
        desk.get::<Stock>(id)?;
        desk.expect_version::<Stock>(id, seen)?;
        use_cases::check_location(desk, to, "/to")?;
        let command = Transfer { from, to, quantity, reason: reason.clone() };
        desk.ask::<Stock, _>(id, &command)?;
        use_cases::counted(desk, &named)
    }))
    .await
}

/// Says how many may be promised beyond what is there, and when little is left.
#[utoipa::path(put, path = "/api/v1/inventory/{variant_id}/policy", tag = "inventory", params(("variant_id" = Uuid, Path)),
    request_body = NewPolicy,
    responses((status = 200, description = "It is so now.", body = queries::StockView)),
    security(("staff" = ["stock:write"])))]
async fn set_policy(Id(id): Id<VariantId>, ask: Command<NewPolicy>) -> Answer {
    let NewPolicy { low_at, backorder, backorder_limit } = &ask.body;
    let allowed = *backorder == Backorder::Allow;
    let mut check = Check::default();
    let limit = backorder_limit.is_some() == allowed;
    check.that(limit, "/backorder_limit", "say 1 to 1,000,000 when backorders are allowed, and nothing else");
    check.done()?;
    let policy = Policy { low_at: *low_at, backorder_limit: backorder_limit.unwrap_or(0) };
    let (seen, named) = (ask.if_match, queries::named(&ask.shop.tenant, id).await?);
    ask.run(Work::over::<Stock>([id]).decide(move |desk| {
        desk.get::<Stock>(id)?;
        desk.expect_version::<Stock>(id, seen)?;
        desk.ask::<Stock, _>(id, &Configure(policy.clone()))?;
        use_cases::counted(desk, &named)
    }))
    .await
}

/// Holds some of each variant for a while, or of none. Nobody else can order it until then.
#[utoipa::path(post, path = "/api/v1/stock-holds", tag = "inventory", request_body = NewHold,
    responses((status = 201, description = "Held.", body = HoldView)),
    security(("staff" = ["stock:write"])))]
async fn place_hold(ask: Command<NewHold>) -> Answer {
    let lines: Vec<HeldLine> = ask
        .body
        .lines
        .iter()
        .map(|line| HeldLine { variant: line.variant_id, quantity: line.quantity })
        .collect();
    let mut check = Check::default();
    for (n, line) in lines.iter().enumerate() {
        let twice = lines[..n].iter().any(|other| other.variant == line.variant);
        check.that(!twice, format!("/lines/{n}/variant_id"), "name a variant once");
    }
    let seconds = ask.body.seconds;
    check.done()?;
    let id = HoldId::new();
    let until = hold::ends(ask.shop.now.plus(Duration::from_secs(seconds)));
    let variants: Vec<VariantId> = lines.iter().map(|line| line.variant).collect();
    ask.run(Work::over::<Hold>([id]).and::<Stock>(variants).decide(move |desk| {
        hold::place(desk, id, &lines, until)?;
        Ok(Reply::json(201, &HoldView { id, until }))
    }))
    .await
}

/// Lets go of what is held. Doing so twice is doing so once.
#[utoipa::path(delete, path = "/api/v1/stock-holds/{id}", tag = "inventory", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is free.")),
    security(("staff" = ["stock:write"])))]
async fn release_hold(Id(id): Id<HoldId>, ask: Command<NoBody>) -> Answer {
    let work = hold::release_work(&ask.shop.tenant, id).await;
    ask.run(Work::or_refuse(work)).await
}

fn view(row: &Row<'_>) -> Result<LocationView, Failure> {
    let location = serde_json::from_str(&row.get::<String>(1)?)
        .map_err(|error| Failure::Bug(format!("a location cannot be read: {error}")))?;
    Ok(LocationView::new(LocationId(row.get(0)?), location, row.get(2)?))
}
