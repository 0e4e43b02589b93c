//! What a shop has put together for somebody: its address shows it, and only whoever goes on from there has it as their
//! cart. Another site can make a browser open an address, and so must not put anything into anybody's cart.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use edge::Platform;
use kernel::Problem;
use maud::html;
use orders::CartId;
use orders::cart::queries::{CartState, KeptCart};

use super::cart;
use super::parts::{bill, empty};
use crate::answer::{self, Keeping};
use crate::seo::Seo;
use crate::visit::{Visit, see_other};
use crate::{frame, visitor_cart};

pub(crate) async fn draft(
    State(platform): State<Platform>,
    Path(named): Path<String>,
    visit: Visit,
) -> Response {
    let visit = match visit.greeted(&platform).await {
        Ok(visit) => visit,
        Err(refused) => return refused.0.show(Err(refused.1)),
    };
    let shown = match found(&visit, &named).await {
        Ok(Found::Open(draft)) => offer(&visit, *draft).await,
        Ok(Found::Elsewhere(response)) => Ok(response),
        Err(problem) => Err(problem),
    };
    visit.show(shown)
}

pub enum Found {
    Open(Box<KeptCart>),
    /// What is shown instead.
    Elsewhere(Response),
}

/// The draft, while it can be ordered. Whoever ordered it comes to their order.
pub(crate) async fn found(visit: &Visit, named: &str) -> Result<Found, Problem> {
    let nothing = || Problem::not_found("draft");
    let id: CartId = named.parse().map_err(|_| nothing())?;
    let seen =
        visitor_cart::seen(visit, id).await?.filter(|cart| cart.draft.is_some() && !cart.lines.is_empty());
    match seen {
        Some(draft) if draft.state == CartState::Open => Ok(Found::Open(Box::new(draft))),
        Some(draft) if draft.state == CartState::Ordered => {
            Ok(Found::Elsewhere(see_other(&format!("/orders/{id}"))))
        }
        Some(draft) if draft.state == CartState::AwaitingApproval => {
            Ok(Found::Elsewhere(see_other(&format!("/approvals/{id}"))))
        }
        None if visit.shop.caller.customer().is_none() => Ok(Found::Elsewhere(closed(visit, id))),
        _ => Err(nothing()),
    }
}

async fn offer(visit: &Visit, draft: KeptCart) -> Result<Response, Problem> {
    let id = draft.id;
    let texts = visit.texts;
    let view = visitor_cart::priced(visit, draft).await?;
    let main = html! {
        h1 { (texts.offer()) }
        p.lead { (texts.offer_lead(&visit.shop.record.name)) }
        div.split {
            ul.lines { @for line in &view.lines { (cart::line(visit, line, true)) } }
            aside.box.ask aria-label=(texts.summary()) {
                h2 { (texts.summary()) }
                (bill(visit, &view.bill, view.delivery_option_id.is_some()))
                form method="post" action=(format!("/drafts/{id}")) { button.main.wide { (texts.take_offer()) } }
            }
        }
    };
    let seo = Seo { title: texts.offer().to_owned(), ..Seo::default() };
    Ok(frame::page(visit, Keeping::Private, &seo, main))
}

/// It may be a customer's who has not signed in. The page is the same whether there is a draft or none, so that it tells
/// nobody which.
fn closed(visit: &Visit, id: CartId) -> Response {
    let texts = visit.texts;
    let way = format!("/sign-in?next=/drafts/{id}");
    let main = empty(texts.offer_closed(), texts.offer_closed_lead(), (&way, texts.sign_in()));
    let seo = Seo { title: texts.offer_closed().to_owned(), ..Seo::default() };
    let whole = frame::whole(visit, &seo, main);
    answer::page(visit, StatusCode::NOT_FOUND, Keeping::Private, whole)
}
