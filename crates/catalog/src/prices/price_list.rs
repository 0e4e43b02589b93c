//! A price list: for whom, in which currency, from when to when. Its prices are in the tables and not in its state, for
//! a list may have very many.

use kernel::{Aggregate, Check, Currency, Decide, Doubts, Percentage, Problem, Timestamp, within};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Refusal, VariantId};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PriceListStatus)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    Draft,
    #[default]
    Active,
}

/// For whom a list is, and when. One that names nobody is for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Three letters. A list in another currency than the shop's makes the shop sell in it, too.
    #[schema(value_type = String)]
    pub currency: Currency,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub segments: Vec<Uuid>,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub organisations: Vec<Uuid>,
    /// Segments by their names.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub groups: Vec<String>,
    /// Where it is bought; everywhere when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100)]
    pub channel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Not in force any more from this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Of the lists that are for a buyer the one with the highest priority is followed.
    #[serde(default)]
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    pub priority: i64,
    #[serde(default)]
    pub status: Status,
}

/// What one piece costs from a quantity on: an amount, or a part off the variant's own price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    #[serde(default = "one")]
    pub from_quantity: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// In hundredths of a percent: 1250 is 12.5 % less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_basis_points: Option<i64>,
}

/// A tier, as people write it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PriceTier)]
pub struct NewTier {
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub from_quantity: i64,
    /// In minor units of the list's currency.
    #[schema(
        minimum = 0,
        maximum = 1_000_000_000_000_i64,
        extensions(
            ("x-money" = json!("currency")),
            ("x-write" = json!("the amount in minor units, 0 to 1,000,000,000,000"))
        )
    )]
    pub amount: Option<i64>,
    /// Off the variant's own price, with its sign: "12.5%".
    #[schema(value_type = Option<String>, example = "12.5%")]
    pub off: Option<Percentage>,
}

/// A price that is less by more than so many percent is asked about.
const USUAL: u32 = 80;

fn one() -> i64 {
    1
}

