//! Whether a page of the same origin sent a request, as far as a browser says so.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use kernel::Problem;

use crate::answer::Refused;
use crate::problems::CROSS_SITE;

/// That a request was sent by a page of the same origin, for handlers that give a browser something to keep.
pub struct SameSite;

impl<S: Send + Sync> FromRequestParts<S> for SameSite {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        refuse_other_sites(parts)?;
        Ok(Self)
    }
}

/// Refuses a change that another site's page makes a browser send along with our cookie.
pub fn refuse_other_sites(parts: &Parts) -> Result<(), Problem> {
    if parts.method.is_safe() || is_of_this_site(&parts.headers) {
        return Ok(());
    }
    Err(CROSS_SITE.says(
        "This was sent by a page of another site, so nothing was done. Open the shop's own pages, and try again there.",
    ))
}

/// Every browser of the last years says where a request comes from; an older one names the origin of a change.
fn is_of_this_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = text(ORIGIN.as_str()).and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    origin.is_some() && origin == text(HOST.as_str())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue, Request};

    use super::*;

    fn parts(method: &str, pairs: &[(&'static str, &'static str)]) -> Parts {
        let (mut parts, ()) = Request::builder().method(method).body(()).unwrap().into_parts();
        parts.headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        parts
    }

    #[test]
    fn a_change_is_only_taken_from_a_page_of_the_same_origin() {
        let may = |pairs: &[(&'static str, &'static str)]| refuse_other_sites(&parts("POST", pairs)).is_ok();
        assert!(may(&[("sec-fetch-site", "same-origin")]));
        assert!(may(&[("origin", "https://oak.example:8080"), ("host", "oak.example:8080")]));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!may(&[("sec-fetch-site", site), ("origin", "https://a"), ("host", "a")]), "{site}");
        }
        assert!(!may(&[("origin", "https://evil.example"), ("host", "oak.example")]));
        assert!(!may(&[("origin", "null"), ("host", "null")]));
        assert!(!may(&[("host", "oak.example")]));
        assert!(refuse_other_sites(&parts("GET", &[("sec-fetch-site", "cross-site")])).is_ok());
    }
}
