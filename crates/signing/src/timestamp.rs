//! When a request was signed, as its sender says.

use std::time::Duration;

use crate::SigningError;

/// How far a sender's clock and the way here may be off, to either side.
pub(crate) const WINDOW: Duration = Duration::from_secs(5 * 60);
/// Below it a number is of seconds (until the year 5138), from it on of milliseconds (since March 1973).
const FIRST_OF_MILLISECONDS: u64 = 100_000_000_000;
/// Milliseconds of the years after 5138 have more.
const MOST_DIGITS: usize = 14;

/// Digits and nothing else, no sign, point, exponent or date, and no leading zero.
pub(crate) fn read(text: &str) -> Result<Duration, SigningError> {
    let plain = (1..=MOST_DIGITS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0');
    let number = text.parse::<u64>().ok().filter(|_| plain).ok_or(SigningError::TimestampMalformed)?;
    if number < FIRST_OF_MILLISECONDS {
        Ok(Duration::from_secs(number))
    } else {
        Ok(Duration::from_millis(number))
    }
}

pub(crate) fn check(sent: Duration, now: Duration) -> Result<(), SigningError> {
    if sent.abs_diff(now) > WINDOW {
        return Err(SigningError::TimestampOutside { early: sent > now, by: sent.abs_diff(now).as_secs() });
    }
    Ok(())
}
