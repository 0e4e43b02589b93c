//! Taxes, in the price and on top of it.

use pricing::{Assessed, Prices, Refusal, Rounding, ShippingTax, TaxPart};

use super::*;

fn germany() -> TaxRules {
    let reduced = TaxRate { tax_class: Some("food".into()), ..rate("VAT", 70_000, "DE") };
    TaxRules { rates: vec![rate("VAT", 190_000, "DE"), reduced], ..TaxRules::default() }
}

fn on_top(rates: Vec<TaxRate>) -> TaxRules {
    TaxRules { prices: Prices::ExcludeTax, rates, ..TaxRules::default() }
}

fn of(priced: &Priced) -> Vec<(String, i64, i64)> {
    let named = |tax: &TaxPart| (format!("{} {}", tax.name, tax.rate), tax.base, tax.tax);
    priced.ledger.taxes().iter().map(named).collect()
}

#[test]
fn a_price_in_germany_holds_its_tax() {
    // 119.00 hold 19.00 at 19 %, and 10.70 hold 0.70 at 7 %. The person pays what the shelf says.
    let mut basket = to(basket(&[(1, 11_900), (1, 1070)]), "DE", None, None);
    basket.lines[1].tax_class = "food".into();
    let priced = price(&basket, &[], &germany()).unwrap();
    assert_eq!((priced.total(), priced.totals().included_tax, priced.totals().tax), (12_970, 1970, 0));
    assert_eq!(of(&priced), [("VAT 19 %".into(), 10_000, 1900), ("VAT 7 %".into(), 1000, 70)]);
    assert_eq!(&*priced.ledger.entries()[2].text, "VAT 19 %, which the price holds");
}

#[test]
fn a_discount_lowers_the_tax_as_well() {
    // Half of 119.00 is 59.50, which hold 9.50.
    let basket = to(basket(&[(1, 11_900)]), "DE", None, None);
    let priced = price(&basket, &[promotion(1, percent(5000))], &germany()).unwrap();
    assert_eq!((priced.total(), priced.totals().included_tax), (5950, 950));
}

#[test]
fn new_york_adds_its_three_taxes_up_before_it_rounds() {
    // 8.875 % of 19.99 is 1.774: 1.77. Split by 4 : 4.5 : 0.375 that is 79.77, 89.75 and 7.48 cents.
    let layer = |name, millionths, layer| TaxRate { layer, ..rate(name, millionths, "US") };
    let mut rules = on_top(vec![
        layer("New York State", 40_000, 0),
        layer("New York City", 45_000, 1),
        layer("Metropolitan district", 3_750, 2),
    ]);
    rules.rates[1].postal_prefix = Some("100".into());
    let basket = to(basket(&[(1, 1999)]), "US", Some("NY"), Some("10001"));
    let priced = price(&basket, &[], &rules).unwrap();
    assert_eq!((priced.total(), priced.totals().tax), (1999 + 177, 177));
    let taxes: Vec<i64> = of(&priced).iter().map(|(_, _, tax)| *tax).collect();
    assert_eq!(taxes, [80, 90, 7]);
}

#[test]
fn one_rate_of_eight_and_seven_eighths_percent_is_exact() {
    // 8.875 % of 1000.00 is 88.75, to the cent.
    let basket = to(basket(&[(1, 100_000)]), "US", Some("NY"), None);
    let priced = price(&basket, &[], &on_top(vec![rate("Sales tax", 88_750, "US")])).unwrap();
    assert_eq!((priced.total(), of(&priced)), (108_875, vec![("Sales tax 8.875 %".into(), 100_000, 8875)]));
}

#[test]
fn yen_have_no_decimals_and_dinars_have_three() {
    // 10 % within 1099 yen is 99.9: 100. 5 % on 1.250 dinars is 0.0625: 0.063.
    let mut yen = to(basket(&[(1, 1099)]), "JP", None, None);
    yen.currency = currency("JPY");
    let held = TaxRules { rates: vec![rate("Tax", 100_000, "JP")], ..TaxRules::default() };
    let priced = price(&yen, &[], &held).unwrap();
    assert_eq!((priced.total(), priced.totals().included_tax), (1099, 100));
    assert_eq!(&*priced.ledger.entries()[0].text, "1 × 1099 JPY");
    let mut dinars = to(basket(&[(1, 1250)]), "KW", None, None);
    dinars.currency = currency("KWD");
    let priced = price(&dinars, &[], &on_top(vec![rate("Tax", 50_000, "KW")])).unwrap();
    assert_eq!(priced.total(), 1313);
    assert_eq!(&*priced.ledger.entries()[0].text, "1 × 1.250 KWD");
}

