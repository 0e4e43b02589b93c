//! The units of work of payments.

use kernel::{Decide, Problem, SubjectId};
use serde_json::json;
use store::{Desk, Reply, Work};
use uuid::Uuid;

use crate::attempt::Attempt;
use crate::notice::{Heard, Receive, Received};
use crate::payment::Payment;
use crate::tab::{self, Close, Open, Tab};
use crate::{PaymentId, Refusal, notice};

/// Whose payment of what it is: everything that a work must name.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    pub payment: PaymentId,
    pub order: Uuid,
    pub payer: SubjectId,
}

/// Claims the order and asks for its money. `seen` is the version of the order's tab that the amount was reckoned by.
pub fn attempt(attempt: Attempt, seen: i64) -> Work {
    let (id, order, payer) = (attempt.id, attempt.order, attempt.payer);
    Work::over::<Payment>([id]).and::<Tab>([tab::id(order)]).about([payer]).decide(move |desk| {
        if desk.is_erased(payer) {
            return Err(Refusal::PersonErased.into());
        }
        if desk.version::<Tab>(tab::id(order)) != seen {
            return Err(Refusal::Contended.into());
        }
        desk.ask::<Tab, _>(tab::id(order), &Open(id))?;
        desk.ask::<Payment, _>(id, &attempt)?;
        let stands = stands(desk, id, order)?;
        Ok(Reply { status: 201, ..stands }.location(format!("/api/v1/payments/{id}")))
    })
}

/// Puts a command to a payment that is there.
pub fn ask<C>(subject: Subject, seen: Option<i64>, command: C) -> Work
where
    Payment: Decide<C, Refusal = Refusal>,
    C: Send + Sync + 'static,
{
    let Subject { payment, order, payer } = subject;
    Work::over::<Payment>([payment]).and::<Tab>([tab::id(order)]).about([payer]).decide(move |desk| {
        desk.get::<Payment>(payment)?;
        desk.expect_version::<Payment>(payment, seen)?;
        desk.ask::<Payment, _>(payment, &command)?;
        stands(desk, payment, order)
    })
}

/// Keeps what a provider told, once; and what it changes.
pub fn hear(received: Received, changes: Option<Work>) -> Work {
    let id = notice::id(received.provider, &received.event);
    let keep = Work::over::<Heard>([id]).decide(move |desk| {
        if desk.version::<Heard>(id) > 0 {
            return Err(HEARD_BEFORE.says("This was told before."));
        }
        desk.ask::<Heard, _>(id, &Receive(received.clone()))?;
        Ok(heard())
    });
    Work::all(std::iter::once(keep).chain(changes))
}

/// What a provider hears when it told something: that it was kept.
pub fn heard() -> Reply {
    Reply::json(200, &json!({ "received": true }))
}

kernel::problems! {
    Conflict HEARD_BEFORE "heard_before" "Heard before":
        "Nothing to do: what the provider told was told before, and is kept.",
}

/// An order whose payment takes in nothing more can be paid by another.
fn stands(desk: &mut Desk<'_>, id: PaymentId, order: Uuid) -> Result<Reply, Problem> {
    let standing = desk.get::<Payment>(id)?.standing();
    if !standing.open {
        desk.ask::<Tab, _>(tab::id(order), &Close(id))?;
    }
    let version = desk.version::<Payment>(id);
    let body = json!({ "id": id, "status": standing.status, "version": version });
    Ok(Reply::json(200, &body).version(version))
}
