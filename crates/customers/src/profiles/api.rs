//! The routes of customers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Extension;
use edge::{Answer, Command, Cursor, Filter, Id, NoBody, Page, Routes, Shop, routes};
use kernel::{Check, Problem, Word};
use serde::Deserialize;
use store::Work;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::accounts::Elsewhere;
use super::events::Origin;
use super::queries::{self, Listed};
use super::said::{MOST_EMAILS, MOST_MARKS, Said, ShopsOwn};
use super::use_cases::{self, Mending};
use super::views::{CustomerSummary, CustomerView, Sight};
use crate::CustomerId;

pub(super) type Ports = Arc<dyn Elsewhere>;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_customers, create_customer))
        .routes(routes!(read_customer, change_customer))
        .routes(routes!(merge_customer))
        .routes(routes!(take_customer_apart))
}

/// What is known of a customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCustomerRecord)]
struct NewCustomer {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Besides the one that they sign in with. One that is new was not shown to be theirs.
    #[serde(default)]
    #[schema(max_items = 10)]
    emails: Vec<NewEmail>,
    #[serde(default)]
    #[schema(max_length = 40)]
    phone: Option<String>,
    #[serde(default)]
    #[schema(max_length = 200)]
    company: Option<String>,
    /// By its tag: de-AT.
    #[serde(default)]
    language: Option<String>,
    /// Of the IANA database: Europe/Dublin.
    #[serde(default)]
    #[schema(max_length = 60)]
    time_zone: Option<String>,
    /// Words that the shop puts to them; for staff.
    #[serde(default)]
    #[schema(max_items = 50)]
    marks: Option<BTreeSet<String>>,
    /// What other systems call them, by the name of the system; for staff.
    #[serde(default)]
    external_ids: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEmail {
    #[schema(max_length = 254)]
    address: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MergeInto {
    /// The customer whose record is kept.
    into: Uuid,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListCustomers {
    /// A name, or what it begins with, a company, a street or a town; an e-mail address, a telephone number, or the number of
    /// an order.
    #[param(max_length = 200)]
    q: Option<String>,
    #[param(inline)]
    origin: Option<Origin>,
    /// A word that the shop put to them.
    mark: Option<String>,
    /// A system and what it calls them: erp:4711.
    external_id: Option<String>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists customers, newest first, or finds them.
#[utoipa::path(get, path = "/api/v1/customers", tag = "customers", params(ListCustomers),
    responses((status = 200, description = "A page of customers.", body = Page<CustomerSummary>)),
    security(("staff" = ["customers:read"])))]
async fn list_customers(
    Extension(ports): Extension<Ports>,
    shop: Shop,
    Filter(asked): Filter<ListCustomers>,
) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let listed = Listed {
        ordered: ordered(&ports, &shop, asked.q.as_deref()).await?,
        q: asked.q.filter(|q| !q.trim().is_empty()),
        origin: asked.origin.map(|origin| origin.as_str().to_owned()),
        mark: asked.mark,
        external_id: asked.external_id.as_deref().map(external_id).transpose()?,
    };
    let below =
        asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("customers", &listed, &cursor))?;
    let found = queries::customers(&shop.tenant, &listed, below, limit + 1).await?;
    shop.list(&Page::cut(found, limit, |last| Cursor::encode("customers", &listed, &last.id.uuid())))
}

/// Writes down a customer whom the shop knows and who does not sign in.
#[utoipa::path(post, path = "/api/v1/customers", tag = "customers", request_body = NewCustomer,
    responses((status = 201, description = "Written down; Location says where.", body = CustomerView)),
    security(("staff" = ["customers:write"])))]
async fn create_customer(ask: Command<NewCustomer>) -> Answer {
    let said = ask.body.said(Sight::Shops)?;
    let keys = ask.shop.tenant.keys().await.map_err(Problem::from)?;
    let index = said.emails.first().map(|email| keys.blind("email", email.trim()));
    ask.run(use_cases::open(CustomerId::new(), said, index)).await
}

/// Reads a customer with their address book; by the id of a guest whom an order names, whoever they are.
#[utoipa::path(get, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The customer.", body = CustomerView)),
    security(("staff" = ["customers:read"]), ("customer" = ["customers:read"])))]
async fn read_customer(Extension(ports): Extension<Ports>, shop: Shop, Id(id): Id<CustomerId>) -> Answer {
    let view = found(&ports, &shop, id).await?;
    shop.one(&view, view.version)
}

/// Replaces what is known of a customer. They are called so where they sign in, too.
#[utoipa::path(put, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = Uuid, Path)), request_body = NewCustomer,
    responses((status = 200, description = "Changed.", body = CustomerView)),
    security(("staff" = ["customers:write"]), ("customer" = ["customers:write"])))]
async fn change_customer(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CustomerId>,
    ask: Command<NewCustomer>,
) -> Answer {
    let seen = ask.version_required()?;
    let mut of = mending(&ports, &ask, id).await?;
    of.seen = Some(seen);
    let said = ask.body.said(of.sight)?;
    let renamed = of.account.as_ref().filter(|facts| facts.name != said.name.trim());
    let renamed = renamed.map(|_| ports.rename(id, said.name.trim().to_owned()));
    ask.run(Work::all(renamed.into_iter().chain([use_cases::change(of, said)]))).await
}

/// Says that two records are one person's. This one goes into the other, which lists what both ordered; each keeps what it
/// says, and they can be taken apart again.
#[utoipa::path(post, path = "/api/v1/customers/{id}/merge", tag = "customers", params(("id" = Uuid, Path)), request_body = MergeInto,
    responses((status = 200, description = "It went into the other.", body = CustomerView)),
    security(("staff" = ["customers:write"])))]
