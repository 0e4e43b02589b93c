//! Every way in which a page or a theme says no by itself. All else is refused by the context that decides it.

use edge::ProblemDoc;
use kernel::Problem;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {}
    }
}

/// A theme is refused by its fields, as `invalid`.
pub const PROBLEMS: &[ProblemDoc] = &[];
