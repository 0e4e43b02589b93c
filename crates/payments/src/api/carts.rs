//! Paying for what a guest ordered, who is known by nothing but their cart.

use axum::Extension;
use axum::extract::State;
use edge::{Answer, Command, Id, Page, Platform, Routes, Shop, routes};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::new_payment::{NewPayment, take};
use crate::cashier::Cashier;
use crate::payment::capture::Capture;
use crate::payment::queries::{Listed, PaymentSummary, PaymentView};
use crate::{ProviderId, payment};

/// As many tries as one order can have had.
const MOST: usize = 100;

pub fn routes() -> Routes {
    Routes::new().routes(routes!(list_payments_of_cart, pay_cart))
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CartPayment {
    /// The shop's first payment provider when left out.
    #[schema(value_type = Option<Uuid>)]
    provider: Option<ProviderId>,
    /// The token by which the provider knows the card or account. Never a card's number.
    #[serde(default)]
    method: String,
    /// Where the payer comes back to. Without a method, they pay on the provider's page: go on to "challenge_url".
    return_url: Option<String>,
}

/// Pays all that is owed for the order that was made of a cart.
#[utoipa::path(post, path = "/api/v1/carts/{id}/payments", tag = "payments", params(("id" = Uuid, Path)), request_body = CartPayment,
    responses((status = 201, description = "Asked for; \"status\" says what came of it.", body = PaymentView)),
    security((), ("staff" = ["payments:pay"]), ("customer" = ["payments:pay"])))]
async fn pay_cart(
    State(platform): State<Platform>,
    Extension(cashier): Extension<Cashier>,
    Id(cart): Id<Uuid>,
    ask: Command<CartPayment>,
) -> Answer {
    let CartPayment { provider, method, return_url } = ask.body.clone();
    let order_id = cashier.bills().ordered(&ask.shop.tenant, cart, ask.shop.own()).await?;
    let capture = Capture::default();
    let payment =
        NewPayment { order_id, provider, method, return_url, capture, amount: None, currency: None };
    payment.must_come_back(&platform, &ask.shop)?;
    take(&cashier, &ask, &payment, None).await
}

/// Lists the payments of the order that was made of a cart, newest first.
#[utoipa::path(get, path = "/api/v1/carts/{id}/payments", tag = "payments", params(("id" = Uuid, Path)),
    responses((status = 200, description = "All of them.", body = Page<PaymentSummary>)),
    security((), ("staff" = ["payments:read"]), ("customer" = ["payments:read"])))]
async fn list_payments_of_cart(
    Extension(cashier): Extension<Cashier>,
    shop: Shop,
    Id(cart): Id<Uuid>,
) -> Answer {
    let order = cashier.bills().ordered(&shop.tenant, cart, shop.own()).await?;
    let listed = Listed { order_id: Some(order), ..Listed::default() };
    let mut items = payment::queries::payments(&shop.tenant, &listed, Uuid::max(), MOST).await?;
    items.iter_mut().for_each(|payment| cashier.show(&shop, payment));
    shop.list(&Page { items, next_cursor: None })
}
