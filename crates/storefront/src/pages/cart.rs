//! The cart: what is in it, what it costs and why, and what keeps it from being ordered.

use axum::extract::State;
use axum::response::Response;
use edge::Platform;
use kernel::Problem;
use maud::{Markup, html};
use orders::checkout::view::{CartLine, CartView};

use super::parts::{Room, bill, empty, picture};
use crate::answer::Keeping;
use crate::frame;
use crate::product::Product;
use crate::seo::Seo;
use crate::visit::{ITEMS, Visit};
use crate::visitor_cart::{self, VisitorCart};
use crate::wording;

pub(crate) async fn cart(State(platform): State<Platform>, visit: Visit) -> Response {
    let visitor = match VisitorCart::of(&platform, visit).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let shown = shown(&visitor).await;
    visitor.visit.show(shown)
}

async fn shown(visitor: &VisitorCart) -> Result<Response, Problem> {
    let (visit, texts) = (&visitor.visit, visitor.visit.texts);
    let seo = Seo { title: texts.your_cart().to_owned(), ..Seo::default() };
    let Some(kept) = visitor.cart.as_ref().filter(|cart| !cart.lines.is_empty()) else {
        let main = empty(texts.empty_cart(), texts.empty_cart_lead(), ("/search", texts.go_shopping()));
        let mut response = frame::page(visit, Keeping::Private, &seo, main);
        if visit.cookie(ITEMS).is_some() {
            visitor_cart::let_go(visit, response.headers_mut());
        }
        return Ok(response);
    };
    let view = visitor_cart::priced(visit, kept.clone()).await?;
    let main = html! {
        h1 { (texts.your_cart()) }
        @if let Some(reason) = &view.decline_reason { div.notice { p { (texts.declined_because(reason)) } } }
        @if view.draft { p.lead { (texts.put_together()) } }
        div.split {
            ul.lines { @for line in &view.lines { (self::line(visit, line, view.draft)) } }
            aside.box aria-label=(texts.summary()) {
                h2 { (texts.summary()) }
                @if !view.draft { (codes(visit, &view)) }
                (bill(visit, &view.bill, view.delivery_option_id.is_some()))
                a.button.main.wide href="/checkout" { (texts.to_checkout()) }
            }
        }
    };
    let mut response = frame::page(visit, Keeping::Private, &seo, main);
    visitor_cart::keep(visit, response.headers_mut(), kept);
    Ok(response)
}

/// A line, with what changes it unless it is fixed.
pub fn line(visit: &Visit, line: &CartLine, fixed: bool) -> Markup {
    let texts = visit.texts;
    let product = sold(visit, line);
    let path = format!("/cart/lines/{}", line.variant_id);
    let field = format!("q-{}", line.variant_id);
    let title = if line.title.is_empty() { texts.sold_out() } else { &line.title };
    html! {
        li.line {
            div.frame { (picture(product.and_then(|product| product.pictures().next()), title, false, true, Room::Small)) }
            div {
                h2 { @match product {
                    Some(product) => { a href=(format!("/p/{}?v={}", product.handle, line.variant_id)) { (title) } }
                    None => { (title) }
                } }
                @if line.quantity > 1 { p.quiet { @if fixed { (line.quantity) " × " } (texts.each(&visit.money(line.unit_price))) } }
                @if let Some(problem) = wording::shortage(visit, line) { p.problem { (problem) } }
                @if !fixed { div.row {
                    form method="post" action=(path) data-live="" {
                        label.unseen for=(field) { (texts.quantity_of(title)) }
                        div.stepper data-fewer=(texts.fewer()) data-more=(texts.more()) { input id=(field) name="quantity" type="number" min="0" max="10000" value=(line.quantity) inputmode="numeric" required; }
                        button data-plain="" { (texts.update()) }
                    }
                    form method="post" action=(path) data-live="" {
                        input type="hidden" name="quantity" value="0";
                        button.link aria-label=(texts.remove_which(title)) { (texts.remove()) }
                    }
                } }
            }
            strong.price { (visit.money(line.total)) }
        }
    }
}

fn sold<'a>(visit: &'a Visit, line: &CartLine) -> Option<&'a Product> {
    let id = line.product_id?;
    visit.snapshot.products.iter().find(|product| product.id == id)
}

/// The codes that were entered, each with what became of it.
fn codes(visit: &Visit, view: &CartView) -> Markup {
    let texts = visit.texts;
    html! {
        @if !view.promotions.is_empty() {
            ul.codes { @for line in view.promotions.iter().filter(|line| line.applied || line.code.is_some()) {
                li .good[line.applied] {
                    span.problem[wording::is_refused(line)] { (wording::promotion(visit, line)) @if line.amount != 0 { " · " (texts.saves(&visit.money(line.amount.abs()))) } }
                    @if let Some(code) = &line.code {
                        form method="post" action="/cart/codes/out" data-live="" {
                            input type="hidden" name="code" value=(code);
                            button.link aria-label=(texts.code_out(code)) { (texts.remove()) }
                        }
                    }
                }
            } }
        }
        form.code method="post" action="/cart/codes" data-live="" {
            label for="code" { (texts.code()) }
            div.row { input #code name="code" maxlength="40" autocomplete="off" autocapitalize="characters" required; button { (texts.code_add()) } }
        }
    }
}
