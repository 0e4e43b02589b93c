//! How the relay works: how much at once, how often, and how long something that failed waits.

use std::time::Duration;

/// How the relay works; the defaults suit a server.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Visits under way at once.
    pub visits: usize,
    /// Short jobs under way at once.
    pub jobs: usize,
    /// Long jobs under way at once; of each tenant one.
    pub long_jobs: usize,
    /// How long a node may be silent before others take over what it held.
    pub lease: Duration,
    /// How often tenants are looked for of whose commits nobody was told.
    pub poll: Duration,
    /// The rest between two visits of a tenant of a shared cell, in which what is written gathers: each visit costs the
    /// server a reading and a commit, whether one event waits or a hundred.
    pub rest: Duration,
    /// How often an event is handed over before it is put aside as a dead letter.
    pub attempts: i64,
    /// The pause after the first failure; it doubles with each, up to an hour.
    pub pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            visits: 8,
            jobs: 4,
            long_jobs: 2,
            lease: Duration::from_secs(9),
            poll: Duration::from_secs(2),
            rest: Duration::from_millis(20),
            attempts: 10,
            pause: Duration::from_millis(500),
        }
    }
}

impl Pace {
    /// The pause before something is tried again: twice as long each time, and never exactly so, lest all come at once.
    pub(super) fn pause_after(&self, attempts: i64) -> Duration {
        let doubled = self.pause.saturating_mul(1 << attempts.clamp(1, 20).saturating_sub(1));
        let most = doubled.min(Duration::from_secs(3600));
        let half = u64::try_from(most.as_micros() / 2).unwrap_or(u64::MAX);
        Duration::from_micros(half + rand::random_range(0..=half))
    }
}