impl Terms {
    pub fn named(name: &str, currency: Currency) -> Self {
        Self {
            name: name.to_owned(),
            currency,
            segments: Vec::new(),
            organisations: Vec::new(),
            groups: Vec::new(),
            channel: None,
            from: None,
            to: None,
            priority: 0,
            status: Status::default(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        let groups = self.groups.iter().all(|group| within(group, 1, 100));
        check.that(groups, "/groups", "each group has a name of 1 to 100 letters");
        let ends = self.from.zip(self.to).is_none_or(|(from, to)| from < to);
        check.that(ends, "/to", "a list ends after it begins");
        check.done()
    }
}

impl NewTier {
    pub(crate) fn tier(&self) -> Tier {
        Tier {
            from_quantity: self.from_quantity,
            amount: self.amount,
            off_basis_points: self.off.and_then(Percentage::basis_points).map(i64::from),
        }
    }

    /// What can be meant and probably is not.
    pub(crate) fn doubt_all(tiers: &[Self], at: &str, doubts: &mut Doubts) {
        for (n, tier) in tiers.iter().enumerate() {
            let Some(off) = tier.off else { continue };
            let much = format!("it is {off} less, which is more than {USUAL}%");
            doubts.that(!off.is_above(USUAL), format!("{at}/tiers/{n}/off"), much);
        }
    }

    pub(crate) fn check_all(tiers: &[Self], at: &str, check: &mut Check) {
        for (n, tier) in tiers.iter().enumerate() {
            let place = |field: &str| format!("{at}/tiers/{n}/{field}");
            let twice = tiers[..n].iter().any(|other| other.from_quantity == tier.from_quantity);
            check.that(!twice, place("from_quantity"), "each tier begins at a quantity of its own");
            check.that(
                tier.amount.is_some() != tier.off.is_some(),
                place("amount"),
                "write an amount or off, and not both",
            );
            let off = tier.off.map(|off| off.basis_points().filter(|points| (1..=10_000).contains(points)));
            check.that(
                off.is_none_or(|points| points.is_some()),
                place("off"),
                "more than nothing and up to 100%, with at most two digits behind the point",
            );
        }
    }
}

/// What later decisions need to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceList {
    pub terms: Option<Terms>,
}

kernel::events! {
    pub enum PriceListEvent {
        Made(Made) = ("price_list.made", 1),
        Changed(Changed) = ("price_list.changed", 1),
        Priced(Priced) = ("price_list.priced", 1),
        Removed(Removed) = ("price_list.removed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub terms: Terms,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub terms: Terms,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    pub prices: Vec<Price>,
}

/// All tiers of one variant; none of them any more when there are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub variant: VariantId,
    pub tiers: Vec<Tier>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {}

impl Aggregate for PriceList {
    const KIND: &'static str = "price_list";
    type Event = PriceListEvent;

    fn apply(&mut self, event: &PriceListEvent) {
        match event {
            PriceListEvent::Made(Made { terms }) | PriceListEvent::Changed(Changed { terms }) => {
                self.terms = Some(terms.clone());
            }
            PriceListEvent::Priced(_) => {}
            PriceListEvent::Removed(_) => self.terms = None,
        }
    }
}

pub struct Make(pub Terms);

/// Replaces the terms, but for the currency: prices are written in it.
pub struct Change(pub Terms);

/// Replaces the tiers of the variants that are named.
pub struct SetPrices(pub Vec<Price>);

pub struct Remove;

type Decision = Result<Vec<PriceListEvent>, Refusal>;

impl Decide<Make> for PriceList {
    type Refusal = Refusal;

    fn decide(&self, command: &Make, _now: Timestamp) -> Decision {
        match self.terms {
            Some(_) => Err(Refusal::AlreadyThere),
            None => Ok(vec![Made { terms: command.0.clone() }.into()]),
        }
    }
}

impl Decide<Change> for PriceList {
    type Refusal = Refusal;

    fn decide(&self, command: &Change, _now: Timestamp) -> Decision {
        match &self.terms {
            Some(terms) if *terms == command.0 => Ok(Vec::new()),
            Some(terms) if terms.currency != command.0.currency => {
                Err(Refusal::PriceListCurrencyFixed { currency: terms.currency })
            }
            _ => Ok(vec![Changed { terms: command.0.clone() }.into()]),
        }
    }
}

impl Decide<SetPrices> for PriceList {
    type Refusal = Refusal;

    fn decide(&self, command: &SetPrices, _now: Timestamp) -> Decision {
        Ok(vec![Priced { prices: command.0.clone() }.into()])
    }
}

impl Decide<Remove> for PriceList {
    type Refusal = Refusal;

    fn decide(&self, _: &Remove, _now: Timestamp) -> Decision {
        Ok(self.terms.iter().map(|_| Removed {}.into()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    #[test]
    fn a_list_keeps_its_currency() {
        let euros = Terms::named("Trade", "EUR".parse().unwrap());
        let list = given::<PriceList>([Made { terms: euros.clone() }.into()]);
        assert_eq!(list.when(&Change(euros.clone()), NOW), Ok(Vec::new()));
        let dollars = Terms { currency: "USD".parse().unwrap(), ..euros.clone() };
        let refusal = list.when(&Change(dollars), NOW).unwrap_err();
        assert_eq!(refusal, Refusal::PriceListCurrencyFixed { currency: euros.currency });
    }

    #[test]
    fn a_tier_is_an_amount_or_a_part_off() {
        let tier = |amount, off: Option<&str>| NewTier {
            from_quantity: 1,
            amount,
            off: off.map(|off| off.parse().unwrap()),
        };
        for (tier, holds) in [
            (tier(Some(1), None), true),
            (tier(None, Some("100%")), true),
            (tier(None, Some("12.75%")), true),
            (tier(None, None), false),
            (tier(Some(1), Some("1%")), false),
            (tier(None, Some("100.01%")), false),
            (tier(None, Some("0%")), false),
            (tier(None, Some("0.001%")), false),
        ] {
            let mut check = Check::default();
            NewTier::check_all(std::slice::from_ref(&tier), "", &mut check);
            assert_eq!(check.done().is_ok(), holds, "{tier:?}");
        }
    }

    #[test]
    fn a_price_that_is_almost_nothing_is_asked_about() {
        for (off, usual) in [("80%", true), ("80.01%", false), ("100%", false)] {
            let tier = NewTier { from_quantity: 1, amount: None, off: Some(off.parse().unwrap()) };
            let mut doubts = Doubts::default();
            NewTier::doubt_all(std::slice::from_ref(&tier), "", &mut doubts);
            assert_eq!(doubts.done(false).is_ok(), usual, "{off}");
        }
    }
}
