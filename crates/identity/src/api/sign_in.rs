//! Signing in and out, and exchanging refresh tokens.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, USER_AGENT};
use axum::response::Response;
use credentials::Wish;
use credentials::issuer::Ours;
use edge::{
    Answer, Audience, Command, Jar, NoBody, Platform, Routes, SESSION, SameSite, Shop, Source, routes,
};
use kernel::{FieldProblem, Problem, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use store::Asked;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accounts::actor::actor;
use crate::accounts::{self, address};
use crate::sessions::session::{Because, Kind};
use crate::sessions::ticket::{self, Good, Ticket};
use crate::sessions::use_cases::NewSession;
use crate::sign_in::authenticator::AccountAuthenticator;
use crate::sign_in::signing_keys::TOKEN_LASTS;
use crate::sign_in::use_cases::Proof;
use crate::sign_in::{self, password_check};
use crate::{AccountId, Refusal, SessionId, sessions};

const CODE_WITHIN: Duration = Duration::from_secs(300);
const HOUR: Duration = Duration::from_secs(3600);

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(sign_in))
        .routes(routes!(sign_in_with_code))
        .routes(routes!(sign_out))
        .routes(routes!(refresh))
        .routes(routes!(published_keys))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    email: String,
    password: String,
    /// `customer` when left out; on the platform's own address, `operator`.
    #[serde(rename = "as")]
    audience: Option<String>,
    /// `browser` for a cookie, `program` for an access token and a refresh token.
    #[schema(inline)]
    kind: Option<KindAsked>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum KindAsked {
    Browser,
    Program,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Code {
    /// From the first half.
    ticket: String,
    /// A code of the moment, or a recovery code.
    code: String,
}

/// Who signed in; or what is asked of them next.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedIn {
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    #[serde(flatten)]
    #[schema(inline)]
    tokens: Option<Tokens>,
    /// `code`: go on at /api/v1/sign-in/code with the ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Tokens {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    /// Good once: each exchange gives the next one.
    refresh_token: String,
}

/// Signs in with an e-mail address and a password.
#[utoipa::path(post, path = "/api/v1/sign-in", tag = "identity", request_body = SignIn, extensions(("x-guesses" = json!(true)), ("x-platform" = json!(true))),
    responses((status = 200, description = "Signed in, or asked for a code.", body = SignedIn)),
    security(()))]
async fn sign_in(
    State(platform): State<Platform>,
    source: Source,
    Extension(authenticator): Extension<AccountAuthenticator>,
    device: Device,
    _: SameSiteOfBrowsers,
    ask: Command<SignIn>,
) -> Answer {
    let (shop, body) = (&ask.shop, &ask.body);
    let audience = audience(shop, body.audience.as_deref())?;
    let kind = match body.kind {
        Some(KindAsked::Program) => Kind::Program,
        Some(KindAsked::Browser) | None => Kind::Browser,
    };
    device.can_keep(kind)?;
    let named = address::id(audience.as_str(), shop.tenant.keys().await?.blind("email", &body.email));
    platform.guess_at(named, source).await?;
    let account =
        password_check::by_address(&authenticator, &shop.tenant, audience, &body.email, &body.password)
            .await?;
    let round = account.password_round;
    if account.has_app {
        let good = Good::Code { round, kind };
        let ticket = Ticket { good, account: Some(account.id), until: shop.now.plus(CODE_WITHIN) };
        let ticket = ticket.write(&*shop.tenant.keys().await?);
        let view = SignedIn {
            account: None,
            session: None,
            expires_at: None,
            tokens: None,
            next: Some("code"),
            ticket: Some(ticket),
        };
        return Ok(unkept(shop.list_of(&view)?));
    }
    enter(&authenticator, shop, account.id, audience, kind, Proof::Password { round }, device).await
}

/// The second half of signing in: a code of the moment, or a recovery code.
#[utoipa::path(post, path = "/api/v1/sign-in/code", tag = "identity", request_body = Code, extensions(("x-guesses" = json!(true)), ("x-platform" = json!(true))),
    responses((status = 200, description = "Signed in.", body = SignedIn)),
    security(()))]
