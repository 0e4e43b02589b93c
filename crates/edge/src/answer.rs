//! What goes out: a record, a page, what became of a command, or a problem.

use axum::body::Body;
use axum::http::header::{CONTENT_RANGE, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::{CorrelationId, Fault, Problem};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Done, Failure};
use utoipa::ToSchema;
use uuid::Uuid;

pub type Answer = Result<Response, Refused>;

/// A problem on its way out. It is rendered last, when the correlation id is at hand.
#[derive(Debug)]
pub struct Refused(pub Problem);

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self(failure.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status(self.0.fault.status());
        response.extensions_mut().insert(self.0);
        response
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Which record was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeRecord {
    pub id: Uuid,
}

/// Which version of a record there is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptRecord {
    pub version: i64,
}

impl<T> Page<T> {
    /// Cuts rows that were read one too many; `cursor` makes the place after the last row that stays.
    pub fn cut(mut items: Vec<T>, limit: usize, cursor: impl FnOnce(&T) -> String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(cursor);
        Self { items, next_cursor }
    }
}

/// Something new, and where it is.
pub(crate) fn made(view: &impl Serialize, location: &str) -> Answer {
    let mut response = json_text(201, encode(view));
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// What became of a command.
pub fn done(done: Done) -> Response {
    let Done { reply, replayed } = done;
    let mut response = json_text(reply.status, reply.body.into_bytes());
    let headers = response.headers_mut();
    if let Some(version) = reply.version {
        headers.insert(ETAG, etag(version));
    }
    if let Some(location) = reply.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        headers.insert(LOCATION, location);
    }
    if replayed {
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

/// RFC 9457, with the code for machines and the correlation id for whoever looks into it.
pub(crate) fn problem(problem: Problem, correlation: CorrelationId) -> Response {
    let Problem { fault, code, title, detail, fields, mut more, retry_after } = problem;
    let replayed = more.remove("replayed").is_some();
    let allow = more.remove("allow");
    let own = json!({
        "type": format!("/problems/{code}"),
        "title": title,
        "status": fault.status(),
        "detail": detail,
        "code": code,
        "correlation_id": correlation,
    });
    // What every problem says stands last, so that no further member takes its name.
    let mut body = more;
    if let Value::Object(own) = own {
        body.extend(own);
    }
    if !fields.is_empty() {
        body.insert("errors".into(), json!(fields));
    }
    let mut response = json_text(fault.status(), encode(&body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let (Fault::OutOfRange, Some(size)) = (fault, body.get("size").and_then(Value::as_u64))
        && let Ok(range) = HeaderValue::from_str(&format!("bytes */{size}"))
    {
        headers.insert(CONTENT_RANGE, range);
    }
    if fault == Fault::Unauthenticated {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(methods) =
        allow.as_ref().and_then(Value::as_str).and_then(|methods| HeaderValue::from_str(methods).ok())
    {
        headers.insert(axum::http::header::ALLOW, methods);
    }
    if replayed {
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

pub(crate) fn json_text(code: u16, text: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status(code);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

pub(crate) fn etag(version: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).expect("digits in quotes are a header value")
}

/// Whether `If-None-Match` names this tag. A weak tag does: for reading, the same version is the same record.
pub(crate) fn names_tag(seen: &HeaderValue, tag: &HeaderValue) -> bool {
    let (seen, tag) = (seen.to_str().unwrap_or_default(), tag.to_str().unwrap_or_default());
    seen.trim() == "*" || seen.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

pub(crate) fn encode(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("an answer has string keys and no failing serializers")
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
