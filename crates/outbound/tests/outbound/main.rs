//! Calls to real listeners on loopback, which the policy of each test allows or does not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod addresses;
mod answers;
mod failing;
mod peer;

use std::time::Duration;

use http::Request;
use outbound::{Allowed, Outbound, Policy};

/// Loopback is allowed, nothing is repeated, and no host rests: what a test is about it says itself.
fn policy() -> Policy {
    Policy {
        allow: vec![Allowed::parse("127.0.0.1").unwrap()],
        allow_http: true,
        connect_timeout: Duration::from_secs(2),
        total_timeout: Duration::from_secs(10),
        tries: 1,
        failures: 1_000,
        ..Policy::default()
    }
}

fn outbound(policy: Policy) -> Outbound {
    Outbound::new(policy).unwrap()
}

fn get(url: &str) -> Request<Vec<u8>> {
    request("GET", url)
}

fn request(method: &str, url: &str) -> Request<Vec<u8>> {
    Request::builder().method(method).uri(url).body(Vec::new()).unwrap()
}
