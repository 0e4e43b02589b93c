//! A category, and what a search finds: the same list, narrowed and sorted in the same way.

use std::collections::HashMap;

use axum::extract::Path;
use axum::response::Response;
use catalog::{ProductId, words};
use kernel::{Problem, Word};
use maud::{Markup, html};

use super::home::count;
use super::parts::cards;
use crate::answer::Keeping;
use crate::browse::{Asked, Found, Sort, address, browse};
use crate::product::Product;
use crate::seo::{Seo, breadcrumbs, shortened};
use crate::visit::Visit;
use crate::{format, frame};

/// As many as a search looks at; the catalog answers the newest.
const FOUND: usize = 1000;
const MOST_WORDS: usize = 8;

pub(crate) async fn category(Path(handle): Path<String>, visit: Visit) -> Response {
    visit.kept(async |visit| shelf(visit, &handle).await).await
}

pub(crate) async fn search(visit: Visit) -> Response {
    let shown = found(&visit).await;
    visit.show(shown)
}

async fn shelf(visit: &Visit, handle: &str) -> Result<Response, Problem> {
    let shelf = visit.snapshot.shelf(handle).ok_or_else(|| Problem::not_found("category"))?;
    let category = &shelf.category;
    let asked = Asked::read(&visit.query, visit.shop.record.currency);
    let found = browse(&visit.shop, visit.snapshot.of_shelf(handle), &asked).await?;
    let path = format!("/c/{handle}");
    let mut steps = vec![frame::home_step(visit)];
    let mut above: Vec<(String, String)> = Vec::new();
    let mut at = shelf.within.as_deref();
    while let Some(parent) = at.and_then(|handle| visit.snapshot.shelf(handle)) {
        above.push((parent.category.title.clone(), format!("/c/{}", parent.category.handle)));
        at = parent.within.as_deref();
    }
    steps.extend(above.into_iter().rev());
    steps.push((category.title.clone(), path.clone()));
    let inside: Vec<_> = visit
        .snapshot
        .shelves
        .iter()
        .filter(|one| one.within.as_deref() == Some(handle) && one.count > 0)
        .collect();
    let main = html! {
        (frame::crumbs(visit, &steps))
        h1 { (category.title) }
        @if !category.description.is_empty() { p.lead { (category.description) } }
        @if !inside.is_empty() { ul.pills { @for shelf in inside {
            li { a href=(format!("/c/{}", shelf.category.handle)) { (shelf.category.title) } }
        } } }
        (listed(visit, &path, &asked, &found))
    };
    let own = |text: &Option<String>| text.clone();
    let described = own(&category.seo.description).unwrap_or_else(|| shortened(&category.description, 160));
    let plain = !asked.narrows() && asked.sort == Sort::Newest;
    let page = |number: usize| address(&path, &visit.query, "page", Some(&number.to_string()));
    let seo = Seo {
        title: own(&category.seo.title).unwrap_or_else(|| category.title.clone()),
        description: if described.is_empty() { count(visit, shelf.count) } else { described },
        canonical: plain.then(|| if found.page == 1 { path.clone() } else { page(found.page) }),
        picture: found
            .products
            .iter()
            .find_map(|product| product.pictures().next())
            .map(crate::product::address),
        sort: "website",
        data: vec![breadcrumbs(visit, &steps)],
        previous: (found.page > 1).then(|| page(found.page - 1)),
        next: (found.page < found.pages).then(|| page(found.page + 1)),
        onward: None,
    };
    Ok(frame::page(visit, Keeping::Public, &seo, main))
}

async fn found(visit: &Visit) -> Result<Response, Problem> {
    let texts = visit.texts;
    let q = visit.query.get("q").map(|q| q.chars().take(200).collect::<String>());
    let products = match &q {
        Some(q) => matching(visit, q).await?,
        None => visit.snapshot.products.iter().collect(),
    };
    let asked = Asked::read(&visit.query, visit.shop.record.currency);
    let none = products.is_empty();
    let found = browse(&visit.shop, products, &asked).await?;
    let title = match &q {
        Some(q) if none => texts.nothing_found(q),
        Some(q) => texts.found_for(q),
        None => texts.all_products().to_owned(),
    };
    let main = html! {
        h1 { (title) }
        @if none && q.is_some() {
            p.lead { (texts.nothing_found_lead()) }
            (frame::search_form(visit, "search-again"))
            (frame::shelves(visit))
        } @else if none {
            p.lead { (texts.empty_shop()) }
        } @else {
            (listed(visit, "/search", &asked, &found))
        }
    };
    let seo = Seo { title, ..Seo::default() };
    Ok(frame::page(visit, Keeping::Public, &seo, main))
}

