//! What payments tell everybody else. Each says how much moved, and how the payment stands after it.

use edge::published::{About, Example};
use kernel::Money;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::payment::event::PaymentEvent;
use crate::payment::pending::Request;
use crate::payment::standing::Standing;
use crate::status::Status;

edge::published! {
    /// What became of a payment.
    pub enum PaymentTold of PaymentEvent, on PaymentEvents {
        /// The payer has to show who they are, or pays on the provider's page.
        Challenged(PaymentStands) = ("payment.challenged", 1),
        /// The provider said no.
        Declined(PaymentDeclined) = ("payment.declined", 1),
        /// The provider holds the money.
        Authorised(PaymentMoved) = ("payment.authorised", 1),
        /// Money came in.
        Captured(PaymentMoved) = ("payment.captured", 1),
        /// Money went back.
        Refunded(PaymentMoved) = ("payment.refunded", 1),
        /// A payment was voided: what was held is free again.
        Voided(PaymentStands) = ("payment.voided", 1),
        /// The provider does not capture, give up or refund.
        Refused(PaymentRefused) = ("payment.refused", 1),
        /// The payer's bank claims money back.
        Disputed(PaymentDisputed) = ("payment.disputed", 1),
        /// The shop keeps what the payer's bank claimed.
        DisputeWon(PaymentStands) = ("payment.dispute_won", 1),
        /// The payer's bank took money back.
        DisputeLost(PaymentMoved) = ("payment.dispute_lost", 1),
    } = of_payment;
}

/// How a payment stands, in minor units of its order's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaymentStanding {
    #[schema(inline)]
    pub status: Status,
    pub authorised: i64,
    pub captured: i64,
    pub refunded: i64,
    /// What disputes took back.
    pub lost: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PaymentStands {
    pub payment_id: Uuid,
    pub order_id: Uuid,
    pub standing: PaymentStanding,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PaymentMoved {
    pub payment_id: Uuid,
    pub order_id: Uuid,
    /// How much moved, in minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub amount: i64,
    pub currency: String,
    pub standing: PaymentStanding,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PaymentDeclined {
    pub payment_id: Uuid,
    pub order_id: Uuid,
    /// The provider's own word for why.
    pub code: String,
    pub standing: PaymentStanding,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PaymentRefused {
    pub payment_id: Uuid,
    pub order_id: Uuid,
    /// What it was asked for.
    #[schema(inline)]
    pub request: Request,
    /// The provider's own word for why.
    pub code: String,
    pub standing: PaymentStanding,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PaymentDisputed {
    pub payment_id: Uuid,
    pub order_id: Uuid,
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub amount: i64,
    pub currency: String,
    /// The bank's own word for why.
    pub reason: String,
    pub standing: PaymentStanding,
}

fn of_payment(event: &PaymentEvent, about: &About) -> Option<PaymentTold> {
    let (payment_id, order_id) = (about.id, event.order());
    let standing = PaymentStanding::of(event.after());
    let stands = PaymentStands { payment_id, order_id, standing };
    let moved = |money: Money| PaymentMoved {
        payment_id,
        order_id,
        amount: money.amount,
        currency: money.currency.code().to_owned(),
        standing,
    };
    Some(match event {
        PaymentEvent::Attempted(_) | PaymentEvent::Requested(_) | PaymentEvent::PutOff(_) => return None,
        PaymentEvent::Challenged(_) => PaymentTold::Challenged(stands),
        PaymentEvent::Declined(declined) => PaymentTold::Declined(PaymentDeclined {
            payment_id,
            order_id,
            code: declined.code.clone(),
            standing,
        }),
        PaymentEvent::Authorised(authorised) => PaymentTold::Authorised(moved(authorised.amount)),
        PaymentEvent::Captured(captured) => PaymentTold::Captured(moved(captured.amount)),
        PaymentEvent::Refunded(refunded) => PaymentTold::Refunded(moved(refunded.amount)),
        PaymentEvent::Voided(_) => PaymentTold::Voided(stands),
        PaymentEvent::Refused(refused) => PaymentTold::Refused(PaymentRefused {
            payment_id,
            order_id,
            request: refused.request,
            code: refused.code.clone(),
            standing,
        }),
        PaymentEvent::Disputed(disputed) => PaymentTold::Disputed(PaymentDisputed {
            payment_id,
            order_id,
            amount: disputed.amount.amount,
            currency: disputed.amount.currency.code().to_owned(),
            reason: disputed.reason.clone(),
            standing,
        }),
        PaymentEvent::DisputeWon(_) => PaymentTold::DisputeWon(stands),
        PaymentEvent::DisputeLost(lost) => PaymentTold::DisputeLost(moved(lost.amount)),
    })
}

impl PaymentStanding {
    fn of(standing: &Standing) -> Self {
        let Standing { status, authorised, captured, refunded, lost, .. } = *standing;
        Self { status, authorised, captured, refunded, lost }
    }
}

const PAYMENT: Uuid = uuid!("01934b30-2a6f-7e10-8b5c-7d9e1f3a5b20");
const ORDER: Uuid = uuid!("01934b2e-7c41-7a05-9d3f-5f2c8e6a1b10");

impl Example for PaymentStanding {
    fn example() -> Self {
        Self { status: Status::Captured, authorised: 3390, captured: 3390, refunded: 0, lost: 0 }
    }
}

/// Before anything came in.
fn nothing_yet(status: Status) -> PaymentStanding {
    PaymentStanding { status, authorised: 0, captured: 0, refunded: 0, lost: 0 }
}

impl Example for PaymentStands {
    fn example() -> Self {
        Self { payment_id: PAYMENT, order_id: ORDER, standing: nothing_yet(Status::Challenged) }
    }
}

impl Example for PaymentMoved {
    fn example() -> Self {
        let (amount, currency) = (3390, "EUR".to_owned());
        Self { payment_id: PAYMENT, order_id: ORDER, amount, currency, standing: PaymentStanding::example() }
    }
}

impl Example for PaymentDeclined {
    fn example() -> Self {
        let (code, standing) = ("insufficient_funds".to_owned(), nothing_yet(Status::Declined));
        Self { payment_id: PAYMENT, order_id: ORDER, code, standing }
    }
}

impl Example for PaymentRefused {
    fn example() -> Self {
        let (code, standing) = ("charge_already_refunded".to_owned(), PaymentStanding::example());
        Self { payment_id: PAYMENT, order_id: ORDER, request: Request::Refund, code, standing }
    }
}

impl Example for PaymentDisputed {
    fn example() -> Self {
        let standing = PaymentStanding { status: Status::Disputed, ..PaymentStanding::example() };
        Self {
            payment_id: PAYMENT,
            order_id: ORDER,
            amount: 3390,
            currency: "EUR".into(),
            reason: "product_not_received".into(),
            standing,
        }
    }
}
