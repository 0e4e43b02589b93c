//! The routes of price lists.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::Extension;
use edge::{Answer, Command, Cursor, Filter, Id, NoBody, Page, Routes, Shop, routes};
use kernel::{Arg, Check, Currency, Doubts, Percentage, Problem, Word};
use serde::{Deserialize, Serialize};
use store::{Desk, Failure, Reply, Row, Select, Tenant, Work, marks};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::audience::{Audience, must_be_there};
use super::price_list::{Change, Make, NewTier, Price, PriceList, Remove, SetPrices, Status, Terms};
use super::pricing::{Note, PRICING, Pricing};
use crate::{PriceListId, VariantId};

/// How many names one statement looks up.
const NAMES_AT_ONCE: usize = 200;

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_price_lists, create_price_list))
        .routes(routes!(read_price_list, change_price_list, remove_price_list))
        .routes(routes!(list_prices, set_prices))
}

#[derive(Serialize, ToSchema)]
struct PriceListView {
    #[schema(value_type = Uuid)]
    id: PriceListId,
    #[serde(flatten)]
    terms: Terms,
    version: i64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListPriceLists {
    #[param(inline)]
    status: Option<Status>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListPrices {
    variant_id: Option<Uuid>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Prices of up to 1,000 variants. What is not named stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPrices {
    /// The list's, when it is said.
    currency: Option<String>,
    #[schema(min_items = 1, max_items = 1000)]
    prices: Vec<NewPrice>,
    /// Whether what is improbable is meant, such as 90% less.
    #[serde(default)]
    sure: bool,
}

/// All tiers of a variant; without any the list says nothing of it any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPrice {
    variant_id: Option<Uuid>,
    /// Instead of `variant_id`.
    sku: Option<String>,
    #[schema(max_items = 20)]
    tiers: Vec<NewTier>,
}

/// What a list says of a variant from a quantity on.
#[derive(Serialize, ToSchema)]
struct PriceView {
    variant_id: Uuid,
    from_quantity: i64,
    /// In minor units of the list's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-money" = json!("currency"))))]
    amount: Option<i64>,
    currency: String,
    /// Off the variant's own price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "12.5%")]
    off: Option<Percentage>,
}

const LISTS: &str = "select id, terms, version from price_lists";

/// Lists the price lists, newest first.
#[utoipa::path(get, path = "/api/v1/price-lists", tag = "prices", params(ListPriceLists),
    responses((status = 200, description = "A page of price lists.", body = Page<PriceListView>)),
    security(("staff" = ["prices:read"])))]
async fn list_price_lists(shop: Shop, Filter(asked): Filter<ListPriceLists>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let status = asked.status.map(Status::as_str);
    let below = asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("prices", &status, &cursor))?;
    let (sql, args) = Select::new(LISTS)
        .and("id < ?", below)
        .maybe("status = ?", status)
        .page("id desc", limit + 1)
        .statement();
    let lists = shop.tenant.rows(&sql, args, view).await?;
    shop.list(&Page::cut(lists, limit, |last| Cursor::encode("prices", &status, &last.id)))
}

/// Reads for whom a price list is, and when.
#[utoipa::path(get, path = "/api/v1/price-lists/{id}", tag = "prices", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The price list.", body = PriceListView)),
    security(("staff" = ["prices:read"])))]
async fn read_price_list(shop: Shop, Id(id): Id<PriceListId>) -> Answer {
    let list = found(&shop.tenant, id).await?;
    shop.one(&list, list.version)
}

/// Makes a price list, without prices at first.
#[utoipa::path(post, path = "/api/v1/price-lists", tag = "prices", request_body = Terms,
    responses((status = 201, description = "Made; Location says where.", body = PriceListView)),
    security(("staff" = ["prices:write"])))]
async fn create_price_list(Extension(audience): Extension<Arc<dyn Audience>>, ask: Command<Terms>) -> Answer {
    ask.body.check()?;
    must_be_there(&ask.shop.tenant, &*audience, &ask.body).await?;
    let (id, terms) = (PriceListId::new(), ask.body.clone());
    ask.run(Work::over::<PriceList>([id]).and::<Pricing>([PRICING]).decide(move |desk| {
        desk.ask::<PriceList, _>(id, &Make(terms.clone()))?;
        desk.ask::<Pricing, _>(PRICING, &Note(id))?;
        let view = PriceListView { id, terms: terms.clone(), version: 1 };
        Ok(Reply::json(201, &view).version(1).location(format!("/api/v1/price-lists/{id}")))
    }))
    .await
}

