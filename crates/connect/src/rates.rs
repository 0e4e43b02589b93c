//! What carriers ask for a parcel, for whoever prices an order: asked before the unit of work, and remembered for a while.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_util::future::join_all;
use kernel::{TenantId, Timestamp};
use orders::carriers::{Offered, Parcel, Rates};
use parking_lot::Mutex;
use store::Tenant;
use uuid::Uuid;

use crate::carrier::{Carrier as _, Rate, Trip};
use crate::queries::{self, PartnerRow};
use crate::{Kind, PartnerId, Partners, health};

/// How long an answer holds: from the cart to the order, and not into tomorrow's price.
const HOLDS: Duration = Duration::from_secs(5 * 60);

/// How long nobody else waits for a carrier that has just kept somebody waiting.
const SILENT: Duration = Duration::from_secs(10);

/// How many answers are remembered, over all tenants of this node; then all are forgotten.
const MOST: usize = 20_000;

/// By the partner as it was configured, too: another address has other prices.
type Key = (TenantId, PartnerId, i64, Trip);

/// What a carrier said; `None` when it did not answer.
type Said = Option<Vec<Rate>>;

/// What carriers said, each until it does not hold any more.
#[derive(Default)]
pub struct Remembered(Mutex<HashMap<Key, (Timestamp, Said)>>);

impl Remembered {
    fn recall(&self, key: &Key, now: Timestamp) -> Option<Said> {
        let known = self.0.lock();
        known.get(key).filter(|(until, _)| now < *until).map(|(_, rates)| rates.clone())
    }

    fn keep(&self, key: Key, rates: Said, now: Timestamp) {
        let mut known = self.0.lock();
        if known.len() >= MOST {
            known.clear();
        }
        let holds = if rates.is_some() { HOLDS } else { SILENT };
        known.insert(key, (now.plus(holds), rates));
    }
}

impl Rates for Partners {
    fn offered<'a>(
        &'a self,
        tenant: &'a Tenant,
        carriers: &'a [Uuid],
        parcel: &'a Parcel,
    ) -> Pin<Box<dyn Future<Output = HashMap<Uuid, Vec<Offered>>> + Send + 'a>> {
        Box::pin(async move {
            let asked = carriers.iter().map(|id| async move {
                let rates = self.rates_of(tenant, PartnerId(*id), parcel).await?;
                let offered =
                    rates.into_iter().map(|rate| Offered { service: rate.service, price: rate.price });
                Some((*id, offered.collect()))
            });
            join_all(asked).await.into_iter().flatten().collect()
        })
    }
}

impl Partners {
    /// `None` when there is no such carrier, or it does not answer.
    async fn rates_of(&self, tenant: &Tenant, id: PartnerId, parcel: &Parcel) -> Option<Vec<Rate>> {
        let row = queries::partner(tenant, id).await.ok()??;
        if row.definition.kind != Kind::ShippingRest || !row.definition.enabled {
            return None;
        }
        let trip = trip(&row, parcel);
        let (key, now) = ((tenant.id(), id, row.version, trip.clone()), tenant.cell().now());
        if let Some(known) = self.remembered().recall(&key, now) {
            return known;
        }
        let went = self.carrier(tenant, &row).await.ok()?.rates(&trip).await;
        let now = tenant.cell().now();
        health::note(tenant.id(), id, &went, now);
        if let Err(error) = &went {
            tracing::warn!(partner = %id, code = error.code(), "A carrier did not say its prices; the shop's own are taken");
        }
        self.remembered().keep(key, went.as_ref().ok().cloned(), now);
        went.ok()
    }
}

fn trip(row: &PartnerRow, parcel: &Parcel) -> Trip {
    let options = &row.definition.options;
    Trip {
        weight_grams: parcel.weight_grams,
        worth: parcel.worth,
        currency: parcel.currency.code().to_owned(),
        from_country: options.from_country.clone().unwrap_or_default(),
        from_postal_code: options.from_postal_code.clone().unwrap_or_default(),
        to_country: parcel.country.clone(),
        to_postal_code: parcel.postal_code.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(weight_grams: i64) -> Key {
        let text = String::new;
        let trip = Trip {
            weight_grams,
            worth: 1,
            currency: text(),
            from_country: text(),
            from_postal_code: text(),
            to_country: text(),
            to_postal_code: text(),
        };
        (TenantId::CELL, PartnerId(Uuid::nil()), 1, trip)
    }

    #[test]
    fn an_answer_holds_for_its_parcel_and_for_five_minutes_and_silence_for_ten_seconds() {
        let (known, start) = (Remembered::default(), Timestamp::from_micros(0));
        known.keep(key(1), Some(Vec::new()), start);
        known.keep(key(2), None, start);
        assert_eq!(known.recall(&key(1), start.plus(HOLDS / 2)), Some(Some(Vec::new())));
        assert_eq!(known.recall(&key(1), start.plus(HOLDS)), None);
        assert_eq!(known.recall(&key(2), start), Some(None));
        assert_eq!(known.recall(&key(2), start.plus(SILENT)), None);
        assert_eq!(known.recall(&key(3), start), None);
    }
}
