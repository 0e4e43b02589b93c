//! The routes of domains.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use edge::{Answer, Command, Id, NoBody, Page, Platform, Routes, Shop, answer, routes};
use kernel::{Problem, TenantId, Timestamp};
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use store::{Done, Reply, TenantRecord};
use utoipa::ToSchema;

use crate::hosts::{self, Leads};
use crate::proofs::place::ProofPlace;
use crate::proofs::prover::{self, PAGE, Prover};
use crate::queries::{self, DomainRow, DomainStatus};
use crate::{DomainId, Refusal, name, use_cases};

const AT_MOST: usize = 100;

pub fn routes(prover: Prover) -> Routes {
    Routes::new()
        .routes(routes!(list_domains, claim_domain))
        .routes(routes!(read_domain, give_up_domain))
        .routes(routes!(check_domain))
        // No operation of the document: whoever looks for a proof shows no key.
        .page(PAGE, show_proofs)
        .giving(prover)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDomain {
    /// The name alone: `shop.example.com`.
    name: String,
}

/// A name of the shop's own.
#[derive(Serialize, ToSchema)]
struct DomainView {
    #[schema(value_type = Uuid)]
    id: DomainId,
    /// As it is looked up: in lower case and in ASCII.
    name: String,
    status: DomainStatus,
    /// Whether the shop answers under it.
    answers: bool,
    /// How to prove it, in one of these ways. Leave the proof there: it is looked for every day.
    proofs: Ways,
    /// What was found last, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    claimed_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    proven_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_at: Option<Timestamp>,
    version: i64,
}

#[derive(Serialize, ToSchema)]
struct Ways {
    #[schema(inline)]
    dns: TextRecord,
    #[schema(inline)]
    page: TextPage,
}

/// A TXT record.
#[derive(Serialize, ToSchema)]
struct TextRecord {
    name: String,
    text: String,
}

/// A page whose text has a line that is this one.
#[derive(Serialize, ToSchema)]
struct TextPage {
    address: String,
    text: String,
}

impl DomainView {
    fn of(row: DomainRow, shop: &TenantRecord) -> Self {
        let DomainRow { id, version, name, token, status, way, found, claimed_at, proven_at, checked_at } =
            row;
        let text = prover::proof(&token);
        let proven = way.map(|way| match way {
            ProofPlace::Dns => "The proof was found in DNS.".to_owned(),
            ProofPlace::Page => "The proof was found on the domain's page.".to_owned(),
        });
        Self {
            answers: shop.hosts.contains(&name),
            proofs: Ways {
                dns: TextRecord { name: prover::record(&name), text: text.clone() },
                page: TextPage { address: format!("https://{name}{PAGE}"), text },
            },
            id,
            name,
            status,
            found: found.or(proven),
            claimed_at,
            proven_at,
            checked_at,
            version,
        }
    }
}

/// Lists the shop's domains by their names.
#[utoipa::path(get, path = "/api/v1/domains", tag = "domains",
    responses((status = 200, description = "The domains.", body = Page<DomainView>)),
    security(("staff" = ["domains:read"])))]
async fn list_domains(shop: Shop) -> Answer {
    let rows = queries::domains(&shop.tenant).await?;
    let items = rows.into_iter().map(|row| DomainView::of(row, &shop.record)).collect();
    shop.list(&Page { items, next_cursor: None })
}

/// Claims a domain. It says how to prove that it is the shop's; have it checked then.
#[utoipa::path(post, path = "/api/v1/domains", tag = "domains", request_body = NewDomain, extensions(("x-fresh" = json!(true))),
    responses((status = 201, description = "Claimed.", body = DomainView)),
    security(("staff" = ["domains:write"])))]
async fn claim_domain(State(platform): State<Platform>, ask: Command<NewDomain>) -> Answer {
    let tenant = &ask.shop.tenant;
    let name = name::normal(&ask.body.name, &platform.settings().base_domain).map_err(unnamed)?;
    hosts::refuse_taken(tenant, &name).map_err(Problem::from)?;
    let known = queries::domains(tenant).await?;
    if known.len() >= AT_MOST && !known.iter().any(|domain| domain.name == name) {
        return Err(Problem::from(Refusal::TooMany).into());
    }
    let id = name::id_of(&name);
    let done = ask.done(use_cases::claim(name, token())).await?;
    shown(&ask, id, done).await
}

/// Reads a domain.
#[utoipa::path(get, path = "/api/v1/domains/{id}", tag = "domains", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The domain.", body = DomainView)),
    security(("staff" = ["domains:read"])))]
