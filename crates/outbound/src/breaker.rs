//! A host that failed several times in a row rests; then one call tries whether it is back.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// Hosts are named by people: what is remembered of them has an end.
const REMEMBERED: usize = 4_096;

/// Whether a host is asked: it is, it rests, or its rest is over and one call tries whether it is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    Closed,
    Open,
    HalfOpen,
}

/// Only hosts that failed last time are in here.
pub(crate) struct Breaker {
    failures: u32,
    rest: Duration,
    failing: Mutex<HashMap<String, Failing>>,
}

struct Failing {
    in_a_row: u32,
    last: Instant,
    rests_until: Option<Instant>,
}

impl Breaker {
    pub fn new(failures: u32, rest: Duration) -> Self {
        Self { failures: failures.max(1), rest, failing: Mutex::default() }
    }

    /// Lets a call through, or says how long the host still rests. After the rest one call goes through, and the
    /// others wait for as long again: one that is given up half-way then blocks nobody for ever.
    pub fn admit(&self, host: &str, now: Instant) -> Result<(), Duration> {
        let mut failing = self.failing.lock();
        let Some(known) = failing.get_mut(host) else { return Ok(()) };
        let Some(until) = known.rests_until else { return Ok(()) };
        if now < until {
            return Err(until - now);
        }
        known.rests_until = Some(now + self.rest);
        tracing::info!(
            outbound.host = host,
            outbound.breaker = "half_open",
            "One call tries whether {host} is back"
        );
        Ok(())
    }

    pub fn rest(&self, host: &str, now: Instant) -> Rest {
        match self.failing.lock().get(host).and_then(|known| known.rests_until) {
            None => Rest::Closed,
            Some(until) if now < until => Rest::Open,
            Some(_) => Rest::HalfOpen,
        }
    }

    pub fn succeeded(&self, host: &str) {
        let Some(known) = self.failing.lock().remove(host) else { return };
        if known.rests_until.is_some() {
            tracing::info!(outbound.host = host, outbound.breaker = "closed", "{host} answers again");
        }
    }

    pub fn failed(&self, host: &str, now: Instant) {
        let mut failing = self.failing.lock();
        if failing.len() >= REMEMBERED && !failing.contains_key(host) {
            forget(&mut failing, now, self.rest);
        }
        let known =
            failing.entry(host.to_owned()).or_insert(Failing { in_a_row: 0, last: now, rests_until: None });
        (known.in_a_row, known.last) = (known.in_a_row.saturating_add(1), now);
        if known.in_a_row < self.failures {
            return;
        }
        known.rests_until = Some(now + self.rest);
        tracing::warn!(
            outbound.host = host,
            outbound.breaker = "open",
            "{host} failed {} times in a row and rests for {} seconds",
            known.in_a_row,
            self.rest.as_secs()
        );
    }
}

fn forget(failing: &mut HashMap<String, Failing>, now: Instant, rest: Duration) {
    failing.retain(|_, known| now < known.last + rest);
    if failing.len() < REMEMBERED {
        return;
    }
    let oldest = failing.iter().min_by_key(|(_, known)| known.last).map(|(host, _)| host.clone());
    oldest.and_then(|host| failing.remove(&host));
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(30);

    #[test]
    fn rests_after_failures_in_a_row_and_not_before() {
        let (breaker, now) = (Breaker::new(3, REST), Instant::now());
        breaker.failed("a", now);
        breaker.failed("a", now);
        breaker.succeeded("a");
        breaker.failed("a", now);
        breaker.failed("a", now);
        assert_eq!(breaker.admit("a", now), Ok(()));
        breaker.failed("a", now);
        assert_eq!(breaker.admit("a", now), Err(REST));
        assert_eq!(breaker.admit("b", now), Ok(()));
    }

    #[test]
    fn after_the_rest_one_call_goes_through_and_decides() {
        let (breaker, start) = (Breaker::new(1, REST), Instant::now());
        breaker.failed("a", start);
        assert_eq!(breaker.rest("a", start), Rest::Open);
        assert_eq!(breaker.rest("a", start + REST), Rest::HalfOpen);
        assert_eq!(breaker.admit("a", start + REST), Ok(()));
        assert_eq!(breaker.admit("a", start + REST), Err(REST));
        breaker.failed("a", start + REST);
        assert_eq!(breaker.admit("a", start + REST + REST / 2), Err(REST / 2));
        assert_eq!(breaker.admit("a", start + REST + REST), Ok(()));
        breaker.succeeded("a");
        assert_eq!(breaker.rest("a", start + REST + REST), Rest::Closed);
        assert_eq!(breaker.admit("a", start + REST + REST), Ok(()));
        assert_eq!(breaker.admit("a", start + REST + REST), Ok(()));
    }

    #[test]
    fn a_trial_that_was_given_up_blocks_nobody_for_ever() {
        let (breaker, start) = (Breaker::new(1, REST), Instant::now());
        breaker.failed("a", start);
        assert_eq!(breaker.admit("a", start + REST), Ok(()));
        assert_eq!(breaker.admit("a", start + REST * 2), Ok(()));
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let (breaker, start) = (Breaker::new(1, REST), Instant::now());
        for at in 0..REMEMBERED + 500 {
            breaker.failed(&format!("host-{at}"), start + Duration::from_micros(at as u64));
        }
        assert_eq!(breaker.failing.lock().len(), REMEMBERED);
        assert_eq!(breaker.admit("host-0", start), Ok(()));
        breaker.failed("late", start + REST * 2);
        assert_eq!(breaker.failing.lock().len(), 1);
    }
}
