//! The port through which taxes are worked out by somebody else.
//!
//! Orders know no engine: they know an id, and what is answered under it. One that says nothing costs nobody an order, for
//! then the shop's own rates hold, and the bill says so.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use kernel::Currency;
use kernel::boxed;
use pricing::{Assessed, Basket, Part, Priced, Rate, Refusal, TaxPart, TaxRules};
use store::Tenant;
use uuid::Uuid;

use crate::order::Line;

/// What is charged, and where it goes. No name and no street: a tax needs neither.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TaxQuestion {
    pub currency: Currency,
    /// Whether the amounts hold the tax already.
    pub included: bool,
    pub country: String,
    pub region: Option<String>,
    pub postal_code: String,
    /// Those that cost something.
    pub lines: Vec<TaxedLine>,
    pub shipping: Option<TaxedShipping>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TaxedLine {
    pub number: u32,
    pub sku: String,
    pub tax_class: String,
    pub quantity: i64,
    /// After everything that is taken off, in minor units.
    pub amount: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TaxedShipping {
    pub tax_class: String,
    pub amount: i64,
}

/// One tax on one part of what was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tax {
    pub of: Part,
    pub name: Arc<str>,
    pub rate: Rate,
    pub amount: i64,
}

pub type Said<'a> = Pin<Box<dyn Future<Output = Option<Vec<Tax>>> + Send + 'a>>;

/// Whoever knows what taxes there are. It is asked before the unit of work, and answers within seconds.
pub trait TaxEngine: Send + Sync + 'static {
    /// The taxes of every part that was asked about, none above its amount; `None` when the engine does not say.
    fn taxes<'a>(&'a self, tenant: &'a Tenant, engine: Uuid, question: &'a TaxQuestion) -> Said<'a>;
}

/// Nobody answers.
pub struct NoTaxes;

impl TaxEngine for NoTaxes {
    fn taxes<'a>(&'a self, _: &'a Tenant, _: Uuid, _: &'a TaxQuestion) -> Said<'a> {
        Box::pin(std::future::ready(None))
    }
}

pub const SILENT: &str = "The tax service does not answer; these are the shop's own rates.";

const NOTED: &str = "by the shop's own rates, for the tax service did not answer";

/// What was priced by the shop's own rates, with the taxes of the engine that they name; and what is to be said of that.
#[boxed]
pub async fn assess(
    tenant: &Tenant,
    engine: &dyn TaxEngine,
    rules: &TaxRules,
    basket: &Basket,
    lines: &[Line],
    priced: Priced,
) -> Result<(Priced, Option<&'static str>), Refusal> {
    // Why somebody pays no tax is known here, and told to nobody.
    let free = basket.customer.exempt.is_some() || basket.customer.has_vat_number;
    let Some(engine_id) = rules.engine.filter(|_| !free) else { return Ok((priced, None)) };
    let Some(question) = question(rules, basket, lines, &priced) else { return Ok((priced, None)) };
    match engine.taxes(tenant, engine_id, &question).await {
        Some(taxes) => Ok((priced.with_taxes(assessed(&question, taxes))?, None)),
        None => Ok((priced.noting_taxes(NOTED)?, Some(SILENT))),
    }
}

/// `None` while nothing costs anything, or it is not known where it goes.
fn question(rules: &TaxRules, basket: &Basket, lines: &[Line], priced: &Priced) -> Option<TaxQuestion> {
    let to = basket.destination.as_ref()?;
    let left = |part| {
        let totals = priced.ledger.totals_of(part);
        totals.items + totals.discounts + totals.shipping + totals.shipping_discounts
    };
    let asked = basket.lines.iter().zip(lines).map(|(line, named)| TaxedLine {
        number: line.id.0,
        sku: named.sku.clone(),
        tax_class: line.tax_class.clone(),
        quantity: line.quantity,
        amount: left(Part::Line(line.id)),
    });
    let lines: Vec<TaxedLine> = asked.filter(|line| line.amount > 0).collect();
    let shipping = basket.shipping.as_ref().map(|shipping| TaxedShipping {
        tax_class: shipping.tax_class.clone(),
        amount: left(Part::Shipping),
    });
    let shipping = shipping.filter(|shipping| shipping.amount > 0);
    (!lines.is_empty() || shipping.is_some()).then(|| TaxQuestion {
        currency: basket.currency,
        included: rules.prices_at(to) == pricing::Prices::IncludeTax,
        country: to.country.clone(),
        region: to.region.clone(),
        postal_code: to.postal_code.clone().unwrap_or_default(),
        lines,
        shipping,
    })
}

fn assessed(question: &TaxQuestion, taxes: Vec<Tax>) -> Vec<Assessed> {
    let amount = |part| match part {
        Part::Line(line) => {
            question.lines.iter().find(|asked| asked.number == line.0).map_or(0, |asked| asked.amount)
        }
        _ => question.shipping.as_ref().map_or(0, |asked| asked.amount),
    };
    let held = |part| match question.included {
        true => taxes.iter().filter(|tax| tax.of == part).map(|tax| tax.amount).sum(),
        false => 0,
    };
    let of = |tax: &Tax| Assessed {
        of: tax.of,
        tax: TaxPart {
            name: tax.name.clone(),
            rate: tax.rate,
            base: amount(tax.of) - held(tax.of),
            tax: tax.amount,
            included: question.included,
        },
    };
    taxes.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pricing::LineId;

    fn asked(included: bool) -> TaxQuestion {
        TaxQuestion {
            currency: "EUR".parse().unwrap(),
            included,
            country: "IE".into(),
            region: None,
            postal_code: "T12".into(),
            lines: vec![TaxedLine {
                number: 1,
                sku: "S".into(),
                tax_class: "standard".into(),
                quantity: 2,
                amount: 1000,
            }],
            shipping: None,
        }
    }

    #[test]
    fn what_a_price_holds_is_no_part_of_what_its_taxes_are_reckoned_on() {
        let tax = |name: &str, amount| Tax {
            of: Part::Line(LineId(1)),
            name: name.into(),
            rate: Rate(50_000),
            amount,
        };
        let bases = |included| -> Vec<i64> {
            let taxes = vec![tax("State", 100), tax("City", 50)];
            assessed(&asked(included), taxes).iter().map(|one| one.tax.base).collect()
        };
        assert_eq!((bases(true), bases(false)), (vec![850, 850], vec![1000, 1000]));
    }
}
