//! Prices that changed while an order was being placed: the problem, and how often it is tried again.

use kernel::Problem;
use store::problems::CONTENDED;

/// How often a basket is priced again when prices change meanwhile.
pub const TRIES: usize = 3;

/// The code of the problem when a product or a rule changed between pricing and placing: price again.
pub const PRICES_CHANGED: &str = CONTENDED.code;

pub(crate) fn prices_changed() -> Problem {
    CONTENDED
        .says("Prices were being changed just now, so nothing was ordered. Try again in a moment.")
        .after(1)
}
