//! The routes of carts.

use axum::Extension;
use catalog::VariantId;
use edge::{Answer, Command, Cursor, Filter, Id, Ids, NoBody, Page, Routes, Shop, answer, routes};
use kernel::Problem;
use serde::Deserialize;
use store::{Done, Reply, Work};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Change;
use super::approvals;
use super::details::CartDetails;
use super::steps::{self, NewOrderOf};
use super::view::{CartView, Priced};
use crate::cart::queries::{self, CartState, CartSummary, Whose};
use crate::contention::{PRICES_CHANGED, TRIES};
use crate::inputs::NewLine;
use crate::views::queries::OrderView;
use crate::{CartId, OrderId, Ports};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_carts, open_cart))
        .routes(routes!(read_cart, describe_cart))
        .routes(routes!(add_line))
        .routes(routes!(set_line, remove_line))
        .routes(routes!(choose_delivery))
        .routes(routes!(enter_code))
        .routes(routes!(take_out_code))
        .routes(routes!(claim_cart))
        .routes(routes!(order_cart))
        .routes(routes!(approve_cart))
        .routes(routes!(decline_cart))
        .routes(routes!(recall_cart))
        .routes(routes!(read_order_of_cart))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCart {
    /// What is put into it at once.
    #[serde(default)]
    #[schema(max_items = 200)]
    lines: Vec<NewLine>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Quantity {
    /// How many there are to be, 0 to 10,000.
    quantity: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChosenOption {
    delivery_option_id: Option<Uuid>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCode {
    code: String,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Checkout {
    /// The total that was shown; another one is refused, so that nobody pays what they have not seen.
    #[schema(extensions(("x-money" = json!("currency"))))]
    expected_total: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDecline {
    /// 1 to 500 letters, for the buyer.
    reason: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListCarts {
    /// Open ones when left out.
    #[param(inline)]
    state: Option<CartState>,
    customer_id: Option<Uuid>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists carts, the latest change first: a customer's own, or for staff those that nobody has ordered yet. Whoever
/// approves for an organisation sees with awaiting_approval what waits there.
#[utoipa::path(get, path = "/api/v1/carts", tag = "carts", params(ListCarts),
    responses((status = 200, description = "A page of carts.", body = Page<CartSummary>)),
    security(("staff" = ["orders:read"]), ("customer" = ["orders:place"])))]
async fn list_carts(
    Extension(ports): Extension<Ports>,
    shop: Shop,
    Filter(asked): Filter<ListCarts>,
) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let state = asked.state.unwrap_or(CartState::Open);
    let whose = match shop.own() {
        Some(own) if state == CartState::AwaitingApproval => approvals::listed(&shop, &ports, own).await?,
        Some(own) => Whose::Owner(own),
        None => asked.customer_id.map_or(Whose::Everybodys, Whose::Owner),
    };
    let start = asked
        .cursor
        .map_or(Ok((i64::MAX, Uuid::max())), |cursor| Cursor::decode("carts", &(&state, whose), &cursor))?;
    let carts = queries::carts(&shop.tenant, whose, state, start, limit + 1).await?;
    shop.list(&Page::cut(carts, limit, |last| {
        Cursor::encode("carts", &(&state, whose), &(last.updated_at.as_micros(), last.id.uuid()))
    }))
}

/// Begins a cart. A guest's belongs to whoever knows its id, so keep it to yourself.
#[utoipa::path(post, path = "/api/v1/carts", tag = "carts", request_body = NewCart,
    responses((status = 201, description = "Begun; Location says where.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn open_cart(Extension(ports): Extension<Ports>, ask: Command<NewCart>) -> Answer {
    let id = steps::new_id(&ask.shop);
    let opened = steps::open(&ask.shop, id, &ask.body.lines).await;
    let done = ask.done(Change::or_refuse(&opened)).await?;
    // Asked a second time, it is the cart of the first.
    let made = done.reply.location.as_deref().and_then(|at| at.rsplit('/').next()?.parse().ok());
    show(&ask.shop, &ports, made.unwrap_or(id), opened.ok(), done).await
}

/// Reads a cart: what is in it, what it costs today, and what an order of it still needs.
#[utoipa::path(get, path = "/api/v1/carts/{id}", tag = "carts", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The cart.", body = CartView)),
    security((), ("staff" = ["orders:read"]), ("customer" = ["orders:place"])))]
async fn read_cart(Extension(ports): Extension<Ports>, shop: Shop, Id(id): Id<CartId>) -> Answer {
    let done = Done { reply: Reply { status: 200, ..Reply::default() }, replayed: false };
    show(&shop, &ports, id, None, done).await
}

/// Says who orders and where it goes.
#[utoipa::path(put, path = "/api/v1/carts/{id}", tag = "carts", params(("id" = Uuid, Path)), request_body = CartDetails,
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn describe_cart(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CartId>,
    ask: Command<CartDetails>,
) -> Answer {
    let changed = steps::describe(&ask.shop, &ports, id, ask.if_match, &ask.body).await;
    change(&ask, &ports, id, changed).await
}

/// Puts more of a thing into the cart.
#[utoipa::path(post, path = "/api/v1/carts/{id}/lines", tag = "carts", params(("id" = Uuid, Path)), request_body = NewLine,
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn add_line(Extension(ports): Extension<Ports>, Id(id): Id<CartId>, ask: Command<NewLine>) -> Answer {
    let changed = steps::add(&ask.shop, id, ask.if_match, &ask.body).await;
    change(&ask, &ports, id, changed).await
}

/// Says how many of a thing are in the cart; 0 takes it out.
#[utoipa::path(put, path = "/api/v1/carts/{id}/lines/{variant_id}", tag = "carts",
    params(("id" = Uuid, Path), ("variant_id" = Uuid, Path)), request_body = Quantity,
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn set_line(
    Extension(ports): Extension<Ports>,
    Ids(id, variant): Ids<CartId, VariantId>,
    ask: Command<Quantity>,
) -> Answer {
    let changed = steps::fill(&ask.shop, id, ask.if_match, variant, ask.body.quantity).await;
    change(&ask, &ports, id, changed).await
}

/// Takes a thing out of the cart.
#[utoipa::path(delete, path = "/api/v1/carts/{id}/lines/{variant_id}", tag = "carts",
    params(("id" = Uuid, Path), ("variant_id" = Uuid, Path)),
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn remove_line(
    Extension(ports): Extension<Ports>,
    Ids(id, variant): Ids<CartId, VariantId>,
    ask: Command<NoBody>,
) -> Answer {
    let changed = steps::fill(&ask.shop, id, ask.if_match, variant, 0).await;
    change(&ask, &ports, id, changed).await
}

/// Chooses a way of delivery, or none.
#[utoipa::path(put, path = "/api/v1/carts/{id}/delivery", tag = "carts", params(("id" = Uuid, Path)), request_body = ChosenOption,
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn choose_delivery(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CartId>,
    ask: Command<ChosenOption>,
) -> Answer {
    let changed = steps::choose_delivery(&ask.shop, id, ask.if_match, ask.body.delivery_option_id).await;
    change(&ask, &ports, id, changed).await
}

/// Enters a code. The cart says what became of it.
#[utoipa::path(post, path = "/api/v1/carts/{id}/codes", tag = "carts", params(("id" = Uuid, Path)), request_body = NewCode,
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn enter_code(Extension(ports): Extension<Ports>, Id(id): Id<CartId>, ask: Command<NewCode>) -> Answer {
    let changed = steps::enter_code(&ask.shop, id, ask.if_match, &ask.body.code).await;
    change(&ask, &ports, id, changed).await
}

/// Takes a code out again.
#[utoipa::path(delete, path = "/api/v1/carts/{id}/codes/{code}", tag = "carts", params(("id" = Uuid, Path), ("code" = String, Path)),
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn take_out_code(
    Extension(ports): Extension<Ports>,
    Ids(id, code): Ids<CartId, String>,
    ask: Command<NoBody>,
) -> Answer {
    let changed = steps::take_out_code(&ask.shop, id, ask.if_match, code).await;
    change(&ask, &ports, id, changed).await
}

/// Makes a guest's cart one's own after signing in; what is in it comes into the cart that one has, if there is one.
#[utoipa::path(post, path = "/api/v1/carts/{id}/claim", tag = "carts", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The cart to go on with.", body = CartView)),
    security(("customer" = ["orders:place"])))]
async fn claim_cart(Extension(ports): Extension<Ports>, Id(id): Id<CartId>, ask: Command<NoBody>) -> Answer {
    let (on, work) = steps::claim(&ask.shop, id).await?;
    if let Some(work) = work {
        ask.done(work).await?;
    }
    let done = Done { reply: Reply { status: 200, ..Reply::default() }, replayed: false };
    show(&ask.shop, &ports, on, None, done).await
}

/// Orders what is in the cart, at the price of this moment. Beyond the limit of whoever buys for an organisation it waits
/// for a colleague's yes instead.
#[utoipa::path(post, path = "/api/v1/carts/{id}/checkout", tag = "carts", params(("id" = Uuid, Path)), request_body = Checkout,
    responses((status = 201, description = "Ordered; Location says where.", body = OrderView),
        (status = 202, description = "Waiting for a colleague's yes.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn order_cart(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CartId>,
    ask: Command<Checkout>,
) -> Answer {
    let (shop, total) = (&ask.shop, ask.body.expected_total);
    let order = async |order, afresh| {
        let new = NewOrderOf { cart: id, order, expected_total: total };
        steps::order(shop, &ports, new, afresh).await
    };
    let done = placed(&ask, order).await?;
    if done.reply.status == 202 {
        return show(shop, &ports, id, None, done).await;
    }
    Ok(answer::done(done))
}

/// Approves a colleague's cart: it is ordered, at the price of this moment. With `If-Match` it is what was seen, or nothing.
#[utoipa::path(post, path = "/api/v1/carts/{id}/approve", tag = "carts", params(("id" = Uuid, Path)), request_body = Checkout,
    responses((status = 201, description = "Ordered.", body = OrderView)),
    security(("customer" = ["orders:place"])))]
