//! Requests between services, signed with a secret that both sides have.
//!
//! **Vocabulary.** A *key* is an id, sent in the open, and a secret, which never is. The *text* of a request is what is
//! signed of it. A *nonce* is used once. A *claim* is what a good signature proves, and what must be remembered so that
//! it proves it only once.
//!
//! **Invariants.** Second version: method, path with query, tenant, time, nonce and body are all signed, and no two
//! requests have the same text. No text of one version is one of the other. Signatures are compared in constant time;
//! each header counts once, in one form, or the request is refused. Secrets are wiped from memory and print as `***`.
//!
//! **Deliberately absent.** HTTP, the clock (`now` is passed in, as the time since 1970), which keys there are and whose,
//! and the memory of nonces: a [`Claim`] is good only when its key and nonce were not seen before.

mod claim;
mod errors;
mod secret;
mod signer;
mod text;
mod timestamp;

pub use claim::{Accepts, Claim, Form, Request, Signed};
pub use errors::SigningError;
pub use secret::Secret;
pub use signer::{Signer, fresh_nonce};
