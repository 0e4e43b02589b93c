//! A product: its pictures, what it is chosen by, what it costs, and whether it is there.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::response::{IntoResponse, Response};
use catalog::{Choice, VariantId, queries, shop_pages};
use kernel::Problem;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::list::{capital, in_words};
use super::parts::{Room, cards, picture};
use crate::answer::Keeping;
use crate::format::plain;
use crate::product::{Product, Tags, Variant, address};
use crate::seo::{Seo, breadcrumbs, complete, shortened};
use crate::visit::Visit;
use crate::{frame, snapshot};

/// Fewer than so many is worth saying.
const FEW: i64 = 5;
const RELATED: usize = 4;

pub(crate) async fn product(Path(handle): Path<String>, visit: Visit) -> Response {
    visit.kept(async |visit| shown(visit, &handle).await).await
}

async fn shown(visit: &Visit, handle: &str) -> Result<Response, Problem> {
    let apart;
    let product = match visit.snapshot.product(handle) {
        Some(product) => product,
        None => {
            // A shop may sell more than a node remembers.
            let Some(found) = queries::product_by_handle(&visit.shop.tenant, handle, false).await? else {
                return led_on(visit, handle).await;
            };
            apart = snapshot::read(&found.view)?;
            &apart
        }
    };
    let related = related(visit, product);
    let all: Vec<&Product> = std::iter::once(product).chain(related.iter().copied()).collect();
    let tags = Tags::of(&visit.shop, &all).await?;
    let asked = visit.query.get("v").and_then(|id| id.parse::<VariantId>().ok());
    let there = product.variants.iter().find(|variant| tags.left(variant) > 0).map(|variant| variant.id);
    let variant = product.variant(asked.or(there)).ok_or_else(|| Problem::not_found("product"))?;
    let steps = steps(visit, product);
    let main = html! {
        (frame::crumbs(visit, &steps))
        article.product {
            (gallery(visit, product))
            div {
                h1 { (product.title) }
                @if let Some(brand) = &product.brand { p.quiet { (visit.texts.by(brand)) } }
                (buying(visit, product, variant, &tags))
                (described(visit, product, variant))
            }
        }
        @if !related.is_empty() {
            section.part { div.heading { h2 { (visit.texts.related()) } } (cards(visit, &related, &tags, 0)) }
        }
    };
    let own = product.seo.clone().unwrap_or_default();
    let seo = Seo {
        title: own.title.unwrap_or_else(|| product.title.clone()),
        description: own.description.unwrap_or_else(|| shortened(&product.description, 160)),
        canonical: Some(format!("/p/{}", product.handle)),
        picture: product.pictures().next().map(address),
        sort: "product",
        data: vec![data(visit, product, &tags), breadcrumbs(visit, &steps)],
        ..Seo::default()
    };
    Ok(frame::page(visit, Keeping::Public, &seo, main))
}

/// To the handle that the product goes by now. Not for ever: another product may come to have this one.
async fn led_on(visit: &Visit, handle: &str) -> Result<Response, Problem> {
    let now = shop_pages::moved(&visit.shop.tenant, handle, false).await?;
    let now = now.ok_or_else(|| Problem::not_found("product"))?;
    let variant = visit.query.get("v").and_then(|id| id.parse::<VariantId>().ok());
    let place = variant.map_or_else(|| format!("/p/{now}"), |variant| format!("/p/{now}?v={variant}"));
    let headers = [(LOCATION, place), (CACHE_CONTROL, "public, max-age=60".to_owned())];
    Ok((StatusCode::MOVED_PERMANENTLY, headers).into_response())
}

fn steps(visit: &Visit, product: &Product) -> Vec<(String, String)> {
    let mut steps = vec![frame::home_step(visit)];
    let shelf = product.categories.first().and_then(|handle| visit.snapshot.shelf(handle));
    steps.extend(shelf.map(|shelf| (shelf.category.title.clone(), format!("/c/{}", shelf.category.handle))));
    steps.push((product.title.clone(), format!("/p/{}", product.handle)));
    steps
}

fn related<'a>(visit: &'a Visit, product: &Product) -> Vec<&'a Product> {
    let shared = |other: &&Product| {
        let both = other.categories.iter().filter(|name| product.categories.contains(name));
        std::cmp::Reverse(both.count())
    };
    let others = visit.snapshot.products.iter().filter(|other| other.id != product.id);
    let mut near: Vec<&Product> = others.filter(|other| shared(other).0 > 0).collect();
    near.sort_by_key(shared);
    near.truncate(RELATED);
    near
}

fn gallery(visit: &Visit, product: &Product) -> Markup {
    let pictures: Vec<_> = product.pictures().collect();
    let total = pictures.len().to_string();
    html! {
        div.gallery role="group" aria-label=(visit.texts.pictures()) {
            @if pictures.is_empty() { div.frame { (picture(None, &product.title, true, false, Room::Wide)) } }
            @for (n, media) in pictures.iter().enumerate() {
                div.frame data-shows=(media.alt.as_deref().unwrap_or("")) aria-label=(visit.texts.picture_of(&(n + 1).to_string(), &total)) role="group" {
                    (picture(Some(media), &product.title, n == 0, false, Room::Wide))
                }
            }
        }
    }
}

