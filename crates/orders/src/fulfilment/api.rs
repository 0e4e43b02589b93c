//! The routes of fulfilment: parcels, edits, returns and credits.

use std::future::Future;
use std::sync::Arc;

use axum::Extension;
use catalog::OfferBy;
use edge::{Answer, Command, Id, Ids, NoBody, Routes, routes};
use kernel::{Check, Problem};
use serde::Deserialize;
use store::Work;
use utoipa::ToSchema;
use uuid::Uuid;

use super::use_cases::{self, Read};
use crate::contention::{PRICES_CHANGED, TRIES};
use crate::inputs::NewLine;
use crate::order::{Address, Label, Part};
use crate::ports::carriers::NoCarriers;
use crate::till::{Receipt, Wanted};
use crate::views::queries::{self, OrderView};
use crate::{OrderId, Ports, rules};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(send_parcel))
        .routes(routes!(edit_order))
        .routes(routes!(open_return))
        .routes(routes!(close_return))
        .routes(routes!(receive_return))
        .routes(routes!(give_goodwill))
        .routes(routes!(give_delivery_back))
}

/// So many pieces of a line, by its number in the order.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SomeOf {
    line: u32,
    quantity: i64,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewParcel {
    /// Everything that has not been sent, when left out.
    lines: Option<Vec<SomeOf>>,
    #[schema(min_length = 1, max_length = 100)]
    carrier: Option<String>,
    /// The partner who carries it and is asked where it is. When no carrier is named, the one of the order's way of delivery.
    carrier_id: Option<Uuid>,
    #[schema(min_length = 1, max_length = 100)]
    tracking_number: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEdit {
    /// What is taken out; only what has not been sent can be.
    #[serde(default)]
    take: Vec<SomeOf>,
    /// What is added, at today's prices.
    #[serde(default)]
    #[schema(max_items = 200)]
    add: Vec<NewLine>,
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReturn {
    lines: Vec<SomeOf>,
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReturnReceipt {
    lines: Vec<CameBack>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CameBack {
    line: u32,
    quantity: i64,
    /// Whether it can be sold again.
    restock: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Goodwill {
    /// In minor units.
    #[schema(extensions(("x-money" = json!("currency"))))]
    amount: i64,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeliveryBack {
    /// All that is left of it when left out.
    #[schema(extensions(("x-money" = json!("currency"))))]
    amount: Option<i64>,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// What was done.
#[derive(serde::Serialize, ToSchema)]
struct Acted {
    order_id: Uuid,
    /// The parcel's or the return's.
    id: Option<Uuid>,
    /// The order's.
    version: i64,
}

/// Sends a parcel; with the last piece the order is shipped.
#[utoipa::path(post, path = "/api/v1/orders/{id}/parcels", tag = "orders", params(("id" = Uuid, Path)), request_body = NewParcel,
    responses((status = 201, description = "It is on its way.", body = Acted)),
    security(("staff" = ["orders:write"])))]
async fn send_parcel(Id(id): Id<OrderId>, ask: Command<NewParcel>) -> Answer {
    let NewParcel { lines, carrier, carrier_id, tracking_number } = &ask.body;
    let lines = lines.as_deref().map(parts);
    let named = carrier.is_some() || carrier_id.is_some();
    let rules = rules::rules(&ask.shop.tenant, true).await?;
    act(&ask, id, async |order| {
        let chosen = order.delivery.as_ref().filter(|_| !named).and_then(|chosen| rules.delivery(chosen.id));
        let carrier_id = carrier_id.or(chosen.and_then(|option| option.terms.carrier));
        let label = Label { carrier: carrier.clone(), tracking: tracking_number.clone() };
        Ok(use_cases::send_parcel(&read(&ask, &order), lines.clone(), carrier_id, label))
    })
    .await
}

/// Takes lines out of an order and adds others; the bill says what that costs or gives back.
#[utoipa::path(post, path = "/api/v1/orders/{id}/edits", tag = "orders", params(("id" = Uuid, Path)), request_body = NewEdit,
    responses((status = 200, description = "The order is so now.", body = Acted)),
    security(("staff" = ["orders:write"])))]
async fn edit_order(
    Extension(ports): Extension<Ports>,
    Id(id): Id<OrderId>,
    ask: Command<NewEdit>,
) -> Answer {
    let NewEdit { take, add, reason } = &ask.body;
    let mut check = Check::default();
    check.that(!take.is_empty() || !add.is_empty(), "/take", "say what to take out or to add");
    for (n, line) in add.iter().enumerate() {
        line.check(&format!("/add/{n}"), &mut check);
    }
    check.done()?;
    act(&ask, id, async |order| {
        let first = order.lines.iter().map(|line| line.number).max().unwrap_or(0).saturating_add(1);
        let receipt = if add.is_empty() { None } else { Some(ring_up(&ask, &ports, &order, first).await?) };
        use_cases::edit(&read(&ask, &order), parts(take), receipt, first, reason.clone())
    })
    .await
}

/// Opens a return of what was sent.
#[utoipa::path(post, path = "/api/v1/orders/{id}/returns", tag = "orders", params(("id" = Uuid, Path)), request_body = NewReturn,
    responses((status = 201, description = "It may come back.", body = Acted)),
    security(("staff" = ["orders:write"]), ("customer" = ["orders:return"])))]
async fn open_return(Id(id): Id<OrderId>, ask: Command<NewReturn>) -> Answer {
    let NewReturn { lines, reason } = &ask.body;
    act(&ask, id, async |order| Ok(use_cases::open_return(&read(&ask, &order), parts(lines), reason.clone())))
        .await
}

/// Closes a return; what has not come back stays with the customer.
#[utoipa::path(delete, path = "/api/v1/orders/{id}/returns/{return_id}", tag = "orders",
    params(("id" = Uuid, Path), ("return_id" = Uuid, Path)),
    responses((status = 200, description = "It is closed.", body = Acted)),
    security(("staff" = ["orders:write"]), ("customer" = ["orders:return"])))]
