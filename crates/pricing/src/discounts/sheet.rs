//! The working sheet: what is left of each price while promotions are applied one after the other.

use std::cmp::Ordering;

use crate::rounding::{Rounding, spread};
use crate::{Basket, Line, Outcome, Refusal, Target};

#[derive(Clone)]
pub(crate) struct Sheet<'a> {
    pub basket: &'a Basket,
    /// By their numbers.
    pub lines: Vec<&'a Line>,
    /// What is left of each line's price.
    pub left: Vec<i64>,
    pub shipping_left: i64,
}

/// What an effect takes off each line and the shipping; never more than is left of it.
#[derive(Debug, Default)]
pub(crate) struct Off {
    pub lines: Vec<i64>,
    pub shipping: i64,
    pub total: i64,
    /// How many more pieces it would take.
    pub missing: i64,
}

impl Off {
    /// Why nothing is taken off, when nothing is.
    pub fn fruitless(&self) -> Outcome {
        match self.missing {
            1.. => Outcome::TooFewPieces { missing: self.missing },
            _ => Outcome::NothingLeft,
        }
    }
}

impl<'a> Sheet<'a> {
    pub fn new(basket: &'a Basket) -> Result<Self, Refusal> {
        basket.check()?;
        let lines = basket.sorted();
        let left = lines.iter().map(|line| i64::try_from(line.worth()).map_err(|_| Refusal::TooLarge));
        let left = left.collect::<Result<_, _>>()?;
        let shipping_left = basket.shipping.as_ref().map_or(0, |shipping| shipping.price);
        Ok(Self { basket, lines, left, shipping_left })
    }

    pub fn take(&mut self, off: &Off) {
        for (left, off) in self.left.iter_mut().zip(&off.lines) {
            *left -= off;
        }
        self.shipping_left -= off.shipping;
    }

    /// What `count` pieces of a line still cost.
    pub fn worth(&self, line: usize, count: i64) -> Result<i64, Refusal> {
        Rounding::HalfUp.proportion(self.left[line], i128::from(count), i128::from(self.lines[line].quantity))
    }

    /// Compares what a piece of each line still costs, without rounding; equals go by their numbers.
    pub fn cheaper(&self, a: usize, b: usize) -> Ordering {
        let of =
            |one: usize, other: usize| i128::from(self.left[one]) * i128::from(self.lines[other].quantity);
        of(a, b).cmp(&of(b, a)).then(a.cmp(&b))
    }

    /// What is taken off in all, up to what these weights say is there, and spread by them.
    pub fn spread(&self, amount: i64, weights: &[i64]) -> Result<Off, Refusal> {
        let whole: i64 = weights.iter().sum();
        let total = amount.min(whole);
        Ok(Off { lines: spread(total, weights, self.basket.currency)?, total, ..Off::default() })
    }

    /// What is left of each line that the target matches, and nothing for the others.
    pub fn matching(&self, target: &Target) -> Vec<i64> {
        let left = |(line, left): (&&Line, &i64)| if target.matches(line) { *left } else { 0 };
        self.lines.iter().zip(&self.left).map(left).collect()
    }
}
