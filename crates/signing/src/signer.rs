//! The side that asks.

use std::time::Duration;

use rand::Rng as _;

use crate::text::{Parts, check_method, check_target, hex, is_id, is_nonce};
use crate::{Secret, SigningError};

/// Signs requests with one key, in the second version.
#[derive(Debug, Clone)]
pub struct Signer {
    key_id: String,
    secret: Secret,
    tenant: Option<String>,
}

impl Signer {
    pub fn new(
        key_id: impl Into<String>,
        secret: Secret,
        tenant: Option<String>,
    ) -> Result<Self, SigningError> {
        let key_id = key_id.into();
        if !is_id(&key_id) {
            return Err(SigningError::HeaderMalformed { name: "x-api-key" });
        }
        if tenant.as_deref().is_some_and(|tenant| !is_id(tenant)) {
            return Err(SigningError::HeaderMalformed { name: "x-tenant-id" });
        }
        Ok(Self { key_id, secret, tenant })
    }

    /// The headers to send with a request. `url` is a path with its query, or a whole URL, exactly as the client will put
    /// it on the wire; `now` is the time since 1970; `nonce` is new for every request: see [`fresh_nonce`].
    pub fn sign(
        &self,
        method: &str,
        url: &str,
        body: &[u8],
        now: Duration,
        nonce: &str,
    ) -> Result<Vec<(&'static str, String)>, SigningError> {
        let target = target_of(url);
        check_method(method)?;
        check_target(&target)?;
        if !is_nonce(nonce) {
            return Err(SigningError::HeaderMalformed { name: "x-nonce" });
        }
        let (timestamp, tenant) = (now.as_millis().to_string(), self.tenant.as_deref().unwrap_or_default());
        let parts = Parts { method, target: &target, tenant, timestamp: &timestamp, nonce, body };
        let signature = hex(&self.secret.sign(&[parts.text().as_bytes()]));
        let mut headers = vec![
            ("x-api-key", self.key_id.clone()),
            ("x-nonce", nonce.to_owned()),
            ("x-signature", format!("v2={signature}")),
        ];
        headers.extend(self.tenant.clone().map(|tenant| ("x-tenant-id", tenant)));
        headers.push(("x-timestamp", timestamp));
        Ok(headers)
    }
}

/// 32 characters that nobody used before.
pub fn fresh_nonce() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    hex(&bytes)
}

/// What stands in the first line of the request: never the host, and never what follows a `#`.
fn target_of(url: &str) -> String {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return url.to_owned();
    };
    let target = rest.find(['/', '?']).map_or("", |start| &rest[start..]);
    if target.starts_with('/') { target.to_owned() } else { format!("/{target}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_cut_to_what_stands_on_the_wire() {
        for (url, target) in [
            ("/orders?b=2&a=1", "/orders?b=2&a=1"),
            ("https://shop.example/orders%2F1?b=2#part", "/orders%2F1?b=2"),
            ("http://shop.example:8080", "/"),
            ("https://shop.example?a=1", "/?a=1"),
            ("https://shop.example/?", "/?"),
            ("https://user@shop.example//a/../b?c=/d", "//a/../b?c=/d"),
            ("/a?to=https://shop.example/b", "/a?to=https://shop.example/b"),
        ] {
            assert_eq!(target_of(url), target, "{url}");
        }
    }

    #[test]
    fn no_two_nonces_are_the_same_and_all_are_taken() {
        let nonces: std::collections::HashSet<String> = (0..1_000).map(|_| fresh_nonce()).collect();
        assert_eq!(nonces.len(), 1_000);
        assert!(nonces.iter().all(|nonce| is_nonce(nonce)));
    }
}
