//! A job under way, as whoever does it sees it.

use std::time::Duration;

use kernel::{Problem, Write, args};
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
    pub async fn progress(&self, done: i64, total: i64, note: &str) -> Result<(), Problem> {
        let now = self.tenant.cell().now();
        let write = Write::one(
            "update jobs set done = $3, total = $4, note = $5, leased_until = $6 where id = $1 and fence = $2 and state = 'running'",
            args![self.id, self.fence, done, total, note.to_owned(), now.plus(self.lease)],
        );
        self.tenant.tend(vec![write], now).await
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