async fn approve_cart(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CartId>,
    ask: Command<Checkout>,
) -> Answer {
    let (shop, yes) = (&ask.shop, approvals::Yes { seen: ask.if_match, total: ask.body.expected_total });
    let approve = async |new, _| approvals::approve(shop, &ports, id, new, yes).await;
    Ok(answer::done(placed(&ask, approve).await?))
}

/// Declines a colleague's cart, with a reason. They can change it and ask again.
#[utoipa::path(post, path = "/api/v1/carts/{id}/decline", tag = "carts", params(("id" = Uuid, Path)), request_body = NewDecline,
    responses((status = 204, description = "Declined.")),
    security(("customer" = ["orders:place"])))]
async fn decline_cart(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CartId>,
    ask: Command<NewDecline>,
) -> Answer {
    let work = approvals::decline(&ask.shop, &ports, id, ask.if_match, &ask.body.reason).await;
    ask.run(Work::or_refuse(work)).await
}

/// Takes a cart back that waits for approval.
#[utoipa::path(post, path = "/api/v1/carts/{id}/recall", tag = "carts", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security(("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn recall_cart(Extension(ports): Extension<Ports>, Id(id): Id<CartId>, ask: Command<NoBody>) -> Answer {
    let changed = approvals::recall(&ask.shop, id, ask.if_match).await;
    change(&ask, &ports, id, changed).await
}

