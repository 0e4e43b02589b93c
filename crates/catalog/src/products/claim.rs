//! The claim on a SKU or a handle. A handle that was left leads on to its product until another takes it.

use std::convert::Infallible;

use kernel::{Aggregate, Decide, Envelope, Projector, Reservation, Timestamp, Write, args};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ProductId, Refusal};

/// The namespace in which the ids of claims are made from what is claimed.
const CLAIMS: Uuid = Uuid::from_u128(0x6a1f_5d1c_52b7_4c0e_9a55_3f0e_7d1f_c0de);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimedName<'a> {
    Sku(&'a str),
    Handle(&'a str),
}

impl ClaimedName<'_> {
    pub fn id(self) -> Uuid {
        let name = match self {
            Self::Sku(sku) => format!("sku:{sku}"),
            Self::Handle(handle) => format!("handle:{handle}"),
        };
        Uuid::new_v5(&CLAIMS, name.as_bytes())
    }

    /// What whoever wants it is told when another product has it.
    pub fn refusal(self) -> Refusal {
        match self {
            Self::Sku(sku) => Refusal::SkuTaken { sku: sku.to_owned() },
            Self::Handle(handle) => Refusal::HandleTaken { handle: handle.to_owned() },
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    holder: Option<ProductId>,
    /// Whether the holder goes by another handle now. It keeps this one until somebody wants it, so that whoever knows it
    /// is led on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    former: bool,
}

kernel::events! {
    pub enum ClaimEvent {
        Taken(Taken) = ("catalog_claim.taken", 1),
        Left(Left) = ("catalog_claim.left", 1),
        GivenUp(GivenUp) = ("catalog_claim.given_up", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub product: ProductId,
    /// Whether it led on to another handle until now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub former: bool,
}

/// The holder of a handle goes by another one from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub product: ProductId,
    pub handle: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUp {}

impl Aggregate for Claim {
    const KIND: &'static str = "catalog_claim";
    type Event = ClaimEvent;

    fn apply(&mut self, event: &ClaimEvent) {
        (self.holder, self.former) = match event {
            ClaimEvent::Taken(taken) => (Some(taken.product), false),
            ClaimEvent::Left(left) => (Some(left.product), true),
            ClaimEvent::GivenUp(_) => (None, false),
        };
    }
}

impl Reservation for Claim {
    type HolderId = ProductId;

    /// A handle that was left is kept from nobody.
    fn holder(&self) -> Option<ProductId> {
        self.holder.filter(|_| !self.former)
    }

    fn taken(&self, by: ProductId) -> ClaimEvent {
        Taken { product: by, former: self.former }.into()
    }

    fn given_up(&self) -> ClaimEvent {
        GivenUp {}.into()
    }
}

/// Its holder goes by another handle from now on.
pub struct Leave<'a> {
    pub handle: &'a str,
}

impl Decide<Leave<'_>> for Claim {
    type Refusal = Infallible;

    fn decide(&self, command: &Leave<'_>, _now: Timestamp) -> Result<Vec<ClaimEvent>, Infallible> {
        let left = |product| Left { product, handle: command.handle.to_owned() }.into();
        Ok(self.holder().map(left).into_iter().collect())
    }
}

impl Projector for Claim {
    /// Of claims only former handles need a table: whoever comes with one is led on.
    fn project(event: &Envelope<&ClaimEvent>) -> Vec<Write> {
        let write = match event.data {
            ClaimEvent::Left(Left { product, handle }) => Write::one(
                "insert into former_handles (claim_id, handle, product_id) values ($1, $2, $3)",
                args![event.stream_id, handle, *product],
            ),
            ClaimEvent::Taken(Taken { former: true, .. }) => {
                Write::one("delete from former_handles where claim_id = $1", args![event.stream_id])
            }
            ClaimEvent::Taken(_) | ClaimEvent::GivenUp(_) => return Vec::new(),
        };
        vec![write]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;
    use kernel::reservation::Take;

    const NOW: Timestamp = Timestamp::from_micros(0);

    #[test]
    fn a_handle_that_was_left_leads_on_until_another_product_takes_it() {
        let (mug, cup) = (ProductId::new(), ProductId::new());
        let taken = || Taken { product: mug, former: false }.into();
        let left = || Left { product: mug, handle: "mug".into() }.into();
        assert_eq!(given::<Claim>([taken()]).when(&Leave { handle: "mug" }, NOW), Ok(vec![left()]));
        let claim = given::<Claim>([taken(), left()]);
        assert_eq!(claim.when(&Leave { handle: "mug" }, NOW), Ok(vec![]));
        for product in [mug, cup] {
            let again = claim.when(&Take { by: product, or: |_| "it leads on to another" }, NOW);
            assert_eq!(again, Ok(vec![Taken { product, former: true }.into()]));
        }
    }

    #[test]
    fn a_sku_and_a_handle_of_the_same_name_do_not_collide() {
        assert_ne!(ClaimedName::Sku("a").id(), ClaimedName::Handle("a").id());
    }
}
