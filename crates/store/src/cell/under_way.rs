//! The tenants that come and go by this process.

use std::collections::HashSet;

use parking_lot::Mutex;
use uuid::Uuid;

/// The journeys that are under way in this process, by their fences.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<HashSet<Uuid>>);

impl UnderWay {
    pub(crate) fn begin(&self, fence: Uuid) {
        self.0.lock().insert(fence);
    }

    pub(crate) fn end(&self, fence: Uuid) {
        self.0.lock().remove(&fence);
    }

    pub(crate) fn contains(&self, fence: Uuid) -> bool {
        self.0.lock().contains(&fence)
    }
}
