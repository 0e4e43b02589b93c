//! The routes of partners.

use axum::Extension;
use edge::{Answer, Command, Id, NoBody, Page, Routes, Shop, routes};
use kernel::{Check, Problem, boxed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::partners::health::Health;
use crate::partners::partner::{Definition, Kind, NewSecret, Options};
use crate::partners::queries::PartnerRow;
use crate::partners::{self, partner_clients};
use crate::{PartnerId, Partners, Refusal};

const AT_MOST: usize = 50;

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_partners, add_partner))
        .routes(routes!(read_partner, change_partner, remove_partner))
        .routes(routes!(check_partner))
}

/// A partner, and how it is. Its secret is never shown.
#[derive(Serialize, ToSchema)]
struct PartnerView {
    #[schema(value_type = Uuid)]
    id: PartnerId,
    #[serde(flatten)]
    definition: Definition,
    /// Whether a secret was entered.
    has_secret: bool,
    /// As the node that answers has seen it since it began.
    health: Health,
    version: i64,
}

impl PartnerView {
    fn of(row: PartnerRow, shop: &Shop, clients: &Partners) -> Self {
        let health = clients.health(&shop.tenant, &row);
        let PartnerRow { id, version, definition, secret } = row;
        Self { id, definition, has_secret: secret.is_some(), health, version }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPartner {
    #[schema(inline)]
    kind: Kind,
    name: String,
    /// Where it answers: https://carrier.example/v1
    address: String,
    /// The key of a carrier, or the password of an ERP; when left out, the one that was entered before stays.
    #[schema(pattern = "^[ -~]{1,1000}$", extensions(("x-write" = json!("1 to 1,000 letters, digits and signs"))))]
    secret: Option<String>,
    #[serde(default)]
    #[schema(inline)]
    options: Options,
    /// It is, when left out.
    enabled: Option<bool>,
}

/// Lists the partners of the shop.
#[utoipa::path(get, path = "/api/v1/partners", tag = "partners",
    responses((status = 200, description = "The partners.", body = Page<PartnerView>)),
    security(("staff" = ["partners:read"])))]
async fn list_partners(Extension(clients): Extension<Partners>, shop: Shop) -> Answer {
    let rows = partners::queries::partners(&shop.tenant).await?;
    let items = rows.into_iter().map(|row| PartnerView::of(row, &shop, &clients)).collect();
    shop.list(&Page { items, next_cursor: None })
}

/// Adds a partner. Nobody is asked yet; have it checked then.
#[utoipa::path(post, path = "/api/v1/partners", tag = "partners", request_body = NewPartner, extensions(("x-fresh" = json!(true))),
    responses((status = 201, description = "Added.", body = edge::answer::MadeRecord)),
    security(("staff" = ["partners:write"])))]
async fn add_partner(Extension(partners): Extension<Partners>, ask: Command<NewPartner>) -> Answer {
    let tenant = &ask.shop.tenant;
    if partners::queries::partners(tenant).await?.len() >= AT_MOST {
        return Err(Problem::from(Refusal::TooMany).into());
    }
    let definition = checked(&partners, &ask.body)?;
    let id = ask.once_id().map_or_else(PartnerId::new, PartnerId);
    let secret = match secret(&ask.shop, &ask.body).await? {
        NewSecret::Stays => NewSecret::Is(None),
        given => given,
    };
    ask.run(partners::use_cases::configure(id, definition, secret, true, None)).await
}

/// Reads a partner, and how it is.
#[utoipa::path(get, path = "/api/v1/partners/{id}", tag = "partners", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The partner.", body = PartnerView)),
    security(("staff" = ["partners:read"])))]
async fn read_partner(Extension(clients): Extension<Partners>, shop: Shop, Id(id): Id<PartnerId>) -> Answer {
    let row = found(&shop, id).await?;
    let version = row.version;
    let mut answer = shop.list_of(&PartnerView::of(row, &shop, &clients))?;
    // How it is changes without a new version, so it is always shown whole, and still says what to change it by.
    let tag = format!("\"{version}\"").parse().map_err(|_| Problem::bug())?;
    answer.headers_mut().insert(http::header::ETAG, tag);
    Ok(answer)
}

/// Changes a partner. It stays of its kind; with another address its secret is entered once more.
#[utoipa::path(put, path = "/api/v1/partners/{id}", tag = "partners", params(("id" = Uuid, Path)), request_body = NewPartner, extensions(("x-fresh" = json!(true))),
    responses((status = 204, description = "It is so now.")),
    security(("staff" = ["partners:write"])))]
async fn change_partner(
    Extension(partners): Extension<Partners>,
    Id(id): Id<PartnerId>,
    ask: Command<NewPartner>,
) -> Answer {
    found(&ask.shop, id).await?;
    let seen = ask.version_required()?;
    let definition = checked(&partners, &ask.body)?;
    let secret = secret(&ask.shop, &ask.body).await?;
    ask.run(partners::use_cases::configure(id, definition, secret, false, Some(seen))).await
}

/// Removes a partner. Nobody asks it any more, and its secret is gone.
#[utoipa::path(delete, path = "/api/v1/partners/{id}", tag = "partners", params(("id" = Uuid, Path)), extensions(("x-fresh" = json!(true))),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["partners:write"])))]
async fn remove_partner(Id(id): Id<PartnerId>, ask: Command<NoBody>) -> Answer {
    ask.run(partners::use_cases::remove(id)).await
}

/// What became of asking the partner.
#[derive(Serialize, ToSchema)]
struct CheckedPartner {
    works: bool,
    /// What is wrong, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

/// Asks the partner, and says in a sentence what is wrong.
#[utoipa::path(post, path = "/api/v1/partners/{id}/check", tag = "partners", params(("id" = Uuid, Path)),
    responses((status = 200, description = "Whether it works.", body = CheckedPartner)),
    security(("staff" = ["partners:write"])))]
async fn check_partner(
    Extension(partners): Extension<Partners>,
    Id(id): Id<PartnerId>,
    ask: Command<NoBody>,
) -> Answer {
    let shop = &ask.shop;
    let row = found(shop, id).await?;
    shop.list_of(&match partners.check(&shop.tenant, &row).await? {
        Ok(()) => CheckedPartner { works: true, problem: None, code: None },
        Err(error) => {
            CheckedPartner { works: false, problem: Some(error.to_string()), code: Some(error.code()) }
        }
    })
}

#[boxed]
pub async fn found(shop: &Shop, id: PartnerId) -> Result<PartnerRow, Problem> {
    partners::queries::partner(&shop.tenant, id).await?.ok_or_else(|| Refusal::Unknown.into())
}

fn checked(partners: &Partners, asked: &NewPartner) -> Result<Definition, Problem> {
    let definition = Definition {
        kind: asked.kind,
        name: asked.name.trim().to_owned(),
        address: asked.address.trim().to_owned(),
        options: asked.options.clone(),
        enabled: asked.enabled.unwrap_or(true),
    };
    let mut check = definition.check();
    may_be_asked(partners, &definition.address, &mut check);
    check.done()?;
    Ok(definition)
}

fn may_be_asked(partners: &Partners, address: &str, check: &mut Check) {
    let refused = partners.check_address(address).err();
    check.that(refused.is_none(), "/address", refused.map(|error| error.to_string()).unwrap_or_default());
}

async fn secret(shop: &Shop, asked: &NewPartner) -> Result<NewSecret, Problem> {
    Ok(match &asked.secret {
        Some(secret) => NewSecret::Is(Some(partner_clients::seal(&shop.tenant, secret).await?)),
        None => NewSecret::Stays,
    })
}
