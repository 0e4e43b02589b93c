//! The roles of a shop: the standard ones, and those that it makes itself.

use axum::Extension;
use axum::extract::Path;
use edge::{Answer, Command, Grants, NoBody, Page, Role, Routes, Shop, routes};
use kernel::{Check, Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::accounts::colleagues;
use crate::roles::queries::RoleView;
use crate::roles::role::Definition;
use crate::sign_in::authenticator::AccountAuthenticator;
use crate::{Refusal, accounts, roles};

pub fn routes() -> Routes {
    Routes::new().routes(routes!(list_roles)).routes(routes!(read_role, define_role, remove_role))
}

/// Lists the roles: the standard ones first, then those that the shop made.
#[utoipa::path(get, path = "/api/v1/roles", tag = "identity", extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The roles.", body = Page<RoleView>)),
    security(("staff" = ["roles:read"]), ("operator" = ["roles:read"])))]
async fn list_roles(Extension(authenticator): Extension<AccountAuthenticator>, shop: Shop) -> Answer {
    let standard = authenticator.permissions().roles(colleagues(&shop));
    let mut items: Vec<RoleView> = standard.map(view).collect();
    items.extend(roles::queries::roles(&shop.tenant).await?);
    shop.list(&Page { items, next_cursor: None })
}

/// Reads a role.
#[utoipa::path(get, path = "/api/v1/roles/{name}", tag = "identity", params(("name" = String, Path)), extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The role.", body = RoleView)),
    security(("staff" = ["roles:read"]), ("operator" = ["roles:read"])))]
async fn read_role(
    Extension(authenticator): Extension<AccountAuthenticator>,
    shop: Shop,
    Path(name): Path<String>,
) -> Answer {
    let standard = authenticator.permissions().role(colleagues(&shop), &name).map(view);
    let role = match standard {
        Some(role) => role,
        None => {
            let own = roles::queries::roles(&shop.tenant).await?.into_iter().find(|role| role.name == name);
            own.ok_or_else(|| Problem::not_found("role"))?
        }
    };
    shop.one(&role, role.version)
}

fn view(role: &Role) -> RoleView {
    RoleView {
        name: role.name.to_owned(),
        about: role.about.to_owned(),
        grants: role.grants.texts(),
        standard: true,
        version: 0,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DefineRole {
    /// What it is for.
    about: String,
    /// `orders:read`, `orders:*`, `*:read`.
    #[schema(min_items = 1, max_items = 100)]
    grants: Vec<String>,
}

/// Makes a role, or changes one that the shop made. Whoever has it may at once do what it says.
#[utoipa::path(put, path = "/api/v1/roles/{name}", tag = "identity", params(("name" = String, Path)), request_body = DefineRole, extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 200, description = "It is so now.", body = Definition)),
    security(("staff" = ["roles:write"]), ("operator" = ["roles:write"])))]
async fn define_role(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Path(name): Path<String>,
    ask: Command<DefineRole>,
) -> Answer {
    let (shop, body) = (&ask.shop, &ask.body);
    let shaped = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let mut check = Check::default();
    check.that(
        shaped && (1..=40).contains(&name.len()),
        "/name",
        "name it with 1 to 40 lower-case letters, digits and hyphens",
    );
    let about = body.about.trim();
    check.that(
        (1..=200).contains(&about.chars().count()),
        "/about",
        "say in 1 to 200 letters what it is for",
    );
    for (n, grant) in body.grants.iter().enumerate() {
        if let Err(detail) = authenticator.permissions().grants([grant.as_str()]) {
            check.that(false, format!("/grants/{n}"), detail);
        }
    }
    check.done()?;
    if authenticator.permissions().role(colleagues(shop), &name).is_some() {
        return Err(Problem::from(Refusal::RoleStandard).into());
    }
    let own = authenticator.roles().own_roles(&shop.tenant, shop.now).await?;
    let grants = authenticator.permissions().grants(body.grants.iter().map(String::as_str));
    let grants = grants.unwrap_or_else(|_| Grants::none());
    let was = own.get(&name).cloned().unwrap_or_else(Grants::none);
    if !grants.fit(&shop.caller.grants) || !was.fit(&shop.caller.grants) {
        return Err(Problem::from(Refusal::MoreThanYouHave).into());
    }
    let definition = Definition { name, about: about.to_owned(), grants: grants.texts() };
    let answer = ask.run(roles::use_cases::define_role(definition, ask.if_match)).await;
    authenticator.forget(shop.tenant.id());
    answer
}

/// Removes a role that the shop made and nobody has any more.
#[utoipa::path(delete, path = "/api/v1/roles/{name}", tag = "identity", params(("name" = String, Path)), extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["roles:write"]), ("operator" = ["roles:write"])))]
async fn remove_role(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Path(name): Path<String>,
    ask: Command<NoBody>,
) -> Answer {
    let shop = &ask.shop;
    if authenticator.permissions().role(colleagues(shop), &name).is_some() {
        return Err(Problem::from(Refusal::RoleStandard).into());
    }
    let own = authenticator.roles().own_roles(&shop.tenant, shop.now).await?;
    let was = own.get(&name).ok_or_else(|| Problem::from(Refusal::RoleUnknown))?;
    if !was.fit(&shop.caller.grants) {
        return Err(Problem::from(Refusal::MoreThanYouHave).into());
    }
    if has_holder(shop, &name).await? {
        return Err(Problem::from(Refusal::RoleInUse).into());
    }
    let answer = ask.run(roles::use_cases::remove_role(&name)).await;
    authenticator.forget(shop.tenant.id());
    answer
}

async fn has_holder(shop: &Shop, name: &str) -> Result<bool, Problem> {
    let registry = shop.tenant.cell().registry();
    if registry.keys(shop.tenant.id()).iter().any(|key| key.role == name) {
        return Ok(true);
    }
    let mut below = Uuid::max();
    loop {
        let page =
            accounts::queries::accounts(&shop.tenant, colleagues(shop).as_str(), None, below, 100).await?;
        let Some(last) = page.last() else { return Ok(false) };
        if page.iter().any(|account| account.roles.iter().any(|role| role == name)) {
            return Ok(true);
        }
        below = last.id.uuid();
    }
}
