//! What promotions take off, and what they say when they do not.

use pricing::{Bundled, Effect, Outcome, Pick, Target};

use super::*;

fn buy_get(buy: i64, of: Target, get: i64, from: Target, off: u16) -> Effect {
    Effect::BuyGet { buy, of, get, from, off: Percent::basis_points(off).unwrap(), times: None }
}

#[test]
fn a_basket_without_promotions_costs_what_its_lines_and_shipping_cost() {
    let priced = untaxed(&sent(basket(&[(2, 1999), (1, 500)]), 490), &[]);
    assert_eq!(priced.total(), 3998 + 500 + 490);
    let texts: Vec<&str> = priced.ledger.entries().iter().map(|entry| &*entry.text).collect();
    assert_eq!(texts, ["2 × 19.99 EUR", "1 × 5.00 EUR", "Parcel"]);
}

#[test]
fn ten_percent_of_three_odd_lines_is_ten_percent_of_their_sum() {
    // 3.33 + 3.33 + 3.35 = 10.01, of which ten percent is 1.001: one euro. By line it would be 0.33 + 0.33 + 0.34.
    // The exact parts are 33.27, 33.27 and 33.47 cents of 100: the cent that is left goes to the third.
    let priced = untaxed(&basket(&[(1, 333), (1, 333), (1, 335)]), &[promotion(1, percent(1000))]);
    assert_eq!(priced.total(), 901);
    assert_eq!(taken_off(&priced), [33, 33, 34]);
    assert_eq!(&*priced.ledger.entries()[3].text, "Offer 1");
}

#[test]
fn five_euros_off_are_spread_by_what_lines_cost() {
    // 500 × 1000/3000 = 166.67 and 500 × 2000/3000 = 333.33.
    let priced = untaxed(&basket(&[(1, 1000), (2, 1000)]), &[promotion(1, amount(500))]);
    assert_eq!(taken_off(&priced), [167, 333]);
}

#[test]
fn a_discount_is_never_more_than_the_goods() {
    let priced = untaxed(&sent(basket(&[(1, 300), (1, 100)]), 490), &[promotion(1, amount(10_000))]);
    assert_eq!((priced.total(), taken_off(&priced)), (490, vec![300, 100]));
    assert_eq!(priced.explained[0].amount, 400);
}

#[test]
fn all_of_it_off_leaves_nothing_to_pay_and_nothing_for_the_next() {
    let priced = untaxed(&basket(&[(3, 333)]), &[promotion(1, percent(10_000)), promotion(2, amount(100))]);
    assert_eq!(priced.total(), 0);
    assert_eq!(*outcome(&priced, 1), Outcome::NothingLeft);
}

#[test]
fn a_percentage_can_have_a_highest_amount() {
    let off = Percent::basis_points(5000).unwrap();
    let effect = Effect::Percent { off, from: Target::all(), at_most: Some(eur(2000)) };
    assert_eq!(untaxed(&basket(&[(1, 10_000)]), &[promotion(1, effect)]).total(), 8000);
}

#[test]
fn only_the_lines_that_are_meant_become_cheaper() {
    let target = Target {
        of: vec![Pick::Category("shelf 1".into()), Pick::Variant(product(103))],
        except: vec![Pick::Product(product(3))],
    };
    let effect = Effect::Each { off: eur(150), from: target };
    let priced = untaxed(&basket(&[(2, 1000), (2, 1000), (2, 1000)]), &[promotion(1, effect)]);
    assert_eq!(taken_off(&priced), [300, 0, 0]);
}

#[test]
fn each_piece_loses_no_more_than_it_costs() {
    let effect = Effect::Each { off: eur(150), from: Target::all() };
    assert_eq!(taken_off(&untaxed(&basket(&[(3, 100), (2, 400)]), &[promotion(1, effect)])), [300, 300]);
}

#[test]
fn shipping_is_free_up_to_a_cap_and_waits_for_a_way_of_sending() {
    let free = [promotion(1, Effect::FreeShipping { at_most: Some(eur(500)) })];
    let priced = untaxed(&sent(basket(&[(1, 1000)]), 790), &free);
    let totals = priced.totals();
    assert_eq!((totals.shipping, totals.shipping_discounts, totals.total), (790, -500, 1290));
    assert_eq!(
        told(&untaxed(&basket(&[(1, 1000)]), &free)),
        ["Choose how it is sent, and “Offer 1” applies."]
    );
}

#[test]
fn of_three_pieces_at_two_prices_the_cheapest_is_free() {
    // Five pieces: one group of three. Six: two groups, so both the 5.00 and one of the 8.00 pieces.
    let offer = [promotion(1, buy_get(2, Target::all(), 1, Target::all(), 10_000))];
    assert_eq!(taken_off(&untaxed(&basket(&[(4, 800), (1, 500)]), &offer)), [0, 500]);
    assert_eq!(taken_off(&untaxed(&basket(&[(5, 800), (1, 500)]), &offer)), [800, 500]);
    assert_eq!(told(&untaxed(&basket(&[(2, 800)]), &offer)), ["Add 1 piece more, and “Offer 1” applies."]);
}

