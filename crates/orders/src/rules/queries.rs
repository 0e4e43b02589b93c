//! Queries on the tables of rules.

use kernel::{Percentage, Problem, Word, args, boxed};
use pricing::PromotionId;
use serde::Serialize;
use store::{Failure, Row, Select, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DeliveryOption, Limits, OrderSettings, RULEBOOK, Rules, SETTINGS, TAXES};
use crate::OrderId;
use crate::refunds::RefundOnCancel;

/// A promotion as staff see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromotionView {
    #[serde(flatten)]
    #[schema(value_type = pricing::Promotion)]
    pub promotion: pricing::Promotion<Percentage>,
    pub limits: Limits,
    pub enabled: bool,
    /// How often orders used it.
    pub used: i64,
    pub version: i64,
}

/// The version of the rulebook; 0 before anything was written into it.
#[boxed]
pub async fn version(tenant: &Tenant) -> Result<i64, Failure> {
    let version =
        tenant.row("select version from rulebook where id = $1", args![RULEBOOK], |row| row.get(0)).await?;
    Ok(version.unwrap_or(0))
}

/// All rules that an order may need, from one moment.
#[boxed]
pub async fn rules(tenant: &Tenant) -> Result<Rules, Failure> {
    let queries = [
        ("select version from rulebook where id = $1", args![RULEBOOK]),
        ("select rules from taxes where id = $1", args![TAXES]),
        ("select id, terms from delivery_options order by position, id", args![]),
        ("select promotion, limits from promotions where enabled = 1 order by id", args![]),
        (KEPT_SETTINGS, args![SETTINGS]),
    ];
    let mut rules = Rules {
        version: 0,
        promotions: Vec::new(),
        taxes: pricing::TaxRules::default(),
        deliveries: Vec::new(),
        settings: OrderSettings::default(),
    };
    tenant
        .read(&queries, &mut |query, row| {
            match query {
                0 => rules.version = row.get(0)?,
                1 => rules.taxes = written(row, 0)?,
                2 => rules.deliveries.push(DeliveryOption { id: row.get(0)?, terms: written(row, 1)? }),
                3 => rules.promotions.push(in_use(written(row, 0)?, written(row, 1)?)),
                _ => rules.settings = settings_of(row)?,
            }
            Ok::<(), Failure>(())
        })
        .await?;
    Ok(rules)
}

/// Whoever orders for the first time does so once: two first orders at the same moment are told apart by counting.
fn in_use(promotion: pricing::Promotion, mut limits: Limits) -> (pricing::Promotion, Limits) {
    if promotion.conditions.first_order {
        limits.for_a_customer = Some(1);
    }
    (promotion, limits)
}

const PROMOTION: &str = "select promotion, limits, enabled, used, version, id from promotions";

#[boxed]
pub async fn promotion(tenant: &Tenant, id: PromotionId) -> Result<PromotionView, Problem> {
    let (sql, args) = Select::new(PROMOTION).and("id = ?", id).statement();
    tenant.row(&sql, args, promotion_view).await?.ok_or_else(|| Problem::not_found("promotion"))
}

/// What there is of a promotion's codes.
#[derive(Debug, Clone, Default)]
pub struct Codes {
    /// The one that it has.
    pub own: Option<String>,
    /// Who else has the one that it is to have. Promotions from before codes were claimed have theirs without a claim.
    pub holder: Option<PromotionId>,
}

#[boxed]
pub async fn codes(tenant: &Tenant, id: PromotionId, wanted: Option<&str>) -> Result<Codes, Failure> {
    let (own, args) = Select::new(PROMOTION).and("id = ?", id).statement();
    let known = tenant.row(&own, args, promotion_view).await?;
    let mut codes = Codes { own: known.and_then(|known| known.promotion.code), holder: None };
    if let Some(wanted) = wanted {
        let sql = "select id from promotions where code = $1 and id <> $2 order by id limit 1";
        let args = args![pricing::plain_code(wanted), id];
        codes.holder = tenant.row(sql, args, |row| row.get(0).map(PromotionId)).await?;
    }
    Ok(codes)
}

/// Promotions, newest first, from below an id.
#[boxed]
pub async fn promotions(
    tenant: &Tenant,
    code: Option<&str>,
    below: Uuid,
    rows: usize,
) -> Result<Vec<PromotionView>, Failure> {
    let (sql, args) = Select::new(PROMOTION)
        .and("id < ?", below)
        .maybe("code = ?", code.map(pricing::plain_code))
        .page("id desc", rows)
        .statement();
    tenant.rows(&sql, args, promotion_view).await
}

#[boxed]
pub async fn delivery(tenant: &Tenant, id: Uuid) -> Result<(DeliveryOption, i64), Problem> {
    let sql = "select id, terms, version from delivery_options where id = $1";
    let read = |row: &Row<'_>| Ok((DeliveryOption { id: row.get(0)?, terms: written(row, 1)? }, row.get(2)?));
    tenant.row(sql, args![id], read).await?.ok_or_else(|| Problem::not_found("delivery option"))
}

/// The tax rules and their version; 0 and no taxes before any were set.
#[boxed]
pub async fn taxes(tenant: &Tenant) -> Result<(pricing::TaxRules, i64), Failure> {
    let sql = "select rules, version from taxes where id = $1";
    let found = tenant.row(sql, args![TAXES], |row| Ok((written(row, 0)?, row.get(1)?))).await?;
    Ok(found.unwrap_or_default())
}

const KEPT_SETTINGS: &str = "select unpaid_minutes, transfer_minutes, most_of_a_thing, version, refund_on_cancel from order_settings where id = $1";

/// What the shop says about its orders, and the version of that; 0 and what is usual before it said anything.
#[boxed]
pub async fn settings(tenant: &Tenant) -> Result<(OrderSettings, i64), Failure> {
    let read = |row: &Row<'_>| Ok((settings_of(row)?, row.get(3)?));
    let found = tenant.row(KEPT_SETTINGS, args![SETTINGS], read).await?;
    Ok(found.unwrap_or_default())
}

fn settings_of(row: &Row<'_>) -> Result<OrderSettings, Failure> {
    let most: Option<i64> = row.get(2)?;
    let refund: Option<String> = row.get(4)?;
    Ok(OrderSettings {
        unpaid_cancelled_after_minutes: row.get(0)?,
        transfer_cancelled_after_minutes: row.get(1)?,
        most_of_a_thing: most.unwrap_or(OrderSettings::default().most_of_a_thing),
        refund_on_cancel: refund.as_deref().and_then(RefundOnCancel::named).unwrap_or_default(),
    })
}

fn promotion_view(row: &Row<'_>) -> Result<PromotionView, Failure> {
    Ok(PromotionView {
        promotion: written::<pricing::Promotion>(row, 0)?.written(),
        limits: written(row, 1)?,
        enabled: row.get::<i64>(2)? == 1,
        used: row.get(3)?,
        version: row.get(4)?,
    })
}

fn written<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, Failure> {
    serde_json::from_str(&row.get::<String>(column)?)
        .map_err(|error| Failure::Bug(format!("a rule that was kept cannot be read: {error}")))
}

/// Whether what came in for an order goes back by itself: it was cancelled in a shop that said so.
#[boxed]
pub async fn pays_back(tenant: &Tenant, order: OrderId) -> Result<bool, Failure> {
    let sql = "select pays_back from orders where id = $1";
    let found: Option<Option<i64>> = tenant.row(sql, args![order], |row| row.get(0)).await?;
    Ok(found.flatten() == Some(1))
}
