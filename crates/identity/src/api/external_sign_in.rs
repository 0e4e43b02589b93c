//! Signing in at a provider, and linking one's account there.
//!
//! What a sign-in needs when its browser comes back is kept by that browser, under our seal. So it belongs to this browser
//! and this shop; and what the issuer answers counts once, for the issuer takes its code once.

use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::RawQuery;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use edge::{Answer, Command, Filter, Id, Jar, NoBody, Page, Routes, SESSION, Shop, routes};
use federation::{Ask, Pending};
use kernel::Problem;
use serde::{Deserialize, Serialize};
use store::Asked;
use url::Url;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::accounts::actor::actor;
use crate::api::me::person;
use crate::api::page_origin::PageOrigin;
use crate::api::sign_in::{Device, SameSiteOfBrowsers, unkept};
use crate::providers::external_sign_in::{self, Ready};
use crate::providers::queries::OutsiderView;
use crate::providers::{self, linked_identity};
use crate::sessions::session::Kind;
use crate::sessions::ticket;
use crate::sessions::use_cases::NewSession;
use crate::sign_in::authenticator::AccountAuthenticator;
use crate::{AccountId, ProviderId, SessionId, api};

const COOKIE: &str = "galleria-outside";
const LASTS: Duration = Duration::from_secs(600);
const SEALED_AS: &str = "sign-in outside";
const CALLBACK: &str = "/api/v1/sign-in/outside/callback";

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_ways))
        .routes(routes!(begin))
        .routes(routes!(come_back))
        .routes(routes!(begin_link))
        .routes(routes!(list_my_outsiders))
        .routes(routes!(unlink))
}

/// What a browser keeps until it comes back.
#[derive(Serialize, Deserialize)]
struct PendingSignIn {
    provider: ProviderId,
    pending: Pending,
    back: Url,
    /// The account that is to be linked; nobody's for a sign-in.
    link: Option<AccountId>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListWays {
    /// customer when left out, or staff; on the platform's own address, operator.
    #[serde(rename = "as")]
    audience: Option<String>,
}

/// A place where people sign in.
#[derive(Serialize, ToSchema)]
#[schema(as = WayIn)]
struct Way {
    #[schema(value_type = Uuid)]
    id: ProviderId,
    /// “Sign in with …”
    name: String,
}

/// Lists where else one can sign in.
#[utoipa::path(get, path = "/api/v1/sign-in/outside", tag = "identity", params(ListWays), extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The places.", body = Page<Way>)),
    security(()))]
async fn list_ways(shop: Shop, Filter(asked): Filter<ListWays>) -> Answer {
    let audience = api::sign_in::audience(&shop, asked.audience.as_deref())?;
    let rows = providers::queries::providers(&shop.tenant).await?.into_iter().map(|row| row.view);
    let fitting =
        rows.filter(|view| view.definition.enabled && view.definition.audience == audience.as_str());
    let items = fitting.map(|view| Way { id: view.id, name: view.definition.name }).collect();
    shop.list(&Page { items, next_cursor: None })
}

/// Where the browser goes next.
#[derive(Serialize, ToSchema)]
struct Begun {
    location: String,
}

/// Begins a sign-in at a provider: the browser goes to the location.
#[utoipa::path(post, path = "/api/v1/sign-in/outside/{id}/begin", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "Where to go.", body = Begun)),
    security(()))]
async fn begin(
    Extension(authenticator): Extension<AccountAuthenticator>,
    site: PageOrigin,
    jar: Jar,
    _: SameSiteOfBrowsers,
    Id(id): Id<ProviderId>,
    ask: Command<NoBody>,
) -> Answer {
    let provider = provider(&ask.shop, id).await?;
    go(&authenticator, &ask.shop, (&site, jar), provider, None).await
}

/// Begins to link an account at a provider to one's own: the browser goes to the location.
#[utoipa::path(post, path = "/api/v1/me/outside/{id}/begin", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 200, description = "Where to go.", body = Begun)),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn begin_link(
    Extension(authenticator): Extension<AccountAuthenticator>,
    site: PageOrigin,
    jar: Jar,
    Id(id): Id<ProviderId>,
    ask: Command<NoBody>,
) -> Answer {
    let shop = &ask.shop;
    let (me, _) = person(shop)?;
    let provider = provider(shop, id).await?;
    // A provider is for one audience, and so are its accounts.
    if provider.audience != shop.caller.audience {
        return Err(Problem::not_found("provider").into());
    }
    go(&authenticator, shop, (&site, jar), provider, Some(me)).await
}

/// The browser comes back from a provider. It goes on to the shop, or to a page about what is wrong.
#[utoipa::path(get, path = "/api/v1/sign-in/outside/callback", tag = "identity", extensions(("x-platform" = json!(true))),
    responses((status = 303, description = "Signed in, or not.")),
    security(()))]
async fn come_back(
    Extension(authenticator): Extension<AccountAuthenticator>,
    headers: HeaderMap,
    device: Device,
    RawQuery(query): RawQuery,
    shop: Shop,
) -> Answer {
    let jar = device.jar;
    let kept = jar.get(&headers, COOKIE);
    let mut response =
        match arrive(&authenticator, &shop, device.name, kept, &query.unwrap_or_default()).await {
            Ok(session) => {
                let mut response = see("/");
                if let Some((secret, lasts)) = session {
                    jar.put(response.headers_mut(), SESSION, &secret, lasts);
                }
                response
            }
            Err(problem) => {
                tracing::info!(code = %problem.code, "A sign-in from outside was refused");
                see(&format!("/problems/{}", problem.code))
            }
        };
    jar.put(response.headers_mut(), COOKIE, "", Duration::ZERO);
    Ok(unkept(response))
}

