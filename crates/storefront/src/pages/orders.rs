//! The orders of a customer who is signed in.

use axum::extract::State;
use axum::response::Response;
use edge::Platform;
use kernel::Problem;
use maud::html;
use orders::queries::Listed;
use uuid::Uuid;

use super::approval::waiting_carts;
use super::order;
use super::parts::empty;
use crate::answer::Keeping;
use crate::seo::Seo;
use crate::visit::Visit;
use crate::{format, frame};

const SHOWN: usize = 100;

pub(crate) async fn orders(State(platform): State<Platform>, visit: Visit) -> Response {
    let visit = match visit.greeted(&platform).await {
        Ok(visit) => visit,
        Err(refused) => return refused.0.show(Err(refused.1)),
    };
    let shown = shown(&visit).await;
    visit.show(shown)
}

async fn shown(visit: &Visit) -> Result<Response, Problem> {
    let texts = visit.texts;
    let seo = Seo { title: texts.your_orders().to_owned(), ..Seo::default() };
    let Some(customer) = visit.shop.caller.customer() else {
        let main = empty(
            texts.your_orders(),
            texts.sign_in_for_orders(),
            ("/sign-in?next=/account/orders", texts.sign_in()),
        );
        return Ok(frame::page(visit, Keeping::Private, &seo, main));
    };
    let own = orders::whose::ids_of(&visit.shop.tenant, &*visit.ports.buyers, customer).await?;
    let listed = Listed { own: Some(own), ..Listed::default() };
    let found = orders::queries::orders(&visit.shop.tenant, &listed, Uuid::max(), SHOWN).await?;
    let waiting = waiting_carts(visit, customer).await?;
    let done = match visit.query.get("done") {
        Some("approved") => Some(texts.approved()),
        Some("declined") => Some(texts.declined()),
        _ => None,
    };
    if found.is_empty() && done.is_none() && waiting.0.is_empty() {
        let main = empty(texts.no_orders(), texts.no_orders_lead(), ("/search", texts.go_shopping()));
        return Ok(frame::page(visit, Keeping::Private, &seo, main));
    }
    let main = html! {
        h1 { (texts.your_orders()) }
        @if let Some(text) = done { div.notice role="status" { p { (text) } } }
        (waiting)
        ul.orders { @for summary in &found { li.box {
            @let number = summary.number.map_or_else(|| summary.id.to_string(), |number| number.to_string());
            a href=(format!("/orders/{}", summary.id)) { (texts.order_title(&number)) }
            span { (format::date(texts, summary.placed_at)) }
            span { (order::name(visit, &summary.status)) }
            strong { (visit.money(summary.total)) }
        } } }
        p { a href="/account" { (texts.account()) } }
    };
    Ok(frame::page(visit, Keeping::Private, &seo, main))
}
