//! What the checkout's form sends. What is wrong is said beside its field, and nothing that was typed is lost.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edge::Platform;
use kernel::Problem;
use orders::cart::queries::{CartState, KeptCart};
use orders::checkout::CartDetails;
use orders::checkout::steps::{self, NewOrderOf};
use orders::checkout::view::CartView;
use orders::{CartId, NewAddress, OrderId, PRICES_CHANGED, TOTAL_CHANGED, TRIES};
use store::Work;
use uuid::Uuid;

use crate::pages::book;
use crate::pages::checkout::{Errors, form};
use crate::visit::{Pairs, Visit, see_other};
use crate::visitor_cart::{self, VisitorCart, priced};
use crate::wording;

pub(crate) async fn describe(State(platform): State<Platform>, visit: Visit, body: Bytes) -> Response {
    let typed = Pairs::sent(&body);
    let visitor = match VisitorCart::of(&platform, visit).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let Some(cart) = &visitor.cart else { return see_other("/cart") };
    let shown = async {
        let typed = filled(&visitor.visit, typed).await?;
        match written(&visitor.visit, cart, &typed).await? {
            Written::Well(_) => Ok(see_other("/checkout#delivery")),
            Written::Wrong(errors) => again(&visitor.visit, cart.id, &typed, &errors).await,
        }
    };
    visitor.visit.show(shown.await)
}

pub(crate) async fn order(State(platform): State<Platform>, visit: Visit, body: Bytes) -> Response {
    let typed = Pairs::sent(&body);
    let visitor = match VisitorCart::of(&platform, visit).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let shown = async {
        match &visitor.cart {
            Some(cart) => ordered(&visitor.visit, cart, &filled(&visitor.visit, typed).await?).await,
            None => sent_twice(&visitor.visit, &typed).await,
        }
    };
    visitor.visit.show(shown.await)
}

/// What was typed; an address that was chosen from the book stands in the place of one.
async fn filled(visit: &Visit, typed: Pairs) -> Result<Pairs, Problem> {
    if !typed.has("book") {
        return Ok(typed);
    }
    Ok(book::filled(typed, &book::known_buyer(visit).await?))
}

/// Whoever pressed the button twice comes to their order all the same.
async fn sent_twice(visit: &Visit, typed: &Pairs) -> Result<Response, Problem> {
    let cart = match typed.get("cart").and_then(|id| id.parse().ok()) {
        Some(id) => visitor_cart::seen(visit, id).await?,
        None => None,
    };
    Ok(match cart {
        Some(cart) if cart.state == CartState::Ordered => placed(visit, cart.id),
        Some(cart) if cart.state == CartState::AwaitingApproval => waits(visit, cart.id),
        _ => see_other("/cart"),
    })
}

async fn ordered(visit: &Visit, cart: &KeptCart, typed: &Pairs) -> Result<Response, Problem> {
    let view = match written(visit, cart, typed).await? {
        Written::Well(view) => view,
        Written::Wrong(errors) => return again(visit, cart.id, typed, &errors).await,
    };
    let errors = Errors::missing(visit, &view);
    if !errors.is_empty() {
        return again(visit, cart.id, typed, &errors).await;
    }
    let expected = typed.get("total").and_then(|total| total.parse().ok());
    match place(visit, cart.id, expected).await {
        Ok(Placed::Ordered) => Ok(placed(visit, cart.id)),
        Ok(Placed::Waits) => Ok(waits(visit, cart.id)),
        Err(problem) if problem.code == TOTAL_CHANGED.code => {
            let total = visit.money(view.bill.total);
            let errors = Errors::whole(visit.texts.cart_changed(&total));
            again(visit, cart.id, typed, &errors).await
        }
        // Sold out, used up, or changed by somebody else at this very moment: said above the form.
        Err(problem) if problem.fault.status() < 500 || problem.retry_after.is_some() => {
            again(visit, cart.id, typed, &Errors::whole(wording::refusal(visit, &problem))).await
        }
        Err(problem) => Err(problem),
    }
}

enum Placed {
    Ordered,
    /// For a colleague's yes.
    Waits,
}

