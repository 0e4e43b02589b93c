//! Settings for all orders of a shop, beside promotions, taxes and delivery.

use std::time::Duration;

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Refusal;
use crate::refunds::RefundOnCancel;

/// For shops that have said nothing: an hour is more than any card needs, and less than a day's sales are lost.
const AN_HOUR: i64 = 60;
/// A transfer takes a few working days, and whoever makes it may be on holiday.
const TWO_WEEKS: i64 = 14 * 24 * 60;
const A_THOUSAND: i64 = 1000;

/// What is left out is as it is for shops that have said nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OrderSettings {
    /// After so many minutes an order that nobody has paid is cancelled, and what it held is free again: ten, for that is
    /// what a card and its bank may take, to ninety days; 60 when left out, never when null. What an organisation orders by
    /// a purchase order waits for its invoice, and is never cancelled so.
    #[schema(example = 60, minimum = 10, maximum = 129_600, extensions(("x-write" = json!("10 to 129,600 minutes, or null to wait for ever"))))]
    pub unpaid_cancelled_after_minutes: Option<i64>,
    /// Instead of that for an order that waits for a transfer, because one is expected for it or the shop is paid in no
    /// other way; 20,160, which is two weeks, when left out, never when null.
    #[schema(example = 20_160, minimum = 10, maximum = 129_600, extensions(("x-write" = json!("10 to 129,600 minutes, or null to wait for ever"))))]
    pub transfer_cancelled_after_minutes: Option<i64>,
    /// How many of one thing somebody can order at once; 1,000 when left out. Who works here can order more.
    #[schema(example = 1000, minimum = 1, maximum = 10_000)]
    pub most_of_a_thing: i64,
    /// What becomes of the money of an order that is cancelled: begin pays it back at once, offer shows staff what is owed.
    #[schema(value_type = String, example = "begin")]
    pub refund_on_cancel: RefundOnCancel,
}

impl Default for OrderSettings {
    fn default() -> Self {
        Self {
            unpaid_cancelled_after_minutes: Some(AN_HOUR),
            transfer_cancelled_after_minutes: Some(TWO_WEEKS),
            most_of_a_thing: A_THOUSAND,
            refund_on_cancel: RefundOnCancel::default(),
        }
    }
}

kernel::events! {
    pub enum SettingsEvent {
        Set(Set) = ("order_settings.set", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    pub settings: OrderSettings,
}

impl OrderSettings {
    /// How long what is in an unpaid order is kept for it.
    pub fn hold(self) -> Option<Duration> {
        self.unpaid_cancelled_after_minutes.and_then(minutes)
    }

    /// How long it is kept when the money comes by a transfer.
    pub fn transfer(self) -> Option<Duration> {
        self.transfer_cancelled_after_minutes.and_then(minutes)
    }
}

fn minutes(minutes: i64) -> Option<Duration> {
    u64::try_from(minutes).ok().map(|minutes| Duration::from_secs(minutes * 60))
}

impl Aggregate for OrderSettings {
    const KIND: &'static str = "order_settings";
    type Event = SettingsEvent;

    fn apply(&mut self, event: &SettingsEvent) {
        let SettingsEvent::Set(set) = event;
        *self = set.settings;
    }
}

impl Decide<Set> for OrderSettings {
    type Refusal = Refusal;

    fn decide(&self, command: &Set, _now: Timestamp) -> Result<Vec<SettingsEvent>, Refusal> {
        Ok(if *self == command.settings { Vec::new() } else { vec![command.clone().into()] })
    }
}

/// What is said to whoever wants more of a thing than the shop lets them order at once.
pub fn too_many(most: i64) -> String {
    format!("this shop sells at most {most} of a thing at once; ask it if you need more")
}

#[cfg(test)]
mod tests {
    use kernel::Check;
    use kernel::aggregate::given;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn after(minutes: Option<i64>) -> OrderSettings {
        OrderSettings { unpaid_cancelled_after_minutes: minutes, ..OrderSettings::default() }
    }

    #[test]
    fn a_shop_that_says_nothing_waits_for_an_hour_and_for_ever_if_it_says_so() {
        let hours = |hours: u64| Some(Duration::from_secs(hours * 3600));
        let usual = OrderSettings::default();
        assert_eq!((usual.hold(), usual.transfer()), (hours(1), hours(14 * 24)));
        assert_eq!(after(Some(30)).hold(), Some(Duration::from_secs(1800)));
        let said = |text: &str| serde_json::from_str::<OrderSettings>(text).unwrap();
        assert_eq!(said("{}"), usual);
        assert_eq!(said(r#"{ "unpaid_cancelled_after_minutes": null }"#).hold(), None);
    }

    #[test]
    fn nobody_is_hurried_more_than_a_bank_and_nothing_is_held_beyond_ninety_days() {
        let fits = |settings: OrderSettings| {
            let mut check = Check::default();
            edge::check_limits(&settings, "", &mut check);
            check.done().is_ok()
        };
        for (minutes, holds) in [(9, false), (10, true), (129_600, true), (129_601, false), (-10, false)] {
            assert_eq!(fits(after(Some(minutes))), holds, "{minutes}");
        }
        assert!(fits(after(None)));
        for (most, holds) in [(0, false), (1, true), (10_000, true), (10_001, false)] {
            assert_eq!(fits(OrderSettings { most_of_a_thing: most, ..after(None) }), holds, "{most}");
        }
    }

    #[test]
    fn saying_the_same_again_is_no_event() {
        let set = Set { settings: after(Some(30)) };
        let events = given::<OrderSettings>([]).when(&set, NOW).unwrap();
        assert_eq!(given::<OrderSettings>(events).when(&set, NOW), Ok(vec![]));
    }
}