/// Replaces for whom a price list is and when, but not its currency.
#[utoipa::path(put, path = "/api/v1/price-lists/{id}", tag = "prices", params(("id" = Uuid, Path)), request_body = Terms,
    responses((status = 200, description = "Changed.", body = PriceListView)),
    security(("staff" = ["prices:write"])))]
async fn change_price_list(
    Extension(audience): Extension<Arc<dyn Audience>>,
    Id(id): Id<PriceListId>,
    ask: Command<Terms>,
) -> Answer {
    ask.body.check()?;
    must_be_there(&ask.shop.tenant, &*audience, &ask.body).await?;
    let (seen, terms) = (ask.if_match, ask.body.clone());
    ask.run(Work::over::<PriceList>([id]).and::<Pricing>([PRICING]).decide(move |desk| {
        known(desk, id, seen)?;
        let version = desk.version::<PriceList>(id);
        desk.ask::<PriceList, _>(id, &Change(terms.clone()))?;
        if desk.version::<PriceList>(id) > version {
            desk.ask::<Pricing, _>(PRICING, &Note(id))?;
        }
        let version = desk.version::<PriceList>(id);
        let view = PriceListView { id, terms: terms.clone(), version };
        Ok(Reply::json(200, &view).version(version))
    }))
    .await
}

/// Removes a price list with all its prices.
#[utoipa::path(delete, path = "/api/v1/price-lists/{id}", tag = "prices", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["prices:write"])))]
async fn remove_price_list(Id(id): Id<PriceListId>, ask: Command<NoBody>) -> Answer {
    let seen = ask.if_match;
    ask.run(Work::over::<PriceList>([id]).and::<Pricing>([PRICING]).decide(move |desk| {
        known(desk, id, seen)?;
        desk.ask::<PriceList, _>(id, &Remove)?;
        desk.ask::<Pricing, _>(PRICING, &Note(id))?;
        Ok(Reply::nothing())
    }))
    .await
}

/// Lists what a price list says, by variant and quantity.
#[utoipa::path(get, path = "/api/v1/price-lists/{id}/prices", tag = "prices", params(("id" = Uuid, Path), ListPrices),
    responses((status = 200, description = "A page of prices.", body = Page<PriceView>)),
    security(("staff" = ["prices:read"])))]
async fn list_prices(shop: Shop, Id(id): Id<PriceListId>, Filter(asked): Filter<ListPrices>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let currency = found(&shop.tenant, id).await?.terms.currency;
    let listed = (id, asked.variant_id);
    let start = (Uuid::nil(), 0_i64);
    let (variant, quantity): (Uuid, i64) =
        asked.cursor.map_or(Ok(start), |cursor| Cursor::decode("price", &listed, &cursor))?;
    let (sql, args) = Select::new("select variant_id, from_quantity, amount, off_basis_points from prices")
        .and("list_id = ?", id)
        .and("variant_id >= ?", variant)
        .between("(variant_id > ? or from_quantity > ?)", variant, quantity)
        .maybe("variant_id = ?", asked.variant_id)
        .page("variant_id, from_quantity", limit + 1)
        .statement();
    let price = |row: &Row<'_>| price(row, currency);
    let prices = shop.tenant.rows(&sql, args, price).await?;
    let place = |last: &PriceView| (last.variant_id, last.from_quantity);
    shop.list(&Page::cut(prices, limit, |last| Cursor::encode("price", &listed, &place(last))))
}

/// Sets the prices of up to 1,000 variants.
#[utoipa::path(put, path = "/api/v1/price-lists/{id}/prices", tag = "prices", params(("id" = Uuid, Path)), request_body = NewPrices,
    responses((status = 200, description = "They are so now.", body = PriceListView)),
    security(("staff" = ["prices:write"])))]
async fn set_prices(Id(id): Id<PriceListId>, ask: Command<NewPrices>) -> Answer {
    ask.body.check()?;
    let prices = ask.body.prices(&ask.shop.tenant).await?;
    let (seen, currency) = (ask.if_match, ask.body.currency.clone());
    ask.run(Work::over::<PriceList>([id]).and::<Pricing>([PRICING]).decide(move |desk| {
        let terms = known(desk, id, seen)?;
        let mut check = Check::default();
        let same = currency.as_ref().is_none_or(|said| said == terms.currency.code());
        check.that(same, "/currency", format!("this list is in {}", terms.currency));
        check.done()?;
        desk.ask::<PriceList, _>(id, &SetPrices(prices.clone()))?;
        desk.ask::<Pricing, _>(PRICING, &Note(id))?;
        let version = desk.version::<PriceList>(id);
        Ok(Reply::json(200, &PriceListView { id, terms, version }).version(version))
    }))
    .await
}

