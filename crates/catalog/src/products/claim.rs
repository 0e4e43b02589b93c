//! The claim on a SKU or a handle. Each has a stream of its own, so that "taken" is a decision and not a database error.

use kernel::{Aggregate, Decide, Envelope, Projector, Timestamp, Write, args};
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

pub struct Take<'a> {
    pub what: ClaimedName<'a>,
    pub product: ProductId,
}

pub struct GiveUp;

pub struct Leave<'a> {
    pub handle: &'a str,
}

impl Decide<Take<'_>> for Claim {
    type Refusal = Refusal;

    fn decide(&self, command: &Take<'_>, _now: Timestamp) -> Result<Vec<ClaimEvent>, Refusal> {
        let former = self.former;
        match (self.holder, command.what) {
            (None, _) => Ok(vec![Taken { product: command.product, former }.into()]),
            (Some(_), _) if former => Ok(vec![Taken { product: command.product, former }.into()]),
            (Some(holder), _) if holder == command.product => Ok(Vec::new()),
            (Some(_), ClaimedName::Sku(sku)) => Err(Refusal::SkuTaken { sku: sku.to_owned() }),
            (Some(_), ClaimedName::Handle(handle)) => Err(Refusal::HandleTaken { handle: handle.to_owned() }),
        }
    }
}

impl Decide<GiveUp> for Claim {
    type Refusal = Refusal;

    fn decide(&self, _: &GiveUp, _now: Timestamp) -> Result<Vec<ClaimEvent>, Refusal> {
        Ok(self.holder.map(|_| GivenUp {}.into()).into_iter().collect())
    }
}

impl Decide<Leave<'_>> for Claim {
    type Refusal = Refusal;

    fn decide(&self, command: &Leave<'_>, _now: Timestamp) -> Result<Vec<ClaimEvent>, Refusal> {
        let held = self.holder.filter(|_| !self.former);
        let left = held.map(|product| Left { product, handle: command.handle.to_owned() }.into());
        Ok(left.into_iter().collect())
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

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn taken(product: ProductId) -> ClaimEvent {
        Taken { product, former: false }.into()
    }

    #[test]
    fn a_handle_that_was_left_leads_on_until_another_product_takes_it() {
        let (mug, cup) = (ProductId::new(), ProductId::new());
        let what = ClaimedName::Handle("mug");
        let left = given::<Claim>([taken(mug)]).when(&Leave { handle: "mug" }, NOW).unwrap();
        assert_eq!(left, [Left { product: mug, handle: "mug".into() }.into()]);
        let claim = given::<Claim>([taken(mug), left[0].clone()]);
        assert_eq!(claim.when(&Leave { handle: "mug" }, NOW).unwrap(), []);
        for product in [mug, cup] {
            let again = claim.when(&Take { what, product }, NOW).unwrap();
            assert_eq!(again, [Taken { product, former: true }.into()]);
        }
    }

    #[test]
    fn refuses_a_sku_that_another_product_has() {
        let claim = given::<Claim>([taken(ProductId::new())]);
        let refusal =
            claim.when(&Take { what: ClaimedName::Sku("A-1"), product: ProductId::new() }, NOW).unwrap_err();
        assert_eq!(refusal, Refusal::SkuTaken { sku: "A-1".into() });
    }

    #[test]
    fn a_sku_that_was_given_up_can_be_taken_again() {
        let claim = given::<Claim>([taken(ProductId::new()), GivenUp {}.into()]);
        assert_eq!(
            claim
                .when(&Take { what: ClaimedName::Sku("A-1"), product: ProductId::new() }, NOW)
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn a_sku_and_a_handle_of_the_same_name_do_not_collide() {
        assert_ne!(ClaimedName::Sku("a").id(), ClaimedName::Handle("a").id());
    }
}
