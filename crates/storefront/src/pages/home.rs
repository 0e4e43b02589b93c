//! The front page: the parts that the theme names, in its order.

use axum::response::Response;
use kernel::Problem;
use maud::{Markup, html};
use serde_json::json;

use super::parts::{Room, cards, picture};
use crate::answer::Keeping;
use crate::frame;
use crate::product::{Product, Tags};
use crate::seo::Seo;
use crate::theme::Section;
use crate::visit::Visit;

/// How many products a part shows.
const SHOWN: usize = 8;

pub(crate) async fn home(visit: Visit) -> Response {
    visit.kept(shown).await
}

async fn shown(visit: &Visit) -> Result<Response, Problem> {
    let (name, snapshot) = (&visit.shop.record.name, &visit.snapshot);
    let tagline = snapshot.theme.tagline.clone();
    let lead = tagline.unwrap_or_else(|| visit.texts.welcome(name));
    let sections = &snapshot.theme.sections;
    let mut parts = Vec::new();
    let mut shows = Vec::new();
    for section in sections {
        let products = match section {
            Section::Products { category, .. } => some(visit, category.as_deref()),
            _ => Vec::new(),
        };
        let tags = Tags::of(&visit.shop, &products).await?;
        shows.extend(products.first().copied());
        parts.push(part(visit, section, &products, &tags));
    }
    let opens = matches!(sections.first(), Some(Section::Hero { .. }));
    let main = html! {
        @if !opens { (hero(visit, name, &lead, None)) }
        @if snapshot.products.is_empty() { p.calm { (visit.texts.empty_shop()) } }
        @for part in &parts { (part) }
    };
    let search = format!("{}/search?q={{search_term_string}}", visit.origin);
    let seo = Seo {
        title: name.clone(),
        description: lead,
        canonical: Some("/".into()),
        picture: shows.iter().find_map(|product| product.pictures().next()).map(crate::product::address),
        sort: "website",
        data: vec![json!({
            "@context": "https://schema.org", "@type": "WebSite", "name": name, "url": format!("{}/", visit.origin),
            "potentialAction": {
                "@type": "SearchAction", "target": { "@type": "EntryPoint", "urlTemplate": search },
                "query-input": "required name=search_term_string",
            },
        })],
        ..Seo::default()
    };
    Ok(frame::page(visit, Keeping::Public, &seo, main))
}

fn some<'a>(visit: &'a Visit, category: Option<&str>) -> Vec<&'a Product> {
    let mut products = match category {
        Some(handle) => visit.snapshot.of_shelf(handle),
        None => visit.snapshot.products.iter().take(SHOWN).collect(),
    };
    products.truncate(SHOWN);
    products
}

fn part(visit: &Visit, section: &Section, products: &[&Product], tags: &Tags) -> Markup {
    let texts = visit.texts;
    match section {
        Section::Hero { title, text, category } => hero(visit, title, text, category.as_deref()),
        Section::Products { title, category } => {
            let shelf = category.as_deref().and_then(|handle| visit.snapshot.shelf(handle));
            let own = shelf.map_or(texts.newest(), |shelf| &shelf.category.title);
            let more =
                shelf.map_or_else(|| "/search".into(), |shelf| format!("/c/{}", shelf.category.handle));
            html! {
                @if !products.is_empty() {
                    section.part {
                        div.heading { h2 { (title.as_deref().unwrap_or(own)) } a href=(more) { (texts.shop_now()) } }
                        (cards(visit, products, tags, 2))
                    }
                }
            }
        }
        Section::Categories { title } => html! {
            @if visit.snapshot.first().next().is_some() {
                section.part {
                    div.heading { h2 { (title.as_deref().unwrap_or(texts.explore())) } }
                    ul.doors { @for shelf in visit.snapshot.first().take(12) {
                        @let newest = visit.snapshot.of_shelf(&shelf.category.handle);
                        @let own = shelf.category.media.first();
                        @let shown = own.or_else(|| newest.iter().find_map(|product| product.pictures().next()));
                        li {
                            div.frame { (picture(shown, &shelf.category.title, false, true, Room::Card)) }
                            a href=(format!("/c/{}", shelf.category.handle)) { (shelf.category.title) }
                            span.quiet { (count(visit, shelf.count)) }
                        }
                    } }
                }
            }
        },
        Section::Text { title, text } => html! {
            section.part.words { h2 { (title) } @for line in text.split("\n\n") { p { (line) } } }
        },
    }
}

/// How many products there are, in words.
pub fn count(visit: &Visit, count: usize) -> String {
    visit.texts.count(count as i64)
}

fn hero(visit: &Visit, title: &str, text: &str, category: Option<&str>) -> Markup {
    let products = some(visit, category);
    let shown: Vec<_> = products.iter().filter_map(|product| product.pictures().next()).take(2).collect();
    let way = category.map_or_else(|| "/search".to_owned(), |handle| format!("/c/{handle}"));
    html! {
        section.hero .bare[shown.is_empty()] {
            div {
                h1 { (title) }
                @if !text.is_empty() { p.lead { (text) } }
                a.button.main href=(way) { (visit.texts.shop_now()) }
            }
            @for (n, media) in shown.iter().enumerate() { div.frame { (picture(Some(media), title, n == 0, true, Room::Card)) } }
        }
    }
}
