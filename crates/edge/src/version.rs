//! The two versions of the API. The second is the first, read and written differently on its way through the edge: no
//! handler knows which one it serves.

use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LINK, LOCATION};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::{Check, Currency, Problem, Timestamp};
use serde_json::Value;

use crate::answer::Refused;
use crate::command;
use crate::document::Bodies;
use crate::document2;
use crate::shape::Shape;

const FIRST: &str = "/api/v1/";
const SECOND: &str = "/api/v2/";

/// That a request came by the second version's path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Second;

/// A path of the second version leads where the first one's does.
pub(crate) fn enter<B>(request: &mut Request<B>) {
    let Some(uri) = renamed(request.uri(), SECOND, FIRST) else { return };
    *request.uri_mut() = uri;
    request.extensions_mut().insert(Second);
}

/// Path and query as they were on the wire, which is what their sender signed.
pub(crate) fn as_sent(parts: &Parts) -> String {
    let target = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    match target.strip_prefix(FIRST) {
        Some(rest) if parts.extensions.get::<Second>().is_some() => format!("{SECOND}{rest}"),
        _ => target.to_owned(),
    }
}

fn renamed(uri: &Uri, from: &str, to: &str) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(from)?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{to}{rest}")).ok()?);
    Uri::from_parts(parts).ok()
}

/// Lets the handler answer; `read` says how its bodies read when it was asked in the second version.
pub(crate) async fn serve(
    request: Request<Body>,
    next: Next,
    read: Option<(&Bodies, Currency)>,
    limit: usize,
) -> Response {
    let Some((bodies, home)) = read else { return next.run(request).await };
    let request = match inward(request, &bodies.asked, home, limit).await {
        Ok(request) => request,
        Err(problem) => return Refused(problem).into_response(),
    };
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => Refused(reworded(problem, &bodies.asked)).into_response(),
        None => outward(response, &bodies.answered, home).await,
    }
}

/// The body of the first version that says the same. What is not JSON goes on as it is, to be refused in the usual way.
async fn inward(
    request: Request<Body>,
    shape: &Shape,
    home: Currency,
    limit: usize,
) -> Result<Request<Body>, Problem> {
    if *shape == Shape::Same {
        return Ok(request);
    }
    let (mut parts, body) = request.into_parts();
    let bytes = command::read_body(body, limit).await?;
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Ok(Request::from_parts(parts, Body::from(bytes)));
    };
    let mut check = Check::default();
    shape.inward(&mut value, home.code(), &mut check);
    check.done()?;
    parts.headers.remove(CONTENT_LENGTH);
    Ok(Request::from_parts(parts, Body::from(value.to_string())))
}

/// What the first version answered, as the second says it.
async fn outward(response: Response, shape: &Shape, home: Currency) -> Response {
    let (mut parts, body) = response.into_parts();
    let place = parts.headers.get(LOCATION).and_then(|place| place.to_str().ok());
    if let Some(rest) = place.and_then(|place| place.strip_prefix(FIRST))
        && let Ok(place) = HeaderValue::try_from(format!("{SECOND}{rest}"))
    {
        parts.headers.insert(LOCATION, place);
    }
    let is_json = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if *shape == Shape::Same || !is_json || !parts.status.is_success() {
        return Response::from_parts(parts, body);
    }
    // HEAD is answered without a body, and with the length of the other version's.
    parts.headers.remove(CONTENT_LENGTH);
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    shape.outward(&mut value, home.code());
    Response::from_parts(parts, Body::from(value.to_string()))
}

/// A refusal names the fields as they were sent, and operations by the paths of this version.
fn reworded(mut problem: Problem, shape: &Shape) -> Problem {
    let told = Problem::invalid(problem.fields.clone()).detail;
    for field in &mut problem.fields {
        field.pointer = shape.pointer(&field.pointer);
        field.detail = document2::reworded(&field.detail);
    }
    problem.detail = match problem.detail == told {
        true => Problem::invalid(problem.fields.clone()).detail,
        false => document2::reworded(&problem.detail),
    };
    problem
}

/// Until when the first version is served, for those who still ask it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Farewell {
    /// From when on nobody should begin with it.
    pub deprecated: Option<Timestamp>,
    /// From when on it may be gone.
    pub sunset: Option<Timestamp>,
}

impl Farewell {
    pub(crate) fn is_near(&self) -> bool {
        self.deprecated.is_some() || self.sunset.is_some()
    }

    /// `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and where the same is found in the second version.
    pub(crate) fn write(&self, uri: &Uri, headers: &mut HeaderMap) {
        let Some(successor) = renamed(uri, FIRST, SECOND) else { return };
        let deprecated = self.deprecated.map(|at| format!("@{}", at.as_micros().div_euclid(1_000_000)));
        let link = format!("<{}>; rel=\"successor-version\"", successor.path());
        let said = [
            (HeaderName::from_static("deprecation"), deprecated),
            (HeaderName::from_static("sunset"), self.sunset.and_then(http_date)),
            (LINK, Some(link)),
        ];
        for (name, value) in said {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.append(name, value);
            }
        }
    }
}

fn http_date(at: Timestamp) -> Option<String> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_the_second_version_is_renamed() {
        let to = |uri: &'static str| {
            let mut request = Request::builder().uri(uri).body(()).unwrap();
            enter(&mut request);
            (request.uri().to_string(), request.extensions().get::<Second>().is_some())
        };
        assert_eq!(to("/api/v2/orders?limit=3"), ("/api/v1/orders?limit=3".into(), true));
        assert_eq!(to("http://a.example/api/v2/x"), ("http://a.example/api/v1/x".into(), true));
        assert_eq!(to("/api/v1/orders"), ("/api/v1/orders".into(), false));
        assert_eq!(to("/api/v2"), ("/api/v2".into(), false));
    }

    #[test]
    fn a_refusal_speaks_of_the_operations_of_its_version() {
        let said = "Configure one first: POST /api/v1/payment-providers.";
        let problem = Problem::new(kernel::Fault::Conflict, "payment_provider_missing", "None", said);
        let told = reworded(problem, &Shape::Same);
        assert_eq!(told.detail, "Configure one first: POST /api/v2/payment-providers.");
    }

    #[test]
    fn a_version_that_ends_says_when_and_what_comes_after_it() {
        let at = |text: &str| Some(text.parse().unwrap());
        let farewell =
            Farewell { deprecated: at("2027-01-01T00:00:00Z"), sunset: at("2028-07-01T12:00:00Z") };
        let mut headers = HeaderMap::new();
        farewell.write(&Uri::from_static("/api/v1/orders?email=a"), &mut headers);
        assert_eq!(headers["deprecation"], "@1798761600");
        assert_eq!(headers["sunset"], "Sat, 01 Jul 2028 12:00:00 GMT");
        assert_eq!(headers["link"], "</api/v2/orders>; rel=\"successor-version\"");
        assert!(farewell.is_near() && !Farewell::default().is_near());
    }
}