async fn sign_in_with_code(
    State(platform): State<Platform>,
    source: Source,
    Extension(authenticator): Extension<AccountAuthenticator>,
    device: Device,
    _: SameSiteOfBrowsers,
    ask: Command<Code>,
) -> Answer {
    let (shop, body) = (&ask.shop, &ask.body);
    let ticket = Ticket::read(&body.ticket, &*shop.tenant.keys().await?, shop.now);
    let Some(Ticket { good: Good::Code { round, kind }, account: Some(id), .. }) = ticket else {
        return Err(Problem::from(Refusal::TicketUsed).into());
    };
    platform.guess_at(id.uuid(), source).await?;
    let account = accounts::queries::account(&shop.tenant, id)
        .await?
        .ok_or_else(|| Problem::from(Refusal::TicketUsed))?;
    let audience = Audience::named(&account.audience).ok_or_else(Problem::bug)?;
    let proof = Proof::Code { round, typed: body.code.clone() };
    enter(&authenticator, shop, id, audience, kind, proof, device).await
}

/// Takes the proof, begins the session, and hands over what it is shown with.
pub(crate) async fn enter(
    authenticator: &AccountAuthenticator,
    shop: &Shop,
    account: AccountId,
    audience: Audience,
    kind: Kind,
    proof: Proof,
    device: Device,
) -> Answer {
    device.can_keep(kind)?;
    let lasts = lasts(audience, kind);
    let id = SessionId::new();
    let new = NewSession { id, account, kind, device: device.name, lasts };
    let asked = Asked::by(actor(audience, account), shop.correlation, shop.now);
    shop.tenant.run(asked, sign_in::use_cases::enter(new, proof)).await?;
    let mut view = SignedIn {
        account: Some(account.uuid()),
        session: Some(id.uuid()),
        expires_at: Some(shop.now.plus(lasts)),
        tokens: None,
        next: None,
        ticket: None,
    };
    if kind == Kind::Program {
        view.tokens = Some(tokens(authenticator, shop, account, audience, id, 0).await?);
        return Ok(unkept(shop.list_of(&view)?));
    }
    let secret = ticket::write_session(id, &*shop.tenant.keys().await?);
    let mut response = unkept(shop.list_of(&view)?);
    device.jar.put(response.headers_mut(), SESSION, &secret, lasts);
    Ok(response)
}

pub(crate) fn lasts(audience: Audience, kind: Kind) -> Duration {
    match (audience, kind) {
        (_, Kind::Program) => HOUR * 24 * 90,
        (Audience::Customer, Kind::Browser) => HOUR * 24 * 30,
        _ => HOUR * 12,
    }
}

/// Signs out: the session that asks has ended.
#[utoipa::path(post, path = "/api/v1/sign-out", tag = "identity", extensions(("x-platform" = json!(true))),
    responses((status = 204, description = "Signed out.")),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn sign_out(
    Extension(authenticator): Extension<AccountAuthenticator>,
    jar: Jar,
    ask: Command<NoBody>,
) -> Answer {
    if let Some(session) = &ask.shop.caller.session {
        let work = sessions::use_cases::end(vec![SessionId(session.id)], Because::SignedOut);
        ask.shop.tenant.run(ask.asked(), work).await?;
        authenticator.forget(ask.shop.tenant.id());
    }
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = axum::http::StatusCode::NO_CONTENT;
    jar.put(response.headers_mut(), SESSION, "", Duration::ZERO);
    Ok(response)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefreshAsked {
    refresh_token: String,
}

/// Exchanges a refresh token for the next one, and an access token.
#[utoipa::path(post, path = "/api/v1/tokens/refresh", tag = "identity", request_body = RefreshAsked, extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The next two.", body = Tokens)),
    security(()))]
async fn refresh(
    Extension(authenticator): Extension<AccountAuthenticator>,
    ask: Command<RefreshAsked>,
) -> Answer {
    let shop = &ask.shop;
    let read = ticket::read_refresh(&ask.body.refresh_token, &*shop.tenant.keys().await?);
    let (session, generation) = read.ok_or_else(|| Problem::from(Refusal::RefreshRefused))?;
    let holder = sessions::queries::holder(&shop.tenant, session, shop.now).await?;
    let holder = holder.ok_or_else(|| Problem::from(Refusal::RefreshRefused))?;
    let audience = Audience::named(&holder.audience).ok_or_else(Problem::bug)?;
    let asked = Asked::by(actor(audience, holder.account), shop.correlation, shop.now);
    let done = shop.tenant.run(asked, sessions::use_cases::refresh(session, generation)).await?;
    match done.reply.version {
        Some(next) if next > 0 => {
            let tokens = tokens(&authenticator, shop, holder.account, audience, session, next).await?;
            Ok(unkept(shop.list_of(&tokens)?))
        }
        _ => {
            authenticator.forget(shop.tenant.id());
            tracing::warn!(%session, "A refresh token was used twice; its session was ended");
            Err(Problem::from(Refusal::RefreshReused).into())
        }
    }
}

