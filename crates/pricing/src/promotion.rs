//! A promotion: what is taken off, from what, when, and beside which others.

use std::fmt;

use kernel::{Currency, Doubts, FieldProblem, Money, Percentage, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::refusal::field;
use crate::{Conditions, Effect, Line, PromotionId, Refusal, words};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(bound = "")]
pub struct Promotion<P = Percent> {
    #[schema(value_type = Uuid)]
    pub id: PromotionId,
    /// As the person reads it beside the amount.
    pub name: String,
    #[schema(value_type = Effect)]
    pub effect: Effect<P>,
    #[serde(default)]
    pub conditions: Conditions,
    #[serde(default)]
    pub stacking: Stacking,
    /// The greater goes first, and what follows is reckoned on what is left; equals go by their ids.
    #[serde(default)]
    pub priority: i32,
    /// It holds from this moment on.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub starts: Option<Timestamp>,
    /// It no longer holds at this moment.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends: Option<Timestamp>,
    /// Without one it applies by itself.
    #[serde(default)]
    pub code: Option<String>,
    /// How often it can still be used; none is without limit. Counting is the caller's.
    #[serde(default)]
    pub uses_left: Option<i64>,
    #[serde(default)]
    pub uses_left_for_customer: Option<i64>,
}

/// Which promotions stand beside each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stacking {
    /// Beside all others that are not alone.
    #[default]
    Together,
    /// Of this group at most one: the one that is worth most by itself.
    OneOf(String),
    /// Beside none: it applies if it is worth more than all the others together.
    Alone,
}

/// Which lines: those that one of `of` picks (all, when it is empty) and none of `except`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Target {
    pub of: Vec<Pick>,
    pub except: Vec<Pick>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    Product(Uuid),
    Variant(Uuid),
    Category(String),
}

/// So many pieces of these, as one part of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bundled {
    pub quantity: i64,
    pub of: Target,
}

/// A percentage as it is reckoned with and kept: in hundredths of a percent, never more than all of it. 1250 is 12.5 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u16")]
pub struct Percent(u16);

impl Percent {
    pub const ALL: Self = Self(10_000);

    pub fn basis_points(points: u16) -> Result<Self, Refusal> {
        let too_much =
            || Refusal::Malformed(vec![field("/percent", "no more than 10000, which is all of it")]);
        if points <= Self::ALL.0 { Ok(Self(points)) } else { Err(too_much()) }
    }

    /// None for what is finer than hundredths of a percent, or more than all of it.
    pub fn of(written: Percentage) -> Option<Self> {
        written.basis_points().and_then(|points| Self::basis_points(points).ok())
    }

    pub(crate) fn of_ten_thousand(self) -> i128 {
        i128::from(self.0)
    }
}

impl Promotion {
    /// Refuses a promotion that nobody can have meant. A shop asks before it keeps one, and `price` asks again.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut wrong = Vec::new();
        self.effect.check(&mut wrong);
        not_negative(&mut wrong, "conditions/minimum_subtotal", self.conditions.minimum_subtotal);
        if wrong.is_empty() { Ok(()) } else { Err(Refusal::Malformed(wrong)) }
    }

    /// What can be meant and probably is not, such as almost everything for nothing.
    pub fn doubt(&self, doubts: &mut Doubts) {
        self.effect.doubt(doubts);
    }

    /// The lines that it names, each by its place.
    pub fn targets(&self) -> Vec<(String, &Target)> {
        let counted = ("/conditions/counted".to_owned(), &self.conditions.counted);
        std::iter::once(counted).chain(self.effect.targets()).collect()
    }

    /// As people write it.
    pub fn written(&self) -> Promotion<Percentage> {
        let Self { id, name, effect, conditions, stacking, priority, starts, ends, code, .. } = self.clone();
        let Self { uses_left, uses_left_for_customer, .. } = *self;
        let effect = effect.written();
        Promotion {
            id,
            name,
            effect,
            conditions,
            stacking,
            priority,
            starts,
            ends,
            code,
            uses_left,
            uses_left_for_customer,
        }
    }

    /// The first amount that is in another currency than the basket.
    pub(crate) fn other_currency(&self, currency: Currency) -> Option<Currency> {
        let amounts = [self.conditions.minimum_subtotal, self.effect.money()];
        amounts.into_iter().flatten().map(|money| money.currency).find(|other| *other != currency)
    }

    pub(crate) fn asks_for_code(&self, typed: &[String]) -> bool {
        self.code.as_ref().is_some_and(|code| !typed.iter().any(|typed| same_code(typed, code)))
    }
}

pub(crate) fn same_code(typed: &str, code: &str) -> bool {
    typed.trim().eq_ignore_ascii_case(code.trim()) || plain_code(typed) == plain_code(code)
}

/// What makes two codes the same: case and spaces around them do not matter.
pub fn plain_code(code: &str) -> String {
    code.trim().to_lowercase()
}

pub(crate) fn not_negative(wrong: &mut Vec<FieldProblem>, name: &str, money: Option<Money>) {
    if money.is_some_and(|money| money.amount < 0) {
        wrong.push(field(format!("/{name}"), "an amount here is not negative"));
    }
}

pub(crate) fn at_least_one(wrong: &mut Vec<FieldProblem>, name: &str, count: Option<i64>) {
    if count.is_some_and(|count| count < 1) {
        wrong.push(field(format!("/{name}"), "at least one"));
    }
}

impl Target {
    pub fn all() -> Self {
        Self::default()
    }

    pub fn product(id: Uuid) -> Self {
        Self { of: vec![Pick::Product(id)], except: Vec::new() }
    }

    pub fn variant(id: Uuid) -> Self {
        Self { of: vec![Pick::Variant(id)], except: Vec::new() }
    }

    pub fn category(name: &str) -> Self {
        Self { of: vec![Pick::Category(name.to_owned())], except: Vec::new() }
    }

    pub(crate) fn matches(&self, line: &Line) -> bool {
        let any = |picks: &[Pick]| picks.iter().any(|pick| pick.matches(line));
        (self.of.is_empty() || any(&self.of)) && !any(&self.except)
    }
}

impl Pick {
    fn matches(&self, line: &Line) -> bool {
        match self {
            Self::Product(id) => line.product == *id,
            Self::Variant(id) => line.variant == *id,
            Self::Category(name) => line.categories.contains(name),
        }
    }
}

impl TryFrom<u16> for Percent {
    type Error = String;

    fn try_from(points: u16) -> Result<Self, String> {
        Self::basis_points(points).map_err(|_| "a percentage is no more than 10000 basis points".to_owned())
    }
}

impl From<Percent> for Percentage {
    fn from(percent: Percent) -> Self {
        Self::of_basis_points(percent.0)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::percentage(Percentage::from(*self)))
    }
}
