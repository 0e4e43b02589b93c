//! The routes of orders.

use axum::Extension;
use edge::{Answer, AsOf, Command, Cursor, Filter, Id, NoBody, Page, Routes, Shop, routes};
use kernel::{Check, Problem, Timestamp, Word};
use serde::Deserialize;
use store::{PastScope, Work};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::contention::{PRICES_CHANGED, TRIES};
use crate::fulfilment::api::act;
use crate::new_order::NewOrder;
use crate::status::Status;
use crate::use_cases::{self, Moved};
use crate::views::queries::{self, Listed, OrderSummary, OrderView};
use crate::{OrderId, Ports, checkout, drafts, fulfilment, rules, unpaid, whose};

pub fn routes(ports: Ports) -> Routes {
    Routes::new()
        .routes(routes!(list_orders, place_order))
        .routes(routes!(list_customer_orders))
        .routes(routes!(read_order, cancel_order))
        .routes(routes!(set_status))
        .merge(fulfilment::api::routes())
        .merge(checkout::api::routes())
        .merge(drafts::api::routes())
        .merge(rules::api::routes())
        .giving(ports)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStatus {
    #[schema(inline)]
    status: Status,
    /// For the history.
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListOrders {
    #[param(inline)]
    status: Option<Status>,
    customer_id: Option<Uuid>,
    email: Option<String>,
    /// By what a person names it.
    number: Option<i64>,
    /// Placed at or after: 2026-05-03T14:00:00Z.
    #[param(value_type = Option<String>, format = DateTime)]
    placed_from: Option<Timestamp>,
    /// Placed before.
    #[param(value_type = Option<String>, format = DateTime)]
    placed_to: Option<Timestamp>,
    /// As it was then: 2026-05-03T14:00:00Z, or a position of the log.
    as_of: Option<String>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Places an order: reserves every line and keeps the order, or does neither.
#[utoipa::path(post, path = "/api/v1/orders", tag = "orders", request_body = NewOrder,
    responses((status = 201, description = "Placed; Location says where.", body = OrderView)),
    security(("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn place_order(Extension(ports): Extension<Ports>, mut ask: Command<NewOrder>) -> Answer {
    ask.body.check()?;
    if let Some(own) = ask.shop.own() {
        let mut check = Check::default();
        let customer = &mut ask.body.customer.id;
        check.that(customer.is_none_or(|id| id == own), "/customer/id", "you can order for yourself only");
        check.done()?;
        *customer = Some(own);
    }
    let (shop, id) = (&ask.shop, OrderId::new());
    for tried in 1.. {
        let receipt = ask.body.ring_up(&shop.tenant, &ports, shop.record.currency, shop.now, tried > 1).await;
        let receipt = receipt.and_then(|receipt| {
            // Who works here may agree on anything else with a customer.
            if ask.shop.own().is_some() {
                let mut check = Check::default();
                if let Some((pointer, detail)) = receipt.undelivered(&ask.body.shipping_address.address()) {
                    check.that(false, pointer, detail);
                }
                check.done()?;
                receipt.must_be_few(|n| format!("/lines/{n}/quantity"))?;
                ask.body.must_be_theirs_alone(&receipt)?;
            }
            Ok(receipt)
        });
        // What was remembered of the catalog and the rules may be why.
        if receipt.is_err() && tried == 1 {
            continue;
        }
        if let Ok(receipt) = &receipt {
            unpaid::watch(&shop.tenant, receipt, shop.now).await?;
        }
        let work = receipt.map(|receipt| use_cases::place_order(id, ask.body.buyer(), &receipt));
        let answer = ask.run(Work::or_refuse(work)).await;
        match answer {
            Err(refused) if refused.0.code == PRICES_CHANGED && tried < TRIES => {}
            answer => return answer,
        }
    }
    Err(Problem::bug().into())
}

/// Lists orders, newest first.
#[utoipa::path(get, path = "/api/v1/orders", tag = "orders", params(ListOrders),
    responses((status = 200, description = "A page of orders.", body = Page<OrderSummary>)),
    security(("staff" = ["orders:read"]), ("customer" = ["orders:read"])))]
async fn list_orders(
    Extension(ports): Extension<Ports>,
    shop: Shop,
    Filter(asked): Filter<ListOrders>,
) -> Answer {
    let own = match shop.own() {
        Some(own) => Some(whose::ids_of(&shop.tenant, &*ports.buyers, own).await?),
        None => None,
    };
    listed(&shop, own, asked).await
}

/// Lists what a customer ordered, newest first, as a guest and under other records of theirs, too.
#[utoipa::path(get, path = "/api/v1/customers/{id}/orders", tag = "customers", params(("id" = Uuid, Path), ListOrders),
    responses((status = 200, description = "A page of orders.", body = Page<OrderSummary>)),
    security(("staff" = ["orders:read"]), ("customer" = ["orders:read"])))]
