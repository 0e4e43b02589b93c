//! A request that changes something: its body, the version that the caller saw, and its idempotency key.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use kernel::Problem;
use kernel::boxed;
use serde::de::DeserializeOwned;
use store::{Asked, Done, Once, Tenant, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use super::idempotency::once;
use crate::answer::{self, Answer, Refused};
use crate::platform::{InFlight, Platform};
use crate::problems::{IDEMPOTENCY_IN_FLIGHT, IF_MATCH_UNREADABLE, VERSION_REQUIRED};
use crate::request::body::{check_json, read_body, read_json};
use crate::request::fits;
use crate::tenancy::Shop;

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
    pub fn run(&self, work: Work) -> impl Future<Output = Answer> + Send + use<'_, T> {
        answered(&self.shop.tenant, self.asked(), &self.in_flight, work)
    }

    /// Does the work in the same way, for a handler that has something to do before it answers.
    pub fn done(&self, work: Work) -> impl Future<Output = Result<Done, Problem>> + Send + use<'_, T> {
        done(&self.shop.tenant, self.asked(), &self.in_flight, work)
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

#[boxed]
async fn answered(tenant: &Tenant, asked: Asked, in_flight: &Arc<InFlight>, work: Work) -> Answer {
    Ok(answer::done(done(tenant, asked, in_flight, work).await?))
}

#[boxed]
async fn done(tenant: &Tenant, asked: Asked, in_flight: &Arc<InFlight>, work: Work) -> Result<Done, Problem> {
    let _first = match &asked.once {
        None => None,
        Some(once) => match in_flight.enter(&format!("{} {}", tenant.id(), once.key)) {
            Some(first) => Some(first),
            None => return follow(tenant, asked, work).await,
        },
    };
    tenant.run(asked, work).await
}

/// The first with this key is under way. The tenant's lane puts this one behind it, where it finds the kept reply.
async fn follow(tenant: &Tenant, asked: Asked, work: Work) -> Result<Done, Problem> {
    match tokio::time::timeout(FIRST_FINISHES_WITHIN, tenant.run(asked, work)).await {
        Ok(done) => done,
        Err(_) => {
            let detail = "The first request with this Idempotency-Key is still being done. Ask again in a moment for its answer.";
            Err(IDEMPOTENCY_IN_FLIGHT.says(detail).after(1))
        }
    }
}

impl FromRequest<Platform> for Command<NoBody> {
    type Rejection = Refused;

    async fn from_request(request: Request, platform: &Platform) -> Result<Self, Refused> {
        let (command, _) = receive(request, platform).await?;
        Ok(command)
    }
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest<Platform> for Command<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, platform: &Platform) -> Result<Self, Refused> {
        let (command, bytes) = receive_json(request, platform).await?;
        let body = read_json(&bytes)?;
        fits::check_body::<T>(&bytes)?;
        let Command { shop, if_match, once, in_flight, .. } = command;
        Ok(Self { shop, body, if_match, once, in_flight })
    }
}

#[boxed]
async fn receive_json(request: Request, platform: &Platform) -> Result<(Command<NoBody>, Bytes), Refused> {
    let json = check_json(request.headers());
    let received = receive(request, platform).await?;
    json?;
    Ok(received)
}

#[boxed]
async fn receive(request: Request, platform: &Platform) -> Result<(Command<NoBody>, Bytes), Refused> {
    let (mut parts, body) = request.into_parts();
    let shop = Shop::from_request_parts(&mut parts, platform).await?;
    let limit = platform.settings().body_limit;
    let bytes = read_body(body, limit).await?;
    let if_match = if_match(&parts.headers)?;
    let once = once(&parts, &shop, &bytes)?;
    Ok((Command { shop, body: NoBody, if_match, once, in_flight: platform.in_flight() }, bytes))
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
