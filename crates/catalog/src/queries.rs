//! SQL in, plain structs out.

use std::collections::HashMap;

use kernel::{Arg, Money, Problem, Timestamp, args};
use serde::Serialize;
use store::{Failure, Row, Select, Tenant, marks};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{HoldId, ProductId, VariantId};

/// A product as the projector wrote it for readers.
pub struct Shown {
    pub id: ProductId,
    pub version: i64,
    /// JSON, and sent as it is.
    pub view: String,
}

/// Which products a list shows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Listed {
    pub status: Option<String>,
    pub category: Option<String>,
    pub sku: Option<String>,
    pub as_of: Option<String>,
}

impl Listed {
    /// Of all products, those that the list shows.
    pub(crate) fn narrow(&self, select: Select) -> Select {
        select
            .maybe("p.status = ?", self.status.clone())
            .maybe(
                "exists (select 1 from product_categories c where c.product_id = p.id and c.category = ?)",
                self.category.clone(),
            )
            .maybe(
                "exists (select 1 from product_variants v where v.product_id = p.id and v.sku = ?)",
                self.sku.clone(),
            )
    }
}

/// A variant that can be ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub variant: VariantId,
    pub product: ProductId,
    /// The version of the product that the offer was read from.
    pub product_version: i64,
    pub sku: String,
    pub title: String,
    /// The variant's own price; what a price list says instead is `offers_for`'s to find.
    pub price: Money,
    pub tax_class: String,
    /// Handles.
    pub categories: Vec<String>,
    pub weight_grams: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OfferBy {
    Variant(VariantId),
    Sku(String),
}

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

/// The offers, in the order of what was asked for; `None` where there is none.
pub async fn offers(tenant: &Tenant, wanted: &[OfferBy]) -> Result<Vec<Option<Offer>>, Failure> {
    let (mut ids, mut skus): (Vec<Arg>, Vec<Arg>) = (Vec::new(), Vec::new());
    for by in wanted {
        match by {
            OfferBy::Variant(id) => ids.push(Arg::from(*id)),
            OfferBy::Sku(sku) => skus.push(Arg::from(sku)),
        }
    }
    let texts = [("v.id", ids), ("v.sku", skus)];
    let texts: Vec<(String, Vec<Arg>)> = texts
        .into_iter()
        .filter(|(_, args)| !args.is_empty())
        .flat_map(|(column, args)| {
            [(offers_by(column, args.len()), args.clone()), (categories_by(column, args.len()), args)]
        })
        .collect();
    let queries: Vec<(&str, Vec<Arg>)> =
        texts.iter().map(|(sql, args)| (sql.as_str(), args.clone())).collect();
    let mut found: Vec<Offer> = Vec::with_capacity(wanted.len());
    tenant
        .read(&queries, &mut |query, row| {
            if query % 2 == 0 {
                found.push(offer(row)?);
                return Ok(());
            }
            let (variant, category): (Uuid, String) = (row.get(0)?, row.get(1)?);
            for offer in found.iter_mut().filter(|offer| offer.variant.uuid() == variant) {
                if !offer.categories.contains(&category) {
                    offer.categories.push(category.clone());
                }
            }
            Ok(())
        })
        .await?;
    Ok(wanted.iter().map(|by| found.iter().find(|offer| by.names(offer)).cloned()).collect())
}

impl OfferBy {
    fn names(&self, offer: &Offer) -> bool {
        match self {
            Self::Variant(id) => offer.variant == *id,
            Self::Sku(sku) => offer.sku == *sku,
        }
    }
}

/// All lines of an order are looked up by one statement; there is one text for each number of lines.
fn offers_by(column: &str, count: usize) -> String {
    format!(
        "select v.id, v.product_id, p.version, v.sku, p.title, v.title, v.price, v.currency, p.tax_class, v.weight_grams \
         from product_variants v join products p on p.id = v.product_id where {column} in ({}) and p.status = 'active'",
        marks(count)
    )
}

fn categories_by(column: &str, count: usize) -> String {
    format!(
        "select v.id, c.category from product_variants v join product_categories c on c.product_id = v.product_id \
         where {column} in ({}) order by c.category",
        marks(count)
    )
}

/// The variants that products have by these SKUs, whether they are on sale or not.
pub async fn variants_of(tenant: &Tenant, skus: &[String]) -> Result<HashMap<String, VariantId>, Failure> {
    let mut known = HashMap::with_capacity(skus.len());
    for some in skus.chunks(250) {
        let sql = format!("select sku, id from product_variants where sku in ({})", marks(some.len()));
        let args = some.iter().map(Arg::from).collect();
        known.extend(tenant.rows(&sql, args, |row| Ok((row.get(0)?, VariantId(row.get(1)?)))).await?);
    }
    Ok(known)
}

