//! How much of a variant there is, and how much of that is promised.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ProductId, Refusal};

/// More than any warehouse holds, and far from overflowing.
pub const MOST: i64 = 1_000_000_000_000;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    opened: bool,
    pub on_hand: i64,
    pub reserved: i64,
}

impl Stock {
    pub fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }
}

kernel::events! {
    pub enum StockEvent {
        Opened(Opened) = ("stock.opened", 1),
        Adjusted(Adjusted) = ("stock.adjusted", 1),
        Reserved(Reserved) = ("stock.reserved", 1),
        Released(Released) = ("stock.released", 1),
        Shipped(Shipped) = ("stock.shipped", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub product: ProductId,
    pub sku: String,
    pub on_hand: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjusted {
    pub delta: i64,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reserved {
    pub order: Uuid,
    pub quantity: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    pub order: Uuid,
    pub quantity: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipped {
    pub order: Uuid,
    pub quantity: i64,
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
            StockEvent::Adjusted(adjusted) => self.on_hand += adjusted.delta,
            StockEvent::Reserved(reserved) => self.reserved += reserved.quantity,
            StockEvent::Released(released) => self.reserved -= released.quantity,
            StockEvent::Shipped(shipped) => {
                self.on_hand -= shipped.quantity;
                self.reserved -= shipped.quantity;
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

/// More or less in the warehouse than was thought.
pub struct Adjust {
    pub delta: i64,
    pub reason: String,
}

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

/// What was promised leaves the warehouse.
pub struct Ship {
    pub order: Uuid,
    pub quantity: i64,
}

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
        let after =
            self.on_hand.checked_add(command.delta).filter(|after| *after <= MOST).ok_or(Refusal::TooMuch)?;
        if after < self.reserved {
            return Err(Refusal::BelowReserved { reserved: self.reserved });
        }
        Ok(vec![Adjusted { delta: command.delta, reason: command.reason.clone() }.into()])
    }
}

impl Decide<Reserve> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &Reserve, _now: Timestamp) -> Decision {
        if command.quantity > self.available() {
            return Err(Refusal::OutOfStock { available: self.available() });
        }
        Ok(vec![Reserved { order: command.order, quantity: command.quantity }.into()])
    }
}

impl Decide<Release> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &Release, _now: Timestamp) -> Decision {
        if command.quantity > self.reserved {
            return Err(Refusal::NothingToShip);
        }
        Ok(vec![Released { order: command.order, quantity: command.quantity }.into()])
    }
}

impl Decide<Ship> for Stock {
    type Refusal = Refusal;

    fn decide(&self, command: &Ship, _now: Timestamp) -> Decision {
        if command.quantity > self.reserved {
            return Err(Refusal::NothingToShip);
        }
        Ok(vec![Shipped { order: command.order, quantity: command.quantity }.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::{Given, given};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn ten() -> Given<Stock> {
        given([Opened { product: ProductId(Uuid::nil()), sku: "A".into(), on_hand: 10 }.into()])
    }

    #[test]
    fn promises_what_is_there() {
        let order = Uuid::now_v7();
        let events = ten().when(&Reserve { order, quantity: 10 }, NOW).unwrap();
        assert_eq!(events, [Reserved { order, quantity: 10 }.into()]);
    }

    #[test]
    fn refuses_to_promise_more_than_is_there() {
        let refusal = ten().when(&Reserve { order: Uuid::nil(), quantity: 11 }, NOW).unwrap_err();
        assert_eq!(refusal, Refusal::OutOfStock { available: 10 });
    }

    #[test]
    fn refuses_to_fall_below_what_is_promised() {
        let stock = given::<Stock>([
            Opened { product: ProductId(Uuid::nil()), sku: "A".into(), on_hand: 10 }.into(),
            Reserved { order: Uuid::nil(), quantity: 4 }.into(),
        ]);
        let refusal = stock.when(&Adjust { delta: -7, reason: "lost".into() }, NOW).unwrap_err();
        assert_eq!(refusal, Refusal::BelowReserved { reserved: 4 });
    }

    #[test]
    fn refuses_to_count_more_than_can_be_counted() {
        assert_eq!(
            ten().when(&Adjust { delta: i64::MAX, reason: String::new() }, NOW),
            Err(Refusal::TooMuch)
        );
    }

    proptest! {
        #[test]
        fn no_history_promises_more_than_there_is(steps in prop::collection::vec((0..4, 1i64..50), 0..200)) {
            let mut stock = ten().0;
            for (step, quantity) in steps {
                let order = Uuid::nil();
                let events = match step {
                    0 => stock.decide(&Reserve { order, quantity }, NOW),
                    1 => stock.decide(&Release { order, quantity }, NOW),
                    2 => stock.decide(&Ship { order, quantity }, NOW),
                    _ => stock.decide(&Adjust { delta: quantity - 25, reason: String::new() }, NOW),
                };
                for event in events.unwrap_or_default() {
                    stock.apply(&event);
                }
                prop_assert!(stock.reserved >= 0 && stock.on_hand >= stock.reserved, "{stock:?}");
            }
        }
    }
}