#[derive(Serialize, ToSchema)]
struct MyOutsiders {
    items: Vec<OutsiderView>,
}

/// Lists the accounts at providers that are linked to one's own.
#[utoipa::path(get, path = "/api/v1/me/outside", tag = "identity", extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The accounts.", body = MyOutsiders)),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn list_my_outsiders(shop: Shop) -> Answer {
    let (me, _) = person(&shop)?;
    let items = providers::queries::outsiders(&shop.tenant, me.uuid()).await?;
    shop.list_of(&MyOutsiders { items })
}

/// Unlinks one of them: it does not sign in here any more.
#[utoipa::path(delete, path = "/api/v1/me/outside/{id}", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 204, description = "It is unlinked.")),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn unlink(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<Uuid>,
    ask: Command<NoBody>,
) -> Answer {
    let (me, _) = person(&ask.shop)?;
    let mine = providers::queries::outsiders(&ask.shop.tenant, me.uuid()).await?;
    if !mine.iter().any(|outsider| outsider.id == id) {
        return Err(Problem::not_found("outsider").into());
    }
    let answer = ask.run(linked_identity::unlink(vec![id])).await;
    authenticator.forget(ask.shop.tenant.id());
    answer
}

async fn provider(shop: &Shop, id: ProviderId) -> Result<Ready, Problem> {
    let row = providers::queries::provider(&shop.tenant, id).await?.filter(|row| row.view.definition.enabled);
    external_sign_in::prepare(&shop.tenant, row.ok_or_else(|| Problem::not_found("provider"))?).await
}

async fn go(
    authenticator: &AccountAuthenticator,
    shop: &Shop,
    (site, jar): (&PageOrigin, Jar),
    provider: Ready,
    link: Option<AccountId>,
) -> Answer {
    let back = Url::parse(&format!("{}{CALLBACK}", site.origin)).map_err(|_| Problem::bug())?;
    let (federation, now) = (authenticator.outside().federation(), external_sign_in::moment(shop.now));
    let begun = federation.begin(&provider.federated, &back, &Ask::default(), now).await;
    let (location, pending) = begun.map_err(external_sign_in::refused)?;
    let kept = PendingSignIn { provider: provider.id, pending, back, link };
    let kept = serde_json::to_vec(&kept).map_err(|_| Problem::bug())?;
    let sealed = shop.tenant.keys().await?.seal_secret(SEALED_AS, &kept);
    let mut response = unkept(shop.list_of(&Begun { location: location.to_string() })?);
    jar.put(response.headers_mut(), COOKIE, &sealed, LASTS);
    Ok(response)
}

/// The session that begins, unless an account was linked.
async fn arrive(
    authenticator: &AccountAuthenticator,
    shop: &Shop,
    device: String,
    sealed: Option<&str>,
    query: &str,
) -> Result<Option<(String, Duration)>, Problem> {
    let PendingSignIn { provider: id, pending, back, link } = kept(shop, sealed).await?;
    let provider = provider(shop, id).await?;
    let (federation, now) = (authenticator.outside().federation(), external_sign_in::moment(shop.now));
    let finished = federation.finish(&provider.federated, pending, query, &back, now).await;
    let who = finished.map_err(external_sign_in::refused)?;
    let audience = provider.audience;
    if let Some(me) = link {
        // Who began to link is still the one who sits there.
        if shop.caller.actor != actor(audience, me) {
            return Err(external_sign_in::refused(federation::FederationError::State));
        }
        let keys = shop.tenant.keys().await?;
        let outsider = linked_identity::id(&keys, audience.as_str(), &who.issuer, &who.subject);
        let asked = Asked::by(actor(audience, me), shop.correlation, shop.now);
        shop.tenant.run(asked, linked_identity::link(outsider, me, provider.id)).await?;
        return Ok(None);
    }
    let arrival =
        external_sign_in::arrival(&shop.tenant, &provider, &who, shop.correlation, shop.now).await?;
    let lasts = api::sign_in::lasts(audience, Kind::Browser);
    let (account, session) = (arrival.account, SessionId::new());
    let new = NewSession { id: session, account, kind: Kind::Browser, device, lasts };
    let asked = Asked::by(actor(audience, account), shop.correlation, shop.now);
    shop.tenant.run(asked, linked_identity::arrive(arrival, new)).await?;
    // Their roles may be others now.
    authenticator.forget(shop.tenant.id());
    Ok(Some((ticket::write_session(session, &*shop.tenant.keys().await?), lasts)))
}

async fn kept(shop: &Shop, sealed: Option<&str>) -> Result<PendingSignIn, Problem> {
    let keys = shop.tenant.keys().await?;
    let opened = sealed.and_then(|sealed| keys.open_secret(SEALED_AS, sealed));
    let kept = opened.and_then(|opened| serde_json::from_slice(&opened).ok());
    kept.ok_or_else(|| external_sign_in::refused(federation::FederationError::State))
}

fn see(place: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}
