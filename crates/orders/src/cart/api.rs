//! The routes of carts.

use axum::Extension;
use catalog::{OfferBy, VariantId, offers};
use edge::answer;
use edge::{Answer, Command, Cursor, Filter, Id, NoBody, Of, Page, Routes, Shop};
use kernel::{Check, Fault, Problem, SubjectId};
use serde::Deserialize;
use store::{Done, Reply, Work};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use super::queries::{self, CartSummary, Kept};
use super::view::{CartView, Priced};
use super::{Contact, MOST_LINES, MOST_OF_A_THING, works};
use crate::api::{NewAddress, TRIES, within};
use crate::carriers::Carriers;
use crate::order::Address;
use crate::queries::OrderView;
use crate::works::{Buyer, PRICES_CHANGED};
use crate::{CartId, OrderId, numbers};

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
        .routes(routes!(read_order_of_cart))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCart {
    /// What is put into it at once; at most 200 lines.
    #[serde(default)]
    lines: Vec<NewCartLine>,
}

/// A variant, by its id or its SKU, and how many.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCartLine {
    #[schema(value_type = Option<Uuid>)]
    variant_id: Option<VariantId>,
    sku: Option<String>,
    /// 1 to 10,000.
    quantity: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Quantity {
    /// How many there are to be, 0 to 10,000.
    quantity: i64,
}

/// Who orders and where it goes: what is left out is unknown from then on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CartDetails {
    email: Option<String>,
    name: Option<String>,
    phone: Option<String>,
    company: Option<String>,
    shipping_address: Option<NewAddress>,
    /// The shipping address when left out.
    billing_address: Option<NewAddress>,
    /// A number of the customer's own, for their books.
    purchase_order: Option<String>,
    note: Option<String>,
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

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListCarts {
    /// open, ordered or merged; open when left out.
    state: Option<String>,
    customer_id: Option<Uuid>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists carts, the latest change first: a customer's own, or for staff those that nobody has ordered yet.
#[utoipa::path(get, path = "/api/v1/carts", tag = "carts", params(ListCarts),
    responses((status = 200, description = "A page of carts.", body = Page<CartSummary>)),
    security(("staff" = ["orders:read"]), ("customer" = ["orders:place"])))]
async fn list_carts(shop: Shop, Filter(asked): Filter<ListCarts>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let state = asked.state.unwrap_or_else(|| "open".into());
    let mut check = Check::default();
    check.that(["open", "ordered", "merged"].contains(&&*state), "state", "say open, ordered or merged");
    check.done()?;
    let owner = shop.caller.own().or(asked.customer_id);
    let start = asked
        .cursor
        .map_or(Ok((i64::MAX, Uuid::max())), |cursor| Cursor::decode("carts", &(&state, owner), &cursor))?;
    let carts = queries::carts(&shop.tenant, owner, &state, start, limit + 1).await?;
    shop.list(&Page::cut(carts, limit, |last| {
        Cursor::encode("carts", &(&state, owner), &(last.updated_at.as_micros(), last.id.uuid()))
    }))
}

/// Begins a cart. A guest's belongs to whoever knows its id, so keep it to yourself.
#[utoipa::path(post, path = "/api/v1/carts", tag = "carts", request_body = NewCart,
    responses((status = 201, description = "Begun; Location says where.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn open_cart(Extension(rates): Extension<Carriers>, ask: Command<NewCart>) -> Answer {
    let mut check = Check::default();
    check.that(ask.body.lines.len() <= MOST_LINES, "/lines", "a cart has at most 200 lines");
    for (n, line) in ask.body.lines.iter().enumerate() {
        line.check(&format!("/lines/{n}"), &mut check);
    }
    check.done()?;
    let named = name(&ask.shop, &ask.body.lines, "/lines").await;
    let (owner, currency) = (ask.shop.caller.customer(), ask.shop.record.currency);
    let id = CartId(Uuid::new_v4());
    let work = named.map(|lines| works::open_cart(id, owner, currency, lines));
    let done = ask.done(Work::or_refuse(work)).await?;
    // Asked a second time, it is the cart of the first.
    let made = done.reply.location.as_deref().and_then(|at| at.rsplit('/').next()?.parse().ok());
    show(&ask.shop, &rates, made.unwrap_or(id), done).await
}

/// Reads a cart: what is in it, what it costs today, and what an order of it still needs.
#[utoipa::path(get, path = "/api/v1/carts/{id}", tag = "carts", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The cart.", body = CartView)),
    security((), ("staff" = ["orders:read"]), ("customer" = ["orders:place"])))]
