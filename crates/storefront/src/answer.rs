//! How a page goes out: what may be kept of it, by whom, and for how long; and nothing when it is the one they have.

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use edge::LANGUAGE;
use maud::Markup;

use crate::fingerprint::fingerprint;
use crate::visit::Visit;
use crate::visit::response::{POLICY, html, set_cookie};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// The same for everybody who reads this language: kept for a minute, and shown for ten while it is asked for anew.
    Public,
    /// Somebody's own.
    Private,
}

/// The text of a page, and what tells it from another.
#[derive(Clone)]
pub struct Text {
    pub bytes: Bytes,
    tag: String,
}

pub fn page(visit: &Visit, status: StatusCode, keeping: Keeping, markup: Markup) -> Response {
    let bytes = Bytes::from(markup.into_string());
    let written = Text { tag: tag(&bytes), bytes };
    let mut response = text(visit, status, keeping, &written);
    if keeping == Keeping::Public {
        // For whoever remembers it.
        response.extensions_mut().insert(written);
    }
    response
}

/// A page, or only that it is still the one which they have.
pub fn text(visit: &Visit, status: StatusCode, keeping: Keeping, text: &Text) -> Response {
    let known = seen(&visit.headers, &text.tag) && status == StatusCode::OK;
    let mut response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { html(status, text.bytes.clone()) };
    let keep = match keeping {
        // Choosing a language gives a browser something to keep, which nobody else is to get.
        Keeping::Public if !visit.chosen => "public, max-age=60, stale-while-revalidate=600",
        _ => "private, no-cache",
    };
    let headers = response.headers_mut();
    // What says that a page is still the same says anew what the page may do.
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(VARY, HeaderValue::from_static("accept-language, cookie"));
    if let Ok(tag) = HeaderValue::try_from(&text.tag) {
        headers.insert(ETAG, tag);
    }
    if visit.chosen {
        set_cookie(
            headers,
            &format!("{LANGUAGE}={}; Path=/; Max-Age=31536000; SameSite=Lax", visit.texts.tag()),
        );
    }
    response
}

/// Something else than a page that everybody may keep.
pub fn kept(visit: &Visit, kind: &'static str, caching: &'static str, text: String) -> Response {
    let tag = tag(text.as_bytes());
    let mut response = if seen(&visit.headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        text.into_response()
    };
    let headers = response.headers_mut();
    let put = |headers: &mut HeaderMap, name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    };
    put(headers, CONTENT_TYPE, kind);
    put(headers, CACHE_CONTROL, caching);
    put(headers, ETAG, &tag);
    response
}

/// Weak, for a page is compressed on its way and still the same page.
fn tag(bytes: &[u8]) -> String {
    format!("W/\"{}\"", fingerprint(bytes))
}

fn seen(headers: &HeaderMap, tag: &str) -> bool {
    let seen = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    seen.split(',').any(|one| bare(one) == bare(tag))
}
