//! Reading the body of a request, so that a mistake in it is named by its place.

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use futures_util::StreamExt;
use kernel::Problem;
use kernel::problem::pointer_part;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::place::place;
use super::read_errors;
use crate::problems::{NOT_JSON, TOO_LARGE, UNREADABLE_JSON};

/// Whether the body says of itself that it is JSON.
pub(crate) fn check_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || kind.ends_with("+json") {
        return Ok(());
    }
    Err(NOT_JSON.says("Send the body as JSON, with \"Content-Type: application/json\"."))
}

/// The body, if it is not too large. What is too large is read to its end all the same, up to a point: a client that is
/// still sending when the connection closes would never see the answer.
pub(crate) async fn read_body(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let (mut stream, mut bytes, mut length) = (body.into_data_stream(), Vec::new(), 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| too_large(limit))?;
        length += chunk.len();
        if length <= limit {
            bytes.extend_from_slice(&chunk);
        } else if length > limit.saturating_mul(16) {
            break;
        }
    }
    if length > limit { Err(too_large(limit)) } else { Ok(bytes.into()) }
}

/// The body of a request that is signed, which must be at hand whole before anybody knows who is asking.
pub(crate) async fn signed_body(
    parts: &Parts,
    body: Body,
    limit: usize,
) -> Result<(Body, Option<Bytes>), Problem> {
    if !parts.headers.contains_key("x-signature") {
        return Ok((body, None));
    }
    let bytes = read_body(body, limit).await?;
    Ok((Body::from(bytes.clone()), Some(bytes)))
}

/// Reads JSON.
///
/// No text may hold the character NUL: not every database can keep it, and nobody types it.
pub(crate) fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = readable(bytes)?;
    serde_json::from_str(text).map_err(|error| unread(text, &error))
}

fn readable(bytes: &[u8]) -> Result<&str, Problem> {
    if bytes.windows(6).any(|window| window == b"\\u0000")
        && let Ok(value) = serde_json::from_slice(bytes)
        && let Some(pointer) = find_nul(&value, String::new())
    {
        return Err(no_nul(pointer));
    }
    // What is no text stops the reader where it is none.
    std::str::from_utf8(bytes).map_err(|_| match serde_json::from_slice::<Value>(bytes) {
        Err(error) => not_json(&error),
        Ok(_) => Problem::bug(),
    })
}

fn not_json(error: &serde_json::Error) -> Problem {
    let detail = format!("The body is not JSON: line {}, column {}.", error.line(), error.column());
    UNREADABLE_JSON.says(detail)
}

/// What could not be read of the text, and where.
fn unread(text: &str, error: &serde_json::Error) -> Problem {
    if !error.is_data() {
        return not_json(error);
    }
    let mut pointer = place(text, offset_of(text, error));
    let said = error.to_string();
    // What is not there has no place of its own yet.
    if said.starts_with("missing field `")
        && let (Some(missing), _) = read_errors::field(&said)
    {
        pointer.push_str(&format!("/{}", pointer_part(missing)));
    }
    Problem::invalid(vec![kernel::FieldProblem { pointer, detail: read_errors::in_words(&said) }])
}

/// How much of the text was read when this was noticed.
pub(super) fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    before + error.column()
}

fn find_nul(value: &Value, pointer: String) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then_some(pointer),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(n, item)| find_nul(item, format!("{pointer}/{n}")))
        }
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let pointer = format!("{pointer}/{}", pointer_part(name));
            if name.contains('\0') { Some(pointer) } else { find_nul(member, pointer) }
        }),
        _ => None,
    }
}

pub(crate) fn no_nul(pointer: String) -> Problem {
    Problem::invalid(vec![kernel::FieldProblem {
        pointer,
        detail: "a text may not hold the character NUL".into(),
    }])
}

fn too_large(limit: usize) -> Problem {
    let detail = format!("The body is larger than {limit} bytes, or broke off. Send less at once.");
    TOO_LARGE.says(detail)
}
