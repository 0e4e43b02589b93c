//! Payments over HTTP.

use axum::Extension;
use axum::extract::State;
use edge::{Answer, Command, Cursor, Filter, Id, NoBody, Page, Platform, Routes, Shop, routes};
use kernel::{Check, Problem, Timestamp, Word};
use serde::{Deserialize, Serialize};
use store::Work;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::new_payment::{NewPayment, follow, settled, take};
use crate::cashier::{self, Cashier};
use crate::payment::queries::{Listed, PaymentSummary, PaymentView};
use crate::payment::request::{CaptureSome, Record, Refund, Void};
use crate::providers::provider::Definition;
use crate::reports::report::{self, ReportView};
use crate::status::Status;
use crate::{PaymentId, Refusal, payment, providers, reports};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_payments, take_payment))
        .routes(routes!(read_payment))
        .routes(routes!(capture_payment))
        .routes(routes!(void_payment))
        .routes(routes!(refund_payment))
        .routes(routes!(record_payment))
        .routes(routes!(reconcile_payment))
        .routes(routes!(read_reconciliation))
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SomeOfIt {
    /// In minor units; all that is left, when left out.
    #[schema(minimum = 1, extensions(("x-money" = json!("currency")), ("x-write" = json!("an amount of 1 or more, or leave it out"))))]
    amount: Option<i64>,
    /// The payment's, when left out.
    currency: Option<String>,
    /// Why, for people.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListPayments {
    order_id: Option<Uuid>,
    #[param(inline)]
    status: Option<Status>,
    provider_id: Option<Uuid>,
    /// Begun at or after: 2026-05-03T14:00:00Z.
    #[param(value_type = Option<String>, format = DateTime)]
    begun_from: Option<Timestamp>,
    /// Begun before.
    #[param(value_type = Option<String>, format = DateTime)]
    begun_to: Option<Timestamp>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportOf {
    /// 2026-05-03
    day: String,
}

#[derive(Serialize, ToSchema)]
struct Reports {
    items: Vec<ReportView>,
}

/// Pays an order, or what is named of it. After it was declined, the same request with another method tries again.
#[utoipa::path(post, path = "/api/v1/payments", tag = "payments", request_body = NewPayment,
    responses((status = 201, description = "Asked for; \"status\" says what came of it.", body = PaymentView)),
    security(("staff" = ["payments:pay"]), ("customer" = ["payments:pay"])))]
async fn take_payment(
    State(platform): State<Platform>,
    Extension(cashier): Extension<Cashier>,
    ask: Command<NewPayment>,
) -> Answer {
    let own = ask.shop.own();
    ask.body.must_come_back(&platform, &ask.shop)?;
    take(&cashier, &ask, &ask.body, own).await
}

/// Lists payments, newest first.
#[utoipa::path(get, path = "/api/v1/payments", tag = "payments", params(ListPayments),
    responses((status = 200, description = "A page of payments.", body = Page<PaymentSummary>)),
    security(("staff" = ["payments:read"]), ("customer" = ["payments:read"])))]
async fn list_payments(
    Extension(cashier): Extension<Cashier>,
    shop: Shop,
    Filter(asked): Filter<ListPayments>,
) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let mut own = shop.own();
    if let (Some(customer), Some(order)) = (own, asked.order_id)
        && cashier.bills().is_theirs(&shop.tenant, order, customer).await?
    {
        own = None;
    }
    let listed = Listed {
        own,
        order_id: asked.order_id,
        status: asked.status.map(|status| status.as_str().to_owned()),
        provider_id: asked.provider_id,
        begun_from: asked.begun_from,
        begun_to: asked.begun_to,
    };
    let below =
        asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("payments", &listed, &cursor))?;
    let mut payments = payment::queries::payments(&shop.tenant, &listed, below, limit + 1).await?;
    payments.iter_mut().for_each(|payment| cashier.show(&shop, payment));
    shop.list(&Page::cut(payments, limit, |last| Cursor::encode("payments", &listed, &last.id)))
}

/// Reads a payment, with everything that was asked of the provider.
#[utoipa::path(get, path = "/api/v1/payments/{id}", tag = "payments", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The payment.", body = PaymentView)),
    security(("staff" = ["payments:read"]), ("customer" = ["payments:read"])))]
async fn read_payment(Extension(cashier): Extension<Cashier>, shop: Shop, Id(id): Id<PaymentId>) -> Answer {
    let mut payment = payment::queries::payment(&shop.tenant, id).await?;
    let (payer, order) = (payment.summary.payer_id, payment.summary.order_id);
    if let Some(own) = shop.own().filter(|own| *own != payer)
        && !cashier.bills().is_theirs(&shop.tenant, order, own).await?
    {
        return Err(Problem::not_found("payment").into());
    }
    cashier.show(&shop, &mut payment.summary);
    shop.one(&payment, payment.summary.version)
}

/// Captures what is held, or some of it.
#[utoipa::path(post, path = "/api/v1/payments/{id}/capture", tag = "payments", params(("id" = Uuid, Path)), request_body = SomeOfIt,
    responses((status = 200, description = "Asked for; the payment says what came of it.", body = PaymentView)),
    security(("staff" = ["payments:write"])))]
