//! What an order costs, for whoever takes payments.

use futures_util::future::BoxFuture;
use kernel::{Event, Problem, SubjectId};
use orders::{CartId, OrderId, Status};
use payments::{Bill, Bills, PaymentEvent};
use store::Tenant;
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber};
use uuid::Uuid;

/// Owed is the order's total without what has come in for it; nothing, once it is cancelled.
pub struct OrdersBills;

impl Bills for OrdersBills {
    fn bill<'a>(
        &'a self,
        tenant: &'a Tenant,
        order: Uuid,
        own: Option<Uuid>,
    ) -> BoxFuture<'a, Result<Bill, Problem>> {
        Box::pin(async move {
            let summary = orders::queries::order_of(tenant, OrderId(order), own).await?.summary;
            let captured = payments::queries::captured_for(tenant, order).await?;
            let cancelled = summary.status == Status::Cancelled.as_str();
            Ok(Bill {
                order,
                amount_owed: if cancelled { 0 } else { summary.total - captured },
                currency: summary.currency.parse().map_err(|_| Problem::bug())?,
                payer: SubjectId(summary.customer.id),
                description: match summary.number {
                    Some(number) => format!("Order {number}"),
                    None => format!("Order {order}"),
                },
            })
        })
    }

    fn ordered<'a>(
        &'a self,
        tenant: &'a Tenant,
        cart: Uuid,
        own: Option<Uuid>,
    ) -> BoxFuture<'a, Result<Uuid, Problem>> {
        Box::pin(async move {
            let cart = orders::cart::queries::cart(tenant, CartId(cart), own).await?;
            let order = cart.leads_to.filter(|_| cart.state == "ordered");
            order.ok_or_else(|| Problem::not_found("order"))
        })
    }
}

/// Tells orders what has come in for them.
pub struct Paid;

impl Subscriber for Paid {
    fn name(&self) -> &'static str {
        "orders.paid"
    }

    fn wants(&self, kind: &str) -> bool {
        ["payment.captured", "payment.refunded", "payment.dispute_lost"].contains(&kind)
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            let paid = PaymentEvent::decode(&event.kind, event.schema, &event.data);
            let order = paid.map_err(|_| Problem::bug())?.order();
            let (paid, refunded) = payments::queries::moved_for(tenant, order).await?;
            let order = orders::queries::order(tenant, OrderId(order)).await?;
            Ok(Effect::Work(orders::after_works::note_money(&order, paid, refunded)))
        })
    }
}
