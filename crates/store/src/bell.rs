//! Which tenants have something new to be read: rung after each commit, heard by the relay.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use kernel::TenantId;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

/// Whoever wants to know of each commit at once. It is told in the middle of things, and must be quick.
type Listener = Box<dyn Fn(TenantId) + Send + Sync>;

#[derive(Default)]
pub(crate) struct Bell {
    listeners: RwLock<Vec<Listener>>,
    /// Whether anybody listens; until then ringing costs nothing.
    heard: AtomicBool,
    here: Mutex<HashSet<TenantId>>,
    /// Of those, who has a new job.
    jobs: Mutex<HashSet<TenantId>>,
    /// What other nodes are still to be told.
    abroad: Mutex<HashSet<TenantId>>,
    pub(crate) rung: Notify,
    pub(crate) to_tell: Notify,
}

impl Bell {
    /// Something of the tenant was committed on this node.
    pub(crate) fn ring(&self, tenant: TenantId) {
        if !self.heard.load(Ordering::Relaxed) {
            return;
        }
        self.ring_here(tenant);
        if self.abroad.lock().insert(tenant) {
            self.to_tell.notify_one();
        }
    }

    /// A job of the tenant was planned on this node; others find it when they look around.
    pub(crate) fn ring_for_job(&self, tenant: TenantId) {
        self.jobs.lock().insert(tenant);
        self.here.lock().insert(tenant);
        self.rung.notify_one();
    }

    /// Another node said so.
    pub(crate) fn ring_here(&self, tenant: TenantId) {
        self.listeners.read().iter().for_each(|listener| listener(tenant));
        if self.here.lock().insert(tenant) {
            self.rung.notify_one();
        }
    }

    pub(crate) fn add_listener(&self, listener: Listener) {
        self.listeners.write().push(listener);
    }

    pub(crate) fn listen(&self) {
        self.heard.store(true, Ordering::Relaxed);
    }

    /// The tenants that were rung for, and whether for a job.
    pub(crate) fn take(&self) -> Vec<(TenantId, bool)> {
        let rung: Vec<TenantId> = self.here.lock().drain().collect();
        let mut jobs = self.jobs.lock();
        rung.into_iter().map(|tenant| (tenant, jobs.remove(&tenant))).collect()
    }

    pub(crate) fn take_abroad(&self) -> Vec<TenantId> {
        self.abroad.lock().drain().collect()
    }
}
