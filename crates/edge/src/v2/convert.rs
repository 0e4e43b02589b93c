//! The two versions of the API. The second is the first, read and written differently on its way through the edge: no
//! handler knows which one it serves.

use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Method, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::{Check, Currency, Problem};
use serde_json::Value;

use super::paths::{FIRST, SECOND, renamed, reworded};
use super::shape::Shape;
use crate::answer::Refused;
use crate::request::body::read_body;

/// That a request came by the second version's path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Second;

/// How the second version of the API reads an operation's bodies.
#[derive(Debug)]
pub(crate) struct Bodies {
    pub(crate) asked: Shape,
    pub(crate) answered: Shape,
}

impl Bodies {
    /// Every successful answer of an operation has the same shape.
    pub(crate) fn of(document: &Value, path: &str, method: &Method) -> Self {
        let operation = &document["paths"][path][method.as_str().to_ascii_lowercase()];
        let json = |body: &Value| Shape::of(document, &body["content"]["application/json"]["schema"]);
        let answers = operation["responses"].as_object().into_iter().flatten();
        let done = answers.filter(|(status, _)| status.starts_with('2')).map(|(_, answer)| json(answer));
        Self {
            asked: json(&operation["requestBody"]),
            answered: done.into_iter().find(|shape| *shape != Shape::Same).unwrap_or(Shape::Same),
        }
    }
}

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
        Some(problem) => Refused(refusal_reworded(problem, &bodies.asked)).into_response(),
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
    let bytes = read_body(body, limit).await?;
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
fn refusal_reworded(mut problem: Problem, shape: &Shape) -> Problem {
    let told = Problem::invalid(problem.fields.clone()).detail;
    for field in &mut problem.fields {
        field.pointer = shape.pointer(&field.pointer);
        field.detail = reworded(&field.detail);
    }
    problem.detail = match problem.detail == told {
        true => Problem::invalid(problem.fields.clone()).detail,
        false => reworded(&problem.detail),
    };
    problem
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
        let told = refusal_reworded(problem, &Shape::Same);
        assert_eq!(told.detail, "Configure one first: POST /api/v2/payment-providers.");
    }
}