#[test]
fn who_buys_two_lamps_gets_a_bulb_at_half_price_for_each_two() {
    let offer = promotion(1, buy_get(2, Target::product(product(1)), 1, Target::product(product(2)), 5000));
    assert_eq!(taken_off(&untaxed(&basket(&[(5, 2000), (3, 333)]), std::slice::from_ref(&offer))), [0, 333]);
    // Half of two bulbs at 3.33 is exactly 3.33; without a lamp there is nothing to halve.
    let priced = untaxed(&basket(&[(1, 2000), (3, 333)]), &[offer]);
    assert_eq!(
        (taken_off(&priced), outcome(&priced, 0)),
        (vec![0, 0], &Outcome::TooFewPieces { missing: 1 })
    );
}

#[test]
fn a_piece_that_is_needed_for_buying_is_not_got_as_well() {
    // Buy one of shelf 1 or 2, get one of shelf 2 free: the shelf 1 piece is bought, both shelf 2 pieces remain, and
    // the second of them would have to be bought by the first.
    let either = Target {
        of: vec![Pick::Category("shelf 1".into()), Pick::Category("shelf 2".into())],
        except: vec![],
    };
    let offer = [promotion(1, buy_get(1, either, 1, Target::category("shelf 2"), 10_000))];
    assert_eq!(taken_off(&untaxed(&basket(&[(1, 900), (2, 700)]), &offer)), [0, 700]);
    assert_eq!(taken_off(&untaxed(&basket(&[(2, 900), (2, 700)]), &offer)), [0, 1400]);
    assert_eq!(taken_off(&untaxed(&basket(&[(1, 900), (3, 700)]), &offer)), [0, 1400]);
}

#[test]
fn an_offer_repeats_as_often_as_it_says() {
    let effect = Effect::BuyGet {
        buy: 1,
        of: Target::all(),
        get: 1,
        from: Target::all(),
        off: Percent::ALL,
        times: Some(2),
    };
    assert_eq!(taken_off(&untaxed(&basket(&[(10, 100)]), &[promotion(1, effect)])), [200]);
}

#[test]
fn a_bundle_costs_its_price_as_often_as_its_parts_are_there() {
    let part = |quantity, n| Bundled { quantity, of: Target::product(product(n)) };
    let effect = Effect::Bundle { price: eur(2500), parts: vec![part(1, 1), part(2, 2)], times: None };
    // Lamp 20.00 and two bulbs at 5.00 are 30.00: 5.00 less for each of two bundles. By cost: 667 and 333.
    let priced = untaxed(&basket(&[(3, 2000), (5, 500)]), &[promotion(1, effect.clone())]);
    assert_eq!((priced.total(), taken_off(&priced)), (8500 - 1000, vec![667, 333]));
    let priced = untaxed(&basket(&[(3, 2000), (1, 500)]), &[promotion(1, effect)]);
    assert_eq!(*outcome(&priced, 0), Outcome::TooFewPieces { missing: 1 });
}

#[test]
fn a_bundle_that_costs_more_than_its_parts_takes_nothing_off() {
    let parts = vec![Bundled { quantity: 2, of: Target::all() }];
    let effect = Effect::Bundle { price: eur(2500), parts, times: None };
    assert_eq!(*outcome(&untaxed(&basket(&[(2, 100)]), &[promotion(1, effect)]), 0), Outcome::NothingLeft);
}

#[test]
fn a_code_is_found_however_it_is_typed_and_an_unknown_one_is_named() {
    let mut summer = promotion(1, percent(1000));
    summer.code = Some("SUMMER".into());
    let mut basket = basket(&[(1, 1000)]);
    basket.codes = vec![" summer ".into(), "WINTER".into(), "WINTER".into(), " ".into()];
    let priced = untaxed(&basket, &[summer]);
    assert_eq!(priced.total(), 900);
    assert_eq!(told(&priced), ["“Offer 1” applies.", UNKNOWN]);
}

const UNKNOWN: &str =
    "There is no code “WINTER” for you. Check how it is written; if it was given to you, sign in.";

#[test]
fn a_promotion_for_others_is_not_spoken_of_and_its_code_reads_like_one_that_is_none() {
    let for_others: [fn(&mut Promotion); 2] = [
        |it| it.conditions.segments = vec!["vip".into()],
        |it| it.conditions.organisations = vec![product(7)],
    ];
    for change in for_others {
        let mut offer = promotion(1, percent(1000));
        change(&mut offer);
        let mut basket = basket(&[(1, 1000)]);
        assert_eq!(untaxed(&basket, std::slice::from_ref(&offer)).explained, vec![]);
        basket.codes = vec!["WINTER".into()];
        let nothing = untaxed(&basket, &[]);
        // Nor does it tell whether it has begun, is over or is used up.
        let after = Timestamp::from_micros(NOON.as_micros() + 1);
        let states: [&dyn Fn(&mut Promotion); 4] =
            [&|_| (), &|it| it.starts = Some(after), &|it| it.ends = Some(NOON), &|it| {
                it.uses_left = Some(0)
            }];
        for state in states {
            let mut coded = offer.clone();
            coded.code = Some("Winter".into());
            state(&mut coded);
            let priced = untaxed(&basket, &[coded]);
            assert_eq!((told(&priced), &priced.explained), (vec![UNKNOWN], &nothing.explained));
        }
    }
}

