//! Orders for which no money has come in, and none is on its way.

use kernel::{Problem, Word};
use store::{Reply, Tenant, Work};
use uuid::Uuid;

use crate::payment::{Payment, Status};
use crate::provider::ProviderKind;
use crate::queries::{self, Listed};
use crate::tab::{self, Tab};
use crate::{PaymentId, Refusal};

/// Whoever tried more often than this is not done trying.
const MOST: usize = 50;

/// A work that is refused, as `contended`, once a payment of the order begins or is tried again; none, when money has
/// come in, or may by what was begun: one that is asked for, unknown, challenged, held, or, unless it is late, expected by
/// hand.
pub async fn untouched(tenant: &Tenant, order: Uuid, late: bool) -> Result<Option<Work>, Problem> {
    // The tab first: a payment that begins after it was read changes it.
    let (seen, _) = queries::tab(tenant, order).await?;
    let listed = Listed { order_id: Some(order), ..Listed::default() };
    let tried = queries::payments(tenant, &listed, Uuid::max(), MOST).await?;
    let ended = move |status: &str| {
        let over = [Status::Declined, Status::Voided].iter().any(|end| end.as_str() == status);
        over || (late && status == Status::Expected.as_str())
    };
    if tried.len() == MOST || !tried.iter().all(|payment| ended(&payment.status)) {
        return Ok(None);
    }
    let (tab, ids) = (tab::id(order), tried.iter().map(|payment| payment.id).collect::<Vec<PaymentId>>());
    Ok(Some(Work::over::<Tab>([tab]).and::<Payment>(ids.clone()).decide(move |desk| {
        let same = desk.version::<Tab>(tab) == seen;
        // A declined one is tried again under the same tab.
        let over = |payment: &Payment| ended(payment.status().as_str());
        let all_over = ids.iter().all(|id| desk.find::<Payment>(*id).is_some_and(over));
        if same && all_over { Ok(Reply::nothing()) } else { Err(Refusal::Contended.into()) }
    })))
}

/// Whether the shop is paid in any other way than by hand.
pub async fn at_once(tenant: &Tenant) -> Result<bool, Problem> {
    let mut offered = queries::providers(tenant).await?.into_iter().map(|row| row.view.definition);
    Ok(offered.any(|offer| offer.enabled && offer.kind != ProviderKind::Manual))
}