async fn read_cart(Extension(rates): Extension<Carriers>, shop: Shop, Id(id): Id<CartId>) -> Answer {
    let done = Done { reply: Reply { status: 200, ..Reply::default() }, replayed: false };
    show(&shop, &rates, id, done).await
}

/// Says who orders and where it goes.
#[utoipa::path(put, path = "/api/v1/carts/{id}", tag = "carts", params(("id" = Uuid, Path)), request_body = CartDetails,
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn describe_cart(
    Extension(rates): Extension<Carriers>,
    Id(id): Id<CartId>,
    ask: Command<CartDetails>,
) -> Answer {
    ask.body.check()?;
    let kept = cart(&ask.shop, id).await;
    let work = kept.map(|kept| {
        let purchase_order = ask.body.purchase_order.clone();
        works::describe(id, ask.if_match, kept.subject, ask.body.contact(), purchase_order)
    });
    change(&ask, &rates, id, work).await
}

/// Puts more of a thing into the cart.
#[utoipa::path(post, path = "/api/v1/carts/{id}/lines", tag = "carts", params(("id" = Uuid, Path)), request_body = NewCartLine,
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn add_line(
    Extension(rates): Extension<Carriers>,
    Id(id): Id<CartId>,
    ask: Command<NewCartLine>,
) -> Answer {
    let mut check = Check::default();
    ask.body.check("", &mut check);
    check.done()?;
    let work = async {
        cart(&ask.shop, id).await?;
        let lines = name(&ask.shop, std::slice::from_ref(&ask.body), "").await?;
        let (variant, quantity) = lines.first().copied().ok_or_else(Problem::bug)?;
        Ok(works::add(id, ask.if_match, variant, quantity))
    };
    let work = work.await;
    change(&ask, &rates, id, work).await
}

/// Says how many of a thing are in the cart; 0 takes it out.
#[utoipa::path(put, path = "/api/v1/carts/{id}/lines/{variant_id}", tag = "carts",
    params(("id" = Uuid, Path), ("variant_id" = Uuid, Path)), request_body = Quantity,
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn set_line(
    Extension(rates): Extension<Carriers>,
    Of(id, variant): Of<CartId, VariantId>,
    ask: Command<Quantity>,
) -> Answer {
    let quantity = ask.body.quantity;
    let mut check = Check::default();
    check.that((0..=MOST_OF_A_THING).contains(&quantity), "/quantity", "write how many, 0 to 10,000");
    check.done()?;
    let work = cart(&ask.shop, id).await.and_then(|kept| {
        // What is not in the cart is put into it by its own route, which looks whether it is sold.
        let there = kept.lines.iter().any(|(known, _)| *known == variant);
        if there || quantity == 0 { Ok(()) } else { Err(Problem::not_found("line")) }
    });
    change(&ask, &rates, id, work.map(|()| works::fill(id, ask.if_match, variant, quantity))).await
}

/// Takes a thing out of the cart.
#[utoipa::path(delete, path = "/api/v1/carts/{id}/lines/{variant_id}", tag = "carts",
    params(("id" = Uuid, Path), ("variant_id" = Uuid, Path)),
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn remove_line(
    Extension(rates): Extension<Carriers>,
    Of(id, variant): Of<CartId, VariantId>,
    ask: Command<NoBody>,
) -> Answer {
    let kept = cart(&ask.shop, id).await;
    change(&ask, &rates, id, kept.map(|_| works::fill(id, ask.if_match, variant, 0))).await
}

/// Chooses a way of delivery, or none.
#[utoipa::path(put, path = "/api/v1/carts/{id}/delivery", tag = "carts", params(("id" = Uuid, Path)), request_body = ChosenOption,
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn choose_delivery(
    Extension(rates): Extension<Carriers>,
    Id(id): Id<CartId>,
    ask: Command<ChosenOption>,
) -> Answer {
    let option = ask.body.delivery_option_id;
    let work = async {
        cart(&ask.shop, id).await?;
        let rules = crate::rules::rules(&ask.shop.tenant).await?;
        let mut check = Check::default();
        let known = option.is_none_or(|option| rules.delivery(option).is_some());
        check.that(known, "/delivery_option_id", "choose one of the cart's delivery_options");
        check.done()?;
        Ok(works::choose_delivery(id, ask.if_match, option))
    };
    let work = work.await;
    change(&ask, &rates, id, work).await
}

