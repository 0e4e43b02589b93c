//! The right to an e-mail address among the accounts of one audience: a stream of its own, so that of two who want the same
//! address at once only one gets it.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AccountId, Refusal};

/// The namespace of the ids of addresses.
const CLAIMS: Uuid = Uuid::from_u128(0x1f0c_7e0a_5b38_4f6d_8a52_9d3c_0b7e_adde);

/// The stream of an address. The index is blind, so the id tells nobody the address.
pub fn id(audience: &str, email_index: Uuid) -> Uuid {
    Uuid::new_v5(&CLAIMS, format!("{audience}:{email_index}").as_bytes())
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    holder: Option<AccountId>,
}

kernel::events! {
    pub enum AddressEvent {
        Taken(Taken) = ("account_address.taken", 1),
        GivenUp(GivenUp) = ("account_address.given_up", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub holder: AccountId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUp {}

impl Aggregate for Address {
    const KIND: &'static str = "account_address";
    type Event = AddressEvent;

    fn apply(&mut self, event: &AddressEvent) {
        self.holder = match event {
            AddressEvent::Taken(taken) => Some(taken.holder),
            AddressEvent::GivenUp(_) => None,
        };
    }
}

pub struct Take(pub AccountId);

pub struct GiveUp;

impl Decide<Take> for Address {
    type Refusal = Refusal;

    fn decide(&self, take: &Take, _: Timestamp) -> Result<Vec<AddressEvent>, Refusal> {
        match self.holder {
            None => Ok(vec![Taken { holder: take.0 }.into()]),
            Some(holder) if holder == take.0 => Ok(Vec::new()),
            Some(_) => Err(Refusal::AddressTaken),
        }
    }
}

impl Decide<GiveUp> for Address {
    type Refusal = Refusal;

    fn decide(&self, _: &GiveUp, _: Timestamp) -> Result<Vec<AddressEvent>, Refusal> {
        Ok(self.holder.map(|_| GivenUp {}.into()).into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    #[test]
    fn an_address_belongs_to_one_account_until_it_is_given_up() {
        let (ada, bob) = (AccountId::new(), AccountId::new());
        let taken = given::<Address>([Taken { holder: ada }.into()]);
        assert_eq!(taken.when(&Take(bob), NOW).unwrap_err(), Refusal::AddressTaken);
        assert!(taken.when(&Take(ada), NOW).unwrap().is_empty());
        let free = given::<Address>([Taken { holder: ada }.into(), GivenUp {}.into()]);
        assert_eq!(free.when(&Take(bob), NOW).unwrap().len(), 1);
    }

    #[test]
    fn the_same_address_is_free_for_each_audience() {
        assert_ne!(id("staff", Uuid::nil()), id("customer", Uuid::nil()));
    }
}
