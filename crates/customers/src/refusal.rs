//! Every way customers' organisations and segments say no.

use edge::ProblemDoc;
use kernel::{Fault, FieldProblem, Problem};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// In minor units of the shop's currency.
    BeyondOwnLimit {
        limit: i64,
    },
    MemberElsewhere,
    OrganisationClosed,
    OrganisationErased,
    OrganisationFull,
    OwnMembership,
    SegmentNameTaken,
    TooManySegments,
    VatIdElsewhere,
    VatIdMissing,
    VatRegisterOff,
    VatRegisterSilent,
}

const fn doc(code: &'static str, title: &'static str, what_to_do: &'static str) -> ProblemDoc {
    ProblemDoc { code, status: 409, title, what_to_do }
}

pub const PROBLEMS: &[ProblemDoc] = &[
    doc(
        "beyond_own_limit",
        "Beyond your own limit",
        "Give a limit no higher than your own, or ask the shop.",
    ),
    doc(
        "member_elsewhere",
        "Member elsewhere",
        "A customer belongs to one organisation at a time. Take them out of the other one first.",
    ),
    doc("organisation_closed", "Closed", "Open the organisation before anybody joins it."),
    doc(
        "organisation_erased",
        "Erased",
        "Make a new organisation; nothing is written down of this one any more.",
    ),
    doc("organisation_full", "Organisation full", "Take out somebody who does not buy for it any more."),
    doc(
        "own_membership",
        "Your own membership",
        "Ask a colleague who arranges things for your organisation, or the shop.",
    ),
    doc("segment_name_taken", "Name taken", "Choose a name that no other segment has."),
    doc("too_many_segments", "Too many segments", "Take them out of a segment first."),
    doc(
        "vat_id_elsewhere",
        "Not in this register",
        "Look the number up in its country's own register; the European Union's knows those of its members.",
    ),
    doc("vat_id_missing", "No VAT number", "Say the organisation's VAT number first."),
    doc("vat_register_off", "No register", "Ask whoever runs this installation to name a register."),
    ProblemDoc {
        code: "vat_register_silent",
        status: 503,
        title: "The register does not answer",
        what_to_do: "Ask again later; what was known before stays.",
    },
];

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let conflict = |code, title, detail| Self::new(Fault::Conflict, code, title, detail);
        match refusal {
            Refusal::BeyondOwnLimit { limit } => conflict(
                "beyond_own_limit",
                "Beyond your own limit",
                "They would be free to order or to approve more than you are. Give them a limit no higher than your own, or ask the shop.",
            )
            .with("limit", limit),
            Refusal::OrganisationErased => conflict(
                "organisation_erased",
                "Erased",
                "What this organisation is called was erased for good, so nothing was written down. Make a new one.",
            ),
            Refusal::MemberElsewhere => conflict(
                "member_elsewhere",
                "Member elsewhere",
                "This customer is a member of another organisation, and they can belong to one at a time. Take them out there first.",
            ),
            Refusal::OrganisationClosed => conflict(
                "organisation_closed",
                "Closed",
                "This organisation is closed, so nobody joins it. Open it first.",
            ),
            Refusal::OrganisationFull => conflict(
                "organisation_full",
                "Organisation full",
                "This organisation has 1,000 members. Take out somebody who does not buy for it any more.",
            ),
            Refusal::OwnMembership => conflict(
                "own_membership",
                "Your own membership",
                "Nobody changes what they are themselves. Ask a colleague who arranges things for your organisation, or the shop.",
            ),
            Refusal::SegmentNameTaken => {
                let mut problem = conflict(
                    "segment_name_taken",
                    "Name taken",
                    "Another segment has this name. Choose another, or use that segment.",
                );
                problem.fields = vec![FieldProblem {
                    pointer: "/name".into(),
                    detail: "choose a name that no other segment has".into(),
                }];
                problem
            }
            Refusal::VatIdElsewhere => conflict(
                "vat_id_elsewhere",
                "Not in this register",
                "The European Union's register knows the numbers of its members and of Northern Ireland. Look this one up in its country's own.",
            ),
            Refusal::VatIdMissing => conflict(
                "vat_id_missing",
                "No VAT number",
                "This organisation has no VAT number. Give it one first, as vat_id.",
            ),
            Refusal::VatRegisterOff => conflict(
                "vat_register_off",
                "No register",
                "Nobody is asked about VAT numbers here: whoever runs this installation left the setting vat_register empty.",
            ),
            Refusal::VatRegisterSilent => Self::unavailable(
                "vat_register_silent",
                "The register of VAT numbers, or the country of this one, does not answer just now. What was known before stays. Ask again later.",
                60,
            ),
            Refusal::TooManySegments => conflict(
                "too_many_segments",
                "Too many segments",
                "They have been put into 100 segments. Take them out of one first.",
            ),
        }
    }
}