/// Enters a code. The cart says what became of it.
#[utoipa::path(post, path = "/api/v1/carts/{id}/codes", tag = "carts", params(("id" = Uuid, Path)), request_body = NewCode,
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn enter_code(
    Extension(rates): Extension<Carriers>,
    Id(id): Id<CartId>,
    ask: Command<NewCode>,
) -> Answer {
    let code = ask.body.code.trim().to_owned();
    let mut check = Check::default();
    check.that(within(&code, 1, 40), "/code", "write a code of 1 to 40 letters");
    check.done()?;
    let kept = cart(&ask.shop, id).await;
    change(&ask, &rates, id, kept.map(|_| works::enter_code(id, ask.if_match, code))).await
}

/// Takes a code out again.
#[utoipa::path(delete, path = "/api/v1/carts/{id}/codes/{code}", tag = "carts", params(("id" = Uuid, Path), ("code" = String, Path)),
    responses((status = 200, description = "The cart, as it is now.", body = CartView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn take_out_code(
    Extension(rates): Extension<Carriers>,
    Of(id, code): Of<CartId, String>,
    ask: Command<NoBody>,
) -> Answer {
    let kept = cart(&ask.shop, id).await;
    change(&ask, &rates, id, kept.map(|_| works::take_out_code(id, ask.if_match, code))).await
}

/// Makes a guest's cart one's own after signing in; what is in it comes into the cart that one has, if there is one.
#[utoipa::path(post, path = "/api/v1/carts/{id}/claim", tag = "carts", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The cart to go on with.", body = CartView)),
    security(("customer" = ["orders:place"])))]
async fn claim_cart(
    Extension(rates): Extension<Carriers>,
    Id(id): Id<CartId>,
    ask: Command<NoBody>,
) -> Answer {
    let owner = ask.shop.caller.customer().ok_or_else(Problem::bug)?;
    let kept = cart(&ask.shop, id).await?;
    // Claimed before, perhaps by this very request: the cart to go on with is the same.
    let on = match (kept.state.as_str(), kept.owner, kept.leads_to) {
        ("merged", _, Some(into)) => CartId(into),
        (_, Some(_), _) => id,
        _ => {
            let into = queries::open_cart(&ask.shop.tenant, owner).await?;
            ask.done(works::claim(&kept, SubjectId(owner), into)).await?;
            into.unwrap_or(id)
        }
    };
    let done = Done { reply: Reply { status: 200, ..Reply::default() }, replayed: false };
    show(&ask.shop, &rates, on, done).await
}

/// Orders what is in the cart, at the price of this moment.
#[utoipa::path(post, path = "/api/v1/carts/{id}/checkout", tag = "carts", params(("id" = Uuid, Path)), request_body = Checkout,
    responses((status = 201, description = "Ordered; Location says where.", body = OrderView)),
    security((), ("staff" = ["orders:place"]), ("customer" = ["orders:place"])))]
async fn order_cart(
    Extension(rates): Extension<Carriers>,
    Id(id): Id<CartId>,
    ask: Command<Checkout>,
) -> Answer {
    let shop = &ask.shop;
    let number = numbers::next(&shop.tenant, &ask.asked()).await?;
    let order = OrderId::new();
    for tried in 1.. {
        let work = async {
            let kept = cart(shop, id).await?;
            let priced = Priced::new(&shop.tenant, &rates, kept, shop.now, tried > 1).await?;
            let Kept { version, subject, contact, purchase_order, .. } = &priced.kept;
            if priced.kept.state == "open" {
                priced.must_be_whole()?;
                expect(&ask, &priced)?;
            }
            let buyer = Buyer {
                subject: *subject,
                person: priced.person(),
                note: contact.note.clone(),
                purchase_order: purchase_order.clone(),
                cart: Some((id, *version)),
            };
            Ok(crate::works::place_order(order, number, buyer, &priced.receipt))
        };
        let answer = ask.run(Work::or_refuse(work.await)).await;
        match answer {
            Err(refused) if refused.0.code == PRICES_CHANGED && tried < TRIES => {}
            answer => return answer,
        }
    }
    Err(Problem::bug().into())
}

/// Reads the order that was made of a cart, for whoever may read the cart.
#[utoipa::path(get, path = "/api/v1/carts/{id}/order", tag = "carts", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The order.", body = OrderView)),
    security((), ("staff" = ["orders:read"]), ("customer" = ["orders:read"])))]
async fn read_order_of_cart(shop: Shop, Id(id): Id<CartId>) -> Answer {
    let kept = cart(&shop, id).await?;
    let order = kept.leads_to.filter(|_| kept.state == "ordered");
    let order = order.ok_or_else(|| Problem::not_found("order"))?;
    let order = crate::queries::order(&shop.tenant, OrderId(order)).await?;
    shop.one(&order, order.summary.version)
}

