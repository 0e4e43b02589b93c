//! What comes in: the bodies, ids and filters of requests, each read so that a mistake names its place.

use std::collections::HashSet;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use futures_util::StreamExt;
use kernel::Problem;
use kernel::problem::pointer_part;
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;
use sha2::{Digest, Sha256};
use store::{Asked, Done, Once, Work};
use uuid::Uuid;

use crate::answer::{self, Answer, Refused};
use crate::app::Platform;
use crate::patch::Patched;
use crate::problems::{
    IDEMPOTENCY_IN_FLIGHT, IDEMPOTENCY_KEY_UNREADABLE, IF_MATCH_UNREADABLE, NOT_JSON, TOO_LARGE,
    UNREADABLE_JSON, VERSION_REQUIRED,
};
use crate::tenancy::Shop;
use crate::wording;

/// How long the second of two requests with one idempotency key waits for the first.
const FIRST_FINISHES_WITHIN: Duration = Duration::from_secs(5);

/// A request that changes something.
pub struct Command<T> {
    pub shop: Shop,
    pub body: T,
    /// The version that the caller saw, from `If-Match`.
    pub if_match: Option<i64>,
    pub(crate) once: Option<Once>,
    pub(crate) in_flight: Arc<InFlight>,
}

/// For commands that say everything with their method and path.
pub struct NoBody;

impl<T> Command<T> {
    /// Who asks, and whether it may have been asked before.
    pub fn asked(&self) -> Asked {
        let shop = &self.shop;
        let mut asked = Asked::by(shop.caller.actor.clone(), shop.correlation, shop.now);
        asked.once = self.once.clone();
        asked
    }

    /// An id that is the same whenever the same request is sent again under its idempotency key.
    pub fn once_id(&self) -> Option<Uuid> {
        let once = self.once.as_ref()?;
        Some(Uuid::new_v5(&Uuid::NAMESPACE_URL, once.key.as_bytes()))
    }

    /// Does the work, once if the request carries an idempotency key, and answers.
    pub async fn run(&self, work: Work) -> Answer {
        Ok(answer::done(self.done(work).await?))
    }

    /// Does the work in the same way, for a handler that has something to do before it answers.
    pub async fn done(&self, work: Work) -> Result<Done, Problem> {
        let asked = self.asked();
        let _first = match &self.once {
            None => None,
            Some(once) => match self.in_flight.enter(&format!("{} {}", self.shop.tenant.id(), once.key)) {
                Some(first) => Some(first),
                None => return self.follow(asked, work).await,
            },
        };
        self.shop.tenant.run(asked, work).await
    }

    /// The first with this key is under way. The tenant's lane puts this one behind it, where it finds the kept reply.
    async fn follow(&self, asked: Asked, work: Work) -> Result<Done, Problem> {
        match tokio::time::timeout(FIRST_FINISHES_WITHIN, self.shop.tenant.run(asked, work)).await {
            Ok(done) => done,
            Err(_) => {
                let detail = "The first request with this Idempotency-Key is still being done. Ask again in a moment for its answer.";
                Err(IDEMPOTENCY_IN_FLIGHT.says(detail).after(1))
            }
        }
    }

    /// For replacing a whole record: the caller must say which version it has seen.
    pub fn version_required(&self) -> Result<i64, Problem> {
        self.if_match.ok_or_else(|| {
            VERSION_REQUIRED.says(
                "Send the ETag that you got with the record as If-Match, so that nobody's change is overwritten unseen.",
            )
        })
    }
}

impl FromRequest<Platform> for Command<NoBody> {
    type Rejection = Refused;

    async fn from_request(request: Request, platform: &Platform) -> Result<Self, Refused> {
        let (command, _) = receive(request, platform).await?;
        Ok(command)
    }
}

impl<T: DeserializeOwned> FromRequest<Platform> for Command<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, platform: &Platform) -> Result<Self, Refused> {
        let json = check_json(request.headers());
        let (command, bytes) = receive(request, platform).await?;
        json?;
        let body = read_json(&bytes)?;
        let Command { shop, if_match, once, in_flight, .. } = command;
        Ok(Self { shop, body, if_match, once, in_flight })
    }
}

/// Whether the body says of itself that it is JSON.
pub(crate) fn check_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || kind.ends_with("+json") {
        return Ok(());
    }
    Err(NOT_JSON.says("Send the body as JSON, with \"Content-Type: application/json\"."))
}

