//! What proves who somebody is, and everything that only looks as if it did.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod access_tokens;
mod bad_access_tokens;
mod bad_claims;
mod forge;
mod page;
mod passkeys;
mod passwords;
mod recovery;
mod signing_keys;
mod tokens;
mod totp;

/// A moment in November 2026.
const NOW: credentials::Seconds = 1_795_250_000;
