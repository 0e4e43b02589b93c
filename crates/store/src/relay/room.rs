//! How many jobs are under way at once: on a node, and of one tenant.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kernel::TenantId;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::job::JobKind;
use super::{Pace, Shared};

/// Among which jobs one waits for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Among all that are over soon.
    Short,
    /// Among those that take as long as there is much to do. What is short and due never waits for them, and each tenant
    /// has one at a time, so that nobody waits for all that one tenant wants.
    Long,
    /// Among those of its kind, so many at once, and so many of one tenant: those that wait for somebody outside keep
    /// nobody else waiting.
    Own { at_once: usize, of_a_tenant: usize },
}

impl Room {
    pub(super) fn of_a_tenant(self) -> usize {
        match self {
            Self::Short => usize::MAX,
            Self::Long => 1,
            Self::Own { of_a_tenant, .. } => of_a_tenant,
        }
    }
}

/// The rooms of a node; all that are long share one.
pub(crate) struct Rooms {
    short: Arc<Semaphore>,
    long: Arc<Semaphore>,
    own: HashMap<&'static str, Arc<Semaphore>>,
    /// How many of a tenant are under way, where that has a limit.
    under_way: Mutex<HashMap<(TenantId, &'static str), usize>>,
    /// Whose jobs wait for room.
    waiting: Mutex<HashSet<TenantId>>,
}

impl Rooms {
    pub(super) fn new(pace: &Pace, kinds: &[Arc<dyn JobKind>]) -> Self {
        let own = kinds.iter().filter_map(|kind| match kind.room() {
            Room::Own { at_once, .. } => Some((kind.name(), Arc::new(Semaphore::new(at_once)))),
            Room::Short | Room::Long => None,
        });
        Self {
            short: Arc::new(Semaphore::new(pace.jobs)),
            long: Arc::new(Semaphore::new(pace.long_jobs)),
            own: own.collect(),
            under_way: Mutex::default(),
            waiting: Mutex::default(),
        }
    }
}

/// Room for one job, until it is dropped.
pub(super) struct Place {
    shared: Arc<Shared>,
    tenant: TenantId,
    counted: Option<&'static str>,
    slot: Option<OwnedSemaphorePermit>,
}

impl Place {
    /// Whoever gets none is told as soon as some is free.
    pub(super) fn take_or_wait(shared: &Arc<Shared>, tenant: TenantId, kind: &dyn JobKind) -> Option<Self> {
        Self::take(shared, tenant, kind).or_else(|| {
            shared.rooms.waiting.lock().insert(tenant);
            // It may have been given back in between.
            Self::take(shared, tenant, kind)
        })
    }

    fn take(shared: &Arc<Shared>, tenant: TenantId, kind: &dyn JobKind) -> Option<Self> {
        let (rooms, room) = (&shared.rooms, kind.room());
        let (slots, counted) = match room {
            Room::Short => (&rooms.short, None),
            Room::Long => (&rooms.long, Some("long")),
            Room::Own { .. } => (rooms.own.get(kind.name())?, Some(kind.name())),
        };
        let mut under_way = rooms.under_way.lock();
        let theirs = counted.and_then(|counted| under_way.get(&(tenant, counted))).copied().unwrap_or(0);
        if theirs >= room.of_a_tenant() {
            return None;
        }
        let slot = slots.clone().try_acquire_owned().ok()?;
        if let Some(counted) = counted {
            under_way.insert((tenant, counted), theirs + 1);
        }
        Some(Self { shared: shared.clone(), tenant, counted, slot: Some(slot) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(counted) = self.counted {
            let (mut under_way, whose) = (self.shared.rooms.under_way.lock(), (self.tenant, counted));
            match under_way.get(&whose) {
                Some(theirs) if *theirs > 1 => {
                    let left = theirs - 1;
                    under_way.insert(whose, left);
                }
                _ => {
                    under_way.remove(&whose);
                }
            }
        }
        self.slot.take();
        let waiting = std::mem::take(&mut *self.shared.rooms.waiting.lock());
        // Of those that are counted only so many were looked at.
        for tenant in waiting.into_iter().chain(self.counted.map(|_| self.tenant)) {
            self.shared.wake_for_jobs(tenant);
        }
    }
}
