//! Limits in this process and over a real Redis, and whose word about an address is believed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod addresses;
mod here;
mod lists;
mod shared;
mod telling;

use std::num::NonZeroU32;
use std::time::Duration;

use limits::{Kind, Limit};

pub const API: Kind = Kind::new("api");
pub const SECOND: Duration = Duration::from_secs(1);
pub const HOUR: Duration = Duration::from_secs(3_600);
/// Some moment; nothing here depends on which.
pub const NOW: Duration = Duration::from_secs(1_795_000_000);

pub fn limit(requests: u32, per: Duration, burst: u32) -> Limit {
    Limit { requests: NonZeroU32::new(requests).unwrap(), per, burst: NonZeroU32::new(burst).unwrap() }
}
