//! Order numbers: short enough to be read aloud, never given twice, and none left out.
//!
//! A number is drawn in the unit of work of its order, so an order that is refused draws none.

use kernel::{Aggregate, Decide, Problem, Projector, Timestamp};
use serde::{Deserialize, Serialize};
use store::Desk;
use uuid::Uuid;

use crate::Refusal;

/// There is one for each shop.
pub(crate) const NUMBERS: Uuid = Uuid::from_u128(0x6f2c_1d8e_07a4_4b52_9d6b_5e0f_3c21_7a11);
const FIRST: i64 = 1001;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    taken: i64,
}

kernel::events! {
    pub enum NumbersEvent {
        Taken(Taken) = ("order_numbers.taken", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub first: i64,
    /// Once a block at a time was taken.
    pub count: i64,
}

impl Aggregate for Numbers {
    const KIND: &'static str = "order_numbers";
    type Event = NumbersEvent;

    fn apply(&mut self, event: &NumbersEvent) {
        let NumbersEvent::Taken(taken) = event;
        self.taken += taken.count;
    }
}

impl Projector for Numbers {}

/// Takes the next.
struct Take;

impl Decide<Take> for Numbers {
    type Refusal = Refusal;

    fn decide(&self, _: &Take, _now: Timestamp) -> Result<Vec<NumbersEvent>, Refusal> {
        Ok(vec![Taken { first: self.next(), count: 1 }.into()])
    }
}

impl Numbers {
    fn next(&self) -> i64 {
        FIRST + self.taken
    }
}

/// A number that no other order of the shop has. The work names [`NUMBERS`].
pub(crate) fn draw(desk: &mut Desk<'_>) -> Result<i64, Problem> {
    let number = desk.find::<Numbers>(NUMBERS).map_or(FIRST, Numbers::next);
    desk.ask::<Numbers, _>(NUMBERS, &Take)?;
    Ok(number)
}
