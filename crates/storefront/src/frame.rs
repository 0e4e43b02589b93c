//! What all pages have around them.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Fault, Problem};
use maud::{DOCTYPE, Markup, html};

use crate::answer::{self, Keeping};
use crate::seo::{self, Seo, in_language};
use crate::texts::LANGUAGES;
use crate::visit::Visit;
use crate::{assets, browse, wording};

/// A page within its frame.
pub fn page(visit: &Visit, keeping: Keeping, seo: &Seo, main: Markup) -> Response {
    answer::page(visit, StatusCode::OK, keeping, whole(visit, seo, main))
}

impl Visit {
    /// What became of it, or the page that says why nothing did.
    pub fn show(&self, shown: Result<Response, Problem>) -> Response {
        shown.unwrap_or_else(|problem| match problem.fault {
            Fault::NotFound => lost(self),
            _ => broken(self, &problem),
        })
    }
}

pub fn lost(visit: &Visit) -> Response {
    let texts = visit.texts;
    let main = html! {
        div.calm {
            h1 { (texts.lost()) }
            p.lead { (texts.lost_lead()) }
            (search_form(visit, "search-lost"))
            p { a.button href="/" { (texts.back_home()) } }
            (shelves(visit))
        }
    };
    let seo = Seo { title: texts.lost().to_owned(), ..Seo::default() };
    answer::page(visit, StatusCode::NOT_FOUND, Keeping::Private, whole(visit, &seo, main))
}

/// Says in the shop's dress what was refused, or that something went wrong.
fn broken(visit: &Visit, problem: &Problem) -> Response {
    let texts = visit.texts;
    let status = problem.fault.status();
    let ours = status >= 500 && problem.retry_after.is_none();
    let title = if ours { texts.broken() } else { texts.not_done() };
    let main = html! {
        div.calm {
            h1 { (title) }
            p.lead { @if ours { (texts.broken_lead()) } @else { (wording::refusal(visit, problem)) } }
            p { a.button href="/cart" { (texts.back_to_cart()) } }
        }
    };
    let seo = Seo { title: title.to_owned(), ..Seo::default() };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer::page(visit, status, Keeping::Private, whole(visit, &seo, main))
}

pub fn whole(visit: &Visit, seo: &Seo, main: Markup) -> Markup {
    let texts = visit.texts;
    html! {
        (DOCTYPE)
        html lang=(texts.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                (seo::head(visit, seo))
                link rel="stylesheet" href=(assets::style());
                link rel="stylesheet" href=(visit.snapshot.sheet.address());
                link rel="icon" href="data:,";
                script src=(assets::script()) defer {}
            }
            body {
                a.skip href="#main" { (texts.skip()) }
                (top(visit))
                main #main tabindex="-1" {
                    @if visit.jar.is_closed() {
                        div.alert { p { (texts.not_encrypted()) " " a href="/problems/not_encrypted" { "/problems/not_encrypted" } } }
                    }
                    (main)
                }
                (foot(visit))
                div.said #said role="status" aria-live="polite" data-cart=(texts.to_cart()) {}
            }
        }
    }
}

fn top(visit: &Visit) -> Markup {
    let texts = visit.texts;
    let items = visit.items();
    let here = |path: &str| (visit.path == path).then_some("page");
    html! {
        header.top {
            div.bar {
                a.brand href="/" { (brand(visit)) }
                (search_form(visit, "search"))
                nav.own aria-label=(texts.account()) {
                    a href="/account/orders" aria-current=[here("/account/orders")] { (icon(Icon::Person)) span { (texts.account()) } }
                    a.bag href="/cart" aria-current=[here("/cart")] {
                        (icon(Icon::Bag)) span { (texts.cart()) }
                        b #items hidden[items == 0] { (items) }
                    }
                }
            }
            nav.shelves aria-label=(texts.menu()) {
                ul {
                    li { a href="/search" aria-current=[here("/search").filter(|_| visit.query.get("q").is_none())] { (texts.all_products()) } }
                    @for shelf in visit.snapshot.first().take(12) {
                        @let path = format!("/c/{}", shelf.category.handle);
                        li { a href=(path) aria-current=[here(&path)] { (shelf.category.title) } }
                    }
                }
            }
        }
    }
}

fn brand(visit: &Visit) -> Markup {
    let name = &visit.shop.record.name;
    html! {
        @match visit.snapshot.theme.logo {
            Some(logo) => { img.logo src=(format!("/pictures/{logo}")) alt=(name) height="40"; }
            None => { (name) }
        }
    }
}

fn foot(visit: &Visit) -> Markup {
    let texts = visit.texts;
    html! {
        footer.foot {
            p { strong { (visit.shop.record.name) } @if let Some(tagline) = &visit.snapshot.theme.tagline { br; (tagline) } }
            ul {
                li { a href="/account/orders" { (texts.your_orders()) } }
                li { a href="/account" { (texts.account()) } }
                li { a href="/cart" { (texts.cart()) } }
            }
            nav aria-label=(texts.language_label()) {
                ul { @for other in LANGUAGES {
                    @let path = browse::address(&visit.path, &visit.query, "lang", Some(other.tag()));
                    li { a href=(path) hreflang=(other.tag()) lang=(other.tag()) rel="nofollow"
                        aria-current=[(other.tag() == texts.tag()).then_some("true")] { (other.language_name()) } }
                } }
            }
            p.quiet { (texts.powered()) }
        }
    }
}

pub fn search_form(visit: &Visit, id: &str) -> Markup {
    let texts = visit.texts;
    let typed = if id == "search" { visit.query.get("q").unwrap_or_default() } else { "" };
    html! {
        form.search action="/search" role=[(id == "search").then_some("search")] {
            label.unseen for=(id) { (texts.search_label()) }
            input id=(id) name="q" type="search" placeholder=(texts.search()) value=(typed) maxlength="200" autocomplete="off" enterkeyhint="search";
            button aria-label=(texts.search()) { (icon(Icon::Glass)) }
        }
    }
}

/// The shelves of the shop, for whoever does not know where to go.
pub fn shelves(visit: &Visit) -> Markup {
    html! {
        ul.pills { @for shelf in visit.snapshot.first().take(24) {
            li { a href=(format!("/c/{}", shelf.category.handle)) { (shelf.category.title) } }
        } }
    }
}

/// The way from the front page to here.
pub fn crumbs(visit: &Visit, steps: &[(String, String)]) -> Markup {
    html! {
        nav.crumbs aria-label=(visit.texts.home()) {
            ol {
                @for (n, (name, path)) in steps.iter().enumerate() {
                    li { @if n + 1 == steps.len() { span aria-current="page" { (name) } } @else { a href=(path) { (name) } } }
                }
            }
        }
    }
}

pub fn home_step(visit: &Visit) -> (String, String) {
    (visit.texts.home().to_owned(), in_language("/", visit.chosen.then_some(visit.texts.tag())))
}

#[derive(Debug, Clone, Copy)]
pub enum Icon {
    Bag,
    Person,
    Glass,
}

pub fn icon(icon: Icon) -> Markup {
    let path = match icon {
        Icon::Bag => "M6 8h12l1 12H5L6 8Zm3 0V6a3 3 0 0 1 6 0v2",
        Icon::Person => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8c.6-3.6 3.400-5 7-5s6.400 1.400 7 5",
        Icon::Glass => "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.500 4.500",
    };
    html! { svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" { path d=(path) {} } }
}
