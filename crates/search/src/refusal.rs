//! Every way a search says no.

use edge::ProblemDoc;
use kernel::Problem;

use crate::ask::Stopped;

pub const PROBLEMS: &[ProblemDoc] = &[
    ProblemDoc {
        code: "search_not_ready",
        status: 503,
        title: "Not ready to search",
        what_to_do: "The index of this shop is being opened or made. Ask again in a moment.",
    },
    ProblemDoc {
        code: "search_too_slow",
        status: 503,
        title: "Search too slow",
        what_to_do: "Ask for fewer or longer words, or again in a moment.",
    },
];

pub(crate) fn not_ready() -> Problem {
    Problem::unavailable(
        "search_not_ready",
        "The index of this shop is being made. Ask again in a moment.",
        1,
    )
}

pub(crate) fn too_slow() -> Problem {
    Problem::unavailable(
        "search_too_slow",
        "This took too long to find. Ask for fewer or longer words, or again in a moment.",
        1,
    )
}

impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::TooLate => too_slow(),
            Stopped::Broken(_) => not_ready(),
        }
    }
}
