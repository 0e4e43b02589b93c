//! What a shop says about all of its orders, beside promotions, taxes and delivery.

use std::time::Duration;

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::refunds::RefundOnCancel;
use crate::Refusal;

/// How long a shop can wait to be paid, in minutes: ten, for that is what a card and its bank may take; thirty days.
pub const SHORTEST: i64 = 10;
pub const LONGEST: i64 = 43_200;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderSettings {
    /// After so many minutes an order that nobody has paid is cancelled, 10 to 43,200; never, when there are none.
    #[serde(default)]
    pub unpaid_cancelled_after_minutes: Option<i64>,
    /// What becomes of the money of an order that is cancelled: begin pays it back at once, offer shows staff what is owed.
    #[serde(default)]
    #[schema(inline)]
    pub refund_on_cancel: RefundOnCancel,
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
    pub fn fits(self) -> bool {
        self.unpaid_cancelled_after_minutes.is_none_or(|minutes| (SHORTEST..=LONGEST).contains(&minutes))
    }

    /// How long what is in an unpaid order is kept for it.
    pub fn hold(self) -> Option<Duration> {
        let minutes = self.unpaid_cancelled_after_minutes.and_then(|minutes| u64::try_from(minutes).ok());
        minutes.map(|minutes| Duration::from_secs(minutes * 60))
    }
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

#[cfg(test)]
mod tests {
    use kernel::aggregate::given;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn after(minutes: Option<i64>) -> OrderSettings {
        OrderSettings { unpaid_cancelled_after_minutes: minutes, ..OrderSettings::default() }
    }

    #[test]
    fn a_shop_waits_for_ever_until_it_says_otherwise() {
        assert_eq!(OrderSettings::default().hold(), None);
        assert_eq!(after(Some(30)).hold(), Some(Duration::from_secs(1800)));
    }

    #[test]
    fn nobody_is_hurried_more_than_a_bank_and_nothing_is_held_beyond_thirty_days() {
        for (minutes, fits) in [(9, false), (10, true), (43_200, true), (43_201, false), (-10, false)] {
            assert_eq!(after(Some(minutes)).fits(), fits, "{minutes}");
        }
        assert!(after(None).fits());
    }

    #[test]
    fn saying_the_same_again_is_no_event() {
        let set = Set { settings: after(Some(30)) };
        let events = given::<OrderSettings>([]).when(&set, NOW).unwrap();
        assert_eq!(given::<OrderSettings>(events).when(&set, NOW), Ok(vec![]));
    }
}
