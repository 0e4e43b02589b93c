//! A webhook that a provider sent: stored once, by the provider's own id of it. Events and tables call it a notice.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{PaymentId, ProviderId, Refusal};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedWebhook {
    heard: bool,
}

kernel::events! {
    pub enum ReceivedWebhookEvent {
        Received(Received) = ("payment_notice.received", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    pub provider: ProviderId,
    pub event: String,
    pub kind: String,
    /// None when it is about a payment that nobody here knows.
    pub payment: Option<PaymentId>,
    pub at: Timestamp,
}

impl Aggregate for ReceivedWebhook {
    const KIND: &'static str = "payment_notice";
    type Event = ReceivedWebhookEvent;

    fn apply(&mut self, _: &ReceivedWebhookEvent) {
        self.heard = true;
    }
}

pub(crate) struct Receive(pub(crate) Received);

impl Decide<Receive> for ReceivedWebhook {
    type Refusal = Refusal;

    fn decide(
        &self,
        Receive(received): &Receive,
        _: Timestamp,
    ) -> Result<Vec<ReceivedWebhookEvent>, Refusal> {
        Ok(if self.heard { Vec::new() } else { vec![received.clone().into()] })
    }
}

/// The stream of a notice.
pub(crate) fn id(provider: ProviderId, event: &str) -> Uuid {
    Uuid::new_v5(&provider.uuid(), event.as_bytes())
}