async fn cart(shop: &Shop, id: CartId) -> Result<Kept, Problem> {
    queries::cart(&shop.tenant, id, shop.caller.own()).await
}

async fn change<T>(ask: &Command<T>, rates: &Carriers, id: CartId, work: Result<Work, Problem>) -> Answer {
    let done = ask.done(Work::or_refuse(work)).await?;
    show(&ask.shop, rates, id, done).await
}

/// The cart as it is now, with what became of the command.
async fn show(shop: &Shop, rates: &Carriers, id: CartId, done: Done) -> Answer {
    let kept = cart(shop, id).await?;
    let version = kept.version;
    let view = Priced::new(&shop.tenant, rates, kept, shop.now, false).await?.view();
    let Done { reply, replayed } = done;
    let shown = Reply { location: reply.location, ..Reply::json(reply.status, &view).version(version) };
    Ok(answer::done(Done { reply: shown, replayed }))
}

/// The variants of these lines, if all of them are sold here.
async fn name(shop: &Shop, lines: &[NewCartLine], pointer: &str) -> Result<Vec<(VariantId, i64)>, Problem> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let by: Vec<OfferBy> = lines.iter().map(NewCartLine::by).collect();
    let found = offers(&shop.tenant, &by, false).await?;
    let (mut check, mut named) = (Check::default(), Vec::new());
    for (n, (line, offer)) in lines.iter().zip(found).enumerate() {
        let at = if pointer.is_empty() { String::new() } else { format!("{pointer}/{n}") };
        match offer.filter(|offer| offer.price.currency == shop.record.currency) {
            Some(offer) => named.push((offer.variant, line.quantity)),
            None => check.that(false, format!("{at}/{}", line.named_by()), "this shop does not sell this"),
        }
    }
    check.done()?;
    Ok(named)
}

fn expect(ask: &Command<Checkout>, priced: &Priced) -> Result<(), Problem> {
    let total = priced.receipt.ledger().total();
    if ask.body.expected_total.is_none_or(|expected| expected == total) {
        return Ok(());
    }
    let shown = kernel::Money::new(total, priced.kept.currency);
    let detail = format!(
        "The cart costs {shown} now, so nothing was ordered. Look at it again, and order at that price."
    );
    Err(Problem::new(Fault::Conflict, "total_changed", "Another total", detail).with("total", total))
}

impl NewCartLine {
    fn check(&self, at: &str, check: &mut Check) {
        let some = (1..=MOST_OF_A_THING).contains(&self.quantity);
        check.that(some, format!("{at}/quantity"), "order 1 to 10,000 of a thing");
        let named = self.variant_id.is_some() != self.sku.is_some();
        check.that(
            named,
            format!("{at}/variant_id"),
            "name the variant by variant_id or by sku, and not by both",
        );
    }

    fn by(&self) -> OfferBy {
        match (&self.variant_id, &self.sku) {
            (Some(id), _) => OfferBy::Variant(*id),
            (None, sku) => OfferBy::Sku(sku.clone().unwrap_or_default()),
        }
    }

    fn named_by(&self) -> &'static str {
        if self.variant_id.is_some() { "variant_id" } else { "sku" }
    }
}

impl CartDetails {
    fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        let email = self.email.as_deref().is_none_or(kernel::is_email);
        check.that(email, "/email", "write an e-mail address as name@example.com");
        for (name, text, least, most) in [
            ("name", &self.name, 1, 200),
            ("phone", &self.phone, 3, 40),
            ("company", &self.company, 1, 200),
            ("purchase_order", &self.purchase_order, 1, 100),
            ("note", &self.note, 0, 2000),
        ] {
            let fits = text.as_ref().is_none_or(|text| within(text, least, most));
            check.that(fits, format!("/{name}"), format!("write {least} to {most} letters, or leave it out"));
        }
        for (name, address) in
            [("shipping_address", &self.shipping_address), ("billing_address", &self.billing_address)]
        {
            if let Some(address) = address {
                address.check(&format!("/{name}"), &mut check);
            }
        }
        check.done()
    }

    fn contact(&self) -> Contact {
        let address = |address: &Option<NewAddress>| address.as_ref().map(NewAddress::address);
        let shipping: Option<Address> = address(&self.shipping_address);
        Contact {
            email: self.email.clone(),
            name: self.name.clone(),
            phone: self.phone.clone(),
            company: self.company.clone(),
            billing_address: address(&self.billing_address)
                .filter(|billing| Some(billing) != shipping.as_ref()),
            shipping_address: shipping,
            note: self.note.clone(),
        }
    }
}
