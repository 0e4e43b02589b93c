//! What is ordered, line by line, and what became of the pieces of each.

use catalog::{ProductId, VariantId};
use kernel::Money;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub variant: VariantId,
    pub product: ProductId,
    pub sku: String,
    pub title: String,
    pub quantity: i64,
    pub unit_price: Money,
}

pub(super) fn is_zero(count: &i64) -> bool {
    *count == 0
}

/// So many pieces of a line, by its number.
pub type Part = (u32, i64);

/// What became of the pieces of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pieces {
    pub line: u32,
    pub variant: VariantId,
    /// How many are ordered, without those that an edit took out.
    pub quantity: i64,
    pub sent: i64,
    /// How many are to come back, or have.
    pub back: i64,
    /// How many of those have.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub came: i64,
}

/// A line with the number that it has in the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberedLine {
    pub number: u32,
    #[serde(flatten)]
    pub line: Line,
}

impl Pieces {
    pub(crate) fn of(number: u32, line: &Line) -> Self {
        Self { line: number, variant: line.variant, quantity: line.quantity, sent: 0, back: 0, came: 0 }
    }

    pub fn unsent(&self) -> i64 {
        self.quantity - self.sent
    }
}
