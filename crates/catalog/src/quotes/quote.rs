//! Offers at the price that one buyer pays.

use std::borrow::Cow;

use kernel::{Arg, TenantId, Timestamp, args, boxed};
use moka::sync::Cache;
use store::{Desk, Failure, Reading, Row, Tenant, marks};

use super::offers::{Offer, OfferBy, OfferReading};
use crate::prices::price_list::{Terms, Tier};
use crate::prices::pricing::{Buyer, Candidate, PRICING, PriceFound, Pricing, price_for};
use crate::{PriceListId, Product, VariantId};

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

/// Reads offers, and what price lists say of them. Without `afresh` it is what this node remembers, for whoever asks
/// [`Quote::holds`] in their work; with it what is remembered is compared, and read when it is old.
pub struct QuoteReading {
    offers: OfferReading,
    /// How many statements belong to the offers.
    split: usize,
    /// The version of prices at which the shop was known to have no price list.
    unlisted: Option<i64>,
    /// Whether what is remembered is compared with what is true.
    afresh: bool,
    listed: bool,
    prices: Prices,
}

/// What active price lists say, at one version of prices.
#[derive(Default)]
pub struct Prices {
    version: i64,
    listed: Vec<(VariantId, Candidate)>,
}

impl Prices {
    /// What so many of an offer cost a buyer; `None` when it is not sold in their currency.
    pub fn quote(&self, offer: &Offer, quantity: i64, buyer: &Buyer, now: Timestamp) -> Option<Quote> {
        let of_it = self.listed.iter().filter(|(variant, _)| *variant == offer.variant);
        let lists: Vec<Candidate> = of_it.map(|(_, candidate)| candidate.clone()).collect();
        let found = price_for(offer.price, quantity, buyer, &lists, now)?;
        let offer = Offer { price: found.price, ..offer.clone() };
        Some(Quote { offer, found, pricing_version: self.version })
    }
}

impl QuoteReading {
    pub fn new(tenant: &Tenant, wanted: Vec<OfferBy>, afresh: bool) -> Self {
        let offers = OfferReading::new(tenant, wanted, afresh);
        let unlisted = tenant.cell().cache::<Unlisted>().0.get(&tenant.id());
        Self::of(offers, unlisted, afresh)
    }

    fn of(offers: OfferReading, unlisted: Option<i64>, afresh: bool) -> Self {
        let split = offers.statements().len();
        Self { offers, split, unlisted, afresh, listed: false, prices: Prices::default() }
    }

    fn is_old(&self) -> bool {
        let unlisted = self.unlisted.filter(|_| self.afresh);
        self.offers.is_old() || unlisted.is_some_and(|version| version != self.prices.version)
    }

    /// The offers, in the order of what was asked for, and what they cost.
    #[boxed]
    pub async fn answer(self, tenant: &Tenant) -> Result<(Vec<Option<Offer>>, Prices), Failure> {
        if !self.is_old() {
            return Ok(self.learnt(tenant));
        }
        let mut again = Self::of(self.offers.anew(), None, true);
        tenant.read_together(&mut [&mut again]).await?;
        Ok(again.learnt(tenant))
    }

    fn learnt(self, tenant: &Tenant) -> (Vec<Option<Offer>>, Prices) {
        let Self { offers, unlisted, listed, mut prices, .. } = self;
        let remembered = &tenant.cell().cache::<Unlisted>().0;
        match unlisted {
            Some(version) => prices.version = version,
            None if listed => remembered.invalidate(&tenant.id()),
            None => remembered.insert(tenant.id(), prices.version),
        }
        (offers.learnt(tenant), prices)
    }
}

impl Reading for QuoteReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        let mut statements = self.offers.statements();
        if self.unlisted.is_none() || self.afresh {
            statements.push(("select version from pricing".into(), args![]));
        }
        if self.unlisted.is_none() {
            statements.push(("select id from price_lists where status = 'active' limit 1".into(), args![]));
            statements.extend(self.offers.columns().into_iter().map(|(column, args)| {
                let marks = marks(args.len());
                let order = "order by p.variant_id, l.id, p.from_quantity";
                (format!("{CANDIDATES} and {column} in ({marks}) {order}").into(), args)
            }));
        }
        statements
    }

    fn take(&mut self, statement: usize, row: &Row<'_>) -> Result<(), Failure> {
        match statement.checked_sub(self.split) {
            None => self.offers.take(statement, row)?,
            Some(0) => self.prices.version = row.get(0)?,
            Some(1) => self.listed = true,
            Some(_) => take(&mut self.prices.listed, row)?,
        }
        Ok(())
    }
}

/// What active lists say of some variants.
const CANDIDATES: &str = "select p.variant_id, l.id, l.terms, p.from_quantity, p.amount, p.off_basis_points \
    from product_variants v join prices p on p.variant_id = v.id join price_lists l on l.id = p.list_id \
    where l.status = 'active'";

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
