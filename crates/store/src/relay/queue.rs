//! Which tenants are to be visited.

use std::collections::{HashSet, VecDeque};

use kernel::{TenantId, Timestamp};

/// Tenants to be visited, each at most once, and none by two workers at the same time.
#[derive(Default)]
pub(super) struct Queue {
    ready: VecDeque<TenantId>,
    queued: HashSet<TenantId>,
    visited: HashSet<TenantId>,
    /// Asked for while they were visited or rested.
    again: HashSet<TenantId>,
    resting: HashSet<TenantId>,
    /// When each rest ends, in that order, for all rests are equally long.
    rests: VecDeque<(Timestamp, TenantId)>,
}

impl Queue {
    pub(super) fn push(&mut self, tenant: TenantId) -> bool {
        if self.visited.contains(&tenant) || self.resting.contains(&tenant) {
            self.again.insert(tenant);
            return false;
        }
        let new = self.queued.insert(tenant);
        if new {
            self.ready.push_back(tenant);
        }
        new
    }

    pub(super) fn pop(&mut self) -> Option<TenantId> {
        let tenant = self.ready.pop_front()?;
        self.queued.remove(&tenant);
        self.visited.insert(tenant);
        Some(tenant)
    }

    /// The visit is over, and something may be left for the next one; says whether that is to be soon.
    pub(super) fn done(&mut self, tenant: TenantId, left: bool, rests_until: Option<Timestamp>) -> bool {
        self.visited.remove(&tenant);
        if left {
            self.again.insert(tenant);
        }
        match rests_until {
            Some(until) => {
                self.resting.insert(tenant);
                self.rests.push_back((until, tenant));
                false
            }
            None => self.again.remove(&tenant) && self.push(tenant),
        }
    }

    /// Ends the rests that are over; says whether anybody is to be visited.
    pub(super) fn rested(&mut self, now: Timestamp) -> bool {
        let mut any = false;
        while let Some((until, tenant)) = self.rests.front().copied()
            && until <= now
        {
            self.rests.pop_front();
            self.resting.remove(&tenant);
            any |= self.again.remove(&tenant) && self.push(tenant);
        }
        any
    }
}
