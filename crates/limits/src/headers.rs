//! What is told to the one who asked.

use std::time::Duration;

use crate::gcra::Pace;
use crate::{Kind, Verdict};

/// The headers of a verdict: `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers, in the form since
/// version 08, the widely used `X-RateLimit-*`, and `Retry-After` when it was refused. All times are in seconds, rounded
/// up.
///
/// The quota is the burst, and its window the time in which a burst comes back: the same pace as the limit's own
/// numbers, in which what remains is never more than the quota.
pub fn headers(verdict: &Verdict, policy: Kind) -> Vec<(&'static str, String)> {
    let (name, quota, remaining) = (policy.name(), verdict.limit.burst, verdict.remaining);
    let window = seconds(Duration::from_micros(Pace::of(&verdict.limit).window));
    let reset = seconds(verdict.reset_after);
    let mut headers = vec![
        ("ratelimit-policy", format!("\"{name}\";q={quota};w={window}")),
        ("ratelimit", format!("\"{name}\";r={remaining};t={reset}")),
        ("x-ratelimit-limit", quota.to_string()),
        ("x-ratelimit-remaining", remaining.to_string()),
        ("x-ratelimit-reset", reset.to_string()),
    ];
    if let Some(wait) = verdict.retry_after {
        // Zero would be an invitation to ask again at once.
        headers.push(("retry-after", seconds(wait).max(1).to_string()));
    }
    headers
}

fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
