//! What happens to an order's ledger afterwards: edits, returns, exchanges, refunds of shipping, goodwill, and money.
//!
//! An edit or an exchange adds what `price` says of its new lines, under numbers of their own, and gives back the old.
//! Each act here is entries to be added with `Ledger::and`; it changes nothing by itself.

use serde::{Deserialize, Serialize};

use super::share::on_top;
use crate::refusal::field;
use crate::rounding::{Rounding, spread};
use crate::{Entry, Kind, Ledger, LineId, Part, Refusal, TaxPart};

/// Money that moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    Paid(i64),
    Refunded(i64),
}

/// What an order costs by now, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    pub charged: i64,
    pub paid: i64,
    pub refunded: i64,
    /// What is still to be paid; below zero, what is to be paid back.
    pub owed: i64,
}

impl Balance {
    /// What can be paid back now: what is not charged any more, and never more than was paid.
    pub fn refundable(&self) -> i64 {
        (-self.owed).max(0)
    }
}

impl Ledger {
    /// How many pieces of a line were given back so far.
    pub fn returned(&self, line: LineId) -> i64 {
        let pieces = self.of(Part::Line(line)).map(|entry| match entry.kind {
            Kind::Returned { pieces, .. } => pieces,
            _ => 0,
        });
        pieces.sum()
    }

    /// The next pieces of a line, given back or edited away, at exactly what they cost.
    pub fn give_back(&self, line: LineId, pieces: i64, why: &str) -> Result<Vec<Entry>, Refusal> {
        at_least_one(pieces, "/pieces")?;
        let returned = self.returned(line);
        let share = self.share(line, returned, returned.saturating_add(pieces))?;
        let kind = Kind::Returned { pieces, taxes: share.taxes };
        Ok(self.settled(Entry::new(kind, Part::Line(line), -share.total, why)))
    }

    /// So much of what shipping costs, with its part of the tax; all that is left of it without an amount.
    pub fn give_shipping_back(&self, amount: Option<i64>, why: &str) -> Result<Vec<Entry>, Refusal> {
        let left = self.totals_of(Part::Shipping).total;
        let amount = amount.unwrap_or(left);
        at_least_one(amount, "/amount")?;
        if amount > left {
            return Err(Refusal::MoreThanCharged { left });
        }
        let mut taxes = self.taxes_of(Part::Shipping);
        let mut weights = vec![left - on_top(&taxes)];
        weights.extend(taxes.iter().map(|tax| if tax.included { 0 } else { tax.tax }));
        let split = spread(amount, &weights, self.currency())?;
        for (tax, on_top) in taxes.iter_mut().zip(&split[1..]) {
            let of = |whole: i64| Rounding::HalfUp.proportion(whole, i128::from(amount), i128::from(left));
            *tax = TaxPart {
                base: of(tax.base)?,
                tax: if tax.included { of(tax.tax)? } else { *on_top },
                ..tax.clone()
            };
        }
        Ok(self.settled(Entry::new(Kind::ShippingBack { taxes }, Part::Shipping, -amount, why)))
    }

    /// Given without a claim, never more than the order still costs. It leaves lines and their taxes as they are.
    pub fn goodwill(&self, amount: i64, why: &str) -> Result<Entry, Refusal> {
        at_least_one(amount, "/amount")?;
        if amount > self.total() {
            return Err(Refusal::MoreThanCharged { left: self.total() });
        }
        Ok(Entry::new(Kind::Goodwill, Part::Order, -amount, why))
    }

    /// What is charged, set against the money that moved.
    pub fn balance(&self, movements: &[Movement]) -> Result<Balance, Refusal> {
        let (mut paid, mut refunded) = (0i64, 0i64);
        for movement in movements {
            let (sum, amount) = match movement {
                Movement::Paid(amount) => (&mut paid, *amount),
                Movement::Refunded(amount) => (&mut refunded, *amount),
            };
            at_least_one(amount, "/movements")?;
            *sum = sum.checked_add(amount).ok_or(Refusal::TooLarge)?;
        }
        if refunded > paid {
            return Err(Refusal::MoreThanCharged { left: paid });
        }
        // None of the three is negative, so nothing here can overflow.
        let charged = self.total();
        Ok(Balance { charged, paid, refunded, owed: charged - (paid - refunded) })
    }

    /// What was given in goodwill counts when more is given back than the order would still cost without it.
    fn settled(&self, entry: Entry) -> Vec<Entry> {
        let short = -(self.total() + entry.amount);
        let mut entries = vec![entry];
        if short > 0 {
            let text = "Goodwill that was given already";
            entries.push(Entry::new(Kind::Goodwill, Part::Order, short, text));
        }
        entries
    }
}

fn at_least_one(amount: i64, pointer: &str) -> Result<(), Refusal> {
    if amount >= 1 { Ok(()) } else { Err(Refusal::Malformed(vec![field(pointer, "at least one")])) }
}
