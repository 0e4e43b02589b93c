//! The routes of promotions, taxes, and ways of delivery.

use std::collections::BTreeMap;

use axum::Extension;
use edge::{Answer, Command, Cursor, Filter, Id, NoBody, Page, Routes, Shop, routes};
use kernel::problem::pointer_part;
use kernel::{Check, Doubts, Percentage, Problem, Timestamp};
use places::check_country;
use pricing::{Conditions, Effect, Prices, PromotionId, Rounding, ShippingTax, Stacking, TaxRate, TaxRules};
use serde::{Deserialize, Serialize};
use store::Work;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::delivery::DeliveryTerms;
use super::naming::must_be_there;
use super::promotion::{KeptPromotion, Limits};
use super::queries::{self, Codes, PromotionView};
use super::{DeliveryOption, settings_api, use_cases};
use crate::Ports;

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_promotions, create_promotion))
        .routes(routes!(read_promotion, change_promotion, remove_promotion))
        .routes(routes!(read_taxes, set_taxes))
        .routes(routes!(list_delivery_options, create_delivery_option))
        .routes(routes!(read_delivery_option, change_delivery_option, remove_delivery_option))
        .merge(settings_api::routes())
}

/// A promotion, as it is to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPromotion {
    /// As people read it beside the amount.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[schema(value_type = Effect)]
    effect: Effect<Percentage>,
    #[serde(default)]
    conditions: Conditions,
    #[serde(default)]
    stacking: Stacking,
    /// The greater goes first.
    #[serde(default)]
    priority: i32,
    /// It holds from this moment on.
    #[schema(value_type = Option<String>, format = DateTime)]
    starts: Option<Timestamp>,
    /// It no longer holds at this moment.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends: Option<Timestamp>,
    /// What people type to get it; without one it applies by itself.
    code: Option<String>,
    #[serde(default)]
    limits: Limits,
    #[serde(default = "yes")]
    enabled: bool,
    /// Whether what is improbable is meant, such as 90% off.
    #[serde(default)]
    sure: bool,
}

fn yes() -> bool {
    true
}

/// Which taxes are charged where, as they are to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTaxes {
    #[serde(default)]
    prices: Prices,
    /// Countries where prices are meant otherwise.
    #[serde(default)]
    prices_in: BTreeMap<String, Prices>,
    #[serde(default)]
    rounding: Rounding,
    #[serde(default)]
    shipping: ShippingTax,
    #[serde(default)]
    #[schema(value_type = Vec<TaxRate>)]
    rates: Vec<TaxRate<Percentage>>,
    /// Who is asked instead of the rates, by the id that the shop knows them under. The rates hold while they are silent.
    engine: Option<Uuid>,
    /// Whether what is improbable is meant, such as a tax of 60%.
    #[serde(default)]
    sure: bool,
}

/// What was made or changed.
#[derive(Serialize, ToSchema)]
struct Made {
    id: Uuid,
    version: i64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListPromotions {
    code: Option<String>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct TaxesView {
    #[serde(flatten)]
    #[schema(value_type = TaxRules)]
    rules: TaxRules<Percentage>,
    version: i64,
}

#[derive(Serialize, ToSchema)]
struct DeliveryView {
    #[serde(flatten)]
    option: DeliveryOption,
    version: i64,
}

/// Lists promotions, newest first.
#[utoipa::path(get, path = "/api/v1/promotions", tag = "promotions", params(ListPromotions),
    responses((status = 200, description = "A page of promotions.", body = Page<PromotionView>)),
    security(("staff" = ["promotions:read"])))]
async fn list_promotions(shop: Shop, Filter(asked): Filter<ListPromotions>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let start =
        asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("promotions", &asked.code, &cursor))?;
    let found = queries::promotions(&shop.tenant, asked.code.as_deref(), start, limit + 1).await?;
    shop.list(&Page::cut(found, limit, |last| Cursor::encode("promotions", &asked.code, &last.promotion.id)))
}

/// The work that keeps a new promotion, for whoever knows what it names.
pub fn make_promotion(new: &NewPromotion) -> Result<Work, Problem> {
    let id = PromotionId::new();
    Ok(use_cases::keep_promotion(id, None, new.kept(id)?, Codes::default()))
}

