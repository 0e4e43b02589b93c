//! A promotion: its effect, its conditions, when it runs, and which others it combines with.

use kernel::{Currency, Doubts, Percentage, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::checks::not_negative;
use super::{Percent, Target};
use crate::{Conditions, Effect, PromotionId, Refusal};

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
