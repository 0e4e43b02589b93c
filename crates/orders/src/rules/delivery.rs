//! Delivery options: the ways in which an order can be delivered.

use kernel::{Aggregate, Check, Decide, Timestamp};
use places::check_country;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Refusal;

/// A way of delivery and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryOption {
    pub id: Uuid,
    #[serde(flatten)]
    pub terms: DeliveryTerms,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryTerms {
    /// As people read it: Express.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// How long it takes, in words: 2 to 3 days.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub takes: String,
    /// In minor units of the shop's currency.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, extensions(("x-money" = json!("currency")), ("x-write" = json!("it in minor units, 0 to 1,000,000,000,000"))))]
    pub price: i64,
    /// From this subtotal on it costs nothing.
    #[serde(default)]
    #[schema(minimum = 0, extensions(("x-money" = json!("currency")), ("x-write" = json!("it in minor units, 0 or more"))))]
    pub free_from: Option<i64>,
    /// Only for subtotals from here.
    #[serde(default)]
    #[schema(minimum = 0, extensions(("x-money" = json!("currency")), ("x-write" = json!("it in minor units, 0 or more"))))]
    pub from_subtotal: Option<i64>,
    /// Only for subtotals below this.
    #[serde(default)]
    #[schema(minimum = 0, extensions(("x-money" = json!("currency")), ("x-write" = json!("it in minor units, 0 or more"))))]
    pub below_subtotal: Option<i64>,
    /// Where to, as ISO 3166-1 letters; everywhere when empty.
    #[serde(default)]
    #[schema(max_items = 300)]
    pub countries: Vec<String>,
    /// Only to postal codes that begin so; all when empty.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub postal_codes: Vec<String>,
    /// The partner who says what it costs; `price` is taken when they do not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Uuid>,
    /// Which of the carrier's services it is; the cheapest when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_service: Option<String>,
    #[serde(default = "standard")]
    pub tax_class: String,
    /// Those with a smaller one are shown first.
    #[serde(default)]
    pub position: i64,
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn standard() -> String {
    "standard".into()
}

fn yes() -> bool {
    true
}

/// Where something goes, as far as it decides how it can be delivered.
#[derive(Debug, Clone, Copy)]
pub struct Where<'a> {
    pub country: &'a str,
    pub postal_code: &'a str,
}

impl DeliveryOption {
    /// Whether it goes there with a basket of this worth.
    pub fn fits(&self, to: Where<'_>, subtotal: i64) -> bool {
        let terms = &self.terms;
        let code = to.postal_code.to_uppercase();
        let country = terms.countries.is_empty() || terms.countries.iter().any(|known| known == to.country);
        let postal = terms.postal_codes.is_empty()
            || terms.postal_codes.iter().any(|start| code.starts_with(start.as_str()));
        let worth = terms.from_subtotal.is_none_or(|from| subtotal >= from)
            && terms.below_subtotal.is_none_or(|below| subtotal < below);
        terms.enabled && country && postal && worth
    }

    pub fn price_for(&self, subtotal: i64) -> i64 {
        if self.is_free(subtotal) { 0 } else { self.terms.price }
    }

    pub fn is_free(&self, subtotal: i64) -> bool {
        self.terms.free_from.is_some_and(|from| subtotal >= from)
    }
}

impl DeliveryTerms {
    /// Beside the limits of its schema.
    pub fn check(&self) -> Check {
        let mut check = Check::default();
        for (n, country) in self.countries.iter().enumerate() {
            check_country(&mut check, format!("/countries/{n}"), country);
        }
        for (n, start) in self.postal_codes.iter().enumerate() {
            let shaped = (1..=20).contains(&start.len()) && !start.chars().any(char::is_lowercase);
            check.that(shaped, format!("/postal_codes/{n}"), "write how postal codes begin, in capitals");
        }
        check.that((1..=100).contains(&self.tax_class.len()), "/tax_class", "name a tax class");
        let service = self.carrier_service.as_ref();
        let named = service.is_none_or(|name| self.carrier.is_some() && (1..=100).contains(&name.len()));
        check.that(named, "/carrier_service", "name a service of the carrier, or leave it out");
        check
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    kept: bool,
}

kernel::events! {
    pub enum DeliveryEvent {
        Kept(KeptDelivery) = ("delivery_option.kept", 1),
        Removed(Removed) = ("delivery_option.removed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDelivery {
    pub terms: DeliveryTerms,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {}

impl Delivery {
    pub fn is_kept(&self) -> bool {
        self.kept
    }
}

impl Aggregate for Delivery {
    const KIND: &'static str = "delivery_option";
    type Event = DeliveryEvent;

    fn apply(&mut self, event: &DeliveryEvent) {
        self.kept = matches!(event, DeliveryEvent::Kept(_));
    }
}

pub struct Keep(pub DeliveryTerms);

pub struct Remove;

impl Decide<Keep> for Delivery {
    type Refusal = Refusal;

    fn decide(&self, command: &Keep, _now: Timestamp) -> Result<Vec<DeliveryEvent>, Refusal> {
        Ok(vec![KeptDelivery { terms: command.0.clone() }.into()])
    }
}

impl Decide<Remove> for Delivery {
    type Refusal = Refusal;

    fn decide(&self, _: &Remove, _now: Timestamp) -> Result<Vec<DeliveryEvent>, Refusal> {
        Ok(if self.kept { vec![Removed {}.into()] } else { Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(terms: serde_json::Value) -> DeliveryOption {
        DeliveryOption { id: Uuid::nil(), terms: serde_json::from_value(terms).unwrap() }
    }

    #[test]
    fn an_option_goes_where_it_goes_and_is_free_from_its_amount_on() {
        let irish = option(serde_json::json!({
            "name": "Express", "price": 990, "free_from": 5000, "countries": ["IE"], "postal_codes": ["T12"],
        }));
        let cork = Where { country: "IE", postal_code: "t12 xy" };
        assert!(irish.fits(cork, 100));
        assert!(!irish.fits(Where { country: "DE", ..cork }, 100));
        assert!(!irish.fits(Where { postal_code: "D01", ..cork }, 100));
        assert_eq!((irish.price_for(4999), irish.price_for(5000)), (990, 0));
    }

    #[test]
    fn an_option_is_for_the_worth_that_it_names() {
        let small = option(serde_json::json!({ "name": "Letter", "price": 200, "below_subtotal": 1000 }));
        let anywhere = Where { country: "JP", postal_code: "" };
        assert!(small.fits(anywhere, 999) && !small.fits(anywhere, 1000));
    }
}
