//! Every way pricing says no.

use kernel::{Fault, FieldProblem, MoneyError, Problem};

use crate::LineId;
use crate::ledger::Part;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Fields of a basket, a promotion or a rate do not hold.
    Malformed(Vec<FieldProblem>),
    LineTwice(LineId),
    TooLarge,
    NotInLedger(Part),
    MorePiecesThanLeft {
        line: LineId,
        left: i64,
    },
    MoreThanCharged {
        left: i64,
    },
}

/// Code, status, title, and what to do: for whoever shows these refusals to list them among its own.
pub const PROBLEMS: &[(&str, u16, &str, &str)] = &[
    ("line_twice", 422, "Line twice", "Give every line of a basket a number of its own."),
    ("price_too_large", 422, "Price too large", "The total is more than can be counted. Buy less at once."),
    (
        "not_in_ledger",
        404,
        "Not part of the order",
        "Name a line that the order has, or shipping if it has any.",
    ),
    (
        "more_pieces_than_left",
        409,
        "More pieces than left",
        "\"left\" says how many pieces have not been given back yet.",
    ),
    (
        "more_than_charged",
        409,
        "More than charged",
        "\"left\" says how much of it is still charged, in minor units. Give back that much at most.",
    ),
];

pub(crate) fn field(pointer: impl Into<String>, detail: &str) -> FieldProblem {
    FieldProblem { pointer: pointer.into(), detail: detail.to_owned() }
}

impl From<MoneyError> for Refusal {
    fn from(_: MoneyError) -> Self {
        Self::TooLarge
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Malformed(fields) => Self::invalid(fields),
            Refusal::LineTwice(line) => Self::new(
                Fault::Invalid,
                "line_twice",
                "Line twice",
                format!("There are two of {line}. Give every line a number of its own."),
            ),
            Refusal::TooLarge => Self::new(
                Fault::Invalid,
                "price_too_large",
                "Price too large",
                "The total is more than can be counted. Buy less at once.",
            ),
            Refusal::NotInLedger(part) => Self::new(
                Fault::NotFound,
                "not_in_ledger",
                "Not part of the order",
                format!("The order has no {part}."),
            ),
            Refusal::MorePiecesThanLeft { line, left } => Self::new(
                Fault::Conflict,
                "more_pieces_than_left",
                "More pieces than left",
                format!("Of {line} only {left} pieces are left to give back."),
            )
            .with("left", left),
            Refusal::MoreThanCharged { left } => Self::new(
                Fault::Conflict,
                "more_than_charged",
                "More than charged",
                "No more can be given back than is still charged for it.",
            )
            .with("left", left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_listed_as_it_is_told() {
        let refusals = [
            Refusal::LineTwice(LineId(1)),
            Refusal::TooLarge,
            Refusal::NotInLedger(Part::Shipping),
            Refusal::MorePiecesThanLeft { line: LineId(1), left: 1 },
            Refusal::MoreThanCharged { left: 1 },
        ];
        let told = refusals.map(Problem::from);
        let told = told.iter().map(|it| (it.code.as_str(), it.fault.status(), it.title.as_str()));
        assert!(told.eq(PROBLEMS.iter().map(|(code, status, title, _)| (*code, *status, *title))));
    }
}
