//! The payment providers of a shop.

use axum::Extension;
use edge::{Answer, Command, Id, NoBody, Routes, Shop, routes};
use kernel::{Check, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cashier::{self, Cashier};
use crate::payment::unsettled;
use crate::providers::provider::{self, Definition, ProviderKind, Secrets};
use crate::providers::queries::{ProviderRow, ProviderView};
use crate::{ProviderId, Refusal, providers};

const AT_MOST: usize = 20;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_payment_providers, add_payment_provider))
        .routes(routes!(read_payment_provider, change_payment_provider, remove_payment_provider))
        .routes(routes!(check_payment_provider))
}

#[derive(Serialize, ToSchema)]
struct PaymentProviders {
    items: Vec<ProviderView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaymentConfiguration {
    /// For people.
    name: String,
    #[schema(inline)]
    kind: ProviderKind,
    /// Where it answers; Stripe's own when left out.
    address: Option<String>,
    /// Where a gateway gives out tokens.
    token_address: Option<String>,
    client_id: Option<String>,
    /// Whether a gateway has a page of its own, on which payers pay without a token. It has none, when left out.
    hosted: Option<bool>,
    /// The key or the client's secret. When left out, the one that was entered before stays.
    #[schema(pattern = "^[!-~]{1,500}$", extensions(("x-write" = json!("1 to 500 letters, digits and signs, or leave it out"))))]
    secret: Option<String>,
    /// With which the provider signs what it tells us. When left out, the one that was entered before stays.
    #[schema(pattern = "^[!-~]{5,500}$", extensions(("x-write" = json!("5 to 500 letters, digits and signs, or leave it out"))))]
    webhook_secret: Option<String>,
    /// 8 when left out.
    #[schema(minimum = 1, maximum = 12)]
    timeout_seconds: Option<u32>,
    /// It is, when left out.
    enabled: Option<bool>,
}

/// Lists the payment providers.
#[utoipa::path(get, path = "/api/v1/payment-providers", tag = "payments",
    responses((status = 200, description = "The payment providers.", body = PaymentProviders)),
    security(("staff" = ["payment-providers:read"])))]
async fn list_payment_providers(shop: Shop) -> Answer {
    let items = providers::queries::providers(&shop.tenant).await?.into_iter().map(|row| row.view).collect();
    shop.list_of(&PaymentProviders { items })
}

/// Adds a payment provider. Nobody is asked yet; have it checked then.
#[utoipa::path(post, path = "/api/v1/payment-providers", tag = "payments", request_body = PaymentConfiguration, extensions(("x-fresh" = json!(true))),
    responses((status = 201, description = "Added.", body = edge::answer::MadeRecord)),
    security(("staff" = ["payment-providers:write"])))]
async fn add_payment_provider(ask: Command<PaymentConfiguration>) -> Answer {
    let tenant = &ask.shop.tenant;
    if providers::queries::providers(tenant).await?.len() >= AT_MOST {
        return Err(Problem::from(Refusal::TooManyProviders).into());
    }
    let definition = definition(&ask.body)?;
    if matches!(definition.kind, ProviderKind::Stripe | ProviderKind::Gateway) && ask.body.secret.is_none() {
        return Err(Problem::invalid(vec![]).at("/secret", "enter the key, or the client's secret").into());
    }
    let id = ask.once_id().map_or_else(ProviderId::new, ProviderId);
    let secrets = secrets(&ask.shop, &ask.body).await?;
    ask.run(provider::configure(id, true, None, definition, secrets)).await
}

/// Reads a payment provider. Its secrets are never shown.
#[utoipa::path(get, path = "/api/v1/payment-providers/{id}", tag = "payments", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The payment provider.", body = ProviderView)),
    security(("staff" = ["payment-providers:read"])))]
async fn read_payment_provider(shop: Shop, Id(id): Id<ProviderId>) -> Answer {
    let row = found(&shop, id).await?;
    shop.one(&row.view, row.view.version)
}

/// Changes a payment provider.
#[utoipa::path(put, path = "/api/v1/payment-providers/{id}", tag = "payments", params(("id" = Uuid, Path)), request_body = PaymentConfiguration, extensions(("x-fresh" = json!(true))),
    responses((status = 204, description = "It is so now.")),
    security(("staff" = ["payment-providers:write"])))]
async fn change_payment_provider(Id(id): Id<ProviderId>, ask: Command<PaymentConfiguration>) -> Answer {
    let known = found(&ask.shop, id).await?;
    let seen = ask.version_required()?;
    let definition = definition(&ask.body)?;
    let mut check = Check::default();
    let same = definition.kind == known.view.definition.kind;
    check.that(same, "/kind", "a payment provider stays what it is; add another one");
    check.done()?;
    let secrets = secrets(&ask.shop, &ask.body).await?;
    ask.run(provider::configure(id, false, Some(seen), definition, secrets)).await
}

