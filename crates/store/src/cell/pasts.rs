//! Tenants as they were: tables folded up to a moment, kept for a while for whoever turns to their next page.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::TenantId;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::Failure;
use crate::engine::{Each, Query, Scratch};

/// How many pasts are kept, and for how long.
const KEPT: usize = 8;
const KEPT_FOR: Duration = Duration::from_secs(30);

/// Of what the past is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PastScope {
    /// One aggregate.
    Stream(Uuid),
    /// Everything that streams of these nouns project.
    Kinds(&'static [&'static str]),
}

/// A tenant's tables as they were.
pub(crate) struct Past {
    pub(crate) scratch: Mutex<Scratch>,
    /// Where in the log it stands.
    pub(crate) position: i64,
}

impl Past {
    pub(crate) fn read(&self, queries: &[Query<'_>], each: &mut Each<'_>) -> Result<(), Failure> {
        self.scratch.lock().read(queries, each)
    }
}

struct KeptPast {
    tenant: TenantId,
    of: PastScope,
    past: Arc<Past>,
    made: Instant,
}

/// The pasts that were asked for last.
#[derive(Default)]
pub(crate) struct Pasts(Mutex<VecDeque<KeptPast>>);

impl Pasts {
    pub(crate) fn find(&self, tenant: TenantId, of: &PastScope, position: i64) -> Option<Arc<Past>> {
        let mut kept = self.0.lock();
        kept.retain(|kept| kept.made.elapsed() < KEPT_FOR);
        kept.iter()
            .find(|kept| kept.tenant == tenant && kept.of == *of && kept.past.position == position)
            .map(|kept| kept.past.clone())
    }

    pub(crate) fn keep(&self, tenant: TenantId, of: PastScope, past: Arc<Past>) {
        let mut kept = self.0.lock();
        kept.truncate(KEPT - 1);
        kept.push_front(KeptPast { tenant, of, past, made: Instant::now() });
    }

    /// Someone was erased; nothing that was made before may be shown.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.0.lock().retain(|kept| kept.tenant != tenant);
    }
}
