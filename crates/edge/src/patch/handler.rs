//! Changing some of a record: `PATCH` with a merge patch (RFC 7396), wherever a whole record can be replaced.
//!
//! A patch is a `PUT` of what there is now with the patch merged into it. So nothing has to know of patches but this: the
//! record is read by its `GET`, brought into the shape that its `PUT` takes, merged, and handed to that `PUT`, with the
//! version that was read. Whatever is checked there is checked here.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, patch};
use kernel::Problem;
use serde_json::{Map, Value};
use store::problems::{CHANGED_MEANWHILE, CONTENDED};
use tower::ServiceExt;

use super::replacement::replacement;
use crate::answer::Refused;
use crate::commands::{Patched, if_match};
use crate::document::patches;
use crate::platform::Platform;
use crate::request::body::{check_json, read_body, read_json};
use crate::request::source;
use crate::tenancy::Shop;

/// How often somebody else may come in between before whoever patches hears of it.
const TRIES: usize = 20;

/// Put among the extensions of what a `GET` answers, for a record that is shown otherwise than it is replaced: the record
/// with the members that its `PUT` takes.
#[derive(Debug, Clone)]
pub struct Replaceable(pub Value);

/// Adds `PATCH` to each path of the document on which a record is read and replaced whole. `plain` answers without asking
/// who it is, which was asked already.
pub(crate) fn routes(document: &Arc<Value>, plain: &Router) -> Vec<(String, MethodRouter<Platform>)> {
    let paths = patches::paths(document);
    let route = |(path, schema): (String, Value)| {
        let record = Arc::new(Record { schema, document: document.clone(), plain: plain.clone() });
        (
            path,
            patch(move |State(platform): State<Platform>, request: Request| async move {
                record
                    .patched(&platform, request)
                    .await
                    .unwrap_or_else(|problem| Refused(problem).into_response())
            }),
        )
    };
    paths.into_iter().map(route).collect()
}

struct Record {
    /// Of the body that replaces it.
    schema: Value,
    document: Arc<Value>,
    plain: Router,
}

impl Record {
    async fn patched(&self, platform: &Platform, request: Request) -> Result<Response, Problem> {
        let (parts, body) = request.into_parts();
        check_json(&parts.headers)?;
        let asked = read_body(body, platform.settings().body_limit).await?;
        let patch: Value = read_json(&asked)?;
        let mut tries = 1..TRIES;
        loop {
            let mut shown = self.plain.clone().oneshot(self.reading(&parts)).await.into_response();
            if shown.status() != StatusCode::OK {
                return Ok(shown);
            }
            let seen = shown.headers().get(ETAG).cloned();
            let expected = parts.headers.get(IF_MATCH).filter(|expected| *expected != "*");
            if expected.is_some_and(|expected| seen.as_ref().is_some_and(|seen| seen != expected)) {
                if_match(&parts.headers)?;
                return Err(changed());
            }
            let shown = match shown.extensions_mut().remove::<Replaceable>() {
                Some(Replaceable(record)) => record,
                None => {
                    let shown = to_bytes(shown.into_body(), usize::MAX).await.map_err(|_| Problem::bug())?;
                    serde_json::from_slice(&shown).map_err(|_| Problem::bug())?
                }
            };
            let mut whole = replacement(&self.document, &self.schema, &shown);
            merge(&mut whole, patch.clone());
            let writing = writing(&parts, seen, &whole, &asked);
            let done = self.plain.clone().oneshot(writing).await.into_response();
            let overtaken = expected.is_none() && done.status() == StatusCode::PRECONDITION_FAILED;
            if !overtaken {
                return Ok(done);
            }
            tries.next().ok_or_else(contended)?;
        }
    }

    fn reading(&self, parts: &Parts) -> Request {
        let mut request = again(parts, Method::GET, Body::empty());
        for name in [IF_NONE_MATCH, IF_MATCH, CONTENT_TYPE, CONTENT_LENGTH] {
            request.headers_mut().remove(name);
        }
        request
    }
}

fn writing(parts: &Parts, seen: Option<HeaderValue>, whole: &Value, asked: &Bytes) -> Request {
    let mut request = again(parts, Method::PUT, Body::from(whole.to_string()));
    let headers = request.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.remove(IF_MATCH);
    if let Some(seen) = seen {
        headers.insert(IF_MATCH, seen);
    }
    request.extensions_mut().insert(Patched(asked.clone()));
    request
}

/// The same caller's request for the same thing.
fn again(parts: &Parts, method: Method, body: Body) -> Request {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = parts.uri.clone();
    *request.headers_mut() = parts.headers.clone();
    let extensions = request.extensions_mut();
    source::carry(&parts.extensions, extensions);
    if let Some(shop) = parts.extensions.get::<Shop>() {
        extensions.insert(shop.clone());
    }
    request
}

/// RFC 7396, as it is written there.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, change) in patch {
        if change.is_null() {
            members.remove(&name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), change);
        }
    }
}

fn contended() -> Problem {
    CONTENDED.says("Others keep changing this at the same moment. Ask again.").after(1)
}

fn changed() -> Problem {
    CHANGED_MEANWHILE.says(
        "This has changed since you read it. Read it again, and apply your change to what you see then.",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The examples of RFC 7396, appendix A.
    #[test]
    fn a_patch_is_merged_as_the_standard_has_it() {
        for (target, patch, result) in [
            (json!({ "a": "b" }), json!({ "a": "c" }), json!({ "a": "c" })),
            (json!({ "a": "b" }), json!({ "b": "c" }), json!({ "a": "b", "b": "c" })),
            (json!({ "a": "b" }), json!({ "a": null }), json!({})),
            (json!({ "a": "b", "b": "c" }), json!({ "a": null }), json!({ "b": "c" })),
            (json!({ "a": ["b"] }), json!({ "a": "c" }), json!({ "a": "c" })),
            (json!({ "a": "c" }), json!({ "a": ["b"] }), json!({ "a": ["b"] })),
            (
                json!({ "a": { "b": "c" } }),
                json!({ "a": { "b": "d", "c": null } }),
                json!({ "a": { "b": "d" } }),
            ),
            (json!({ "a": [{ "b": "c" }] }), json!({ "a": [1] }), json!({ "a": [1] })),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({ "a": "b" }), json!(["c"]), json!(["c"])),
            (json!({ "a": "foo" }), json!(null), json!(null)),
            (json!({ "a": "foo" }), json!("bar"), json!("bar")),
            (json!({ "e": null }), json!({ "a": 1 }), json!({ "e": null, "a": 1 })),
            (json!([1, 2]), json!({ "a": "b", "c": null }), json!({ "a": "b" })),
            (json!({}), json!({ "a": { "bb": { "ccc": null } } }), json!({ "a": { "bb": {} } })),
        ] {
            let mut merged = target.clone();
            merge(&mut merged, patch.clone());
            assert_eq!(merged, result, "{target} with {patch}");
        }
    }
}
