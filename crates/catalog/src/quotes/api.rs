//! The route that quotes the price of a product.

use edge::{Answer, Filter, Id, Page, Routes, Shop, routes};
use kernel::{Check, Problem, Timestamp, args};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::quote::{Quote, QuoteReading};
use crate::prices::pricing::{Buyer, Why};
use crate::products::queries;
use crate::{OfferBy, PriceListId, ProductId, VariantId};

pub fn routes() -> Routes {
    Routes::new().routes(routes!(read_prices))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReadPrices {
    /// How many of each are bought; 1 when left out.
    #[param(minimum = 1, maximum = 1_000_000_000)]
    quantity: Option<i64>,
    /// Three letters; the shop's when left out.
    currency: Option<String>,
    channel: Option<String>,
    /// As a customer of this segment sees it; staff only, as the two below.
    segment: Option<Uuid>,
    organisation: Option<Uuid>,
    /// The name of a customer group.
    group: Option<String>,
}

/// What one piece of a variant costs.
#[derive(Serialize, ToSchema)]
struct PriceQuote {
    #[schema(value_type = Uuid)]
    variant_id: VariantId,
    sku: String,
    /// In minor units of the currency.
    #[schema(extensions(("x-money" = json!("currency"))))]
    price: i64,
    currency: String,
    /// The price list that says so; absent when it is the variant's own price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    price_list: Option<PriceListId>,
    why: Why,
    /// When a price list begins or ends next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// Tells what each variant of a product costs; a variant that is not sold in the currency is left out.
#[utoipa::path(get, path = "/api/v1/products/{id}/prices", tag = "products", params(("id" = Uuid, Path), ReadPrices),
    responses((status = 200, description = "The prices.", body = Page<PriceQuote>)),
    extensions(("x-public" = json!(true))),
    security((), ("staff" = ["catalog:read"])))]
async fn read_prices(shop: Shop, Id(id): Id<ProductId>, Filter(asked): Filter<ReadPrices>) -> Answer {
    let quantity = asked.quantity.unwrap_or(1);
    let currency = asked.currency.as_deref().map_or(Ok(shop.record.currency), str::parse);
    let named = asked.segment.is_some() || asked.organisation.is_some() || asked.group.is_some();
    let mut check = Check::default();
    check.that((1..=1_000_000_000).contains(&quantity), "quantity", "ask for 1 or more");
    check.that(currency.is_ok(), "currency", "write a currency as its three ISO 4217 letters, such as EUR");
    check.that(!named || shop.permitted, "segment", "only staff may ask what others pay");
    check.done()?;
    queries::product(&shop.tenant, id, false).await?.ok_or_else(|| Problem::not_found("product"))?;
    let sql = "select id from product_variants where product_id = $1 order by id";
    let variants =
        shop.tenant.rows(sql, args![id], |row| Ok(OfferBy::Variant(VariantId(row.get(0)?)))).await?;
    let buyer = Buyer {
        segments: asked.segment.into_iter().collect(),
        organisation: asked.organisation,
        groups: asked.group.into_iter().collect(),
        channel: asked.channel,
        currency: currency.unwrap_or(shop.record.currency),
    };
    let mut reading = QuoteReading::new(&shop.tenant, variants, true);
    shop.tenant.read_together(&mut [&mut reading]).await?;
    let (offers, prices) = reading.answer(&shop.tenant).await?;
    let quotes = offers.iter().flatten().filter_map(|offer| prices.quote(offer, quantity, &buyer, shop.now));
    let items = quotes.map(|Quote { offer, found, .. }| PriceQuote {
        variant_id: offer.variant,
        sku: offer.sku,
        price: found.price.amount,
        currency: found.price.currency.code().to_owned(),
        price_list: found.list,
        why: found.why,
        until: found.until,
    });
    shop.list(&Page { items: items.collect(), next_cursor: None })
}
