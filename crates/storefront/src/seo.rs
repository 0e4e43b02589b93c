//! What search engines and those who share an address are told of a page.

use maud::{Markup, PreEscaped, html};
use serde_json::{Value, json};

use crate::texts::LANGUAGES;
use crate::visit::Visit;

/// What a page says of itself beside what is on it.
#[derive(Default)]
pub struct Seo {
    pub title: String,
    pub description: String,
    /// Its one address, without what only sorts or narrows; nothing for pages that are not to be found.
    pub canonical: Option<String>,
    /// The address of a picture.
    pub picture: Option<String>,
    /// `website` or `product`.
    pub sort: &'static str,
    pub data: Vec<Value>,
    pub previous: Option<String>,
    pub next: Option<String>,
    /// Where whoever opens it is led on to at once, as no form may lead them away from here.
    pub onward: Option<String>,
}

pub fn head(visit: &Visit, seo: &Seo) -> Markup {
    let shop = &visit.shop.record.name;
    let whole = |address: &String| complete(visit, address);
    html! {
        @if let Some(onward) = &seo.onward { meta http-equiv="refresh" content=(format!("0; url={onward}")); }
        title { (seo.title) @if seo.title != *shop { " – " (shop) } }
        @if !seo.description.is_empty() { meta name="description" content=(seo.description); }
        @match &seo.canonical {
            None => { meta name="robots" content="noindex"; }
            Some(path) => {
                link rel="canonical" href=(in_language(&whole(path), visit.chosen.then_some(visit.texts.tag())));
                link rel="alternate" hreflang="x-default" href=(whole(path));
                @for texts in LANGUAGES {
                    link rel="alternate" hreflang=(texts.tag()) href=(in_language(&whole(path), Some(texts.tag())));
                }
                meta property="og:url" content=(whole(path));
                meta property="og:type" content=(seo.sort);
                meta property="og:site_name" content=(shop);
                meta property="og:title" content=(seo.title);
                meta property="og:locale" content=(visit.texts.tag());
                @if !seo.description.is_empty() { meta property="og:description" content=(seo.description); }
                @if let Some(picture) = &seo.picture {
                    meta property="og:image" content=(whole(picture));
                    meta name="twitter:card" content="summary_large_image";
                }
            }
        }
        @if let Some(path) = &seo.previous { link rel="prev" href=(path); }
        @if let Some(path) = &seo.next { link rel="next" href=(path); }
        @for data in &seo.data {
            // Data, which no browser runs; what could end the element is written otherwise.
            script type="application/ld+json" { (PreEscaped(data.to_string().replace('<', "\\u003c"))) }
        }
    }
}

/// With the shop's address before it, unless it lies elsewhere.
pub fn complete(visit: &Visit, address: &str) -> String {
    if address.starts_with('/') { format!("{}{address}", visit.origin) } else { address.to_owned() }
}

pub fn in_language(address: &str, language: Option<&str>) -> String {
    let Some(language) = language else { return address.to_owned() };
    let join = if address.contains('?') { '&' } else { '?' };
    format!("{address}{join}lang={language}")
}

/// Where one is, from the front page on.
pub fn breadcrumbs(visit: &Visit, steps: &[(String, String)]) -> Value {
    let steps = steps.iter().zip(1..).map(|((name, path), position)| {
        json!({ "@type": "ListItem", "position": position, "name": name, "item": complete(visit, path) })
    });
    json!({ "@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": steps.collect::<Vec<_>>() })
}

/// The first letters of a text, up to the end of a word.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most).collect();
    let end = cut.rfind(char::is_whitespace).unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end_matches([',', '.', ' ']))
}
