//! The sandbox asks whoever pays whether it is them, as their bank would.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use edge::Platform;
use kernel::Problem;
use maud::html;
use payments::page_payments;
use payments::sandbox::CHALLENGES;
use uuid::Uuid;

use crate::answer::Keeping;
use crate::frame;
use crate::seo::Seo;
use crate::visit::{Pairs, Visit, see_other};

pub(crate) async fn challenge(Path(id): Path<String>, visit: Visit) -> Response {
    visit.show(shown(&visit, &id).await)
}

pub(crate) async fn meet(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let visit = match visit.greeted(&platform).await {
        Ok(visit) => visit,
        Err(refused) => return refused.0.show(Err(refused.1)),
    };
    let passed = Pairs::sent(&body).get("answer") == Some("yes");
    let met = page_payments::meet(&visit.cashier, &visit.shop, &id, passed).await;
    visit.show(met.map(|()| see_other(&address(&visit, &id))))
}

async fn shown(visit: &Visit, id: &str) -> Result<Response, Problem> {
    let texts = visit.texts;
    let challenge = page_payments::challenge(&visit.shop, id).await?;
    let order = order(visit).map(|order| format!("/orders/{order}"));
    let back = challenge.way_back.or(order).unwrap_or_else(|| "/".to_owned());
    let main = html! {
        div.calm {
            @if challenge.open {
                h1 { (texts.challenge_title()) }
                p.lead { (texts.challenge_lead(&visit.money(challenge.amount))) }
                p.quiet { (texts.pay_trial_note()) }
                form method="post" action=(address(visit, id)) {
                    button.main name="answer" value="yes" { (texts.challenge_yes()) }
                    " "
                    button name="answer" value="no" { (texts.challenge_no()) }
                }
            } @else {
                h1 { (texts.challenge_over()) }
            }
            p { a href=(back) { (texts.challenge_back()) } }
        }
    };
    let onward = (!challenge.open).then_some(back);
    let seo = Seo { title: texts.challenge_title().to_owned(), onward, ..Seo::default() };
    Ok(frame::page(visit, Keeping::Private, &seo, main))
}

fn address(visit: &Visit, id: &str) -> String {
    let order = order(visit).map(|order| format!("?order={order}")).unwrap_or_default();
    format!("{CHALLENGES}{id}{order}")
}

/// The order that somebody came from, by the name that it has for them.
fn order(visit: &Visit) -> Option<Uuid> {
    visit.query.get("order").and_then(|order| order.parse().ok())
}