/// Reads a promotion.
#[utoipa::path(get, path = "/api/v1/promotions/{id}", tag = "promotions", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The promotion.", body = PromotionView)),
    security(("staff" = ["promotions:read"])))]
async fn read_promotion(shop: Shop, Id(id): Id<PromotionId>) -> Answer {
    let promotion = queries::promotion(&shop.tenant, id).await?;
    shop.one(&promotion, promotion.version)
}

/// Makes a promotion.
#[utoipa::path(post, path = "/api/v1/promotions", tag = "promotions", request_body = NewPromotion,
    responses((status = 201, description = "Made; Location says where.", body = Made)),
    security(("staff" = ["promotions:write"])))]
async fn create_promotion(Extension(ports): Extension<Ports>, ask: Command<NewPromotion>) -> Answer {
    let id = PromotionId::new();
    let kept = ask.body.kept(id)?;
    let codes = queries::codes(&ask.shop.tenant, id, kept.promotion.code.as_deref()).await?;
    let work = must_be_there(&ask.shop.tenant, &*ports.buyers, &kept.promotion).await;
    ask.run(Work::or_refuse(work.map(|()| use_cases::keep_promotion(id, None, kept, codes)))).await
}

/// Replaces a promotion; send its ETag as If-Match. Orders keep what they were given.
#[utoipa::path(put, path = "/api/v1/promotions/{id}", tag = "promotions", params(("id" = Uuid, Path)), request_body = NewPromotion,
    responses((status = 200, description = "Changed.", body = Made)),
    security(("staff" = ["promotions:write"])))]
async fn change_promotion(
    Extension(ports): Extension<Ports>,
    Id(id): Id<PromotionId>,
    ask: Command<NewPromotion>,
) -> Answer {
    let (seen, tenant) = (ask.version_required()?, &ask.shop.tenant);
    let kept = ask.body.kept(id)?;
    let codes = queries::codes(tenant, id, kept.promotion.code.as_deref()).await?;
    let work = must_be_there(tenant, &*ports.buyers, &kept.promotion).await;
    ask.run(Work::or_refuse(work.map(|()| use_cases::keep_promotion(id, Some(seen), kept, codes)))).await
}

/// Ends a promotion for good.
#[utoipa::path(delete, path = "/api/v1/promotions/{id}", tag = "promotions", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["promotions:write"])))]
async fn remove_promotion(Id(id): Id<PromotionId>, ask: Command<NoBody>) -> Answer {
    let codes = queries::codes(&ask.shop.tenant, id, None).await?;
    ask.run(use_cases::remove_promotion(id, ask.if_match, codes.own)).await
}

/// Reads which taxes are charged where.
#[utoipa::path(get, path = "/api/v1/taxes", tag = "taxes",
    responses((status = 200, description = "The rules.", body = TaxesView)),
    security(("staff" = ["taxes:read"])))]
async fn read_taxes(shop: Shop) -> Answer {
    let (rules, version) = queries::taxes(&shop.tenant).await?;
    shop.one(&TaxesView { rules: rules.written(), version }, version)
}

/// Replaces the taxes; send their ETag as If-Match.
#[utoipa::path(put, path = "/api/v1/taxes", tag = "taxes", request_body = NewTaxes,
    responses((status = 200, description = "They hold from the next order on.", body = edge::answer::KeptRecord)),
    security(("staff" = ["taxes:write"])))]
async fn set_taxes(ask: Command<NewTaxes>) -> Answer {
    let seen = ask.version_required()?;
    let rules = ask.body.rules();
    ask.body.check()?;
    rules.check().map_err(Problem::from)?;
    let mut doubts = Doubts::default();
    rules.doubt(&mut doubts);
    doubts.done(ask.body.sure)?;
    ask.run(use_cases::set_taxes(Some(seen), rules)).await
}

/// Lists the ways of delivery, as the shop orders them.
#[utoipa::path(get, path = "/api/v1/delivery-options", tag = "delivery",
    responses((status = 200, description = "All of them.", body = Page<DeliveryOption>)),
    security(("staff" = ["delivery:read"])))]
async fn list_delivery_options(shop: Shop) -> Answer {
    let items = queries::rules(&shop.tenant).await?.deliveries;
    shop.list(&Page { items, next_cursor: None })
}

