//! The ledger: every entry with its reason, and a sum that is what a person pays.

use std::slice;
use std::sync::Arc;

use kernel::Currency;
use serde::{Deserialize, Serialize};

use crate::part::Part;
use crate::refusal::field;
use crate::{PromotionId, Rate, Refusal};

/// What an order costs, entry by entry. Later acts add entries and change none, so it is kept in the order's events; it
/// says its own version, and one that is newer than its reader is refused rather than misread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OnPaper", into = "OnPaper")]
pub struct Ledger {
    currency: Currency,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    #[serde(flatten)]
    pub kind: Kind,
    pub of: Part,
    /// What it adds to the total. A tax that the price holds already adds nothing.
    pub amount: i64,
    /// Why, in words.
    pub text: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    Item {
        quantity: i64,
        unit_price: i64,
    },
    Discount {
        promotion: PromotionId,
    },
    Shipping,
    Tax(TaxPart),
    /// A tax that is not charged to this customer: it comes off where the price holds it, and adds nothing where not.
    Exempt(TaxPart),
    /// Pieces that were given back or edited away, with the tax that went with them.
    Returned {
        pieces: i64,
        taxes: Vec<TaxPart>,
    },
    ShippingBack {
        taxes: Vec<TaxPart>,
    },
    /// Given without a claim; or taken into account again, when what it was given for is refunded as well.
    Goodwill,
}

/// One tax on one part of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxPart {
    pub name: Arc<str>,
    pub rate: Rate,
    /// What it is reckoned on.
    pub base: i64,
    pub tax: i64,
    /// Whether the price holds it.
    pub included: bool,
}

/// The sums of a ledger. All but `included_tax` add up to `total`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub items: i64,
    pub discounts: i64,
    pub shipping: i64,
    pub shipping_discounts: i64,
    /// What is added to prices as tax.
    pub tax: i64,
    /// What is taken off prices because this customer pays no tax.
    pub exempted: i64,
    /// What was given back: pieces and shipping.
    pub returned: i64,
    pub goodwill: i64,
    pub total: i64,
    /// How much of the total is tax that the prices hold.
    pub included_tax: i64,
}

#[derive(Serialize, Deserialize)]
struct OnPaper {
    version: u32,
    currency: Currency,
    entries: Vec<Entry>,
}

const VERSION: u32 = 1;

impl Ledger {
    /// Refuses entries that contradict themselves, what could not be summed in every order, and what charges less than
    /// nothing for a part or in all.
    pub fn new(currency: Currency, entries: Vec<Entry>) -> Result<Self, Refusal> {
        if let Some(n) = entries.iter().position(|entry| !entry.holds()) {
            return Err(Refusal::Malformed(vec![field(
                format!("/entries/{n}"),
                "its amounts contradict each other",
            )]));
        }
        let size: i128 = entries.iter().map(Entry::size).sum();
        i64::try_from(size).map_err(|_| Refusal::TooLarge)?;
        let mut parts: Vec<(Part, i64)> = Vec::new();
        for entry in &entries {
            match parts.iter_mut().rev().find(|(part, _)| *part == entry.of) {
                Some((_, sum)) => *sum += entry.amount,
                None => parts.push((entry.of, entry.amount)),
            }
        }
        let total: i64 = parts.iter().map(|(_, sum)| sum).sum();
        if total < 0 || parts.iter().any(|(part, sum)| *part != Part::Order && *sum < 0) {
            return Err(Refusal::MoreThanCharged { left: 0 });
        }
        let mut items: Vec<Part> =
            entries.iter().filter(|entry| entry.is_item()).map(|entry| entry.of).collect();
        items.sort_unstable();
        match items.windows(2).find(|pair| pair[0] == pair[1]) {
            Some([Part::Line(line), _]) => Err(Refusal::LineTwice(*line)),
            _ => Ok(Self { currency, entries }),
        }
    }

    /// With what a later act adds: new lines of an edit or an exchange, or what was given back.
    pub fn and(&self, more: impl IntoIterator<Item = Entry>) -> Result<Self, Refusal> {
        Self::new(self.currency, self.entries.iter().cloned().chain(more).collect())
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    pub fn total(&self) -> i64 {
        self.entries.iter().map(|entry| entry.amount).sum()
    }

    pub fn totals(&self) -> Totals {
        Totals::of(&self.entries)
    }

    /// The same sums, of one line or of the shipping.
    pub fn totals_of(&self, part: Part) -> Totals {
        Totals::of(self.of(part))
    }

    /// What is charged of each tax, by name and rate, without what was given back.
    pub fn taxes(&self) -> Vec<TaxPart> {
        sum_of_taxes(self.entries.iter())
    }

    pub(crate) fn taxes_of(&self, part: Part) -> Vec<TaxPart> {
        sum_of_taxes(self.of(part))
    }

    pub(crate) fn of(&self, part: Part) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.of == part)
    }
}

