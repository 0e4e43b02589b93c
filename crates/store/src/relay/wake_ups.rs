//! Who is woken: which tenants are to be visited now, which later, and whether for their jobs.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use kernel::{TenantId, Timestamp};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::queue::Queue;

#[derive(Default)]
pub(super) struct WakeUps {
    queue: Mutex<Queue>,
    /// Woken when there is somebody to visit.
    pub(super) woken: Notify,
    timers: Mutex<BinaryHeap<Reverse<(Timestamp, TenantId)>>>,
    /// Whose jobs are to be looked at: not after every commit, but when one was planned, is due, or was found.
    jobs_of: Mutex<HashSet<TenantId>>,
}

impl WakeUps {
    /// A visit that looks at the jobs, too.
    pub(super) fn wake_for_jobs(&self, tenant: TenantId) {
        self.jobs_of.lock().insert(tenant);
        self.wake(tenant);
    }

    pub(super) fn wake(&self, tenant: TenantId) {
        if self.queue.lock().push(tenant) {
            self.woken.notify_one();
        }
    }

    pub(super) fn wake_at(&self, tenant: TenantId, at: Timestamp) {
        self.timers.lock().push(Reverse((at, tenant)));
    }

    /// Wakes those whose rest is over, and those of whom something is due.
    pub(super) fn tick(&self, now: Timestamp) {
        if self.queue.lock().rested(now) {
            self.woken.notify_one();
        }
        loop {
            let due = {
                let mut timers = self.timers.lock();
                match timers.peek() {
                    Some(Reverse((at, _))) if *at <= now => timers.pop(),
                    _ => None,
                }
            };
            let Some(Reverse((_, tenant))) = due else { break };
            self.wake_for_jobs(tenant);
        }
    }

    /// The next to be visited.
    pub(super) fn next(&self) -> Option<TenantId> {
        self.queue.lock().pop()
    }

    /// The visit is over; something may be left for the next one, and it may rest first.
    pub(super) fn visited(&self, tenant: TenantId, left: bool, rests_until: Option<Timestamp>) {
        if self.queue.lock().done(tenant, left, rests_until) {
            self.woken.notify_one();
        }
    }

    /// Whether the tenant's jobs are to be looked at in this visit.
    pub(super) fn take_jobs_of(&self, tenant: TenantId) -> bool {
        self.jobs_of.lock().remove(&tenant)
    }
}
