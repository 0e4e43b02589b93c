//! Jobs that are planned because a log has grown, without anybody reading it for that.

use std::collections::HashMap;
use std::time::Duration;

use kernel::{TenantId, Timestamp, Write};
use parking_lot::Mutex;
use serde_json::Value;

use super::job::{NewJob, SHOP};

/// A job that is planned for a tenant whose log has grown, once for all that comes within a span.
#[derive(Debug, Clone, Copy)]
pub struct UponGrowth {
    pub job: &'static str,
    pub within: Duration,
}

/// Which of them are planned, as far as this process knows; planning one a second time changes nothing.
pub(super) struct GrowthJobs {
    jobs: Vec<UponGrowth>,
    planned: Mutex<HashMap<TenantId, Timestamp>>,
}

impl GrowthJobs {
    pub(super) fn new(jobs: Vec<UponGrowth>) -> Self {
        Self { jobs, planned: Mutex::default() }
    }

    /// What writes down the jobs of a tenant whose log has grown. It is committed before anybody's cursor moves on, so a
    /// crash between the two is a visit more and no job less.
    pub(super) fn writes(&self, tenant: TenantId, now: Timestamp) -> Vec<Write> {
        if self.planned.lock().get(&tenant).is_some_and(|until| now < *until) {
            return Vec::new();
        }
        self.jobs(now).iter().map(|job| job.planned(now)).collect()
    }

    /// They are written down.
    pub(super) fn planned(&self, tenant: TenantId, now: Timestamp) {
        if let Some(until) = self.jobs(now).iter().map(|job| job.due).min() {
            self.planned.lock().insert(tenant, until);
        }
    }

    fn jobs(&self, now: Timestamp) -> Vec<NewJob> {
        let job = |upon: &UponGrowth| NewJob::once_in(upon.within, upon.job, SHOP, Value::Null, now);
        self.jobs.iter().map(job).collect()
    }
}
