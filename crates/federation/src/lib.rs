//! Signing in by OpenID Connect at somebody else's, and bearer tokens that a tenant's own issuers made.
//!
//! **Vocabulary.** A *provider* is what a tenant configured: an issuer, who we are to it, and whom of its people we
//! take. An *issuer* is a server that says who somebody is; it has a document that describes it, and keys. An
//! *outsider* is a person or a machine as an issuer names it. A sign-in that began and did not end is *pending*.
//!
//! **Invariants.** An outsider is an issuer and a subject, never an e-mail address. Nothing of a token is believed
//! before its signature held, by a key that the issuer itself shows and an algorithm on our list; what a token's header
//! says of keys (`jku`, `jwk`, `x5u`) is not read. An ID token is not a bearer token, nor the other way round. Groups
//! that an issuer left out are not the same as none. Everything that goes out goes through [`outbound`]. Signatures,
//! tokens and the flow are checked by `openidconnect` and `jsonwebtoken`, not by us.
//!
//! **Deliberately absent.** Sessions, cookies, accounts and their linking, refresh tokens, the UserInfo endpoint,
//! SAML (see the decision on brokers), and the clock: `now` is passed in.

mod bearer;
mod error;
mod facts;
mod federation;
mod issuer;
mod oidc;
mod provider;
mod secret;
mod sign_in;

pub use error::{FederationError, Flaw};
pub use facts::{Groups, Outsider};
pub use federation::Federation;
pub use provider::Provider;
pub use secret::Secret;
pub use sign_in::{Ask, Pending, Prompt};
