//! Which payment of an order is open. One at a time, so that nobody pays twice. Events and tables call this the order's tab.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{PaymentId, Refusal};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPayment {
    pub open: Option<PaymentId>,
}

kernel::events! {
    pub enum OpenPaymentEvent {
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

impl Aggregate for OpenPayment {
    const KIND: &'static str = "tab";
    type Event = OpenPaymentEvent;

    fn apply(&mut self, event: &OpenPaymentEvent) {
        self.open = match event {
            OpenPaymentEvent::Opened(opened) => Some(opened.payment),
            OpenPaymentEvent::Closed(_) => None,
        };
    }
}

/// The stream of an order's open payment. An id belongs to one stream, and the order itself has one.
pub(crate) fn id(order: Uuid) -> Uuid {
    Uuid::new_v5(&order, b"tab")
}

/// Claims the order for a payment.
pub struct Open(pub PaymentId);

pub struct Close(pub PaymentId);

impl Decide<Open> for OpenPayment {
    type Refusal = Refusal;

    fn decide(&self, Open(payment): &Open, _: Timestamp) -> Result<Vec<OpenPaymentEvent>, Refusal> {
        match self.open {
            None => Ok(vec![Opened { payment: *payment }.into()]),
            Some(open) if open == *payment => Ok(Vec::new()),
            Some(_) => Err(Refusal::Open),
        }
    }
}

impl Decide<Close> for OpenPayment {
    type Refusal = Refusal;

    fn decide(&self, Close(payment): &Close, _: Timestamp) -> Result<Vec<OpenPaymentEvent>, Refusal> {
        let open = self.open == Some(*payment);
        Ok(if open { vec![Closed { payment: *payment }.into()] } else { Vec::new() })
    }
}
