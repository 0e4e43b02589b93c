//! Passkeys: adding them, removing them, and signing in with nothing else.
//!
//! Every passkey of ours is kept by its device together with whose it is. So a sign-in needs no e-mail address, and what
//! begins it reads the same for everybody.

use std::time::Duration;

use axum::Extension;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use credentials::{Authenticated, Begun, Passkey, Passkeys, Registration};
use edge::{Answer, Audience, Command, Id, NoBody, Routes, Shop, routes};
use kernel::{Check, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Asked;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::me::person;
use crate::api::page_origin::PageOrigin;
use crate::api::sign_in::{Device, SameSiteOfBrowsers, unkept};
use crate::api::webauthn::{
    NewPasskeyResponse, PasskeyCreationOptions, PasskeyRequestOptions, PasskeyResponse,
};
use crate::passkeys::queries::PasskeyView;
use crate::passkeys::use_cases::NewPasskey;
use crate::refusal::refused;
use crate::sessions::session::Kind;
use crate::sessions::ticket::{Good, Ticket};
use crate::sign_in::authenticator::AccountAuthenticator;
use crate::sign_in::use_cases::Proof;
use crate::{AccountId, PasskeyId, Refusal, accounts, api, passkeys, sign_in};

const WITHIN: Duration = Duration::from_secs(300);
const SEALED_AS: &str = "passkey ceremony";

/// The namespace in which a passkey's id is made of its account and of what its device calls it.
const PASSKEYS: Uuid = Uuid::from_u128(0x9a4e_6a10_5d0c_4c59_9c1e_0b5f_7b1a_7e55);

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_passkeys, add_passkey))
        .routes(routes!(begin_adding))
        .routes(routes!(remove_passkey))
        .routes(routes!(begin_sign_in))
        .routes(routes!(sign_in_with_passkey))
        .routes(routes!(prove_with_passkey))
}

/// What a ceremony was begun for. The browser holds it under our seal until it is finished.
#[derive(Serialize, Deserialize)]
struct Ceremony {
    what: What,
    state: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Add,
    /// Among the accounts of this audience.
    Show {
        audience: String,
    },
}

/// What the browser needs to make a passkey.
#[derive(Serialize, ToSchema)]
struct BeginAdding {
    #[schema(value_type = PasskeyCreationOptions)]
    options: Value,
    /// To be sent with the browser's response.
    ticket: String,
}

/// What the browser needs to show a passkey.
#[derive(Serialize, ToSchema)]
struct BeginShowing {
    #[schema(value_type = PasskeyRequestOptions)]
    options: Value,
    /// To be sent with the browser's response.
    ticket: String,
}

#[derive(Serialize, ToSchema)]
struct MyPasskeys {
    items: Vec<PasskeyView>,
}

/// Lists one's passkeys, oldest first.
#[utoipa::path(get, path = "/api/v1/me/passkeys", tag = "identity", extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The passkeys.", body = MyPasskeys)),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn list_passkeys(shop: Shop) -> Answer {
    let (me, _) = person(&shop)?;
    let items = passkeys::queries::passkeys(&shop.tenant, me).await?;
    shop.list_of(&MyPasskeys { items })
}

