//! A variant of a product: what is put into an order.

use std::collections::BTreeMap;

use kernel::problem::pointer_part;
use kernel::{Check, Currency, Money, within};
use serde::{Deserialize, Serialize};

use crate::VariantId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    pub id: VariantId,
    pub sku: String,
    pub title: String,
    pub price: Money,
    pub options: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_grams: Option<i64>,
    /// What it cost before, in the price's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barcode: Option<String>,
}

pub(super) const LONGEST_TITLE: usize = 200;

impl Variant {
    pub fn new(id: VariantId, sku: impl Into<String>, price: Money) -> Self {
        Self {
            id,
            sku: sku.into(),
            title: String::new(),
            price,
            options: BTreeMap::new(),
            weight_grams: None,
            compare_at: None,
            barcode: None,
        }
    }

    /// Notes what is wrong beside the limits of `NewVariant`.
    pub(super) fn check(&self, n: usize, currency: Currency, check: &mut Check) {
        check.that(
            self.price.currency == currency,
            format!("/variants/{n}/currency"),
            format!("this shop sells in {currency}"),
        );
        check.that(
            self.compare_at.is_none_or(|before| before >= self.price.amount),
            format!("/variants/{n}/compare_at"),
            "what it cost before is not less than what it costs",
        );
        check.that(
            self.options.len() <= 20,
            format!("/variants/{n}/options"),
            "a variant has at most 20 options",
        );
        for (name, value) in &self.options {
            check.that(
                within(name, 1, 100) && within(value, 1, 200),
                format!("/variants/{n}/options/{}", pointer_part(name)),
                "name and value are too long or empty",
            );
        }
    }
}
