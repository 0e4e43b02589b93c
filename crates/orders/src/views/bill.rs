//! The bill: a ledger as it is shown.

use pricing::{Entry, Kind, Ledger, Part, REVERSE_CHARGE, TaxPart};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::order::Words;

/// The sums of a ledger, and every entry of it. All but `included_tax` add up to `total`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BillView {
    pub currency: String,
    /// What the lines cost before anything is taken off, in minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub subtotal: i64,
    /// What promotions take off the lines; 0 or less.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub discount: i64,
    /// What delivery costs, after promotions.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub delivery: i64,
    /// What is added as tax, or taken off for whoever pays none.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub tax: i64,
    /// What was given back and in goodwill; 0 or less.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub given_back: i64,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub total: i64,
    /// How much of the total is tax that the prices hold.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub included_tax: i64,
    pub entries: Vec<EntryView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Item,
    Discount,
    Shipping,
    Tax,
    /// A tax that is not charged.
    Exempt,
    Returned,
    ShippingBack,
    Goodwill,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EntryView {
    pub kind: EntryKind,
    /// The line's number in the order; absent for what is not of one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion_id: Option<Uuid>,
    /// How many pieces: of an item, or given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    /// What one piece of an item costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub unit_price: Option<i64>,
    /// The tax that is charged, or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxView>,
    /// Why, in words.
    pub text: String,
}

/// One tax on one part of a bill.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaxView {
    pub name: String,
    /// In percent: "19 %".
    pub rate: String,
    /// Whether the price holds it, so that it adds nothing.
    pub included: bool,
    /// Whether it is the recipient who owes it.
    pub reverse_charge: bool,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub amount: i64,
}

impl BillView {
    /// With the words that its reader is told; a ledger alone says what was done, and never of whom.
    pub fn of(ledger: &Ledger, words: &Words) -> Self {
        let totals = ledger.totals();
        Self {
            currency: ledger.currency().code().to_owned(),
            subtotal: totals.items,
            discount: totals.discounts,
            delivery: totals.shipping + totals.shipping_discounts,
            tax: totals.tax + totals.exempted,
            given_back: totals.returned + totals.goodwill,
            total: totals.total,
            included_tax: totals.included_tax,
            entries: ledger.entries().iter().map(|entry| EntryView::of(entry, words)).collect(),
        }
    }
}

impl EntryView {
    fn of(entry: &Entry, words: &Words) -> Self {
        let (kind, promotion) = match &entry.kind {
            Kind::Item { .. } => (EntryKind::Item, None),
            Kind::Discount { promotion } => (EntryKind::Discount, Some(promotion.uuid())),
            Kind::Shipping => (EntryKind::Shipping, None),
            Kind::Tax(_) => (EntryKind::Tax, None),
            Kind::Exempt(_) => (EntryKind::Exempt, None),
            Kind::Returned { .. } => (EntryKind::Returned, None),
            Kind::ShippingBack { .. } => (EntryKind::ShippingBack, None),
            Kind::Goodwill => (EntryKind::Goodwill, None),
        };
        let (quantity, unit_price, tax) = match &entry.kind {
            Kind::Item { quantity, unit_price } => (Some(*quantity), Some(*unit_price), None),
            Kind::Returned { pieces, .. } => (Some(*pieces), None, None),
            Kind::Tax(tax) | Kind::Exempt(tax) => (None, None, Some(TaxView::of(tax, entry))),
            _ => (None, None, None),
        };
        let line = match entry.of {
            Part::Line(line) => Some(line.0),
            Part::Shipping | Part::Order => None,
        };
        Self {
            kind,
            line,
            amount: entry.amount,
            promotion_id: promotion,
            quantity,
            unit_price,
            tax,
            text: words.of_entry(entry),
        }
    }
}

impl TaxView {
    fn of(tax: &TaxPart, entry: &Entry) -> Self {
        Self {
            name: tax.name.to_string(),
            rate: tax.rate.to_string(),
            included: tax.included,
            reverse_charge: entry.text.ends_with(REVERSE_CHARGE),
            amount: tax.tax,
        }
    }
}