/// Makes the work and does it; again, afresh, when a price has changed.
async fn placed<T, F>(ask: &Command<T>, work: impl Fn(OrderId, bool) -> F) -> Result<Done, Problem>
where
    F: Future<Output = Result<Work, Problem>>,
{
    let new = OrderId::new();
    for tried in 1.. {
        let found = work(new, tried > 1).await;
        match ask.done(Work::or_refuse(found)).await {
            Err(problem) if problem.code == PRICES_CHANGED && tried < TRIES => {}
            done => return done,
        }
    }
    Err(Problem::bug())
}

/// Reads the order that was made of a cart, for whoever may read the cart.
#[utoipa::path(get, path = "/api/v1/carts/{id}/order", tag = "carts", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The order.", body = OrderView)),
    security((), ("staff" = ["orders:read"]), ("customer" = ["orders:read"])))]
async fn read_order_of_cart(shop: Shop, Id(id): Id<CartId>) -> Answer {
    let kept = steps::cart(&shop, id).await?;
    let order = kept.leads_to.filter(|_| kept.state == CartState::Ordered);
    let order = order.ok_or_else(|| Problem::not_found("order"))?;
    let mut order = crate::views::queries::order(&shop.tenant, OrderId(order)).await?;
    // Whoever placed it as a guest is not told that it was claimed.
    let customer = &mut order.summary.customer;
    if shop.own().is_some_and(|own| own != customer.id) {
        customer.id = customer.subject;
    }
    shop.one(&order, order.summary.version)
}

async fn change<T>(ask: &Command<T>, ports: &Ports, id: CartId, change: Result<Change, Problem>) -> Answer {
    let done = ask.done(Change::or_refuse(&change)).await?;
    show(&ask.shop, ports, id, change.ok(), done).await
}

/// The cart as it is now, with what became of the command.
async fn show(shop: &Shop, ports: &Ports, id: CartId, change: Option<Change>, done: Done) -> Answer {
    let kept = match change.and_then(|change| change.cart(&done)) {
        Some(kept) => kept,
        None => approvals::seen(shop, ports, id).await?,
    };
    let version = kept.version;
    let view = Priced::new(&shop.tenant, ports, kept, shop.now).await?.view();
    let Done { reply, replayed } = done;
    let shown = Reply { location: reply.location, ..Reply::json(reply.status, &view).version(version) };
    Ok(answer::done(Done { reply: shown, replayed }))
}
