//! What a shop has agreed on with somebody: prices of its own, something off the whole, a delivery of its own.
//!
//! The till prices it like everything else. What is less than the price list says is taken off in the ledger, so that
//! the bill shows both prices and why; what is more is charged, and the bill says that as well.

use catalog::VariantId;
use kernel::{Currency, Money};
use pricing::{
    Conditions, Effect, Entry, Kind, LineId, Part, Percent, PromotionId, Refusal, Stacking, Target,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::order::{DELIVERY, DISCOUNT, Line, OFF, OWN_DELIVERY, PRICE, Words};
use crate::rules::{DeliveryOption, DeliveryTerms};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    pub prices: Vec<OwnPrice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<OwnDiscount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<OwnDelivery>,
}

/// What a piece costs, whatever the price list says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnPrice {
    #[serde(rename = "variant_id")]
    #[schema(value_type = Uuid)]
    pub variant: VariantId,
    /// Of one piece, in minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub unit_price: i64,
    /// As the bill says it.
    pub reason: String,
}

/// What is taken off the whole, after prices of its own: an amount, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnDiscount {
    /// In minor units; never more than everything costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// In hundredths of a percent: 1250 is 12.5 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis_points: Option<u16>,
    /// As the bill says it.
    pub text: String,
}

/// How it is delivered and what that costs, whatever ways of delivery the shop has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnDelivery {
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// In minor units.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, extensions(("x-money" = json!("currency")), ("x-write" = json!("it in minor units, 0 to 1,000,000,000,000"))))]
    pub price: i64,
}

impl Agreed {
    /// Charges more where that was agreed on. What each line cost by the price list is told, in their order.
    pub(crate) fn raise(&self, lines: &mut [Line]) -> Vec<i64> {
        let before = lines.iter().map(|line| line.unit_price.amount).collect();
        for line in lines {
            if let Some(own) = self.price(line.variant) {
                line.unit_price.amount = line.unit_price.amount.max(own.unit_price);
            }
        }
        before
    }

    /// What takes off the rest: each own price, and then what is off the whole.
    pub(crate) fn promotions(
        &self,
        lines: &[Line],
        currency: Currency,
    ) -> Result<Vec<pricing::Promotion>, Refusal> {
        let lower = lines.iter().filter_map(|line| {
            let own = self.price(line.variant)?;
            let off = Money::new(line.unit_price.amount.checked_sub(own.unit_price)?, currency);
            let effect = Effect::Each { off, from: Target::variant(line.variant.uuid()) };
            (off.amount > 0).then(|| promotion(id(line.variant), PRICE, effect, 1))
        });
        let mut all: Vec<pricing::Promotion> = lower.collect();
        if let Some(discount) = &self.discount {
            let from = Target::all();
            let effect = match discount.basis_points {
                Some(points) => Effect::Percent { off: Percent::basis_points(points)?, from, at_most: None },
                None => Effect::Amount { off: Money::new(discount.amount.unwrap_or(0), currency), from },
            };
            all.push(promotion(DISCOUNT, OFF, effect, 0));
        }
        Ok(all)
    }

    /// A line of the bill for each price that is above the list's: it is in the sum already, so it adds nothing.
    pub(crate) fn raised(&self, lines: &[Line], before: &[i64], first: u32) -> Vec<Entry> {
        let raised = lines.iter().zip(before).zip(first..).filter_map(|((line, before), number)| {
            self.price(line.variant).filter(|own| own.unit_price > *before)?;
            let listed = Money::new(*before, line.unit_price.currency);
            Some(Entry {
                kind: Kind::Discount { promotion: id(line.variant) },
                of: Part::Line(LineId(number)),
                amount: 0,
                text: format!("{PRICE}: instead of {listed} a piece").into(),
            })
        });
        raised.collect()
    }

    pub(crate) fn words(&self) -> Words {
        let prices = self.prices.iter().filter(|own| !own.reason.is_empty());
        let prices = prices.map(|own| (id(own.variant).uuid(), format!("{PRICE}, {}", own.reason)));
        let discount = self.discount.iter().map(|discount| (DISCOUNT.uuid(), discount.text.clone()));
        let delivery = self.delivery.iter().map(|delivery| (OWN_DELIVERY, delivery.name.clone()));
        Words(prices.chain(discount).chain(delivery).collect())
    }

    fn price(&self, variant: VariantId) -> Option<&OwnPrice> {
        self.prices.iter().find(|own| own.variant == variant)
    }
}

impl OwnDelivery {
    pub(crate) fn option(&self) -> DeliveryOption {
        let terms = DeliveryTerms {
            name: self.name.clone(),
            takes: String::new(),
            price: self.price,
            free_from: None,
            from_subtotal: None,
            below_subtotal: None,
            countries: Vec::new(),
            postal_codes: Vec::new(),
            carrier: None,
            carrier_service: None,
            tax_class: "standard".into(),
            position: 0,
            enabled: true,
        };
        DeliveryOption { id: OWN_DELIVERY, terms }
    }
}

/// The same for a variant each time, so that a bill that is made again is the same bill.
fn id(variant: VariantId) -> PromotionId {
    PromotionId(Uuid::new_v5(&variant.uuid(), b"own price"))
}

/// What a way of delivery is called where it is kept for good: how a shop calls one that it agreed on may name somebody.
pub(crate) fn plain(option: &DeliveryOption) -> &str {
    if option.id == OWN_DELIVERY { DELIVERY } else { &option.terms.name }
}

