//! What somebody wants to buy, and the facts about them that prices depend on.

use kernel::{Currency, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Refusal;
use crate::part::LineId;
use crate::refusal::field;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basket {
    pub currency: Currency,
    pub lines: Vec<Line>,
    #[serde(default)]
    pub shipping: Option<Shipping>,
    /// As they were typed. Case and spaces around them do not matter.
    #[serde(default)]
    pub codes: Vec<String>,
    #[serde(default)]
    pub customer: Customer,
    /// None until an address is known: then nothing that depends on it applies.
    #[serde(default)]
    pub destination: Option<Destination>,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub id: LineId,
    pub product: Uuid,
    pub variant: Uuid,
    pub quantity: i64,
    /// In minor units of the basket's currency.
    pub unit_price: i64,
    #[serde(default)]
    pub categories: Vec<String>,
    #[serde(default)]
    pub tax_class: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipping {
    /// What it is called: "Express".
    pub option: String,
    pub price: i64,
    #[serde(default)]
    pub tax_class: String,
}

/// Facts, not a person: nothing here says who it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    pub segments: Vec<String>,
    pub first_order: bool,
    pub organisation: Option<Uuid>,
    /// A VAT number of theirs was checked, so they can owe the tax themselves where a rate allows it.
    pub has_vat_number: bool,
    /// Why they pay no tax at the destination: "resale certificate".
    pub exempt: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// Two letters, ISO 3166.
    pub country: String,
    #[serde(default)]
    pub region: Option<String>,
    #[serde(default)]
    pub postal_code: Option<String>,
}

impl Basket {
    /// The lines by their numbers. Whoever walks them in this order decides the same, however they were given.
    pub(crate) fn sorted(&self) -> Vec<&Line> {
        let mut lines: Vec<&Line> = self.lines.iter().collect();
        lines.sort_by_key(|line| line.id);
        lines
    }

    /// Refuses what cannot be priced, so that no later step can count too far: every sum of prices and of what is taken
    /// off them fits when the sum of all of them does.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let mut wrong = Vec::new();
        for (n, line) in self.lines.iter().enumerate() {
            if line.quantity < 1 {
                wrong.push(field(format!("/lines/{n}/quantity"), "order at least one"));
            }
            if line.unit_price < 0 {
                wrong.push(field(format!("/lines/{n}/unit_price"), "a price is not negative"));
            }
        }
        if self.shipping.as_ref().is_some_and(|shipping| shipping.price < 0) {
            wrong.push(field("/shipping/price", "a price is not negative"));
        }
        if !wrong.is_empty() {
            return Err(Refusal::Malformed(wrong));
        }
        if let Some(twice) = self.sorted().windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(Refusal::LineTwice(twice[0].id));
        }
        let shipping = self.shipping.as_ref().map_or(0, |shipping| i128::from(shipping.price));
        let whole = self.lines.iter().try_fold(shipping, |sum, line| sum.checked_add(line.worth()));
        whole.and_then(|whole| i64::try_from(whole).ok()).map(|_| ()).ok_or(Refusal::TooLarge)
    }
}

impl Line {
    pub(crate) fn worth(&self) -> i128 {
        i128::from(self.unit_price) * i128::from(self.quantity)
    }
}
