//! Pages of other sites that ask from a browser (CORS): those that the shop has listed, and no others.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;

use crate::platform::Platform;
use crate::request::host;
use crate::tenancy::by_host;

const SENT: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, if-match, if-none-match, traceparent, x-api-key, x-correlation-id",
);
const SEEN: HeaderValue = HeaderValue::from_static(
    "deprecation, etag, idempotent-replayed, link, location, ratelimit, ratelimit-policy, retry-after, sunset, traceparent, x-correlation-id, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-request-id",
);
/// A shop that takes an origin off its list is obeyed by every browser after so many seconds.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");

/// A page that may read the answer.
pub(crate) struct AllowedOrigin {
    origin: HeaderValue,
    credentials: bool,
}

/// Who reads the answer, if it is a page of another site that the shop has listed. The host names the shop: a browser
/// says nothing else before it asks.
pub(crate) fn allowed_origin(platform: &Platform, uri: &Uri, headers: &HeaderMap) -> Option<AllowedOrigin> {
    let origin = headers.get(ORIGIN)?;
    let host = host::asked_for(uri, headers)?;
    let record = by_host(platform.cell().registry(), &platform.settings().base_domain, &host)?;
    let listed = record.origins.iter().find(|listed| listed.origin.as_bytes() == origin.as_bytes())?;
    Some(AllowedOrigin { origin: origin.clone(), credentials: listed.credentials })
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
pub(crate) fn write(allowed: Option<AllowedOrigin>, headers: &mut HeaderMap) {
    headers.append(VARY, HeaderValue::from_static("origin"));
    let Some(AllowedOrigin { origin, credentials }) = allowed else {
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
