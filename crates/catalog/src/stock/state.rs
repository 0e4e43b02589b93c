//! How much of a variant there is and where, and how much of that is promised.
//!
//! The state is a handful of numbers: however many orders and checkouts hold some of it, they are sums. What lies in the
//! default location is what lies in no other, so a shop that never heard of locations has one.

use std::collections::BTreeMap;

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};

use super::events::{
    Adjusted, Configured, HoldClaimed, HoldReleased, HoldsLapsed, Low, Opened, Released, Reserved,
    StockEvent, Taken, Transferred, is_zero,
};
use super::policy::Policy;
use crate::{LocationId, ProductId, Refusal};

/// More than any warehouse holds, and far from overflowing.
pub const MOST: i64 = 1_000_000_000_000;

// What came with the second schemas is not written where it says nothing: a state reads the same whether it was kept
// before or is folded today.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    opened: bool,
    pub on_hand: i64,
    /// Promised to orders, and there.
    pub reserved: i64,
    /// Promised to orders though it is not there yet.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub backordered: i64,
    /// What lies in other locations than the default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) elsewhere: BTreeMap<LocationId, i64>,
    /// What checkouts hold, summed up by the minute at which that ends.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) holds: BTreeMap<i64, i64>,
    #[serde(default, skip_serializing_if = "Policy::is_usual")]
    pub policy: Policy,
    /// Whether it was said that little is left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    low: bool,
}

impl Stock {
    /// What is there and promised to no order; below zero while orders wait for it.
    pub fn available(&self) -> i64 {
        self.on_hand - self.reserved - self.backordered
    }

    /// What can be promised at a moment: what no checkout holds, and what may be promised beyond it.
    pub fn sellable(&self, now: Timestamp) -> i64 {
        self.available() - self.held(now) + self.policy.backorder_limit
    }

    /// What checkouts hold at a moment; what ended counts as free, whether it was cleaned up or not.
    pub fn held(&self, now: Timestamp) -> i64 {
        let minute = now.seconds().div_euclid(60);
        self.holds.range(minute + 1..).map(|(_, quantity)| quantity).sum()
    }

    /// How much lies in a location.
    pub fn at(&self, location: LocationId) -> i64 {
        match location {
            LocationId::DEFAULT => self.on_hand - self.elsewhere.values().sum::<i64>(),
            other => self.elsewhere.get(&other).copied().unwrap_or(0),
        }
    }

    fn put(&mut self, location: LocationId, delta: i64) {
        if location == LocationId::DEFAULT {
            return;
        }
        let level = self.elsewhere.entry(location).or_default();
        *level += delta;
        if *level == 0 {
            self.elsewhere.remove(&location);
        }
    }

    /// The events, and one that says so when they leave little of it: once, until there is more again.
    pub(crate) fn and_low(&self, mut events: Vec<StockEvent>) -> Vec<StockEvent> {
        let Some(threshold) = self.policy.low_at else { return events };
        let mut after = self.clone();
        events.iter().for_each(|event| after.apply(event));
        if !after.low && after.available() <= threshold {
            events.push(Low { available: after.available(), threshold }.into());
        }
        events
    }
}

/// The minute, counted from 1970, at whose end a hold ends. One that was cleaned up is in none any more.
pub(crate) fn minute(until: Timestamp) -> i64 {
    (until.seconds() + 59).div_euclid(60)
}

impl Aggregate for Stock {
    const KIND: &'static str = "stock";
    type Event = StockEvent;

