//! The one place that asks the machine for the time.

use kernel::Timestamp;

#[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
pub fn now() -> Timestamp {
    Timestamp::from(std::time::SystemTime::now())
}
