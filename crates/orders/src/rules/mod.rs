//! What prices depend on beside the catalog: promotions, taxes, and ways of delivery.
//!
//! All of them together are the *rulebook*. It has a version of its own, so that an order can be sure that it was priced
//! by the rules of its moment, however long a node has remembered them.

pub mod api;
mod code;
mod delivery;
mod in_force;
mod memory;
mod naming;
mod projector;
mod promotion;
pub mod queries;
mod rule_reading;
mod rulebook;
mod settings;
mod settings_api;
mod taxes;
pub mod use_cases;

pub use api::{NewPromotion, NewTaxes, make_promotion};
pub use code::Code;
pub use delivery::{Delivery, DeliveryOption, DeliveryTerms, Where};
pub use in_force::Rules;
pub use memory::rules;
pub use promotion::{Count, GiveBack, KeptPromotion, Limits, Promo, Redeem, TakeBack, Use};
pub use rule_reading::{InForce, Needs, RuleReading};
pub use rulebook::{RULEBOOK, Rulebook, RulebookEvent, SETTINGS, TAXES, Turn};
pub use settings::{OrderSettings, too_many};
pub use taxes::Taxes;
