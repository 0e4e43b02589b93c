//! Looking after accounts: a shop's staff and customers, and, on the platform's own address, its operators.

use axum::Extension;
use axum::http::HeaderMap;
use edge::{Answer, Audience, Command, Cursor, Filter, Grants, Id, NoBody, Page, Routes, Shop, routes};
use kernel::{FieldProblem, Problem, TenantId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::accounts::check::check_person;
use crate::accounts::letter::Letter;
use crate::accounts::queries::AccountView;
use crate::accounts::use_cases::NewAccount;
use crate::api::me::Sessions;
use crate::api::sign_up::check_post;
use crate::letters::wording;
use crate::sessions::session::Because;
use crate::sign_in::authenticator::AccountAuthenticator;
use crate::{AccountId, Refusal, accounts, sessions};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_accounts, invite))
        .routes(routes!(read_account))
        .routes(routes!(set_roles))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(list_sessions, end_sessions))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListAccounts {
    /// staff when left out, or customer; on the platform's own address, operator.
    audience: Option<String>,
    email: Option<String>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists accounts, newest first.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "identity", params(ListAccounts), extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "A page of accounts.", body = Page<AccountView>)),
    security(("staff" = ["accounts:read"]), ("operator" = ["accounts:read"])))]
async fn list_accounts(shop: Shop, Filter(asked): Filter<ListAccounts>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let audience = looked_after(&shop, asked.audience.as_deref(), "audience")?;
    let listed = (audience.as_str(), asked.email);
    let below =
        asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("accounts", &listed, &cursor))?;
    let accounts =
        accounts::queries::accounts(&shop.tenant, listed.0, listed.1.as_deref(), below, limit + 1).await?;
    shop.list(&Page::cut(accounts, limit, |last| Cursor::encode("accounts", &listed, &last.id)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Invite {
    name: String,
    email: String,
    /// By their names: `order-manager`, or one that the shop made.
    roles: Vec<String>,
}

/// Makes an account for somebody who works here, and has them written to. The letter lets them choose a password.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "identity", request_body = Invite, extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 201, description = "Made; a letter is on its way.", body = edge::answer::MadeRecord)),
    security(("staff" = ["accounts:write"]), ("operator" = ["accounts:write"])))]
async fn invite(
    Extension(authenticator): Extension<AccountAuthenticator>,
    headers: HeaderMap,
    ask: Command<Invite>,
) -> Answer {
    let (shop, body) = (&ask.shop, &ask.body);
    check_person(&body.name, &body.email)?;
    check_post(&authenticator)?;
    let audience = colleagues(shop);
    check_roles(&authenticator, shop, audience, &body.roles).await?;
    let new = NewAccount {
        id: ask.once_id().map_or_else(AccountId::new, AccountId),
        audience: audience.as_str(),
        name: body.name.trim().to_owned(),
        email: body.email.trim().to_owned(),
        roles: body.roles.clone(),
        letter: Some((Letter::Invitation, wording::language(&headers))),
    };
    let index = shop.tenant.keys().await?.blind("email", &body.email);
    ask.run(accounts::use_cases::open(new, index)).await
}

/// Reads an account.
#[utoipa::path(get, path = "/api/v1/accounts/{id}", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The account.", body = AccountView)),
    security(("staff" = ["accounts:read"]), ("operator" = ["accounts:read"])))]
async fn read_account(shop: Shop, Id(id): Id<AccountId>) -> Answer {
    let account = found(&shop, id).await?;
    shop.one(&account, account.version)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetRoles {
    roles: Vec<String>,
}

/// Gives somebody who works here their roles.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/roles", tag = "identity", params(("id" = Uuid, Path)), request_body = SetRoles, extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 204, description = "They are so now.")),
    security(("staff" = ["accounts:write"]), ("operator" = ["accounts:write"])))]
async fn set_roles(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<AccountId>,
    ask: Command<SetRoles>,
) -> Answer {
    let shop = &ask.shop;
    let account = found(shop, id).await?;
    let audience = colleagues(shop);
    if account.audience != audience.as_str() {
        return Err(Problem::from(Refusal::MoreThanYouHave).into());
    }
    check_roles(&authenticator, shop, audience, &ask.body.roles).await?;
    // Whoever could not have given somebody their roles cannot take them away, either.
    check_wider(&authenticator, shop, &account).await?;
    check_not_last(&authenticator, shop, id, &ask.body.roles).await?;
    let answer = ask.run(accounts::use_cases::set_roles(id, ask.body.roles.clone(), ask.if_match)).await;
    authenticator.forget(shop.tenant.id());
    answer
}

/// Closes an account. Its sessions end, and it cannot sign in until it is opened again.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/disable", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 204, description = "It is closed.")),
    security(("staff" = ["accounts:write"]), ("operator" = ["accounts:write"])))]
async fn disable(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<AccountId>,
    ask: Command<NoBody>,
) -> Answer {
    let shop = &ask.shop;
    let account = found(shop, id).await?;
    check_wider(&authenticator, shop, &account).await?;
    check_not_last(&authenticator, shop, id, &[]).await?;
    let sessions = sessions::queries::session_ids(&shop.tenant, id, shop.now).await?;
    let answer = ask.run(accounts::use_cases::disable(id, sessions)).await;
    authenticator.forget(shop.tenant.id());
    answer
}

/// Opens a closed account again.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/enable", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 204, description = "It is open.")),
    security(("staff" = ["accounts:write"]), ("operator" = ["accounts:write"])))]
