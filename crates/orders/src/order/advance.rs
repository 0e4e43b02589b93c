//! The command that moves an order to its next status, or cancels it.

use kernel::{Decide, Personal, Timestamp};
use uuid::Uuid;

use super::{Cancelled, Confirmed, Order, OrderEvent, Packed};
use crate::refunds::RefundOnCancel;
use crate::refusal::Refusal;
use crate::status::Status;

#[derive(Debug, Clone)]
pub struct Advance {
    pub to: Status,
    pub reason: Option<Personal<String>>,
    /// What a parcel is called that this sends.
    pub parcel: Uuid,
    /// What the shop says about the money of a cancelled order.
    pub refund: RefundOnCancel,
}

impl Advance {
    pub fn to(to: Status) -> Self {
        Self { to, reason: None, parcel: Uuid::now_v7(), refund: RefundOnCancel::default() }
    }
}

impl Decide<Advance> for Order {
    type Refusal = Refusal;

    /// An order that is so already stays so: no event, and the same answer. What says something about goods is said by
    /// parcels: shipped sends what has not been sent, delivered is the end of every parcel.
    fn decide(&self, command: &Advance, _now: Timestamp) -> Result<Vec<OrderEvent>, Refusal> {
        let (to, reason) = (command.to, command.reason.clone());
        let Some(from) = self.status else {
            return Err(Refusal::IllegalTransition { from: Status::Placed, to });
        };
        if from == to {
            return Ok(Vec::new());
        }
        if from == Status::PartlyShipped && to == Status::Cancelled {
            return Err(Refusal::PartlySent);
        }
        if !from.next().contains(&to) {
            return Err(Refusal::IllegalTransition { from, to });
        }
        Ok(match to {
            Status::Placed | Status::PartlyShipped | Status::Returned => {
                return Err(Refusal::IllegalTransition { from, to });
            }
            Status::Confirmed => vec![Confirmed { reason }.into()],
            Status::Packed => vec![Packed { reason }.into()],
            Status::Shipped => self.send_the_rest(command.parcel, reason),
            Status::Delivered => self.arrive(reason),
            Status::Cancelled => vec![Cancelled { reason, refund: Some(command.refund) }.into()],
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::aggregate::{Given, given};
    use kernel::{Aggregate, Event, SubjectId, Word};
    use proptest::prelude::*;

    use super::*;
    use crate::order::place::tests::{NOW, two_lamps};

    fn order(after: &[Status]) -> Given<Order> {
        let mut order = given::<Order>(given::<Order>([]).when(&two_lamps(1), NOW).unwrap());
        for to in after {
            for event in order.when(&Advance::to(*to), NOW).unwrap() {
                order.0.apply(&event);
            }
        }
        order
    }

    fn because() -> Option<Personal<String>> {
        Some(Personal::new(SubjectId(uuid::Uuid::nil()), "because".into()))
    }

    fn to(to: Status) -> Advance {
        Advance { reason: because(), ..Advance::to(to) }
    }

    #[test]
    fn a_reason_of_the_first_schema_is_read() {
        let event = OrderEvent::decode("order.cancelled", 1, r#"{"reason":"because"}"#).unwrap();
        assert_eq!(event, Cancelled { reason: because(), refund: None }.into());
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
        fn what_is_reserved_is_what_is_neither_shipped_nor_cancelled(steps in prop::collection::vec(0usize..8, 0..30)) {
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
