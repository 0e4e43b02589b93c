//! An order, for whoever knows its cart, and for its owner.

use axum::extract::{Path, State};
use axum::response::Response;
use edge::Platform;
use kernel::{Problem, Timestamp, Word};
use maud::{Markup, html};
use orders::ParcelState;
use orders::cart::queries::CartState;
use orders::queries::OrderView;
use orders::{CartId, OrderId, Status};
use serde_json::Value;
use uuid::Uuid;

use super::parts::bill;
use super::paying::Paying;
use super::{countries, paying};
use crate::answer::Keeping;
use crate::seo::Seo;
use crate::visit::Visit;
use crate::{format, frame, visitor_cart};

pub(crate) async fn order(
    State(platform): State<Platform>,
    Path(named): Path<String>,
    visit: Visit,
) -> Response {
    let visit = match visit.greeted(&platform).await {
        Ok(visit) => visit,
        Err(refused) => return refused.0.show(Err(refused.1)),
    };
    visit.show(shown(&visit, &named).await)
}

async fn shown(visit: &Visit, named: &str) -> Result<Response, Problem> {
    let order = found(visit, named).await?;
    let paying = paying::section(visit, named, &order).await?;
    Ok(page(visit, &order, paying))
}

/// By the cart that it was, or by its own id for the customer who placed it.
pub(crate) async fn found(visit: &Visit, named: &str) -> Result<OrderView, Problem> {
    let tenant = &visit.shop.tenant;
    let id: Uuid = named.parse().map_err(|_| Problem::not_found("order"))?;
    if let Some(cart) = visitor_cart::seen(visit, CartId(id)).await? {
        let order = cart
            .leads_to
            .filter(|_| cart.state == CartState::Ordered)
            .ok_or_else(|| Problem::not_found("order"))?;
        return orders::queries::order(tenant, OrderId(order)).await;
    }
    let buyers = &*visit.ports.buyers;
    orders::whose::order_seen_by((tenant, tenant), buyers, OrderId(id), visit.shop.own()).await
}

fn page(visit: &Visit, order: &OrderView, paying: Paying) -> Response {
    let texts = visit.texts;
    let summary = &order.summary;
    let number = summary.number.map_or_else(|| summary.id.to_string(), |number| number.to_string());
    let title = texts.order_title(&number);
    let placed = summary.status == Status::Placed.as_str();
    let own = visit.shop.own() == Some(summary.customer.id);
    let lead = if own { texts.thanks_lead_own() } else { texts.thanks_lead() };
    let main = html! {
        h1 { (title) }
        p.lead { (texts.placed_on(&format::date(texts, summary.placed_at))) }
        @if placed { div.notice role="status" { p { strong { (texts.thanks()) } } p { (lead) } } }
        div.split {
            div {
                (paying.section)
                section.box { h2 { (texts.progress()) } (progress(visit, order)) }
                (parcels(visit, order))
                section.box {
                    h2 { (texts.items()) }
                    ul.brief { @for line in &order.lines { li {
                        span { (line.quantity) " × " (line.title) } span { (visit.money(line.total)) }
                    } } }
                }
            }
            aside.box aria-label=(texts.summary()) {
                h2 { (texts.summary()) }
                @if let Some(known) = &order.bill { (bill(visit, known, true)) }
                @else { p { strong { (visit.money(summary.total)) } } }
                (goes_to(visit, order))
            }
        }
    };
    let seo = Seo { title, onward: paying.onward, ..Seo::default() };
    frame::page(visit, Keeping::Private, &seo, main)
}

/// Each step with its day, and those that are still to come; what was left out on the way does not come any more.
fn progress(visit: &Visit, order: &OrderView) -> Markup {
    let cancelled = order.summary.status == Status::Cancelled.as_str();
    let done =
        |status: Status| order.history.iter().find(|step| step.status == status.as_str()).map(|step| step.at);
    let usual = [Status::Placed, Status::Confirmed, Status::Packed, Status::Shipped, Status::Delivered];
    let far = Status::ALL.iter().rposition(|status| done(*status).is_some()).unwrap_or_default();
    let steps: Vec<(Status, Option<Timestamp>)> = (0..)
        .zip(Status::ALL)
        .map(|(n, &status)| (status, done(status), n > far && !cancelled && usual.contains(&status)))
        .filter(|(_, at, to_come)| at.is_some() || *to_come)
        .map(|(status, at, _)| (status, at))
        .collect();
    html! {
        ol.steps { @for (status, at) in steps {
            li .done[at.is_some()] aria-current=[(order.summary.status == status.as_str()).then_some("step")] {
                strong { (name(visit, status.as_str())) }
                span.quiet { @match at { Some(at) => (format::date(visit.texts, at)), None => (visit.texts.not_yet()) } }
            }
        } }
    }
}

/// What was sent, and what its carrier says; the last word first.
fn parcels(visit: &Visit, order: &OrderView) -> Markup {
    let texts = visit.texts;
    let told = |state: ParcelState| match state {
        ParcelState::Announced => texts.parcel_announced(),
        ParcelState::UnderWay => texts.parcel_under_way(),
        ParcelState::Delivered => texts.parcel_delivered(),
        ParcelState::Lost => texts.parcel_lost(),
        ParcelState::Unknown => texts.parcel_unknown(),
    };
    html! {
        @if !order.parcels.is_empty() { section.box {
            h2 { (texts.parcels()) }
            @for parcel in &order.parcels {
                p {
                    @if let Some(state) = parcel.state { strong { (told(state)) } br; }
                    @if parcel.state.is_none() {
                        strong { (texts.parcel_sent(&format::date(texts, parcel.sent_at))) } br;
                    }
                    @if let Some(carrier) = &parcel.carrier { (carrier) " " }
                    @if let Some(number) = &parcel.tracking_number {
                        span.quiet { (texts.parcel_number(number)) }
                    }
                }
                ul.brief { @for milestone in parcel.milestones.iter().rev() { li {
                    span { (milestone.text.as_deref().unwrap_or_default()) }
                    span.quiet { (format::date(texts, milestone.at)) }
                } } }
            }
        } }
    }
}

/// What a status is called.
pub fn name(visit: &Visit, status: &str) -> &'static str {
    let texts = visit.texts;
    match status {
        "confirmed" => texts.status_confirmed(),
        "packed" => texts.status_packed(),
        "partly_shipped" => texts.status_partly_shipped(),
        "shipped" => texts.status_shipped(),
        "delivered" => texts.status_delivered(),
        "returned" => texts.status_returned(),
        "cancelled" => texts.status_cancelled(),
        _ => texts.status_placed(),
    }
}

fn goes_to(visit: &Visit, order: &OrderView) -> Markup {
    let address = order.details.as_ref().and_then(|details| details.get("shipping_address"));
    let text = |name: &str| {
        address.and_then(|address| address.get(name)).and_then(Value::as_str).unwrap_or_default()
    };
    html! {
        @if address.is_some_and(Value::is_object) {
            h2 { (visit.texts.goes_to()) }
            address {
                (order.summary.customer.name) br;
                (text("line1")) br;
                @if !text("line2").is_empty() { (text("line2")) br; }
                (text("postal_code")) " " (text("city")) br;
                (countries::named(visit, text("country")))
            }
        }
        @if let Some(delivery) = &order.delivery { p.quiet { (visit.texts.delivery()) ": " (delivery.name) } }
    }
}
