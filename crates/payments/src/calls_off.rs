//! Calls off what nobody is to pay any more: an order that was cancelled, or costs less, while its payer was on the way,
//! and a challenge that a payer has left for good. What has come in goes back by [`crate::pays_back`].

use kernel::{Event, Problem, Word};
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber, Wants};
use store::{Tenant, Work};

use crate::cashier::{self, Cashier};
use crate::payment::event::PaymentEvent;
use crate::payment::queries::PaymentSummary;
use crate::payment::request::Void;
use crate::status::Status;
use crate::{PaymentId, payment, providers};

/// What makes an order cost less, as orders call it.
const CHEAPER: [&str; 3] = ["order.cancelled", "order.edited", "order.credited"];

pub struct CallsOff(pub Cashier);

impl Subscriber for CallsOff {
    fn name(&self) -> &'static str {
        "payments.calls_off"
    }

    fn wants(&self) -> Wants {
        // An order may change while a provider is asked, so what comes of that is looked at, too.
        const KINDS: [&str; 6] = {
            let [cancelled, edited, credited] = CHEAPER;
            [cancelled, edited, credited, "payment.challenged", "payment.authorised", "payment.put_off"]
        };
        Wants::Kinds(&KINDS)
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            let (payment, forgotten) = if CHEAPER.contains(&&*event.kind) {
                (payment::queries::tab(tenant, event.stream_id).await?.1, false)
            } else {
                let told = PaymentEvent::decode(&event.kind, event.schema, &event.data);
                let forgotten = match told.map_err(|_| Problem::bug())? {
                    // Nobody asks any more, so nobody would hear of it.
                    PaymentEvent::PutOff(put_off) if put_off.ask_at.is_none() => true,
                    PaymentEvent::PutOff(_) => return Ok(Effect::Done),
                    _ => false,
                };
                (Some(PaymentId(event.stream_id)), forgotten)
            };
            let Some(payment) = payment else { return Ok(Effect::Done) };
            let summary = payment::queries::summary_of(tenant, payment).await?;
            let over = match Status::named(&summary.status) {
                Some(Status::Challenged) => forgotten || self.owed(tenant, &summary).await? < summary.amount,
                Some(Status::Authorised | Status::PartiallyCaptured) => {
                    self.owed(tenant, &summary).await? <= 0
                }
                _ => false,
            };
            if over { Ok(Effect::Work(call_off(tenant, &summary).await?)) } else { Ok(Effect::Done) }
        })
    }
}

impl CallsOff {
    async fn owed(&self, tenant: &Tenant, payment: &PaymentSummary) -> Result<i64, Problem> {
        let mut bill = self.0.bills().reading(payment.order_id);
        tenant.read_together(&mut [&mut *bill]).await?;
        Ok(bill.bill(None)?.amount_owed)
    }
}

async fn call_off(tenant: &Tenant, payment: &PaymentSummary) -> Result<Work, Problem> {
    let provider =
        providers::queries::provider(tenant, payment.provider_id).await?.ok_or_else(Problem::bug)?;
    let within = provider.view.definition.patience();
    Ok(payment::use_cases::ask(cashier::subject(payment), None, Void { id: payment.id, within }))
}
