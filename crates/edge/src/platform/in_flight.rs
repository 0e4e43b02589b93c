//! Which requests with an idempotency key are under way on this node.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;

/// The idempotency keys whose first request is under way on this node.
#[derive(Default)]
pub(crate) struct InFlight(Mutex<HashSet<String>>);

/// The first request with a key, until it is dropped.
pub(crate) struct First {
    key: String,
    all: Arc<InFlight>,
}

impl InFlight {
    /// `None` when a request with this key is under way already.
    pub(crate) fn enter(self: &Arc<Self>, key: &str) -> Option<First> {
        self.0.lock().insert(key.to_owned()).then(|| First { key: key.to_owned(), all: self.clone() })
    }
}

impl Drop for First {
    fn drop(&mut self) {
        self.all.0.lock().remove(&self.key);
    }
}
