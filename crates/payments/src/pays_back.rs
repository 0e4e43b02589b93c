//! Pays back what came in for an order that was cancelled, in a shop that says so.
//!
//! It is asked back from whoever took it, one request of a payment at a time, so each answer is a reason to look again:
//! also at what came in after the order was cancelled. What came by hand goes back by hand, and what a provider refuses
//! is for people to look at.

use std::time::Duration;

use kernel::{Decide, Event, Personal, Problem, Timestamp};
use store::Work;
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber, Wants};
use uuid::Uuid;

use crate::cashier::{self, Cashier};
use crate::payment::event::{PaymentEvent, Requested};
use crate::payment::pending::Request;
use crate::payment::queries::{Listed, PaymentSummary};
use crate::payment::state::Payment;
use crate::{PaymentId, Refusal, payment};

/// An order has had so many tries at the most.
const MOST: usize = 500;

/// As orders call it.
const CANCELLED: &str = "order.cancelled";

pub struct PaysBack(pub Cashier);

impl Subscriber for PaysBack {
    fn name(&self) -> &'static str {
        "payments.pays_back"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&[
            CANCELLED,
            "payment.captured",
            "payment.refunded",
            "payment.voided",
            "payment.refused",
            "payment.dispute_won",
            "payment.dispute_lost",
        ])
    }

    fn handle<'a>(&'a self, tenant: &'a store::Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            let (order, which, void_refused) = if event.kind == CANCELLED {
                (event.stream_id, None, false)
            } else {
                let told = PaymentEvent::decode(&event.kind, event.schema, &event.data);
                let told = told.map_err(|_| Problem::bug())?;
                let void_refused = match &told {
                    // Asked again, the answer would be the same.
                    PaymentEvent::Refused(refused) if refused.request == Request::Refund => {
                        return Ok(Effect::Done);
                    }
                    PaymentEvent::Refunded(refunded) if refunded.amount.amount == 0 => {
                        return Ok(Effect::Done);
                    }
                    PaymentEvent::Refused(refused) => refused.request == Request::Void,
                    _ => false,
                };
                (told.order(), Some(PaymentId(event.stream_id)), void_refused)
            };
            if !self.0.bills().pays_back(tenant, order).await? {
                return Ok(Effect::Done);
            }
            let paid: Vec<PaymentSummary> = match which {
                Some(payment) => vec![payment::queries::summary_of(tenant, payment).await?],
                None => {
                    let listed = Listed { order_id: Some(order), ..Listed::default() };
                    payment::queries::payments(tenant, &listed, Uuid::max(), MOST).await?
                }
            };
            let back = paid.iter().filter(|payment| payment.captured > 0 && !payment.by_hand);
            let works: Vec<Work> = back
                .map(|payment| {
                    let command = PayBack { id: payment.id, held_too: void_refused };
                    payment::use_cases::ask(cashier::subject(payment), None, command)
                })
                .collect();
            Ok(if works.is_empty() { Effect::Done } else { Effect::Work(Work::all(works)) })
        })
    }
}

/// Asks back all that is left, if nothing stands in the way.
#[derive(Debug, Clone)]
pub(crate) struct PayBack {
    pub(crate) id: PaymentId,
    /// Also while more is held: it could not be given up.
    pub(crate) held_too: bool,
}

impl Decide<PayBack> for Payment {
    type Refusal = Refusal;

    /// What stands in the way ends with an event, after which it is decided again. Nobody waits for the answer, so whoever
    /// asks after what has none asks at once.
    fn decide(&self, command: &PayBack, now: Timestamp) -> Result<Vec<PaymentEvent>, Refusal> {
        let Ok(billed) = self.billed() else { return Ok(Vec::new()) };
        let held = self.ended.is_none() && self.captured < self.authorised && !command.held_too;
        let waits = self.pending.is_some() || self.disputed() > 0 || held;
        let amount = self.refundable();
        if waits || self.by_hand || amount <= 0 {
            return Ok(Vec::new());
        }
        let (request, within) = (Request::Refund, Duration::ZERO);
        let reason = Some(Personal::new(billed.payer, "The order was cancelled".to_owned()));
        let new = crate::payment::request::New { request, id: command.id, amount, within, at: now };
        let requested = Requested { reason, ..self.requested(billed, new) };
        Ok(self.happened(vec![requested.into()]))
    }
}
