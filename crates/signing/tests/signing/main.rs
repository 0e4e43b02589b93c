//! Signed requests, by this crate and by others.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod described;
mod foreign;
mod verify;
mod wire;

use std::time::Duration;

use signing::{Accepts, Claim, Request, Secret, Signed, Signer, SigningError};

pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub const NONCE: &str = "00112233445566778899aabbccddeeff";
pub const NOW: Duration = Duration::from_secs(1_795_000_000);

pub fn secret() -> Secret {
    Secret::new(SECRET).unwrap()
}

pub fn signer(tenant: Option<&str>) -> Signer {
    Signer::new("checkout", secret(), tenant.map(str::to_owned)).unwrap()
}

/// A request as it arrives, to be changed by whoever stands in between.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Arrived {
    pub fn signed() -> Self {
        let (method, target, body) = ("POST", "/orders?dry_run=1&note=a%20b", br#"{"quantity":2}"#);
        let headers = signer(Some("acme")).sign(method, target, body, NOW, NONCE).unwrap();
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { method: method.into(), target: target.into(), headers, body: body.into() }
    }

    pub fn header(&self, name: &str) -> &str {
        &self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).unwrap().1
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers.push((name.into(), value.into()));
    }

    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }

    pub fn verify(&self, secret: &Secret, accepts: Accepts, now: Duration) -> Result<Claim, SigningError> {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let request = Request { method: &self.method, target: &self.target, body: &self.body };
        Signed::read(headers)?.check(secret, accepts, &request, now)
    }

    /// The code of the refusal by a key that takes either form, or `accepted`.
    pub fn outcome(&self, now: Duration) -> &'static str {
        self.verify(&secret(), Accepts::V2AndLegacy, now).map_or_else(|why| why.code(), |_| "accepted")
    }
}
