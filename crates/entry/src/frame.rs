//! What all pages of a shop have around them.

use axum::http::StatusCode;
use axum::response::Response;
use edge::Audience;
use maud::{DOCTYPE, Markup, html};

use crate::page::{answered, head};
use crate::visit::Visit;

pub struct Content {
    /// By this name the script knows the page.
    pub page: &'static str,
    pub title: &'static str,
    pub wide: bool,
    /// At the right end of the top.
    pub corner: Markup,
    pub main: Markup,
}

pub fn frame(visit: &Visit, content: &Content) -> Response {
    let texts = visit.texts;
    let words = serde_json::Value::from_iter(texts.words.iter().copied());
    let name = &visit.shop.name;
    let front = if visit.audience == Audience::Staff { "/account?as=staff" } else { "/" };
    answered(
        StatusCode::OK,
        html! {
            (DOCTYPE)
            html lang=(texts.language) {
                (head(&format!("{} – {name}", content.title), visit.audience == Audience::Customer))
                body data-page=(content.page) data-as=(visit.audience.as_str()) data-words=(words) {
                    a.skip href="#main" { (texts.skip) }
                    header.top {
                        a.shop href=(front) { span.mark aria-hidden="true" { (mark(name)) } (name) }
                        (content.corner)
                    }
                    main #main .wide[content.wide] {
                        @if visit.jar.is_closed() {
                            div.card { p.alert {
                                (texts.not_encrypted) " " a href="/problems/not_encrypted" { "/problems/not_encrypted" }
                            } }
                        }
                        noscript { div.card { p.alert { (texts.script_needed) } } }
                        (content.main)
                    }
                    p.said #said role="status" {}
                }
            }
        },
    )
}

/// A shop's first letter, as its mark.
fn mark(name: &str) -> String {
    name.chars().find(|letter| letter.is_alphanumeric()).unwrap_or('G').to_uppercase().to_string()
}
