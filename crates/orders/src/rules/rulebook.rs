//! The version of all rules together: it grows whenever one of them changes.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Refusal;

/// There is one rulebook, one set of taxes, and one of settings, for each shop.
pub const RULEBOOK: Uuid = Uuid::from_u128(0x2c7d_90e1_5f3a_4d18_8b6e_71aa_0c94_e302);
pub const TAXES: Uuid = Uuid::from_u128(0x91b4_3e07_c6d2_4f7f_a0c8_1d5b_6e2f_7b03);
pub const SETTINGS: Uuid = Uuid::from_u128(0x5ae1_70c4_9b3d_4e62_8f15_d20b_46c7_a914);

/// That something in the rulebook has changed; its version is what orders compare.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rulebook {}

kernel::events! {
    pub enum RulebookEvent {
        Changed(Changed) = ("rulebook.changed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {}

impl Aggregate for Rulebook {
    const KIND: &'static str = "rulebook";
    type Event = RulebookEvent;

    fn apply(&mut self, _: &RulebookEvent) {}
}

pub struct Turn;

impl Decide<Turn> for Rulebook {
    type Refusal = Refusal;

    fn decide(&self, _: &Turn, _now: Timestamp) -> Result<Vec<RulebookEvent>, Refusal> {
        Ok(vec![Changed {}.into()])
    }
}
