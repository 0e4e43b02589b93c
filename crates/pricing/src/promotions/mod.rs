//! Promotions: effects, conditions, targets, and how they combine.

mod checks;
mod conditions;
mod effect;
mod hindrance;
mod percent;
mod promotion;
mod target;

pub use conditions::{Conditions, Outcome};
pub use effect::{Bundled, Effect};
pub use percent::Percent;
pub(crate) use promotion::same_code;
pub use promotion::{Promotion, Stacking, plain_code};
pub use target::{Pick, Target};
