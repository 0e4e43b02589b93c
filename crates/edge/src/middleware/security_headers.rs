//! What an answer tells a browser not to do with it, and the nonce of pages that run scripts.

use axum::extract::FromRequestParts;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::Rng as _;

use crate::answer::Refused;

const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const FEATURES: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
);
/// A year, and only this host: what else lives under a shop's own domain is not ours to decide about.
const ENCRYPTED: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Guards an answer. Who made it may have said something stricter, or something looser where it is needed.
pub(crate) fn write(headers: &mut HeaderMap, https: bool) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    headers.entry(HeaderName::from_static("permissions-policy")).or_insert(FEATURES);
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    headers.entry(opener).or_insert(HeaderValue::from_static("same-origin"));
    let whose = if is_shown_elsewhere(headers) { "cross-origin" } else { "same-origin" };
    let resource = HeaderName::from_static("cross-origin-resource-policy");
    headers.entry(resource).or_insert(HeaderValue::from_static(whose));
    if https {
        headers.insert(STRICT_TRANSPORT_SECURITY, ENCRYPTED);
    }
}

/// A shop's pages elsewhere show its pictures.
fn is_shown_elsewhere(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    ["image/", "video/", "audio/", "font/"].iter().any(|sort| kind.starts_with(sort))
}

/// What a page's own scripts and styles carry, so that no other runs: `<script nonce="…">`. New for each answer.
#[derive(Debug, Clone)]
pub struct Nonce(String);

impl Nonce {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A page whose scripts and styles carry this nonce. What such a script loads is trusted, too; a style sheet may
    /// also come from this origin.
    pub fn page(&self, html: String) -> Response {
        let nonce = &self.0;
        let policy = format!(
            "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; \
             img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; object-src 'none'; \
             base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        );
        let mut response = html.into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        let policy = HeaderValue::try_from(policy).expect("a policy is ASCII");
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        headers.insert(axum::http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Nonce {
    type Rejection = Refused;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Refused> {
        let mut bytes = [0_u8; 16];
        rand::rng().fill_bytes(&mut bytes);
        Ok(Self(STANDARD.encode(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_runs_its_own_scripts_and_no_others() {
        let page = Nonce("bm9uY2U=".into()).page("<p>".into());
        let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("script-src 'nonce-bm9uY2U=' 'strict-dynamic';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn what_was_said_before_stays_said_and_only_encryption_asks_for_more_of_it() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("image/png"));
        write(&mut headers, false);
        assert_eq!(headers[CONTENT_SECURITY_POLICY], "sandbox");
        assert_eq!(headers["cross-origin-resource-policy"], "cross-origin");
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        write(&mut headers, true);
        assert!(headers.contains_key(STRICT_TRANSPORT_SECURITY));
    }
}
