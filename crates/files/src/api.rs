//! The routes of files.

use std::time::Duration;

use axum::Extension;
use blobs::{Blobs, Granted};
use edge::{Answer, Command, Cursor, Filter, Id, NoBody, Page, Routes, Shop, Upload, answer, routes};
use kernel::{Check, Problem, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Done, Reply};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::file::Store;
use crate::queries::{self, FileView, Listed};
use crate::shelf::{self, Shelf};
use crate::{FileId, Refusal, fetch, use_cases};

pub fn routes(shelf: Shelf) -> Routes {
    Routes::new()
        .routes(routes!(list_files, store_file))
        .routes(routes!(read_file, remove_file))
        .routes(routes!(sign_address))
        // No operation of the document: whoever holds an address needs no key.
        .any("/blobs/{tenant}/{id}", fetch::fetch)
        .giving(shelf)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NewFile {
    /// What it is called: 1 to 200 characters without slashes.
    #[param(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// The id of the person whom it is about. When they are erased, the file is removed.
    about: Option<Uuid>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListFiles {
    /// Only those about this person.
    about: Option<Uuid>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewFileAddress {
    /// How long it is good for: 1 to 604800; 300 when left out.
    #[schema(minimum = 1, maximum = 604_800)]
    seconds: Option<u64>,
}

/// Where a file's bytes can be fetched for a while, by anyone who knows it.
#[derive(Serialize, ToSchema)]
struct FileAddress {
    /// Complete, or relative to the host that was asked.
    address: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Bytes of any kind.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it is read as it comes, and stands here for the document")]
struct Bytes(Vec<u8>);

/// Stores a file: its bytes are the body. What kind of file it is, is found out from them.
#[utoipa::path(post, path = "/api/v1/files", tag = "files", params(NewFile),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The file, as it is."),
    responses((status = 201, description = "Stored; Location says where.", body = FileView)),
    security(("staff" = ["files:write"])))]
async fn store_file(
    Extension(shelf): Extension<Shelf>,
    Filter(asked): Filter<NewFile>,
    mut upload: Upload,
) -> Answer {
    let kept = keep(&shelf, &asked, &mut upload).await;
    let (blobs, kept) = match kept {
        Ok(kept) => kept,
        Err(problem) => {
            upload.drain().await;
            return Err(problem.into());
        }
    };
    let id = FileId(kept.id.uuid());
    let ask = upload.command(&kept.sha256);
    let work = use_cases::store_file(id, asked.store(kept));
    // A task of its own: whoever sent it may be gone by now, and a record must not be parted from its object midway.
    let done = tokio::spawn(shelf::recorded(blobs, ask, id, work)).await.map_err(|_| Problem::bug())?;
    Ok(answer::done(done?))
}

/// Lists files that were not removed, newest first.
#[utoipa::path(get, path = "/api/v1/files", tag = "files", params(ListFiles),
    responses((status = 200, description = "A page of files.", body = Page<FileView>)),
    security(("staff" = ["files:read"])))]
async fn list_files(shop: Shop, Filter(asked): Filter<ListFiles>) -> Answer {
    let limit = Cursor::limit(asked.limit)?;
    let listed = Listed { about: asked.about };
    let below = asked.cursor.map_or(Ok(Uuid::max()), |cursor| Cursor::decode("files", &listed, &cursor))?;
    let files = queries::files(&shop.tenant, &listed, below, limit + 1).await?;
    shop.list(&Page::cut(files, limit, |last| Cursor::encode("files", &listed, &last.id)))
}

/// Reads a file's record.
#[utoipa::path(get, path = "/api/v1/files/{id}", tag = "files", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The record.", body = FileView)),
    security(("staff" = ["files:read"])))]
async fn read_file(shop: Shop, Id(id): Id<FileId>) -> Answer {
    let file = queries::file(&shop.tenant, id).await?;
    shop.one(&file, file.version)
}

/// Removes a file: its record stays and says so, its bytes go.
#[utoipa::path(delete, path = "/api/v1/files/{id}", tag = "files", params(("id" = Uuid, Path)),
    responses((status = 200, description = "It is removed.", body = FileView)),
    security(("staff" = ["files:write"])))]
async fn remove_file(Id(id): Id<FileId>, ask: Command<NoBody>) -> Answer {
    let Done { replayed, .. } = ask.done(use_cases::remove_file(id, ask.if_match)).await?;
    // Read afterwards: the kept reply of a removal is not sealed, so it must not hold what the file is called.
    let file = queries::file(&ask.shop.tenant, id).await?;
    Ok(answer::done(Done { reply: Reply::json(200, &file).version(file.version), replayed }))
}

/// Makes an address by which the file can be fetched for a while without a key.
#[utoipa::path(post, path = "/api/v1/files/{id}/address", tag = "files", params(("id" = Uuid, Path)), request_body = NewFileAddress,
    responses((status = 200, description = "The address.", body = FileAddress)),
    security(("staff" = ["files:read"])))]
async fn sign_address(
    Extension(shelf): Extension<Shelf>,
    Id(id): Id<FileId>,
    ask: Command<NewFileAddress>,
) -> Answer {
    let seconds = ask.body.seconds.unwrap_or(300);
    let (shop, lasts) = (&ask.shop, Duration::from_secs(seconds));
    let file = queries::file(&shop.tenant, id).await?;
    if file.removed_at.is_some() {
        return Err(Problem::from(Refusal::Removed).into());
    }
    let keys = shop.tenant.keys().await?;
    let granted = Granted { tenant: shop.tenant.id(), id: id.into(), file_name: file.name };
    let address = shelf.blobs()?.sign(keys.addresses(), &granted, "GET", shop.now, lasts).await?;
    shop.list_of(&FileAddress { address, expires_at: shop.now.plus(lasts) })
}

/// Lets the body through to the shelf.
async fn keep(
    shelf: &Shelf,
    asked: &NewFile,
    upload: &mut Upload,
) -> Result<(Blobs, blobs::Stored), Problem> {
    let blobs = shelf.blobs()?;
    asked.check()?;
    shelf.limits().check_size(upload.announced.unwrap_or(0))?;
    let kept = blobs.put(upload.shop.tenant.id(), shelf.limits(), upload.bytes()).await?;
    Ok((blobs.clone(), kept))
}

impl NewFile {
    fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        let name = self.name.as_ref().is_none_or(|name| is_name(name));
        check.that(name, "name", "a name has 1 to 200 characters, and no slashes or control characters");
        check.that(self.about != Some(Uuid::nil()), "about", "nobody has this id");
        check.done()
    }

    fn store(self, kept: blobs::Stored) -> Store {
        Store {
            size: i64::try_from(kept.size).unwrap_or(i64::MAX),
            sha256: kept.sha256,
            media_type: kept.media_type,
            name: self.name,
            about: self.about.map(SubjectId),
        }
    }
}

/// What an address can be signed with.
fn is_name(name: &str) -> bool {
    let odd = |c: char| c.is_control() || c == '/' || c == '\\';
    !name.trim().is_empty() && name.chars().count() <= 200 && !name.contains(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_into_an_address() {
        for name in ["a", "Rechnung März.pdf", "..", &"é".repeat(200)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "  ", "a/b", "a\\b", "a\nb", "a\0", &"é".repeat(201)] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
