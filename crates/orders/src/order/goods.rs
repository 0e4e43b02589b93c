//! The status of an order once something was sent: it follows from parcels and returns alone.

use kernel::Personal;
use uuid::Uuid;

use super::{
    Delivered, Order, OrderEvent, ParcelSeen, ParcelSent, ParcelState, Part, PartlyShipped, Returned, Shipped,
};
use crate::status::Status;

type Reason = Option<Personal<String>>;

impl Order {
    pub(crate) fn sent(&self) -> i64 {
        self.pieces.iter().map(|pieces| pieces.sent).sum()
    }

    /// What the goods say that it is; nothing, as long as none has been sent.
    fn by_goods(&self) -> Option<Status> {
        let (sent, came) = (self.sent(), self.pieces.iter().map(|pieces| pieces.came).sum::<i64>());
        let left = self.pieces.iter().any(|pieces| pieces.unsent() > 0);
        match sent {
            0 => None,
            _ if left => Some(Status::PartlyShipped),
            _ if came == sent => Some(Status::Returned),
            _ if self.arrived == sent => Some(Status::Delivered),
            _ => Some(Status::Shipped),
        }
    }

    /// These events, and what the order is by its goods after them, if that is something else than before.
    pub(crate) fn and_so(&self, mut events: Vec<OrderEvent>, reason: Reason) -> Vec<OrderEvent> {
        let mut after = self.clone();
        events.iter().for_each(|event| kernel::Aggregate::apply(&mut after, event));
        events.extend(after.by_goods().filter(|status| after.status != Some(*status)).and_then(|status| {
            Some(match status {
                Status::PartlyShipped => PartlyShipped { reason }.into(),
                Status::Shipped => Shipped { reason }.into(),
                Status::Delivered => Delivered { reason }.into(),
                Status::Returned => Returned { reason }.into(),
                _ => return None,
            })
        }));
        events
    }

    /// All that has not been sent goes as one parcel, of which nobody has said who carries it. Orders from before there
    /// were ledgers know of no pieces.
    pub(crate) fn send_the_rest(&self, parcel: Uuid, reason: Reason) -> Vec<OrderEvent> {
        if self.pieces.is_empty() {
            return vec![Shipped { reason }.into()];
        }
        let unsent = self.pieces.iter().filter(|pieces| pieces.unsent() > 0);
        let lines: Vec<Part> = unsent.map(|pieces| (pieces.line, pieces.unsent())).collect();
        let sent = ParcelSent { parcel, lines, carrier_id: None, label: None, counted: true };
        self.and_so(vec![sent.into()], reason)
    }

