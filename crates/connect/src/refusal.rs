//! Every way connect says no.

use edge::ProblemDoc;
use kernel::{Fault, Problem};

use crate::SyncId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Unknown,
    OtherKind,
    SecretNeeded,
    TooMany,
    NoErp,
    Disabled,
    SyncRunning(SyncId),
    SyncUnknown,
    SyncOver,
    PageTaken,
}

const fn doc(code: &'static str, title: &'static str, what_to_do: &'static str) -> ProblemDoc {
    ProblemDoc { code, status: 409, title, what_to_do }
}

pub const PROBLEMS: &[ProblemDoc] = &[
    doc("partner_kind_fixed", "Another kind", "Add another partner; this one stays of its kind."),
    doc(
        "partner_secret_needed",
        "Secret needed",
        "The address is another one; enter the secret for it once more.",
    ),
    doc("too_many_partners", "Too many partners", "Remove one that is not used any more."),
    doc("not_an_erp", "Not an ERP", "Only partners of the kind erp_soap are synced."),
    doc("partner_disabled", "Partner disabled", "Enable the partner first."),
    doc("sync_running", "A sync is running", "Wait until it has ended, or cancel it."),
    doc("sync_over", "The sync is over", "Begin another one."),
    doc("page_taken", "The page was taken", "Nothing to do: the page had its effect before."),
    ProblemDoc {
        code: "erp_silent",
        status: 503,
        title: "The ERP does not answer",
        what_to_do: "It is tried again by itself; the sync says when, and what was wrong.",
    },
];

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let conflict = |code, title, detail: &str| Self::new(Fault::Conflict, code, title, detail);
        match refusal {
            Refusal::Unknown => Self::not_found("partner"),
            Refusal::SyncUnknown => Self::not_found("sync"),
            Refusal::OtherKind => conflict(
                "partner_kind_fixed",
                "Another kind",
                "A partner stays of the kind that it was added as. Add another one.",
            ),
            Refusal::SecretNeeded => conflict(
                "partner_secret_needed",
                "Secret needed",
                "The address has changed, and the secret was entered for the one before. Enter it for the new address.",
            ),
            Refusal::TooMany => conflict(
                "too_many_partners",
                "Too many partners",
                "This shop has 50 partners. Remove one that is not used any more.",
            ),
            Refusal::NoErp => {
                conflict("not_an_erp", "Not an ERP", "This partner has no products and no inventory.")
            }
            Refusal::Disabled => {
                conflict("partner_disabled", "Partner disabled", "This partner is disabled. Enable it first.")
            }
            Refusal::SyncRunning(sync) => conflict(
                "sync_running",
                "A sync is running",
                "A sync with this partner is running. Wait until it has ended, or cancel it.",
            )
            .with("sync_id", sync.to_string()),
            Refusal::SyncOver => conflict("sync_over", "The sync is over", "This sync has ended."),
            Refusal::PageTaken => {
                conflict("page_taken", "The page was taken", "This page of the sync had its effect before.")
            }
        }
    }
}
