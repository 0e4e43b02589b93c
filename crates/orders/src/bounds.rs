//! How much a cart or an order can hold.

/// As many as an order has.
pub const MOST_LINES: usize = 200;
pub const MOST_OF_A_THING: i64 = 10_000;
pub const MOST_CODES: usize = 20;
