//! Every way an order says no.

use edge::ProblemDoc;
use kernel::{Fault, MoneyError, Problem};

use crate::Status;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    AlreadyPlaced,
    TooLarge,
    PersonErased,
    IllegalTransition { from: Status, to: Status },
}

pub const PROBLEMS: &[ProblemDoc] = &[
    ProblemDoc {
        code: "already_placed",
        status: 409,
        title: "Already placed",
        what_to_do: "Read the order instead of placing it again.",
    },
    ProblemDoc {
        code: "person_erased",
        status: 409,
        title: "Person erased",
        what_to_do: "This person's data was erased for good, and nothing more is written about them. Leave their id out.",
    },
    ProblemDoc {
        code: "illegal_transition",
        status: 409,
        title: "Not from there",
        what_to_do: "\"allowed\" names what the order can become next.",
    },
    ProblemDoc {
        code: "order_too_large",
        status: 422,
        title: "Order too large",
        what_to_do: "The total is more than can be counted. Order less at once.",
    },
];

impl From<MoneyError> for Refusal {
    fn from(_: MoneyError) -> Self {
        Self::TooLarge
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::AlreadyPlaced => Self::new(
                Fault::Conflict,
                "already_placed",
                "Already placed",
                "This order was placed before. Read it instead.",
            ),
            Refusal::PersonErased => Self::new(
                Fault::Conflict,
                "person_erased",
                "Person erased",
                "This customer's data was erased for good, so nothing was ordered under their id. Leave customer.id out, and they order as someone new.",
            ),
            Refusal::TooLarge => Self::new(
                Fault::Invalid,
                "order_too_large",
                "Order too large",
                "The total is more than can be counted. Order less at once.",
            ),
            Refusal::IllegalTransition { from, to } => {
                let allowed: Vec<&str> = from.next().iter().map(|status| status.as_str()).collect();
                let can = if allowed.is_empty() {
                    "It stays so.".to_owned()
                } else {
                    format!("It can become {}.", allowed.join(" or "))
                };
                let detail =
                    format!("An order that is {} cannot become {}. {can}", from.as_str(), to.as_str());
                Self::new(Fault::Conflict, "illegal_transition", "Not from there", detail)
                    .with("from", from.as_str())
                    .with("to", to.as_str())
                    .with("allowed", allowed)
            }
        }
    }
}