/// The keys with which access tokens are verified (JWKS).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "identity", extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The keys.", body = Value)),
    security(()))]
async fn published_keys(Extension(authenticator): Extension<AccountAuthenticator>, shop: Shop) -> Answer {
    let keys = authenticator.rings().of(&shop.tenant, shop.now).await?;
    let mut response = shop.list_of(&keys.published)?;
    // A key is published two days before it signs.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    Ok(response)
}

async fn tokens(
    authenticator: &AccountAuthenticator,
    shop: &Shop,
    account: AccountId,
    audience: Audience,
    session: SessionId,
    generation: i64,
) -> Result<Tokens, Problem> {
    let keys = authenticator.rings().of(&shop.tenant, shop.now).await?;
    let ours = Ours {
        tid: Some(shop.tenant.id().uuid().to_string()),
        sid: Some(session.to_string()),
        kind: audience.as_str().to_owned(),
        auth_time: Some(shop.now.seconds()),
        ..Ours::default()
    };
    let wish = Wish {
        audience: audience.as_str().to_owned(),
        subject: account.to_string(),
        lasts: TOKEN_LASTS,
        ours,
    };
    let (access_token, _) = keys.issuer.issue(wish, shop.now.seconds()).map_err(|refusal| {
        tracing::error!(code = refusal.code(), "An access token could not be signed: {refusal}");
        Problem::bug()
    })?;
    let refresh_token = ticket::write_refresh(session, generation, &*shop.tenant.keys().await?);
    Ok(Tokens { access_token, token_type: "Bearer", expires_in: TOKEN_LASTS, refresh_token })
}

/// For whom somebody wants to sign in. The platform's own people sign in at its own address, and nobody else does.
pub(crate) fn audience(shop: &Shop, asked: Option<&str>) -> Result<Audience, Problem> {
    let platform = shop.tenant.id() == TenantId::CELL;
    let wrong = |may: &str| {
        let detail = format!("here it may be {may}");
        Problem::invalid(vec![FieldProblem { pointer: "/as".into(), detail }])
    };
    match (platform, asked) {
        (true, None | Some("operator")) => Ok(Audience::Operator),
        (true, Some(_)) => Err(wrong("operator")),
        (false, None | Some("customer")) => Ok(Audience::Customer),
        (false, Some("staff")) => Ok(Audience::Staff),
        (false, Some(_)) => Err(wrong("customer or staff")),
    }
}

/// A page of another site must not sign a browser in as somebody else. A program sends none of a browser's headers.
pub(crate) struct SameSiteOfBrowsers;

impl axum::extract::FromRequestParts<edge::Platform> for SameSiteOfBrowsers {
    type Rejection = edge::Refused;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        platform: &edge::Platform,
    ) -> Result<Self, edge::Refused> {
        let browser = ["sec-fetch-site", "origin"].iter().any(|name| parts.headers.contains_key(*name));
        if browser {
            SameSite::from_request_parts(parts, platform).await?;
        }
        Ok(Self)
    }
}

/// On what somebody signs in.
pub(crate) struct Device {
    /// As it names itself.
    pub(crate) name: String,
    pub(crate) jar: Jar,
}

impl Device {
    /// Refuses a session that the browser would throw away at once; a program keeps its tokens by itself.
    fn can_keep(&self, kind: Kind) -> Result<(), Problem> {
        if kind == Kind::Browser { self.jar.check() } else { Ok(()) }
    }
}

impl axum::extract::FromRequestParts<Platform> for Device {
    type Rejection = edge::Refused;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        platform: &Platform,
    ) -> Result<Self, edge::Refused> {
        let jar = Jar::from_request_parts(parts, platform).await?;
        let named = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self { name: named.chars().filter(|letter| !letter.is_control()).take(200).collect(), jar })
    }
}

/// What lets somebody in is not kept by anything on the way.
pub(crate) fn unkept(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