async fn close_return(Ids(id, back): Ids<OrderId, Uuid>, ask: Command<NoBody>) -> Answer {
    act(&ask, id, async |order| Ok(use_cases::close_return(&read(&ask, &order), back))).await
}

/// Says what of a return has come back; it is not charged any more.
#[utoipa::path(post, path = "/api/v1/orders/{id}/returns/{return_id}/receipts", tag = "orders",
    params(("id" = Uuid, Path), ("return_id" = Uuid, Path)), request_body = ReturnReceipt,
    responses((status = 200, description = "It is back.", body = Acted)),
    security(("staff" = ["orders:write"])))]
async fn receive_return(Ids(id, back): Ids<OrderId, Uuid>, ask: Command<ReturnReceipt>) -> Answer {
    let some = |came: &CameBack| (came.line, came.quantity);
    let lines: Vec<Part> = ask.body.lines.iter().map(some).collect();
    let restocked: Vec<Part> = ask.body.lines.iter().filter(|came| came.restock).map(some).collect();
    act(&ask, id, async |order| {
        use_cases::receive_return(&read(&ask, &order), back, lines.clone(), restocked.clone())
    })
    .await
}

/// Gives something back without a claim.
#[utoipa::path(post, path = "/api/v1/orders/{id}/goodwill", tag = "orders", params(("id" = Uuid, Path)), request_body = Goodwill,
    responses((status = 200, description = "It is not charged any more.", body = Acted)),
    security(("staff" = ["orders:write"])))]
async fn give_goodwill(Id(id): Id<OrderId>, ask: Command<Goodwill>) -> Answer {
    let Goodwill { amount, reason } = &ask.body;
    act(&ask, id, async |order| use_cases::give_goodwill(&read(&ask, &order), *amount, reason)).await
}

/// Gives back what delivery costs, or a part of it.
#[utoipa::path(post, path = "/api/v1/orders/{id}/delivery-credits", tag = "orders", params(("id" = Uuid, Path)), request_body = DeliveryBack,
    responses((status = 200, description = "It is not charged any more.", body = Acted)),
    security(("staff" = ["orders:write"])))]
async fn give_delivery_back(Id(id): Id<OrderId>, ask: Command<DeliveryBack>) -> Answer {
    let DeliveryBack { amount, reason } = &ask.body;
    act(&ask, id, async |order| use_cases::give_delivery_back(&read(&ask, &order), *amount, reason)).await
}

/// Reads the order, makes the work and does it; again when the order or a price changed in between.
pub(crate) async fn act<T, F>(ask: &Command<T>, id: OrderId, work: impl Fn(OrderView) -> F) -> Answer
where
    F: Future<Output = Result<Work, Problem>>,
{
    for tried in 1.. {
        let found = async {
            let order = queries::order_of(&ask.shop.tenant, id, ask.shop.own()).await?;
            work(order).await
        };
        let answer = ask.run(Work::or_refuse(found.await)).await;
        match answer {
            Err(refused) if refused.0.code == PRICES_CHANGED && tried < TRIES => {}
            answer => return answer,
        }
    }
    Err(Problem::bug().into())
}

fn read<'a, T>(ask: &Command<T>, order: &'a OrderView) -> Read<'a> {
    Read { order, seen: ask.if_match }
}

/// What the added lines cost, where the order goes.
async fn ring_up(
    ask: &Command<NewEdit>,
    ports: &Ports,
    order: &OrderView,
    first: u32,
) -> Result<Receipt, Problem> {
    let add = &ask.body.add;
    let lines: Vec<(OfferBy, i64)> = add.iter().map(|line| (line.by(), line.quantity)).collect();
    let to: Option<Address> = order
        .details
        .as_ref()
        .and_then(|details| serde_json::from_value(details.get("shipping_address")?.clone()).ok());
    let wanted = Wanted {
        lines: &lines,
        codes: &[],
        delivery: None,
        to: to.as_ref(),
        customer: None,
        buyer: Some(order.summary.customer.id),
        currency: order.summary.currency.parse().map_err(|_| Problem::bug())?,
        now: ask.shop.now,
        first,
        promoted: false,
        agreed: None,
    };
    // What was agreed for delivery stays, so no carrier is asked.
    let ports = Ports { rates: Arc::new(NoCarriers), ..ports.clone() };
    let receipt = Receipt::ring_up(&ask.shop.tenant, &ports, &wanted, true).await?;
    receipt.must_be_sold(|n| format!("/add/{n}/{}", add[n].named_by()))?;
    Ok(receipt)
}

fn parts(some: &[SomeOf]) -> Vec<Part> {
    some.iter().map(|some| (some.line, some.quantity)).collect()
}
