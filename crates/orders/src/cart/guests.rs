//! What somebody said before they signed in is theirs afterwards, under their own key; under the guest's it can go. So can
//! what a shop said of somebody in a draft that it took back.

use kernel::{Actor, CorrelationId, Event, Problem};
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber, Wants};
use store::{Asked, Tenant};

use super::CartEvent;

/// Erases guests who have become customers or nobody, so that nothing is left of them that no erasure would find.
pub struct Guests;

impl Subscriber for Guests {
    fn name(&self) -> &'static str {
        "orders.guests"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&["cart.claimed", "cart.merged", "cart.drafted", "cart.withdrawn"])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            let happened = CartEvent::decode(&event.kind, event.schema, &event.data);
            let guest = match happened.map_err(|_| Problem::bug())? {
                CartEvent::Claimed(claimed) => claimed.guest,
                CartEvent::Merged(merged) => merged.guest,
                CartEvent::Drafted(drafted) => drafted.guest,
                CartEvent::Withdrawn(withdrawn) => withdrawn.guest,
                _ => None,
            };
            if let Some(guest) = guest {
                let asked = Asked::by(Actor::system(), CorrelationId::new(), tenant.cell().now());
                tenant.erase(guest, asked).await?;
            }
            Ok(Effect::Done)
        })
    }
}
