//! Every reason for which pricing refuses.

use kernel::{FieldProblem, MoneyError, Problem};

use crate::LineId;
use crate::part::Part;

kernel::refusals! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Refusal {
        /// Fields of a basket, a promotion or a rate do not hold.
        Malformed(fields: Vec<FieldProblem>) = Problem::invalid(fields),
        LineTwice(line: LineId) => Invalid "line_twice" "Line twice":
            "There are two of {line}. Give every line a number of its own."
            page "Give every line a number of its own.",
        TooLarge => Invalid "price_too_large" "Price too large":
            "The total is more than can be counted. Buy less at once.",
        NotInLedger(part: Part) => NotFound "not_in_ledger" "Not part of the order":
            "The order has no {part}."
            page "Name a line that the order has, or shipping if it has any.",
        MorePiecesThanLeft { line: LineId, left: i64 } => Conflict "more_pieces_than_left" "More pieces than left":
            "Of {line} only {left} pieces are left to give back."
            with { left: left }
            page "\"left\" says how many pieces have not been given back yet.",
        MoreThanCharged { left: i64 } => Conflict "more_than_charged" "More than charged":
            "No more can be given back than is still charged for it."
            with { left: left }
            page "\"left\" says how much is still charged, in minor units. Give back that much at most.",
    }
}

pub(crate) fn field(pointer: impl Into<String>, detail: &str) -> FieldProblem {
    FieldProblem { pointer: pointer.into(), detail: detail.to_owned() }
}

impl From<MoneyError> for Refusal {
    fn from(_: MoneyError) -> Self {
        Self::TooLarge
    }
}
