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

    pub(super) fn check(&self, n: usize, currency: Currency, check: &mut Check) {
        let sku = &self.sku;
        let shaped = within(sku, 1, 64) && sku.chars().all(|letter| letter.is_ascii_graphic());
        check.that(
            shaped,
            format!("/variants/{n}/sku"),
            "write a SKU with 1 to 64 letters, digits or signs, without spaces",
        );
        check.that(
            within(&self.title, 0, 200),
            format!("/variants/{n}/title"),
            "a title has at most 200 letters",
        );
        let price = self.price.amount;
        check.that(
            (0..=1_000_000_000_000).contains(&price),
            format!("/variants/{n}/price"),
            "write the price in minor units, 0 or more",
        );
        check.that(
            self.price.currency == currency,
            format!("/variants/{n}/currency"),
            format!("this shop sells in {currency}"),
        );
        self.check_details(n, check);
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

impl Variant {
    fn check_details(&self, n: usize, check: &mut Check) {
        check.that(
            self.weight_grams.is_none_or(|weight| (0..=1_000_000_000).contains(&weight)),
            format!("/variants/{n}/weight_grams"),
            "write the weight in grams, 0 or more",
        );
        check.that(
            self.compare_at.is_none_or(|before| (self.price.amount..=1_000_000_000_000).contains(&before)),
            format!("/variants/{n}/compare_at"),
            "what it cost before is not less than what it costs",
        );
        let barcode = self.barcode.as_ref().is_none_or(|code| {
            (1..=50).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_graphic())
        });
        check.that(
            barcode,
            format!("/variants/{n}/barcode"),
            "write a barcode with 1 to 50 digits or letters",
        );
    }
}
