//! Computes the taxes of each amount and adds them to the ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::Currency;

use super::tax::of_class;
use crate::discounts::Sheet;
use crate::rounding::{Rounding, spread};
use crate::{
    Customer, Entry, Kind, Part, Prices, Refusal, Shipping, ShippingTax, TaxPart, TaxRate, TaxRules,
};

const MILLION: i128 = 1_000_000;
/// Why a business abroad is charged no tax; the law wants it said on the bill.
pub const REVERSE_CHARGE: &str = "reverse charge, the recipient owes it";

/// The entries for all taxes of a basket, and the parts that cost something and have no rate.
pub(crate) fn levy(sheet: &Sheet, rules: &TaxRules) -> Result<(Vec<Entry>, Vec<Part>), Refusal> {
    let Some(place) = &sheet.basket.destination else { return Ok(Default::default()) };
    let levy = Levy {
        rates: rules.at(place),
        prices: rules.prices_at(place),
        rounding: rules.rounding,
        currency: sheet.basket.currency,
        customer: &sheet.basket.customer,
    };
    let (mut entries, mut untaxed) = (Vec::with_capacity(sheet.lines.len() + 1), Vec::new());
    let mut texts = Texts::default();
    let mut classes: Vec<(&str, Vec<&TaxRate>)> = Vec::new();
    for (part, class, amount) in parts(sheet, rules.shipping)? {
        let n = classes.iter().position(|(known, _)| *known == class).unwrap_or(classes.len());
        if n == classes.len() {
            classes.push((class, of_class(&levy.rates, class)));
        }
        let rates = &classes[n].1;
        if rates.is_empty() && untaxed.last() != Some(&part) {
            untaxed.push(part);
        }
        levy.put(part, amount, rates, &mut texts, &mut entries)?;
    }
    Ok((entries, untaxed))
}

/// What is taxed: each line, and the shipping, which may be split over the classes of what is sent.
fn parts<'a>(sheet: &Sheet<'a>, how: ShippingTax) -> Result<Vec<(Part, &'a str, i64)>, Refusal> {
    let lines = sheet.lines.iter().zip(&sheet.left);
    let mut parts: Vec<_> =
        lines.clone().map(|(line, left)| (Part::Line(line.id), line.tax_class.as_str(), *left)).collect();
    if let Some(Shipping { tax_class, .. }) = &sheet.basket.shipping {
        let mut classes: BTreeMap<&str, i64> = BTreeMap::new();
        for (line, left) in lines {
            *classes.entry(&line.tax_class).or_default() += left;
        }
        // Goods that cost nothing say nothing about proportions.
        if how == ShippingTax::ByClass || classes.values().all(|left| *left == 0) {
            classes = BTreeMap::from([(tax_class.as_str(), 1)]);
        }
        let weights: Vec<i64> = classes.values().copied().collect();
        let split = spread(sheet.shipping_left, &weights, sheet.basket.currency)?;
        parts.extend(classes.into_keys().zip(split).map(|(class, amount)| (Part::Shipping, class, amount)));
    }
    parts.retain(|(_, _, amount)| *amount > 0);
    Ok(parts)
}

/// The words beside a tax, written once for each rate.
#[derive(Default)]
struct Texts(Vec<(TaxTold, Arc<str>)>);

type TaxTold = (Arc<str>, u32, bool, Option<Arc<str>>);

impl Texts {
    fn of(&mut self, tax: &TaxPart, exempt: Option<&Arc<str>>) -> Arc<str> {
        let key = (tax.name.clone(), tax.rate.0, tax.included, exempt.cloned());
        if let Some((_, text)) = self.0.iter().find(|(known, _)| *known == key) {
            return text.clone();
        }
        let text: Arc<str> = match exempt {
            Some(reason) => format!("{} {} not charged: {reason}", tax.name, tax.rate).into(),
            None => told(tax).into(),
        };
        self.0.push((key, text.clone()));
        text
    }
}

/// What is charged, in words.
pub(crate) fn told(tax: &TaxPart) -> String {
    let held = if tax.included { ", which the price holds" } else { "" };
    format!("{} {}{held}", tax.name, tax.rate)
}