async fn merge_customer(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CustomerId>,
    ask: Command<MergeInto>,
) -> Answer {
    let of = mending(&ports, &ask, id).await?;
    ask.run(use_cases::merge(of, CustomerId(ask.body.into))).await
}

/// Takes a record out of the one that it went into.
#[utoipa::path(post, path = "/api/v1/customers/{id}/take-apart", tag = "customers", params(("id" = Uuid, Path)),
    responses((status = 200, description = "It is one of its own.", body = CustomerView)),
    security(("staff" = ["customers:write"])))]
async fn take_customer_apart(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CustomerId>,
    ask: Command<NoBody>,
) -> Answer {
    let of = mending(&ports, &ask, id).await?;
    let known = queries::customer(&ask.shop.tenant, id, Sight::Shops).await?;
    let from = known.and_then(|known| known.merged).map(|merged| merged.into);
    ask.run(use_cases::take_apart(of, from)).await
}

/// A customer as whoever asks may see them; somebody else is "no such customer" to a customer.
async fn found(ports: &Ports, shop: &Shop, id: CustomerId) -> Result<CustomerView, Problem> {
    let sight = sight(shop, id)?;
    if let Some(view) = queries::customer(&shop.tenant, id, sight).await? {
        return Ok(view);
    }
    if let Some(facts) = ports.account(&shop.tenant, id).await? {
        return Ok(CustomerView::of_account(&facts, sight));
    }
    let known = match queries::whose_guest(&shop.tenant, id).await? {
        Some(customer) => queries::customer(&shop.tenant, customer, sight).await?,
        None => None,
    };
    known.ok_or_else(no_such_customer)
}

fn sight(shop: &Shop, id: CustomerId) -> Result<Sight, Problem> {
    match shop.own() {
        None => Ok(Sight::Shops),
        Some(own) if own == id.uuid() => Ok(Sight::Theirs),
        Some(_) => Err(no_such_customer()),
    }
}

fn no_such_customer() -> Problem {
    Problem::not_found("customer")
}

/// Whom a command changes, if whoever asks may.
pub(super) async fn mending<T>(ports: &Ports, ask: &Command<T>, id: CustomerId) -> Result<Mending, Problem> {
    let sight = sight(&ask.shop, id)?;
    let account = ports.account(&ask.shop.tenant, id).await?;
    Ok(Mending { id, seen: ask.if_match, sight, account })
}

/// Whoever placed the order with this number, when it can be one.
async fn ordered(ports: &Ports, shop: &Shop, q: Option<&str>) -> Result<Option<CustomerId>, Problem> {
    let number = q.map(|q| q.trim().trim_start_matches('#')).and_then(|q| q.parse::<i64>().ok());
    let Some(number) = number else { return Ok(None) };
    let Some(customer) = ports.customer_of_order(&shop.tenant, number).await? else { return Ok(None) };
    let known = queries::whose_guest(&shop.tenant, customer).await?;
    Ok(Some(known.unwrap_or(customer)))
}

fn external_id(text: &str) -> Result<(String, String), Problem> {
    let mut check = Check::default();
    let parts = text.split_once(':');
    check.that(parts.is_some(), "external_id", "name the system and what it calls them, as erp:4711");
    check.done()?;
    let (system, value) = parts.ok_or_else(Problem::bug)?;
    Ok((system.to_owned(), value.to_owned()))
}

impl NewCustomer {
    fn said(&self, sight: Sight) -> Result<Said, Problem> {
        let mut check = Check::default();
        let theirs = sight == Sight::Theirs;
        let shops = "the shop keeps this; leave it out";
        check.that(!theirs || self.marks.is_none(), "/marks", shops);
        check.that(!theirs || self.external_ids.is_none(), "/external_ids", shops);
        check.that(self.emails.len() <= MOST_EMAILS, "/emails", "give 10 e-mail addresses at the most");
        for mark in self.marks.iter().flatten() {
            let good = (1..=50).contains(&mark.trim().chars().count()) && !mark.contains(char::is_control);
            check.that(good, "/marks", "write a mark in 1 to 50 letters");
        }
        check.that(
            self.marks.as_ref().is_none_or(|marks| marks.len() <= MOST_MARKS),
            "/marks",
            "put 50 words to them at the most",
        );
        check.that(
            self.external_ids.as_ref().is_none_or(|ids| ids.len() <= MOST_MARKS),
            "/external_ids",
            "name 50 systems at the most",
        );
        for (system, value) in self.external_ids.iter().flatten() {
            let named = (1..=40).contains(&system.len())
                && system.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"-_.".contains(&sign));
            let told = (1..=200).contains(&value.chars().count()) && !value.contains(char::is_control);
            check.that(
                named && told,
                "/external_ids",
                "name a system in 1 to 40 letters, digits, - _ and ., and what it calls them in 1 to 200 letters",
            );
        }
        check.done()?;
        let trimmed = |marks: &BTreeSet<String>| marks.iter().map(|mark| mark.trim().to_owned()).collect();
        let shops = (!theirs).then(|| ShopsOwn {
            marks: self.marks.as_ref().map(trimmed).unwrap_or_default(),
            external_ids: self.external_ids.clone().unwrap_or_default(),
        });
        let said = Said {
            name: self.name.clone(),
            emails: self.emails.iter().map(|email| email.address.clone()).collect(),
            phone: self.phone.clone(),
            company: self.company.clone(),
            language: self.language.clone(),
            time_zone: self.time_zone.clone(),
            shops,
        };
        said.check()?;
        Ok(said)
    }
}
