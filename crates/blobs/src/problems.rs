//! The sentences in which this crate says no.

use kernel::{Fault, Problem};

pub(crate) fn too_large(limit: u64) -> Problem {
    Problem::new(
        Fault::TooLarge,
        "blob_too_large",
        "Too large",
        format!("This is larger than {limit} bytes, the most that is taken here. Nothing was kept; send a smaller one."),
    )
    .with("limit", limit)
}

pub(crate) fn empty() -> Problem {
    Problem::new(
        Fault::Invalid,
        "blob_empty",
        "Nothing in it",
        "There are no bytes in what was sent. Nothing was kept; send the file itself.",
    )
}

pub(crate) fn type_refused(kind: &str, taken: &[&str]) -> Problem {
    let detail = format!(
        "By its content this is {kind}, and only {} is taken here. Nothing was kept; send it in another format.",
        taken.join(" or ")
    );
    Problem::new(Fault::UnsupportedMedia, "blob_type_refused", "Not in this format", detail)
        .with("media_type", kind)
        .with("taken", taken.to_vec())
}

pub(crate) fn broken_off(why: &dyn std::fmt::Display) -> Problem {
    tracing::debug!(%why, "An upload broke off");
    Problem::new(
        Fault::Unreadable,
        "blob_broken_off",
        "Broken off",
        "The bytes stopped arriving before their end. Nothing was kept; send all of it again.",
    )
}

pub(crate) fn range_outside(size: u64) -> Problem {
    Problem::new(
        Fault::OutOfRange,
        "range_outside",
        "Outside of it",
        format!(
            "There are {size} bytes, counted from 0, and the range asks for none of them. Ask for others."
        ),
    )
    .with("size", size)
}

/// The place did not do what was asked; why is for the operator, not for the one who asked.
pub(crate) fn unavailable(doing: &str, why: &object_store::Error) -> Problem {
    tracing::error!(%why, doing, "The place of the blobs did not do what was asked");
    let detail = "The place where files are kept did not answer as it should. Try again in a few seconds.";
    Problem::unavailable("blobs_unavailable", detail, 5)
}

/// Told only to someone who holds an address that was once good.
pub(crate) fn address_expired() -> Problem {
    Problem::new(
        Fault::Forbidden,
        "address_expired",
        "Expired",
        "This address was good for a limited time, which is over. Go back to where you got it and ask for a new one.",
    )
}

/// The same words whatever is wrong with it: which part was guessed right is nobody's business.
pub(crate) fn address_invalid() -> Problem {
    Problem::new(
        Fault::NotFound,
        "address_invalid",
        "Not an address of ours",
        "There is nothing under this address, or it was changed on its way. Use it exactly as you got it, or ask for a new one.",
    )
}
