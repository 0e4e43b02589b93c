//! Moving an order on, or cancelling it.

use kernel::{Decide, Personal, Timestamp};

use crate::order::{Cancelled, Confirmed, Delivered, Order, OrderEvent, Packed, Shipped, Status};
use crate::refusal::Refusal;

pub struct Advance {
    pub to: Status,
    pub reason: Option<Personal<String>>,
}

impl Decide<Advance> for Order {
    type Refusal = Refusal;

    /// An order that is so already stays so: no event, and the same answer.
    fn decide(&self, command: &Advance, _now: Timestamp) -> Result<Vec<OrderEvent>, Refusal> {
        let (to, reason) = (command.to, command.reason.clone());
        let Some(from) = self.status else {
            return Err(Refusal::IllegalTransition { from: Status::Placed, to });
        };
        if from == to {
            return Ok(Vec::new());
        }
        if !from.next().contains(&to) {
            return Err(Refusal::IllegalTransition { from, to });
        }
        if to == Status::Cancelled && self.pieces.iter().any(|pieces| pieces.sent > 0) {
            return Err(Refusal::PartlySent);
        }
        Ok(vec![match to {
            Status::Placed => return Err(Refusal::IllegalTransition { from, to }),
            Status::Confirmed => Confirmed { reason }.into(),
            Status::Packed => Packed { reason }.into(),
            Status::Shipped => Shipped { reason }.into(),
            Status::Delivered => Delivered { reason }.into(),
            Status::Cancelled => Cancelled { reason }.into(),
        }])
    }
}

#[cfg(test)]
mod tests {
    use kernel::aggregate::{Given, given};
    use kernel::{Aggregate, Event, SubjectId};
    use proptest::prelude::*;

    use super::*;
    use crate::place::tests::{NOW, two_lamps};

    fn order(after: &[Status]) -> Given<Order> {
        let mut order = given::<Order>(given::<Order>([]).when(&two_lamps(1), NOW).unwrap());
        for to in after {
            for event in order.when(&Advance { to: *to, reason: None }, NOW).unwrap() {
                order.0.apply(&event);
            }
        }
        order
    }

    fn because() -> Option<Personal<String>> {
        Some(Personal::new(SubjectId(uuid::Uuid::nil()), "because".into()))
    }

    fn to(to: Status) -> Advance {
        Advance { to, reason: because() }
    }

    #[test]
    fn a_reason_of_the_first_schema_is_read() {
        let event = OrderEvent::decode("order.cancelled", 1, r#"{"reason":"because"}"#).unwrap();
        assert_eq!(event, Cancelled { reason: because() }.into());
    }

    #[test]
    fn a_placed_order_can_be_confirmed() {
        let events = order(&[]).when(&to(Status::Confirmed), NOW).unwrap();
        assert_eq!(events, [Confirmed { reason: because() }.into()]);
    }

    #[test]
    fn refuses_to_ship_an_order_that_is_not_packed() {
        let refusal = order(&[]).when(&to(Status::Shipped), NOW).unwrap_err();
        assert_eq!(refusal, Refusal::IllegalTransition { from: Status::Placed, to: Status::Shipped });
    }

    #[test]
    fn refuses_to_cancel_what_is_on_its_way() {
        let shipped = order(&[Status::Confirmed, Status::Packed, Status::Shipped]);
        assert!(shipped.when(&to(Status::Cancelled), NOW).is_err());
    }

    #[test]
    fn cancelling_twice_is_one_event() {
        assert_eq!(order(&[Status::Cancelled]).when(&to(Status::Cancelled), NOW).unwrap(), []);
    }

    proptest! {
        #[test]
        fn what_is_reserved_is_what_is_neither_shipped_nor_cancelled(steps in prop::collection::vec(0usize..6, 0..30)) {
            let mut order = order(&[]);
            for step in steps {
                for event in order.when(&to(Status::ALL[step]), NOW).unwrap_or_default() {
                    order.0.apply(&event);
                }
                let status = order.0.status.unwrap();
                let gone = matches!(status, Status::Shipped | Status::Delivered | Status::Cancelled);
                prop_assert_eq!(order.0.reserved.is_empty(), gone);
            }
        }
    }
}
