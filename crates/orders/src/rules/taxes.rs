//! The taxes of a shop: one set of rules, replaced as a whole.

use kernel::{Aggregate, Decide, Timestamp};
use pricing::TaxRules;
use serde::{Deserialize, Serialize};

use crate::Refusal;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxes {}

kernel::events! {
    pub enum TaxesEvent {
        Set(Set) = ("taxes.set", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    pub rules: TaxRules,
}

impl Aggregate for Taxes {
    const KIND: &'static str = "taxes";
    type Event = TaxesEvent;

    fn apply(&mut self, _: &TaxesEvent) {}
}

impl Decide<Set> for Taxes {
    type Refusal = Refusal;

    fn decide(&self, command: &Set, _now: Timestamp) -> Result<Vec<TaxesEvent>, Refusal> {
        Ok(vec![command.clone().into()])
    }
}