async fn read_domain(shop: Shop, Id(id): Id<DomainId>) -> Answer {
    let view = DomainView::of(found(&shop, id).await?, &shop.record);
    // Where the name leads can change without an event of the domain's, so no version stands for what is shown.
    shop.list_of(&view)
}

/// Looks for the proof. Once it is there, the shop answers under the domain.
#[utoipa::path(post, path = "/api/v1/domains/{id}/check", tag = "domains", params(("id" = Uuid, Path)),
    responses((status = 200, description = "What was found.", body = DomainView)),
    security(("staff" = ["domains:write"])))]
async fn check_domain(
    Extension(prover): Extension<Prover>,
    Id(id): Id<DomainId>,
    ask: Command<NoBody>,
) -> Answer {
    let tenant = &ask.shop.tenant;
    let known = found(&ask.shop, id).await?;
    hosts::refuse_taken(tenant, &known.name).map_err(Problem::from)?;
    let looked = prover.look(&known.name, &known.token).await;
    let looked_there = looked.there.is_some();
    let may_lead = known.is_proven() || looked_there;
    let done = ask.done(use_cases::check(id, known.token, looked)).await?;
    if may_lead {
        match hosts::settle(tenant, &known.name).await? {
            Leads::Elsewhere => {
                let mut asked = ask.asked();
                asked.once = None;
                tenant.run(asked, use_cases::give_way(id)).await?;
                return Err(Problem::from(Refusal::Taken).into());
            }
            // Proven a moment ago and lost already: the subscriber found before us that another shop has it.
            Leads::Nowhere if looked_there && queries::is_lost(tenant, id).await? => {
                return Err(Problem::from(Refusal::Taken).into());
            }
            Leads::Here | Leads::Nowhere => {}
        }
    }
    shown(&ask, id, done).await
}

/// Gives up a domain. From now on the shop does not answer under it.
#[utoipa::path(delete, path = "/api/v1/domains/{id}", tag = "domains", params(("id" = Uuid, Path)), extensions(("x-fresh" = json!(true))),
    responses((status = 204, description = "It is given up.")),
    security(("staff" = ["domains:write"])))]
async fn give_up_domain(Id(id): Id<DomainId>, ask: Command<NoBody>) -> Answer {
    let known = queries::domain(&ask.shop.tenant, id).await?;
    let done = ask.done(use_cases::give_up(id)).await?;
    if let Some(known) = known {
        hosts::settle(&ask.shop.tenant, &known.name).await?;
    }
    Ok(answer::done(done))
}

/// The proofs of the domains that lead to a shop, so that what was proven by a page stays proven when the domain leads
/// here. A domain that is only claimed is not among them: what leads here anyway proves nothing.
async fn show_proofs(State(platform): State<Platform>, uri: Uri, headers: HeaderMap) -> Response {
    let shop = platform.record_at(&uri, &headers).filter(|record| record.id != TenantId::CELL);
    let Some(shop) = shop.filter(|record| record.status.is_here()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(rows) = queries::domains(&platform.cell().tenant(shop.id)).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let proven = rows.iter().filter(|row| row.is_proven() && shop.hosts.contains(&row.name));
    proven.map(|row| prover::proof(&row.token) + "\n").collect::<String>().into_response()
}

async fn found(shop: &Shop, id: DomainId) -> Result<DomainRow, Problem> {
    queries::domain(&shop.tenant, id).await?.ok_or_else(|| Refusal::Unknown.into())
}

/// The domain as it is after a work, and where its name leads now.
async fn shown<T>(ask: &Command<T>, id: DomainId, done: Done) -> Answer {
    let row = found(&ask.shop, id).await?;
    let registry = ask.shop.tenant.cell().registry();
    let record = registry.tenant(ask.shop.tenant.id()).ok_or_else(Problem::bug)?;
    let (status, version) = (done.reply.status, row.version);
    let reply = Reply::json(status, &DomainView::of(row, &record)).version(version);
    let reply = if status == 201 { reply.location(format!("/api/v1/domains/{id}")) } else { reply };
    Ok(answer::done(Done { reply, replayed: done.replayed }))
}

fn unnamed(detail: &'static str) -> Problem {
    Problem::invalid(vec![kernel::FieldProblem { pointer: "/name".into(), detail: detail.into() }])
}

/// Nobody guesses it, and it fits wherever texts are pasted.
fn token() -> String {
    let mut bytes = [0_u8; 16];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
