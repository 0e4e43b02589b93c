//! How long a log may be, and how that is written.

/// The most leaves that a tree may have. Others count them with a sign, and below it nothing here overflows.
pub const MOST_LEAVES: u64 = i64::MAX as u64;

/// A number that others read, too: digits, and no zero before them.
pub fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|number| plain && *number <= MOST_LEAVES)
}
