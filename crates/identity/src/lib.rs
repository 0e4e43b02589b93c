//! Who somebody is: accounts, how they prove themselves, the sessions that follow from it, and the roles of a shop.
//!
//! **Vocabulary.** An *account* belongs to one person and one *audience*: staff, customers, or the platform's operators.
//! A *session* begins when its owner has *proven* who they are; it is a browser's (a cookie) or a program's (a short
//! *access token* and a *refresh token* that is exchanged at each use). A *ticket* is a text that is good for one step:
//! the second half of a sign-in, a new password, an invitation. A *role* is a name for a set of grants; a shop has the
//! standard ones and makes its own. A *provider* is an issuer of OpenID Connect at which an audience signs in, too; an
//! *outsider* is somebody as an issuer names them, by issuer and subject. The platform itself is a tenant too, and its staff are the operators.
//!
//! **Invariants.** An account is found by the blind index of its e-mail address and never *is* one. A password is kept as
//! a slow hash, everything else that signs somebody in as something that is of no use to whoever reads it. A code counts
//! once, because the unit of work that takes it compares what was used last. A refresh token that comes back after its
//! successor was used ends the session. Nobody can give away what they do not hold. Whether an e-mail address has an
//! account is not told to whoever asks: not by words, and not by the time that it takes.
//!
//! **Deliberately absent.** Cryptography (`credentials`), and the enforcement of permissions (the edge).

mod account;
mod app_api;
mod asking;
mod claim;
mod door;
mod invite;
mod letters;
mod me_api;
mod module;
mod outside;
mod outside_api;
mod outsider;
mod passkey_api;
mod people_api;
mod problems;
mod projector;
mod provider;
mod provider_api;
mod proving;
pub mod public;
pub mod queries;
mod refusal;
mod remembered;
mod ring;
mod role;
mod role_api;
mod service;
pub mod service_api;
mod session;
mod sign_in_api;
mod sign_up_api;
mod signed;
mod site;
mod ticket;
mod upkeep;
mod wording;
pub mod works;

kernel::ids! {
    AccountId;
    SessionId;
    PasskeyId;
    ServiceKeyId;
    ProviderId;
}

pub use account::{Account, AccountEvent, Person};
pub use asking::Asks;
pub use door::Entrance;
pub use invite::{Invited, invite};
pub use letters::{Addresses, Letter, Letters, Outbox, Post};
pub use module::{MODULE, Settings, running};
pub use refusal::{PROBLEMS, Refusal};
pub use role::Role;
pub use session::Session;
pub use upkeep::Upkeep;

pub const CONTEXT: store::Context = store::Context {
    name: "identity",
    migrations: store::migrations!["0001_identity", "0002_services", "0003_outside", "0004_service_limits"],
    streams: &[
        store::Stream::of::<Account>(),
        store::Stream::of::<claim::Address>(),
        store::Stream::of::<Session>(),
        store::Stream::of::<Role>(),
        store::Stream::of::<ring::TokenRing>(),
        store::Stream::of::<service::ServiceKey>(),
        store::Stream::of::<provider::Provider>(),
        store::Stream::of::<outsider::Outsider>(),
    ],
    people: store::People {
        by_email: &[("account", "select id, count(*) from accounts where email_index = $1 group by id")],
        forget: projector::forget,
    },
    form: 0,
};
