//! The tab of an order: which payment of it is open. One at a time, so that nobody pays twice.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{PaymentId, Refusal};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tab {
    pub open: Option<PaymentId>,
}

kernel::events! {
    pub enum TabEvent {
        Opened(Opened) = ("tab.opened", 1),
        Closed(Closed) = ("tab.closed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub payment: PaymentId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    pub payment: PaymentId,
}

impl Aggregate for Tab {
    const KIND: &'static str = "tab";
    type Event = TabEvent;

    fn apply(&mut self, event: &TabEvent) {
        self.open = match event {
            TabEvent::Opened(opened) => Some(opened.payment),
            TabEvent::Closed(_) => None,
        };
    }
}

/// The stream of an order's tab. An id is one stream's, and the order has its own.
pub(crate) fn id(order: Uuid) -> Uuid {
    Uuid::new_v5(&order, b"tab")
}

/// Claims the order for a payment.
pub struct Open(pub PaymentId);

pub struct Close(pub PaymentId);

impl Decide<Open> for Tab {
    type Refusal = Refusal;

    fn decide(&self, Open(payment): &Open, _: Timestamp) -> Result<Vec<TabEvent>, Refusal> {
        match self.open {
            None => Ok(vec![Opened { payment: *payment }.into()]),
            Some(open) if open == *payment => Ok(Vec::new()),
            Some(_) => Err(Refusal::Open),
        }
    }
}

impl Decide<Close> for Tab {
    type Refusal = Refusal;

    fn decide(&self, Close(payment): &Close, _: Timestamp) -> Result<Vec<TabEvent>, Refusal> {
        let open = self.open == Some(*payment);
        Ok(if open { vec![Closed { payment: *payment }.into()] } else { Vec::new() })
    }
}
