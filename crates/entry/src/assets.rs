//! The stylesheet and the script, under names that change with what is in them.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use edge::Refused;
use kernel::Problem;
use sha2::{Digest, Sha256};

pub struct Asset {
    text: &'static str,
    kind: &'static str,
    name: String,
}

pub static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new(include_str!("../web/entry.css"), "css", "text/css; charset=utf-8"));

/// One module of several files: callers stand above callees here, too.
pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let text = concat!(
        include_str!("../web/sign_in.js"),
        include_str!("../web/account.js"),
        include_str!("../web/passkeys.js"),
        include_str!("../web/form.js"),
        include_str!("../web/ask.js"),
        include_str!("../web/start.js"),
    );
    Asset::new(text, "js", "text/javascript; charset=utf-8")
});

impl Asset {
    fn new(text: &'static str, ending: &str, kind: &'static str) -> Self {
        let hash = Sha256::digest(text.as_bytes());
        let short: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { text, kind, name: format!("{short}.{ending}") }
    }

    pub fn address(&self) -> String {
        format!("/assets/entry/{}", self.name)
    }
}

pub(crate) async fn asset(Path(name): Path<String>) -> Result<Response, Refused> {
    let assets = [&*STYLE, &*SCRIPT];
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let asset = assets.into_iter().find(|asset| asset.name.rsplit_once('.').map(|(_, own)| own) == ending);
    let asset = asset.ok_or_else(|| Problem::not_found("file"))?;
    // While nodes are being replaced, the page of one may ask another for a name that it does not know: what it has is
    // better than nothing, and is not to be kept under that name.
    let caching = if asset.name == name { "public, max-age=31536000, immutable" } else { "no-store" };
    Ok(([(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, caching)], asset.text).into_response())
}
