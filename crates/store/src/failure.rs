//! What goes wrong beneath a work, in words that say what to do.

use std::fmt;

use kernel::Problem;

use crate::problems::{
    CONTENDED, OUTCOME_UNKNOWN, OVERLOADED, REFUSED, SHOP_READ_ONLY, STORAGE_FULL, STORAGE_UNAVAILABLE,
    STORAGE_UNUSABLE, TAKEN_OVER,
};

/// Seconds after which a client may ask again.
const SOON: u32 = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The disk, or the quota, is full.
    Full,
    /// The disk answered with an error, or the database cannot be reached.
    Unreachable(String),
    /// More work is waiting than will be done in good time.
    Overloaded,
    /// Nobody can say whether the commit took place. Asking again with the same idempotency key is safe.
    Unknown,
    /// Someone else changed the same streams at the same time.
    Conflict,
    /// What guarded the work is someone else's now: a lease that was taken over, a place that was moved on.
    Stale,
    /// The tenant is being moved, and may only be read for a moment.
    Frozen,
    /// A file or database that cannot be used as it is: damaged, foreign, from a newer binary, in use.
    Unusable(String),
    /// What was asked of the store cannot be done, for a reason that the asker can mend.
    Refused(String),
    /// A mistake of ours.
    Bug(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => {
                f.write_str("There is no space left to write to. Free some and try again; nothing is lost.")
            }
            Self::Unreachable(why) => write!(f, "The storage cannot be reached: {why}"),
            Self::Overloaded => f.write_str("Too much is waiting to be written. Try again in a moment."),
            Self::Unknown => f.write_str("The connection broke while the change was being written down."),
            Self::Conflict => f.write_str("Others keep changing the same things. Try again in a moment."),
            Self::Stale => f.write_str("Another has taken this over meanwhile, so nothing was done."),
            Self::Frozen => {
                f.write_str("This shop is being moved and can only be read for a moment. Try again.")
            }
            Self::Unusable(why) | Self::Refused(why) => f.write_str(why),
            Self::Bug(why) => write!(f, "A mistake of ours: {why}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Full => STORAGE_FULL
                .says("The storage is full, so nothing was changed. Try again later with the same Idempotency-Key.")
                .after(10),
            Failure::Unreachable(why) => {
                tracing::error!(why, "The storage cannot be reached");
                STORAGE_UNAVAILABLE
                    .says("The storage cannot be reached, so nothing was changed. Try again later with the same Idempotency-Key.")
                    .after(SOON)
            }
            Failure::Overloaded => {
                OVERLOADED.says("Too many changes are waiting. Try again in a moment.").after(1)
            }
            Failure::Unknown => OUTCOME_UNKNOWN
                .says("The connection to the storage broke while your change was being written, so it may or may not have happened. Ask again with the same Idempotency-Key to learn which, or read the record first.")
                .after(SOON),
            Failure::Conflict => CONTENDED
                .says("Others kept changing the same things at the same time, so nothing was changed. Try again in a moment.")
                .after(1),
            Failure::Stale => TAKEN_OVER.says("Another has taken this over meanwhile, so nothing was done."),
            Failure::Frozen => SHOP_READ_ONLY
                .says("This shop is being maintained: it can be read, but not changed. Try again in a moment.")
                .after(1),
            Failure::Unusable(why) => {
                tracing::error!(why, "A tenant's storage cannot be used");
                STORAGE_UNUSABLE
                    .says("This business's records cannot be opened at the moment; its operator has been told why in the log.")
                    .after(60)
            }
            Failure::Refused(why) => REFUSED.says(why),
            Failure::Bug(why) => {
                tracing::error!(why, "A mistake in the store");
                Self::bug()
            }
        }
    }
}