async fn enable(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<AccountId>,
    ask: Command<NoBody>,
) -> Answer {
    let account = found(&ask.shop, id).await?;
    check_wider(&authenticator, &ask.shop, &account).await?;
    ask.run(accounts::use_cases::enable(id)).await
}

/// Lists the sessions of an account that go on.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/sessions", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The sessions.", body = Sessions)),
    security(("staff" = ["accounts:read"]), ("operator" = ["accounts:read"])))]
async fn list_sessions(shop: Shop, Id(id): Id<AccountId>) -> Answer {
    found(&shop, id).await?;
    let current = shop.caller.session.as_ref().map(|session| session.id);
    let items = sessions::queries::sessions(&shop.tenant, id, current, shop.now).await?;
    shop.list_of(&Sessions { items })
}

/// Ends all sessions of an account.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/sessions", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true))),
    responses((status = 204, description = "They have ended.")),
    security(("staff" = ["accounts:write"]), ("operator" = ["accounts:write"])))]
async fn end_sessions(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<AccountId>,
    ask: Command<NoBody>,
) -> Answer {
    let shop = &ask.shop;
    let account = found(shop, id).await?;
    check_wider(&authenticator, shop, &account).await?;
    let sessions = sessions::queries::session_ids(&shop.tenant, id, shop.now).await?;
    let answer = ask.run(sessions::use_cases::end(sessions, Because::RevokedByStaff)).await;
    authenticator.forget(shop.tenant.id());
    answer
}

async fn found(shop: &Shop, id: AccountId) -> Result<AccountView, Problem> {
    accounts::queries::account(&shop.tenant, id).await?.ok_or_else(|| Problem::not_found("account"))
}

/// Who works at this address.
pub(crate) fn colleagues(shop: &Shop) -> Audience {
    if shop.tenant.id() == TenantId::CELL { Audience::Operator } else { Audience::Staff }
}

pub(crate) fn looked_after(shop: &Shop, asked: Option<&str>, field: &str) -> Result<Audience, Problem> {
    let may: &[Audience] = match colleagues(shop) {
        Audience::Operator => &[Audience::Operator],
        _ => &[Audience::Staff, Audience::Customer],
    };
    let Some(asked) = asked else { return Ok(may[0]) };
    may.iter().find(|audience| audience.as_str() == asked).copied().ok_or_else(|| {
        let names: Vec<&str> = may.iter().map(|audience| audience.as_str()).collect();
        let detail = format!("it may be {}", names.join(" or "));
        Problem::invalid(vec![FieldProblem { pointer: field.to_owned(), detail }])
    })
}

/// That there are such roles, and that whoever gives them has what is in them.
pub(crate) async fn check_roles(
    authenticator: &AccountAuthenticator,
    shop: &Shop,
    audience: Audience,
    roles: &[String],
) -> Result<(), Problem> {
    let own = authenticator.roles().own_roles(&shop.tenant, shop.now).await?;
    for (n, name) in roles.iter().enumerate() {
        let permissions = authenticator.permissions();
        if permissions.role(audience, name).is_none() && !own.contains_key(name) {
            let detail =
                format!("there is no role {name:?}; the standard ones are {}", permissions.names(audience));
            return Err(Problem::invalid(vec![FieldProblem { pointer: format!("/roles/{n}"), detail }]));
        }
    }
    let given = authenticator.roles().grants(&shop.tenant, audience, roles, shop.now).await?;
    if given.fit(&shop.caller.grants) { Ok(()) } else { Err(Refusal::MoreThanYouHave.into()) }
}

async fn check_wider(
    authenticator: &AccountAuthenticator,
    shop: &Shop,
    account: &AccountView,
) -> Result<(), Problem> {
    let Some(audience) = Audience::named(&account.audience).filter(|known| *known != Audience::Customer)
    else {
        return Ok(());
    };
    let theirs = authenticator.roles().grants(&shop.tenant, audience, &account.roles, shop.now).await?;
    if theirs.fit(&shop.caller.grants) { Ok(()) } else { Err(Refusal::MoreThanYouHave.into()) }
}

/// Somebody must be left who can look after accounts, unless programs do that with a key.
async fn check_not_last(
    authenticator: &AccountAuthenticator,
    shop: &Shop,
    id: AccountId,
    roles: &[String],
) -> Result<(), Problem> {
    let audience = colleagues(shop);
    let looks_after = |grants: Grants| grants.may("accounts:write");
    if looks_after(authenticator.roles().grants(&shop.tenant, audience, roles, shop.now).await?) {
        return Ok(());
    }
    let mut below = Uuid::max();
    loop {
        let page = accounts::queries::accounts(&shop.tenant, audience.as_str(), None, below, 100).await?;
        let Some(last) = page.last() else { break };
        below = last.id.uuid();
        for account in page.iter().filter(|account| account.id != id && account.disabled_at.is_none()) {
            if looks_after(
                authenticator.roles().grants(&shop.tenant, audience, &account.roles, shop.now).await?,
            ) {
                return Ok(());
            }
        }
    }
    let was =
        accounts::queries::account(&shop.tenant, id).await?.map(|account| account.roles).unwrap_or_default();
    let had = looks_after(authenticator.roles().grants(&shop.tenant, audience, &was, shop.now).await?);
    if had { Err(Refusal::LastAdmin.into()) } else { Ok(()) }
}