/// Removes a payment provider that owes us no answer. What was paid through it can no longer be refunded through it.
#[utoipa::path(delete, path = "/api/v1/payment-providers/{id}", tag = "payments", params(("id" = Uuid, Path)), extensions(("x-fresh" = json!(true))),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["payment-providers:write"])))]
async fn remove_payment_provider(Id(id): Id<ProviderId>, ask: Command<NoBody>) -> Answer {
    found(&ask.shop, id).await?;
    if unsettled::owes_answers(&ask.shop.tenant, id).await? {
        return Err(Problem::from(Refusal::Busy).into());
    }
    ask.run(provider::remove(id)).await
}

/// What became of asking the provider.
#[derive(Serialize, ToSchema)]
struct CheckedProvider {
    works: bool,
    /// What is wrong, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Asks the provider whether it knows us, and says in a sentence what is wrong.
#[utoipa::path(post, path = "/api/v1/payment-providers/{id}/check", tag = "payments", params(("id" = Uuid, Path)),
    responses((status = 200, description = "Whether it works.", body = CheckedProvider)),
    security(("staff" = ["payment-providers:write"])))]
async fn check_payment_provider(
    Extension(cashier): Extension<Cashier>,
    Id(id): Id<ProviderId>,
    ask: Command<NoBody>,
) -> Answer {
    let known = found(&ask.shop, id).await?;
    if known.view.definition.kind == ProviderKind::Manual {
        return ask.shop.list_of(&CheckedProvider { works: true, problem: None });
    }
    let asked = match cashier.provider(&ask.shop.tenant, id).await {
        Ok(provider) => provider.check().await.map_err(|trouble| trouble.why),
        Err(problem) => Err(problem.detail),
    };
    ask.shop.list_of(&CheckedProvider { works: asked.is_ok(), problem: asked.err() })
}

async fn found(shop: &Shop, id: ProviderId) -> Result<ProviderRow, Problem> {
    let row = providers::queries::provider(&shop.tenant, id).await?.filter(|row| !row.removed);
    row.ok_or_else(|| Problem::not_found("payment provider"))
}

fn definition(asked: &PaymentConfiguration) -> Result<Definition, Problem> {
    let definition = Definition {
        name: asked.name.trim().to_owned(),
        kind: asked.kind,
        address: asked.address.clone(),
        token_address: asked.token_address.clone(),
        client_id: asked.client_id.clone(),
        hosted: asked.hosted.unwrap_or(false),
        timeout_seconds: asked.timeout_seconds.unwrap_or(8),
        enabled: asked.enabled.unwrap_or(true),
    };
    let mut check = Check::default();
    let name = (1..=100).contains(&definition.name.chars().count());
    check.that(name, "/name", "give it a name of 1 to 100 letters");
    let address = |text: &Option<String>| text.as_ref().is_none_or(|text| is_address(text));
    let how = "write the address as https://pay.example.com";
    check.that(address(&definition.address), "/address", how);
    check.that(address(&definition.token_address), "/token_address", how);
    // What stands before a colon is the platform's to say: whose sandbox it is.
    let own = asked.kind != ProviderKind::Sandbox
        || !asked.secret.as_ref().is_some_and(|secret| secret.contains(':'));
    check.that(own, "/secret", "a sandbox's name has no colon");
    match definition.kind {
        ProviderKind::Gateway => {
            check.that(definition.address.is_some(), "/address", "say where the gateway answers");
            check.that(definition.token_address.is_some(), "/token_address", "say where it gives out tokens");
            check.that(definition.client_id.is_some(), "/client_id", "say by which name it knows us");
        }
        ProviderKind::Sandbox | ProviderKind::Manual => {
            check.that(definition.address.is_none(), "/address", "this kind has no address of its own");
        }
        ProviderKind::Stripe => {}
    }
    let gateway = definition.kind == ProviderKind::Gateway || !definition.hosted;
    check.that(gateway, "/hosted", "only of a gateway it must be said; leave it out");
    check.done()?;
    Ok(definition)
}

fn is_address(text: &str) -> bool {
    let url = url::Url::parse(text).ok();
    url.is_some_and(|url| {
        ["http", "https"].contains(&url.scheme()) && url.query().is_none() && url.username().is_empty()
    })
}

async fn secrets(shop: &Shop, asked: &PaymentConfiguration) -> Result<Secrets, Problem> {
    let key = cashier::seal(&shop.tenant, asked.secret.as_deref()).await?;
    let webhook = cashier::seal(&shop.tenant, asked.webhook_secret.as_deref()).await?;
    Ok(Secrets { key, webhook })
}
