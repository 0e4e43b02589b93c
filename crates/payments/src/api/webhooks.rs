//! Where providers tell what happened of its own accord.

use axum::Extension;
use axum::body::Bytes;
use axum::http::HeaderMap;
use edge::{Answer, Id, Routes, Shop, routes};
use kernel::problem::NOT_FOUND;
use kernel::{Problem, SubjectId};
use serde::Serialize;
use store::{Asked, Done, Tenant, Work};
use utoipa::ToSchema;

use crate::cashier::Cashier;
use crate::payment::outcome::{Conclude, Hear};
use crate::payment::provider_port::{Told, Webhook};
use crate::payment::use_cases::Subject;
use crate::webhooks::received_webhook::Received;
use crate::{ProviderId, Refusal, payment, providers, webhooks};

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(hear_provider))
}

/// That it is kept.
#[derive(Serialize, ToSchema)]
struct HeardView {
    received: bool,
}

/// Takes what a payment provider tells, signed with its webhook's secret. It is answered when it is kept.
#[utoipa::path(post, path = "/api/v1/payment-webhooks/{provider_id}", tag = "payments", params(("provider_id" = Uuid, Path)),
    request_body(content = Value, content_type = "application/json", description = "As the provider writes it."),
    responses((status = 200, description = "It is kept.", body = HeardView)),
    security(()))]
async fn hear_provider(
    Extension(cashier): Extension<Cashier>,
    shop: Shop,
    Id(id): Id<ProviderId>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let unknown = || Problem::not_found("payment provider");
    let row = providers::queries::provider(&shop.tenant, id)
        .await?
        .filter(|row| !row.removed)
        .ok_or_else(unknown)?;
    row.view.has_webhook_secret.then_some(()).ok_or_else(unknown)?;
    let provider = cashier.provider(&shop.tenant, id).await?;
    let notice =
        provider.verify(&headers, &body, shop.now).map_err(Refusal::NoticeRefused).map_err(Problem::from)?;
    let about = about(&shop.tenant, id, &notice).await?;
    let received = Received {
        provider: id,
        event: notice.event.clone(),
        kind: notice.kind.clone(),
        payment: about.map(|about| about.payment),
        at: shop.now,
    };
    let work = webhooks::use_cases::hear(received, about.and_then(|about| change(about, &notice.told)));
    let asked = Asked::by(shop.caller.actor.clone(), shop.correlation, shop.now);
    match shop.tenant.run(asked, work).await {
        Ok(_) => {}
        Err(problem) if problem.code == webhooks::use_cases::HEARD_BEFORE.code => {}
        Err(problem) => return Err(problem.into()),
    }
    Ok(edge::answer::done(Done { reply: webhooks::use_cases::heard(), replayed: false }))
}

/// The payment that it is about, if that went through this provider.
async fn about(tenant: &Tenant, provider: ProviderId, notice: &Webhook) -> Result<Option<Subject>, Problem> {
    let named = match (notice.payment, &notice.reference) {
        (Some(payment), _) => Some(payment),
        (None, Some(reference)) => payment::queries::by_reference(tenant, provider, reference).await?,
        (None, None) => None,
    };
    let Some(payment) = named else { return Ok(None) };
    match payment::queries::summary_of(tenant, payment).await {
        Ok(found) if found.provider_id == provider => {
            let (order, payer) = (found.order_id, SubjectId(found.payer_id));
            Ok(Some(Subject { payment, order, payer }))
        }
        Ok(_) => Ok(None),
        Err(problem) if problem.code == NOT_FOUND.code => Ok(None),
        Err(problem) => Err(problem),
    }
}

fn change(about: Subject, told: &Told) -> Option<Work> {
    match told {
        Told::Nothing => None,
        Told::Outcome { key, outcome } => {
            let conclude = Conclude { id: about.payment, key: key.clone(), outcome: outcome.clone() };
            Some(payment::use_cases::ask(about, None, conclude))
        }
        told => Some(payment::use_cases::ask(about, None, Hear(told.clone()))),
    }
}
