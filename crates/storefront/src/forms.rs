//! What the forms of a shop send: each changes the cart and leads back to a page. The script is answered in short.

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
use orders::cart::desk;
use serde_json::json;
use store::Work;

use crate::bag::{self, Bag};
use crate::pages::draft::{Found, found};
use crate::said;
use crate::visit::{Pairs, Visit, see_other};

pub async fn add(State(platform): State<Platform>, visit: Visit, body: Bytes) -> Response {
    let form = read(&body);
    let bag = match Bag::of(&platform, visit).await {
        Ok(bag) => bag,
        Err(response) => return response,
    };
    let (id, work) = match bag.to_fill() {
        Some(id) => (id, added(&bag.visit, id, &form).await),
        None => opened(&bag.visit, &form).await,
    };
    let done = changed(&bag.visit, id, work).await;
    if bag.visit.by_script() {
        return shortly(&bag.visit, done).await;
    }
    bag.visit.show(leads_on(&bag.visit, done, "/cart").await)
}

pub async fn fill(
    State(platform): State<Platform>,
    Path(variant): Path<String>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = read(&body);
    of_cart(&platform, visit, async |visit, id| {
        let variant: VariantId = variant.parse().map_err(|_| Problem::not_found("line"))?;
        desk::fill(&visit.shop, id, None, variant, quantity(&form)).await
    })
    .await
}

pub async fn enter_code(State(platform): State<Platform>, visit: Visit, body: Bytes) -> Response {
    let form = read(&body);
    of_cart(&platform, visit, async |visit, id| {
        desk::enter_code(&visit.shop, id, None, form.get("code").unwrap_or_default()).await
    })
    .await
}

pub async fn take_out_code(State(platform): State<Platform>, visit: Visit, body: Bytes) -> Response {
    let form = read(&body);
    of_cart(&platform, visit, async |visit, id| {
        desk::take_out_code(&visit.shop, id, None, form.owned("code").unwrap_or_default()).await
    })
    .await
}

/// What a shop has put together is the cart of whoever goes on with it.
pub async fn take_up(State(platform): State<Platform>, Path(named): Path<String>, visit: Visit) -> Response {
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
            bag::keep(&visit, response.headers_mut(), &draft);
            response
        }
        Found::Elsewhere(response) => response,
    }))
}

pub fn read(body: &Bytes) -> Pairs {
    Pairs::read(&String::from_utf8_lossy(body))
}

/// Does something to the cart that is there; where none is, its page says so.
async fn of_cart(
    platform: &Platform,
    visit: Visit,
    work: impl AsyncFnOnce(&Visit, CartId) -> Result<Work, Problem>,
) -> Response {
    let bag = match Bag::of(platform, visit).await {
        Ok(bag) => bag,
        Err(response) => return response,
    };
    let Some(id) = bag.id() else { return see_other("/cart") };
    let work = work(&bag.visit, id).await;
    let done = changed(&bag.visit, id, work).await;
    bag.visit.show(leads_on(&bag.visit, done, "/cart").await)
}

fn line(form: &Pairs) -> NewLine {
    let variant_id = form.get("variant").and_then(|id| id.parse().ok());
    NewLine { variant_id, sku: None, quantity: quantity(form) }
}

/// What is no number is refused by the cart, which takes none below 0.
fn quantity(form: &Pairs) -> i64 {
    form.get("quantity").map_or(1, |text| text.parse().unwrap_or(-1))
}

async fn added(visit: &Visit, id: CartId, form: &Pairs) -> Result<Work, Problem> {
    desk::add(&visit.shop, id, None, &line(form)).await
}

async fn opened(visit: &Visit, form: &Pairs) -> (CartId, Result<Work, Problem>) {
    let id = desk::new_id();
    // A cart that the browser does not keep would be an empty one on the next page.
    let work = match visit.jar.check() {
        Ok(()) => desk::open(&visit.shop, id, &[line(form)]).await,
        Err(problem) => Err(problem),
    };
    (id, work)
}

async fn changed(visit: &Visit, id: CartId, work: Result<Work, Problem>) -> Result<CartId, Problem> {
    bag::run(visit, work?).await?;
    Ok(id)
}

async fn leads_on(visit: &Visit, done: Result<CartId, Problem>, to: &str) -> Result<Response, Problem> {
    let cart = desk::cart(&visit.shop, done?).await?;
    let mut response = see_other(to);
    bag::keep(visit, response.headers_mut(), &cart);
    Ok(response)
}

async fn shortly(visit: &Visit, done: Result<CartId, Problem>) -> Response {
    let told = async {
        let cart = desk::cart(&visit.shop, done?).await?;
        Ok::<_, Problem>((json!({ "items": bag::items(&cart) }), cart))
    };
    match told.await {
        Ok((text, cart)) => {
            let mut response = json_of(StatusCode::OK, &text);
            bag::keep(visit, response.headers_mut(), &cart);
            response
        }
        Err(problem) => {
            let status = StatusCode::from_u16(problem.fault.status()).unwrap_or(StatusCode::CONFLICT);
            json_of(status, &json!({ "said": said::refusal(visit, &problem) }))
        }
    }
}

fn json_of(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