/// What is on sale and has all the words.
async fn matching<'a>(visit: &'a Visit, q: &str) -> Result<Vec<&'a Product>, Problem> {
    let mut words = words(q);
    words.truncate(MOST_WORDS);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let ids = ::search::matching(&visit.search, &visit.shop, &words.join(" "), FOUND).await?;
    let known: HashMap<ProductId, &Product> =
        visit.snapshot.products.iter().map(|product| (ProductId(product.id), product)).collect();
    Ok(ids.iter().filter_map(|id| known.get(id).copied()).collect())
}

fn listed(visit: &Visit, path: &str, asked: &Asked, found: &Found<'_>) -> Markup {
    let texts = visit.texts;
    html! {
        div.browse {
            (narrowing(visit, path, asked, found))
            section aria-labelledby="found" {
                h2.unseen #found { (texts.all_products()) }
                p.count role="status" { (count(visit, found.total)) }
                @if found.products.is_empty() {
                    div.calm { h2 { (texts.nothing_here()) } p { (texts.nothing_here_lead()) } a.button href=(unnarrowed(visit, path)) { (texts.reset()) } }
                } @else {
                    (cards(visit, &found.products, &found.tags, 4))
                }
                (paging(visit, path, found))
            }
        }
    }
}

/// The form to narrow by. It is closed on a phone until somebody opens it, or something is ticked.
fn narrowing(visit: &Visit, path: &str, asked: &Asked, found: &Found<'_>) -> Markup {
    let (texts, currency) = (visit.texts, visit.shop.record.currency);
    let typed = |amount: Option<i64>| amount.map(|amount| format::plain(amount, currency));
    html! {
        details.narrow open[asked.narrows()] {
            summary { (texts.filter()) " · " (texts.sort()) }
            form action=(path) {
                @if let Some(q) = visit.query.get("q") { input type="hidden" name="q" value=(q); }
                @if let Some(language) = visit.query.get("lang") { input type="hidden" name="lang" value=(language); }
                div.field {
                    label for="sort" { (texts.sort()) }
                    select #sort name="sort" {
                        @for &sort in Sort::ALL { option value=(sort.as_str()) selected[sort == asked.sort] { (sorted_by(visit, sort)) } }
                    }
                }
                label.tick { input type="checkbox" name="stock" value="1" checked[asked.stocked]; span { (texts.in_stock_only()) } }
                div.pair {
                    div.field { label for="from" { (texts.price_from()) } input #from name="from" inputmode="decimal" autocomplete="off" value=[typed(asked.from)]; }
                    div.field { label for="to" { (texts.price_to()) } input #to name="to" inputmode="decimal" autocomplete="off" value=[typed(asked.to)]; }
                }
                @for facet in &found.facets {
                    fieldset {
                        legend { (capital(&facet.name)) }
                        @for value in &facet.values {
                            label.tick {
                                input type="checkbox" name=(Asked::field(&facet.name)) value=(value.text) checked[value.ticked];
                                span { (in_words(visit, &value.text)) " " small { (value.count) } }
                            }
                        }
                    }
                }
                div.row {
                    button.main { (texts.apply()) }
                    @if asked.narrows() { a href=(unnarrowed(visit, path)) { (texts.reset()) } }
                }
            }
        }
    }
}

fn sorted_by(visit: &Visit, sort: Sort) -> &'static str {
    match sort {
        // What was found by words comes in the order in which it fits them.
        Sort::Newest if visit.query.get("q").is_some() => visit.texts.sort_best(),
        Sort::Newest => visit.texts.sort_newest(),
        Sort::Cheap => visit.texts.sort_cheap(),
        Sort::Dear => visit.texts.sort_dear(),
        Sort::Title => visit.texts.sort_title(),
    }
}

fn unnarrowed(visit: &Visit, path: &str) -> String {
    let kept = visit.query.0.iter().filter(|(name, _)| name == "q" || name == "lang").cloned().collect();
    address(path, &crate::visit::Pairs(kept), "", None)
}

fn paging(visit: &Visit, path: &str, found: &Found<'_>) -> Markup {
    let texts = visit.texts;
    let page = |number: usize| address(path, &visit.query, "page", Some(&number.to_string()));
    html! {
        @if found.pages > 1 {
            nav.paging aria-label=(texts.pages()) {
                @if found.page > 1 { a.button rel="prev" href=(page(found.page - 1)) { (texts.previous()) } }
                span { (texts.page_of(&found.page.to_string(), &found.pages.to_string())) }
                @if found.page < found.pages { a.button rel="next" href=(page(found.page + 1)) { (texts.next()) } }
            }
        }
    }
}

/// What an attribute says, as people say it.
pub fn in_words(visit: &Visit, text: &str) -> String {
    match text {
        "true" => visit.texts.yes().to_owned(),
        "false" => visit.texts.no().to_owned(),
        text => text.to_owned(),
    }
}

pub fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
