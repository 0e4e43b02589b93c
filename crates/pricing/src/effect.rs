//! What a promotion takes off.

use kernel::{FieldProblem, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::promotion::{at_least_one, not_negative};
use crate::refusal::field;
use crate::schema::Amount;
use crate::{Bundled, Percent, Target, words};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// Of the sum of these lines, so that ten percent of 29.97 is 3.00 however many lines it is.
    Percent {
        off: Percent,
        #[serde(default)]
        from: Target,
        #[serde(default)]
        #[schema(value_type = Option<Amount>)]
        at_most: Option<Money>,
    },
    /// Once, spread over these lines by what they cost.
    Amount {
        #[schema(value_type = Amount)]
        off: Money,
        #[serde(default)]
        from: Target,
    },
    /// From each piece of these lines.
    Each {
        #[schema(value_type = Amount)]
        off: Money,
        #[serde(default)]
        from: Target,
    },
    FreeShipping {
        #[serde(default)]
        #[schema(value_type = Option<Amount>)]
        at_most: Option<Money>,
    },
    /// For every `buy` pieces of one target, `get` pieces of the other at less, the cheapest first. A piece that is
    /// needed for the one does not count for the other.
    BuyGet {
        buy: i64,
        #[serde(default)]
        of: Target,
        get: i64,
        #[serde(default)]
        from: Target,
        off: Percent,
        #[serde(default)]
        times: Option<i64>,
    },
    /// So many of these and so many of those for one price, the dearest first.
    Bundle {
        #[schema(value_type = Amount)]
        price: Money,
        parts: Vec<Bundled>,
        #[serde(default)]
        times: Option<i64>,
    },
}

impl Effect {
    pub(crate) fn check(&self, wrong: &mut Vec<FieldProblem>) {
        not_negative(wrong, "effect", self.money());
        match self {
            Self::BuyGet { buy, get, times, .. } => {
                at_least_one(wrong, "effect/buy", Some(*buy));
                at_least_one(wrong, "effect/get", Some(*get));
                at_least_one(wrong, "effect/times", *times);
            }
            Self::Bundle { parts, times, .. } => {
                if parts.is_empty() {
                    wrong.push(field("/effect/parts", "a bundle has parts"));
                }
                for (n, part) in parts.iter().enumerate() {
                    at_least_one(wrong, &format!("effect/parts/{n}/quantity"), Some(part.quantity));
                }
                at_least_one(wrong, "effect/times", *times);
            }
            Self::Percent { .. } | Self::Amount { .. } | Self::Each { .. } | Self::FreeShipping { .. } => {}
        }
    }

    /// The one amount that an effect names, if it names one.
    pub(crate) fn money(&self) -> Option<Money> {
        match self {
            Self::Percent { at_most, .. } | Self::FreeShipping { at_most } => *at_most,
            Self::Amount { off, .. } | Self::Each { off, .. } => Some(*off),
            Self::Bundle { price, .. } => Some(*price),
            Self::BuyGet { .. } => None,
        }
    }
}
