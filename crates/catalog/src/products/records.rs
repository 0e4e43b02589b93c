//! Whole products, read back from their views: for imports, exports, and others that handle many at once.

use std::collections::{BTreeMap, HashMap};

use kernel::{Arg, Currency, Money, boxed};
use serde::Deserialize;
use store::{Failure, Select, Tenant, marks};
use uuid::Uuid;

use super::queries::{Listed, Shown, shown};
use super::{Choice, Content, Status, TaxClass, Variant};
use crate::attributes::attribute::{Declaration, Value};
use crate::media::{Media, Seo};
use crate::{ProductId, VariantId};

/// A product with all that it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRecord {
    pub id: ProductId,
    pub version: i64,
    pub content: Content,
}

/// How many are named in one statement.
const AT_ONCE: usize = 250;

/// The products of these handles, in no order.
#[boxed]
pub async fn by_handle(tenant: &Tenant, handles: &[String]) -> Result<Vec<ProductRecord>, Failure> {
    of(tenant, "select id, version, view from products where handle in", handles).await
}

/// The products that have variants of these SKUs, in no order, each once.
#[boxed]
pub async fn by_sku(tenant: &Tenant, skus: &[String]) -> Result<Vec<ProductRecord>, Failure> {
    let select = "select id, version, view from products where id in (select product_id from product_variants where sku in";
    let mut found = of(tenant, select, skus).await?;
    found.sort_by_key(|kept| kept.id);
    found.dedup_by_key(|kept| kept.id);
    Ok(found)
}

/// Which products have variants of these SKUs.
#[boxed]
pub async fn holders(tenant: &Tenant, skus: &[String]) -> Result<HashMap<String, ProductId>, Failure> {
    let mut holders = HashMap::with_capacity(skus.len());
    for some in skus.chunks(AT_ONCE) {
        let sql =
            format!("select sku, product_id from product_variants where sku in ({})", marks(some.len()));
        let args = some.iter().map(Arg::from).collect();
        holders.extend(tenant.rows(&sql, args, |row| Ok((row.get(0)?, ProductId(row.get(1)?)))).await?);
    }
    Ok(holders)
}

async fn of(tenant: &Tenant, select: &str, names: &[String]) -> Result<Vec<ProductRecord>, Failure> {
    let closes = ")".repeat(select.matches('(').count());
    let mut found = Vec::new();
    for some in names.chunks(AT_ONCE) {
        let sql = format!("{select} ({}){closes}", marks(some.len()));
        let rows = tenant.rows(&sql, some.iter().map(Arg::from).collect(), shown).await?;
        for row in rows {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// Products, oldest first, from above an id.
#[boxed]
pub async fn page(
    tenant: &Tenant,
    listed: &Listed,
    above: ProductId,
    rows: usize,
) -> Result<Vec<ProductRecord>, Failure> {
    let (sql, args) = listed
        .narrow(Select::new("select p.id, p.version, p.view from products p").and("p.id > ?", above))
        .page("p.id", rows)
        .statement();
    tenant.rows(&sql, args, shown).await?.iter().map(read).collect()
}

/// How many there are of these variants, wherever they lie.
#[boxed]
pub async fn on_hand(tenant: &Tenant, variants: &[VariantId]) -> Result<HashMap<VariantId, i64>, Failure> {
    let mut counted = HashMap::with_capacity(variants.len());
    for some in variants.chunks(AT_ONCE) {
        let sql =
            format!("select variant_id, on_hand from inventory where variant_id in ({})", marks(some.len()));
        let args = some.iter().map(|id| Arg::from(*id)).collect();
        counted.extend(tenant.rows(&sql, args, |row| Ok((VariantId(row.get(0)?), row.get(1)?))).await?);
    }
    Ok(counted)
}

/// What the shop declares of its attributes, by their names.
#[boxed]
pub async fn declarations(tenant: &Tenant) -> Result<HashMap<String, Declaration>, Failure> {
    let views = tenant.rows("select view from attributes", Vec::new(), |row| row.get::<String>(0)).await?;
    views
        .iter()
        .map(|view| {
            let declaration: Declaration = serde_json::from_str(view).map_err(|error| unreadable(&error))?;
            Ok((declaration.name.clone(), declaration))
        })
        .collect()
}

/// What the projector wrote for readers. What the second schema added is absent where an event was of the first.
#[derive(Deserialize)]
struct View {
    handle: String,
    title: String,
    description: String,
    status: Status,
    categories: Vec<String>,
    attributes: BTreeMap<String, Value>,
    variants: Vec<VariantView>,
    tax_class: Option<String>,
    brand: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    options: Vec<Choice>,
    #[serde(default)]
    media: Vec<Media>,
    #[serde(default)]
    seo: Seo,
}

#[derive(Deserialize)]
struct VariantView {
    id: Uuid,
    sku: String,
    title: String,
    price: i64,
    currency: Currency,
    options: BTreeMap<String, String>,
    weight_grams: Option<i64>,
    compare_at: Option<i64>,
    barcode: Option<String>,
}

fn read(shown: &Shown) -> Result<ProductRecord, Failure> {
    let view: View = serde_json::from_str(&shown.view).map_err(|error| unreadable(&error))?;
    let variants = view.variants.into_iter().map(|variant| Variant {
        id: VariantId(variant.id),
        sku: variant.sku,
        title: variant.title,
        price: Money::new(variant.price, variant.currency),
        options: variant.options,
        weight_grams: variant.weight_grams,
        compare_at: variant.compare_at,
        barcode: variant.barcode,
    });
    let content = Content {
        handle: view.handle,
        title: view.title,
        description: view.description,
        status: view.status,
        categories: view.categories,
        attributes: view.attributes,
        variants: variants.collect(),
        tax_class: view.tax_class.map(TaxClass).unwrap_or_default(),
        brand: view.brand,
        tags: view.tags,
        options: view.options,
        media: view.media,
        seo: view.seo,
    };
    Ok(ProductRecord { id: shown.id, version: shown.version, content })
}

fn unreadable(error: &serde_json::Error) -> Failure {
    Failure::Bug(format!("a product cannot be read back: {error}"))
}
