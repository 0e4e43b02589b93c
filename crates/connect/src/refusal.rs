//! Every way connect says no.

use kernel::Problem;

use crate::{SyncId, problems};

kernel::refusals! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Refusal {
        Unknown = Problem::not_found("partner"),
        OtherKind => Conflict "partner_kind_fixed" "Another kind":
            "A partner stays of the kind that it was added as. Add another one.",
        SecretNeeded => Conflict "partner_secret_needed" "Secret needed":
            "The address has changed, and the secret was entered for the one before. Enter it for the new address.",
        TooMany => Conflict "too_many_partners" "Too many partners":
            "This shop has 50 partners. Remove one that is not used any more.",
        NoErp => Conflict "not_an_erp" "Not an ERP":
            "This partner has no products and no inventory."
            page "Only partners of the kind erp_soap are synced.",
        Disabled => Conflict "partner_disabled" "Partner disabled":
            "This partner is disabled. Enable it first.",
        SyncRunning(sync: SyncId) => Conflict "sync_running" "A sync is running":
            "A sync with this partner is running. Wait until it has ended, or cancel it."
            with { sync_id: sync.to_string() },
        SyncUnknown = Problem::not_found("sync"),
        SyncOver => Conflict "sync_over" "The sync is over":
            "This sync has ended."
            page "Begin another one.",
        PageTaken => Conflict "page_taken" "The page was taken":
            "This page of the sync had its effect before."
            page "Nothing to do: the page had its effect before.",
    }
    also { problems::PROBLEMS }
}
