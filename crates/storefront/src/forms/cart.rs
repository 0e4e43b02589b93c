//! What changes the cart. The script is answered in short.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use catalog::VariantId;
use edge::Platform;
use kernel::Problem;
use orders::CartId;
use orders::NewLine;
use orders::cart::queries::KeptCart;
use orders::checkout::{Change, steps};
use serde_json::json;

use crate::pages::draft::{Found, found};
use crate::visit::{Pairs, Visit, see_other};
use crate::visitor_cart::{self, VisitorCart};
use crate::wording;

pub(crate) async fn add(State(platform): State<Platform>, visit: Visit, body: Bytes) -> Response {
    let form = Pairs::sent(&body);
    let visitor = match VisitorCart::of(&platform, visit).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let (id, work) = match visitor.to_fill() {
        Some(id) => (id, added(&visitor.visit, id, &form).await),
        None => opened(&visitor.visit, &form).await,
    };
    let done = changed(&visitor.visit, id, work).await;
    if visitor.visit.by_script() {
        return shortly(&visitor.visit, done);
    }
    visitor.visit.show(leads_on(&visitor.visit, done, "/cart").await)
}

pub(crate) async fn fill(
    State(platform): State<Platform>,
    Path(variant): Path<String>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Pairs::sent(&body);
    of_cart(&platform, visit, async |visit, id| {
        let variant: VariantId = variant.parse().map_err(|_| Problem::not_found("line"))?;
        steps::fill(&visit.shop, id, None, variant, quantity(&form)).await
    })
    .await
}

pub(crate) async fn enter_code(State(platform): State<Platform>, visit: Visit, body: Bytes) -> Response {
    let form = Pairs::sent(&body);
    of_cart(&platform, visit, async |visit, id| {
        steps::enter_code(&visit.shop, id, None, form.get("code").unwrap_or_default()).await
    })
    .await
}

pub(crate) async fn take_out_code(State(platform): State<Platform>, visit: Visit, body: Bytes) -> Response {
    let form = Pairs::sent(&body);
    of_cart(&platform, visit, async |visit, id| {
        steps::take_out_code(&visit.shop, id, None, form.owned("code").unwrap_or_default()).await
    })
    .await
}

/// What a shop has put together is the cart of whoever goes on with it.
pub(crate) async fn take_up(
    State(platform): State<Platform>,
    Path(named): Path<String>,
    visit: Visit,
) -> Response {
    let visit = match visit.greeted(&platform).await {
        Ok(visit) => visit,
        Err(refused) => return refused.0.show(Err(refused.1)),
    };
    let found = found(&visit, &named).await;
    // What a browser does not keep would be an empty cart on the next page.
    let found = found.and_then(|found| visit.jar.check().map(|()| found));
    visit.show(found.map(|found| match found {
        Found::Open(draft) => {
            let mut response = see_other("/checkout");
            visitor_cart::keep(&visit, response.headers_mut(), &draft);
            response
        }
        Found::Elsewhere(response) => response,
    }))
}

/// Does something to the cart that is there; where none is, its page says so.
async fn of_cart(
    platform: &Platform,
    visit: Visit,
    change: impl AsyncFnOnce(&Visit, CartId) -> Result<Change, Problem>,
) -> Response {
    let visitor = match VisitorCart::of(platform, visit).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let Some(id) = visitor.id() else { return see_other("/cart") };
    let change = change(&visitor.visit, id).await;
    let done = changed(&visitor.visit, id, change).await;
    visitor.visit.show(leads_on(&visitor.visit, done, "/cart").await)
}

fn line(form: &Pairs) -> NewLine {
    let variant_id = form.get("variant").and_then(|id| id.parse().ok());
    NewLine { variant_id, sku: None, quantity: quantity(form) }
}

/// What is no number is refused by the cart, which takes none below 0.
fn quantity(form: &Pairs) -> i64 {
    form.get("quantity").map_or(1, |text| text.parse().unwrap_or(-1))
}

async fn added(visit: &Visit, id: CartId, form: &Pairs) -> Result<Change, Problem> {
    steps::add(&visit.shop, id, None, &line(form)).await
}

async fn opened(visit: &Visit, form: &Pairs) -> (CartId, Result<Change, Problem>) {
    let id = steps::new_id(&visit.shop);
    // A cart that the browser does not keep would be an empty one on the next page.
    let work = match visit.jar.check() {
        Ok(()) => steps::open(&visit.shop, id, &[line(form)]).await,
        Err(problem) => Err(problem),
    };
    (id, work)
}

async fn changed(visit: &Visit, id: CartId, change: Result<Change, Problem>) -> Result<KeptCart, Problem> {
    visitor_cart::change(visit, id, change?).await
}

async fn leads_on(visit: &Visit, done: Result<KeptCart, Problem>, to: &str) -> Result<Response, Problem> {
    let cart = done?;
    let mut response = see_other(to);
    visitor_cart::keep(visit, response.headers_mut(), &cart);
    Ok(response)
}

fn shortly(visit: &Visit, done: Result<KeptCart, Problem>) -> Response {
    match done {
        Ok(cart) => {
            let mut response = json_of(StatusCode::OK, &json!({ "items": visitor_cart::items(&cart) }));
            visitor_cart::keep(visit, response.headers_mut(), &cart);
            response
        }
        Err(problem) => {
            let status = StatusCode::from_u16(problem.fault.status()).unwrap_or(StatusCode::CONFLICT);
            json_of(status, &json!({ "said": wording::refusal(visit, &problem) }))
        }
    }
}

fn json_of(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
