//! Every way a file says no.

use edge::ProblemDoc;
use kernel::{Fault, Problem};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    AlreadyThere,
    Removed,
    PersonErased,
    NotConfigured,
}

const fn doc(code: &'static str, status: u16, title: &'static str, what_to_do: &'static str) -> ProblemDoc {
    ProblemDoc { code, status, title, what_to_do }
}

pub const PROBLEMS: &[ProblemDoc] = &[
    doc("already_there", 409, "Already there", "It was made before. Read it instead."),
    doc("file_removed", 409, "Removed", "The file's bytes are gone; only its record is left. Store it anew."),
    doc(
        "person_erased",
        409,
        "Person erased",
        "This person's data was erased for good, and nothing more is written about them. Leave their id out.",
    ),
    doc(
        "files_not_configured",
        503,
        "Not now",
        "This installation has no place for files. Its operator can name one with the setting \"files\".",
    ),
    doc(
        "blob_broken_off",
        400,
        "Broken off",
        "Nothing was kept. Send all of the file again, without long pauses.",
    ),
    doc(
        "blob_too_large",
        413,
        "Too large",
        "\"limit\" says how many bytes a file may have. Nothing was kept.",
    ),
    doc("blob_type_refused", 415, "Not in this format", "\"taken\" names the formats. Nothing was kept."),
    doc("blob_empty", 422, "Nothing in it", "Send the file itself as the body, not a form."),
    doc(
        "range_outside",
        416,
        "Outside of it",
        "Content-Range says how many bytes there are. Ask for some of them.",
    ),
    doc(
        "blobs_unavailable",
        503,
        "Not now",
        "The place of the files does not answer. The operator finds why in the log.",
    ),
    doc("address_expired", 403, "Expired", "Go back to where you got the address, and ask for a new one."),
    doc(
        "address_invalid",
        404,
        "Not an address of ours",
        "Use the address exactly as you got it, or ask for a new one.",
    ),
    doc("address_refused", 422, "No such address", "The detail says what cannot be signed."),
];

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let conflict = |code, title, detail: &str| Self::new(Fault::Conflict, code, title, detail);
        match refusal {
            Refusal::AlreadyThere => {
                conflict("already_there", "Already there", "This file was stored before. Read it instead.")
            }
            Refusal::Removed => conflict(
                "file_removed",
                "Removed",
                "This file was removed: its record is still here, its bytes are not. Store it anew if it is needed.",
            ),
            Refusal::PersonErased => conflict(
                "person_erased",
                "Person erased",
                "The data of the person whom this file is about was erased for good, so it was not kept. Leave \"about\" out if it is about nobody.",
            ),
            Refusal::NotConfigured => Self::unavailable(
                "files_not_configured",
                "This installation has no place for files. Its operator can name one with the setting \"files\".",
                3600,
            ),
        }
    }
}