async fn capture_payment(
    Extension(cashier): Extension<Cashier>,
    Id(id): Id<PaymentId>,
    ask: Command<SomeOfIt>,
) -> Answer {
    let work = asked_of(&ask.shop, id, Some(&ask.body)).await.map(|(before, definition)| {
        let (amount, within) = (ask.body.amount, definition.patience());
        payment::use_cases::ask(cashier::subject(&before), ask.if_match, CaptureSome { id, amount, within })
    });
    let done = ask.done(Work::or_refuse(work)).await?;
    follow(&cashier, &ask.shop, done, 200).await
}

/// Gives up what is held and not captured.
#[utoipa::path(post, path = "/api/v1/payments/{id}/void", tag = "payments", params(("id" = Uuid, Path)),
    responses((status = 200, description = "Asked for; the payment says what came of it.", body = PaymentView)),
    security(("staff" = ["payments:write"])))]
async fn void_payment(
    Extension(cashier): Extension<Cashier>,
    Id(id): Id<PaymentId>,
    ask: Command<NoBody>,
) -> Answer {
    let work = asked_of(&ask.shop, id, None).await.map(|(before, definition)| {
        payment::use_cases::ask(
            cashier::subject(&before),
            ask.if_match,
            Void { id, within: definition.patience() },
        )
    });
    let done = ask.done(Work::or_refuse(work)).await?;
    follow(&cashier, &ask.shop, done, 200).await
}

/// Pays back what was captured, or some of it.
#[utoipa::path(post, path = "/api/v1/payments/{id}/refund", tag = "payments", params(("id" = Uuid, Path)), request_body = SomeOfIt,
    responses((status = 200, description = "Asked for; the payment says what came of it.", body = PaymentView)),
    security(("staff" = ["payments:refund"])))]
async fn refund_payment(
    Extension(cashier): Extension<Cashier>,
    Id(id): Id<PaymentId>,
    ask: Command<SomeOfIt>,
) -> Answer {
    let work = asked_of(&ask.shop, id, Some(&ask.body)).await.map(|(before, definition)| {
        let (amount, reason, within) = (ask.body.amount, ask.body.reason.clone(), definition.patience());
        payment::use_cases::ask(
            cashier::subject(&before),
            ask.if_match,
            Refund { id, amount, reason, within },
        )
    });
    let done = ask.done(Work::or_refuse(work)).await?;
    follow(&cashier, &ask.shop, done, 200).await
}

/// Records what came in by hand: a transfer, or cash.
#[utoipa::path(post, path = "/api/v1/payments/{id}/record", tag = "payments", params(("id" = Uuid, Path)), request_body = SomeOfIt,
    responses((status = 200, description = "It is recorded.", body = PaymentView)),
    security(("staff" = ["payments:write"])))]
async fn record_payment(
    Extension(cashier): Extension<Cashier>,
    Id(id): Id<PaymentId>,
    ask: Command<SomeOfIt>,
) -> Answer {
    let work = asked_of(&ask.shop, id, Some(&ask.body)).await.map(|(before, _)| {
        let (amount, note) = (ask.body.amount, ask.body.reason.clone());
        payment::use_cases::ask(cashier::subject(&before), ask.if_match, Record { id, amount, note })
    });
    let done = ask.done(Work::or_refuse(work)).await?;
    follow(&cashier, &ask.shop, done, 200).await
}

/// Asks the provider now what became of what it has not answered.
#[utoipa::path(post, path = "/api/v1/payments/{id}/reconcile", tag = "payments", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The payment, as it stands.", body = PaymentView)),
    security(("staff" = ["payments:write"])))]
async fn reconcile_payment(
    Extension(cashier): Extension<Cashier>,
    Id(id): Id<PaymentId>,
    ask: Command<NoBody>,
) -> Answer {
    payment::queries::summary_of(&ask.shop.tenant, id).await?;
    settled(&cashier, &ask.shop, id, false).await?;
    let mut payment = payment::queries::payment(&ask.shop.tenant, id).await?;
    cashier.show(&ask.shop, &mut payment.summary);
    ask.shop.one(&payment, payment.summary.version)
}

/// Reads what the report of a day found: our books beside the providers'.
#[utoipa::path(get, path = "/api/v1/payments/reconciliation", tag = "payments", params(ReportOf),
    responses((status = 200, description = "A report a provider; none before the night after.", body = Reports)),
    security(("staff" = ["payments:read"])))]
async fn read_reconciliation(shop: Shop, Filter(asked): Filter<ReportOf>) -> Answer {
    let mut check = Check::default();
    check.that(report::begins(&asked.day).is_some(), "day", "write the day as 2026-05-03");
    check.done()?;
    shop.list_of(&Reports { items: reports::queries::reports(&shop.tenant, &asked.day).await? })
}

/// The payment that something is asked of, and its provider.
async fn asked_of(
    shop: &Shop,
    id: PaymentId,
    body: Option<&SomeOfIt>,
) -> Result<(PaymentSummary, Definition), Problem> {
    let before = payment::queries::summary_of(&shop.tenant, id).await?;
    if let Some(body) = body {
        let mut check = Check::default();
        let reason = body.reason.as_ref().is_none_or(|reason| !reason.is_empty());
        check.that(reason, "/reason", "give a reason of 1 to 500 letters, or none");
        check.done()?;
        if body.currency.as_ref().is_some_and(|currency| *currency != before.currency) {
            return Err(Refusal::WrongCurrency.into());
        }
    }
    let row = providers::queries::provider(&shop.tenant, before.provider_id).await?;
    let row = row.filter(|row| !row.removed).ok_or(Refusal::ProviderUnknown)?;
    Ok((before, row.view.definition))
}
