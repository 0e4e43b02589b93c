//! What whoever is signed in sees of themselves: account, sessions, password, and proving once more who they are.

use axum::Extension;
use edge::problems::NO_PERSON;
use edge::{Answer, Audience, Command, Id, NoBody, Routes, Shop, routes};
use kernel::{Check, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::queries::AccountView;
use crate::sessions::queries::SessionView;
use crate::sessions::session::Because;
use crate::sign_in::authenticator::AccountAuthenticator;
use crate::sign_in::use_cases::Proof;
use crate::sign_in::{self, password_check};
use crate::{AccountId, Refusal, SessionId, accounts, sessions};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(read_me, change_me))
        .routes(routes!(list_my_sessions, end_my_other_sessions))
        .routes(routes!(end_my_session))
        .routes(routes!(prove))
        .routes(routes!(change_password))
}

/// Who is signed in, and what they may do.
#[derive(Serialize, ToSchema)]
struct Me {
    #[serde(flatten)]
    #[schema(inline)]
    account: Option<AccountView>,
    /// What the roles allow: `orders:read`, `orders:*`, `*:read`.
    may: Vec<String>,
}

/// Tells who is signed in.
#[utoipa::path(get, path = "/api/v1/me", tag = "identity", extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "Who it is.", body = Me)),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn read_me(shop: Shop) -> Answer {
    let account = accounts::queries::account(&shop.tenant, AccountId(shop.caller.actor.id)).await?;
    shop.list_of(&Me { account, may: shop.caller.grants.texts() })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeMe {
    name: String,
}

/// Changes one's name.
#[utoipa::path(put, path = "/api/v1/me", tag = "identity", request_body = ChangeMe, extensions(("x-platform" = json!(true))),
    responses((status = 204, description = "It is so now.")),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn change_me(ask: Command<ChangeMe>) -> Answer {
    let (me, _) = person(&ask.shop)?;
    let mut check = Check::default();
    let name = ask.body.name.trim();
    let named = (1..=200).contains(&name.chars().count()) && !name.contains(char::is_control);
    check.that(named, "/name", "give a name of 1 to 200 letters");
    check.done()?;
    ask.run(accounts::use_cases::rename(me, name.to_owned())).await
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Sessions {
    pub(crate) items: Vec<SessionView>,
}

/// Lists one's sessions that go on, newest first.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "identity", extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The sessions.", body = Sessions)),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn list_my_sessions(shop: Shop) -> Answer {
    let (me, session) = person(&shop)?;
    let items = sessions::queries::sessions(&shop.tenant, me, Some(session.uuid()), shop.now).await?;
    shop.list_of(&Sessions { items })
}

/// Ends one of one's sessions.
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true))),
    responses((status = 204, description = "It has ended.")),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn end_my_session(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<SessionId>,
    ask: Command<NoBody>,
) -> Answer {
    let (me, _) = person(&ask.shop)?;
    let mine = sessions::queries::session_ids(&ask.shop.tenant, me, ask.shop.now).await?;
    if !mine.contains(&id) {
        return Err(Problem::not_found("session").into());
    }
    let answer = ask.run(sessions::use_cases::end(vec![id], Because::Revoked)).await;
    authenticator.forget(ask.shop.tenant.id());
    answer
}

/// Ends all of one's sessions but the one that asks.
#[utoipa::path(delete, path = "/api/v1/me/sessions", tag = "identity", extensions(("x-platform" = json!(true))),
    responses((status = 204, description = "They have ended.")),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn end_my_other_sessions(
    Extension(authenticator): Extension<AccountAuthenticator>,
    ask: Command<NoBody>,
) -> Answer {
    let (me, session) = person(&ask.shop)?;
    let others = others(&ask.shop, me, session).await?;
    let answer = ask.run(sessions::use_cases::end(others, Because::Revoked)).await;
    authenticator.forget(ask.shop.tenant.id());
    answer
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProveAsked {
    password: String,
    /// Where the account has an app: a code of the moment, or a recovery code.
    code: Option<String>,
}

/// Proves once more who one is, for what cannot be undone easily. It holds for ten minutes.
#[utoipa::path(post, path = "/api/v1/me/proof", tag = "identity", request_body = ProveAsked, extensions(("x-guesses" = json!(true)), ("x-platform" = json!(true))),
    responses((status = 204, description = "Proven.")),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn prove(
    Extension(authenticator): Extension<AccountAuthenticator>,
    ask: Command<ProveAsked>,
) -> Answer {
    let (me, session) = person(&ask.shop)?;
    let account = password_check::by_id(&authenticator, &ask.shop.tenant, me, &ask.body.password).await?;
    let round = account.password_round;
    let proof = match (account.has_app, &ask.body.code) {
        (true, Some(code)) => Proof::Code { round, typed: code.clone() },
        (true, None) => return Err(Problem::from(Refusal::CodeWrong).into()),
        (false, _) => Proof::Password { round },
    };
    let mut asked = ask.asked();
    asked.once = None;
    let done = ask.shop.tenant.run(asked, sign_in::use_cases::prove(session, me, proof)).await?;
    authenticator.forget(ask.shop.tenant.id());
    Ok(edge::answer::done(done))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    current: String,
    /// 8 to 256 characters, and not one of those that everybody uses.
    new: String,
}

/// Changes one's password. All other sessions end.
#[utoipa::path(post, path = "/api/v1/me/password", tag = "identity", request_body = ChangePassword, extensions(("x-guesses" = json!(true)), ("x-platform" = json!(true))),
    responses((status = 204, description = "It is so now.")),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn change_password(
    Extension(authenticator): Extension<AccountAuthenticator>,
    ask: Command<ChangePassword>,
) -> Answer {
    let shop = &ask.shop;
    let (me, session) = person(shop)?;
    let account = password_check::by_id(&authenticator, &shop.tenant, me, &ask.body.current).await?;
    let own = [account.name.as_str(), account.email.as_str(), shop.record.name.as_str()];
    let hash = password_check::chosen(&authenticator, &ask.body.new, &own).await?;
    let others = others(shop, me, session).await?;
    let mut asked = ask.asked();
    asked.once = None;
    let work = accounts::use_cases::set_password(me, hash, account.password_round, false, others);
    let done = shop.tenant.run(asked, work).await?;
    authenticator.forget(shop.tenant.id());
    Ok(edge::answer::done(done))
}

/// The person who asks, and their session. A program with a key of the shop is no person.
pub(crate) fn person(shop: &Shop) -> Result<(AccountId, SessionId), Problem> {
    let session = shop.caller.session.as_ref().filter(|_| shop.caller.audience != Audience::Anyone);
    let session = session.ok_or_else(|| {
        NO_PERSON.says(
            "This is for people who are signed in; a key of the shop is a program's. Sign in with an account.",
        )
    })?;
    Ok((AccountId(shop.caller.actor.id), SessionId(session.id)))
}

async fn others(shop: &Shop, me: AccountId, but: SessionId) -> Result<Vec<SessionId>, Problem> {
    let sessions = sessions::queries::session_ids(&shop.tenant, me, shop.now).await?;
    Ok(sessions.into_iter().filter(|id| *id != but).collect())
}
