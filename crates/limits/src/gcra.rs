//! The generic cell rate algorithm, in whole microseconds.
//!
//! A key is one number: the moment at which its debt is paid. A request adds an interval to it, and is refused if the
//! debt would become longer than the window. A key whose moment is over is as good as one that was never there.

use std::time::Duration;

use crate::{Limit, Verdict};

/// About 35 years: the moments of Redis pass through doubles, which are exact below 2^53.
const LONGEST: u64 = 1 << 50;

/// A limit as time: one request costs an interval, and the debt is never longer than the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    pub interval: u64,
    pub window: u64,
}

impl Pace {
    pub fn of(limit: &Limit) -> Self {
        // Upwards, so that what cannot be divided never lets one too many through.
        let interval = micros(limit.per).div_ceil(u64::from(limit.requests.get())).clamp(1, LONGEST);
        // At least one interval, or nothing would ever be allowed.
        let window = interval.saturating_mul(u64::from(limit.burst.get())).min(LONGEST);
        Self { interval, window }
    }

    /// Whether this debt is allowed one request more, and the debt after the decision.
    pub fn decide(self, debt: u64) -> (bool, u64) {
        // A clock that was set back makes a debt look longer than any that can be run up.
        let debt = debt.min(self.window);
        let more = debt + self.interval;
        if more > self.window { (false, debt) } else { (true, more) }
    }

    pub fn is_over(self, debt: u64) -> bool {
        !self.decide(debt).0
    }

    pub fn verdict(self, limit: &Limit, allowed: bool, debt: u64) -> Verdict {
        let left = self.window.saturating_sub(debt);
        let wait = (debt + self.interval).saturating_sub(self.window);
        Verdict {
            allowed,
            limit: *limit,
            remaining: u32::try_from(left / self.interval).unwrap_or(u32::MAX),
            reset_after: Duration::from_micros(debt),
            retry_after: (!allowed).then(|| Duration::from_micros(wait)),
        }
    }
}

pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn limit(requests: u32, per: Duration, burst: u32) -> Limit {
        Limit { requests: NonZeroU32::new(requests).unwrap(), per, burst: NonZeroU32::new(burst).unwrap() }
    }

    #[test]
    fn what_cannot_be_divided_is_rounded_to_less() {
        assert_eq!(
            Pace::of(&limit(3, Duration::from_secs(1), 3)),
            Pace { interval: 333_334, window: 1_000_002 }
        );
    }

    #[test]
    fn the_shortest_and_the_longest_limit_still_let_one_through() {
        for per in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
            for burst in [1, u32::MAX] {
                let pace = Pace::of(&limit(1, per, burst));
                assert!(pace.decide(0).0, "{pace:?}");
                assert!(pace.window <= LONGEST && pace.interval <= pace.window, "{pace:?}");
            }
        }
    }

    #[test]
    fn a_debt_longer_than_the_window_is_cut_to_it() {
        let pace = Pace::of(&limit(10, Duration::from_secs(1), 10));
        assert_eq!(pace.decide(LONGEST), (false, pace.window));
    }
}
