//! What all tasks of a relay share.

use std::sync::Arc;

use kernel::{TenantId, Timestamp, Write};

use super::backlog::Backlog;
use super::growth_jobs::{GrowthJobs, UponGrowth};
use super::job::JobKind;
use super::lease::Leases;
use super::pace::Pace;
use super::room::Rooms;
use super::subscriber::{Subscriber, wanted_by_any};
use super::wake_ups::WakeUps;
use crate::problems::TAKEN_OVER;
use crate::{Cell, Failure, Tenant};

/// Who reads the log, and which kinds of jobs there are.
#[derive(Clone, Default)]
pub struct Workers {
    pub subscribers: Vec<Arc<dyn Subscriber>>,
    pub jobs: Vec<Arc<dyn JobKind>>,
    /// What is done some time after a log has grown, whatever happened.
    pub upon_growth: Vec<UponGrowth>,
}

impl Workers {
    pub fn extend(&mut self, others: Self) {
        self.subscribers.extend(others.subscribers);
        self.jobs.extend(others.jobs);
        self.upon_growth.extend(others.upon_growth);
    }
}

pub(super) struct Shared {
    pub(super) cell: Cell,
    pub(super) workers: Workers,
    pub(super) pace: Pace,
    pub(super) leases: Leases,
    pub(super) wake_ups: Arc<WakeUps>,
    pub(super) rooms: Arc<Rooms>,
    pub(super) behind: Backlog,
    /// Which kinds of events anybody wants, as a statement's condition; nothing when somebody wants all.
    pub(super) wanted: Option<String>,
    pub(super) growth: GrowthJobs,
}

impl Shared {
    pub(super) fn new(cell: &Cell, workers: Workers, pace: Pace) -> Self {
        let kinds = workers.jobs.iter().map(|kind| (kind.name(), kind.room()));
        Self {
            cell: cell.clone(),
            leases: Leases::new(cell, pace.lease),
            wake_ups: Arc::default(),
            rooms: Arc::new(Rooms::new(&pace, kinds)),
            behind: Backlog::default(),
            wanted: wanted_by_any(workers.subscribers.iter().map(|one| &**one)),
            growth: GrowthJobs::new(workers.upon_growth.clone()),
            workers,
            pace,
        }
    }

    pub(super) fn wake_at(&self, tenant: TenantId, at: Timestamp) {
        self.wake_ups.wake_at(tenant, at);
    }

    /// Changes the store's own rows; says whether they are still ours.
    pub(super) async fn tend(&self, tenant: &Tenant, writes: Vec<Write>) -> Result<bool, Failure> {
        match tenant.tend(writes, self.cell.now()).await {
            Ok(()) => Ok(true),
            Err(problem) if problem.code == TAKEN_OVER.code => Ok(false),
            Err(problem) => Err(Failure::Unreachable(problem.detail)),
        }
    }
}
