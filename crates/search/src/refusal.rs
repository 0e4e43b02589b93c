//! Every reason for which a search is refused.

use kernel::Problem;

use crate::stopped::Stopped;

kernel::problems! {
    Unavailable NOT_READY "search_not_ready" "The search is being prepared":
        "The index of this shop is being opened or made. Ask again in a moment.",
    Unavailable TOO_SLOW "search_too_slow" "The search took too long": "Ask for fewer or longer words, or again in a moment.",
}

pub(crate) fn not_ready() -> Problem {
    NOT_READY.says("The index of this shop is being made. Ask again in a moment.").after(1)
}

pub(crate) fn too_slow() -> Problem {
    TOO_SLOW.says("This took too long to find. Ask for fewer or longer words, or again in a moment.").after(1)
}

impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::TooLate => too_slow(),
            Stopped::Broken(_) => not_ready(),
        }
    }
}
