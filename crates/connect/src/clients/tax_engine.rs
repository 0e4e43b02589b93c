//! An engine of taxes over REST, by the contract in `docs/tax-engines.md`. What it answers is believed when every part that
//! was asked about is there once, and nothing costs more tax than it costs.

use kernel::Percentage;
use kernel::boxed;
use orders::tax_engine::{Tax, TaxQuestion};
use pricing::{LineId, Part, Rate};
use serde::{Deserialize, Serialize};

use crate::PartnerError;
use crate::clients::rest::Rest;

pub struct RestTaxes(pub Rest);

/// Where parcels leave.
#[derive(Debug, Serialize)]
pub struct Origin<'a> {
    pub country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<&'a str>,
}

/// As many taxes as no place has.
const MOST_TAXES: usize = 10;

/// What an engine is asked, as it is sent.
#[derive(Serialize)]
pub struct Quote<'a> {
    currency: &'a str,
    prices_include_tax: bool,
    from: &'a Origin<'a>,
    to: To<'a>,
    lines: Vec<QuoteLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping: Option<Shipping<'a>>,
}

#[derive(Serialize)]
struct To<'a> {
    country: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    postal_code: &'a str,
}

#[derive(Serialize)]
struct QuoteLine<'a> {
    number: u32,
    sku: &'a str,
    tax_class: &'a str,
    quantity: i64,
    amount: i64,
}

#[derive(Serialize)]
struct Shipping<'a> {
    tax_class: &'a str,
    amount: i64,
}

#[derive(Deserialize)]
struct Quoted {
    lines: Vec<QuotedLine>,
    shipping: Option<QuotedShipping>,
}

#[derive(Deserialize)]
struct QuotedLine {
    number: u32,
    taxes: Vec<QuotedTax>,
}

#[derive(Deserialize)]
struct QuotedShipping {
    taxes: Vec<QuotedTax>,
}

#[derive(Deserialize)]
struct QuotedTax {
    name: String,
    rate: Percentage,
    /// In minor units.
    amount: i64,
}

impl<'a> Quote<'a> {
    pub fn new(from: &'a Origin<'a>, question: &'a TaxQuestion) -> Self {
        let lines = question.lines.iter().map(|line| QuoteLine {
            number: line.number,
            sku: &line.sku,
            tax_class: &line.tax_class,
            quantity: line.quantity,
            amount: line.amount,
        });
        let shipping = question.shipping.as_ref();
        Self {
            currency: question.currency.code(),
            prices_include_tax: question.included,
            from,
            to: To {
                country: &question.country,
                region: question.region.as_deref(),
                postal_code: &question.postal_code,
            },
            lines: lines.collect(),
            shipping: shipping.map(|it| Shipping { tax_class: &it.tax_class, amount: it.amount }),
        }
    }
}

impl RestTaxes {
    /// The taxes of a question, which the quote says in the engine's words.
    #[boxed]
    pub async fn quote(&self, quote: &Quote<'_>, question: &TaxQuestion) -> Result<Vec<Tax>, PartnerError> {
        believed(question, self.0.question(&["quote"], quote).await?)
    }
}

fn believed(question: &TaxQuestion, quoted: Quoted) -> Result<Vec<Tax>, PartnerError> {
    let mut taxes = Vec::new();
    if quoted.lines.len() != question.lines.len() || quoted.shipping.is_some() != question.shipping.is_some()
    {
        return Err(unlike("not every part was answered, or one that was not asked about"));
    }
    for asked in &question.lines {
        let mut answers = quoted.lines.iter().filter(|line| line.number == asked.number);
        let answer = answers.next().ok_or_else(|| unlike("a line was not answered"))?;
        taxes.extend(of(Part::Line(LineId(asked.number)), asked.amount, &answer.taxes)?);
    }
    if let (Some(asked), Some(answer)) = (&question.shipping, &quoted.shipping) {
        taxes.extend(of(Part::Shipping, asked.amount, &answer.taxes)?);
    }
    Ok(taxes)
}