async fn receive(request: Request, platform: &Platform) -> Result<(Command<NoBody>, Bytes), Refused> {
    let (mut parts, body) = request.into_parts();
    let shop = Shop::from_request_parts(&mut parts, platform).await?;
    let limit = platform.settings().body_limit;
    let bytes = read_body(body, limit).await?;
    let if_match = if_match(&parts.headers)?;
    let once = once(&parts, &shop, &bytes)?;
    Ok((Command { shop, body: NoBody, if_match, once, in_flight: platform.in_flight() }, bytes))
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

fn once(parts: &Parts, shop: &Shop, body: &[u8]) -> Result<Option<Once>, Problem> {
    let key = once_key(parts, shop)?;
    let asked = parts.extensions.get::<Patched>().map_or(body, |patched| &patched.0);
    let fingerprint = || fingerprint(parts.uri.query().unwrap_or_default(), asked);
    Ok(key.map(|key| Once { key, fingerprint: fingerprint() }))
}

/// What a request's `Idempotency-Key` is kept under: the caller's own, and for this route only.
pub(crate) fn once_key(parts: &Parts, shop: &Shop) -> Result<Option<String>, Problem> {
    let Some(key) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > 255 || !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        let detail = "Write the Idempotency-Key as 1 to 255 letters, digits or signs, such as a UUID.";
        return Err(IDEMPOTENCY_KEY_UNREADABLE.says(detail));
    }
    let Parts { method, uri, .. } = parts;
    let method = parts.extensions.get::<Patched>().map_or(method, |_| &Method::PATCH);
    Ok(Some(format!("{} {method} {} {key}", shop.caller.actor, uri.path())))
}

/// What was asked, in short. `body` is the body, or what stands for one that is too long to be held.
pub(crate) fn fingerprint(query: &str, body: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(query).chain_update([0]).chain_update(body).finalize().to_vec()
}

pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version =
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|digits| digits.parse().ok());
    version.map(Some).ok_or_else(|| {
        IF_MATCH_UNREADABLE.says("Send the ETag as you got it, in its quotes: If-Match: \"3\".")
    })
}

/// Reads JSON. Only what cannot be read is read a second time, slowly, to find the place.
///
/// No text may hold the character NUL: not every database can keep it, and nobody types it.
pub(crate) fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.windows(6).any(|window| window == b"\\u0000")
        && let Ok(value) = serde_json::from_slice(bytes)
        && let Some(pointer) = find_nul(&value, String::new())
    {
        return Err(no_nul(pointer));
    }
    let error = match serde_json::from_slice(bytes) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if !error.is_data() {
        let detail = format!("The body is not JSON: line {}, column {}.", error.line(), error.column());
        return Err(UNREADABLE_JSON.says(detail));
    }
    let found = serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_slice(bytes));
    let Err(found) = found else { return Err(Problem::bug()) };
    let mut pointer = String::new();
    for segment in found.path() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", pointer_part(key))),
            Segment::Enum { variant } => pointer.push_str(&format!("/{variant}")),
            Segment::Unknown => {}
        }
    }
    let said = found.inner().to_string();
    // What is not there has no place of its own yet.
    if said.starts_with("missing field `")
        && let (Some(missing), _) = wording::field(&said)
    {
        pointer.push_str(&format!("/{}", pointer_part(missing)));
    }
    Err(Problem::invalid(vec![kernel::FieldProblem { pointer, detail: wording::in_words(&said) }]))
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

/// An id in a path. One that cannot be read answers like one that does not exist.
pub struct Id<T>(pub T);

impl<T: FromStr + Send> FromRequestParts<Platform> for Id<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Refused> {
        let text = Path::<String>::from_request_parts(parts, platform)
            .await
            .map_err(|_| Problem::not_found("record"))?;
        text.parse().map(Self).map_err(|_| Problem::not_found("record").into())
    }
}

/// Two ids in a path, of a record and of something within it.
pub struct Of<A, B>(pub A, pub B);

impl<A: FromStr + Send, B: FromStr + Send> FromRequestParts<Platform> for Of<A, B> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Refused> {
        let missing = || Problem::not_found("record");
        let found = Path::<(String, String)>::from_request_parts(parts, platform).await;
        let Path((record, within)) = found.map_err(|_| missing())?;
        let (record, within) = (record.parse().ok(), within.parse().ok());
        record.zip(within).map(|(record, within)| Self(record, within)).ok_or_else(|| missing().into())
    }
}

/// The filters of a list, from the query string.
pub struct Filter<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Platform> for Filter<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Refused> {
        match Query::<T>::from_request_parts(parts, platform).await {
            Ok(Query(filter)) => Ok(Self(filter)),
            Err(rejection) => {
                let text = rejection.body_text();
                let said = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
                let (field, said) = wording::field(said);
                let pointer = field.unwrap_or_default().to_owned();
                let detail = wording::in_words(said);
                Err(Problem::invalid(vec![kernel::FieldProblem { pointer, detail }]).into())
            }
        }
    }
}

/// The idempotency keys whose first request is under way on this node.
#[derive(Default)]
pub(crate) struct InFlight(Mutex<HashSet<String>>);

pub(crate) struct First {
    key: String,
    all: Arc<InFlight>,
}

impl InFlight {
    fn enter(self: &Arc<Self>, key: &str) -> Option<First> {
        self.0.lock().insert(key.to_owned()).then(|| First { key: key.to_owned(), all: self.clone() })
    }
}

impl Drop for First {
    fn drop(&mut self) {
        self.all.0.lock().remove(&self.key);
    }
}
