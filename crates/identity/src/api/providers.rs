//! The providers at which people of a shop, or the platform's operators, sign in.

use axum::Extension;
use edge::{Answer, Audience, Command, Id, NoBody, Routes, Shop, routes};
use kernel::{Check, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::accounts::{check_roles, looked_after};
use crate::providers::provider::{self, Definition, GroupRole, NewSecret, Preset};
use crate::providers::queries::{ProviderRow, ProviderView};
use crate::providers::{self, external_sign_in};
use crate::sign_in::authenticator::AccountAuthenticator;
use crate::{ProviderId, Refusal};

const AT_MOST: usize = 20;

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_sign_in_providers, add_sign_in_provider))
        .routes(routes!(read_sign_in_provider, change_sign_in_provider, remove_sign_in_provider))
        .routes(routes!(check_sign_in_provider))
}

#[derive(Serialize, ToSchema)]
struct Providers {
    items: Vec<ProviderView>,
}

/// Lists the providers.
#[utoipa::path(get, path = "/api/v1/providers", tag = "identity", extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The providers.", body = Providers)),
    security(("staff" = ["providers:read"]), ("operator" = ["providers:read"])))]
async fn list_sign_in_providers(shop: Shop) -> Answer {
    let items = providers::queries::providers(&shop.tenant).await?.into_iter().map(|row| row.view).collect();
    shop.list_of(&Providers { items })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Configuration {
    /// staff when left out, or customer; on the platform's own address, operator.
    audience: Option<String>,
    /// For people: “Sign in with …”.
    name: String,
    #[schema(inline)]
    preset: Preset,
    /// To the letter as it writes itself; the preset's own when left out.
    issuer: Option<String>,
    client_id: String,
    /// When left out, the one that was entered before stays.
    client_secret: Option<String>,
    /// `email` and `profile` when left out.
    scopes: Option<Vec<String>>,
    /// `groups` when left out.
    groups_claim: Option<String>,
    #[serde(default)]
    #[schema(inline, max_items = 100)]
    group_roles: Vec<GroupRole>,
    #[serde(default)]
    #[schema(max_items = 100)]
    allowed_domains: Vec<String>,
    domain_claim: Option<String>,
    #[serde(default)]
    #[schema(max_items = 100)]
    bearer_audiences: Vec<String>,
    entra_tenant: Option<String>,
    /// Whether people who are not known yet get an account; not, when left out.
    #[serde(default)]
    open_accounts: bool,
    /// It is, when left out.
    enabled: Option<bool>,
}

/// Adds a provider. Nobody is asked yet; have it checked then.
#[utoipa::path(post, path = "/api/v1/providers", tag = "identity", request_body = Configuration, extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 201, description = "Added.", body = edge::answer::MadeRecord)),
    security(("staff" = ["providers:write"]), ("operator" = ["providers:write"])))]
async fn add_sign_in_provider(
    Extension(authenticator): Extension<AccountAuthenticator>,
    ask: Command<Configuration>,
) -> Answer {
    let shop = &ask.shop;
    if providers::queries::providers(&shop.tenant).await?.len() >= AT_MOST {
        return Err(Problem::from(Refusal::TooManyProviders).into());
    }
    let definition = checked(&authenticator, shop, &ask.body).await?;
    let id = ask.once_id().map_or_else(ProviderId::new, ProviderId);
    let secret = match secret(shop, &ask.body).await? {
        NewSecret::Stays => NewSecret::Is(None),
        given => given,
    };
    let answer = ask.run(provider::configure(id, definition, secret, true, None)).await;
    authenticator.forget(shop.tenant.id());
    answer
}

/// Reads a provider. Its secret is never shown.
#[utoipa::path(get, path = "/api/v1/providers/{id}", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The provider.", body = ProviderView)),
    security(("staff" = ["providers:read"]), ("operator" = ["providers:read"])))]
async fn read_sign_in_provider(shop: Shop, Id(id): Id<ProviderId>) -> Answer {
    let row = found(&shop, id).await?;
    shop.one(&row.view, row.view.version)
}

/// Changes a provider. Who signed in at it stays signed in.
#[utoipa::path(put, path = "/api/v1/providers/{id}", tag = "identity", params(("id" = Uuid, Path)), request_body = Configuration, extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 204, description = "It is so now.")),
    security(("staff" = ["providers:write"]), ("operator" = ["providers:write"])))]
