//! The right to a sku or a handle: a stream of its own for each, so that "taken" is decided, not stumbled over.

use kernel::{Aggregate, Decide, Envelope, Projector, Timestamp, Write};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ProductId, Refusal};

/// The namespace in which the ids of claims are made from what is claimed.
const CLAIMS: Uuid = Uuid::from_u128(0x6a1f_5d1c_52b7_4c0e_9a55_3f0e_7d1f_c0de);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'a> {
    Sku(&'a str),
    Handle(&'a str),
}

impl What<'_> {
    pub fn id(self) -> Uuid {
        let name = match self {
            Self::Sku(sku) => format!("sku:{sku}"),
            Self::Handle(handle) => format!("handle:{handle}"),
        };
        Uuid::new_v5(&CLAIMS, name.as_bytes())
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    holder: Option<ProductId>,
}

kernel::events! {
    pub enum ClaimEvent {
        Taken(Taken) = ("catalog_claim.taken", 1),
        GivenUp(GivenUp) = ("catalog_claim.given_up", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub product: ProductId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUp {}

impl Aggregate for Claim {
    const KIND: &'static str = "catalog_claim";
    type Event = ClaimEvent;

    fn apply(&mut self, event: &ClaimEvent) {
        self.holder = match event {
            ClaimEvent::Taken(taken) => Some(taken.product),
            ClaimEvent::GivenUp(_) => None,
        };
    }
}

pub struct Take<'a> {
    pub what: What<'a>,
    pub product: ProductId,
}

pub struct GiveUp;

impl Decide<Take<'_>> for Claim {
    type Refusal = Refusal;

    fn decide(&self, command: &Take<'_>, _now: Timestamp) -> Result<Vec<ClaimEvent>, Refusal> {
        match (self.holder, command.what) {
            (None, _) => Ok(vec![Taken { product: command.product }.into()]),
            (Some(holder), _) if holder == command.product => Ok(Vec::new()),
            (Some(_), What::Sku(sku)) => Err(Refusal::SkuTaken { sku: sku.to_owned() }),
            (Some(_), What::Handle(handle)) => Err(Refusal::HandleTaken { handle: handle.to_owned() }),
        }
    }
}

impl Decide<GiveUp> for Claim {
    type Refusal = Refusal;

    fn decide(&self, _: &GiveUp, _now: Timestamp) -> Result<Vec<ClaimEvent>, Refusal> {
        Ok(self.holder.map(|_| GivenUp {}.into()).into_iter().collect())
    }
}

impl Projector for Claim {
    /// A claim needs no table: its state is all that anyone asks for.
    fn project(_: &Envelope<&ClaimEvent>) -> Vec<Write> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    #[test]
    fn refuses_a_sku_that_another_product_has() {
        let claim = given::<Claim>([Taken { product: ProductId::new() }.into()]);
        let refusal =
            claim.when(&Take { what: What::Sku("A-1"), product: ProductId::new() }, NOW).unwrap_err();
        assert_eq!(refusal, Refusal::SkuTaken { sku: "A-1".into() });
    }

    #[test]
    fn a_sku_that_was_given_up_can_be_taken_again() {
        let claim = given::<Claim>([Taken { product: ProductId::new() }.into(), GivenUp {}.into()]);
        assert_eq!(
            claim.when(&Take { what: What::Sku("A-1"), product: ProductId::new() }, NOW).unwrap().len(),
            1
        );
    }

    #[test]
    fn a_sku_and_a_handle_of_the_same_name_do_not_collide() {
        assert_ne!(What::Sku("a").id(), What::Handle("a").id());
    }
}
