//! Commands that reserve stock: for orders, and for checkouts until a moment.

use kernel::{Decide, Timestamp};
use uuid::Uuid;

use super::{
    Held, HoldClaimed, HoldReleased, HoldsLapsed, Released, Reserved, Shipped, Stock, StockEvent, Taken,
    minute,
};
use crate::{LocationId, Refusal};

/// Promises some to an order.
pub struct Reserve {
    pub order: Uuid,
    pub quantity: i64,
}

/// Takes a promise back.
pub struct Release {
    pub order: Uuid,
    pub quantity: i64,
}

/// What was promised leaves the warehouse: the default location if it has enough, else the first that has, in the order
/// in which they were made; else some from each in that order.
pub struct Ship {
    pub order: Uuid,
    pub quantity: i64,
}

/// What was promised leaves these locations and no others: the first that has enough, else some from each.
pub struct ShipFrom {
    pub order: Uuid,
    pub quantity: i64,
    pub locations: Vec<LocationId>,
}

/// Keeps some for a checkout until a moment. Whether a hold was let go already is the hold's to know: see
/// [`super::hold`].
pub struct Hold {
    pub hold: Uuid,
    pub quantity: i64,
    pub until: Timestamp,
}

/// The checkout does not want it any more, or its time is over.
pub struct ReleaseHold {
    pub hold: Uuid,
    pub quantity: i64,
    pub until: Timestamp,
}

/// What a checkout held is promised to its order. One whose time is over gets it if it is still there.
pub struct ClaimHold {
    pub hold: Uuid,
    pub quantity: i64,
    pub until: Timestamp,
    pub order: Uuid,
}

type Decision = Result<Vec<StockEvent>, Refusal>;

impl Stock {
    /// How many of so many would be promised though they are not there.
    fn backorder(&self, quantity: i64, now: Timestamp) -> Result<i64, Refusal> {
        let sellable = self.sellable(now);
        if quantity > sellable {
            return Err(Refusal::OutOfStock { available: sellable.max(0) });
        }
        let there = (self.on_hand - self.reserved - self.held(now)).clamp(0, quantity);
        Ok(quantity - there)
    }

    /// Says of holds whose time is over that they are free, so that the state does not remember them for ever.
    fn lapsed(&self, now: Timestamp) -> Option<StockEvent> {
        let minute = now.seconds().div_euclid(60);
        let quantity: i64 = self.holds.range(..=minute).map(|(_, quantity)| quantity).sum();
        (quantity > 0).then(|| HoldsLapsed { until: now, quantity }.into())
    }

    fn take(&self, quantity: i64, locations: impl Iterator<Item = LocationId> + Clone) -> Vec<Taken> {
        let taken = |location, quantity| Taken { location, quantity, left: self.at(location) - quantity };
        if let Some(location) = locations.clone().find(|location| self.at(*location) >= quantity) {
            return vec![taken(location, quantity)];
        }
        let (mut missing, mut all) = (quantity, Vec::new());
        for location in locations {
            let some = self.at(location).clamp(0, missing);
            if some > 0 {
                missing -= some;
                all.push(taken(location, some));
            }
        }
        all
    }

    fn ship(
        &self,
        order: Uuid,
        quantity: i64,
        locations: impl Iterator<Item = LocationId> + Clone,
    ) -> Decision {
        let from = self.take(quantity, locations);
        let found: i64 = from.iter().map(|taken| taken.quantity).sum();
        if quantity > self.reserved || found < quantity {
            return Err(Refusal::NothingToShip);
        }
        Ok(vec![Shipped { order, quantity, from }.into()])
    }
}

impl Decide<Reserve> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &Reserve, now: Timestamp) -> Decision {
        let Reserve { order, quantity } = *command;
        let backordered = self.backorder(quantity, now)?;
        Ok(self.and_low(vec![Reserved { order, quantity, backordered }.into()]))
    }
}

impl Decide<Release> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &Release, _now: Timestamp) -> Decision {
        let Release { order, quantity } = *command;
        if quantity > self.reserved + self.backordered {
            return Err(Refusal::NothingToShip);
        }
        // Whoever still waits gets what is given back, so what is not there is given back first.
        let backordered = quantity.min(self.backordered);
        Ok(vec![Released { order, quantity, backordered }.into()])
    }
}

impl Decide<Ship> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &Ship, _now: Timestamp) -> Decision {
        let locations = std::iter::once(LocationId::DEFAULT).chain(self.elsewhere.keys().copied());
        self.ship(command.order, command.quantity, locations)
    }
}

impl Decide<ShipFrom> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &ShipFrom, _now: Timestamp) -> Decision {
        self.ship(command.order, command.quantity, command.locations.iter().copied())
    }
}

impl Decide<Hold> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &Hold, now: Timestamp) -> Decision {
        let Hold { hold, quantity, until } = *command;
        self.backorder(quantity, now)?;
        let held = Held { hold, quantity, until }.into();
        Ok(self.lapsed(now).into_iter().chain([held]).collect())
    }
}

impl Decide<ReleaseHold> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &ReleaseHold, now: Timestamp) -> Decision {
        let ReleaseHold { hold, quantity, until } = *command;
        if self.is_over(until, now) {
            return Ok(self.lapsed(now).into_iter().collect());
        }
        Ok(vec![HoldReleased { hold, quantity, until }.into()])
    }
}

impl Decide<ClaimHold> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &ClaimHold, now: Timestamp) -> Decision {
        let ClaimHold { hold, quantity, until, order } = *command;
        if self.is_over(until, now) {
            return self.decide(&Reserve { order, quantity }, now);
        }
        // What it held itself is free for it, and nobody else's hold is.
        let mut without = self.clone();
        if let Some(held) = without.holds.get_mut(&minute(until)) {
            *held -= quantity;
        }
        let backordered = without.backorder(quantity, now)?;
        Ok(self.and_low(vec![HoldClaimed { hold, quantity, until, order, backordered }.into()]))
    }
}

impl Stock {
    fn is_over(&self, until: Timestamp, now: Timestamp) -> bool {
        minute(until) <= now.seconds().div_euclid(60)
    }
}
