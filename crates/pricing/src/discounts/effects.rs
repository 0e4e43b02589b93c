//! Applies the effect of a promotion to the lines of a basket.

use super::pieces;
use super::sheet::{Off, Sheet};
use crate::rounding::Rounding;
use crate::{Effect, Line, Percent, Refusal, Target};

impl Sheet<'_> {
    pub fn work_out(&self, effect: &Effect) -> Result<Off, Refusal> {
        match effect {
            Effect::Percent { off, from, at_most } => {
                self.percent(*off, from, at_most.map_or(i64::MAX, |most| most.amount))
            }
            Effect::Amount { off, from } => self.spread(off.amount, &self.matching(from)),
            Effect::Each { off, from } => Ok(self.each(off.amount, from)),
            Effect::FreeShipping { at_most } => {
                let shipping = at_most.map_or(self.shipping_left, |most| most.amount.min(self.shipping_left));
                Ok(Off { shipping, total: shipping, ..Off::default() })
            }
            Effect::BuyGet { buy, of, get, from, off, times } => {
                let offer = pieces::BuyGet { buy: *buy, of, get: *get, from, off: *off, times: *times };
                offer.work_out(self)
            }
            Effect::Bundle { price, parts, times } => pieces::bundle(self, price.amount, parts, *times),
        }
    }

    fn percent(&self, off: Percent, from: &Target, at_most: i64) -> Result<Off, Refusal> {
        let weights = self.matching(from);
        let whole = weights.iter().sum();
        let amount = Rounding::HalfUp.proportion(whole, off.of_ten_thousand(), 10_000)?;
        self.spread(amount.min(at_most), &weights)
    }

    fn each(&self, off: i64, from: &Target) -> Off {
        let wanted = |line: &Line| off.saturating_mul(line.quantity);
        let lines: Vec<i64> =
            self.lines.iter().zip(self.matching(from)).map(|(line, left)| left.min(wanted(line))).collect();
        Off { total: lines.iter().sum(), lines, ..Off::default() }
    }
}