    fn apply(&mut self, event: &StockEvent) {
        match event {
            StockEvent::Opened(opened) => {
                self.opened = true;
                self.on_hand = opened.on_hand;
            }
            StockEvent::Adjusted(adjusted) => {
                self.on_hand += adjusted.delta;
                self.put(adjusted.location, adjusted.delta);
                self.reserved += adjusted.covered;
                self.backordered -= adjusted.covered;
            }
            StockEvent::Transferred(Transferred { from, to, .. }) => {
                self.put(from.location, -from.quantity);
                self.put(*to, from.quantity);
            }
            StockEvent::Reserved(Reserved { quantity, backordered, .. }) => {
                self.promise(*quantity, *backordered);
            }
            StockEvent::Released(Released { quantity, backordered, .. }) => {
                self.promise(-quantity, -backordered);
            }
            StockEvent::Shipped(shipped) => {
                self.on_hand -= shipped.quantity;
                self.reserved -= shipped.quantity;
                for taken in &shipped.from {
                    self.put(taken.location, -taken.quantity);
                }
            }
            StockEvent::Configured(configured) => self.policy = configured.policy.clone(),
            StockEvent::Low(_) => self.low = true,
            StockEvent::Held(held) => *self.holds.entry(minute(held.until)).or_default() += held.quantity,
            StockEvent::HoldReleased(HoldReleased { quantity, until, .. }) => self.let_go(*until, *quantity),
            StockEvent::HoldClaimed(HoldClaimed { quantity, until, backordered, .. }) => {
                self.let_go(*until, *quantity);
                self.promise(*quantity, *backordered);
            }
            StockEvent::HoldsLapsed(HoldsLapsed { until, .. }) => {
                self.holds = self.holds.split_off(&(until.seconds().div_euclid(60) + 1));
            }
        }
        if self.low && !matches!(event, StockEvent::Low(_)) {
            self.low = self.policy.low_at.is_some_and(|threshold| self.available() <= threshold);
        }
    }
}

impl Stock {
    fn promise(&mut self, quantity: i64, backordered: i64) {
        self.reserved += quantity - backordered;
        self.backordered += backordered;
    }

    fn let_go(&mut self, until: Timestamp, quantity: i64) {
        let minute = minute(until);
        if let Some(held) = self.holds.get_mut(&minute) {
            *held -= quantity;
            if *held <= 0 {
                self.holds.remove(&minute);
            }
        }
    }
}

/// Begins to count a variant.
pub struct Open {
    pub product: ProductId,
    pub sku: String,
    pub on_hand: i64,
}

/// More or less in a location than was thought.
pub struct Adjust {
    pub delta: i64,
    pub reason: String,
    pub location: LocationId,
}

/// From one location to another.
pub struct Transfer {
    pub from: LocationId,
    pub to: LocationId,
    pub quantity: i64,
    pub reason: String,
}

pub struct Configure(pub Policy);

type Decision = Result<Vec<StockEvent>, Refusal>;

impl Decide<Open> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &Open, _now: Timestamp) -> Decision {
        if self.opened {
            return Err(Refusal::AlreadyThere);
        }
        let Open { product, sku, on_hand } = command;
        Ok(vec![Opened { product: *product, sku: sku.clone(), on_hand: *on_hand }.into()])
    }
}

impl Decide<Adjust> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &Adjust, _now: Timestamp) -> Decision {
        let Adjust { delta, reason, location } = command;
        let after =
            self.on_hand.checked_add(*delta).filter(|after| *after <= MOST).ok_or(Refusal::TooMuch)?;
        if after < self.reserved {
            return Err(Refusal::BelowReserved { reserved: self.reserved });
        }
        let left = self.at(*location) + delta;
        if *delta < 0 && left < 0 {
            return Err(Refusal::NotThere { there: self.at(*location) });
        }
        let covered = self.backordered.min(after - self.reserved);
        let (delta, reason, location) = (*delta, reason.clone(), *location);
        Ok(self.and_low(vec![Adjusted { delta, reason, location, left, covered }.into()]))
    }
}

impl Decide<Transfer> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &Transfer, _now: Timestamp) -> Decision {
        let Transfer { from, to, quantity, reason } = command;
        let left = self.at(*from) - quantity;
        if left < 0 {
            return Err(Refusal::NotThere { there: self.at(*from) });
        }
        let taken = Taken { location: *from, quantity: *quantity, left };
        let to_has = self.at(*to) + quantity;
        Ok(vec![Transferred { from: taken, to: *to, to_has, reason: reason.clone() }.into()])
    }
}

impl Decide<Configure> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &Configure, _now: Timestamp) -> Decision {
        if self.policy == command.0 {
            return Ok(Vec::new());
        }
        let configured: StockEvent = Configured { policy: command.0.clone() }.into();
        let mut after = self.clone();
        after.apply(&configured);
        let low = after.and_low(Vec::new());
        Ok([vec![configured], low].concat())
    }
}
