//! Which tenants have something new to be read: set after each commit, read by the relay.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use kernel::TenantId;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

/// Whoever wants to know of each commit at once. It is told in the middle of things, and must be quick.
type Listener = Box<dyn Fn(TenantId) + Send + Sync>;

#[derive(Default)]
pub(crate) struct CommitSignal {
    listeners: RwLock<Vec<Listener>>,
    /// Whether a relay runs; until then noting anything would only take memory.
    started: AtomicBool,
    changed: Mutex<HashSet<TenantId>>,
    /// Of those, who has a new job.
    jobs: Mutex<HashSet<TenantId>>,
    /// What other nodes are still to be told.
    untold: Mutex<HashSet<TenantId>>,
    /// Woken when there is something to take.
    pub(crate) noted: Notify,
    /// Woken when there is something to tell other nodes.
    pub(crate) to_tell: Notify,
}

impl CommitSignal {
    /// Something of the tenant was committed on this node.
    pub(crate) fn committed(&self, tenant: TenantId) {
        if !self.started.load(Ordering::Relaxed) {
            return;
        }
        self.note(tenant);
        if self.untold.lock().insert(tenant) {
            self.to_tell.notify_one();
        }
    }

    /// A job of the tenant was planned on this node; others find it when they look around.
    pub(crate) fn job_planned(&self, tenant: TenantId) {
        self.jobs.lock().insert(tenant);
        self.changed.lock().insert(tenant);
        self.noted.notify_one();
    }

    /// Something of the tenant was committed, here or on another node.
    pub(crate) fn note(&self, tenant: TenantId) {
        self.listeners.read().iter().for_each(|listener| listener(tenant));
        if self.changed.lock().insert(tenant) {
            self.noted.notify_one();
        }
    }

    pub(crate) fn add_listener(&self, listener: Listener) {
        self.listeners.write().push(listener);
    }

    pub(crate) fn start(&self) {
        self.started.store(true, Ordering::Relaxed);
    }

    /// The tenants that were noted since it was last asked, and whether for a job.
    pub(crate) fn take(&self) -> Vec<(TenantId, bool)> {
        let changed: Vec<TenantId> = self.changed.lock().drain().collect();
        let mut jobs = self.jobs.lock();
        changed.into_iter().map(|tenant| (tenant, jobs.remove(&tenant))).collect()
    }

    /// What other nodes have not been told yet.
    pub(crate) fn take_untold(&self) -> Vec<TenantId> {
        self.untold.lock().drain().collect()
    }
}
