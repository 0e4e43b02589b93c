//! What every request passes: which tenant, who is asking, may they, has this been asked before, and how the answer reads.
//!
//! **Vocabulary.** A *shop* is a tenant as one request sees it: its data, the caller, the time. A *command* is a request
//! that changes something: the shop, a body, a version that the caller saw, perhaps an idempotency key. A *refused* is a
//! problem on its way out. The *document* is the OpenAPI description; permissions stand in it and nowhere else.
//!
//! **Invariants.** A handler never checks a permission: one middleware does, by the table read from the document, and an
//! operation that declares none keeps the app from starting. Every answer that is not a success is problem+json with a
//! stable code and a correlation id. Someone else's tenant or record answers like a missing one. The log of a request
//! holds no path, no query, no body and no name.
//!
//! **Deliberately absent.** SQL, and any decision that belongs to a context.

mod access;
pub mod answer;
mod app;
mod commands;
mod document;
mod middleware;
mod module;
mod operations;
mod pages;
mod patch;
mod platform;
pub mod problems;
pub mod published;
mod rate_limit;
mod request;
mod routing;
mod server;
mod tenancy;
mod texts;
mod v2;

#[doc(hidden)]
pub use pastey::paste as __paste;

pub use access::authenticate::{Authenticator, Shown};
pub use access::{Audience, Caller, Grants, Permissions, Role, Session, authenticate, caller, grants};
pub use answer::{Answer, Page, Refused};
pub use app::app;
pub use commands::{Command, NoBody, Upload};
pub use middleware::Nonce;
pub use module::{Module, ModuleSettings, Running, permissions, public_events};
pub use operations::{MODULE, public, running};
pub use pages::front_page;
pub use patch::Replaceable;
pub use platform::{ConnectionLimits, Platform, Settings};
pub use problems::nothing_there;
pub use published::{PublicEvent, Publishes, Topic};
pub use rate_limit::Limits;
pub use request::{
    Cursor, Filter, Id, Ids, Jar, LANGUAGE, SESSION, SameSite, Source, TrustedProxies, check_limits, cookie,
    language,
};
pub use routing::{Operation, Operations, Routes};
pub use server::{Entrances, Files, Tls, listen, serve};
pub use tenancy::{AsOf, Shop, check_open};
pub use v2::Farewell;
