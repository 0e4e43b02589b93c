//! Whose orders of guests turned out to be.

use edge::published::{About, Example};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::claim::ClaimEvent;

edge::published! {
    /// Whose an order of a guest turned out to be.
    pub enum ClaimTold of ClaimEvent, on OrderEvents {
        /// What was ordered as a guest is a customer's from then on.
        Claimed(OrderClaimed) = ("order.claimed", 1),
    } = of_claim;
}

/// An address of the guest's was shown to be the customer's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderClaimed {
    pub order_id: Uuid,
    pub customer_id: Uuid,
    /// By what the order named them before.
    pub guest_id: Uuid,
}

fn of_claim(event: &ClaimEvent, _: &About) -> Option<ClaimTold> {
    let ClaimEvent::Claimed(claimed) = event;
    Some(ClaimTold::Claimed(OrderClaimed {
        order_id: claimed.order.uuid(),
        customer_id: claimed.customer.uuid(),
        guest_id: claimed.guest.uuid(),
    }))
}

impl Example for OrderClaimed {
    fn example() -> Self {
        Self {
            order_id: uuid!("01934b2e-7c41-7a05-9d3f-5f2c8e6a1b10"),
            customer_id: uuid!("01934a00-1f2e-7c3d-8b4a-2e5f7a9c1d54"),
            guest_id: uuid!("01934a00-4b7d-7e55-9c31-6d2f8e0b3a76"),
        }
    }
}