async fn place(visit: &Visit, cart: CartId, expected_total: Option<i64>) -> Result<Placed, Problem> {
    let shop = &visit.shop;
    let new = NewOrderOf { cart, order: OrderId::new(), expected_total };
    for tried in 1.. {
        let work = steps::order(shop, &visit.ports, new, tried > 1).await;
        match visitor_cart::run(visit, Work::or_refuse(work)).await {
            Err(problem) if problem.code == PRICES_CHANGED && tried < TRIES => {}
            Ok(done) if done.reply.status == 202 => return Ok(Placed::Waits),
            done => return done.map(|_| Placed::Ordered),
        }
    }
    Err(Problem::bug())
}

/// An order that was placed is paid on its page.
fn placed(visit: &Visit, cart: CartId) -> Response {
    let mut response = see_other(&format!("/orders/{cart}"));
    visitor_cart::let_go(visit, response.headers_mut());
    response
}

/// A cart that waits is looked at on its page.
fn waits(visit: &Visit, cart: CartId) -> Response {
    let mut response = see_other(&format!("/approvals/{cart}"));
    visitor_cart::let_go(visit, response.headers_mut());
    response
}

enum Written {
    Well(Box<CartView>),
    Wrong(Errors),
}

/// Writes down what was typed, if all of it holds. The first way of delivery is taken until another one is chosen.
async fn written(visit: &Visit, cart: &KeptCart, typed: &Pairs) -> Result<Written, Problem> {
    let (id, shop) = (cart.id, &visit.shop);
    let mut errors = Errors::empty_fields(visit, typed);
    let mut details = details(typed);
    // What the form did not ask for stays as it was said.
    details.billing_address = cart.contact.billing_address.as_ref().map(NewAddress::from);
    if !typed.has("purchase_order") {
        details.purchase_order = cart.contact.purchase_order.clone();
    }
    let described = match steps::describe(shop, &visit.ports, id, None, &details).await {
        Ok(change) if errors.is_empty() => visitor_cart::change(visit, id, change).await?,
        Ok(_) => return Ok(Written::Wrong(errors)),
        Err(problem) if !problem.fields.is_empty() => {
            errors.refused(visit, typed, &problem.fields);
            return Ok(Written::Wrong(errors));
        }
        Err(problem) => return Err(problem),
    };
    let view = priced(visit, described).await?;
    let offered = |option: &Uuid| view.delivery_options.iter().any(|choice| choice.id == *option);
    let wanted = typed.get("delivery").and_then(|option| option.parse().ok()).filter(offered);
    let kept = view.delivery_option_id.filter(offered);
    let option = wanted.or(kept).or(view.delivery_options.first().map(|choice| choice.id));
    if option == view.delivery_option_id {
        return Ok(Written::Well(Box::new(view)));
    }
    let change = steps::choose_delivery(shop, id, None, option).await?;
    let chosen = visitor_cart::change(visit, id, change).await?;
    Ok(Written::Well(Box::new(priced(visit, chosen).await?)))
}

/// The form once more, with what was typed and what is wrong with it.
async fn again(visit: &Visit, id: CartId, typed: &Pairs, errors: &Errors) -> Result<Response, Problem> {
    let view = priced(visit, steps::cart(&visit.shop, id).await?).await?;
    let buyer = book::known_buyer(visit).await?;
    form(visit, StatusCode::UNPROCESSABLE_ENTITY, (&view, &buyer), typed, errors).await
}

fn details(typed: &Pairs) -> CartDetails {
    let text = |name: &str| typed.owned(name);
    let plain = |name: &str| typed.owned(name).unwrap_or_default();
    let address = NewAddress {
        line1: plain("line1"),
        line2: text("line2"),
        city: plain("city"),
        postal_code: plain("postal_code"),
        region: text("region"),
        country: plain("country").to_uppercase(),
    };
    CartDetails {
        email: text("email"),
        name: text("name"),
        phone: text("phone"),
        company: text("company"),
        shipping_address: Some(address),
        billing_address: None,
        purchase_order: text("purchase_order"),
        note: text("note"),
        ..CartDetails::default()
    }
}
