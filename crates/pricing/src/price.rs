//! Pricing a basket.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::discounts::{Chosen, Off, Sheet, choose, goes_before};
use crate::promotions::same_code;
use crate::taxes::{levy, told};
use crate::{
    Assessed, Basket, Entry, Kind, Ledger, Outcome, Part, Promotion, PromotionId, Refusal, TaxRules, Totals,
    words,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    pub ledger: Ledger,
    /// What became of each promotion, in their order, and of each code that is none.
    pub explained: Vec<Explanation>,
    /// Parts that cost something where no rate of tax is known, so that a shop can refuse to sell there.
    pub untaxed: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// None for a code that is no promotion's.
    pub promotion: Option<PromotionId>,
    /// What the shop calls it.
    pub name: Option<String>,
    pub code: Option<String>,
    /// What it took off in all.
    pub amount: i64,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The same for a person.
    pub text: String,
}

/// What this basket costs, and why. The same facts always give the same answer.
pub fn price(basket: &Basket, promotions: &[Promotion], taxes: &TaxRules) -> Result<Priced, Refusal> {
    let mut sheet = Sheet::new(basket)?;
    let chosen = choose(&mut sheet, promotions)?;
    let mut entries = charges(&sheet);
    for (promotion, off) in &chosen.applied {
        discount(&sheet, promotion, off, &mut entries);
    }
    let (levied, untaxed) = levy(&sheet, taxes)?;
    entries.extend(levied);
    let ledger = Ledger::new(basket.currency, entries)?;
    Ok(Priced { ledger, explained: explain(basket, promotions, chosen), untaxed })
}

impl Priced {
    pub fn total(&self) -> i64 {
        self.ledger.total()
    }

    pub fn totals(&self) -> Totals {
        self.ledger.totals()
    }

    /// With taxes that were worked out elsewhere, in place of those of the rates.
    pub fn with_taxes(self, assessed: Vec<Assessed>) -> Result<Self, Refusal> {
        let currency = self.ledger.currency();
        let mut entries = self.ledger.into_entries();
        entries.retain(|entry| !matches!(entry.kind, Kind::Tax(_) | Kind::Exempt(_)));
        let charged = Ledger::new(currency, entries)?;
        let mut taxes = Vec::with_capacity(assessed.len());
        for Assessed { of, tax } in assessed {
            if charged.of(of).next().is_none() {
                return Err(Refusal::NotInLedger(of));
            }
            let amount = if tax.included { 0 } else { tax.tax };
            let text = told(&tax);
            taxes.push(Entry::new(Kind::Tax(tax), of, amount, text));
        }
        let bare =
            |part: &Part| charged.totals_of(*part).total > 0 && !taxes.iter().any(|entry| entry.of == *part);
        let mut parts: Vec<Part> = charged.entries().iter().map(|entry| entry.of).collect();
        parts.sort_unstable();
        parts.dedup();
        let untaxed = parts.into_iter().filter(bare).collect();
        Ok(Self { ledger: charged.and(taxes)?, untaxed, ..self })
    }

    /// With something to be said behind every tax, as long as the order is looked at.
    pub fn noting_taxes(self, note: &str) -> Result<Self, Refusal> {
        let currency = self.ledger.currency();
        let noted = self.ledger.into_entries().into_iter().map(|entry| match entry.kind {
            Kind::Tax(_) => Entry { text: format!("{} ({note})", entry.text).into(), ..entry },
            _ => entry,
        });
        Ok(Self { ledger: Ledger::new(currency, noted.collect())?, ..self })
    }
}

fn charges(sheet: &Sheet) -> Vec<Entry> {
    let currency = sheet.basket.currency;
    let mut entries = Vec::with_capacity(sheet.lines.len() * 3 + 2);
    for line in &sheet.lines {
        let kind = Kind::Item { quantity: line.quantity, unit_price: line.unit_price };
        let text = format!("{} × {}", line.quantity, words::money(line.unit_price, currency));
        // The sheet was refused if the lines could not be counted.
        entries.push(Entry::new(kind, Part::Line(line.id), line.unit_price * line.quantity, text));
    }
    if let Some(shipping) = &sheet.basket.shipping {
        entries.push(Entry::new(Kind::Shipping, Part::Shipping, shipping.price, shipping.option.as_str()));
    }
    entries
}

fn discount(sheet: &Sheet, promotion: &Promotion, off: &Off, entries: &mut Vec<Entry>) {
    let text: Arc<str> = promotion.name.as_str().into();
    let lines = sheet.lines.iter().zip(&off.lines).map(|(line, off)| (Part::Line(line.id), *off));
    for (part, off) in lines.chain([(Part::Shipping, off.shipping)]).filter(|(_, off)| *off > 0) {
        entries.push(Entry::new(Kind::Discount { promotion: promotion.id }, part, -off, text.clone()));
    }
}

fn explain(basket: &Basket, promotions: &[Promotion], mut chosen: Chosen) -> Vec<Explanation> {
    chosen.outcomes.sort_by(|(a, _), (b, _)| goes_before(a, b));
    let took_off =
        |id| chosen.applied.iter().find(|(applied, _)| applied.id == id).map_or(0, |(_, off)| off.total);
    let known = chosen.outcomes.iter().map(|(promotion, outcome)| Explanation {
        promotion: Some(promotion.id),
        name: Some(promotion.name.to_string()),
        code: promotion.code.clone(),
        amount: took_off(promotion.id),
        outcome: outcome.clone(),
        text: outcome.sentence(&promotion.name, basket.currency),
    });
    let told = promotions.iter().filter(|promotion| promotion.may_be_told(basket));
    let codes: Vec<&str> = told.filter_map(|promotion| promotion.code.as_deref()).collect();
    let has = |code: &str| codes.iter().any(|its| same_code(code, its));
    let typed: BTreeSet<&str> =
        basket.codes.iter().map(|code| code.trim()).filter(|code| !code.is_empty()).collect();
    let unknown = typed.into_iter().filter(|code| !has(code)).map(|code| Explanation {
        promotion: None,
        name: None,
        code: Some(code.to_owned()),
        amount: 0,
        outcome: Outcome::UnknownCode,
        text: Outcome::UnknownCode.sentence(code, basket.currency),
    });
    known.chain(unknown).collect()
}
