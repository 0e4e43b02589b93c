//! How often each caller asked for what. Counted in memory on every request, added up in the cell each minute: a count
//! that is a minute late costs nobody a wait. What a node had counted when it is killed is lost.

use std::collections::HashMap;
use std::time::Duration;

use kernel::{ActorKind, TenantId, Timestamp, Word as _};
use parking_lot::Mutex;
use store::registry::usage::{Used, day};
use uuid::Uuid;

use crate::access::Caller;

/// How often what was counted is added up.
pub(crate) const SETTLED_EVERY: Duration = Duration::from_secs(60);

/// More callers than this in a minute are not counted one by one.
const MOST: usize = 50_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Asked {
    tenant: TenantId,
    day: i64,
    kind: ActorKind,
    /// Nobody's for people: how often somebody asks is theirs; how often customers do is the shop's.
    id: Uuid,
    /// The number of the operation.
    operation: usize,
}

#[derive(Default)]
pub(crate) struct UsageCounts(Mutex<HashMap<Asked, (i64, i64)>>);

impl UsageCounts {
    pub(crate) fn count(
        &self,
        tenant: TenantId,
        caller: &Caller,
        operation: usize,
        refused: bool,
        now: Timestamp,
    ) {
        let kind = caller.actor.kind;
        let program = caller.session.is_none() && kind != ActorKind::Customer;
        let id = if program { caller.actor.id } else { Uuid::nil() };
        let mut counts = self.0.lock();
        let full = counts.len() >= MOST;
        let id = if full { Uuid::nil() } else { id };
        let (requests, refusals) =
            counts.entry(Asked { tenant, day: day(now), kind, id, operation }).or_default();
        *requests += 1;
        *refusals += i64::from(refused);
    }

    pub(super) fn take(&self, names: &[String]) -> Vec<Used> {
        let counts = std::mem::take(&mut *self.0.lock());
        let used = counts.into_iter().map(|(asked, (requests, refused))| {
            let kind = asked.kind.as_str();
            let caller = if asked.id.is_nil() { kind.to_owned() } else { format!("{kind}:{}", asked.id) };
            let operation = names.get(asked.operation).cloned().unwrap_or_default();
            Used { tenant: asked.tenant, day: asked.day, caller, operation, requests, refused }
        });
        used.collect()
    }
}