/// Price, choice, quantity and the button. Without a script a variant is one of a list; with it, a combination.
fn buying(visit: &Visit, product: &Product, variant: &Variant, tags: &Tags) -> Markup {
    let texts = visit.texts;
    let left = tags.left(variant);
    html! {
        form.buy method="post" action="/cart/lines" data-adds=(texts.added_one()) data-variants=(variants(visit, product, tags)) data-not=(texts.not_this_way()) {
            p.price #price {
                strong { (visit.money(tags.price(variant))) }
                @if let Some(before) = tags.before(variant) { " " s { span.unseen { (texts.before()) " " } (visit.money(before)) } }
            }
            p.stock #stock aria-live="polite" .gone[left == 0] { (stock(visit, left)) }
            input type="hidden" name="back" value=(format!("/p/{}", product.handle));
            @match product.variants.as_slice() {
                [only] => { input type="hidden" name="variant" value=(only.id); }
                several => { (choosing(visit, product, several, variant, tags)) }
            }
            div.row.amount {
                div.stepper data-fewer=(texts.fewer()) data-more=(texts.more()) {
                    label.unseen for="quantity" { (texts.quantity()) }
                    input #quantity name="quantity" type="number" min="1" max="10000" value="1" inputmode="numeric" required;
                }
                button.main disabled[!tags.is_there(product)] { (texts.add()) }
            }
        }
    }
}

fn choosing(visit: &Visit, product: &Product, variants: &[Variant], chosen: &Variant, tags: &Tags) -> Markup {
    let choices = product.choices();
    let combined = choices.len() > 1
        && variants.iter().all(|variant| choices.iter().all(|one| variant.options.contains_key(&one.name)));
    html! {
        fieldset.choice data-plain=[combined.then_some("")] {
            legend { (choices.first().filter(|_| !combined).map_or(visit.texts.variant().to_owned(), |choice| capital(&choice.name))) }
            @for variant in variants {
                label.pill .gone[tags.left(variant) == 0] {
                    input type="radio" name="variant" value=(variant.id) checked[variant.id == chosen.id];
                    span { (name(variant)) @if tags.left(variant) == 0 { span.unseen { " (" (visit.texts.sold_out()) ")" } } }
                }
            }
        }
        @if combined { div data-combined="" hidden { @for choice in &choices { (group(choice, chosen)) } } }
    }
}

fn group(choice: &Choice, chosen: &Variant) -> Markup {
    html! {
        fieldset.choice {
            legend { (capital(&choice.name)) }
            @for value in &choice.values {
                label.pill {
                    input type="radio" name=(format!("o.{}", choice.name)) value=(value) checked[chosen.options.get(&choice.name) == Some(value)] disabled;
                    span { (value) }
                }
            }
        }
    }
}

fn name(variant: &Variant) -> String {
    if !variant.title.is_empty() {
        return variant.title.clone();
    }
    let values: Vec<&str> = variant.options.values().map(String::as_str).collect();
    if values.is_empty() { variant.sku.clone() } else { values.join(", ") }
}

/// What the script needs to show another variant.
fn variants(visit: &Visit, product: &Product, tags: &Tags) -> String {
    let one = |variant: &Variant| {
        json!({
            "id": variant.id, "sku": variant.sku, "options": variant.options, "left": tags.left(variant),
            "price": visit.money(tags.price(variant)),
            "before": tags.before(variant).map(|before| visit.money(before)),
            "stock": stock(visit, tags.left(variant)),
        })
    };
    Value::from_iter(product.variants.iter().map(one)).to_string()
}

fn stock(visit: &Visit, left: i64) -> String {
    match left {
        0 => visit.texts.sold_out().to_owned(),
        1..=FEW => visit.texts.few_left(left),
        _ => visit.texts.in_stock().to_owned(),
    }
}

fn described(visit: &Visit, product: &Product, variant: &Variant) -> Markup {
    let texts = visit.texts;
    html! {
        @for text in product.description.split("\n\n").filter(|text| !text.trim().is_empty()) { p { (text) } }
        dl.facts {
            @for (name, value) in &product.attributes { div { dt { (capital(name)) } dd { (in_words(visit, &value.to_string())) } } }
            div { dt { (texts.article()) } dd #sku { (variant.sku) } }
        }
        p.quiet { (texts.tax_note()) }
    }
}

fn data(visit: &Visit, product: &Product, tags: &Tags) -> Value {
    let currency = visit.shop.record.currency;
    let offers = product.variants.iter().map(|variant| {
        let there = if tags.left(variant) > 0 { "InStock" } else { "OutOfStock" };
        json!({
            "@type": "Offer", "sku": variant.sku, "price": plain(tags.price(variant), currency),
            "priceCurrency": currency.code(), "availability": format!("https://schema.org/{there}"),
            "url": format!("{}/p/{}?v={}", visit.origin, product.handle, variant.id),
        })
    });
    let pictures: Vec<String> = product.pictures().map(|media| complete(visit, &address(media))).collect();
    let mut data = json!({
        "@context": "https://schema.org", "@type": "Product", "name": product.title,
        "description": shortened(&product.description, 500), "url": format!("{}/p/{}", visit.origin, product.handle),
        "sku": product.variants.first().map(|variant| &variant.sku), "image": pictures,
        "offers": offers.collect::<Vec<_>>(),
    });
    if let Some(brand) = &product.brand {
        data["brand"] = json!({ "@type": "Brand", "name": brand });
    }
    data
}
