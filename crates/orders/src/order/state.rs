//! The state of an order, and how each event changes it.

use catalog::VariantId;
use kernel::Aggregate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::line::is_zero;
use super::{MoneyMoved, OrderEvent, ParcelSeen, ParcelState, Part, Pieces, Watched};
use crate::status::Status;

/// What later decisions need to know; what the order says of itself is in the tables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub status: Option<Status>,
    /// What is reserved for it.
    pub reserved: Vec<(VariantId, i64)>,
    /// What became of each line; empty for orders from before there were ledgers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Pieces>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<Return>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<MoneyMoved>,
    /// Parcels that have not arrived and whose carriers are asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watched: Vec<Watched>,
    /// How many pieces have arrived, by what carriers say, or whoever said that all of them have.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub arrived: i64,
}

impl Aggregate for Order {
    const KIND: &'static str = "order";
    type Event = OrderEvent;

    fn apply(&mut self, event: &OrderEvent) {
        if let Some(status) = event.status() {
            self.status = Some(status);
        }
        match event {
            OrderEvent::Placed(placed) => {
                self.reserved = placed.lines.iter().map(|line| (line.variant, line.quantity)).collect();
                if placed.ledger.is_some() {
                    self.pieces =
                        placed.lines.iter().zip(1..).map(|(line, number)| Pieces::of(number, line)).collect();
                }
            }
            OrderEvent::Shipped(_) | OrderEvent::Cancelled(_) => self.reserved.clear(),
            event => self.come_after(event),
        }
        match event {
            // There were none left to send, but in orders from before it took a parcel to ship one.
            OrderEvent::Shipped(_) => self.pieces.iter_mut().for_each(|pieces| pieces.sent = pieces.quantity),
            OrderEvent::Delivered(_) => self.arrived = self.sent(),
            _ => {}
        }
    }
}

/// What a customer wants to give back, until all of it has come or none comes any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    pub id: Uuid,
    pub awaited: Vec<Part>,
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
}

impl Order {
    pub(crate) fn watch(&mut self, parcel: Uuid, pieces: i64) {
        self.watched.push(Watched { parcel, pieces, state: ParcelState::Announced, seen: Vec::new() });
    }

    pub(crate) fn see(&mut self, seen: &ParcelSeen) {
        if let Some(watched) = self.watched.iter_mut().find(|watched| watched.parcel == seen.parcel) {
            watched.state = seen.state.unwrap_or(watched.state);
            watched.seen.extend(seen.seen_at);
            if watched.state == ParcelState::Delivered {
                self.arrived += watched.pieces;
            }
        }
        self.watched.retain(|watched| !watched.state.is_final());
    }
}
