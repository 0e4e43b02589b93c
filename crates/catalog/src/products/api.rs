//! The routes of products and of their stock.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use edge::{Answer, AsOf, Command, Cursor, Filter, Id, Page, Routes, Shop, routes};
use kernel::{Check, Problem, Word};
use serde::{Deserialize, Serialize};
use store::{PastScope, Work};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::new_product::NewProduct;
use super::queries::{self, Listed};
use super::{Choice, Status, use_cases};
use crate::attributes::attribute::Value;
use crate::handle::is_handle;
use crate::media::{Media, Seo};
use crate::stock::queries::StockView;
use crate::{LocationId, ProductId, VariantId, stock};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_products, create_product))
        .routes(routes!(read_product, change_product))
        .routes(routes!(find_product))
        .routes(routes!(read_availability))
        .routes(routes!(list_inventory))
        .routes(routes!(read_inventory))
        .routes(routes!(adjust_inventory))
}

/// A product, as it is shown.
#[derive(Serialize, ToSchema)]
pub struct ProductView {
    id: Uuid,
    handle: String,
    title: String,
    description: String,
    status: Status,
    categories: Vec<String>,
    attributes: BTreeMap<String, Value>,
    variants: Vec<VariantView>,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// This and what follows is absent on a product that was last changed before there was such a thing.
    tax_class: Option<String>,
    brand: Option<String>,
    tags: Option<Vec<String>>,
    options: Option<Vec<Choice>>,
    media: Option<Vec<Media>>,
    seo: Option<Seo>,
}

#[derive(Serialize, ToSchema)]
struct VariantView {
    id: Uuid,
    sku: String,
    title: String,
    /// In minor units of the currency.
    #[schema(extensions(("x-money" = json!("currency"))))]
    price: i64,
    currency: String,
    options: BTreeMap<String, String>,
    weight_grams: Option<i64>,
    /// What it cost before, in minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    compare_at: Option<i64>,
    barcode: Option<String>,
}

/// What was made: the product and its variants with their ids.
#[derive(Serialize, ToSchema)]
struct MadeProduct {
    id: Uuid,
    version: i64,
    variants: Vec<MadeVariant>,
}

#[derive(Serialize, ToSchema)]
struct MadeVariant {
    id: Uuid,
    sku: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListProducts {
    /// Visitors see active ones only.
    #[param(inline)]
    status: Option<Status>,
    category: Option<String>,
    sku: Option<String>,
    /// As it was then: 2026-05-03T14:00:00Z, or a position of the log.
    as_of: Option<String>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListInventory {
    /// Only variants of which at most so many are available.
    low: Option<i64>,
    /// As it was then: 2026-05-03T14:00:00Z, or a position of the log.
    as_of: Option<String>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// A correction of the count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Adjustment {
    /// How many more there are, or fewer.
    delta: i64,
    /// Why, for whoever wonders later.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Where; the default location when left out.
    location_id: Option<Uuid>,
}

/// Lists products, newest first.
#[utoipa::path(get, path = "/api/v1/products", tag = "products", params(ListProducts),
    responses((status = 200, description = "A page of products.", body = Page<ProductView>)),
    extensions(("x-public" = json!(true))),
    security((), ("staff" = ["catalog:read"])))]
async fn list_products(shop: Shop, Filter(asked): Filter<ListProducts>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let status = if shop.permitted { asked.status } else { Some(Status::Active) };
    let listed = Listed {
        status: status.map(|status| status.as_str().to_owned()),
        category: asked.category,
        sku: asked.sku,
        as_of: asked.as_of,
    };
    let below = place("products", &listed, asked.cursor.as_deref(), Uuid::max())?;
    let tenant = shop.as_of(listed.as_of.as_deref(), PastScope::Kinds(&["product"])).await?;
    let shown = queries::products(&tenant, &listed, below, limit + 1).await?;
    shop.list_of_texts(&page("products", &listed, shown, limit))
}

/// Reads a product.
#[utoipa::path(get, path = "/api/v1/products/{id}", tag = "products", params(("id" = Uuid, Path), AsOf),
    responses((status = 200, description = "The product.", body = ProductView)),
    extensions(("x-public" = json!(true))),
    security((), ("staff" = ["catalog:read"])))]
async fn read_product(shop: Shop, Id(id): Id<ProductId>, Filter(asked): Filter<AsOf>) -> Answer {
    let tenant = shop.as_of(asked.as_of.as_deref(), PastScope::Stream(id.uuid())).await?;
    let product =
        queries::product(&tenant, id, shop.permitted).await?.ok_or_else(|| Problem::not_found("product"))?;
    shop.one_text(product.view, product.version)
}

/// Finds a product by its handle. One that it had before leads on to the one that it has.
#[utoipa::path(get, path = "/api/v1/products/by-handle/{handle}", tag = "products", params(("handle" = String, Path)),
    responses((status = 200, description = "The product.", body = ProductView),
        (status = 301, description = "It goes by another handle now; Location says by which.")),
    extensions(("x-public" = json!(true))),
    security((), ("staff" = ["catalog:read"])))]
async fn find_product(shop: Shop, Path(handle): Path<String>) -> Answer {
    let missing = || Problem::not_found("product");
    if !is_handle(&handle) {
        return Err(missing().into());
    }
    if let Some(product) = queries::product_by_handle(&shop.tenant, &handle, shop.permitted).await? {
        return shop.one_text(product.view, product.version);
    }
    let now = queries::moved(&shop.tenant, &handle, shop.permitted).await?.ok_or_else(missing)?;
    Ok((StatusCode::MOVED_PERMANENTLY, [(LOCATION, format!("/api/v1/products/by-handle/{now}"))])
        .into_response())
}