#[test]
fn a_promotion_that_has_not_begun_is_not_announced() {
    let mut offer = promotion(1, percent(1000));
    offer.starts = Some(Timestamp::from_micros(NOON.as_micros() + 1));
    let mut basket = basket(&[(1, 1000)]);
    assert_eq!(untaxed(&basket, std::slice::from_ref(&offer)).explained, vec![]);
    offer.code = Some("SOON".into());
    basket.codes = vec!["soon".into()];
    assert_eq!(told(&untaxed(&basket, &[offer])), ["“Offer 1” has not begun yet."]);
}

#[test]
fn a_promotion_whose_code_was_not_typed_is_not_spoken_of() {
    let mut secret = promotion(1, percent(1000));
    secret.code = Some("STAFF".into());
    let priced = untaxed(&basket(&[(1, 1000)]), &[secret]);
    assert_eq!((priced.total(), priced.explained), (1000, vec![]));
}

#[test]
fn says_why_a_promotion_does_not_apply() {
    type Change = fn(&mut Promotion);
    let cases: [(Change, &str); 7] = [
        (|it| it.ends = Some(NOON), "“Offer 1” is over."),
        (|it| it.uses_left = Some(0), "“Offer 1” was used as often as it can be."),
        (|it| it.uses_left_for_customer = Some(0), "You used “Offer 1” as often as one person can."),
        (|it| it.conditions.first_order = true, "“Offer 1” is for a first order only."),
        (
            |it| it.conditions.countries = vec!["AT".into()],
            "“Offer 1” does not hold for the country of the address.",
        ),
        (|it| it.conditions.minimum_quantity = Some(5), "Add 3 pieces more, and “Offer 1” applies."),
        (|it| it.conditions.minimum_subtotal = Some(eur(3200)), "Add 12.00 EUR more, and “Offer 1” applies."),
    ];
    let basket = to(basket(&[(2, 1000)]), "DE", None, None);
    for (change, sentence) in cases {
        let mut offer = promotion(1, percent(1000));
        change(&mut offer);
        let priced = untaxed(&basket, &[offer]);
        assert_eq!((told(&priced), priced.total()), (vec![sentence], 2000));
    }
}

#[test]
fn applies_when_every_condition_holds() {
    let mut offer = promotion(1, percent(1000));
    (offer.starts, offer.uses_left, offer.uses_left_for_customer) = (Some(NOON), Some(1), Some(1));
    offer.conditions = Conditions {
        minimum_subtotal: Some(eur(1000)),
        minimum_quantity: Some(2),
        counted: Target::category("shelf 1"),
        segments: vec!["vip".into(), "press".into()],
        organisations: vec![product(7)],
        first_order: true,
        countries: vec!["de".into()],
    };
    let mut basket = to(basket(&[(2, 500)]), "DE", None, None);
    basket.customer = Customer {
        segments: vec!["press".into()],
        first_order: true,
        organisation: Some(product(7)),
        ..Customer::default()
    };
    assert_eq!(untaxed(&basket, &[offer]).total(), 900);
}

#[test]
fn a_promotion_in_another_currency_does_not_apply() {
    let off = Money::new(500, currency("USD"));
    let priced = untaxed(&basket(&[(1, 1000)]), &[promotion(1, Effect::Amount { off, from: Target::all() })]);
    assert_eq!(told(&priced), ["“Offer 1” is for orders in USD, and this one is in EUR."]);
}

#[test]
fn refuses_a_promotion_that_nobody_can_have_meant() {
    let none_at_all = promotion(1, buy_get(0, Target::all(), 1, Target::all(), 10_000));
    let negative = promotion(1, amount(-5));
    let empty = promotion(1, Effect::Bundle { price: eur(1), parts: vec![], times: None });
    for (wrong, pointer) in [(none_at_all, "/effect/buy"), (negative, "/effect"), (empty, "/effect/parts")] {
        let refused = kernel::Problem::from(wrong.check().unwrap_err());
        assert_eq!((refused.code.as_str(), refused.fields[0].pointer.as_str()), ("invalid", pointer));
        assert!(price(&basket(&[(1, 1)]), &[wrong], &TaxRules::default()).is_err());
    }
    assert!(serde_json::from_str::<Percent>("10001").is_err());
}

#[test]
fn a_promotion_survives_json() {
    let mut offer = promotion(1, buy_get(2, Target::product(product(1)), 1, Target::all(), 5000));
    offer.stacking = Stacking::OneOf("summer".into());
    let json = serde_json::to_string(&offer).unwrap();
    assert_eq!(serde_json::from_str::<Promotion>(&json).unwrap(), offer);
    let least = r#"{"id":"00000000-0000-0000-0000-000000000001","name":"Offer 1","effect":{"kind":"percent","off":1000}}"#;
    assert_eq!(serde_json::from_str::<Promotion>(least).unwrap(), promotion(1, percent(1000)));
}
