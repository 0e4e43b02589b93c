//! Offers: variants that can be ordered, read from the tables.

use kernel::{Arg, Money};
use store::{Failure, Row, Tenant, marks};
use uuid::Uuid;

use crate::{ProductId, VariantId};

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
pub(crate) fn offers_by(column: &str, count: usize) -> String {
    format!(
        "select v.id, v.product_id, p.version, v.sku, p.title, v.title, v.price, v.currency, p.tax_class, v.weight_grams \
         from product_variants v join products p on p.id = v.product_id where {column} in ({}) and p.status = 'active'",
        marks(count)
    )
}

pub(crate) fn categories_by(column: &str, count: usize) -> String {
    format!(
        "select v.id, c.category from product_variants v join product_categories c on c.product_id = v.product_id \
         where {column} in ({}) order by c.category",
        marks(count)
    )
}

pub(crate) fn offer(row: &Row<'_>) -> Result<Offer, Failure> {
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