fn offer(row: &Row<'_>) -> Result<Offer, Failure> {
    let (product, variant): (String, String) = (row.get(4)?, row.get(5)?);
    let title = if variant.is_empty() { product } else { format!("{product}, {variant}") };
    Ok(Offer {
        variant: VariantId(row.get(0)?),
        product: ProductId(row.get(1)?),
        product_version: row.get(2)?,
        sku: row.get(3)?,
        title,
        price: Money::new(row.get(6)?, row.get(7)?),
        tax_class: row.get(8)?,
        categories: Vec::new(),
        weight_grams: row.get(9)?,
    })
}

/// One product; one that is not on sale only for those who may see it.
pub async fn product(tenant: &Tenant, id: ProductId, all: bool) -> Result<Option<Shown>, Failure> {
    let sql = if all {
        "select id, version, view from products where id = $1"
    } else {
        "select id, version, view from products where id = $1 and status = 'active'"
    };
    tenant.row(sql, args![id], shown).await
}

/// The product that goes by a handle, in the same way.
pub async fn product_by_handle(tenant: &Tenant, handle: &str, all: bool) -> Result<Option<Shown>, Failure> {
    let sql = if all {
        "select id, version, view from products where handle = $1"
    } else {
        "select id, version, view from products where handle = $1 and status = 'active'"
    };
    tenant.row(sql, args![handle.to_owned()], shown).await
}

/// Products, newest first, from below an id.
pub async fn products(
    tenant: &Tenant,
    listed: &Listed,
    below: Uuid,
    rows: usize,
) -> Result<Vec<Shown>, Failure> {
    let (sql, args) = listed
        .narrow(Select::new("select p.id, p.version, p.view from products p").and("p.id < ?", below))
        .page("p.id desc", rows)
        .statement();
    tenant.rows(&sql, args, shown).await
}

/// Products by their ids, in no order; those that are not on sale only for those who may see them.
pub async fn products_by_id(tenant: &Tenant, ids: &[ProductId], all: bool) -> Result<Vec<Shown>, Failure> {
    let marks: Vec<String> = (1..=ids.len()).map(|number| format!("${number}")).collect();
    let on_sale = if all { "" } else { " and status = 'active'" };
    let sql = format!("select id, version, view from products where id in ({}){on_sale}", marks.join(", "));
    tenant.rows(&sql, ids.iter().map(|id| Arg::from(*id)).collect(), shown).await
}

/// The handles and titles of products that are on sale.
pub async fn titles_by_id(
    tenant: &Tenant,
    ids: &[ProductId],
) -> Result<Vec<(ProductId, String, String)>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let marks: Vec<String> = (1..=ids.len()).map(|number| format!("${number}")).collect();
    let sql = format!(
        "select id, handle, title from products where id in ({}) and status = 'active'",
        marks.join(", ")
    );
    let args = ids.iter().map(|id| Arg::from(*id)).collect();
    tenant.rows(&sql, args, |row| Ok((ProductId(row.get(0)?), row.get(1)?, row.get(2)?))).await
}

pub(crate) fn shown(row: &Row<'_>) -> Result<Shown, Failure> {
    Ok(Shown { id: ProductId(row.get(0)?), version: row.get(1)?, view: row.get(2)? })
}

/// What is held at a moment is the first argument's to say.
const STOCK: &str = "select i.variant_id, i.product_id, i.sku, i.on_hand, i.reserved, i.version, i.backordered, \
    i.low_at, i.backorder_limit, (select cast(coalesce(sum(h.quantity), 0) as bigint) from holds h \
    where h.variant_id = i.variant_id and h.ends > $1) from inventory i";

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

/// How many of each of these variants can be ordered now.
pub async fn sellable(
    tenant: &Tenant,
    variants: &[VariantId],
    now: Timestamp,
) -> Result<HashMap<VariantId, i64>, Failure> {
    if variants.is_empty() {
        return Ok(HashMap::new());
    }
    let marks: Vec<String> = (2..variants.len() + 2).map(|number| format!("${number}")).collect();
    let sql = format!("{STOCK} where i.variant_id in ({})", marks.join(", "));
    let mut asked = args![now];
    asked.extend(variants.iter().map(|id| Arg::from(*id)));
    let stocks = tenant.rows(&sql, asked, stock_view).await?;
    Ok(stocks.into_iter().map(|stock| (stock.variant_id, stock.available + stock.backorder_limit)).collect())
}

fn stock_view(row: &Row<'_>) -> Result<StockView, Failure> {
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
