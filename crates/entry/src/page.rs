//! A page as it is sent, and the one that is shown where there is no shop.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use crate::assets::{SCRIPT, STYLE};
use crate::texts::Texts;

/// Forms are sent by the script alone: without it, a password must not end up anywhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub fn no_shop(texts: &Texts) -> Response {
    answered(
        StatusCode::NOT_FOUND,
        html! {
            (DOCTYPE)
            html lang=(texts.tag()) {
                (head(texts.no_shop(), false))
                body { main #main { h1 { (texts.no_shop()) } p.lead { (texts.no_shop_lead()) } } }
            }
        },
    )
}

/// What customers come through looks as their shop does.
pub fn head(title: &str, themed: bool) -> Markup {
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

pub fn answered(status: StatusCode, markup: Markup) -> Response {
    let mut response = (status, markup.into_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
