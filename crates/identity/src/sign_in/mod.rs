//! Signing in: proofs, tokens, and who a request comes from.

pub mod authenticator;
pub mod password_check;
pub mod signing_keys;
pub mod use_cases;
