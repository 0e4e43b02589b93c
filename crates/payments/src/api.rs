//! The routes of payments.

use axum::Extension;
use axum::extract::State;
use edge::{Answer, Command, Cursor, Filter, Id, NoBody, Page, Platform, Routes, Shop};
use kernel::{Check, Problem, Timestamp, Word};
use serde::{Deserialize, Serialize};
use store::problems::CONTENDED;
use store::{Done, Reply, Tenant, Work};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use crate::attempt::Attempt;
use crate::cashier::{self, Cashier, Settled};
use crate::page::{self, PayPage};
use crate::payment::{Capture, Status};
use crate::port::Bill;
use crate::provider::{Definition, ProviderKind};
use crate::queries::{self, Listed, PaymentSummary, PaymentView};
use crate::refusal::provider_down;
use crate::report::{self, ReportView};
use crate::request::{CaptureSome, Record, Refund, Void};
use crate::{PaymentId, ProviderId, Refusal, cards, cart_api, provider_api, webhook_api, works};

/// How often an order's tab is read again when it changes under a payment.
pub(crate) const TRIES: usize = 4;

pub fn routes(cashier: &Cashier) -> Routes {
    let routes = Routes::new()
        .routes(routes!(list_payments, take_payment))
        .routes(routes!(read_payment))
        .routes(routes!(capture_payment))
        .routes(routes!(void_payment))
        .routes(routes!(refund_payment))
        .routes(routes!(record_payment))
        .routes(routes!(reconcile_payment))
        .routes(routes!(read_reconciliation))
        .merge(cart_api::routes())
        .merge(provider_api::routes())
        .layer(axum::middleware::from_fn(cards::refuse))
        .merge(webhook_api::routes());
    routes.layer(Extension(cashier.clone()))
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPayment {
    pub order_id: Uuid,
    /// The shop's first payment provider when left out.
    #[schema(value_type = Option<Uuid>)]
    pub provider: Option<ProviderId>,
    /// The token by which the provider knows the card or account. Never a card's number.
    #[serde(default)]
    pub method: String,
    /// Where the payer comes back to. Without a method, they pay on the provider's page: go on to "challenge_url".
    pub return_url: Option<String>,
    /// At once, when left out.
    #[serde(default)]
    pub capture: Capture,
    /// In minor units; all that is owed, when left out.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub amount: Option<i64>,
    /// The order's, when left out.
    pub currency: Option<String>,
}

impl NewPayment {
    fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        check.that(self.method.len() <= 500, "/method", "a method's token has at most 500 letters");
        let back = self.return_url.as_deref().is_none_or(|url| page::way_back(url).is_some());
        let how =
            "write it as https://shop.example/orders/1, in 500 letters at most and without a user's name";
        check.that(back, "/return_url", how);
        check.that(self.amount.is_none_or(|amount| amount > 0), "/amount", "pay something, or leave it out");
        check.done()
    }

    /// Payers come back to the shop, wherever its pages are, and to nobody else's.
    pub(crate) fn must_come_back(&self, platform: &Platform, shop: &Shop) -> Result<(), Problem> {
        let site = self.return_url.as_deref().and_then(page::way_back).as_deref().and_then(page::site);
        let own = site.is_none_or(|(host, origin)| platform.may_send_to(&shop.record, &host, &origin));
        let mut check = Check::default();
        let how =
            "give an address of this shop, or of one of its listed origins; others have theirs listed first";
        check.that(own, "/return_url", how);
        check.done()
    }

    /// The provider's page, when it has one and no method was named.
    fn page(&self, definition: &Definition, bill: &Bill) -> Option<PayPage> {
        let wanted = definition.has_page() && self.method.is_empty();
        let return_url = self.return_url.as_deref().filter(|_| wanted).and_then(page::way_back)?;
        Some(PayPage { return_url, description: bill.description.clone() })
    }
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SomeOfIt {
    /// In minor units; all that is left, when left out.
    #[schema(extensions(("x-money" = json!("currency"))))]
    amount: Option<i64>,
    /// The payment's, when left out.
    currency: Option<String>,
    /// Why, for people.
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

/// Asks for the money, again when the order's tab changes under it.
pub(crate) async fn take<T>(
    cashier: &Cashier,
    ask: &Command<T>,
    payment: &NewPayment,
    own: Option<Uuid>,
) -> Answer {
    for tried in 1.. {
        let work = attempt(cashier, &ask.shop.tenant, payment, own).await;
        match ask.done(Work::or_refuse(work)).await {
            Err(problem) if problem.code == CONTENDED.code && tried < TRIES => {}
            Err(problem) => return Err(problem.into()),
            Ok(done) => return follow(cashier, &ask.shop, done, 201).await,
        }
    }
    Err(Problem::bug().into())
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
    let mut payments = queries::payments(&shop.tenant, &listed, below, limit + 1).await?;
    payments.iter_mut().for_each(|payment| cashier.show(&shop, payment));
    shop.list(&Page::cut(payments, limit, |last| Cursor::encode("payments", &listed, &last.id)))
}

/// Reads a payment, with everything that was asked of the provider.
#[utoipa::path(get, path = "/api/v1/payments/{id}", tag = "payments", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The payment.", body = PaymentView)),
    security(("staff" = ["payments:read"]), ("customer" = ["payments:read"])))]
