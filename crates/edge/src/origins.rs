//! Pages of other sites that ask from a browser (CORS): those that the shop has listed, and no others.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;

use store::TenantRecord;

use crate::app::Platform;
use crate::tenancy;

const SENT: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, if-match, if-none-match, traceparent, x-api-key, x-correlation-id",
);
const SEEN: HeaderValue = HeaderValue::from_static(
    "deprecation, etag, idempotent-replayed, link, location, ratelimit, ratelimit-policy, retry-after, sunset, traceparent, x-correlation-id, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-request-id",
);
/// A shop that takes an origin off its list is obeyed by every browser after so many seconds.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");

/// A page that may read the answer.
pub(crate) struct Reader {
    origin: HeaderValue,
    credentials: bool,
}

/// Who reads the answer, if it is a page of another site that the shop has listed. The host names the shop: a browser
/// says nothing else before it asks.
pub(crate) fn reader(platform: &Platform, uri: &Uri, headers: &HeaderMap) -> Option<Reader> {
    let origin = headers.get(ORIGIN)?;
    let host = tenancy::host(uri, headers)?;
    let record = tenancy::by_host(platform.cell().registry(), &platform.settings().base_domain, &host)?;
    let listed = record.origins.iter().find(|listed| listed.origin.as_bytes() == origin.as_bytes())?;
    Some(Reader { origin: origin.clone(), credentials: listed.credentials })
}

impl Platform {
    /// Whether a host is a shop's own.
    pub fn is_host_of(&self, record: &TenantRecord, host: &str) -> bool {
        match host.strip_suffix(&*self.settings().base_domain).and_then(|rest| rest.strip_suffix('.')) {
            Some(slug) => slug == record.slug,
            None => record.hosts.iter().any(|own| own == host),
        }
    }

    /// Whether people may be sent to a page on the shop's behalf: one of its own, or of an origin that it has listed.
    /// Anything else that a caller gives would make the shop's name lead anywhere.
    pub fn may_send_to(&self, record: &TenantRecord, host: &str, origin: &str) -> bool {
        self.is_host_of(record, host) || record.origins.iter().any(|listed| listed.origin == origin)
    }
}

/// The answer to a browser that asks whether it may ask; `None` when this is no such question.
pub(crate) fn preflight(
    platform: &Platform,
    method: &Method,
    route: Option<&str>,
    headers: &HeaderMap,
) -> Option<Response> {
    let asks = method == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let methods = route.filter(|_| asks).and_then(|route| platform.methods(route))?;
    let methods = HeaderValue::try_from(methods).ok()?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let told = response.headers_mut();
    told.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    told.insert(ACCESS_CONTROL_ALLOW_HEADERS, SENT);
    told.insert(ACCESS_CONTROL_MAX_AGE, REMEMBERED);
    Some(response)
}

/// Says who may read an answer. Whoever keeps it must know that it is not the same for everybody.
pub(crate) fn write(reader: Option<Reader>, headers: &mut HeaderMap) {
    headers.append(VARY, HeaderValue::from_static("origin"));
    let Some(Reader { origin, credentials }) = reader else {
        for name in [ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_MAX_AGE] {
            headers.remove(name);
        }
        return;
    };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, SEEN);
    if credentials {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}
