//! The keys of services, on the platform's own address.

use std::time::Duration;

use axum::Extension;
use edge::{Answer, Audience, Command, Id, NoBody, Page, Permissions, Routes, Shop, routes};
use kernel::{Check, Problem, TenantId, Timestamp, boxed};
use serde::{Deserialize, Serialize};
use store::{Asked, Cell};
use utoipa::ToSchema;

use crate::api::sign_in::unkept;
use crate::services::queries::ServiceKeyRow;
use crate::services::service_key::{Made, Status};
use crate::services::signed_requests::purpose;
use crate::sign_in::authenticator::AccountAuthenticator;
use crate::{Refusal, ServiceKeyId, services};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_services, make_service))
        .routes(routes!(rotate_service))
        .routes(routes!(revoke_service))
        .routes(routes!(limit_service))
}

/// A key with which a service signs its requests.
#[derive(Serialize, ToSchema)]
struct ServiceKeyView {
    /// What is sent as `x-api-key`.
    #[schema(value_type = Uuid)]
    id: ServiceKeyId,
    name: String,
    /// The shops in which it may act, by their ids; in all of them when there are none.
    #[schema(value_type = Vec<Uuid>)]
    tenants: Vec<TenantId>,
    role: String,
    /// From which networks it may be used; from everywhere when empty.
    networks: String,
    /// Whether it signs in the old form.
    legacy: bool,
    status: Status,
    #[schema(value_type = String, format = DateTime)]
    made_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    good_until: Option<Timestamp>,
    /// How often it may ask in a minute, when that is not what all services may.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    /// Only in the answer to its making.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<ServiceKeyRow> for ServiceKeyView {
    fn from(row: ServiceKeyRow) -> Self {
        let ServiceKeyRow {
            id,
            name,
            tenants,
            role,
            networks,
            legacy,
            status,
            made_at,
            good_until,
            limit,
            ..
        } = row;
        Self { id, name, tenants, role, networks, legacy, status, made_at, good_until, limit, secret: None }
    }
}

/// Lists the keys of services, newest first.
#[utoipa::path(get, path = "/api/v1/services", tag = "services", extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "The keys.", body = Page<ServiceKeyView>)),
    security(("operator" = ["services:read"])))]
async fn list_services(shop: Shop) -> Answer {
    let rows = services::queries::service_keys(&shop.tenant).await?;
    shop.list(&Page { items: rows.into_iter().map(ServiceKeyView::from).collect(), next_cursor: None })
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewService {
    /// What it is for.
    pub name: String,
    /// The shops in which it may act, by their names in addresses; in all of them when left out.
    #[serde(default)]
    pub tenants: Vec<String>,
    /// `service` when left out.
    pub role: Option<String>,
    /// From which networks it may be used, such as `10.0.0.0/8, 2001:db8::/32`; from everywhere when left out.
    #[serde(default)]
    pub networks: String,
    /// Whether it signs in the old form, which protects the body and the time alone. It needs exactly one shop.
    #[serde(default)]
    pub legacy: bool,
    /// How often it may ask in a minute; as often as all services when left out.
    pub limit: Option<u32>,
}

/// Makes a key for a service. Its secret is shown once.
#[utoipa::path(post, path = "/api/v1/services", tag = "services", request_body = NewService, extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 201, description = "Made, with its secret.", body = ServiceKeyView)),
    security(("operator" = ["services:write"])))]
async fn make_service(
    Extension(authenticator): Extension<AccountAuthenticator>,
    ask: Command<NewService>,
) -> Answer {
    let asked = Asked { once: None, ..ask.asked() };
    let (row, secret) = make(ask.shop.tenant.cell(), authenticator.permissions(), asked, &ask.body).await?;
    shown(&ask.shop, row, secret)
}

/// Makes a key in a key's place. Both work for a day, unless `overlap_hours` says otherwise.
#[utoipa::path(post, path = "/api/v1/services/{id}/rotate", tag = "services", params(("id" = Uuid, Path)), request_body = RotateService, extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 201, description = "The new key, with its secret.", body = ServiceKeyView)),
    security(("operator" = ["services:write"])))]
async fn rotate_service(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<ServiceKeyId>,
    ask: Command<RotateService>,
) -> Answer {
    let hours = ask.body.overlap_hours.unwrap_or(24);
    let asked = Asked { once: None, ..ask.asked() };
    let until = ask.shop.now.plus(Duration::from_secs(3600) * hours);
    let (row, secret) = rotate(ask.shop.tenant.cell(), asked, id, until).await?;
    authenticator.forget_services();
    shown(&ask.shop, row, secret)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RotateService {
    /// For how many hours both work; 24 when left out.
    #[schema(minimum = 0, maximum = 2160, extensions(("x-write" = json!("0 to 2160 hours"))))]
    overlap_hours: Option<u32>,
}

/// Ends a key at once.
#[utoipa::path(delete, path = "/api/v1/services/{id}", tag = "services", params(("id" = Uuid, Path)), extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 204, description = "It is revoked.")),
    security(("operator" = ["services:write"])))]