    /// Every parcel has arrived, whatever its carrier has said by now; it is asked no more.
    pub(crate) fn arrive(&self, reason: Reason) -> Vec<OrderEvent> {
        let (state, seen_at, text) = (Some(ParcelState::Delivered), None, None);
        let parcels = self.watched.iter().map(|watched| watched.parcel);
        let seen = parcels.map(|parcel| ParcelSeen { parcel, state, seen_at, text: text.clone() }.into());
        let mut events: Vec<OrderEvent> = seen.collect();
        events = self.and_so(events, reason.clone());
        if !events.iter().any(|event| event.status() == Some(Status::Delivered)) {
            events.push(Delivered { reason }.into());
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use kernel::aggregate::{Given, given};
    use kernel::{Aggregate, Decide, SubjectId, Word};
    use proptest::prelude::*;

    use super::*;
    use crate::fulfilment::commands::{CloseReturn, Edit, OpenReturn, ReceiveReturn, SendParcel};
    use crate::fulfilment::tracking::SeeParcel;
    use crate::order::Line;
    use crate::order::place::tests::{NOW, two_lamps};
    use crate::order::{Edited, Label, NumberedLine, Pieces, ReturnOpened, ReturnReceived};
    use crate::{Advance, Refusal};

    fn placed(quantity: i64) -> (Given<Order>, Line) {
        let mut place = two_lamps(1000);
        place.lines[0].quantity = quantity;
        let line = place.lines[0].clone();
        (given::<Order>(given::<Order>([]).when(&place, NOW).unwrap()), line)
    }

    fn happen<C>(order: &mut Given<Order>, command: &C) -> Result<Vec<OrderEvent>, Refusal>
    where
        Order: Decide<C, Refusal = Refusal>,
    {
        let events = order.0.decide(command, NOW)?;
        events.iter().for_each(|event| order.0.apply(event));
        Ok(events)
    }

    fn parcel(id: u128, part: Part, followed: bool) -> SendParcel {
        let label = Label { carrier: None, tracking: followed.then(|| "N".to_owned()) };
        let (parcel, carrier_id) = (Uuid::from_u128(id), Some(Uuid::nil()));
        SendParcel { parcel, lines: vec![part], carrier_id, customer: SubjectId::new(), label }
    }

    fn edit(taken: Vec<Part>, added: Vec<NumberedLine>) -> Edit {
        Edit(Edited { taken, added, entries: vec![], total: 0, reason: None })
    }

    fn five_confirmed_and_one_sent() -> Given<Order> {
        let mut order = placed(5).0;
        happen(&mut order, &Advance::to(Status::Confirmed)).unwrap();
        happen(&mut order, &parcel(1, (1, 1), true)).unwrap();
        order
    }

    #[test]
    fn whoever_says_shipped_sends_the_rest_in_one_parcel() {
        let mut order = five_confirmed_and_one_sent();
        assert_eq!(order.0.status, Some(Status::PartlyShipped));
        let shipped = Advance::to(Status::Shipped);
        let events = happen(&mut order, &shipped).unwrap();
        let [OrderEvent::ParcelSent(sent), OrderEvent::Shipped(_)] = events.as_slice() else {
            panic!("{events:?}")
        };
        assert_eq!((sent.parcel, &*sent.lines), (shipped.parcel, &[(1, 4)][..]));
        assert_eq!((order.0.pieces[0].sent, order.0.reserved.len()), (5, 0));
        assert_eq!(happen(&mut order, &shipped), Ok(vec![]), "it is so already");
    }

    #[test]
    fn nobody_says_that_a_part_is_sent_or_that_all_came_back_and_a_part_that_is_gone_is_not_cancelled() {
        let mut order = five_confirmed_and_one_sent();
        for to in [Status::Confirmed, Status::Packed, Status::Delivered, Status::Returned] {
            let from = Status::PartlyShipped;
            assert_eq!(happen(&mut order, &Advance::to(to)), Err(Refusal::IllegalTransition { from, to }));
        }
        assert_eq!(happen(&mut order, &Advance::to(Status::Cancelled)), Err(Refusal::PartlySent));
        let mut packed = placed(5).0;
        for to in [Status::Confirmed, Status::Packed] {
            happen(&mut packed, &Advance::to(to)).unwrap();
        }
        assert!(happen(&mut packed, &Advance::to(Status::PartlyShipped)).is_err());
    }

    #[test]
    fn an_order_of_which_the_rest_is_taken_out_is_shipped_and_one_that_gets_more_is_not_any_more() {
        let mut order = five_confirmed_and_one_sent();
        let line = placed(1).1;
        happen(&mut order, &edit(vec![(1, 4)], vec![])).unwrap();
        assert_eq!(order.0.status, Some(Status::Shipped));
        happen(&mut order, &edit(vec![], vec![NumberedLine { number: 2, line }])).unwrap();
        assert_eq!(order.0.status, Some(Status::PartlyShipped));
    }

    #[test]
    fn what_is_said_to_be_delivered_is_not_asked_about_any_more() {
        let mut order = five_confirmed_and_one_sent();
        happen(&mut order, &Advance::to(Status::Shipped)).unwrap();
        let events = happen(&mut order, &Advance::to(Status::Delivered)).unwrap();
        assert!(matches!(&events[..], [OrderEvent::ParcelSeen(_), OrderEvent::Delivered(_)]), "{events:?}");
        assert_eq!((order.0.status, order.0.watched.len()), (Some(Status::Delivered), 0));
    }

    /// What must hold, counted beside the order.
    #[derive(Default)]
    struct Counted {
        ordered: i64,
        sent: i64,
        came: i64,
        arrived: i64,
        said: Option<Status>,
        under_way: Vec<(u128, i64)>,
    }

    impl Counted {
        fn status(&self) -> Option<Status> {
            Some(match (self.ordered - self.sent, self.sent) {
                (_, 0) => return self.said,
                (1.., _) => Status::PartlyShipped,
                (_, sent) if sent == self.came => Status::Returned,
                (_, sent) if sent == self.arrived => Status::Delivered,
                _ => Status::Shipped,
            })
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn whatever_happens_no_more_is_sent_than_ordered_nor_given_back_than_sent_and_the_status_is_what_the_goods_say(
            steps in prop::collection::vec((0..11, 1i64..4, 0u128..3, 0usize..8), 0..60)
        ) {
            let (mut order, line) = placed(5);
            let mut counted = Counted { ordered: 5, said: Some(Status::Placed), ..Counted::default() };
            let mut parcels = 10;
            for (step, count, id, status) in steps {
                let (back, to) = (Uuid::from_u128(id), Status::ALL[status]);
                match step {
                    0..2 => {
                        parcels += 1;
                        let followed = step == 0;
                        if happen(&mut order, &parcel(parcels, (1, count), followed)).is_ok() {
                            counted.sent += count;
                            counted.under_way.extend(followed.then_some((parcels, count)));
                        }
                    }
                    2 => if happen(&mut order, &edit(vec![(1, count)], vec![])).is_ok() {
                        counted.ordered -= count;
                    },
                    3 => {
                        let number = u32::try_from(order.0.pieces.len()).unwrap() + 1;
                        let line = Line { quantity: count, ..line.clone() };
                        if happen(&mut order, &edit(vec![], vec![NumberedLine { number, line }])).is_ok() {
                            counted.ordered += count;
                        }
                    }
                    4 => {
                        let opened = ReturnOpened { id: back, lines: vec![(1, count)], reason: None };
                        let _ = happen(&mut order, &OpenReturn(opened));
                    }
                    5 => {
                        let (lines, entries) = (vec![(1, count)], vec![]);
                        let received = ReturnReceived { id: back, lines, entries, total: 0 };
                        if happen(&mut order, &ReceiveReturn(received)).is_ok() {
                            counted.came += count;
                        }
                    }
                    6 => { let _ = happen(&mut order, &CloseReturn { id: back }); }
                    7 => if let Some((parcel, count)) = counted.under_way.pop() {
                        let (customer, state) = (SubjectId(Uuid::nil()), ParcelState::Delivered);
                        let seen = SeeParcel { parcel: Uuid::from_u128(parcel), customer, state, milestones: vec![] };
                        happen(&mut order, &seen).unwrap();
                        counted.arrived += count;
                    },
                    _ => if happen(&mut order, &Advance::to(to)).is_ok_and(|events| !events.is_empty()) {
                        match to {
                            Status::Shipped => counted.sent = counted.ordered,
                            Status::Delivered => {
                                counted.arrived = counted.sent;
                                counted.under_way.clear();
                            }
                            said => counted.said = Some(said),
                        }
                    },
                }
                let pieces = &order.0.pieces;
                let sum = |of: fn(&Pieces) -> i64| pieces.iter().map(of).sum::<i64>();
                prop_assert!(pieces.iter().all(|one| 0 <= one.came && one.came <= one.back && one.back <= one.sent && one.sent <= one.quantity), "{pieces:?}");
                prop_assert_eq!((sum(|one| one.quantity), sum(|one| one.sent), sum(|one| one.came)), (counted.ordered, counted.sent, counted.came));
                prop_assert_eq!(order.0.status, counted.status());
                let reserved: i64 = order.0.reserved.iter().map(|(_, count)| count).sum();
                let cancelled = order.0.status == Some(Status::Cancelled);
                prop_assert_eq!(reserved, if cancelled { 0 } else { counted.ordered - counted.sent });
                let awaited: i64 = order.0.returns.iter().flat_map(|open| &open.awaited).map(|part| part.1).sum();
                prop_assert_eq!(awaited, sum(|one| one.back - one.came));
            }
        }
    }
}
