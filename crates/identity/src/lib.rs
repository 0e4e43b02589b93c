//! Who somebody is: accounts, how they prove themselves, the sessions that follow from it, and the roles of a shop.
//!
//! **Vocabulary.** An *account* belongs to one person and one *audience*: staff, customers, or the platform's operators.
//! A *session* begins when its owner has *proven* who they are; it is a browser's (a cookie) or a program's (a short
//! *access token* and a *refresh token* that is exchanged at each use). A *ticket* is a text that is good for one step:
//! the second half of a sign-in, a new password, an invitation. A *role* is a name for a set of grants; a shop has the
//! standard ones and makes its own. A *provider* is an issuer of OpenID Connect at which an audience signs in, too; a
//! *linked identity* is somebody as an issuer names them, by issuer and subject, and their account here (events and tables
//! say *outsider*). The platform itself is a tenant too, and its staff are the operators.
//!
//! **Invariants.** An account is found by the blind index of its e-mail address and never *is* one. A password is kept as
//! a slow hash, everything else that signs somebody in as something that is of no use to whoever reads it. A code counts
//! once, because the unit of work that takes it compares what was used last. A refresh token that comes back after its
//! successor was used ends the session. Nobody can give away what they do not hold. Whether an e-mail address has an
//! account is not told to whoever asks: not by words, and not by the time that it takes.
//!
//! **Deliberately absent.** Cryptography (`credentials`), and the enforcement of permissions (the edge).

pub mod accounts;
mod api;
mod commands;
mod erasure;
mod ids;
mod letters;
mod module;
mod passkeys;
mod problems;
mod projector;
mod providers;
pub mod public;
mod recent_reads;
mod refusal;
mod roles;
pub mod services;
mod sessions;
mod sign_in;
mod sign_up;
mod words;

pub use accounts::account::Account;
pub use accounts::event::AccountEvent;
pub use accounts::letter::Letter;
pub use accounts::person::Person;
pub use commands::{Commands, obey};
pub use erasure::Erasure;
pub use ids::{AccountId, PasskeyId, ProviderId, ServiceKeyId, SessionId};
pub use letters::outbox::{Addresses, Letters, Outbox, Post};
pub use module::{CONTEXT, MODULE, Settings, running};
pub use refusal::{PROBLEMS, Refusal};
pub use roles::role::Role;
pub use sessions::session::Session;
pub use sign_in::authenticator::AccountAuthenticator;
pub use sign_up::request::RunRequests;
