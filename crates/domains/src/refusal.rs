//! Every way a domain says no.

use edge::ProblemDoc;
use kernel::{Fault, Problem};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Unknown,
    Taken,
    TooMany,
}

const fn doc(code: &'static str, title: &'static str, what_to_do: &'static str) -> ProblemDoc {
    ProblemDoc { code, status: 409, title, what_to_do }
}

pub const PROBLEMS: &[ProblemDoc] = &[
    doc(
        "domain_taken",
        "Domain taken",
        "Another shop answers under this domain. If it is yours, ask whoever runs the platform.",
    ),
    doc("too_many_domains", "Too many domains", "Give up one that is not used any more."),
];

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unknown => Self::not_found("domain"),
            Refusal::Taken => Self::new(
                Fault::Conflict,
                "domain_taken",
                "Domain taken",
                "Another shop answers under this domain already. Check the name; if it is yours, ask whoever runs the platform.",
            ),
            Refusal::TooMany => Self::new(
                Fault::Conflict,
                "too_many_domains",
                "Too many domains",
                "This shop has 100 domains. Give up one that is not used any more.",
            ),
        }
    }
}
