//! What is allowed, and what was decided.

use std::num::NonZeroU32;
use std::time::Duration;

/// A pace, `requests` in every `per`, of which at most `burst` may come at once.
///
/// A key belongs to one limit: the same key under another limit keeps its debt, counted in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub requests: NonZeroU32,
    /// From a microsecond to years; at most one request a microsecond is let through.
    pub per: Duration,
    pub burst: NonZeroU32,
}

/// The answer to one request, which is counted when it is allowed and costs nothing when it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub allowed: bool,
    pub limit: Limit,
    /// How many more would be allowed right now.
    pub remaining: u32,
    /// After how long without a request all of the burst is there again.
    pub reset_after: Duration,
    /// After how long the next request is allowed, when this one was not.
    pub retry_after: Option<Duration>,
}