/// Tells how many of each variant can be ordered.
#[utoipa::path(get, path = "/api/v1/products/{id}/availability", tag = "products", params(("id" = Uuid, Path)),
    responses((status = 200, description = "What is available of each variant.", body = Page<Availability>)),
    extensions(("x-public" = json!(true))),
    security((), ("staff" = ["catalog:read"])))]
async fn read_availability(shop: Shop, Id(id): Id<ProductId>) -> Answer {
    queries::product(&shop.tenant, id, shop.permitted).await?.ok_or_else(|| Problem::not_found("product"))?;
    let stocks = stock::queries::availability(&shop.tenant, id, shop.now).await?;
    let items = stocks.into_iter().map(|stock| Availability {
        variant_id: stock.variant_id,
        sku: stock.sku,
        available: (stock.available + stock.backorder_limit).max(0),
    });
    shop.list(&Page { items: items.collect(), next_cursor: None })
}

#[derive(Serialize, ToSchema)]
struct Availability {
    #[schema(value_type = Uuid)]
    variant_id: VariantId,
    sku: String,
    available: i64,
}

/// Makes a product.
#[utoipa::path(post, path = "/api/v1/products", tag = "products", request_body = NewProduct,
    responses((status = 201, description = "Made; Location says where.", body = MadeProduct)),
    security(("staff" = ["catalog:write"])))]
async fn create_product(ask: Command<NewProduct>) -> Answer {
    let currency = ask.shop.record.currency;
    let stock = ask.body.stock();
    let content = ask.body.content(currency)?;
    content.check(currency)?;
    let on_hand = content.variants.iter().filter_map(|variant| Some((variant.id, *stock.get(&variant.sku)?)));
    ask.run(use_cases::create_product(ProductId::new(), content.clone(), on_hand.collect())).await
}

/// Replaces what a product says; send its ETag as If-Match.
#[utoipa::path(put, path = "/api/v1/products/{id}", tag = "products", params(("id" = Uuid, Path)), request_body = NewProduct,
    responses((status = 200, description = "Changed.", body = MadeProduct)),
    security(("staff" = ["catalog:write"])))]
async fn change_product(Id(id): Id<ProductId>, ask: Command<NewProduct>) -> Answer {
    let seen = ask.version_required()?;
    let currency = ask.shop.record.currency;
    let (stock, mut content) = (ask.body.stock(), ask.body.content(currency)?);
    if ask.body.handle.is_none() {
        content.handle = String::new();
    }
    let work = use_cases::change_product(&ask.shop.tenant, id, seen, content, stock, currency).await;
    ask.run(Work::or_refuse(work)).await
}

/// What there is of a variant is its own stream's, and what is held of it, each hold's.
const STOCK: PastScope = PastScope::Kinds(&["stock", "stock_hold"]);

/// Lists what there is of each variant.
#[utoipa::path(get, path = "/api/v1/inventory", tag = "inventory", params(ListInventory),
    responses((status = 200, description = "A page of stocks.", body = Page<StockView>)),
    security(("staff" = ["stock:read"])))]
async fn list_inventory(shop: Shop, Filter(asked): Filter<ListInventory>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let listed = (asked.low, &asked.as_of);
    let above = place("inventory", &listed, asked.cursor.as_deref(), Uuid::nil())?;
    let (tenant, when) = shop.as_of_then(asked.as_of.as_deref(), STOCK).await?;
    let stocks = stock::queries::stocks(&tenant, asked.low, above, limit + 1, when).await?;
    shop.list(&Page::cut(stocks, limit, |last| Cursor::encode("inventory", &listed, &last.variant_id)))
}

/// Reads what there is of a variant.
#[utoipa::path(get, path = "/api/v1/inventory/{variant_id}", tag = "inventory", params(("variant_id" = Uuid, Path), AsOf),
    responses((status = 200, description = "The stock.", body = StockView)),
    security(("staff" = ["stock:read"])))]
async fn read_inventory(shop: Shop, Id(id): Id<VariantId>, Filter(asked): Filter<AsOf>) -> Answer {
    let (tenant, when) = shop.as_of_then(asked.as_of.as_deref(), STOCK).await?;
    let stock = stock::queries::stock(&tenant, id, when).await?.ok_or_else(|| Problem::not_found("stock"))?;
    shop.one(&stock, stock.version)
}

/// Corrects the count of a variant.
#[utoipa::path(post, path = "/api/v1/inventory/{variant_id}/adjustments", tag = "inventory", params(("variant_id" = Uuid, Path)),
    request_body = Adjustment,
    responses((status = 200, description = "Corrected.", body = StockView)),
    security(("staff" = ["stock:write"])))]
async fn adjust_inventory(Id(id): Id<VariantId>, ask: Command<Adjustment>) -> Answer {
    let Adjustment { delta, reason, location_id } = &ask.body;
    let location = location_id.map_or(LocationId::DEFAULT, LocationId);
    let mut check = Check::default();
    check.that(*delta != 0, "/delta", "say how many more or fewer");
    check.done()?;
    let named = stock::queries::named(&ask.shop.tenant, id).await?;
    ask.run(stock::use_cases::adjust_stock(named, ask.if_match, *delta, reason.clone(), location)).await
}

fn place(list: &str, filters: &impl Serialize, cursor: Option<&str>, start: Uuid) -> Result<Uuid, Problem> {
    cursor.map_or(Ok(start), |cursor| Cursor::decode(list, filters, cursor))
}

fn page(list: &str, filters: &impl Serialize, shown: Vec<queries::Shown>, limit: usize) -> Page<String> {
    let page = Page::cut(shown, limit, |last| Cursor::encode(list, filters, &last.id));
    Page {
        items: page.items.into_iter().map(|product| product.view).collect(),
        next_cursor: page.next_cursor,
    }
}