/// Begins to add a passkey: what the browser needs for making one.
#[utoipa::path(post, path = "/api/v1/me/passkeys/begin", tag = "identity", extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 200, description = "What the browser needs.", body = BeginAdding)),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn begin_adding(site: PageOrigin, ask: Command<NoBody>) -> Answer {
    let shop = &ask.shop;
    let (me, _) = person(shop)?;
    let account =
        accounts::queries::account(&shop.tenant, me).await?.ok_or_else(|| Problem::not_found("account"))?;
    let known = passkeys::queries::passkeys(&shop.tenant, me).await?;
    let exclude = known.iter().map(|passkey| record(&passkey.record)).collect::<Result<Vec<_>, _>>()?;
    let (passkeys, now) = (at(&site)?, shop.now.seconds());
    let register = |name: &str| {
        let user_handle = *me.uuid().as_bytes();
        let asked = Registration { user_handle, name, display_name: &account.name, exclude: &exclude };
        passkeys.begin_registration(&asked, now)
    };
    // Not every address is a name that a device can show.
    let begun = register(&account.email).or_else(|_| register(&me.to_string())).map_err(no)?;
    let (options, ticket) = begin(shop, What::Add, Some(me), begun).await?;
    Ok(unkept(shop.list_of(&BeginAdding { options, ticket })?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddPasskey {
    /// From the beginning.
    ticket: String,
    /// What the browser made, as `toJSON()` writes it.
    #[schema(value_type = NewPasskeyResponse)]
    response: Value,
    /// How its owner will know it: "My phone".
    name: String,
}

/// Adds the passkey that the browser made.
#[utoipa::path(post, path = "/api/v1/me/passkeys", tag = "identity", request_body = AddPasskey, extensions(("x-platform" = json!(true))),
    responses((status = 204, description = "It is there.")),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn add_passkey(site: PageOrigin, ask: Command<AddPasskey>) -> Answer {
    let (shop, body) = (&ask.shop, &ask.body);
    let (me, _) = person(shop)?;
    let mut check = Check::default();
    let name = body.name.trim();
    let named = (1..=100).contains(&name.chars().count()) && !name.contains(char::is_control);
    check.that(named, "/name", "give a name of 1 to 100 letters");
    check.done()?;
    let Taken { ceremony, account, challenge, until } = take(shop, &body.ticket).await?;
    if account != Some(me) || !matches!(ceremony.what, What::Add) {
        return Err(Problem::from(Refusal::TicketUsed).into());
    }
    let response = body.response.to_string();
    let made = at(&site)?.finish_registration(&ceremony.state, &response, shop.now.seconds()).map_err(no)?;
    // What a device calls its passkey is its own choice, so it may not be what somebody else's is called.
    if passkeys::queries::passkey_of(&shop.tenant, &made.credential_id).await?.is_some() {
        return Err(Problem::from(Refusal::PasskeyRefused).into());
    }
    let new = NewPasskey {
        id: id(me, &made.credential_id),
        name: name.to_owned(),
        record: text(&made)?,
        credential: made.credential_id,
        challenge,
        until,
    };
    ask.run(passkeys::use_cases::add_passkey(me, new)).await
}

/// Removes a passkey.
#[utoipa::path(delete, path = "/api/v1/me/passkeys/{id}", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn remove_passkey(Id(id): Id<PasskeyId>, ask: Command<NoBody>) -> Answer {
    let (me, _) = person(&ask.shop)?;
    let mine = passkeys::queries::passkeys(&ask.shop.tenant, me).await?;
    if !mine.iter().any(|passkey| passkey.id == id) {
        return Err(Problem::not_found("passkey").into());
    }
    ask.run(passkeys::use_cases::remove_passkey(me, id)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BeginSignIn {
    /// `customer` when left out; on the platform's own address, `operator`.
    #[serde(rename = "as")]
    audience: Option<String>,
}

/// Begins to show a passkey, for signing in or for proving once more who one is. It reads the same for everybody.
#[utoipa::path(post, path = "/api/v1/sign-in/passkey/begin", tag = "identity", request_body = BeginSignIn, extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "What the browser needs.", body = BeginShowing)),
    security(()))]
async fn begin_sign_in(site: PageOrigin, _: SameSiteOfBrowsers, ask: Command<BeginSignIn>) -> Answer {
    let shop = &ask.shop;
    let audience = api::sign_in::audience(shop, ask.body.audience.as_deref())?.as_str().to_owned();
    let begun = at(&site)?.begin_authentication(None, shop.now.seconds()).map_err(no)?;
    let (options, ticket) = begin(shop, What::Show { audience }, None, begun).await?;
    Ok(unkept(shop.list_of(&BeginShowing { options, ticket })?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShowPasskey {
    /// From the beginning.
    ticket: String,
    /// What the browser answered, as `toJSON()` writes it.
    #[schema(value_type = PasskeyResponse)]
    response: Value,
}

/// Signs in with a passkey, which stands for a password and a code: it was had, and its device knew its owner.
#[utoipa::path(post, path = "/api/v1/sign-in/passkey", tag = "identity", request_body = ShowPasskey, extensions(("x-platform" = json!(true)), ("x-guesses" = json!(true))),
    responses((status = 200, description = "Signed in.", body = api::sign_in::SignedIn)),
    security(()))]
async fn sign_in_with_passkey(
    Extension(authenticator): Extension<AccountAuthenticator>,
    device: Device,
    site: PageOrigin,
    _: SameSiteOfBrowsers,
    ask: Command<ShowPasskey>,
) -> Answer {
    let shop = &ask.shop;
    let (account, audience, proof) = shown(shop, &site, &ask.body).await?;
    api::sign_in::enter(&authenticator, shop, account, audience, Kind::Browser, proof, device).await
}

/// Proves once more who one is, with a passkey. It holds for ten minutes.
#[utoipa::path(post, path = "/api/v1/me/proof/passkey", tag = "identity", request_body = ShowPasskey, extensions(("x-platform" = json!(true)), ("x-guesses" = json!(true))),
    responses((status = 204, description = "Proven.")),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn prove_with_passkey(
    Extension(authenticator): Extension<AccountAuthenticator>,
    site: PageOrigin,
    ask: Command<ShowPasskey>,
) -> Answer {
    let (me, session) = person(&ask.shop)?;
    let (account, _, proof) = shown(&ask.shop, &site, &ask.body).await?;
    if account != me {
        return Err(Problem::from(Refusal::PasskeyRefused).into());
    }
    let asked = Asked { once: None, ..ask.asked() };
    let done = ask.shop.tenant.run(asked, sign_in::use_cases::prove(session, me, proof)).await?;
    authenticator.forget(ask.shop.tenant.id());
    Ok(edge::answer::done(done))
}

/// Whose passkey was shown. That its challenge was not answered before is seen when the proof is taken.
async fn shown(
    shop: &Shop,
    site: &PageOrigin,
    asked: &ShowPasskey,
) -> Result<(AccountId, Audience, Proof), Problem> {
    let Taken { ceremony, challenge, until, .. } = take(shop, &asked.ticket).await?;
    let What::Show { audience } = ceremony.what else { return Err(Refusal::TicketUsed.into()) };
    let answer = credentials::Answer::read(&asked.response.to_string()).map_err(no)?;
    let unknown = || Problem::from(Refusal::PasskeyRefused);
    let known =
        passkeys::queries::passkey_of(&shop.tenant, &answer.credential_id).await?.ok_or_else(unknown)?;
    let account = known.account.ok_or_else(unknown)?;
    let passkey = record(&known.record)?;
    let shown = at(site)?.finish_authentication(&ceremony.state, &answer, &passkey, shop.now.seconds());
    let Authenticated { user_handle, passkey, .. } = shown.map_err(no)?;
    let holder = accounts::queries::account(&shop.tenant, account).await?.ok_or_else(unknown)?;
    if user_handle != *account.uuid().as_bytes() || holder.audience != audience {
        return Err(unknown());
    }
    let audience = Audience::named(&audience).ok_or_else(Problem::bug)?;
    let proof = Proof::Passkey { id: known.id, record: text(&passkey)?, challenge, until };
    Ok((account, audience, proof))
}

fn at(site: &PageOrigin) -> Result<Passkeys, Problem> {
    Passkeys::new(&site.host, &[&site.origin]).map_err(|_| Refusal::NoPage.into())
}

/// The options, and the ticket under which they are answered.
async fn begin(
    shop: &Shop,
    what: What,
    account: Option<AccountId>,
    begun: Begun,
) -> Result<(Value, String), Problem> {
    let keys = shop.tenant.keys().await?;
    let ceremony = serde_json::to_vec(&Ceremony { what, state: begun.state }).map_err(|_| Problem::bug())?;
    let state = keys.seal_secret(SEALED_AS, &ceremony);
    let ticket = Ticket { good: Good::Passkey { state }, account, until: shop.now.plus(WITHIN) };
    let options = serde_json::from_str(&begun.options).map_err(|_| Problem::bug())?;
    Ok((options, ticket.write(&keys)))
}

/// A ceremony that came back.
struct Taken {
    ceremony: Ceremony,
    account: Option<AccountId>,
    /// Another text for each ceremony, and no other for the same.
    challenge: String,
    until: Timestamp,
}

async fn take(shop: &Shop, ticket: &str) -> Result<Taken, Problem> {
    let keys = shop.tenant.keys().await?;
    let ticket = Ticket::read(ticket, &keys, shop.now);
    let Some(Ticket { good: Good::Passkey { state }, account, until }) = ticket else {
        return Err(Refusal::TicketUsed.into());
    };
    let opened = keys.open_secret(SEALED_AS, &state);
    let ceremony: Option<Ceremony> = opened.and_then(|opened| serde_json::from_slice(&opened).ok());
    let ceremony = ceremony.ok_or_else(|| Problem::from(Refusal::TicketUsed))?;
    let challenge = BASE64.encode(keys.mark(SEALED_AS, ceremony.state.as_bytes()));
    Ok(Taken { ceremony, account, challenge, until })
}

fn id(account: AccountId, credential: &[u8]) -> PasskeyId {
    PasskeyId(Uuid::new_v5(&PASSKEYS, &[account.uuid().as_bytes(), credential].concat()))
}

fn record(text: &str) -> Result<Passkey, Problem> {
    serde_json::from_str(text).map_err(|_| no(credentials::Refusal::PasskeyRecordUnreadable))
}

fn text(passkey: &Passkey) -> Result<String, Problem> {
    serde_json::to_string(passkey).map_err(|_| Problem::bug())
}

fn no(refusal: credentials::Refusal) -> Problem {
    refused(refusal, "/response")
}
