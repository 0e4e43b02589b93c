//! What some pieces of a line cost, after everything: so that giving back is exact.

use kernel::Currency;
use serde::{Deserialize, Serialize};

use crate::{Kind, Ledger, LineId, Part, Refusal, TaxPart};

/// The part of a line that pieces have. The shares of pieces that follow each other add up to the line, none is less than
/// nothing, and a piece's share is a unit at most away from an even one in each of its sums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub line: LineId,
    pub pieces: i64,
    pub items: i64,
    /// What promotions and exemptions take off it.
    pub off: i64,
    pub taxes: Vec<TaxPart>,
    pub total: i64,
    pub currency: Currency,
}

impl Ledger {
    /// What the pieces `from..to` of a line cost, counted from zero. Each sum is split by what it comes to up to a piece,
    /// rounded down: so it does not matter in how many steps the pieces are given back.
    ///
    /// What is taken off is split as one sum: an item's price is whole for each piece, and one sum that is not more than
    /// the items is never more than the item in any piece. Several, each rounded by itself, could be.
    pub fn share(&self, line: LineId, from: i64, to: i64) -> Result<Share, Refusal> {
        let part = Part::Line(line);
        let item = self.of(part).find_map(|entry| match entry.kind {
            Kind::Item { quantity, unit_price } => Some((quantity, unit_price)),
            _ => None,
        });
        let Some((quantity, unit_price)) = item else { return Err(Refusal::NotInLedger(part)) };
        if from < 0 || to < from || to > quantity {
            return Err(Refusal::MorePiecesThanLeft { line, left: (quantity - from).clamp(0, quantity) });
        }
        let cut = |whole: i64| up_to(whole, to, quantity) - up_to(whole, from, quantity);
        let (mut off, mut taxes) = (0, Vec::new());
        for entry in self.of(part) {
            match &entry.kind {
                Kind::Discount { .. } | Kind::Exempt(_) => off += entry.amount,
                Kind::Tax(tax) => {
                    taxes.push(TaxPart { base: cut(tax.base), tax: cut(tax.tax), ..tax.clone() });
                }
                _ => {}
            }
        }
        let (items, off) = (unit_price * (to - from), cut(off));
        let total = items + off + on_top(&taxes);
        Ok(Share { line, pieces: to - from, items, off, taxes, total, currency: self.currency() })
    }
}

/// What is added to the price.
pub(crate) fn on_top(taxes: &[TaxPart]) -> i64 {
    taxes.iter().filter(|tax| !tax.included).map(|tax| tax.tax).sum()
}

/// What the first pieces have of an amount, rounded towards zero.
fn up_to(amount: i64, pieces: i64, quantity: i64) -> i64 {
    let exact = i128::from(amount) * i128::from(pieces) / i128::from(quantity);
    i64::try_from(exact).expect("a part of an amount is not more than it")
}
