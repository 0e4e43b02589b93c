//! The routes of a customer's address book, and of what the shop writes down of them.

use axum::Extension;
use edge::{Answer, Command, Cursor, Filter, Id, Ids, NoBody, Page, Routes, Shop, routes};
use kernel::{Check, Problem};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::api::{Ports, mending};
use super::book::BookAddress;
use super::queries;
use super::use_cases::{self, Kept};
use super::views::{CustomerView, NoteView};
use crate::{BookEntryId, CustomerId, NoteId};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(add_address))
        .routes(routes!(change_address, remove_address))
        .routes(routes!(list_notes, write_note))
        .routes(routes!(remove_note))
}

/// An address of a book.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBookAddress {
    address: BookAddress,
    /// Whether it is the one for deliveries when nobody says which; the first address of a book is.
    #[serde(default)]
    default_delivery: bool,
    #[serde(default)]
    default_billing: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNote {
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageOfNotes {
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Puts an address into a customer's book.
#[utoipa::path(post, path = "/api/v1/customers/{id}/addresses", tag = "customers", params(("id" = Uuid, Path)), request_body = NewBookAddress,
    responses((status = 201, description = "It is there; Location says where.", body = CustomerView)),
    security(("staff" = ["customers:write"]), ("customer" = ["customers:write"])))]
async fn add_address(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CustomerId>,
    ask: Command<NewBookAddress>,
) -> Answer {
    let kept = ask.body.kept(BookEntryId::new())?;
    let of = mending(&ports, &ask, id).await?;
    ask.run(use_cases::add_address(of, kept)).await
}

/// Replaces an address of a customer's book.
#[utoipa::path(put, path = "/api/v1/customers/{id}/addresses/{address_id}", tag = "customers",
    params(("id" = Uuid, Path), ("address_id" = Uuid, Path)), request_body = NewBookAddress,
    responses((status = 200, description = "Changed.", body = CustomerView)),
    security(("staff" = ["customers:write"]), ("customer" = ["customers:write"])))]
async fn change_address(
    Extension(ports): Extension<Ports>,
    Ids(id, entry): Ids<CustomerId, BookEntryId>,
    ask: Command<NewBookAddress>,
) -> Answer {
    let kept = ask.body.kept(entry)?;
    let of = mending(&ports, &ask, id).await?;
    ask.run(use_cases::change_address(of, kept)).await
}

/// Removes an address from a customer's book.
#[utoipa::path(delete, path = "/api/v1/customers/{id}/addresses/{address_id}", tag = "customers",
    params(("id" = Uuid, Path), ("address_id" = Uuid, Path)),
    responses((status = 204, description = "It is not there.")),
    security(("staff" = ["customers:write"]), ("customer" = ["customers:write"])))]
async fn remove_address(
    Extension(ports): Extension<Ports>,
    Ids(id, entry): Ids<CustomerId, BookEntryId>,
    ask: Command<NoBody>,
) -> Answer {
    let of = mending(&ports, &ask, id).await?;
    ask.run(use_cases::remove_address(of, entry)).await
}

/// Lists what the shop wrote down of a customer, newest first. They never see it.
#[utoipa::path(get, path = "/api/v1/customers/{id}/notes", tag = "customers", params(("id" = Uuid, Path), PageOfNotes),
    responses((status = 200, description = "A page of notes.", body = Page<NoteView>)),
    security(("staff" = ["customers:read"])))]
async fn list_notes(shop: Shop, Id(id): Id<CustomerId>, Filter(asked): Filter<PageOfNotes>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let below = asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("notes", &id, &cursor))?;
    let notes = queries::notes(&shop.tenant, id, below, limit + 1).await?;
    shop.list(&Page::cut(notes, limit, |last| Cursor::encode("notes", &id, &last.id.uuid())))
}

/// Writes something down of a customer, for staff alone.
#[utoipa::path(post, path = "/api/v1/customers/{id}/notes", tag = "customers", params(("id" = Uuid, Path)), request_body = NewNote,
    responses((status = 201, description = "Written down.", body = NoteView)),
    security(("staff" = ["customers:write"])))]
async fn write_note(
    Extension(ports): Extension<Ports>,
    Id(id): Id<CustomerId>,
    ask: Command<NewNote>,
) -> Answer {
    let mut check = Check::default();
    check.that(!ask.body.text.trim().is_empty(), "/text", "write something");
    check.done()?;
    let of = mending(&ports, &ask, id).await?;
    ask.run(use_cases::write_note(of, NoteId::new(), ask.body.text.trim().to_owned())).await
}

/// Removes a note. The shop's history keeps that there was one.
#[utoipa::path(delete, path = "/api/v1/customers/{id}/notes/{note_id}", tag = "customers",
    params(("id" = Uuid, Path), ("note_id" = Uuid, Path)),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["customers:write"])))]
async fn remove_note(
    Extension(ports): Extension<Ports>,
    Ids(id, note): Ids<CustomerId, NoteId>,
    ask: Command<NoBody>,
) -> Answer {
    let of = mending(&ports, &ask, id).await?;
    ask.run(use_cases::remove_note(of, note)).await
}

impl NewBookAddress {
    fn kept(&self, entry: BookEntryId) -> Result<Kept, Problem> {
        let Self { address, default_delivery, default_billing } = self;
        let mut check = Check::default();
        places::check_address(&mut check, "/address", &address.country, &address.postal_code);
        check.done()?;
        let (delivery, billing) = (*default_delivery, *default_billing);
        Ok(Kept { entry, address: address.clone(), delivery, billing })
    }
}