async fn change_sign_in_provider(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<ProviderId>,
    ask: Command<Configuration>,
) -> Answer {
    let shop = &ask.shop;
    let known = found(shop, id).await?;
    let seen = ask.version_required()?;
    check_mapped(&authenticator, shop, &known).await?;
    let definition = checked(&authenticator, shop, &ask.body).await?;
    if definition.audience != known.view.definition.audience {
        let mut check = Check::default();
        check.that(false, "/audience", "a provider stays with its audience; add another one");
        check.done()?;
    }
    let secret = secret(shop, &ask.body).await?;
    let answer = ask.run(provider::configure(id, definition, secret, false, Some(seen))).await;
    authenticator.forget(shop.tenant.id());
    answer
}

/// Removes a provider. Nobody signs in at it any more; who did, stays signed in until their session ends.
#[utoipa::path(delete, path = "/api/v1/providers/{id}", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["providers:write"]), ("operator" = ["providers:write"])))]
async fn remove_sign_in_provider(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<ProviderId>,
    ask: Command<NoBody>,
) -> Answer {
    let known = found(&ask.shop, id).await?;
    check_mapped(&authenticator, &ask.shop, &known).await?;
    let answer = ask.run(provider::remove(id)).await;
    authenticator.forget(ask.shop.tenant.id());
    answer
}

/// What became of asking the issuer.
#[derive(Serialize, ToSchema)]
struct Checked {
    works: bool,
    /// What is wrong, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

/// Asks the issuer, and says in a sentence what is wrong.
#[utoipa::path(post, path = "/api/v1/providers/{id}/check", tag = "identity", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "Whether it works.", body = Checked)),
    security(("staff" = ["providers:write"]), ("operator" = ["providers:write"])))]
async fn check_sign_in_provider(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<ProviderId>,
    ask: Command<NoBody>,
) -> Answer {
    let shop = &ask.shop;
    let ready = external_sign_in::prepare(&shop.tenant, found(shop, id).await?).await?;
    let federation = authenticator.outside().federation();
    let checked = match federation.check(&ready.federated, external_sign_in::moment(shop.now)).await {
        Ok(()) => Checked { works: true, problem: None, code: None },
        Err(error) => Checked { works: false, problem: Some(error.to_string()), code: Some(error.code()) },
    };
    shop.list_of(&checked)
}

async fn found(shop: &Shop, id: ProviderId) -> Result<ProviderRow, Problem> {
    providers::queries::provider(&shop.tenant, id).await?.ok_or_else(|| Problem::not_found("provider"))
}

async fn checked(
    authenticator: &AccountAuthenticator,
    shop: &Shop,
    asked: &Configuration,
) -> Result<Definition, Problem> {
    let audience = looked_after(shop, asked.audience.as_deref(), "/audience")?;
    let definition = Definition {
        audience: audience.as_str().to_owned(),
        name: asked.name.trim().to_owned(),
        preset: asked.preset,
        issuer: asked.issuer.clone(),
        client_id: asked.client_id.clone(),
        scopes: asked.scopes.clone(),
        groups_claim: asked.groups_claim.clone(),
        group_roles: asked.group_roles.clone(),
        allowed_domains: asked.allowed_domains.clone(),
        domain_claim: asked.domain_claim.clone(),
        bearer_audiences: asked.bearer_audiences.clone(),
        entra_tenant: asked.entra_tenant.clone(),
        open_accounts: asked.open_accounts,
        enabled: asked.enabled.unwrap_or(true),
    };
    let mut check = Check::default();
    let mapped = audience != Audience::Customer || asked.group_roles.is_empty();
    check.that(mapped, "/group_roles", "customers all have the same role, so their groups give none");
    check.done()?;
    definition.federated(asked.client_secret.as_deref()).check().map_err(external_sign_in::refused)?;
    check_roles(authenticator, shop, audience, &definition.roles()).await?;
    Ok(definition)
}

/// Whoever could not have given the roles that a provider gives does not change or remove it, either.
async fn check_mapped(
    authenticator: &AccountAuthenticator,
    shop: &Shop,
    known: &ProviderRow,
) -> Result<(), Problem> {
    let definition = &known.view.definition;
    let audience = Audience::named(&definition.audience).ok_or_else(Problem::bug)?;
    let given = authenticator.roles().grants(&shop.tenant, audience, &definition.roles(), shop.now).await?;
    if given.fit(&shop.caller.grants) { Ok(()) } else { Err(Refusal::MoreThanYouHave.into()) }
}

async fn secret(shop: &Shop, asked: &Configuration) -> Result<NewSecret, Problem> {
    Ok(match &asked.client_secret {
        Some(secret) => NewSecret::Is(Some(external_sign_in::seal(&shop.tenant, secret).await?)),
        None => NewSecret::Stays,
    })
}
