//! What a basket costs, and why.
//!
//! **Vocabulary.** A *basket* is lines, a way of shipping, codes, and facts about who buys and where to. A *promotion*
//! takes something off when its *conditions* hold. A *rate* of tax is found by place and tax class. All of it becomes one
//! *ledger*: entries of which each says in words why it is there, and whose sum is what a person pays. A *share* is what
//! some pieces of a line cost, after everything.
//!
//! **Invariants.** The total is the sum of the ledger. No line, and no shipping, ever costs less than nothing. A cent that
//! cannot be divided goes to one line by a fixed rule, and is never lost: the shares of all pieces are the line. The
//! order in which lines, promotions and rates are given changes nothing. What cannot be counted is refused.
//!
//! **Deliberately absent.** Tables, HTTP, the clock and counting how often a code was used: facts are passed in. Prices
//! of variants are the catalog's. Gift cards are a way of paying, not a discount. The ledger holds nothing personal: no
//! address, no VAT number, no name.

mod basket;
mod discounts;
mod ids;
mod ledger;
mod part;
mod price;
mod promotions;
mod rate;
mod refusal;
mod rounding;
mod schema;
mod taxes;
mod words;

pub use basket::{Basket, Customer, Destination, Line, Shipping};
pub use ids::PromotionId;
pub use ledger::{Balance, Entry, Kind, Ledger, Movement, Share, TaxPart, Totals};
pub use part::{LineId, Part};
pub use price::{Explanation, Priced, price};
pub use promotions::{
    Bundled, Conditions, Effect, Outcome, Percent, Pick, Promotion, Stacking, Target, plain_code,
};
pub use rate::Rate;
pub use refusal::{PROBLEMS, Refusal};
pub use rounding::Rounding;
pub use taxes::{Assessed, Prices, REVERSE_CHARGE, ShippingTax, TaxRate, TaxRules};
