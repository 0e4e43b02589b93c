//! What all pages have around them, and the parts of which they are made.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use edge::Audience;
use maud::{DOCTYPE, Markup, html};

use crate::assets::{SCRIPT, STYLE};
use crate::texts::Texts;
use crate::visit::Visit;

/// Forms are sent by the script alone: without it, a password must not end up anywhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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

pub fn no_shop(texts: &Texts) -> Response {
    answered(
        StatusCode::NOT_FOUND,
        html! {
            (DOCTYPE)
            html lang=(texts.language) {
                (head(texts.no_shop, false))
                body { main #main { h1 { (texts.no_shop) } p.lead { (texts.no_shop_lead) } } }
            }
        },
    )
}

/// A field with its label, what helps to fill it in, and room for what is wrong with it.
pub struct Field<'a> {
    pub id: &'a str,
    /// As the API names it.
    pub name: &'a str,
    pub kind: &'a str,
    pub label: &'a str,
    pub hint: Option<&'a str>,
    pub autocomplete: &'a str,
    /// Codes of problems that are about this field although they do not name one.
    pub about: &'a str,
}

pub fn field(field: &Field<'_>) -> Markup {
    let (id, hint, problem) = (field.id, format!("{}-hint", field.id), format!("{}-problem", field.id));
    let described = if field.hint.is_some() { format!("{hint} {problem}") } else { problem.clone() };
    html! {
        div.field {
            label for=(id) { (field.label) }
            @if let Some(text) = field.hint { p.hint id=(hint) { (text) } }
            input id=(id) name=(field.name) type=(field.kind) autocomplete=(field.autocomplete) required
                autocapitalize=[(field.kind == "email").then_some("none")] spellcheck="false" data-about=(field.about) aria-describedby=(described);
            p.problem id=(problem) hidden {}
        }
    }
}

/// A password can be seen while it is typed.
pub fn secret(texts: &Texts, field: &Field<'_>) -> Markup {
    let (id, hint, problem) = (field.id, format!("{}-hint", field.id), format!("{}-problem", field.id));
    let described = if field.hint.is_some() { format!("{hint} {problem}") } else { problem.clone() };
    html! {
        div.field {
            label for=(id) { (field.label) }
            div.secret {
                input id=(id) name=(field.name) type="password" autocomplete=(field.autocomplete) required
                    autocapitalize="none" spellcheck="false" data-about=(field.about) aria-describedby=(described);
                button type="button" data-shows=(id) aria-pressed="false" aria-controls=(id) {
                    (texts.show) span.unseen { " " (field.label) }
                }
            }
            @if let Some(text) = field.hint {
                span.measure aria-hidden="true" { i {} i {} i {} }
                p.hint id=(hint) aria-live="polite" { (text) }
            }
            p.problem id=(problem) hidden {}
        }
    }
}

pub fn code(texts: &Texts, id: &str) -> Markup {
    html! {
        div.field.code-field {
            label for=(id) { (texts.code) }
            p.hint id=(format!("{id}-hint")) { (texts.code_hint) }
            input id=(id) name="code" type="text" inputmode="numeric" autocomplete="one-time-code" required
                autocapitalize="none" spellcheck="false" data-about="code_wrong"
                aria-describedby=(format!("{id}-hint {id}-problem"));
            p.problem id=(format!("{id}-problem")) hidden {}
        }
    }
}

/// Where a form says what is wrong with none of its fields.
pub fn alert() -> Markup {
    html! { p.alert role="alert" tabindex="-1" hidden {} }
}

/// What customers come through looks as their shop does.
fn head(title: &str, themed: bool) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="robots" content="noindex";
            title { (title) }
            link rel="stylesheet" href=(STYLE.address());
            @if themed { link rel="stylesheet" href="/assets/theme-of-today.css"; }
            script type="module" src=(SCRIPT.address()) {}
            link rel="icon" href="data:,";
        }
    }
}

/// A shop's first letter, as its mark.
fn mark(name: &str) -> String {
    name.chars().find(|letter| letter.is_alphanumeric()).unwrap_or('G').to_uppercase().to_string()
}

fn answered(status: StatusCode, markup: Markup) -> Response {
    let mut response = (status, markup.into_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
