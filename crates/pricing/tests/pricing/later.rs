//! What becomes of a ledger after the order was placed.

use pricing::{Balance, Entry, Ledger, Movement, Prices, Refusal};

use super::*;

/// Three pieces at 3.33 with ten percent off are 8.99, and 20 % on top of them is 1.80. Shipping is 5.00 and 1.00.
fn placed() -> Ledger {
    let basket = to(sent(basket(&[(3, 333), (1, 1000)]), 500), "DE", None, None);
    let mut offer = promotion(1, percent(1000));
    offer.effect = Effect::Percent {
        off: Percent::basis_points(1000).unwrap(),
        from: pricing::Target::product(product(1)),
        at_most: None,
    };
    let rules = TaxRules {
        prices: Prices::ExcludeTax,
        rates: vec![rate("VAT", 200_000, "DE")],
        ..TaxRules::default()
    };
    price(&basket, &[offer], &rules).unwrap().ledger
}

const GOODS: i64 = 899 + 180 + 1000 + 200;
const SHIPPING: i64 = 500 + 100;

fn returning(ledger: &Ledger, n: u32, pieces: i64) -> Ledger {
    ledger.and(ledger.give_back(LineId(n), pieces, "Sent back").unwrap()).unwrap()
}

#[test]
fn pieces_that_come_back_one_by_one_are_worth_the_line() {
    let mut ledger = placed();
    assert_eq!(ledger.total(), GOODS + SHIPPING);
    // Off: 100 cents over three pieces are 33, 33 and 34. Tax: 60 each.
    for left in [719, 359, 0] {
        ledger = returning(&ledger, 1, 1);
        assert_eq!(ledger.totals_of(line(1)).total, left);
    }
    assert_eq!(ledger.returned(LineId(1)), 3);
    assert_eq!(
        ledger.give_back(LineId(1), 1, "Sent back"),
        Err(Refusal::MorePiecesThanLeft { line: LineId(1), left: 0 })
    );
}

#[test]
fn two_pieces_at_once_are_worth_two_pieces() {
    let one_by_one = returning(&returning(&placed(), 1, 1), 1, 1);
    assert_eq!(returning(&placed(), 1, 2).totals(), one_by_one.totals());
}

#[test]
fn tax_goes_back_with_the_piece() {
    let ledger = returning(&placed(), 2, 1);
    let [tax] = ledger.taxes().try_into().unwrap();
    assert_eq!((tax.base, tax.tax), (899 + 500, 180 + 100));
    let text = &ledger.entries().last().unwrap().text;
    assert_eq!((&**text, ledger.totals().returned), ("Sent back", -1200));
}

#[test]
fn a_share_says_what_a_piece_is_made_of() {
    let share = placed().share(LineId(1), 2, 3).unwrap();
    assert_eq!((share.items, share.off, share.taxes[0].tax, share.total), (333, -34, 60, 359));
    assert_eq!(placed().share(LineId(9), 0, 1), Err(Refusal::NotInLedger(line(9))));
}

#[test]
fn shipping_goes_back_in_parts_with_its_tax_and_never_more_of_it_than_was_charged() {
    // 2.50 of 6.00 are 2.08 and 0.42 of tax.
    let mut ledger = placed();
    ledger = ledger.and(ledger.give_shipping_back(Some(250), "Late").unwrap()).unwrap();
    assert_eq!(ledger.taxes()[0].tax, 180 + 200 + 100 - 42);
    assert_eq!(ledger.give_shipping_back(Some(351), "Late"), Err(Refusal::MoreThanCharged { left: 350 }));
    ledger = ledger.and(ledger.give_shipping_back(None, "Late").unwrap()).unwrap();
    assert_eq!((ledger.totals_of(Part::Shipping).total, ledger.taxes()[0].tax), (0, 380));
}

#[test]
fn goodwill_counts_when_everything_is_given_back() {
    let mut ledger = placed();
    ledger = ledger.and([ledger.goodwill(500, "Sorry for the dent").unwrap()]).unwrap();
    ledger = ledger.and(ledger.give_shipping_back(None, "Late").unwrap()).unwrap();
    ledger = returning(&returning(&ledger, 1, 3), 2, 1);
    assert_eq!((ledger.total(), ledger.totals().goodwill), (0, 0));
    assert_eq!(ledger.goodwill(1, "Sorry again"), Err(Refusal::MoreThanCharged { left: 0 }));
}

