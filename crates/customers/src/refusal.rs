//! Every reason for which this context refuses a command.

use crate::CustomerId;

kernel::refusals! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Refusal {
        AlreadyMerged { into: CustomerId } => Conflict "already_merged" "Already merged":
            "This record went into another customer's, which `into` names. Use that one, or take them apart first."
            with { into: into.to_string() },
        /// In minor units of the shop's currency.
        BeyondOwnLimit { limit: i64 } => Conflict "beyond_own_limit" "Beyond your own limit":
            "They would be free to order or to approve more than you are. Give them a limit no higher than your own, or ask the shop."
            with { limit: limit },
        BookFull => Conflict "book_full" "Address book full":
            "This address book has 50 addresses. Remove one that is not needed any more.",
        CustomerErased => Conflict "customer_erased" "Erased":
            "What was known of this customer was erased for good, so nothing was written down of them again.",
        EmailKnown { customer: CustomerId } => Conflict "email_known" "There is such a customer":
            "A customer is known under this e-mail address already; `customer_id` names them. Change that record."
            with { customer_id: customer.to_string() },
        MergeProven => Conflict "merge_proven" "Shown to be one person":
            "These are one person, because an e-mail address of the one was shown to be the other's. What was proven is not taken apart.",
        MergeTheOtherWay => Conflict "merge_the_other_way" "The other way round":
            "This customer signs in and the other does not, so the other goes into this one. Merge them the other way round.",
        MergedWithItself => Conflict "merged_with_itself" "The same record":
            "A record cannot go into itself. Name another customer as `into`.",
        MemberElsewhere => Conflict "member_elsewhere" "Member elsewhere":
            "This customer is a member of another organisation, and they can belong to one at a time. Take them out there first.",
        OrganisationClosed => Conflict "organisation_closed" "Closed":
            "This organisation is closed, so nobody joins it. Open it first.",
        OrganisationErased => Conflict "organisation_erased" "Erased":
            "What this organisation is called was erased for good, so nothing was written down. Make a new one.",
        OrganisationFull => Conflict "organisation_full" "Organisation full":
            "This organisation has 1,000 members. Take out somebody who does not buy for it any more.",
        OwnMembership => Conflict "own_membership" "Your own membership":
            "Nobody changes what they are themselves. Ask a colleague who arranges things for your organisation, or the shop.",
        SegmentNameTaken => Conflict "segment_name_taken" "Name taken":
            "Another segment has this name. Choose another, or use that segment."
            at "/name": "choose a name that no other segment has",
        TooManyMerged => Conflict "too_many_merged" "Too many records":
            "100 records went into this one. Merge the others into another one first, and that one into this.",
        TooManyNotes => Conflict "too_many_notes" "Too many notes":
            "There are 500 notes about this customer. Remove some that nobody needs any more.",
        TooManySegments => Conflict "too_many_segments" "Too many segments":
            "They have been put into 100 segments. Take them out of one first.",
        VatIdElsewhere => Conflict "vat_id_elsewhere" "Not in this register":
            "The European Union's register knows the numbers of its members and of Northern Ireland. Look this one up in its country's own.",
        VatIdMissing => Conflict "vat_id_missing" "No VAT number":
            "This organisation has no VAT number. Give it one first, as vat_id.",
        VatRegisterOff => Conflict "vat_register_off" "No register":
            "Nobody is asked about VAT numbers here: whoever runs this installation left the setting vat_register empty."
            page "Ask whoever runs this installation to name a register.",
        VatRegisterSilent => Unavailable "vat_register_silent" "The VAT register does not answer":
            "The register of VAT numbers, or the country of this one, does not answer just now. What was known before stays. Ask again later."
            after 60,
    }
}
