//! What all pages of a shop have around them.

use axum::http::StatusCode;
use axum::response::Response;
use edge::Audience;
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use crate::page::{answered, head};
use crate::texts::Texts;
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
    let words = words(texts);
    let name = &visit.shop.name;
    let front = if visit.audience == Audience::Staff { "/account?as=staff" } else { "/" };
    answered(
        StatusCode::OK,
        html! {
            (DOCTYPE)
            html lang=(texts.tag()) {
                (head(&format!("{} – {name}", content.title), visit.audience == Audience::Customer))
                body data-page=(content.page) data-as=(visit.audience.as_str()) data-words=(words) {
                    a.skip href="#main" { (texts.skip()) }
                    header.top {
                        a.shop href=(front) { span.mark aria-hidden="true" { (mark(name)) } (name) }
                        (content.corner)
                    }
                    main #main .wide[content.wide] {
                        @if visit.jar.is_closed() {
                            div.card { p.alert {
                                (texts.not_encrypted()) " " a href="/problems/not_encrypted" { "/problems/not_encrypted" }
                            } }
                        }
                        noscript { div.card { p.alert { (texts.script_needed()) } } }
                        (content.main)
                    }
                    p.said #said role="status" {}
                }
            }
        },
    )
}

/// A shop's first letter, as its mark.
/// What the script says: its words, and after `no_` what the API refuses. It fills in itself what stands in braces.
fn words(texts: &Texts) -> Value {
    let gap = |name: &str| format!("{{{name}}}").into();
    let said = texts.word().iter().map(|(name, word)| (name.to_owned(), word.filled(gap)));
    let refused = texts.refusal().iter().map(|(code, text)| (format!("no_{code}"), text.to_owned()));
    Value::from_iter(said.chain(refused))
}

fn mark(name: &str) -> String {
    name.chars().find(|letter| letter.is_alphanumeric()).unwrap_or('G').to_uppercase().to_string()
}
