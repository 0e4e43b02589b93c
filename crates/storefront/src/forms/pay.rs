//! Paying for an order.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use edge::Platform;
use kernel::Problem;
use payments::{ProviderId, Refusal, page_payments};

use crate::pages::order::found;
use crate::seo::complete;
use crate::visit::{Pairs, Visit, see_other};

pub(crate) async fn pay(
    State(platform): State<Platform>,
    Path(named): Path<String>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let visit = match visit.greeted(&platform).await {
        Ok(visit) => visit,
        Err(refused) => return refused.0.show(Err(refused.1)),
    };
    let form = Pairs::sent(&body);
    let paid = paid(&visit, &named, &form).await;
    // No form may lead to another site: the page of the order does, once.
    let onward = if form.get("method").or(form.get("transfer")).is_none() { "?pay=now" } else { "" };
    visit.show(paid.map(|()| see_other(&format!("/orders/{named}{onward}"))))
}

/// Somebody who pays what is paid already, or being paid on the provider's page, in another window, comes to their order
/// all the same.
async fn paid(visit: &Visit, named: &str, form: &Pairs) -> Result<(), Problem> {
    let order = found(visit, named).await?;
    let provider: Option<ProviderId> = form.get("provider").and_then(|id| id.parse().ok());
    let method = form.owned("method").unwrap_or_default();
    let on_page = method.is_empty() && form.get("transfer").is_none();
    let back = on_page.then(|| complete(visit, &format!("/orders/{named}")));
    let id = order.summary.id.uuid();
    match page_payments::pay(&visit.cashier, &visit.shop, id, provider, method, back).await {
        // The page of the order says so.
        Err(problem) if problem.is(Refusal::NothingOwed) || problem.is(Refusal::TimeOver) => Ok(()),
        Err(problem) if problem.is(Refusal::Open) && on_page => Ok(()),
        done => done,
    }
}
