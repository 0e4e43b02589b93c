//! Offers that were looked up before.
//!
//! An order is placed against the version of the product that its offer was read from, and the unit of work refuses
//! when that version is not today's. So an offer that is remembered too long does no harm: it is found out, forgotten,
//! and looked up again. What was *not* found is never remembered.

use kernel::TenantId;
use moka::sync::Cache;
use store::{Failure, Tenant};

use super::offers::{self, Offer, OfferBy};

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

/// The offers, in the order of what was asked for; `None` where there is none. `afresh` when the ones before were out
/// of date.
pub async fn offers(
    tenant: &Tenant,
    wanted: &[OfferBy],
    afresh: bool,
) -> Result<Vec<Option<Offer>>, Failure> {
    let remembered = tenant.cell().cache::<Remembered>();
    if !afresh && let Some(known) = remembered.recall(tenant.id(), wanted) {
        return Ok(known);
    }
    let found = offers::offers(tenant, wanted).await?;
    remembered.remember(tenant.id(), wanted, &found);
    Ok(found)
}