async fn list_customer_orders(
    Extension(ports): Extension<Ports>,
    shop: Shop,
    Id(customer): Id<Uuid>,
    Filter(asked): Filter<ListOrders>,
) -> Answer {
    if shop.own().is_some_and(|own| own != customer) {
        return Err(Problem::not_found("customer").into());
    }
    let own = whose::ids_of(&shop.tenant, &*ports.buyers, customer).await?;
    listed(&shop, Some(own), asked).await
}

async fn listed(shop: &Shop, own: Option<Vec<Uuid>>, asked: ListOrders) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let listed = Listed {
        own,
        status: asked.status.map(|status| status.as_str().to_owned()),
        customer_id: asked.customer_id,
        email: asked.email,
        number: asked.number,
        placed_from: asked.placed_from,
        placed_to: asked.placed_to,
        as_of: asked.as_of,
    };
    let below = asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("orders", &listed, &cursor))?;
    let tenant = shop.as_of(listed.as_of.as_deref(), PastScope::Kinds(&["order"])).await?;
    let orders = queries::orders(&tenant, &listed, below, limit + 1).await?;
    shop.list(&Page::cut(orders, limit, |last| Cursor::encode("orders", &listed, &last.id)))
}

/// Reads an order with its lines and its history.
#[utoipa::path(get, path = "/api/v1/orders/{id}", tag = "orders", params(("id" = Uuid, Path), AsOf),
    responses((status = 200, description = "The order.", body = OrderView)),
    security(("staff" = ["orders:read"]), ("customer" = ["orders:read"])))]
async fn read_order(
    Extension(ports): Extension<Ports>,
    shop: Shop,
    Id(id): Id<OrderId>,
    Filter(asked): Filter<AsOf>,
) -> Answer {
    let tenant = shop.as_of(asked.as_of.as_deref(), PastScope::Stream(id.uuid())).await?;
    let order = whose::order_seen_by((&shop.tenant, &tenant), &*ports.buyers, id, shop.own()).await?;
    shop.one(&order, order.summary.version)
}

/// Moves an order on: confirmed, packed, shipped, delivered; or cancelled before anything of it is sent.
///
/// Shipped sends everything that has not been sent yet, as one parcel without a carrier; delivered says that every parcel
/// has arrived. Of partly_shipped and returned the parcels and returns speak by themselves.
#[utoipa::path(put, path = "/api/v1/orders/{id}/status", tag = "orders", params(("id" = Uuid, Path)), request_body = NewStatus,
    responses((status = 200, description = "It is so now.", body = Moved)),
    security(("staff" = ["orders:write"])))]
async fn set_status(Id(id): Id<OrderId>, ask: Command<NewStatus>) -> Answer {
    act(&ask, id, async |before| {
        use_cases::advance_order(id, &before, ask.if_match, ask.body.status, ask.body.reason.clone())
    })
    .await
}

/// Cancels an order; what was reserved for it can be ordered again, and what was paid for it is to be paid back.
#[utoipa::path(delete, path = "/api/v1/orders/{id}", tag = "orders", params(("id" = Uuid, Path)),
    responses((status = 200, description = "It is cancelled.", body = Moved)),
    security(("staff" = ["orders:write"]), ("customer" = ["orders:cancel"])))]
async fn cancel_order(Id(id): Id<OrderId>, ask: Command<NoBody>) -> Answer {
    act(&ask, id, async |before| use_cases::advance_order(id, &before, ask.if_match, Status::Cancelled, None))
        .await
}
