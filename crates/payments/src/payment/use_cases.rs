//! The units of work of payments.

use kernel::{Decide, Problem, SubjectId};
use serde_json::json;
use store::{Desk, Reply, Work};
use uuid::Uuid;

use crate::payment::attempt::Attempt;
use crate::payment::open_payment::{self, Close, Open, OpenPayment};
use crate::payment::state::Payment;
use crate::{PaymentId, Refusal};

/// Whose payment of what it is: everything that a work must name.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    pub payment: PaymentId,
    pub order: Uuid,
    pub payer: SubjectId,
}

/// Claims the order and asks for its money. `seen` is the version of the order's open payment by which the amount was computed.
pub fn attempt(attempt: Attempt, seen: i64) -> Work {
    let (id, order, payer) = (attempt.id, attempt.order, attempt.payer);
    Work::over::<Payment>([id]).and::<OpenPayment>([open_payment::id(order)]).about([payer]).decide(
        move |desk| {
            if desk.is_erased(payer) {
                return Err(Refusal::PersonErased.into());
            }
            if desk.version::<OpenPayment>(open_payment::id(order)) != seen {
                return Err(Refusal::Contended.into());
            }
            desk.ask::<OpenPayment, _>(open_payment::id(order), &Open(id))?;
            desk.ask::<Payment, _>(id, &attempt)?;
            let stands = stands(desk, id, order)?;
            Ok(Reply { status: 201, ..stands }.location(format!("/api/v1/payments/{id}")))
        },
    )
}

/// Puts a command to a payment that is there.
pub fn ask<C>(subject: Subject, seen: Option<i64>, command: C) -> Work
where
    Payment: Decide<C, Refusal = Refusal>,
    C: Send + Sync + 'static,
{
    let Subject { payment, order, payer } = subject;
    Work::over::<Payment>([payment]).and::<OpenPayment>([open_payment::id(order)]).about([payer]).decide(
        move |desk| {
            desk.get::<Payment>(payment)?;
            desk.expect_version::<Payment>(payment, seen)?;
            desk.ask::<Payment, _>(payment, &command)?;
            stands(desk, payment, order)
        },
    )
}

/// An order whose payment takes in nothing more can be paid by another.
fn stands(desk: &mut Desk<'_>, id: PaymentId, order: Uuid) -> Result<Reply, Problem> {
    let standing = desk.get::<Payment>(id)?.standing();
    if !standing.open {
        desk.ask::<OpenPayment, _>(open_payment::id(order), &Close(id))?;
    }
    let version = desk.version::<Payment>(id);
    let body = json!({ "id": id, "status": standing.status, "version": version });
    Ok(Reply::json(200, &body).version(version))
}