fn known(desk: &mut Desk<'_>, id: PriceListId, seen: Option<i64>) -> Result<Terms, Problem> {
    let terms = desk.get::<PriceList>(id)?.terms.clone();
    let terms = terms.ok_or_else(|| Problem::not_found("price_list"))?;
    desk.expect_version::<PriceList>(id, seen)?;
    Ok(terms)
}

impl NewPrices {
    fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        let mut doubts = Doubts::default();
        for (n, price) in self.prices.iter().enumerate() {
            let named = price.variant_id.is_some() != price.sku.is_some();
            check.that(
                named,
                format!("/prices/{n}/variant_id"),
                "name the variant by variant_id or by sku, and not by both",
            );
            let at = format!("/prices/{n}");
            NewTier::check_all(&price.tiers, &at, &mut check);
            NewTier::doubt_all(&price.tiers, &at, &mut doubts);
        }
        check.done()?;
        doubts.done(self.sure)
    }

    /// The prices by variant, each of which there is and is named once.
    async fn prices(&self, tenant: &Tenant) -> Result<Vec<Price>, Problem> {
        let ids = self.prices.iter().filter_map(|price| price.variant_id).map(Arg::from).collect();
        let skus = self.prices.iter().filter_map(|price| price.sku.as_ref()).map(Arg::from).collect();
        let mut names = variants(tenant, "id", ids).await?;
        names.extend(variants(tenant, "sku", skus).await?);
        let by_id: HashSet<VariantId> = names.iter().map(|(id, _)| *id).collect();
        let by_sku: HashMap<&str, VariantId> = names.iter().map(|(id, sku)| (sku.as_str(), *id)).collect();
        let (mut check, mut seen, mut prices) = (Check::default(), HashSet::new(), Vec::new());
        for (n, price) in self.prices.iter().enumerate() {
            let found = match (&price.variant_id, &price.sku) {
                (Some(id), _) => by_id.get(&VariantId(*id)),
                (None, sku) => sku.as_ref().and_then(|sku| by_sku.get(sku.as_str())),
            };
            let field = if price.variant_id.is_some() { "variant_id" } else { "sku" };
            let place = format!("/prices/{n}/{field}");
            let Some(variant) = found else {
                check.that(false, place, "there is no such variant");
                continue;
            };
            check.that(seen.insert(*variant), place, "name a variant once");
            prices.push(Price { variant: *variant, tiers: price.tiers.iter().map(NewTier::tier).collect() });
        }
        check.done()?;
        Ok(prices)
    }
}

/// Variants with their SKUs, by the one or the other.
async fn variants(
    tenant: &Tenant,
    column: &str,
    names: Vec<Arg>,
) -> Result<Vec<(VariantId, String)>, Failure> {
    let mut found = Vec::new();
    for some in names.chunks(NAMES_AT_ONCE) {
        let sql = format!("select id, sku from product_variants where {column} in ({})", marks(some.len()));
        let rows =
            tenant.rows(&sql, some.to_vec(), |row| Ok((VariantId(row.get(0)?), row.get::<String>(1)?)));
        found.extend(rows.await?);
    }
    Ok(found)
}

async fn found(tenant: &Tenant, id: PriceListId) -> Result<PriceListView, Problem> {
    let (sql, args) = Select::new(LISTS).and("id = ?", id).statement();
    tenant.row(&sql, args, view).await?.ok_or_else(|| Problem::not_found("price_list"))
}

fn view(row: &Row<'_>) -> Result<PriceListView, Failure> {
    let terms = serde_json::from_str(&row.get::<String>(1)?)
        .map_err(|error| Failure::Bug(format!("the terms of a price list cannot be read: {error}")))?;
    Ok(PriceListView { id: PriceListId(row.get(0)?), terms, version: row.get(2)? })
}

fn price(row: &Row<'_>, currency: Currency) -> Result<PriceView, Failure> {
    Ok(PriceView {
        variant_id: row.get(0)?,
        from_quantity: row.get(1)?,
        amount: row.get(2)?,
        currency: currency.code().to_owned(),
        off: row
            .get::<Option<i64>>(3)?
            .and_then(|points| u16::try_from(points).ok())
            .map(Percentage::of_basis_points),
    })
}
