//! The sentences in which this crate says no.

use kernel::Problem;

kernel::problems! {
    Unreadable BLOB_BROKEN_OFF "blob_broken_off" "Broken off":
        "Nothing was kept. Send all of the file again, without long pauses.",
    TooLarge BLOB_TOO_LARGE "blob_too_large" "Too large":
        "\"limit\" says how many bytes a file may have. Nothing was kept.",
    UnsupportedMedia BLOB_TYPE_REFUSED "blob_type_refused" "Not in this format":
        "\"taken\" names the formats. Nothing was kept.",
    Invalid BLOB_EMPTY "blob_empty" "Nothing in it": "Send the file itself as the body, not a form.",
    OutOfRange RANGE_OUTSIDE "range_outside" "Outside of it":
        "Content-Range says how many bytes there are. Ask for some of them.",
    Unavailable BLOBS_UNAVAILABLE "blobs_unavailable" "The store of files does not answer":
        "The place of the files does not answer. The operator finds why in the log.",
    Forbidden ADDRESS_EXPIRED "address_expired" "Expired":
        "Go back to where you got the address, and ask for a new one.",
    NotFound ADDRESS_INVALID "address_invalid" "Not an address of ours":
        "Use the address exactly as you got it, or ask for a new one.",
    Invalid ADDRESS_REFUSED "address_refused" "No such address": "The detail says what cannot be signed.",
}

pub(crate) fn too_large(limit: u64) -> Problem {
    let detail = format!(
        "This is larger than {limit} bytes, the most that is taken here. Nothing was kept; send a smaller one."
    );
    BLOB_TOO_LARGE.says(detail).with("limit", limit)
}

pub(crate) fn empty() -> Problem {
    BLOB_EMPTY.says("There are no bytes in what was sent. Nothing was kept; send the file itself.")
}

pub(crate) fn type_refused(kind: &str, taken: &[&str]) -> Problem {
    let detail = format!(
        "By its content this is {kind}, and only {} is taken here. Nothing was kept; send it in another format.",
        taken.join(" or ")
    );
    BLOB_TYPE_REFUSED.says(detail).with("media_type", kind).with("taken", taken.to_vec())
}

pub(crate) fn broken_off(why: &dyn std::fmt::Display) -> Problem {
    tracing::debug!(%why, "An upload broke off");
    let detail = "The bytes stopped arriving before their end. Nothing was kept; send all of it again.";
    BLOB_BROKEN_OFF.says(detail)
}

pub(crate) fn range_outside(size: u64) -> Problem {
    let detail = format!(
        "There are {size} bytes, counted from 0, and the range asks for none of them. Ask for others."
    );
    RANGE_OUTSIDE.says(detail).with("size", size)
}

/// The place did not do what was asked; why is for the operator, not for the one who asked.
pub(crate) fn unavailable(doing: &str, why: &object_store::Error) -> Problem {
    tracing::error!(%why, doing, "The place of the blobs did not do what was asked");
    let detail = "The place where files are kept did not answer as it should. Try again in a few seconds.";
    BLOBS_UNAVAILABLE.says(detail).after(5)
}

/// Told only to someone who holds an address that was once good.
pub(crate) fn address_expired() -> Problem {
    ADDRESS_EXPIRED.says(
        "This address was good for a limited time, which is over. Go back to where you got it and ask for a new one.",
    )
}

/// The same words whatever is wrong with it: which part was guessed right is nobody's business.
pub(crate) fn address_invalid() -> Problem {
    ADDRESS_INVALID.says(
        "There is nothing under this address, or it was changed on its way. Use it exactly as you got it, or ask for a new one.",
    )
}
