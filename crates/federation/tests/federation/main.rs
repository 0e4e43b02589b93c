//! Signing in at a real issuer (oidc-provider), and at one of ours that forges tokens.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod configured;
mod forged_bearers;
mod forged_sign_ins;
mod forger;
mod keys;
mod signing_in;
mod who_is_taken;

use std::time::{Duration, SystemTime};

use federation::{Federation, Provider, Secret};
use outbound::{Allowed, Outbound, Policy};
use url::Url;

const BACK: &str = "https://shop.example/back";
const TENANT: &str = "8f6e1c2a-0b1d-4c3e-9f5a-7b8c9d0e1f2a";

fn outbound() -> Outbound {
    let allow = vec![Allowed::parse("127.0.0.1").unwrap()];
    Outbound::new(Policy { allow, allow_http: true, tries: 1, failures: 1_000, ..Policy::default() }).unwrap()
}

fn federation() -> Federation {
    Federation::new(outbound())
}

fn provider(issuer: &str) -> Provider {
    Provider::new("Test", issuer, "galleria", Some(Secret::new("hush")))
}

fn back() -> Url {
    Url::parse(BACK).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the real issuer has a real clock")]
fn now() -> SystemTime {
    SystemTime::now()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
