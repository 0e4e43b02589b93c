//! Checks of the numbers in a promotion.

use kernel::{FieldProblem, Money};

use crate::refusal::field;

pub(crate) fn not_negative(wrong: &mut Vec<FieldProblem>, name: &str, money: Option<Money>) {
    if money.is_some_and(|money| money.amount < 0) {
        wrong.push(field(format!("/{name}"), "an amount here is not negative"));
    }
}

pub(crate) fn at_least_one(wrong: &mut Vec<FieldProblem>, name: &str, count: Option<i64>) {
    if count.is_some_and(|count| count < 1) {
        wrong.push(field(format!("/{name}"), "at least one"));
    }
}
