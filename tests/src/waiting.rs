//! How tests wait for what must come about, however busy the machine is.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// How long anything is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something is so.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    until(what, async || is_so().await.then_some(())).await;
}

/// Waits until something is found, and answers it.
pub async fn until<T>(what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let mut waiting = Waiting::patiently();
    loop {
        if let Some(found) = found().await {
            return found;
        }
        let pause = waiting.pause().unwrap_or_else(|| panic!("still not: {what}"));
        tokio::time::sleep(pause).await;
    }
}

/// Reads something until this holds of it, and answers what was read.
pub async fn read_until<T: Debug>(what: &str, read: impl AsyncFnMut() -> T, holds: impl Fn(&T) -> bool) -> T {
    read_within(PATIENCE, what, read, holds).await
}

/// As [`read_until`], of what may take longer than anything else.
pub async fn read_within<T: Debug>(
    limit: Duration,
    what: &str,
    mut read: impl AsyncFnMut() -> T,
    holds: impl Fn(&T) -> bool,
) -> T {
    let mut waiting = Waiting::at_most(limit);
    loop {
        let seen = read().await;
        if holds(&seen) {
            return seen;
        }
        let pause = waiting.pause().unwrap_or_else(|| panic!("still not: {what}; seen last: {seen:#?}"));
        tokio::time::sleep(pause).await;
    }
}

/// As [`eventually`], where nothing is awaited.
pub(crate) fn blocking_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let mut waiting = Waiting::patiently();
    while !is_so() {
        std::thread::sleep(waiting.pause().unwrap_or_else(|| panic!("still not: {what}")));
    }
}

/// When one looks again, and when one gives up.
pub(crate) struct Waiting {
    began: Instant,
    limit: Duration,
    pause: Duration,
}

impl Waiting {
    const LONGEST: Duration = Duration::from_millis(50);

    pub(crate) fn patiently() -> Self {
        Self::at_most(PATIENCE)
    }

    pub(crate) fn at_most(limit: Duration) -> Self {
        Self { began: Instant::now(), limit, pause: Duration::from_millis(5) }
    }

    /// How long to wait before one looks again, ever longer; nothing once it has taken too long.
    pub(crate) fn pause(&mut self) -> Option<Duration> {
        let pause = self.pause;
        self.pause = (pause * 3 / 2).min(Self::LONGEST);
        (self.began.elapsed() < self.limit).then_some(pause)
    }
}
