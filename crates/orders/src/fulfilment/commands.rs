//! What happens to an order after it was placed: parcels, edits, returns, credits, and money.
//!
//! Each act that costs or gives back adds entries to the order's ledger, which the order itself does not hold: whoever
//! acts has read it, and the unit of work refuses when the order has changed since.

use kernel::{Decide, Personal, SubjectId, Timestamp};
use uuid::Uuid;

use crate::order::{
    Credited, Edited, Label, MoneyMoved, Order, OrderEvent, ParcelSent, Part, Pieces, ReturnClosed,
    ReturnOpened, ReturnReceived,
};
use crate::refusal::Refusal;
use crate::status::Status;

pub struct SendParcel {
    pub parcel: Uuid,
    pub lines: Vec<Part>,
    pub carrier_id: Option<Uuid>,
    pub customer: SubjectId,
    pub label: Label,
}

pub struct Edit(pub Edited);

pub struct OpenReturn(pub ReturnOpened);

pub struct ReceiveReturn(pub ReturnReceived);

pub struct CloseReturn {
    pub id: Uuid,
}

pub struct Credit(pub Credited);

/// Says what has been paid and paid back by now.
pub struct NoteMoney(pub MoneyMoved);

impl Order {
    /// Refuses parts that no line has so many of, by what `left` says.
    fn must_have(&self, parts: &[Part], left: impl Fn(&Pieces) -> i64) -> Result<(), Refusal> {
        for (n, (line, count)) in parts.iter().enumerate() {
            let twice = parts[..n].iter().any(|(earlier, _)| earlier == line);
            let known = self.pieces.iter().find(|pieces| pieces.line == *line).filter(|_| !twice);
            let left = known.map_or(0, &left);
            if *count < 1 || *count > left {
                return Err(Refusal::NotSoMany { line: *line, left });
            }
        }
        if parts.is_empty() { Err(Refusal::NothingNamed) } else { Ok(()) }
    }
}

type Decision = Result<Vec<OrderEvent>, Refusal>;

impl Decide<SendParcel> for Order {
    type Refusal = Refusal;

    /// With its last piece the order is shipped.
    fn decide(&self, command: &SendParcel, _now: Timestamp) -> Decision {
        let status = self.status.unwrap_or(Status::Placed);
        if matches!(status, Status::Placed | Status::Cancelled) {
            return Err(Refusal::IllegalTransition { from: status, to: Status::Shipped });
        }
        self.must_have(&command.lines, Pieces::unsent)?;
        let SendParcel { parcel, lines, carrier_id, customer, label } = command;
        let parcel = ParcelSent {
            parcel: *parcel,
            lines: lines.clone(),
            // Nobody can be asked for a parcel without a number.
            carrier_id: carrier_id.filter(|_| label.tracking.is_some()),
            label: (*label != Label::default()).then(|| Personal::new(*customer, label.clone())),
            counted: true,
        };
        Ok(self.and_so(vec![parcel.into()], None))
    }
}

impl Decide<Edit> for Order {
    type Refusal = Refusal;

    /// Only what has not been sent can be taken out, and something must stay: an order of nothing is cancelled.
    fn decide(&self, Edit(edited): &Edit, _now: Timestamp) -> Decision {
        if self.status == Some(Status::Cancelled) {
            return Err(Refusal::Cancelled);
        }
        if edited.added.is_empty() || !edited.taken.is_empty() {
            self.must_have(&edited.taken, Pieces::unsent)?;
        }
        let taken: i64 = edited.taken.iter().map(|(_, count)| count).sum();
        let left: i64 = self.pieces.iter().map(|pieces| pieces.quantity).sum();
        if taken == left && edited.added.is_empty() {
            return Err(Refusal::NothingLeft);
        }
        Ok(self.and_so(vec![edited.clone().into()], None))
    }
}

impl Decide<OpenReturn> for Order {
    type Refusal = Refusal;

    fn decide(&self, OpenReturn(opened): &OpenReturn, _now: Timestamp) -> Decision {
        self.must_have(&opened.lines, |pieces| pieces.sent - pieces.back)?;
        Ok(vec![opened.clone().into()])
    }
}

impl Decide<ReceiveReturn> for Order {
    type Refusal = Refusal;

    fn decide(&self, ReceiveReturn(received): &ReceiveReturn, _now: Timestamp) -> Decision {
        let open = self.returns.iter().find(|open| open.id == received.id).ok_or(Refusal::ReturnClosed)?;
        let awaited =
            |line: u32| open.awaited.iter().find(|(known, _)| *known == line).map_or(0, |part| part.1);
        self.must_have(&received.lines, |pieces| awaited(pieces.line))?;
        Ok(self.and_so(vec![received.clone().into()], None))
    }
}

impl Decide<CloseReturn> for Order {
    type Refusal = Refusal;

    fn decide(&self, command: &CloseReturn, _now: Timestamp) -> Decision {
        let open = self.returns.iter().any(|open| open.id == command.id);
        Ok(if open { vec![ReturnClosed { id: command.id }.into()] } else { Vec::new() })
    }
}

