//! Offers: variants that can be ordered, read from the tables or remembered.

use std::borrow::Cow;
use std::collections::HashMap;

use kernel::{Arg, Money, TenantId, boxed};
use moka::sync::Cache;
use store::{Failure, Reading, Row, Tenant, marks};
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

/// Reads the offers of what is wanted, or, of those that this node remembers, the versions of their products.
///
/// An order is placed against the version of the product that its offer was read from, and the unit of work refuses
/// when that version is not today's. So whoever places one need not compare: an offer that is remembered too long is found
/// out, and read again. What was *not* found is never remembered.
pub struct OfferReading {
    wanted: Vec<OfferBy>,
    known: Option<Vec<Option<Offer>>>,
    /// What the products of known offers are today, when that is asked.
    today: Option<HashMap<ProductId, i64>>,
    found: Vec<Offer>,
}

impl OfferReading {
    /// `afresh` when what is remembered is compared with what is true.
    pub fn new(tenant: &Tenant, wanted: Vec<OfferBy>, afresh: bool) -> Self {
        let known = tenant.cell().cache::<Remembered>().recall(tenant.id(), &wanted);
        let today = known.as_ref().filter(|_| afresh).map(|_| HashMap::new());
        Self { wanted, known, today, found: Vec::new() }
    }

    /// The same, whatever is remembered.
    pub(super) fn anew(self) -> Self {
        Self { wanted: self.wanted, known: None, today: None, found: Vec::new() }
    }

    /// Whether what was remembered is not true any more.
    pub(super) fn is_old(&self) -> bool {
        let Some(today) = &self.today else { return false };
        let mut known = self.known.iter().flatten().flatten();
        known.any(|offer| today.get(&offer.product) != Some(&offer.product_version))
    }

    /// The offers, in the order of what was asked for; `None` where there is none.
    #[boxed]
    pub async fn offers(self, tenant: &Tenant) -> Result<Vec<Option<Offer>>, Failure> {
        if !self.is_old() {
            return Ok(self.learnt(tenant));
        }
        let mut again = self.anew();
        tenant.read_together(&mut [&mut again]).await?;
        Ok(again.learnt(tenant))
    }

    pub(super) fn learnt(self, tenant: &Tenant) -> Vec<Option<Offer>> {
        let Self { wanted, known, found, .. } = self;
        known.unwrap_or_else(|| {
            let found: Vec<_> =
                wanted.iter().map(|by| found.iter().find(|offer| by.names(offer)).cloned()).collect();
            tenant.cell().cache::<Remembered>().remember(tenant.id(), &wanted, &found);
            found
        })
    }

    /// What is wanted, by the columns that tell it apart. All lines of an order are looked up by one statement; there is
    /// one text for each number of lines.
    pub(super) fn columns(&self) -> Vec<(&'static str, Vec<Arg>)> {
        let (mut ids, mut skus): (Vec<Arg>, Vec<Arg>) = (Vec::new(), Vec::new());
        for by in &self.wanted {
            match by {
                OfferBy::Variant(id) => ids.push(Arg::from(*id)),
                OfferBy::Sku(sku) => skus.push(Arg::from(sku)),
            }
        }
        [("v.id", ids), ("v.sku", skus)].into_iter().filter(|(_, args)| !args.is_empty()).collect()
    }
}

impl Reading for OfferReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        if let Some(known) = &self.known {
            let mut products: Vec<ProductId> = known.iter().flatten().map(|offer| offer.product).collect();
            products.sort_unstable();
            products.dedup();
            if self.today.is_none() || products.is_empty() {
                return Vec::new();
            }
            let sql = format!("select id, version from products where id in ({})", marks(products.len()));
            return vec![(sql.into(), products.into_iter().map(Arg::from).collect())];
        }
        let both = |(column, args): (&str, Vec<Arg>)| {
            let marks = marks(args.len());
            let offers = format!("{OFFERS} where {column} in ({marks}) and p.status = 'active'");
            let categories = format!("{CATEGORIES} where {column} in ({marks}) order by c.category");
            [(offers.into(), args.clone()), (categories.into(), args)]
        };
        self.columns().into_iter().flat_map(both).collect()
    }

    fn take(&mut self, statement: usize, row: &Row<'_>) -> Result<(), Failure> {
        if let Some(today) = &mut self.today {
            today.insert(ProductId(row.get(0)?), row.get(1)?);
            return Ok(());
        }
        if statement.is_multiple_of(2) {
            self.found.push(offer(row)?);
            return Ok(());
        }
        let (variant, category): (Uuid, String) = (row.get(0)?, row.get(1)?);
        for offer in self.found.iter_mut().filter(|offer| offer.variant.uuid() == variant) {
            if !offer.categories.contains(&category) {
                offer.categories.push(category.clone());
            }
        }
        Ok(())
    }
}

const OFFERS: &str = "select v.id, v.product_id, p.version, v.sku, p.title, v.title, v.price, v.currency, p.tax_class, v.weight_grams \
    from product_variants v join products p on p.id = v.product_id";

const CATEGORIES: &str = "select v.id, c.category from product_variants v join product_categories c on c.product_id = v.product_id";

/// Of all tenants of this node.
struct Remembered(Cache<(TenantId, OfferBy), Offer>);

impl Default for Remembered {
    fn default() -> Self {
        Self(Cache::new(50_000))
    }
}

impl Remembered {
    /// All of them, or none: looking up one costs as much as looking up all.
    fn recall(&self, tenant: TenantId, wanted: &[OfferBy]) -> Option<Vec<Option<Offer>>> {
        wanted.iter().map(|by| self.0.get(&(tenant, by.clone())).map(Some)).collect()
    }

    fn remember(&self, tenant: TenantId, wanted: &[OfferBy], found: &[Option<Offer>]) {
        for (by, offer) in wanted.iter().zip(found) {
            let key = (tenant, by.clone());
            match offer {
                Some(offer) => self.0.insert(key, offer.clone()),
                None => self.0.invalidate(&key),
            }
        }
    }
}

impl OfferBy {
    fn names(&self, offer: &Offer) -> bool {
        match self {
            Self::Variant(id) => offer.variant == *id,
            Self::Sku(sku) => offer.sku == *sku,
        }
    }
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
