//! What holds for every basket.

use pricing::{Bundled, Pick, Prices, Refusal, Rounding, ShippingTax, Target};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn targets() -> impl Strategy<Value = Target> {
    let pick = (1u32..8).prop_map(|n| Pick::Product(product(n)));
    (vec(pick.clone(), 0..3), vec(pick, 0..2)).prop_map(|(of, except)| Target { of, except })
}

fn percents() -> impl Strategy<Value = Percent> {
    (0u16..=10_000).prop_map(|points| Percent::basis_points(points).unwrap())
}

fn effects() -> impl Strategy<Value = Effect> {
    let cap = || prop::option::of((0i64..5000).prop_map(eur));
    let times = || prop::option::of(1i64..4);
    let part = (1i64..4, targets()).prop_map(|(quantity, of)| Bundled { quantity, of });
    prop_oneof![
        (percents(), targets(), cap()).prop_map(|(off, from, at_most)| Effect::Percent {
            off,
            from,
            at_most
        }),
        (0i64..5000, targets()).prop_map(|(off, from)| Effect::Amount { off: eur(off), from }),
        (0i64..500, targets()).prop_map(|(off, from)| Effect::Each { off: eur(off), from }),
        cap().prop_map(|at_most| Effect::FreeShipping { at_most }),
        (1i64..4, targets(), 1i64..4, targets(), percents(), times())
            .prop_map(|(buy, of, get, from, off, times)| Effect::BuyGet { buy, of, get, from, off, times }),
        (0i64..3000, vec(part, 1..3), times()).prop_map(|(price, parts, times)| Effect::Bundle {
            price: eur(price),
            parts,
            times
        }),
    ]
}

fn offers() -> impl Strategy<Value = Vec<Promotion>> {
    let stacking = prop_oneof![
        3 => Just(Stacking::Together),
        1 => Just(Stacking::OneOf("sale".into())),
        1 => Just(Stacking::Alone),
    ];
    let one = (effects(), stacking, -1i32..2, prop::option::of(0i64..5000));
    vec(one, 0..6).prop_map(|offers| {
        let offer =
            |(n, (effect, stacking, priority, least)): (u128, (Effect, Stacking, i32, Option<i64>))| {
                let conditions = Conditions { minimum_subtotal: least.map(eur), ..Conditions::default() };
                Promotion { stacking, priority, conditions, ..promotion(n, effect) }
            };
        (1..).zip(offers).map(offer).collect()
    })
}

fn baskets() -> impl Strategy<Value = Basket> {
    (vec((1i64..9, 0i64..3000), 1..7), prop::option::of(0i64..900), any::<bool>()).prop_map(
        |(lines, shipping, exempt)| {
            let mut basket = to(basket(&lines), "US", Some("NY"), Some("10001"));
            for line in basket.lines.iter_mut().step_by(2) {
                line.tax_class = "food".into();
            }
            if let Some(price) = shipping {
                basket = sent(basket, price);
            }
            basket.customer.has_vat_number = exempt;
            basket
        },
    )
}

fn rules() -> impl Strategy<Value = TaxRules> {
    let rate = (0u32..300_000, 0u8..3, any::<bool>(), any::<bool>(), any::<bool>());
    let of = |n: usize, (millionths, layer, compound, reverse_charge, food): (u32, u8, bool, bool, bool)| {
        TaxRate {
            layer,
            compound,
            reverse_charge,
            tax_class: food.then(|| "food".into()),
            ..rate_of(n, millionths)
        }
    };
    (vec(rate, 0..5), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        move |(rates, within, even, split)| TaxRules {
            prices: if within { Prices::IncludeTax } else { Prices::ExcludeTax },
            rounding: if even { Rounding::HalfEven } else { Rounding::HalfUp },
            shipping: if split { ShippingTax::InProportion } else { ShippingTax::ByClass },
            rates: rates.into_iter().enumerate().map(|(n, rate)| of(n, rate)).collect(),
            ..TaxRules::default()
        },
    )
}

fn rate_of(n: usize, millionths: u32) -> TaxRate {
    rate(&format!("Tax {n}"), millionths, "US")
}

fn split_in_two(basket: &Basket) -> Basket {
    let mut halves = basket.clone();
    halves.lines.push(Line { id: LineId(99), ..halves.lines[0].clone() });
    halves
}

