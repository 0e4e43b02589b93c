//! Tells whether no money has come in for an order, and none is on its way.

use kernel::{Problem, Word, boxed};
use store::{Reply, Tenant, Work};
use uuid::Uuid;

use crate::payment::open_payment::{self, OpenPayment};
use crate::payment::queries::Listed;
use crate::payment::state::Payment;
use crate::providers::provider::ProviderKind;
use crate::status::Status;
use crate::{PaymentId, Refusal, payment, providers};

/// Whoever tried more often than this is not done trying.
const MOST: usize = 50;

/// A work that is refused, as `contended`, once a payment of the order begins or is tried again; none, when money has
/// come in, or may by what was begun: one that is asked for, unknown, challenged, held, or, unless it is late, expected by
/// hand.
#[boxed]
pub async fn untouched(tenant: &Tenant, order: Uuid, late: bool) -> Result<Option<Work>, Problem> {
    // The open payment first: a payment that begins after it was read changes it.
    let (seen, _) = payment::queries::tab(tenant, order).await?;
    let listed = Listed { order_id: Some(order), ..Listed::default() };
    let tried = payment::queries::payments(tenant, &listed, Uuid::max(), MOST).await?;
    let ended = move |status: &str| {
        let over = [Status::Declined, Status::Voided].iter().any(|end| end.as_str() == status);
        over || (late && status == Status::Expected.as_str())
    };
    if tried.len() == MOST || !tried.iter().all(|payment| ended(&payment.status)) {
        return Ok(None);
    }
    let (tab, ids) =
        (open_payment::id(order), tried.iter().map(|payment| payment.id).collect::<Vec<PaymentId>>());
    Ok(Some(Work::over::<OpenPayment>([tab]).and::<Payment>(ids.clone()).decide(move |desk| {
        let same = desk.version::<OpenPayment>(tab) == seen;
        // A declined one is tried again without another one being opened.
        let over = |payment: &Payment| ended(payment.status().as_str());
        let all_over = ids.iter().all(|id| desk.find::<Payment>(*id).is_some_and(over));
        if same && all_over { Ok(Reply::nothing()) } else { Err(Refusal::Contended.into()) }
    })))
}

/// Whether the shop is paid in any other way than by hand.
#[boxed]
pub async fn at_once(tenant: &Tenant) -> Result<bool, Problem> {
    let mut offered = providers::queries::providers(tenant).await?.into_iter().map(|row| row.view.definition);
    Ok(offered.any(|offer| offer.enabled && offer.kind != ProviderKind::Manual))
}
