//! What carriers ask for a parcel, for whoever prices an order: asked before the unit of work, and cached for a while.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use futures_util::future::join_all;
use orders::carriers::{Offered, Parcel, Rates};
use store::Tenant;
use uuid::Uuid;

use crate::clients::carrier::{Carrier as _, Rate, Trip};
use crate::partners::answer_cache::Question;
use crate::partners::queries::PartnerRow;
use crate::partners::{self, health};
use crate::{Kind, PartnerId, Partners};

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
        let row = partners::queries::partner(tenant, id).await.ok()??;
        if row.definition.kind != Kind::ShippingRest || !row.definition.enabled {
            return None;
        }
        let trip = trip(&row, parcel);
        let (asked, now) = (Question::new(tenant.id(), id, row.version, &trip), tenant.cell().now());
        if let Some(known) = self.rate_answers().recall(&asked, now) {
            return known;
        }
        if !self.rate_answers().may_ask(&asked, now) {
            return None;
        }
        let went = self.carrier(tenant, &row).await.ok()?.rates(&trip).await;
        health::note(tenant, id, &went);
        if let Err(error) = &went {
            tracing::warn!(partner = %id, code = error.code(), "A carrier did not say its prices; the shop's own are taken");
        }
        self.rate_answers().keep(asked, went.as_ref().ok().cloned(), tenant.cell().now());
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
