//! Who asks for a change, what must hold for it, and under which key it is done once.

use kernel::{Actor, CorrelationId, EventId, Timestamp, Write};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Who asks for a change, when, as part of what, and whether it may have been asked before.
#[derive(Debug, Clone)]
pub struct Asked {
    pub actor: Actor,
    pub correlation: CorrelationId,
    pub causation: Option<EventId>,
    pub now: Timestamp,
    pub once: Option<Once>,
    /// What must hold in the same transaction, or nothing is done.
    pub guard: Option<Guard>,
}

impl Asked {
    pub fn by(actor: Actor, correlation: CorrelationId, now: Timestamp) -> Self {
        Self { actor, correlation, causation: None, now, once: None, guard: None }
    }
}

/// A claim that is checked, and moved on, with the work's own commit: a subscriber's place, a job's lease. When someone
/// else has taken it over meanwhile, a row is not there any more and the work is refused as taken over.
#[derive(Debug, Clone)]
pub struct Guard(pub(crate) Vec<Write>);

/// Done once: the key under which the reply is kept, and a fingerprint of what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    pub key: String,
    pub fingerprint: Vec<u8>,
}

impl Once {
    /// What the reply is filed under: short, so that its index stays small, and without what a caller put into the key.
    pub(crate) fn id(&self) -> Uuid {
        let digest = Sha256::digest(self.key.as_bytes());
        Uuid::from_slice(&digest[..16]).expect("half a SHA-256 is as long as a UUID")
    }
}