#[test]
fn tax_is_rounded_by_line_and_half_a_cent_as_the_shop_says() {
    // 10 % of 0.05 is half a cent: up is 1, to the even neighbour is 0. Twice, because it is rounded by line.
    let basket = to(basket(&[(1, 5), (1, 5)]), "CH", None, None);
    let mut rules = on_top(vec![rate("Tax", 100_000, "CH")]);
    assert_eq!(price(&basket, &[], &rules).unwrap().totals().tax, 2);
    rules.rounding = Rounding::HalfEven;
    assert_eq!(price(&basket, &[], &rules).unwrap().totals().tax, 0);
}

#[test]
fn the_most_specific_rate_of_a_layer_applies() {
    let at = |millionths, region: Option<&str>, prefix: Option<&str>, class: Option<&str>| TaxRate {
        region: region.map(str::to_owned),
        postal_prefix: prefix.map(str::to_owned),
        tax_class: class.map(str::to_owned),
        ..rate("Tax", millionths, "ES")
    };
    let mut rates = vec![
        at(210_000, None, None, None),
        at(100_000, None, None, Some("food")),
        at(70_000, Some("CN"), None, None),
        at(30_000, Some("CN"), Some("35 0"), None),
        at(20_000, Some("CN"), Some("35"), Some("food")),
    ];
    let taxed = |rates: &[TaxRate], class: &str, region: Option<&str>, code: Option<&str>| {
        let mut basket = to(basket(&[(1, 10_000)]), "es", region, code);
        basket.lines[0].tax_class = class.into();
        price(&basket, &[], &on_top(rates.to_vec())).unwrap().totals().tax
    };
    for _ in 0..2 {
        assert_eq!(taxed(&rates, "", None, None), 2100);
        assert_eq!(taxed(&rates, "food", None, Some("28001")), 1000);
        assert_eq!(taxed(&rates, "food", Some("cn"), Some("38001")), 700);
        assert_eq!(taxed(&rates, "", Some("CN"), Some("35-001")), 300);
        assert_eq!(taxed(&rates, "food", Some("CN"), Some("35900")), 200);
        rates.reverse();
    }
}

#[test]
fn names_rates_between_which_nothing_decides() {
    let mut rules = germany();
    assert_eq!(rules.check(), Ok(()));
    rules.rates.push(rate("MwSt", 200_000, "de"));
    let Err(Refusal::Malformed(fields)) = rules.check() else { panic!("two standard rates") };
    assert_eq!(fields[0].pointer, "/rates/2");
}

#[test]
fn a_compound_tax_is_reckoned_on_the_taxes_below_it() {
    // 5 % of 100.00 is 5.00; 10 % of 105.00 is 10.50. Within 115.50, the same comes out again.
    let compound = TaxRate { layer: 1, compound: true, ..rate("Provincial", 100_000, "CA") };
    let mut rules = on_top(vec![compound, rate("Federal", 50_000, "CA")]);
    let at = |unit_price| to(basket(&[(1, unit_price)]), "CA", None, None);
    let both = [("Federal 5 %".into(), 10_000, 500), ("Provincial 10 %".into(), 10_500, 1050)];
    let priced = price(&at(10_000), &[], &rules).unwrap();
    assert_eq!((priced.total(), of(&priced)), (11_550, both.to_vec()));
    rules.prices_in.insert("CA".into(), Prices::IncludeTax);
    let priced = price(&at(11_550), &[], &rules).unwrap();
    assert_eq!((priced.total(), of(&priced)), (11_550, both.to_vec()));
}

#[test]
fn shipping_is_taxed_by_its_class_or_as_what_is_sent() {
    // 4.90 at 19 % hold 0.78. In proportion to 30.00 and 10.00 it is 3.68 at 19 % (0.59) and 1.22 at 7 % (0.08): the
    // exact parts are 367.5 and 122.5, and the cent goes to the earlier class in the alphabet, which is the standard one.
    let mut basket = to(sent(basket(&[(1, 3000), (1, 1000)]), 490), "DE", None, None);
    basket.lines[1].tax_class = "food".into();
    let mut rules = germany();
    let shipping = |rules: &TaxRules, basket: &Basket| {
        let priced = price(basket, &[], rules).unwrap();
        assert_eq!(priced.total(), 4490);
        priced.ledger.totals_of(Part::Shipping).included_tax
    };
    assert_eq!(shipping(&rules, &basket), 78);
    rules.shipping = ShippingTax::InProportion;
    assert_eq!(shipping(&rules, &basket), 59 + 8);
}

