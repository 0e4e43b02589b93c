//! Queries on the tables of stock.

use std::borrow::Cow;
use std::collections::HashMap;

use kernel::{Arg, Problem, Timestamp, args, boxed};
use serde::Serialize;
use store::{Failure, Reading, Row, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{HoldId, ProductId, VariantId};

#[derive(Debug, Serialize, ToSchema)]
pub struct StockView {
    #[schema(value_type = Uuid)]
    pub variant_id: VariantId,
    #[schema(value_type = Uuid)]
    pub product_id: ProductId,
    pub sku: String,
    /// In the warehouse.
    pub on_hand: i64,
    /// Promised to orders.
    pub reserved: i64,
    /// Promised to orders though it is not there yet.
    pub backordered: i64,
    /// Held by checkouts at this moment.
    pub held: i64,
    /// What is there and neither promised nor held.
    pub available: i64,
    /// When no more than this is left, that is said.
    pub low_at: Option<i64>,
    /// How many may be promised beyond what is there.
    pub backorder_limit: i64,
    pub version: i64,
}

/// What is held at a moment is the first argument's to say.
pub(crate) const STOCK: &str = "select i.variant_id, i.product_id, i.sku, i.on_hand, i.reserved, i.version, i.backordered, \
    i.low_at, i.backorder_limit, (select cast(coalesce(sum(h.quantity), 0) as bigint) from holds h \
    where h.variant_id = i.variant_id and h.ends > $1) from inventory i";

#[boxed]
pub async fn stock(tenant: &Tenant, id: VariantId, now: Timestamp) -> Result<Option<StockView>, Failure> {
    let sql = format!("{STOCK} where i.variant_id = $2");
    let args = args![now, id];
    tenant.row(&sql, args, stock_view).await
}

/// Which product's a variant is, and its SKU. Neither ever changes.
pub(crate) struct Named {
    pub(crate) variant: VariantId,
    pub(crate) product: ProductId,
    pub(crate) sku: String,
}

pub(crate) async fn named(tenant: &Tenant, variant: VariantId) -> Result<Named, Problem> {
    let sql = "select product_id, sku from inventory where variant_id = $1";
    let named = |row: &Row<'_>| Ok(Named { variant, product: ProductId(row.get(0)?), sku: row.get(1)? });
    tenant.row(sql, args![variant], named).await?.ok_or_else(|| Problem::not_found("stock"))
}

/// Stocks by variant, oldest first; with `low`, those of which at most so many are available.
#[boxed]
pub async fn stocks(
    tenant: &Tenant,
    low: Option<i64>,
    above: Uuid,
    rows: usize,
    now: Timestamp,
) -> Result<Vec<StockView>, Failure> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let (filter, mut args) = match low {
        Some(_) => {
            let held = "(select cast(coalesce(sum(h.quantity), 0) as bigint) from holds h where h.variant_id = i.variant_id and h.ends > $1)";
            (format!(" and i.on_hand - i.reserved - i.backordered - {held} <= $4"), args![now, above, rows])
        }
        None => (String::new(), args![now, above, rows]),
    };
    args.extend(low.map(Arg::from));
    let sql = format!("{STOCK} where i.variant_id > $2{filter} order by i.variant_id limit $3");
    tenant.rows(&sql, args, stock_view).await
}

/// What can be ordered of a product's variants.
#[boxed]
pub async fn availability(tenant: &Tenant, id: ProductId, now: Timestamp) -> Result<Vec<StockView>, Failure> {
    let sql = format!(
        "{STOCK} join product_variants v on v.id = i.variant_id where v.product_id = $2 order by i.variant_id"
    );
    tenant.rows(&sql, args![now, id], stock_view).await
}

/// The variants of a hold that was not let go.
pub(crate) async fn held_variants(tenant: &Tenant, id: HoldId) -> Result<Vec<VariantId>, Failure> {
    let sql = "select variant_id from holds where hold_id = $1 order by variant_id";
    tenant.rows(sql, args![id], |row| Ok(VariantId(row.get(0)?))).await
}

/// Holds whose time is over.
pub(crate) async fn holds_over(tenant: &Tenant, now: Timestamp, rows: usize) -> Result<Vec<HoldId>, Failure> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let sql = "select distinct hold_id from holds where ends <= $1 order by hold_id limit $2";
    tenant.rows(sql, args![now, rows], |row| Ok(HoldId(row.get(0)?))).await
}

/// Reads how many of each of some variants can be ordered now.
pub struct StockReading {
    variants: Vec<VariantId>,
    now: Timestamp,
    pub sellable: HashMap<VariantId, i64>,
}

impl StockReading {
    pub fn new(variants: &[VariantId], now: Timestamp) -> Self {
        Self { variants: variants.to_vec(), now, sellable: HashMap::new() }
    }
}

impl Reading for StockReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        if self.variants.is_empty() {
            return Vec::new();
        }
        let marks: Vec<String> = (2..self.variants.len() + 2).map(|number| format!("${number}")).collect();
        let mut asked = args![self.now];
        asked.extend(self.variants.iter().map(|id| Arg::from(*id)));
        vec![(format!("{STOCK} where i.variant_id in ({})", marks.join(", ")).into(), asked)]
    }

    fn take(&mut self, _: usize, row: &Row<'_>) -> Result<(), Failure> {
        let stock = stock_view(row)?;
        self.sellable.insert(stock.variant_id, stock.available + stock.backorder_limit);
        Ok(())
    }
}

pub(crate) fn stock_view(row: &Row<'_>) -> Result<StockView, Failure> {
    let (on_hand, reserved): (i64, i64) = (row.get(3)?, row.get(4)?);
    let (backordered, held): (i64, i64) = (row.get(6)?, row.get(9)?);
    Ok(StockView {
        variant_id: VariantId(row.get(0)?),
        product_id: ProductId(row.get(1)?),
        sku: row.get(2)?,
        on_hand,
        reserved,
        backordered,
        held,
        available: on_hand - reserved - backordered - held,
        low_at: row.get(7)?,
        backorder_limit: row.get(8)?,
        version: row.get(5)?,
    })
}