#[test]
fn an_exchange_charges_the_difference() {
    let paid = Movement::Paid(GOODS + SHIPPING);
    let ledger = returning(&placed(), 2, 1);
    let mut dearer = to(basket(&[(1, 1500)]), "DE", None, None);
    dearer.lines[0].id = LineId(3);
    let ledger = ledger.and(untaxed(&dearer, &[]).ledger.into_entries()).unwrap();
    let balance = ledger.balance(&[paid]).unwrap();
    assert_eq!((balance.owed, balance.refundable()), (300, 0));
}

#[test]
fn the_balance_says_what_is_owed_and_what_can_be_refunded() {
    let ledger = returning(&placed(), 2, 1);
    let all = Movement::Paid(GOODS + SHIPPING);
    let charged = GOODS + SHIPPING - 1200;
    let balance = ledger.balance(&[all, Movement::Refunded(200)]).unwrap();
    assert_eq!(balance, Balance { charged, paid: GOODS + SHIPPING, refunded: 200, owed: -1000 });
    assert_eq!(balance.refundable(), 1000);
    assert_eq!(ledger.balance(&[]).unwrap().owed, charged);
    assert_eq!(
        ledger.balance(&[Movement::Paid(1), Movement::Refunded(2)]),
        Err(Refusal::MoreThanCharged { left: 1 })
    );
}

#[test]
fn a_ledger_never_charges_less_than_nothing() {
    let ledger = placed();
    let twice: Vec<Entry> = ledger
        .give_back(LineId(2), 1, "Sent back")
        .into_iter()
        .chain(ledger.give_back(LineId(2), 1, "Sent back"))
        .flatten()
        .collect();
    assert_eq!(ledger.and(twice), Err(Refusal::MoreThanCharged { left: 0 }));
    assert_eq!(ledger.and(ledger.entries().to_vec()), Err(Refusal::LineTwice(LineId(1))));
}

#[test]
fn a_ledger_is_kept_as_json_with_its_version() {
    let ledger = returning(&placed(), 2, 1);
    let mut json = serde_json::to_value(&ledger).unwrap();
    assert_eq!(serde_json::from_value::<Ledger>(json.clone()).unwrap(), ledger);
    let discount = serde_json::json!({
        "kind": "discount",
        "promotion": "00000000-0000-0000-0000-000000000001",
        "of": { "line": 1 },
        "amount": -100,
        "text": "Offer 1",
    });
    assert_eq!(json["entries"][3], discount);
    json["version"] = 2.into();
    let refused = serde_json::from_value::<Ledger>(json).unwrap_err().to_string();
    assert!(refused.starts_with("a ledger of version 2 cannot be read"), "{refused}");
}

#[test]
fn a_ledger_of_the_first_version_is_still_read() {
    let first = r#"{"version":1,"currency":"EUR","entries":[
        {"kind":"item","quantity":2,"unit_price":595,"of":{"line":1},"amount":1190,"text":"2 × 5.95 EUR"},
        {"kind":"tax","name":"VAT","rate":190000,"base":1000,"tax":190,"included":true,"of":{"line":1},"amount":0,"text":"VAT 19 %"},
        {"kind":"shipping","of":"shipping","amount":490,"text":"Parcel"},
        {"kind":"returned","pieces":1,"taxes":[{"name":"VAT","rate":190000,"base":500,"tax":95,"included":true}],"of":{"line":1},"amount":-595,"text":"Sent back"},
        {"kind":"goodwill","of":"order","amount":-100,"text":"Late"}]}"#;
    let totals = serde_json::from_str::<Ledger>(first).unwrap().totals();
    assert_eq!((totals.total, totals.included_tax), (985, 95));
}

#[test]
fn a_ledger_whose_amounts_contradict_each_other_is_not_read() {
    let ledger = placed();
    let entries = serde_json::to_value(&ledger).unwrap();
    for (n, field, value) in
        [(0, "quantity", 2), (3, "amount", 100), (6, "base", -1), (6, "tax", 7), (0, "unit_price", i64::MAX)]
    {
        let mut other = entries.clone();
        other["entries"][n][field] = value.into();
        let refused = serde_json::from_value::<Ledger>(other).unwrap_err().to_string();
        assert!(
            refused.starts_with(&format!("/entries/{n}: its amounts contradict each other")),
            "{refused}"
        );
    }
}