fn of(part: Part, amount: i64, quoted: &[QuotedTax]) -> Result<Vec<Tax>, PartnerError> {
    let sum = quoted.iter().try_fold(0i64, |sum, tax| sum.checked_add(tax.amount));
    let shaped = |tax: &QuotedTax| {
        tax.amount >= 0
            && !tax.rate.is_above(100)
            && kernel::within(&tax.name, 1, 60)
            && !tax.name.contains(char::is_control)
    };
    if !quoted.iter().all(shaped) || quoted.len() > MOST_TAXES || sum.is_none_or(|sum| sum > amount) {
        return Err(unlike("a tax is none, or more than what it is on"));
    }
    let told = |tax: &QuotedTax| Tax {
        of: part,
        name: tax.name.as_str().into(),
        rate: Rate(tax.rate.millionths()),
        amount: tax.amount,
    };
    Ok(quoted.iter().map(told).collect())
}

fn unlike(why: &str) -> PartnerError {
    PartnerError::Unreadable(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use orders::tax_engine::{TaxedLine, TaxedShipping};
    use serde_json::{Value, json};

    fn question() -> TaxQuestion {
        let line = |number| TaxedLine {
            number,
            sku: "S".into(),
            tax_class: "standard".into(),
            quantity: 1,
            amount: 1000,
        };
        TaxQuestion {
            currency: "EUR".parse().unwrap(),
            included: false,
            country: "US".into(),
            region: Some("NY".into()),
            postal_code: "10001".into(),
            lines: vec![line(1), line(2)],
            shipping: Some(TaxedShipping { tax_class: "standard".into(), amount: 500 }),
        }
    }

    fn read(quoted: Value) -> Result<Vec<Tax>, PartnerError> {
        let quoted = serde_json::from_value(quoted).map_err(|_| unlike("it is none"))?;
        believed(&question(), quoted)
    }

    fn taxed(amount: Value) -> Value {
        json!([{ "name": "State", "rate": "4%", "amount": amount }])
    }

    #[test]
    fn an_answer_has_every_part_once() {
        let line = |number: u32| json!({ "number": number, "taxes": taxed(json!(40)) });
        let shipping = json!({ "taxes": [] });
        let whole = read(json!({ "lines": [line(2), line(1)], "shipping": shipping })).unwrap();
        assert_eq!(whole.len(), 2);
        for wrong in [
            json!({ "lines": [line(1)], "shipping": shipping }),
            json!({ "lines": [line(1), line(1)], "shipping": shipping }),
            json!({ "lines": [line(1), line(2), line(3)], "shipping": shipping }),
            json!({ "lines": [line(1), line(2)] }),
            json!({}),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_tax_is_whole_not_negative_and_at_most_what_it_is_on() {
        let with = |taxes: Value| {
            let none = json!({ "number": 2, "taxes": [] });
            read(json!({ "lines": [{ "number": 1, "taxes": taxes }, none], "shipping": { "taxes": [] } }))
        };
        assert!(with(taxed(json!(1000))).is_ok());
        for wrong in [json!(-1), json!(1001), json!(1.5), json!("40"), json!(null), json!(i64::MAX)] {
            assert!(with(taxed(wrong.clone())).is_err(), "{wrong}");
        }
        let huge = json!({ "name": "A", "rate": "1%", "amount": i64::MAX });
        assert!(with(json!([huge, huge])).is_err());
        for wrong in [
            json!({ "name": "", "rate": "1%", "amount": 1 }),
            json!({ "name": "a\nb", "rate": "1%", "amount": 1 }),
            json!({ "name": "A", "rate": "100.1%", "amount": 1 }),
            json!({ "name": "A", "rate": 40_000, "amount": 1 }),
            json!({ "name": "A", "rate": "-1%", "amount": 1 }),
        ] {
            assert!(with(json!([wrong])).is_err(), "{wrong}");
        }
    }
}
