//! Offers at the price that one buyer pays.

use kernel::{Arg, TenantId, Timestamp, args};
use moka::sync::Cache;
use store::{Desk, Failure, Row, Tenant, marks};
use uuid::Uuid;

use super::offers::{Offer, OfferBy};
use super::remembered_offers::offers;
use crate::prices::price_list::{Terms, Tier};
use crate::prices::pricing::{Buyer, Candidate, PRICING, PriceFound, Pricing, price_for};
use crate::{PriceListId, Product, VariantId};

/// So many of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub by: OfferBy,
    pub quantity: i64,
}

/// An offer at the price that a buyer pays, and what that was found with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Its price is the buyer's.
    pub offer: Offer,
    pub found: PriceFound,
    /// The version of [`Pricing`] that the price lists were read from; 0 before there was any list.
    pub pricing_version: i64,
}

impl Quote {
    /// Whether an order placed at this desk may have this price: neither the product nor a price list has changed since,
    /// and none began or ended. The work names the quote's `Product`, and `Pricing` with [`PRICING`]. When this is false
    /// the quotes are looked up afresh and the work is made anew.
    pub fn holds(&self, desk: &mut Desk<'_>) -> bool {
        desk.version::<Product>(self.offer.product) == self.offer.product_version
            && desk.version::<Pricing>(PRICING) == self.pricing_version
            && self.found.until.is_none_or(|until| desk.now() < until)
    }
}

/// What each of these costs the buyer now, in the order of what was asked for; `None` where it is not sold, or not in
/// the buyer's currency. Without `afresh` it is what this node remembers, for whoever asks [`Quote::holds`] in their work.
pub async fn offers_for(
    tenant: &Tenant,
    wanted: &[Wanted],
    buyer: &Buyer,
    now: Timestamp,
    afresh: bool,
) -> Result<Vec<Option<Quote>>, Failure> {
    let by: Vec<OfferBy> = wanted.iter().map(|one| one.by.clone()).collect();
    let offers = offers(tenant, &by, afresh).await?;
    let mut variants: Vec<VariantId> = offers.iter().flatten().map(|offer| offer.variant).collect();
    variants.sort_unstable();
    variants.dedup();
    let (version, listed) = candidates(tenant, &variants, afresh).await?;
    let quotes = wanted.iter().zip(offers).map(|(one, offer)| {
        let mut offer = offer?;
        let lists: Vec<Candidate> = listed
            .iter()
            .filter(|(variant, _)| *variant == offer.variant)
            .map(|(_, candidate)| candidate.clone())
            .collect();
        let found = price_for(offer.price, one.quantity, buyer, &lists, now)?;
        offer.price = found.price;
        Some(Quote { offer, found, pricing_version: version })
    });
    Ok(quotes.collect())
}

/// What active lists say of these variants, and the version of prices at that moment.
async fn candidates(
    tenant: &Tenant,
    variants: &[VariantId],
    afresh: bool,
) -> Result<(i64, Vec<(VariantId, Candidate)>), Failure> {
    let unlisted = tenant.cell().cache::<Unlisted>();
    if let Some(version) = unlisted.0.get(&tenant.id()).filter(|_| !afresh) {
        return Ok((version, Vec::new()));
    }
    let sql = format!(
        "select p.variant_id, l.id, l.terms, p.from_quantity, p.amount, p.off_basis_points \
         from prices p join price_lists l on l.id = p.list_id \
         where l.status = 'active' and p.variant_id in ({}) order by p.variant_id, l.id, p.from_quantity",
        marks(variants.len().max(1))
    );
    let mut asked: Vec<Arg> = variants.iter().map(|id| Arg::from(*id)).collect();
    if asked.is_empty() {
        asked.push(Arg::Uuid(Uuid::nil()));
    }
    let queries = [
        ("select version from pricing", args![]),
        ("select id from price_lists where status = 'active' limit 1", args![]),
        (sql.as_str(), asked),
    ];
    let (mut version, mut lists, mut listed) = (0, false, Vec::new());
    tenant
        .read(&queries, &mut |query, row| {
            match query {
                0 => version = row.get(0)?,
                1 => lists = true,
                _ => take(&mut listed, row)?,
            }
            Ok(())
        })
        .await?;
    if lists {
        unlisted.0.invalidate(&tenant.id());
    } else {
        unlisted.0.insert(tenant.id(), version);
    }
    Ok((version, listed))
}

/// Shops without an active price list, with the version of prices at which they had none.
struct Unlisted(Cache<TenantId, i64>);

impl Default for Unlisted {
    fn default() -> Self {
        Self(Cache::new(50_000))
    }
}

/// Rows of one list and variant follow each other.
fn take(listed: &mut Vec<(VariantId, Candidate)>, row: &Row<'_>) -> Result<(), Failure> {
    let (variant, list) = (VariantId(row.get(0)?), PriceListId(row.get(1)?));
    let tier = Tier { from_quantity: row.get(3)?, amount: row.get(4)?, off_basis_points: row.get(5)? };
    if let Some((known, candidate)) = listed.last_mut()
        && *known == variant
        && candidate.list == list
    {
        candidate.tiers.push(tier);
        return Ok(());
    }
    let terms: Terms = serde_json::from_str(&row.get::<String>(2)?)
        .map_err(|error| Failure::Bug(format!("the terms of a price list cannot be read: {error}")))?;
    listed.push((variant, Candidate { list, terms, tiers: vec![tier] }));
    Ok(())
}
