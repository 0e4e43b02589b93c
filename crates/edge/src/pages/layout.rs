//! What all of these pages look like.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::localized::Reader;

const CSS: &str = include_str!("galleria.css");
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub(crate) async fn css() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=300")], CSS).into_response()
}

pub(crate) fn page(title: &str, content: Markup) -> Response {
    page_for(&Reader::of_the_platform(), title, content)
}

pub(crate) fn page_for(reader: &Reader, title: &str, content: Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang=(reader.texts.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/assets/galleria.css";
                link rel="icon" href="data:,";
            }
            body {
                a.skip href="#main" { (reader.texts.skip()) }
                header { a href="/" { (reader.place) } }
                main #main { h1 { (title) } (content) }
            }
        }
    };
    let mut response = (StatusCode::OK, markup.into_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
