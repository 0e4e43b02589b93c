//! Who ordered without an account. Each order has a guest of its own, whom the order names; whose record they belong to is
//! a stream for each, so that a guest is met once and no record grows with the orders that are placed under its address.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{CustomerId, Refusal};

/// The namespace in which the ids of these streams are made from the ids of guests.
const GUESTS: Uuid = Uuid::from_u128(0x1be6_77d0_88f1_4a3c_9e02_6e57_0e5e_c0de);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    customer: Option<CustomerId>,
}

kernel::events! {
    pub enum GuestEvent {
        Met(Met) = ("customer.guest_met", 1),
    }
}

/// This guest is this customer, as far as the address under which they ordered says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    pub customer: CustomerId,
    pub guest: CustomerId,
}

impl Aggregate for Guest {
    const KIND: &'static str = "customer_guest";
    type Event = GuestEvent;

    fn apply(&mut self, event: &GuestEvent) {
        let GuestEvent::Met(met) = event;
        self.customer = Some(met.customer);
    }
}

impl Guest {
    pub fn stream(guest: CustomerId) -> Uuid {
        Uuid::new_v5(&GUESTS, guest.uuid().as_bytes())
    }
}

pub struct Meet {
    pub customer: CustomerId,
    pub guest: CustomerId,
}

impl Decide<Meet> for Guest {
    type Refusal = Refusal;

    /// Whoever ordered twice as the same guest is still the one whom they were the first time.
    fn decide(&self, meet: &Meet, _: Timestamp) -> Result<Vec<GuestEvent>, Refusal> {
        let Meet { customer, guest } = *meet;
        Ok(if self.customer.is_some() { Vec::new() } else { vec![Met { customer, guest }.into()] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    #[test]
    fn a_guest_is_met_once() {
        let (customer, guest, now) = (CustomerId::new(), CustomerId::new(), Timestamp::from_micros(0));
        let known = given::<Guest>([Met { customer, guest }.into()]);
        assert_eq!(known.when(&Meet { customer: CustomerId::new(), guest }, now), Ok(vec![]));
    }
}
