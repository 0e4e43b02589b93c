//! Delivery prices of this moment, as carriers quote them.

use kernel::boxed;
use std::collections::HashMap;

use store::Tenant;
use uuid::Uuid;

use crate::carriers::{Offered, Parcel, Rates};
use crate::rules::{DeliveryOption, Rules, Where};

pub const SILENT: &str = "The carrier does not answer; this is our usual price.";

/// What the ways of delivery that go there cost at this moment.
#[derive(Debug, Default)]
pub struct Carriage(HashMap<Uuid, Vec<Offered>>);

impl Carriage {
    /// Asks the carriers of the ways that go there. Nobody is asked about what is free.
    #[boxed]
    pub async fn ask(tenant: &Tenant, rates: &dyn Rates, rules: &Rules, parcel: &Parcel) -> Self {
        let to = Where { country: &parcel.country, postal_code: &parcel.postal_code };
        let fitting = rules.deliveries.iter().filter(|option| option.fits(to, parcel.worth));
        let priced = fitting.filter(|option| !option.is_free(parcel.worth));
        let mut carriers: Vec<Uuid> = priced.filter_map(|option| option.terms.carrier).collect();
        carriers.sort_unstable();
        carriers.dedup();
        if carriers.is_empty() {
            return Self::default();
        }
        Self(rates.offered(tenant, &carriers, parcel).await)
    }

    /// What a way costs, and what is to be said of it; `None` when its carrier does not go there.
    pub fn price(&self, option: &DeliveryOption, worth: i64) -> Option<(i64, Option<&'static str>)> {
        let usual = option.price_for(worth);
        let Some(carrier) = option.terms.carrier.filter(|_| !option.is_free(worth)) else {
            return Some((usual, None));
        };
        let Some(offered) = self.0.get(&carrier) else { return Some((usual, Some(SILENT))) };
        let service = option.terms.carrier_service.as_ref();
        let fitting = offered.iter().filter(|one| service.is_none_or(|service| one.service == *service));
        fitting.map(|one| one.price).min().map(|price| (price, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const SWIFT: Uuid = Uuid::from_u128(7);

    fn option(more: Value) -> DeliveryOption {
        let mut terms = json!({ "name": "Post", "price": 490, "free_from": 5000, "carrier": SWIFT });
        terms.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        DeliveryOption { id: Uuid::nil(), terms: serde_json::from_value(terms).unwrap() }
    }

    fn carriage(offered: &[(&str, i64)]) -> Carriage {
        let offered =
            offered.iter().map(|(service, price)| Offered { service: (*service).into(), price: *price });
        Carriage(HashMap::from([(SWIFT, offered.collect())]))
    }

    #[test]
    fn a_carrier_says_the_price_of_its_service_or_its_cheapest() {
        let answered = carriage(&[("express", 990), ("standard", 610)]);
        assert_eq!(answered.price(&option(json!({})), 100), Some((610, None)));
        let express = option(json!({ "carrier_service": "express" }));
        assert_eq!(answered.price(&express, 100), Some((990, None)));
        assert_eq!(answered.price(&express, 5000), Some((0, None)), "what is free stays free");
        assert_eq!(answered.price(&option(json!({ "carrier": null })), 100), Some((490, None)));
    }

    #[test]
    fn one_that_is_silent_costs_the_usual_price_and_one_that_does_not_go_there_is_none() {
        assert_eq!(Carriage::default().price(&option(json!({})), 100), Some((490, Some(SILENT))));
        assert_eq!(carriage(&[]).price(&option(json!({})), 100), None);
        let night = option(json!({ "carrier_service": "night" }));
        assert_eq!(carriage(&[("standard", 1)]).price(&night, 100), None);
    }

    #[test]
    fn terms_of_before_carriers_read_and_write_as_they_did() {
        let before = json!({ "name": "Post", "price": 490 });
        let terms: crate::rules::DeliveryTerms = serde_json::from_value(before).unwrap();
        let written = serde_json::to_value(&terms).unwrap();
        assert!(written.get("carrier").is_none() && written.get("carrier_service").is_none());
    }
}