#[test]
fn shipping_of_goods_that_cost_nothing_is_taxed_by_its_class() {
    let mut basket = to(sent(basket(&[(1, 3000), (1, 1000)]), 490), "DE", None, None);
    basket.lines[1].tax_class = "food".into();
    let rules = TaxRules { shipping: ShippingTax::InProportion, ..germany() };
    let priced = price(&basket, &[promotion(1, percent(10_000))], &rules).unwrap();
    assert_eq!((priced.total(), priced.totals().included_tax), (490, 78));
}

#[test]
fn who_owes_the_tax_themselves_pays_the_price_without_it() {
    let mut rules = germany();
    rules.rates.push(TaxRate { reverse_charge: true, ..rate("TVA", 200_000, "FR") });
    let mut abroad = to(basket(&[(1, 12_000)]), "FR", None, None);
    abroad.customer.has_vat_number = true;
    let priced = price(&abroad, &[], &rules).unwrap();
    assert_eq!((priced.total(), priced.totals().exempted, priced.totals().included_tax), (10_000, -2000, 0));
    let reason = "TVA 20 % not charged: reverse charge, the recipient owes it";
    assert_eq!(&*priced.ledger.entries()[1].text, reason);
    rules.prices = Prices::ExcludeTax;
    let priced = price(&abroad, &[], &rules).unwrap();
    assert_eq!((priced.total(), priced.totals().exempted, priced.ledger.entries().len()), (12_000, 0, 2));
    // At home there is no reverse charge.
    let mut home = to(basket(&[(1, 11_900)]), "DE", None, None);
    home.customer.has_vat_number = true;
    assert_eq!(price(&home, &[], &germany()).unwrap().totals().included_tax, 1900);
}

#[test]
fn who_is_exempt_is_told_why() {
    let mut basket = to(basket(&[(1, 10_000)]), "US", None, None);
    basket.customer.exempt = Some("resale certificate".into());
    let priced = price(&basket, &[], &on_top(vec![rate("Sales tax", 88_750, "US")])).unwrap();
    assert_eq!(priced.total(), 10_000);
    assert_eq!(&*priced.ledger.entries()[1].text, "Sales tax 8.875 % not charged: resale certificate");
}

#[test]
fn names_what_has_no_rate_where_it_goes() {
    let basket = to(sent(basket(&[(1, 1000), (1, 0)]), 490), "NO", None, None);
    assert_eq!(price(&basket, &[], &germany()).unwrap().untaxed, [line(1), Part::Shipping]);
    let mut unknown = basket.clone();
    unknown.destination = None;
    assert_eq!(price(&unknown, &[], &germany()).unwrap().untaxed, []);
}

#[test]
fn a_rate_of_nothing_is_a_rate() {
    let basket = to(basket(&[(1, 1000)]), "IE", None, None);
    let priced = price(&basket, &[], &on_top(vec![rate("VAT", 0, "IE")])).unwrap();
    assert_eq!((of(&priced), priced.untaxed), (vec![("VAT 0 %".into(), 1000, 0)], vec![]));
}

#[test]
fn taxes_that_were_worked_out_elsewhere_come_into_the_ledger() {
    let basket = to(sent(basket(&[(1, 1000)]), 490), "US", None, None);
    let priced = untaxed(&basket, &[]);
    let tax = |of, base, tax| Assessed {
        of,
        tax: TaxPart { name: "Sales tax".into(), rate: Rate(60_000), base, tax, included: false },
    };
    let taxed = priced.clone().with_taxes(vec![tax(line(1), 1000, 60)]).unwrap();
    assert_eq!((taxed.total(), taxed.totals().tax, taxed.untaxed), (1550, 60, vec![Part::Shipping]));
    assert_eq!(priced.clone().with_taxes(vec![tax(line(2), 1, 1)]), Err(Refusal::NotInLedger(line(2))));
    assert!(matches!(priced.with_taxes(vec![tax(line(1), 1, -1)]), Err(Refusal::Malformed(_))));
}
