//! The right of a customer to what they ordered as a guest, under an address that was shown to be theirs.
//!
//! It is a stream of its own beside the order's. Whoever reads the order as that guest sees neither another version nor
//! another id: nobody learns by ordering under somebody's address that there is an account. The order's personal data stays
//! sealed as the guest's, and goes when either of the two is erased.

use kernel::{Aggregate, Decide, Envelope, Projector, SubjectId, Timestamp, Write, args};
use serde::{Deserialize, Serialize};
use store::{Reply, Work};
use uuid::Uuid;

use crate::{OrderId, Refusal};

/// The namespace in which the id of a claim is made from the order's.
const CLAIMS: Uuid = Uuid::from_u128(0x6d0e_91c4_27fa_4b0d_8c31_5a8e_0d77_c1a1);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    customer: Option<SubjectId>,
}

kernel::events! {
    pub enum ClaimEvent {
        Claimed(Claimed) = ("order.claimed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    pub order: OrderId,
    pub customer: SubjectId,
    pub guest: SubjectId,
    pub at: Timestamp,
}

impl Aggregate for Claim {
    const KIND: &'static str = "order_claim";
    type Event = ClaimEvent;

    fn apply(&mut self, event: &ClaimEvent) {
        let ClaimEvent::Claimed(claimed) = event;
        self.customer = Some(claimed.customer);
    }
}

struct Make {
    order: OrderId,
    customer: SubjectId,
    guest: SubjectId,
}

impl Decide<Make> for Claim {
    type Refusal = Refusal;

    /// Whoever came first keeps it.
    fn decide(&self, make: &Make, now: Timestamp) -> Result<Vec<ClaimEvent>, Refusal> {
        let Make { order, customer, guest } = *make;
        let claimed = Claimed { order, customer, guest, at: now };
        Ok(if self.customer.is_some() { Vec::new() } else { vec![claimed.into()] })
    }
}

impl Projector for Claim {
    fn project(event: &Envelope<&ClaimEvent>) -> Vec<Write> {
        let ClaimEvent::Claimed(claimed) = event.data;
        vec![Write::one(
            "update orders set customer_id = $2, guest_id = $3 where id = $1 and guest_id is null",
            args![claimed.order, claimed.customer, claimed.guest],
        )]
    }
}

/// Gives orders of guests, each with its guest, to a customer.
pub fn claim(orders: Vec<(OrderId, SubjectId)>, customer: SubjectId) -> Work {
    let streams = orders.iter().map(|(order, _)| id(*order));
    let people = orders.iter().map(|(_, guest)| *guest).chain([customer]);
    Work::over::<Claim>(streams).about(people).decide(move |desk| {
        for (order, guest) in &orders {
            if !desk.is_erased(customer) && !desk.is_erased(*guest) {
                desk.ask::<Claim, _>(id(*order), &Make { order: *order, customer, guest: *guest })?;
            }
        }
        Ok(Reply::default())
    })
}

fn id(order: OrderId) -> Uuid {
    Uuid::new_v5(&CLAIMS, order.uuid().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    #[test]
    fn what_was_claimed_is_nobody_elses_any_more() {
        let (order, guest, now) = (OrderId::new(), SubjectId::new(), Timestamp::from_micros(0));
        let (ada, bob) = (SubjectId::new(), SubjectId::new());
        let claimed = given::<Claim>([Claimed { order, customer: ada, guest, at: now }.into()]);
        for customer in [ada, bob] {
            assert_eq!(claimed.when(&Make { order, customer, guest }, now), Ok(vec![]));
        }
    }
}
