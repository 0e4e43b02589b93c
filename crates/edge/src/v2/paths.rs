//! Where the two versions of the API are found, and texts that name their paths and members.

use axum::http::Uri;
use axum::http::uri::PathAndQuery;

pub(crate) const FIRST: &str = "/api/v1/";
pub(crate) const SECOND: &str = "/api/v2/";

/// The same address under the other version; `None` when it is not under `from`.
pub(crate) fn renamed(uri: &Uri, from: &str, to: &str) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(from)?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{to}{rest}")).ok()?);
    Uri::from_parts(parts).ok()
}

/// A text about the first version, as it reads in the second.
pub(crate) fn reworded(text: &str) -> String {
    text.replace("/api/v1/", "/api/v2/").replace("`next_cursor`", "`page.next`")
}