struct Levy<'a> {
    rates: Vec<&'a TaxRate>,
    prices: Prices,
    rounding: Rounding,
    currency: Currency,
    customer: &'a Customer,
}

impl Levy<'_> {
    fn put(
        &self,
        part: Part,
        amount: i64,
        rates: &[&TaxRate],
        texts: &mut Texts,
        entries: &mut Vec<Entry>,
    ) -> Result<(), Refusal> {
        let included = self.prices == Prices::IncludeTax;
        let charged: Vec<&TaxRate> =
            rates.iter().copied().filter(|rate| included || self.exemption(rate).is_none()).collect();
        let mut taxes =
            if included { self.within(amount, &charged)? } else { self.on_top(amount, &charged)? }
                .into_iter();
        for rate in rates {
            let exemption = self.exemption(rate);
            let nothing = || TaxPart { base: amount, tax: 0, ..part_of(rate, included) };
            let tax = if exemption.is_some() && !included {
                nothing()
            } else {
                taxes.next().unwrap_or_else(nothing)
            };
            let text = texts.of(&tax, exemption.as_ref());
            entries.push(match exemption {
                Some(_) => {
                    let off = if included { -tax.tax } else { 0 };
                    Entry::new(Kind::Exempt(tax), part, off, text)
                }
                None => {
                    let added = if included { 0 } else { tax.tax };
                    Entry::new(Kind::Tax(tax), part, added, text)
                }
            });
        }
        Ok(())
    }

    fn exemption(&self, rate: &TaxRate) -> Option<Arc<str>> {
        if rate.reverse_charge && self.customer.has_vat_number {
            return Some(REVERSE_CHARGE.into());
        }
        self.customer.exempt.as_deref().map(Arc::from)
    }

    /// Rates that do not compound are added up first and rounded once; what they bring is then split between them.
    fn on_top(&self, amount: i64, rates: &[&TaxRate]) -> Result<Vec<TaxPart>, Refusal> {
        let (flat, compound) = rates.split_at(rates.partition_point(|rate| !rate.compound));
        let tax = self.rounding.proportion(amount, sum(flat), MILLION)?;
        let mut taxes = self.split(tax, amount, flat, false)?;
        let mut base = amount.checked_add(tax).ok_or(Refusal::TooLarge)?;
        for rate in compound {
            let tax = self.rounding.proportion(base, rate.rate.of_a_million(), MILLION)?;
            taxes.push(TaxPart { base, tax, ..part_of(rate, false) });
            base = base.checked_add(tax).ok_or(Refusal::TooLarge)?;
        }
        Ok(taxes)
    }

    /// The same backwards: what came on top last is taken out first.
    fn within(&self, amount: i64, rates: &[&TaxRate]) -> Result<Vec<TaxPart>, Refusal> {
        let (flat, compound) = rates.split_at(rates.partition_point(|rate| !rate.compound));
        let (mut left, mut outer) = (amount, Vec::new());
        for rate in compound.iter().rev() {
            let share = rate.rate.of_a_million();
            let tax = self.rounding.proportion(left, share, MILLION + share)?;
            left -= tax;
            outer.push(TaxPart { base: left, tax, ..part_of(rate, true) });
        }
        let tax = self.rounding.proportion(left, sum(flat), MILLION + sum(flat))?;
        let mut taxes = self.split(tax, left - tax, flat, true)?;
        taxes.extend(outer.into_iter().rev());
        Ok(taxes)
    }

    fn split(
        &self,
        tax: i64,
        base: i64,
        rates: &[&TaxRate],
        included: bool,
    ) -> Result<Vec<TaxPart>, Refusal> {
        let weights: Vec<i64> = rates.iter().map(|rate| i64::from(rate.rate.0)).collect();
        let split = spread(tax, &weights, self.currency)?;
        Ok(rates
            .iter()
            .zip(split)
            .map(|(rate, tax)| TaxPart { base, tax, ..part_of(rate, included) })
            .collect())
    }
}

fn sum(rates: &[&TaxRate]) -> i128 {
    rates.iter().map(|rate| rate.rate.of_a_million()).sum()
}

fn part_of(rate: &TaxRate, included: bool) -> TaxPart {
    TaxPart { name: rate.name.clone(), rate: rate.rate, base: 0, tax: 0, included }
}
