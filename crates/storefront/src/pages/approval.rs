//! A cart that waits for a colleague's yes: for the buyer who may say it, for those who may the question itself.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use edge::Platform;
use kernel::Problem;
use maud::{Markup, html};
use orders::CartId;
use orders::cart::queries::{self, CartState, KeptCart};
use orders::checkout::approvals;
use orders::checkout::view::{CartView, Priced};
use uuid::Uuid;

use super::parts::bill;
use crate::answer::{self, Keeping};
use crate::frame;
use crate::seo::Seo;
use crate::visit::{Visit, see_other};

/// So many carts that wait are shown with their prices.
const SHOWN: usize = 10;

pub(crate) async fn approval(
    State(platform): State<Platform>,
    Path(named): Path<String>,
    visit: Visit,
) -> Response {
    let visit = match visit.greeted(&platform).await {
        Ok(visit) => visit,
        Err(refused) => return refused.0.show(Err(refused.1)),
    };
    let shown = match named.parse() {
        Ok(id) => page(&visit, StatusCode::OK, id, None).await,
        Err(_) => Err(Problem::not_found("cart")),
    };
    visit.show(shown)
}

/// The cart, with what was refused above it. One that does not wait any more leads to where it is now.
pub(crate) async fn page(
    visit: &Visit,
    status: StatusCode,
    id: CartId,
    refused: Option<&str>,
) -> Result<Response, Problem> {
    let kept = approvals::seen(&visit.shop, &visit.ports, id).await?;
    if kept.state != CartState::AwaitingApproval {
        let ordered = kept.state == CartState::Ordered;
        return Ok(see_other(&if ordered { format!("/orders/{id}") } else { "/cart".to_owned() }));
    }
    let texts = visit.texts;
    let own = kept.buyer().is_some() && kept.buyer() == visit.shop.caller.customer();
    let title = if own { texts.waits() } else { texts.approve_title() };
    let names = if own { approvers(visit, &kept).await? } else { Vec::new() };
    let view = view(visit, kept).await?;
    let main = html! {
        h1 { (title) }
        @if let Some(text) = refused { div.alert #wrong role="alert" tabindex="-1" { p { (text) } } }
        div.split {
            section.box.ask {
                @if own {
                    p.lead { (texts.waits_lead()) }
                    @if names.is_empty() { p { (texts.nobody_approves()) } }
                    @else { p { (texts.who_approves()) } ul { @for name in &names { li { (name) } } } }
                    form method="post" action=(format!("/approvals/{id}/recall")) { button { (texts.recall()) } }
                } @else {
                    p.lead { (asked(visit, &view)) }
                    (decision(visit, &view))
                }
            }
            aside.box aria-label=(texts.summary()) {
                h2 { (texts.summary()) }
                ul.brief { @for line in &view.lines { li { span { (line.quantity) " × " (line.title) } span { (visit.money(line.total)) } } } }
                @if let Some(number) = &view.contact.purchase_order { p.quiet { (texts.purchase_order()) ": " (number) } }
                (bill(visit, &view.bill, view.delivery_option_id.is_some()))
            }
        }
    };
    let seo = Seo { title: title.to_owned(), ..Seo::default() };
    Ok(answer::page(visit, status, Keeping::Private, frame::whole(visit, &seo, main)))
}

/// The carts that wait for this customer's yes, and their own that wait for somebody else's.
pub(crate) async fn waiting_carts(visit: &Visit, customer: Uuid) -> Result<Markup, Problem> {
    let (shop, texts) = (&visit.shop, visit.texts);
    let whose = approvals::listed(shop, &visit.ports, customer).await?;
    let start = (i64::MAX, Uuid::max());
    let found = queries::carts(&shop.tenant, whose, CartState::AwaitingApproval, start, SHOWN).await?;
    let (mut theirs, mut own) = (Vec::new(), Vec::new());
    for cart in found {
        let kept = approvals::seen(shop, &visit.ports, cart.id).await?;
        let mine = kept.buyer() == Some(customer);
        let view = view(visit, kept).await?;
        if mine { own.push(view) } else { theirs.push(view) }
    }
    Ok(html! {
        @if !theirs.is_empty() {
            section aria-label=(texts.for_your_approval()) {
                h2 { (texts.for_your_approval()) }
                ul.orders { @for view in &theirs { li.box {
                    a href=(format!("/approvals/{}", view.id)) { (asked(visit, view)) }
                    strong { (visit.money(view.bill.total)) }
                    (decision(visit, view))
                } } }
            }
        }
        @if !own.is_empty() {
            section aria-label=(texts.waits()) {
                h2 { (texts.waits()) }
                ul.orders { @for view in &own { li.box {
                    a href=(format!("/approvals/{}", view.id)) { (items(view)) }
                    strong { (visit.money(view.bill.total)) }
                } } }
            }
        }
    })
}

/// Yes, to exactly what is shown; or no, and why.
fn decision(visit: &Visit, view: &CartView) -> Markup {
    let texts = visit.texts;
    let field = format!("reason-{}", view.id);
    html! {
        form method="post" action=(format!("/approvals/{}/approve", view.id)) {
            input type="hidden" name="version" value=(view.version);
            input type="hidden" name="total" value=(view.bill.total);
            button.main { (texts.approve(&visit.money(view.bill.total))) }
        }
        form method="post" action=(format!("/approvals/{}/decline", view.id)) {
            input type="hidden" name="version" value=(view.version);
            div.field {
                label for=(field) { (texts.decline_reason()) }
                input id=(field) name="reason" required maxlength="500" autocomplete="off";
            }
            button { (texts.decline()) }
        }
    }
}

fn asked(visit: &Visit, view: &CartView) -> String {
    let name = view.contact.name.as_deref().unwrap_or_default();
    visit.texts.approve_asked(name, &items(view))
}

fn items(view: &CartView) -> String {
    let items: Vec<String> =
        view.lines.iter().take(3).map(|line| format!("{} × {}", line.quantity, line.title)).collect();
    if view.lines.len() > 3 { format!("{}, …", items.join(", ")) } else { items.join(", ") }
}

async fn approvers(visit: &Visit, kept: &KeptCart) -> Result<Vec<String>, Problem> {
    let Some((organisation, buyer)) = kept.organisation.zip(kept.buyer()) else { return Ok(Vec::new()) };
    visit.ports.buyers.approvers(&visit.shop.tenant, organisation, buyer).await
}

async fn view(visit: &Visit, kept: KeptCart) -> Result<CartView, Problem> {
    Ok(Priced::new(&visit.shop.tenant, &visit.ports, kept, visit.shop.now).await?.view())
}
