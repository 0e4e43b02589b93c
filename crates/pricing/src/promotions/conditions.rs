//! The conditions of a promotion, and the outcome when they do not hold.

use kernel::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::schema::Amount;
use crate::{Basket, Customer, Line, PromotionId, Target, words};

/// All of them must hold. An empty one always holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Conditions {
    /// Before any promotion took something off.
    #[schema(value_type = Option<Amount>)]
    pub minimum_subtotal: Option<Money>,
    pub minimum_quantity: Option<i64>,
    /// Which lines count towards the two minimums.
    pub counted: Target,
    /// Any of these segments.
    pub segments: Vec<String>,
    /// Any of these organisations.
    pub organisations: Vec<Uuid>,
    pub first_order: bool,
    /// Any of these countries.
    pub countries: Vec<String>,
}

/// What became of a promotion or a code. The sentence beside it says the same to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    Applied,
    UnknownCode,
    NotYet,
    Over,
    UsedUp,
    UsedByCustomer,
    OtherCurrency {
        currency: Currency,
    },
    FirstOrderOnly,
    OtherCountries,
    NoDestination,
    NoShipping,
    NothingMatches,
    TooFewPieces {
        missing: i64,
    },
    TooLittle {
        missing: i64,
    },
    /// Another that it does not stand beside is worth more.
    Outdone {
        by: Option<PromotionId>,
    },
    /// Nothing is left that it could take off: it is free already, or a bundle costs no less.
    NothingLeft,
}

impl Conditions {
    /// Whether the customer is one of those whom it names.
    pub(super) fn name(&self, customer: &Customer) -> bool {
        let in_segment = customer.segments.iter().any(|segment| self.segments.contains(segment));
        let in_organisation = customer.organisation.is_some_and(|id| self.organisations.contains(&id));
        (self.segments.is_empty() || in_segment) && (self.organisations.is_empty() || in_organisation)
    }

    pub(super) fn of_customer(&self, basket: &Basket) -> Option<Outcome> {
        (self.first_order && !basket.customer.first_order).then_some(Outcome::FirstOrderOnly)
    }

    pub(super) fn of_destination(&self, basket: &Basket) -> Option<Outcome> {
        if self.countries.is_empty() {
            return None;
        }
        let Some(destination) = &basket.destination else { return Some(Outcome::NoDestination) };
        let there = self.countries.iter().any(|country| country.eq_ignore_ascii_case(&destination.country));
        (!there).then_some(Outcome::OtherCountries)
    }

    pub(super) fn of_lines(&self, lines: &[&Line]) -> Option<Outcome> {
        if self.minimum_quantity.is_none() && self.minimum_subtotal.is_none() {
            return None;
        }
        let counted = || lines.iter().filter(|line| self.counted.matches(line));
        let pieces: i128 = counted().map(|line| i128::from(line.quantity)).sum();
        let missing = i128::from(self.minimum_quantity.unwrap_or(0)) - pieces;
        if missing > 0 {
            return Some(Outcome::TooFewPieces { missing: i64::try_from(missing).unwrap_or(i64::MAX) });
        }
        let worth: i128 = counted().map(|line| line.worth()).sum();
        let missing = self.minimum_subtotal.map_or(0, |least| i128::from(least.amount)) - worth;
        (missing > 0).then(|| Outcome::TooLittle { missing: i64::try_from(missing).unwrap_or(i64::MAX) })
    }
}

impl Outcome {
    /// The same for a machine.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::UnknownCode => "unknown_code",
            Self::NotYet => "not_yet",
            Self::Over => "over",
            Self::UsedUp => "used_up",
            Self::UsedByCustomer => "used_by_customer",
            Self::OtherCurrency { .. } => "other_currency",
            Self::FirstOrderOnly => "first_order_only",
            Self::OtherCountries => "other_countries",
            Self::NoDestination => "no_destination",
            Self::NoShipping => "no_shipping",
            Self::NothingMatches => "nothing_matches",
            Self::TooFewPieces { .. } => "too_few_pieces",
            Self::TooLittle { .. } => "too_little",
            Self::Outdone { .. } => "outdone",
            Self::NothingLeft => "nothing_left",
        }
    }

    /// What became of it, and what to do where something can be done. Who the others are is not said.
    pub(crate) fn sentence(&self, name: &str, currency: Currency) -> String {
        match self {
            Self::Applied => format!("“{name}” applies."),
            Self::UnknownCode => {
                format!(
                    "There is no code “{name}” for you. Check how it is written; if it was given to you, sign in."
                )
            }
            Self::NotYet => format!("“{name}” has not begun yet."),
            Self::Over => format!("“{name}” is over."),
            Self::UsedUp => format!("“{name}” was used as often as it can be."),
            Self::UsedByCustomer => format!("You used “{name}” as often as one person can."),
            Self::OtherCurrency { currency: other } => {
                format!("“{name}” is for orders in {other}, and this one is in {currency}.")
            }
            Self::FirstOrderOnly => format!("“{name}” is for a first order only."),
            Self::OtherCountries => format!("“{name}” does not hold for the country of the address."),
            Self::NoDestination => format!("Give an address to see whether “{name}” applies."),
            Self::NoShipping => format!("Choose how it is sent, and “{name}” applies."),
            Self::NothingMatches => format!("“{name}” is for other products."),
            Self::TooFewPieces { missing } => {
                format!("Add {} more, and “{name}” applies.", words::pieces(*missing))
            }
            Self::TooLittle { missing } => {
                format!("Add {} more, and “{name}” applies.", words::money(*missing, currency))
            }
            Self::Outdone { .. } => format!("What applies instead of “{name}” is worth more."),
            Self::NothingLeft => format!("“{name}” takes nothing off here."),
        }
    }
}