fn doubled(basket: &Basket) -> Basket {
    let mut doubled = basket.clone();
    doubled.lines[0].quantity *= 2;
    doubled
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_total_is_the_sum_of_the_ledger_and_of_its_parts(basket in baskets(), offers in offers(), rules in rules()) {
        let priced = price(&basket, &offers, &rules).unwrap();
        let ledger = &priced.ledger;
        let sum: i64 = ledger.entries().iter().map(|entry| entry.amount).sum();
        let it = priced.totals();
        let parts = it.items + it.discounts + it.shipping + it.shipping_discounts + it.tax + it.exempted;
        let by_part: i64 = basket.lines.iter().map(|line| Part::Line(line.id)).chain([Part::Shipping])
            .map(|part| ledger.totals_of(part).total).sum();
        prop_assert_eq!([priced.total(), it.total, parts, by_part], [sum; 4]);
        let explained: i64 = priced.explained.iter().map(|one| one.amount).sum();
        prop_assert_eq!(explained, -(it.discounts + it.shipping_discounts));
    }

    #[test]
    fn nothing_costs_less_than_nothing(basket in baskets(), offers in offers(), rules in rules()) {
        let priced = price(&basket, &offers, &rules).unwrap();
        for part in basket.lines.iter().map(|line| Part::Line(line.id)).chain([Part::Shipping]) {
            let it = priced.ledger.totals_of(part);
            let goods = it.items + it.discounts + it.shipping + it.shipping_discounts;
            prop_assert!(goods >= 0 && it.tax >= 0 && it.total >= 0, "{part:?}: {it:?}");
            prop_assert!(it.included_tax - it.exempted <= goods);
        }
    }

    #[test]
    fn the_order_in_which_things_are_given_changes_nothing(basket in baskets(), offers in offers(), rules in rules()) {
        let priced = price(&basket, &offers, &rules).unwrap();
        let (mut other, mut turned, mut rates) = (basket.clone(), offers.clone(), rules.clone());
        other.lines.reverse();
        turned.reverse();
        rates.rates.reverse();
        prop_assert_eq!(&price(&other, &turned, &rates).unwrap(), &priced);
        prop_assert_eq!(price(&basket, &offers, &rules).unwrap(), priced);
    }

    #[test]
    fn a_line_in_two_halves_costs_the_same_but_for_a_unit_of_tax(basket in baskets(), percents in vec(percents(), 0..4), millionths in 0u32..300_000, within: bool) {
        let (whole, halves) = (doubled(&basket), split_in_two(&basket));
        let offers: Vec<Promotion> = (1..).zip(percents).map(|(id, off)| promotion(id, Effect::Percent { off, from: Target::all(), at_most: None })).collect();
        // Percentages are of a sum, so what they take off is the same to the unit.
        prop_assert_eq!(untaxed(&whole, &offers).total(), untaxed(&halves, &offers).total());
        // Tax is rounded by line: two halves may be one unit away from the whole. A tax within the price changes nothing.
        let prices = if within { Prices::IncludeTax } else { Prices::ExcludeTax };
        let rules = TaxRules { prices, rates: vec![rate_of(0, millionths)], ..TaxRules::default() };
        let off = price(&whole, &[], &rules).unwrap().total() - price(&halves, &[], &rules).unwrap().total();
        prop_assert!(off.abs() <= i64::from(!within), "{off}");
    }

    #[test]
    fn the_shares_of_pieces_are_the_line(basket in baskets(), offers in offers(), rules in rules(), cuts in vec(1i64..4, 20)) {
        let ledger = price(&basket, &offers, &rules).unwrap().ledger;
        let mut back = ledger.clone();
        for line in &basket.lines {
            let (mut from, mut sum, mut tax) = (0, 0, 0);
            for cut in &cuts {
                let to = (from + cut).min(line.quantity);
                let share = ledger.share(line.id, from, to).unwrap();
                let each: i64 = (from..to).map(|n| ledger.share(line.id, n, n + 1).unwrap().total).sum();
                prop_assert_eq!(share.total, each);
                if from < to {
                    back = back.and(back.give_back(line.id, to - from, "Sent back").unwrap()).unwrap();
                }
                sum += share.total;
                tax += share.taxes.iter().map(|tax| tax.tax).sum::<i64>();
                from = to;
            }
            let charged = ledger.totals_of(Part::Line(line.id));
            prop_assert_eq!((sum, tax), (charged.total, charged.tax + charged.included_tax));
        }
        if back.totals_of(Part::Shipping).total > 0 {
            back = back.and(back.give_shipping_back(Some(1), "Late").unwrap()).unwrap();
        }
        if back.totals_of(Part::Shipping).total > 0 {
            back = back.and(back.give_shipping_back(None, "Late").unwrap()).unwrap();
        }
        prop_assert_eq!(back.total(), 0);
        prop_assert!(back.taxes().iter().all(|tax| tax.tax == 0), "{:?}", back.taxes());
    }

    #[test]
    fn a_piece_costs_no_less_than_nothing_and_no_more_than_itself(quantity in 1i64..40, unit_price in 0i64..9, off in percents(), more in percents()) {
        let offers = [off, more].map(|off| Effect::Percent { off, from: Target::all(), at_most: None });
        let ledger = untaxed(&basket(&[(quantity, unit_price)]), &[promotion(1, offers[0].clone()), promotion(2, offers[1].clone())]).ledger;
        for n in 0..quantity {
            let share = ledger.share(LineId(1), n, n + 1).unwrap();
            prop_assert!((0..=unit_price).contains(&share.total), "{share:?}");
        }
    }

    #[test]
    fn a_promotion_for_something_else_changes_nothing(basket in baskets(), offers in offers(), effect in percents(), rules in rules(), stacking in prop_oneof![Just(Stacking::Alone), Just(Stacking::Together), Just(Stacking::OneOf("sale".into()))]) {
        let before = price(&basket, &offers, &rules).unwrap();
        let effect = Effect::Percent { off: effect, from: Target::category("elsewhere"), at_most: None };
        let mut more = offers.clone();
        more.push(Promotion { stacking, ..promotion(99, effect) });
        let mut after = price(&basket, &more, &rules).unwrap();
        after.explained.retain(|one| one.promotion != Some(more[offers.len()].id));
        prop_assert_eq!(after, before);
    }

    #[test]
    fn what_cannot_be_counted_is_refused(lines in vec((1i64..=i64::MAX, 0i64..=i64::MAX), 1..4), offers in offers(), rules in rules(), shipping in 0i64..=i64::MAX) {
        let basket = to(sent(basket(&lines), shipping), "US", None, None);
        match price(&basket, &offers, &rules) {
            Ok(priced) => prop_assert!(priced.total() >= 0),
            Err(refusal) => prop_assert_eq!(refusal, Refusal::TooLarge),
        }
    }

    #[test]
    fn the_largest_prices_that_can_be_counted_are_discounted_and_taxed_or_refused(quantity in prop_oneof![Just(1i64), Just(1_000_000_007), Just(i64::MAX)], offers in offers(), rules in rules()) {
        let basket = to(basket(&[(quantity, i64::MAX / quantity)]), "US", None, None);
        match price(&basket, &offers, &rules) {
            Ok(priced) => {
                let half = priced.ledger.share(LineId(1), 0, quantity / 2).unwrap().total;
                let rest = priced.ledger.share(LineId(1), quantity / 2, quantity).unwrap().total;
                prop_assert_eq!(half + rest, priced.total());
            }
            Err(refusal) => prop_assert_eq!(refusal, Refusal::TooLarge),
        }
    }

    #[test]
    fn what_is_priced_survives_json(basket in baskets(), offers in offers(), rules in rules()) {
        let priced = price(&basket, &offers, &rules).unwrap();
        let json = serde_json::to_string(&priced).unwrap();
        prop_assert_eq!(serde_json::from_str::<Priced>(&json).unwrap(), priced);
    }
}

#[test]
fn refuses_a_basket_that_cannot_be_priced() {
    let mut none = basket(&[(0, 1), (1, -1)]);
    let refused = kernel::Problem::from(price(&none, &[], &TaxRules::default()).unwrap_err());
    let pointers: Vec<&str> = refused.fields.iter().map(|field| field.pointer.as_str()).collect();
    assert_eq!(pointers, ["/lines/0/quantity", "/lines/1/unit_price"]);
    none = basket(&[(1, 1), (1, 1)]);
    none.lines[1].id = LineId(1);
    assert_eq!(price(&none, &[], &TaxRules::default()), Err(Refusal::LineTwice(LineId(1))));
}