async fn revoke_service(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<ServiceKeyId>,
    ask: Command<NoBody>,
) -> Answer {
    let answer = ask.run(services::use_cases::revoke_service(id)).await;
    authenticator.forget_services();
    answer
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LimitService {
    /// How often it may ask in a minute; as often as all services when left out, null or 0.
    limit: Option<u32>,
}

/// Says how often a service may ask in a minute.
#[utoipa::path(put, path = "/api/v1/services/{id}/limit", tag = "services", params(("id" = Uuid, Path)), request_body = LimitService, extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 204, description = "It is so now.")),
    security(("operator" = ["services:write"])))]
async fn limit_service(
    Extension(authenticator): Extension<AccountAuthenticator>,
    Id(id): Id<ServiceKeyId>,
    ask: Command<LimitService>,
) -> Answer {
    let answer = ask.run(services::use_cases::limit_service(id, some(ask.body.limit))).await;
    authenticator.forget_services();
    answer
}

/// None at all is said in two ways.
fn some(limit: Option<u32>) -> Option<u32> {
    limit.filter(|limit| *limit > 0)
}

fn shown(shop: &Shop, row: ServiceKeyRow, secret: String) -> Answer {
    let view = ServiceKeyView { secret: Some(secret), ..ServiceKeyView::from(row) };
    let mut response = unkept(shop.list_of(&view)?);
    *response.status_mut() = axum::http::StatusCode::CREATED;
    Ok(response)
}

/// Makes a service's key; also from the command line.
#[boxed]
pub async fn make(
    cell: &Cell,
    permissions: &Permissions,
    asked: Asked,
    new: &NewService,
) -> Result<(ServiceKeyRow, String), Problem> {
    let mut check = Check::default();
    check.that(
        (1..=100).contains(&new.name.trim().chars().count()),
        "/name",
        "say in 1 to 100 letters what it is for",
    );
    let role = new.role.clone().unwrap_or_else(|| "service".into());
    check.that(
        permissions.role(Audience::Staff, &role).is_some(),
        "/role",
        format!("the roles are {}", permissions.names(Audience::Staff)),
    );
    if !new.networks.trim().is_empty()
        && let Err(error) = new.networks.parse::<limits::Networks>()
    {
        check.that(false, "/networks", error.to_string());
    }
    let mut tenants = Vec::new();
    for (n, slug) in new.tenants.iter().enumerate() {
        match cell.registry().by_slug(slug) {
            Some(record) => tenants.push(record.id),
            None => check.that(false, format!("/tenants/{n}"), format!("there is no shop {slug:?}")),
        }
    }
    check.done()?;
    let made = Made {
        name: new.name.trim().to_owned(),
        sealed: String::new(),
        tenants,
        role,
        networks: new.networks.trim().to_owned(),
        legacy: new.legacy,
        limit: some(new.limit),
        at: asked.now,
    };
    keep(cell, asked, made, None).await
}

/// Makes a key like another one, which works on until a moment; also from the command line.
#[boxed]
pub async fn rotate(
    cell: &Cell,
    asked: Asked,
    id: ServiceKeyId,
    until: Timestamp,
) -> Result<(ServiceKeyRow, String), Problem> {
    let platform = cell.own().await?;
    let old = services::queries::service_key(&platform, id)
        .await?
        .ok_or_else(|| Problem::from(Refusal::ServiceKeyUnknown))?;
    let ServiceKeyRow { name, tenants, role, networks, legacy, limit, .. } = old;
    let made = Made { name, sealed: String::new(), tenants, role, networks, legacy, limit, at: asked.now };
    keep(cell, asked, made, Some((id, until))).await
}

async fn keep(
    cell: &Cell,
    asked: Asked,
    made: Made,
    instead_of: Option<(ServiceKeyId, Timestamp)>,
) -> Result<(ServiceKeyRow, String), Problem> {
    let platform = cell.own().await?;
    let id = ServiceKeyId::new();
    let secret = credentials::Token::new("gal_svc_").reveal().to_owned();
    let sealed = platform.keys().await?.seal_secret(&purpose(id), secret.as_bytes());
    platform.run(asked, services::use_cases::make_service(id, Made { sealed, ..made }, instead_of)).await?;
    let row = services::queries::service_key(&platform, id).await?.ok_or_else(Problem::bug)?;
    Ok((row, secret))
}