async fn read_payment(Extension(cashier): Extension<Cashier>, shop: Shop, Id(id): Id<PaymentId>) -> Answer {
    let mut payment = queries::payment(&shop.tenant, id).await?;
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
        works::ask(cashier::subject(&before), ask.if_match, CaptureSome { id, amount, within })
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
        works::ask(cashier::subject(&before), ask.if_match, Void { id, within: definition.patience() })
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
        works::ask(cashier::subject(&before), ask.if_match, Refund { id, amount, reason, within })
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
        works::ask(cashier::subject(&before), ask.if_match, Record { id, amount, note })
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
    queries::payment(&ask.shop.tenant, id).await?;
    settled(&cashier, &ask.shop, id, false).await?;
    let mut payment = queries::payment(&ask.shop.tenant, id).await?;
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
    shop.list_of(&Reports { items: queries::reports(&shop.tenant, &asked.day).await? })
}

/// The work that asks for the money; or why not.
pub(crate) async fn attempt(
    cashier: &Cashier,
    tenant: &Tenant,
    asked: &NewPayment,
    own: Option<Uuid>,
) -> Result<Work, Problem> {
    asked.check()?;
    // The tab first: what is paid after it was read changes it, and then the work finds that out.
    let (seen, open) = queries::tab(tenant, asked.order_id).await?;
    let bill = cashier.bills().bill(tenant, asked.order_id, own).await?;
    let id = match open {
        None => PaymentId::new(),
        Some(open) => match queries::payment(tenant, open).await?.summary.status.as_str() {
            "declined" => open,
            _ => return Err(Problem::from(Refusal::Open).with("payment", open.to_string())),
        },
    };
    if asked.currency.as_ref().is_some_and(|currency| currency != bill.currency.code()) {
        return Err(Refusal::WrongCurrency.into());
    }
    if bill.amount_owed <= 0 {
        return Err(Refusal::NothingOwed.into());
    }
    let amount = asked.amount.unwrap_or(bill.amount_owed);
    if amount > bill.amount_owed {
        return Err(Refusal::TooMuch { left: bill.amount_owed }.into());
    }
    let (provider, definition) = chosen(tenant, asked.provider).await?;
    let by_hand = definition.kind == ProviderKind::Manual;
    let mut check = Check::default();
    let page = asked.page(&definition, &bill);
    // A page stays open for an hour, and its order is kept for as long.
    let over = bill.kept_until.is_some_and(|until| until <= tenant.cell().now());
    if page.is_some() && over {
        return Err(Refusal::TimeOver.into());
    }
    let named = by_hand || !asked.method.is_empty() || page.is_some();
    let how = match definition.has_page() {
        true => {
            "name the token by which the provider knows the card or account; or a return_url, and it is paid on the provider's page"
        }
        false => "name the token by which the provider knows the card or account; it has no page to pay on",
    };
    check.that(named, "/method", how);
    check.done()?;
    let attempt = Attempt {
        id,
        order: bill.order,
        payer: bill.payer,
        amount,
        currency: bill.currency,
        provider,
        by_hand,
        capture: asked.capture,
        method: asked.method.clone(),
        page,
        within: definition.patience(),
    };
    Ok(Work::all([cashier.bills().still(&bill), works::attempt(attempt, seen)]))
}

async fn chosen(tenant: &Tenant, named: Option<ProviderId>) -> Result<(ProviderId, Definition), Problem> {
    let mut rows = queries::providers(tenant).await?.into_iter().map(|row| row.view);
    let found = match named {
        Some(named) => rows.find(|view| view.id == named).ok_or(Refusal::ProviderUnknown)?,
        None => rows.find(|view| view.definition.enabled).ok_or(Refusal::NoProvider)?,
    };
    match found.definition.enabled {
        true => Ok((found.id, found.definition)),
        false => Err(Refusal::ProviderOff.into()),
    }
}

/// The payment that something is asked of, and its provider.
async fn asked_of(
    shop: &Shop,
    id: PaymentId,
    body: Option<&SomeOfIt>,
) -> Result<(PaymentSummary, Definition), Problem> {
    let before = queries::payment(&shop.tenant, id).await?.summary;
    if let Some(body) = body {
        let mut check = Check::default();
        check.that(body.amount.is_none_or(|amount| amount > 0), "/amount", "name an amount, or leave it out");
        let reason = body.reason.as_ref().is_none_or(|reason| (1..=500).contains(&reason.chars().count()));
        check.that(reason, "/reason", "give a reason of 1 to 500 letters, or none");
        check.done()?;
        if body.currency.as_ref().is_some_and(|currency| *currency != before.currency) {
            return Err(Refusal::WrongCurrency.into());
        }
    }
    let row = queries::provider(&shop.tenant, before.provider_id).await?;
    let row = row.filter(|row| !row.removed).ok_or(Refusal::ProviderUnknown)?;
    Ok((before, row.view.definition))
}

/// Asks the provider for what was just written down, and shows how the payment stands then.
async fn follow(cashier: &Cashier, shop: &Shop, done: Done, status: u16) -> Answer {
    let body: serde_json::Value = serde_json::from_str(&done.reply.body).unwrap_or_default();
    let id = body["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(Problem::bug)?;
    settled(cashier, shop, id, !done.replayed).await?;
    let mut payment = queries::payment(&shop.tenant, id).await?;
    cashier.show(shop, &mut payment.summary);
    let mut reply = Reply::json(status, &payment).version(payment.summary.version);
    reply.location = done.reply.location;
    Ok(edge::answer::done(Done { reply, replayed: done.replayed }))
}

pub(crate) async fn settled(
    cashier: &Cashier,
    shop: &Shop,
    id: PaymentId,
    first: bool,
) -> Result<(), Problem> {
    let who = (shop.caller.actor.clone(), shop.correlation);
    match cashier.settle(&shop.tenant, who, id, first).await? {
        Settled::Done | Settled::Doubtful => Ok(()),
        Settled::Down { why, retry_after } => Err(provider_down(id, &why, retry_after)),
    }
}