/// Reads a way of delivery.
#[utoipa::path(get, path = "/api/v1/delivery-options/{id}", tag = "delivery", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The way of delivery.", body = DeliveryView)),
    security(("staff" = ["delivery:read"])))]
async fn read_delivery_option(shop: Shop, Id(id): Id<Uuid>) -> Answer {
    let (option, version) = queries::delivery(&shop.tenant, id).await?;
    shop.one(&DeliveryView { option, version }, version)
}

/// Makes a way of delivery.
#[utoipa::path(post, path = "/api/v1/delivery-options", tag = "delivery", request_body = DeliveryTerms,
    responses((status = 201, description = "Made; Location says where.", body = Made)),
    security(("staff" = ["delivery:write"])))]
async fn create_delivery_option(ask: Command<DeliveryTerms>) -> Answer {
    ask.body.check().done()?;
    ask.run(use_cases::keep_delivery(Uuid::now_v7(), None, ask.body.clone())).await
}

/// Replaces a way of delivery; send its ETag as If-Match.
#[utoipa::path(put, path = "/api/v1/delivery-options/{id}", tag = "delivery", params(("id" = Uuid, Path)), request_body = DeliveryTerms,
    responses((status = 200, description = "Changed.", body = Made)),
    security(("staff" = ["delivery:write"])))]
async fn change_delivery_option(Id(id): Id<Uuid>, ask: Command<DeliveryTerms>) -> Answer {
    let seen = ask.version_required()?;
    ask.body.check().done()?;
    ask.run(use_cases::keep_delivery(id, Some(seen), ask.body.clone())).await
}

/// Takes a way of delivery away. Orders keep theirs.
#[utoipa::path(delete, path = "/api/v1/delivery-options/{id}", tag = "delivery", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["delivery:write"])))]
async fn remove_delivery_option(Id(id): Id<Uuid>, ask: Command<NoBody>) -> Answer {
    ask.run(use_cases::remove_delivery(id, ask.if_match)).await
}

impl NewTaxes {
    /// No tax is charged in a country that there is not, and nobody would notice.
    fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        for country in self.prices_in.keys() {
            check_country(&mut check, format!("/prices_in/{}", pointer_part(country)), country);
        }
        for (n, rate) in self.rates.iter().enumerate() {
            check_country(&mut check, format!("/rates/{n}/country"), &rate.country);
        }
        check.done()
    }

    pub fn rules(&self) -> TaxRules {
        let Self { prices, prices_in, rounding, shipping, rates, engine, .. } = self.clone();
        TaxRules { prices, prices_in, rounding, shipping, rates, engine }.reckoned()
    }
}

impl NewPromotion {
    fn kept(&self, id: PromotionId) -> Result<KeptPromotion, Problem> {
        let mut check = Check::default();
        edge::check_limits(self, "", &mut check);
        let shaped = |code: &String| {
            (1..=40).contains(&code.trim().chars().count()) && !code.contains(char::is_control)
        };
        check.that(self.code.as_ref().is_none_or(shaped), "/code", "write a code of 1 to 40 letters");
        let later = self.starts.zip(self.ends).is_none_or(|(starts, ends)| starts < ends);
        check.that(later, "/ends", "it ends after it starts");
        for (n, country) in self.conditions.countries.iter().enumerate() {
            check_country(&mut check, format!("/conditions/countries/{n}"), country);
        }
        check.done()?;
        let promotion = pricing::Promotion {
            id,
            name: self.name.trim().to_owned(),
            effect: self.effect.reckoned().map_err(Problem::from)?,
            conditions: self.conditions.clone(),
            stacking: self.stacking.clone(),
            priority: self.priority,
            starts: self.starts,
            ends: self.ends,
            code: self.code.as_ref().map(|code| code.trim().to_owned()),
            uses_left: None,
            uses_left_for_customer: None,
        };
        promotion.check().map_err(Problem::from)?;
        let mut doubts = Doubts::default();
        promotion.doubt(&mut doubts);
        doubts.done(self.sure)?;
        Ok(KeptPromotion { promotion, limits: self.limits, enabled: self.enabled })
    }
}
