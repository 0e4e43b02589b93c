//! Offers that were looked up before.
//!
//! An order is placed against the version of the product that its offer was read from, and the unit of work refuses
//! when that version is not today's. So an offer that is remembered too long does no harm: it is found out, forgotten,
//! and looked up again. What was *not* found is never remembered.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use kernel::TenantId;
use store::{Failure, Tenant};

use super::offers::{self, Offer, OfferBy};

/// How many are remembered, over all tenants of this node; then all are forgotten.
const REMEMBERED: usize = 50_000;

type Remembered = Mutex<HashMap<(TenantId, OfferBy), Offer>>;

/// The offers, in the order of what was asked for; `None` where there is none. `afresh` when the ones before were out
/// of date.
pub async fn offers(
    tenant: &Tenant,
    wanted: &[OfferBy],
    afresh: bool,
) -> Result<Vec<Option<Offer>>, Failure> {
    if !afresh && let Some(known) = recall(tenant.id(), wanted) {
        return Ok(known);
    }
    let found = offers::offers(tenant, wanted).await?;
    remember(tenant.id(), wanted, &found);
    Ok(found)
}

/// All of them, or none: looking up one costs as much as looking up all.
fn recall(tenant: TenantId, wanted: &[OfferBy]) -> Option<Vec<Option<Offer>>> {
    let known = remembered().lock().unwrap_or_else(PoisonError::into_inner);
    wanted.iter().map(|by| known.get(&(tenant, by.clone())).cloned().map(Some)).collect()
}

fn remember(tenant: TenantId, wanted: &[OfferBy], found: &[Option<Offer>]) {
    let mut known = remembered().lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() + wanted.len() > REMEMBERED {
        known.clear();
    }
    for (by, offer) in wanted.iter().zip(found) {
        match offer {
            Some(offer) => known.insert((tenant, by.clone()), offer.clone()),
            None => known.remove(&(tenant, by.clone())),
        };
    }
}

fn remembered() -> &'static Remembered {
    static REMEMBERED: OnceLock<Remembered> = OnceLock::new();
    REMEMBERED.get_or_init(Remembered::default)
}
