//! The time, as tokens and codes reckon it.

/// Seconds since 1970, UTC.
pub type Seconds = i64;

/// How far the clocks of two of our machines may be apart.
pub const LEEWAY: Seconds = 30;