impl Decide<Credit> for Order {
    type Refusal = Refusal;

    fn decide(&self, Credit(credited): &Credit, _now: Timestamp) -> Decision {
        Ok(if credited.entries.is_empty() { Vec::new() } else { vec![credited.clone().into()] })
    }
}

impl Decide<NoteMoney> for Order {
    type Refusal = Refusal;

    fn decide(&self, NoteMoney(moved): &NoteMoney, _now: Timestamp) -> Decision {
        Ok(if self.money == Some(*moved) { Vec::new() } else { vec![(*moved).into()] })
    }
}

#[cfg(test)]
mod tests {
    use kernel::Aggregate;
    use kernel::aggregate::{Given, given};

    use super::*;
    use crate::Advance;
    use crate::order::place::tests::{NOW, two_lamps};

    fn order(steps: &[Status]) -> Given<Order> {
        let mut order = given::<Order>(given::<Order>([]).when(&two_lamps(1000), NOW).unwrap());
        for to in steps {
            happen(&mut order, &Advance::to(*to)).unwrap();
        }
        order
    }

    fn happen<C>(order: &mut Given<Order>, command: &C) -> Result<Vec<OrderEvent>, Refusal>
    where
        Order: Decide<C, Refusal = Refusal>,
    {
        let events = order.0.decide(command, NOW)?;
        events.iter().for_each(|event| order.0.apply(event));
        Ok(events)
    }

    fn parcel(count: i64) -> SendParcel {
        SendParcel {
            parcel: Uuid::nil(),
            lines: vec![(1, count)],
            carrier_id: None,
            customer: SubjectId::new(),
            label: Label::default(),
        }
    }

    fn edit(taken: &[Part]) -> Edit {
        Edit(Edited { taken: taken.to_vec(), added: vec![], entries: vec![], total: 0, reason: None })
    }

    fn give_back(id: u128, count: i64) -> OpenReturn {
        OpenReturn(ReturnOpened { id: Uuid::from_u128(id), lines: vec![(1, count)], reason: None })
    }

    fn receive(id: u128, count: i64) -> ReceiveReturn {
        let lines = vec![(1, count)];
        ReceiveReturn(ReturnReceived { id: Uuid::from_u128(id), lines, entries: vec![], total: 0 })
    }

    #[test]
    fn an_order_is_shipped_with_its_last_piece() {
        let mut order = order(&[Status::Confirmed]);
        assert_eq!(happen(&mut order, &parcel(1)).unwrap().len(), 2);
        assert_eq!((order.0.status, order.0.reserved.len()), (Some(Status::PartlyShipped), 1));
        assert_eq!(happen(&mut order, &parcel(1)).unwrap().len(), 2);
        assert_eq!((order.0.status, order.0.reserved.len()), (Some(Status::Shipped), 0));
        assert_eq!(happen(&mut order, &parcel(1)), Err(Refusal::NotSoMany { line: 1, left: 0 }));
    }

    #[test]
    fn what_was_sent_cannot_be_edited_away_and_something_stays() {
        let mut order = order(&[Status::Confirmed]);
        assert_eq!(happen(&mut order, &edit(&[(1, 2)])), Err(Refusal::NothingLeft));
        happen(&mut order, &parcel(1)).unwrap();
        assert_eq!(happen(&mut order, &edit(&[(1, 2)])), Err(Refusal::NotSoMany { line: 1, left: 1 }));
        happen(&mut order, &edit(&[(1, 1)])).unwrap();
        assert_eq!((order.0.pieces[0].quantity, order.0.reserved.len()), (1, 0));
    }

    #[test]
    fn a_piece_comes_back_once_and_may_be_asked_for_again_when_it_did_not_come() {
        let mut order = order(&[Status::Confirmed]);
        assert!(happen(&mut order, &give_back(1, 1)).is_err(), "it has not been sent yet");
        happen(&mut order, &parcel(2)).unwrap();
        happen(&mut order, &give_back(1, 2)).unwrap();
        assert_eq!(happen(&mut order, &give_back(2, 1)), Err(Refusal::NotSoMany { line: 1, left: 0 }));
        happen(&mut order, &receive(1, 1)).unwrap();
        happen(&mut order, &CloseReturn { id: Uuid::from_u128(1) }).unwrap();
        assert_eq!(happen(&mut order, &receive(1, 1)), Err(Refusal::ReturnClosed));
        happen(&mut order, &give_back(2, 1)).unwrap();
        assert_eq!(happen(&mut order, &give_back(3, 1)), Err(Refusal::NotSoMany { line: 1, left: 0 }));
    }

    #[test]
    fn an_order_that_is_only_placed_sends_nothing_and_a_cancelled_one_is_not_edited() {
        assert!(happen(&mut order(&[]), &parcel(1)).is_err());
        assert_eq!(happen(&mut order(&[Status::Cancelled]), &edit(&[(1, 1)])), Err(Refusal::Cancelled));
    }
}
