//! What orders and payments need to know of each other.

use std::borrow::Cow;

use edge::published::published;
use futures_util::future::BoxFuture;
use kernel::{Arg, Fault, Problem, SubjectId, Word};
use orders::cart::queries::CartState;
use orders::fulfilment::use_cases::{MovedMoney, note_money};
use orders::queries::SummaryReading;
use orders::unpaid::Transfers;
use orders::{CartId, OrderId, Status};
use payments::payment::queries::MovedReading;
use payments::public::PaymentTold;
use payments::{Bill, BillReading, Bills};
use store::log::Recorded;
use store::problems::CONTENDED;
use store::relay::{Effect, Handled, Subscriber, Wants};
use store::{Failure, Reading, Row, Tenant, Work};
use uuid::Uuid;

/// Owed is the order's total without what has come in for it and stayed; nothing, once it is cancelled.
pub struct OrdersBills;

impl Bills for OrdersBills {
    fn reading(&self, order: Uuid) -> Box<dyn BillReading> {
        let (summary, moved) = (SummaryReading::new(OrderId(order)), MovedReading::new(order));
        Box::new(OrderBill { order, summary, moved })
    }

    fn is_theirs<'a>(
        &'a self,
        tenant: &'a Tenant,
        order: Uuid,
        customer: Uuid,
    ) -> BoxFuture<'a, Result<bool, Problem>> {
        Box::pin(async move {
            let mut reading = SummaryReading::new(OrderId(order));
            tenant.read_together(&mut [&mut reading]).await?;
            match reading.summary(Some(customer)) {
                Ok(_) => Ok(true),
                Err(problem) if problem.fault == Fault::NotFound => Ok(false),
                Err(problem) => Err(problem),
            }
        })
    }

    fn still(&self, bill: &Bill) -> Work {
        orders::fulfilment::use_cases::still(OrderId(bill.order), bill.version)
    }

    fn pays_back<'a>(&'a self, tenant: &'a Tenant, order: Uuid) -> BoxFuture<'a, Result<bool, Problem>> {
        Box::pin(async move { Ok(orders::rules::queries::pays_back(tenant, OrderId(order)).await?) })
    }

    fn ordered<'a>(
        &'a self,
        tenant: &'a Tenant,
        cart: Uuid,
        own: Option<Uuid>,
    ) -> BoxFuture<'a, Result<Uuid, Problem>> {
        Box::pin(async move {
            let cart = orders::cart::queries::cart(tenant, CartId(cart), own).await?;
            let order = cart.leads_to.filter(|_| cart.state == CartState::Ordered);
            order.ok_or_else(|| Problem::not_found("order"))
        })
    }
}

/// What an order costs, and what payments moved for it.
struct OrderBill {
    order: Uuid,
    summary: SummaryReading,
    moved: MovedReading,
}

impl Reading for OrderBill {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        [self.summary.statements(), self.moved.statements()].concat()
    }

    fn take(&mut self, statement: usize, row: &Row<'_>) -> Result<(), Failure> {
        match statement {
            0 => self.summary.take(0, row),
            _ => self.moved.take(0, row),
        }
    }
}

impl BillReading for OrderBill {
    fn bill(self: Box<Self>, own: Option<Uuid>) -> Result<Bill, Problem> {
        let Self { order, summary, moved } = *self;
        let summary = summary.summary(own)?;
        let (paid, refunded) = (moved.moved.paid, moved.moved.back);
        // What was refunded may be goodwill: the order says so as soon as it has heard of it.
        if (paid, refunded) != (summary.paid, summary.refunded) && refunded > 0 {
            let detail =
                "The order is hearing of its money just now, so nothing was paid. Try again in a moment.";
            return Err(CONTENDED.says(detail).after(1));
        }
        let cancelled = summary.status == Status::Cancelled.as_str();
        Ok(Bill {
            order,
            amount_owed: if cancelled { 0 } else { summary.total - paid + refunded },
            currency: summary.currency.parse().map_err(|_| Problem::bug())?,
            payer: SubjectId(summary.customer.subject),
            description: match summary.number {
                Some(number) => format!("Order {number}"),
                None => format!("Order {order}"),
            },
            kept_until: summary.held_until,
            version: summary.version,
        })
    }
}

/// Says of which orders nobody has paid anything.
pub struct UntouchedOrders;

impl orders::unpaid::Payments for UntouchedOrders {
    fn untouched<'a>(
        &'a self,
        tenant: &'a Tenant,
        order: Uuid,
        transfers: Transfers,
    ) -> BoxFuture<'a, Result<Option<Work>, Problem>> {
        Box::pin(payments::unpaid_orders::untouched(tenant, order, transfers == Transfers::Late))
    }

    fn at_once<'a>(&'a self, tenant: &'a Tenant) -> BoxFuture<'a, Result<bool, Problem>> {
        Box::pin(payments::unpaid_orders::at_once(tenant))
    }
}

/// Tells orders what has come in for them.
pub struct Paid;

impl Subscriber for Paid {
    fn name(&self) -> &'static str {
        "orders.paid"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&["payment.captured", "payment.refunded", "payment.dispute_lost"])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let (order, moved) = match published::<PaymentTold>(&recorded.event)? {
                Some(PaymentTold::Captured(captured)) => {
                    (captured.order_id, MovedMoney::Paid(captured.amount))
                }
                Some(PaymentTold::Refunded(refunded)) => {
                    (refunded.order_id, MovedMoney::Refunded(refunded.amount))
                }
                Some(PaymentTold::DisputeLost(lost)) => (lost.order_id, MovedMoney::TakenBack(lost.amount)),
                _ => return Ok(Effect::Done),
            };
            Ok(Effect::Work(note_money(tenant, OrderId(order), moved).await?))
        })
    }
}
