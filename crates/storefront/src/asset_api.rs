//! Fetching the style sheets and the script.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::Problem;

use crate::assets::{SCRIPT, SCRIPT_NAME, STYLE, STYLE_NAME};
use crate::visit::Visit;

const FOREVER: &str = "public, max-age=31536000, immutable";

pub(crate) async fn asset(Path(name): Path<String>, visit: Visit) -> Response {
    let sheet = &visit.snapshot.sheet;
    let (own, kind, text) = match name.split_once('-').map(|(sort, _)| sort) {
        Some("theme") => (&sheet.name, "text/css; charset=utf-8", sheet.text.clone()),
        Some("shop") if name.ends_with(".css") => (&*STYLE_NAME, "text/css; charset=utf-8", STYLE.clone()),
        Some("shop") => (&*SCRIPT_NAME, "text/javascript; charset=utf-8", SCRIPT.to_owned()),
        _ => return visit.show(Err(Problem::not_found("file"))),
    };
    // While nodes are being replaced, the page of one may ask another for a name that it does not know: what it has is
    // better than nothing, and is not to be kept under that name.
    let caching = if *own == name { FOREVER } else { "no-store" };
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, caching)], text).into_response()
}
