//! The `Idempotency-Key` of a request, and what was asked under it.

use axum::body::Bytes;
use axum::http::Method;
use axum::http::request::Parts;
use kernel::Problem;
use sha2::{Digest, Sha256};
use store::Once;

use crate::problems::IDEMPOTENCY_KEY_UNREADABLE;
use crate::tenancy::Shop;

/// Put among the extensions of the `PUT` that a patch becomes: the body of the patch,
/// because whether it was asked before depends on the patch and not on the `PUT`.
#[derive(Debug, Clone)]
pub(crate) struct Patched(pub(crate) Bytes);

pub(crate) fn once(parts: &Parts, shop: &Shop, body: &[u8]) -> Result<Option<Once>, Problem> {
    let key = once_key(parts, shop)?;
    let asked = parts.extensions.get::<Patched>().map_or(body, |patched| &patched.0);
    let fingerprint = || fingerprint(parts.uri.query().unwrap_or_default(), asked);
    Ok(key.map(|key| Once { key, fingerprint: fingerprint() }))
}

/// What a request's `Idempotency-Key` is kept under: the caller's own, and for this route only.
pub(crate) fn once_key(parts: &Parts, shop: &Shop) -> Result<Option<String>, Problem> {
    let Some(key) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > 255 || !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        let detail = "Write the Idempotency-Key as 1 to 255 letters, digits or signs, such as a UUID.";
        return Err(IDEMPOTENCY_KEY_UNREADABLE.says(detail));
    }
    let Parts { method, uri, .. } = parts;
    let method = parts.extensions.get::<Patched>().map_or(method, |_| &Method::PATCH);
    Ok(Some(format!("{} {method} {} {key}", shop.caller.actor, uri.path())))
}

/// What was asked, in short. `body` is the body, or what stands for one that is too long to be held.
pub(crate) fn fingerprint(query: &str, body: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(query).chain_update([0]).chain_update(body).finalize().to_vec()
}
