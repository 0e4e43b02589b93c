//! What happens to an order after it was placed: parcels, edits, returns, credits, and money.
//!
//! Each act that costs or gives back adds entries to the order's ledger, which the order itself does not hold: whoever
//! acts has read it, and the unit of work refuses when the order has changed since.

use catalog::VariantId;
use kernel::{Decide, Personal, SubjectId, Timestamp};
use pricing::Entry;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::order::{Line, Order, OrderEvent, Status, is_zero};
use crate::refusal::Refusal;

/// So many pieces of a line, by its number.
pub type Part = (u32, i64);

/// What became of the pieces of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pieces {
    pub line: u32,
    pub variant: VariantId,
    /// How many are ordered, without those that an edit took out.
    pub quantity: i64,
    pub sent: i64,
    /// How many are to come back, or have.
    pub back: i64,
    /// How many of those have.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub came: i64,
}

/// What a customer wants to give back, until all of it has come or none comes any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    pub id: Uuid,
    pub awaited: Vec<Part>,
}

/// Pieces that are on their way to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelSent {
    pub parcel: Uuid,
    pub lines: Vec<Part>,
    /// The partner who is asked where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Personal<Label>>,
    /// Whether what is in it counts towards the order's being whole; not in parcels from before it was counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted: bool,
}

/// What is written on a parcel. By the number a carrier tells where somebody lives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "tracking_number")]
    pub tracking: Option<String>,
}

impl ParcelSent {
    /// Whom to ask for it, and under which number, as long as that is known.
    pub fn trail(&self) -> Option<(Uuid, &str)> {
        self.carrier_id.zip(self.label.as_ref()?.reveal()?.tracking.as_deref())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    pub taken: Vec<Part>,
    pub added: Vec<Numbered>,
    pub entries: Vec<Entry>,
    pub total: i64,
    pub reason: Option<Personal<String>>,
}

/// A line with the number that it has in the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    pub number: u32,
    #[serde(flatten)]
    pub line: Line,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnOpened {
    pub id: Uuid,
    pub lines: Vec<Part>,
    pub reason: Option<Personal<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnReceived {
    pub id: Uuid,
    pub lines: Vec<Part>,
    pub entries: Vec<Entry>,
    pub total: i64,
}

/// What has not come back by now stays with the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnClosed {
    pub id: Uuid,
}

/// Something is not charged any more: delivery, goodwill, or all of a cancelled order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credited {
    pub entries: Vec<Entry>,
    pub total: i64,
    pub reason: Option<Personal<String>>,
}

/// What has been paid and paid back by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyMoved {
    pub paid: i64,
    pub refunded: i64,
}

impl Pieces {
    pub(crate) fn of(number: u32, line: &Line) -> Self {
        Self { line: number, variant: line.variant, quantity: line.quantity, sent: 0, back: 0, came: 0 }
    }

    pub fn unsent(&self) -> i64 {
        self.quantity - self.sent
    }
}

impl Order {
    pub(crate) fn come_after(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::ParcelSent(parcel) => {
                self.each(&parcel.lines, |pieces, count| pieces.sent += count);
                self.reserve_unsent();
                if parcel.carrier_id.is_some() {
                    let pieces = parcel.lines.iter().map(|(_, count)| count).sum();
                    self.watch(parcel.parcel, if parcel.counted { pieces } else { 0 });
                }
            }
            OrderEvent::ParcelSeen(seen) => self.see(seen),
            OrderEvent::Edited(edited) => {
                self.each(&edited.taken, |pieces, count| pieces.quantity -= count);
                self.pieces.extend(edited.added.iter().map(|added| Pieces::of(added.number, &added.line)));
                self.reserve_unsent();
            }
            OrderEvent::ReturnOpened(opened) => {
                self.each(&opened.lines, |pieces, count| pieces.back += count);
                self.returns.push(Return { id: opened.id, awaited: opened.lines.clone() });
            }
            OrderEvent::ReturnReceived(received) => {
                self.each(&received.lines, |pieces, count| pieces.came += count);
                let awaited = self.returns.iter_mut().find(|open| open.id == received.id);
                if let Some(open) = awaited {
                    for (line, count) in &received.lines {
                        let lines = open.awaited.iter_mut().filter(|(known, _)| known == line);
                        lines.for_each(|(_, left)| *left -= count);
                    }
                    open.awaited.retain(|(_, left)| *left > 0);
                }
                self.returns.retain(|open| !open.awaited.is_empty());
            }
            OrderEvent::MoneyMoved(moved) => self.money = Some(*moved),
            OrderEvent::ReturnClosed(closed) => {
                let at = self.returns.iter().position(|open| open.id == closed.id);
                let awaited = at.map(|at| self.returns.remove(at).awaited).unwrap_or_default();
                self.each(&awaited, |pieces, count| pieces.back -= count);
            }
            _ => {}
        }
    }

    fn each(&mut self, parts: &[Part], change: impl Fn(&mut Pieces, i64)) {
        for (line, count) in parts {
            let known = self.pieces.iter_mut().filter(|pieces| pieces.line == *line);
            known.for_each(|pieces| change(pieces, *count));
        }
    }

    /// What is ordered and has not been sent is what is reserved.
    fn reserve_unsent(&mut self) {
        let unsent = self.pieces.iter().filter(|pieces| pieces.unsent() > 0);
        self.reserved = unsent.map(|pieces| (pieces.variant, pieces.unsent())).collect();
    }

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
    use crate::place::tests::{NOW, two_lamps};

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
