//! Worked examples, reckoned by hand, and what must hold for every basket.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod later;
mod promotions;
mod properties;
mod stacking;
mod taxes;

use kernel::{Currency, Money, Timestamp};
use pricing::{
    Basket, Conditions, Customer, Destination, Effect, Explanation, Kind, Line, LineId, Outcome, Part,
    Percent, Priced, Promotion, PromotionId, Rate, Shipping, Stacking, TaxRate, TaxRules, price,
};
use uuid::Uuid;

const NOON: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn eur(amount: i64) -> Money {
    Money::new(amount, currency("EUR"))
}

/// Lines of a number of pieces at a price each, as the products 1, 2, 3 and so on.
fn basket(lines: &[(i64, i64)]) -> Basket {
    let line = |(n, (quantity, unit_price)): (u32, &(i64, i64))| Line {
        id: LineId(n),
        product: product(n),
        variant: product(100 + n),
        quantity: *quantity,
        unit_price: *unit_price,
        categories: vec![format!("shelf {n}")],
        tax_class: String::new(),
    };
    Basket {
        currency: currency("EUR"),
        lines: (1..).zip(lines).map(line).collect(),
        shipping: None,
        codes: Vec::new(),
        customer: Customer::default(),
        destination: None,
        now: NOON,
    }
}

fn product(n: u32) -> Uuid {
    Uuid::from_u128(u128::from(n))
}

fn sent(mut basket: Basket, price: i64) -> Basket {
    basket.shipping = Some(Shipping { option: "Parcel".into(), price, tax_class: String::new() });
    basket
}

fn to(mut basket: Basket, country: &str, region: Option<&str>, postal_code: Option<&str>) -> Basket {
    basket.destination = Some(Destination {
        country: country.into(),
        region: region.map(str::to_owned),
        postal_code: postal_code.map(str::to_owned),
    });
    basket
}

fn promotion(id: u128, effect: Effect) -> Promotion {
    Promotion {
        id: PromotionId(Uuid::from_u128(id)),
        name: format!("Offer {id}"),
        effect,
        conditions: Conditions::default(),
        stacking: Stacking::Together,
        priority: 0,
        starts: None,
        ends: None,
        code: None,
        uses_left: None,
        uses_left_for_customer: None,
    }
}

fn percent(points: u16) -> Effect {
    Effect::Percent { off: Percent::basis_points(points).unwrap(), from: Default::default(), at_most: None }
}

fn amount(off: i64) -> Effect {
    Effect::Amount { off: eur(off), from: Default::default() }
}

fn rate(name: &str, millionths: u32, country: &str) -> TaxRate {
    TaxRate {
        name: name.into(),
        rate: Rate(millionths),
        country: country.into(),
        region: None,
        postal_prefix: None,
        tax_class: None,
        layer: 0,
        compound: false,
        reverse_charge: false,
    }
}

fn untaxed(basket: &Basket, promotions: &[Promotion]) -> Priced {
    price(basket, promotions, &TaxRules::default()).unwrap()
}

fn line(n: u32) -> Part {
    Part::Line(LineId(n))
}

/// What is taken off each line, in their order.
fn taken_off(priced: &Priced) -> Vec<i64> {
    let lines = priced.ledger.entries().iter().filter(|entry| matches!(entry.kind, Kind::Item { .. }));
    lines.map(|item| -priced.ledger.totals_of(item.of).discounts).collect()
}

fn told(priced: &Priced) -> Vec<&str> {
    priced.explained.iter().map(|Explanation { text, .. }| text.as_str()).collect()
}

fn outcome(priced: &Priced, n: usize) -> &Outcome {
    &priced.explained[n].outcome
}