fn sum_of_taxes<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<TaxPart> {
    let mut sums: Vec<TaxPart> = Vec::new();
    for (tax, sign) in entries.flat_map(Entry::taxes) {
        let same =
            |sum: &&mut TaxPart| (&sum.name, sum.rate, sum.included) == (&tax.name, tax.rate, tax.included);
        match sums.iter_mut().find(same) {
            Some(sum) => {
                sum.base = sum.base.saturating_add(sign * tax.base);
                sum.tax += sign * tax.tax;
            }
            None => sums.push(TaxPart { base: sign * tax.base, tax: sign * tax.tax, ..tax.clone() }),
        }
    }
    sums
}

impl Totals {
    fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut totals = Self::default();
        for entry in entries {
            totals.total += entry.amount;
            *totals.place(entry) += entry.amount;
            let included = entry.taxes().filter(|(tax, _)| tax.included);
            totals.included_tax += included.map(|(tax, sign)| sign * tax.tax).sum::<i64>();
        }
        totals
    }

    fn place(&mut self, entry: &Entry) -> &mut i64 {
        match &entry.kind {
            Kind::Item { .. } => &mut self.items,
            Kind::Discount { .. } if entry.of == Part::Shipping => &mut self.shipping_discounts,
            Kind::Discount { .. } => &mut self.discounts,
            Kind::Shipping => &mut self.shipping,
            Kind::Tax(_) => &mut self.tax,
            Kind::Exempt(_) => &mut self.exempted,
            Kind::Returned { .. } | Kind::ShippingBack { .. } => &mut self.returned,
            Kind::Goodwill => &mut self.goodwill,
        }
    }
}

impl Entry {
    pub(crate) fn new(kind: Kind, of: Part, amount: i64, text: impl Into<Arc<str>>) -> Self {
        Self { kind, of, amount, text: text.into() }
    }

    /// Whether the amount follows from what it is for.
    fn holds(&self) -> bool {
        let counts = |taxes: &[TaxPart]| taxes.iter().all(|tax| tax.base >= 0 && tax.tax >= 0);
        match &self.kind {
            Kind::Item { quantity, unit_price } => {
                let worth = i128::from(*quantity) * i128::from(*unit_price);
                *quantity >= 1 && *unit_price >= 0 && worth == i128::from(self.amount)
            }
            Kind::Shipping => self.amount >= 0,
            Kind::Discount { .. } => self.amount <= 0,
            Kind::Tax(tax) => {
                counts(slice::from_ref(tax)) && self.amount == if tax.included { 0 } else { tax.tax }
            }
            Kind::Exempt(tax) => {
                counts(slice::from_ref(tax)) && self.amount == if tax.included { -tax.tax } else { 0 }
            }
            Kind::Returned { pieces, taxes } => *pieces >= 1 && self.amount <= 0 && counts(taxes),
            Kind::ShippingBack { taxes } => self.amount <= 0 && counts(taxes),
            Kind::Goodwill => true,
        }
    }

    fn is_item(&self) -> bool {
        matches!(self.kind, Kind::Item { .. })
    }

    /// The taxes that are charged by it, or given back.
    fn taxes(&self) -> impl Iterator<Item = (&TaxPart, i64)> {
        let (taxes, sign) = match &self.kind {
            Kind::Tax(tax) => (slice::from_ref(tax), 1),
            Kind::Returned { taxes, .. } | Kind::ShippingBack { taxes } => (taxes.as_slice(), -1),
            _ => (&[][..], 1),
        };
        taxes.iter().map(move |tax| (tax, sign))
    }

    /// What it can add to any sum.
    fn size(&self) -> i128 {
        let taxes: i128 = self.taxes().map(|(tax, _)| i128::from(tax.tax).abs()).sum();
        i128::from(self.amount).abs() + taxes
    }
}

impl TryFrom<OnPaper> for Ledger {
    type Error = String;

    fn try_from(OnPaper { version, currency, entries }: OnPaper) -> Result<Self, String> {
        if version != VERSION {
            return Err(format!("a ledger of version {version} cannot be read; {VERSION} is known"));
        }
        Self::new(currency, entries).map_err(|refusal| kernel::Problem::from(refusal).to_string())
    }
}

impl From<Ledger> for OnPaper {
    fn from(Ledger { currency, entries }: Ledger) -> Self {
        Self { version: VERSION, currency, entries }
    }
}
