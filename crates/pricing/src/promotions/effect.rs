//! The effect of a promotion: what it takes off.

use std::convert::Infallible;

use kernel::{Doubts, FieldProblem, Money, Percentage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::checks::{at_least_one, not_negative};
use crate::refusal::field;
use crate::schema::Amount;
use crate::{Percent, Refusal, Target};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect<P = Percent> {
    /// Of the sum of these lines, so that ten percent of 29.97 is 3.00 however many lines it is.
    Percent {
        /// Up to all of it, with its sign: "10%".
        #[schema(value_type = String, example = "10%")]
        off: P,
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
        /// Off each piece that is got, with its sign: "100%" is free.
        #[schema(value_type = String, example = "100%")]
        off: P,
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

/// A promotion that takes off more than so many percent is asked about.
const USUAL: u32 = 80;

impl<P: Copy> Effect<P> {
    /// The same, with its percentage in another form.
    fn with<Q, E>(&self, change: impl Fn(P) -> Result<Q, E>) -> Result<Effect<Q>, E> {
        Ok(match self.clone() {
            Self::Percent { off, from, at_most } => Effect::Percent { off: change(off)?, from, at_most },
            Self::BuyGet { buy, of, get, from, off, times } => {
                Effect::BuyGet { buy, of, get, from, off: change(off)?, times }
            }
            Self::Amount { off, from } => Effect::Amount { off, from },
            Self::Each { off, from } => Effect::Each { off, from },
            Self::FreeShipping { at_most } => Effect::FreeShipping { at_most },
            Self::Bundle { price, parts, times } => Effect::Bundle { price, parts, times },
        })
    }
}

impl Effect<Percentage> {
    /// As it is reckoned with.
    pub fn reckoned(&self) -> Result<Effect, Refusal> {
        self.with(|off| {
            let fine = || "up to 100%, with at most two digits behind the point";
            Percent::of(off).ok_or_else(|| Refusal::Malformed(vec![field("/effect/off", fine())]))
        })
    }
}

impl Effect {
    /// As people write it.
    pub fn written(&self) -> Effect<Percentage> {
        let written = self.with(|off| Ok::<_, Infallible>(Percentage::from(off)));
        written.unwrap_or_else(|never| match never {})
    }

    /// What a shop that means it has to say twice.
    pub(crate) fn doubt(&self, doubts: &mut Doubts) {
        let place = "/effect/off";
        match self {
            Self::Percent { off, .. } => {
                let usual = !Percentage::from(*off).is_above(USUAL);
                doubts.that(usual, place, format!("it takes off {off}, which is more than {USUAL} %"));
            }
            Self::BuyGet { buy, get, off, .. } => {
                // Of all pieces, those that are bought included.
                let given = i128::from(*get) * off.of_ten_thousand();
                let usual = given <= (i128::from(*buy) + i128::from(*get)) * i128::from(USUAL) * 100;
                let all = format!("of {buy} bought and {get} got it takes off more than {USUAL} %");
                doubts.that(usual, place, all);
            }
            Self::Bundle { price, .. } => {
                doubts.that(price.amount != 0, "/effect/price", "all of the bundle is free");
            }
            Self::Amount { .. } | Self::Each { .. } | Self::FreeShipping { .. } => {}
        }
    }

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

    /// The lines that it names, each by its place.
    pub(crate) fn targets(&self) -> Vec<(String, &Target)> {
        let at = |name: &str| format!("/effect/{name}");
        match self {
            Self::Percent { from, .. } | Self::Amount { from, .. } | Self::Each { from, .. } => {
                vec![(at("from"), from)]
            }
            Self::BuyGet { of, from, .. } => vec![(at("of"), of), (at("from"), from)],
            Self::Bundle { parts, .. } => {
                parts.iter().enumerate().map(|(n, part)| (at(&format!("parts/{n}/of")), &part.of)).collect()
            }
            Self::FreeShipping { .. } => Vec::new(),
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

/// So many pieces of these, as one part of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bundled {
    pub quantity: i64,
    pub of: Target,
}
