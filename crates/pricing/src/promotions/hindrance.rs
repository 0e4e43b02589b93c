//! Decides whether a promotion applies to a basket, and if not, why.

use super::Outcome;
use crate::{Basket, Effect, Line, Promotion, Target};

impl Promotion {
    /// Whether this customer may hear of it at all: what is for others is none of their business, whatever code they type,
    /// and what has not begun is not announced to those who know no code for it.
    pub(crate) fn may_be_told(&self, basket: &Basket) -> bool {
        let announced = match &self.code {
            Some(_) => !self.asks_for_code(&basket.codes),
            None => self.starts.is_none_or(|starts| starts <= basket.now),
        };
        announced && self.conditions.name(&basket.customer)
    }

    /// The first thing that keeps it from applying.
    pub(crate) fn hindrance(&self, basket: &Basket, lines: &[&Line]) -> Option<Outcome> {
        let spent = |left: Option<i64>| left.is_some_and(|left| left < 1);
        if self.starts.is_some_and(|starts| basket.now < starts) {
            return Some(Outcome::NotYet);
        }
        if self.ends.is_some_and(|ends| basket.now >= ends) {
            return Some(Outcome::Over);
        }
        if spent(self.uses_left) {
            return Some(Outcome::UsedUp);
        }
        if spent(self.uses_left_for_customer) {
            return Some(Outcome::UsedByCustomer);
        }
        if let Some(currency) = self.other_currency(basket.currency) {
            return Some(Outcome::OtherCurrency { currency });
        }
        let who = self.conditions.of_customer(basket).or_else(|| self.conditions.of_destination(basket));
        who.or_else(|| self.effect.hindrance(basket, lines)).or_else(|| self.conditions.of_lines(lines))
    }
}

impl Effect {
    fn hindrance(&self, basket: &Basket, lines: &[&Line]) -> Option<Outcome> {
        let none = |target: &Target| !lines.iter().any(|line| target.matches(line));
        match self {
            Self::Percent { from, .. } | Self::Amount { from, .. } | Self::Each { from, .. } => {
                none(from).then_some(Outcome::NothingMatches)
            }
            Self::FreeShipping { .. } => basket.shipping.is_none().then_some(Outcome::NoShipping),
            Self::BuyGet { of, from, .. } => (none(of) && none(from)).then_some(Outcome::NothingMatches),
            Self::Bundle { parts, .. } => {
                parts.iter().all(|part| none(&part.of)).then_some(Outcome::NothingMatches)
            }
        }
    }
}
