//! Tax rules, and the taxes of a basket.

mod levy;
mod tax;

pub use levy::REVERSE_CHARGE;
pub(crate) use levy::{levy, told};
pub use tax::{Assessed, Prices, ShippingTax, TaxRate, TaxRules};