fn promotion(id: PromotionId, name: &str, effect: Effect, priority: i32) -> pricing::Promotion {
    pricing::Promotion {
        id,
        name: name.to_owned(),
        effect,
        conditions: Conditions::default(),
        stacking: Stacking::Together,
        priority,
        starts: None,
        ends: None,
        code: None,
        uses_left: None,
        uses_left_for_customer: None,
    }
}

#[cfg(test)]
mod tests {
    use catalog::ProductId;
    use kernel::Timestamp;
    use pricing::{Basket, TaxRules};
    use proptest::prelude::*;

    use super::*;

    fn euro() -> Currency {
        "EUR".parse().unwrap()
    }

    fn line(quantity: i64, unit_price: i64) -> Line {
        Line {
            variant: VariantId::new(),
            product: ProductId::new(),
            sku: "L".into(),
            title: "Lamp".into(),
            quantity,
            unit_price: Money::new(unit_price, euro()),
        }
    }

    fn own(line: &Line, unit_price: i64) -> OwnPrice {
        OwnPrice { variant: line.variant, unit_price, reason: "fair".into() }
    }

    fn bill(agreed: &Agreed, mut lines: Vec<Line>) -> pricing::Ledger {
        let before = agreed.raise(&mut lines);
        let priced = lines.iter().zip(1..).map(|(line, number)| pricing::Line {
            id: LineId(number),
            product: line.product.uuid(),
            variant: line.variant.uuid(),
            quantity: line.quantity,
            unit_price: line.unit_price.amount,
            categories: Vec::new(),
            tax_class: String::new(),
        });
        let basket = Basket {
            currency: euro(),
            lines: priced.collect(),
            shipping: None,
            codes: Vec::new(),
            customer: pricing::Customer::default(),
            destination: None,
            now: Timestamp::from_micros(0),
        };
        let promotions = agreed.promotions(&lines, euro()).unwrap();
        let ledger = pricing::price(&basket, &promotions, &TaxRules::default()).unwrap().ledger;
        ledger.and(agreed.raised(&lines, &before, 1)).unwrap()
    }

    fn texts(ledger: &pricing::Ledger, words: &Words) -> Vec<(i64, String)> {
        ledger.entries().iter().map(|entry| (entry.amount, words.of_entry(entry))).collect()
    }

    #[test]
    fn a_lower_price_is_taken_off_and_a_higher_one_is_charged_and_the_bill_says_both() {
        let lines = vec![line(2, 1999), line(1, 500)];
        let prices = vec![own(&lines[0], 1500), own(&lines[1], 700)];
        let discount = OwnDiscount { amount: Some(100), basis_points: None, text: "For Ada".into() };
        let agreed = Agreed { prices, discount: Some(discount), delivery: None };
        let ledger = bill(&agreed, lines);
        assert_eq!(ledger.total(), 2 * 1500 + 700 - 100);
        let kept = texts(&ledger, &Words::default());
        assert!(kept.iter().all(|(_, text)| !text.contains("fair") && !text.contains("Ada")), "{kept:?}");
        let texts = texts(&ledger, &agreed.words());
        assert!(texts.iter().any(|(_, text)| text.starts_with("For Ada")), "{texts:?}");
        assert!(texts.contains(&(-998, "Own price, fair".into())), "{texts:?}");
        assert!(texts.contains(&(0, "Own price, fair: instead of 5.00 EUR a piece".into())), "{texts:?}");
    }

    #[test]
    fn what_is_off_the_whole_comes_after_own_prices_and_never_below_nothing() {
        let lines = vec![line(2, 1000)];
        let prices = vec![own(&lines[0], 500)];
        let half = OwnDiscount { amount: None, basis_points: Some(5000), text: "Regular".into() };
        let agreed = Agreed { prices: prices.clone(), discount: Some(half), delivery: None };
        assert_eq!(bill(&agreed, lines.clone()).total(), 500);
        let more = OwnDiscount { amount: Some(5000), basis_points: None, text: "Gift".into() };
        assert_eq!(bill(&Agreed { prices, discount: Some(more), delivery: None }, lines).total(), 0);
    }

    proptest! {
        #[test]
        fn the_ledger_adds_up_to_what_was_agreed_and_no_line_costs_less_than_nothing(
            wanted in prop::collection::vec((1i64..50, 0i64..100_000, prop::option::of(0i64..150_000)), 1..12),
            off in prop::option::of((0i64..2_000_000, prop::option::of(0u16..=10_000))),
        ) {
            let lines: Vec<Line> = wanted.iter().map(|(quantity, listed, _)| line(*quantity, *listed)).collect();
            let prices = lines.iter().zip(&wanted).filter_map(|(line, (.., own_price))| Some(own(line, (*own_price)?)));
            let discount = off.map(|(amount, points)| OwnDiscount {
                amount: points.is_none().then_some(amount), basis_points: points, text: "Off".into(),
            });
            let agreed = Agreed { prices: prices.collect(), discount, delivery: None };
            let whole: i64 = wanted.iter().map(|(quantity, listed, own)| quantity * own.unwrap_or(*listed)).sum();
            let ledger = bill(&agreed, lines.clone());
            let off = match off {
                Some((_, Some(points))) => (whole * i64::from(points) + 5000) / 10_000,
                Some((amount, None)) => amount.min(whole),
                None => 0,
            };
            prop_assert_eq!(ledger.total(), whole - off);
            for number in 1..=u32::try_from(lines.len()).unwrap() {
                prop_assert!(ledger.totals_of(Part::Line(LineId(number))).total >= 0);
            }
        }
    }
}
