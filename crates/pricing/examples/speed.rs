//! How long it takes to price twenty lines with twenty promotions: the best of many short runs. Not optimised, unless:
//! `cargo run -p pricing --example speed --config 'profile.dev.package.pricing.opt-level=3'`.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use kernel::Timestamp;
use pricing::{Basket, Promotion, TaxRules, price};
use serde_json::{Value, json};

const ROUNDS: u32 = 500;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (basket, promotions, rules) = example()?;
    let mut best = u128::MAX;
    for _ in 0..100 {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(price(black_box(&basket), black_box(&promotions), black_box(&rules)))
                .map_err(kernel::Problem::from)?;
        }
        best = best.min(start.elapsed().as_nanos() / u128::from(ROUNDS));
    }
    let priced = price(&basket, &promotions, &rules).map_err(kernel::Problem::from)?;
    let entries = priced.ledger.entries().len();
    let applied = priced.explained.iter().filter(|one| one.amount > 0).count();
    writeln!(
        std::io::stdout(),
        "{best} ns: {applied} promotions apply, {entries} entries, {}",
        priced.total()
    )?;
    Ok(())
}

fn example() -> Result<(Basket, Vec<Promotion>, TaxRules), serde_json::Error> {
    let id = |n: usize| uuid::Uuid::from_u128(n as u128);
    let lines: Vec<Value> = (0..20)
        .map(|n| {
            json!({
                "id": n, "product": id(n), "variant": id(n), "quantity": 1 + n % 4, "unit_price": 999 + 137 * n,
                "categories": [format!("shelf {}", n % 5)], "tax_class": if n % 3 == 0 { "food" } else { "" },
            })
        })
        .collect();
    let basket = json!({
        "currency": "EUR", "lines": lines, "now": Timestamp::from_micros(0),
        "shipping": { "option": "Parcel", "price": 490 }, "destination": { "country": "DE" },
    });
    let shelf = |n: usize| json!({ "of": [{ "category": format!("shelf {}", n % 5) }] });
    let promotions: Vec<Value> = (0..20)
        .map(|n| {
            let effect = match n % 5 {
                0 => json!({ "kind": "percent", "off": 500 }),
                1 => json!({ "kind": "amount", "off": { "amount": 300, "currency": "EUR" } }),
                2 => json!({ "kind": "each", "off": { "amount": 20, "currency": "EUR" }, "from": shelf(n) }),
                3 => json!({ "kind": "buy_get", "buy": 3, "get": 1, "off": 5000, "of": shelf(n), "from": shelf(n) }),
                _ => json!({ "kind": "percent", "off": 1000, "from": shelf(n) }),
            };
            let stacking = if n % 7 == 0 { json!({ "one_of": "sale" }) } else { json!("together") };
            json!({ "id": id(n), "name": format!("Offer {n}"), "effect": effect, "stacking": stacking })
        })
        .collect();
    let rules = json!({ "rates": [
        { "name": "VAT", "rate": 190_000, "country": "DE" },
        { "name": "VAT", "rate": 70_000, "country": "DE", "tax_class": "food" },
    ] });
    Ok((
        serde_json::from_value(basket)?,
        serde_json::from_value(Value::from(promotions))?,
        serde_json::from_value(rules)?,
    ))
}
