//! A job under way, as whoever does it sees it.

use std::time::Duration;

use kernel::{Problem, TenantId, Write, args, boxed};
use serde_json::Value;
use uuid::Uuid;

use crate::Tenant;
use crate::problems::TAKEN_OVER;
use crate::work::Guard;

/// A job under way.
pub struct JobRun {
    pub tenant: Tenant,
    pub id: Uuid,
    pub args: Value,
    /// What went wrong the last time.
    pub problem: Option<String>,
    pub(super) fence: i64,
    pub(super) lease: Duration,
}

impl JobRun {
    /// For the works of this job: they are refused once it was cancelled or taken over.
    pub fn guard(&self) -> Guard {
        Guard(vec![Write::one(
            "update jobs set attempts = attempts where id = $1 and fence = $2 and state = 'running'",
            args![self.id, self.fence],
        )])
    }

    /// Says how far it is. Fails once the job was cancelled or taken over, and then it should end.
    #[boxed]
    pub async fn progress(&self, done: i64, total: i64, note: &str) -> Result<(), Problem> {
        let now = self.tenant.cell().now();
        let write = Write::one(
            "update jobs set done = $3, total = $4, note = $5, leased_until = $6 where id = $1 and fence = $2 and state = 'running'",
            args![self.id, self.fence, done, total, note.to_owned(), now.plus(self.lease)],
        );
        self.tenant.tend(vec![write], now).await
    }

    /// Does `each` for the job's tenant, or, when the job is the cell's own, for every tenant that is here, one after the
    /// other. It is given what was counted before and returns what is counted with it. What one tenant fails with keeps no
    /// other from its turn; the first such problem is what the job fails with in the end.
    pub async fn tenants<Counted: Copy, Turn>(
        &self,
        before: Counted,
        each: impl Fn(Counted, Tenant) -> Turn,
    ) -> Result<Counted, Problem>
    where
        Turn: Future<Output = Result<Counted, Problem>>,
    {
        if self.tenant.id() != TenantId::CELL {
            return each(before, self.tenant.clone()).await;
        }
        let (mut counted, mut first) = (before, None);
        let tenants = self.tenant.cell().registry().tenants();
        for record in tenants.into_iter().filter(|record| record.status.is_here()) {
            match each(counted, self.tenant.cell().tenant(record.id)).await {
                Ok(more) => counted = more,
                // The job was cancelled, or is somebody else's now.
                Err(problem) if problem.code == TAKEN_OVER.code => return Err(problem),
                Err(mut problem) => {
                    tracing::warn!(tenant = %record.id, code = problem.code, "A job failed for a tenant; it goes on with the others");
                    problem.detail = format!("{}: {}", record.slug, problem.detail);
                    first.get_or_insert(problem);
                }
            }
        }
        first.map_or(Ok(counted), Err)
    }

    async fn renew(&self) -> Result<(), Problem> {
        let now = self.tenant.cell().now();
        let write = Write::one(
            "update jobs set leased_until = $3 where id = $1 and fence = $2 and state = 'running'",
            args![self.id, self.fence, now.plus(self.lease)],
        );
        self.tenant.tend(vec![write], now).await
    }

    /// Renews the lease until that fails, which is when the job is not ours any more.
    pub(super) async fn hold(&self) {
        let mut failures = 0;
        loop {
            tokio::time::sleep(self.lease / 3).await;
            match self.renew().await {
                Ok(()) => failures = 0,
                Err(problem) if problem.code == TAKEN_OVER.code => return,
                Err(_) if failures >= 3 => return,
                Err(_) => failures += 1,
            }
        }
    }
}
