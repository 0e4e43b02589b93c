//! What a provider told of its own accord: kept once, by the provider's own id of it.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{PaymentId, ProviderId, Refusal};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    heard: bool,
}

kernel::events! {
    pub enum HeardEvent {
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

impl Aggregate for Heard {
    const KIND: &'static str = "payment_notice";
    type Event = HeardEvent;

    fn apply(&mut self, _: &HeardEvent) {
        self.heard = true;
    }
}

pub(crate) struct Receive(pub(crate) Received);

impl Decide<Receive> for Heard {
    type Refusal = Refusal;

    fn decide(&self, Receive(received): &Receive, _: Timestamp) -> Result<Vec<HeardEvent>, Refusal> {
        Ok(if self.heard { Vec::new() } else { vec![received.clone().into()] })
    }
}

/// The stream of a notice.
pub(crate) fn id(provider: ProviderId, event: &str) -> Uuid {
    Uuid::new_v5(&provider.uuid(), event.as_bytes())
}
