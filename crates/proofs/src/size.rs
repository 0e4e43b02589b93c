//! How long a log may be, and how that is written.

/// The most leaves that a tree may have. Others count them with a sign, and below it nothing here overflows.
pub const MOST_LEAVES: u64 = i64::MAX as u64;
