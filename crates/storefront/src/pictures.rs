//! Pictures of what is sold. A file that no product, category or theme shows is nobody's to see.

use axum::Extension;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use blobs::{BlobId, Reading};
use files::sizes::WIDTHS;
use files::{FileId, Shelf};
use kernel::Problem;
use uuid::Uuid;

use crate::visit::Visit;

/// What is under an id never changes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable, no-transform");
/// What is shown in place of a size that could not be made just now.
const FOR_NOW: HeaderValue = HeaderValue::from_static("public, max-age=300, no-transform");

pub(crate) async fn picture(
    Extension(shelf): Extension<Shelf>,
    Path(file): Path<String>,
    visit: Visit,
) -> Response {
    let shown = read(&shelf, &file, &visit).await;
    visit.show(shown)
}

/// A picture at most so wide.
pub(crate) async fn size(
    Extension(shelf): Extension<Shelf>,
    Path((file, width)): Path<(String, String)>,
    visit: Visit,
) -> Response {
    let shown = sized(&shelf, &file, &width, &visit).await;
    visit.show(shown)
}

async fn sized(shelf: &Shelf, file: &str, width: &str, visit: &Visit) -> Result<Response, Problem> {
    let gone = || Problem::not_found("picture");
    let id: Uuid = file.parse().map_err(|_| gone())?;
    let width = WIDTHS.into_iter().find(|known| known.to_string() == width).ok_or_else(gone)?;
    if !visit.snapshot.shows(id) {
        return Err(gone());
    }
    let tag = HeaderValue::try_from(format!("\"{id}-{width}\"")).map_err(|_| Problem::bug())?;
    if visit.headers.get(IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(CACHE_CONTROL, FOREVER), (ETAG, tag)]).into_response());
    }
    let shown = shelf.picture(visit.shop.tenant.id(), FileId(id), width).await?.ok_or_else(gone)?;
    let mut response = sent(shown.reading).ok_or_else(gone)?;
    if shown.lasting {
        response.headers_mut().insert(CACHE_CONTROL, FOREVER);
        response.headers_mut().insert(ETAG, tag);
    } else {
        response.headers_mut().insert(CACHE_CONTROL, FOR_NOW);
    }
    Ok(response)
}

async fn read(shelf: &Shelf, file: &str, visit: &Visit) -> Result<Response, Problem> {
    let gone = || Problem::not_found("picture");
    let id: Uuid = file.parse().map_err(|_| gone())?;
    if !visit.snapshot.shows(id) {
        return Err(gone());
    }
    let tag = HeaderValue::try_from(format!("\"{id}\"")).map_err(|_| Problem::bug())?;
    if visit.headers.get(IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(CACHE_CONTROL, FOREVER), (ETAG, tag)]).into_response());
    }
    let reading = shelf.blobs()?.get(visit.shop.tenant.id(), BlobId(id), None).await?.ok_or_else(gone)?;
    let mut response = sent(reading).ok_or_else(gone)?;
    response.headers_mut().insert(CACHE_CONTROL, FOREVER);
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}

/// `None` for what is no picture.
fn sent(reading: Reading) -> Option<Response> {
    if !reading.media_type.starts_with("image/") {
        return None;
    }
    let mut response = Response::new(Body::from_stream(reading.stream));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(reading.media_type));
    headers.insert(CONTENT_LENGTH, reading.size.into());
    Some(response)
}
