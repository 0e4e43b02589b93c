//! The routes of organisations.

use axum::Extension;
use edge::{Answer, Command, Cursor, Filter, Id, Ids, NoBody, Page, Routes, Shop, routes};
use kernel::{Check, Personal, Problem, SubjectId, Word};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::organisation::{BillingAddress, Details, Member, Role, Status, Terms};
use crate::queries::{self, OrganisationSummary};
use crate::views::OrganisationView;
use crate::{OrganisationId, Refusal, Register, use_cases};

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_organisations, create_organisation))
        .routes(routes!(read_organisation, change_organisation))
        .routes(routes!(set_member, remove_member))
        .routes(routes!(check_vat))
}

/// A business that buys.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOrganisation {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[serde(default)]
    vat_id: Option<String>,
    #[serde(default)]
    billing_address: Option<BillingAddress>,
    /// Whether every order needs a number of the organisation's own.
    #[serde(default)]
    purchase_order_required: bool,
    /// What a member may order without being asked, in minor units of the shop's currency; any amount when left out.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, extensions(("x-money" = json!("currency"))))]
    approval_limit: Option<i64>,
    #[serde(default)]
    #[schema(inline)]
    status: Status,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMember {
    #[schema(inline)]
    role: Role,
    /// Instead of the organisation's; an approver says yes up to it.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, extensions(("x-money" = json!("currency"))))]
    approval_limit: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListOrganisations {
    #[param(inline)]
    status: Option<Status>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists organisations, newest first; for a customer the one that they buy for.
#[utoipa::path(get, path = "/api/v1/organisations", tag = "organisations", params(ListOrganisations),
    responses((status = 200, description = "A page of organisations.", body = Page<OrganisationSummary>)),
    security(("staff" = ["organisations:read"]), ("customer" = ["organisations:read"])))]
async fn list_organisations(shop: Shop, Filter(asked): Filter<ListOrganisations>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let (own, status) = (shop.own(), asked.status.map(Status::as_str));
    let of = (own, status);
    let below =
        asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("organisations", &of, &cursor))?;
    let currency = shop.record.currency;
    let found = queries::organisations(&shop.tenant, own, status, below, limit + 1, currency).await?;
    shop.list(&Page::cut(found, limit, |last| Cursor::encode("organisations", &of, &last.id.uuid())))
}

/// Makes an organisation, without members at first.
#[utoipa::path(post, path = "/api/v1/organisations", tag = "organisations", request_body = NewOrganisation,
    responses((status = 201, description = "Made; Location says where.", body = OrganisationView)),
    security(("staff" = ["organisations:write"])))]
async fn create_organisation(ask: Command<NewOrganisation>) -> Answer {
    ask.body.check()?;
    let id = OrganisationId::new();
    ask.run(use_cases::make_organisation(id, ask.body.terms(id), ask.shop.record.currency)).await
}

/// Reads an organisation with its members, for staff and for its admins.
#[utoipa::path(get, path = "/api/v1/organisations/{id}", tag = "organisations", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The organisation.", body = OrganisationView)),
    security(("staff" = ["organisations:read"]), ("customer" = ["organisations:read"])))]
async fn read_organisation(shop: Shop, Id(id): Id<OrganisationId>) -> Answer {
    let currency = shop.record.currency;
    let view = queries::organisation(&shop.tenant, id, shop.own(), currency).await?;
    shop.one(&view, view.version)
}

/// Replaces what an organisation says of itself. Nobody buys for one that is closed.
#[utoipa::path(put, path = "/api/v1/organisations/{id}", tag = "organisations", params(("id" = Uuid, Path)), request_body = NewOrganisation,
    responses((status = 200, description = "Changed.", body = OrganisationView)),
    security(("staff" = ["organisations:write"])))]
async fn change_organisation(Id(id): Id<OrganisationId>, ask: Command<NewOrganisation>) -> Answer {
    ask.body.check()?;
    let (seen, currency) = (ask.version_required()?, ask.shop.record.currency);
    ask.run(use_cases::change_organisation(id, seen, ask.body.terms(id), currency)).await
}

/// Takes a customer in, or changes what they may do. An organisation's admins change its members, and take nobody in.
#[utoipa::path(put, path = "/api/v1/organisations/{id}/members/{customer_id}", tag = "organisations",
    params(("id" = Uuid, Path), ("customer_id" = Uuid, Path)), request_body = NewMember,
    responses((status = 200, description = "It is so now.", body = OrganisationView)),
    security(("staff" = ["organisations:write"]), ("customer" = ["organisations:write"])))]
async fn set_member(Ids(id, customer): Ids<OrganisationId, Uuid>, ask: Command<NewMember>) -> Answer {
    let NewMember { role, approval_limit } = ask.body;
    let (by, currency) = (ask.shop.own(), ask.shop.record.currency);
    let member = Member { role, approval_limit };
    ask.run(use_cases::set_member(id, ask.if_match, by, customer, member, currency)).await
}

/// Takes a customer out. From now on they buy for themselves.
#[utoipa::path(delete, path = "/api/v1/organisations/{id}/members/{customer_id}", tag = "organisations",
    params(("id" = Uuid, Path), ("customer_id" = Uuid, Path)),
    responses((status = 204, description = "They are no member any more.")),
    security(("staff" = ["organisations:write"])))]
async fn remove_member(Ids(id, customer): Ids<OrganisationId, Uuid>, ask: Command<NoBody>) -> Answer {
    ask.run(use_cases::remove_member(id, ask.if_match, customer)).await
}

/// Asks the European Union's register whether the organisation's VAT number is in use, and writes down what it says. Taxes
/// with a reverse charge are left to organisations whose number is, until they have another one.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/vat-check", tag = "organisations", params(("id" = Uuid, Path)),
    responses((status = 200, description = "What it says stands in `vat_check`.", body = OrganisationView)),
    security(("staff" = ["organisations:write"])))]
async fn check_vat(
    Extension(register): Extension<Register>,
    Id(id): Id<OrganisationId>,
    ask: Command<NoBody>,
) -> Answer {
    let currency = ask.shop.record.currency;
    let known = queries::organisation(&ask.shop.tenant, id, None, currency).await?;
    let number = known.vat_id.as_deref().and_then(|kept| places::vat_number(kept).ok());
    let number = number.ok_or(Problem::from(Refusal::VatIdMissing))?;
    if !number.is_european() {
        return Err(Problem::from(Refusal::VatIdElsewhere).into());
    }
    let registered = register.has(&number).await.map_err(Problem::from)?;
    ask.run(use_cases::say_vat(id, known.version, registered, currency)).await
}

impl NewOrganisation {
    fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        if let Some(Err(how)) = self.vat_id.as_deref().map(places::vat_number) {
            check.that(false, "/vat_id", how);
        }
        if let Some(address) = &self.billing_address {
            places::check_address(&mut check, "/billing_address", &address.country, &address.postal_code);
        }
        check.done()
    }

    fn terms(&self, id: OrganisationId) -> Terms {
        // It was checked, and is kept in one way however it was typed.
        let vat_id = self.vat_id.as_deref().and_then(|typed| places::vat_number(typed).ok());
        let billing_address = self.billing_address.as_ref().map(BillingAddress::tidy);
        let details = Details {
            name: self.name.clone(),
            vat_id: vat_id.map(|vat_id| vat_id.to_string()),
            billing_address,
        };
        Terms {
            status: self.status,
            purchase_order_required: self.purchase_order_required,
            approval_limit: self.approval_limit,
            details: Personal::new(SubjectId(id.uuid()), details),
        }
    }
}
