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

pub mod answer;
mod app;
pub mod caller;
mod catalogue;
pub mod command;
mod composed;
pub mod cursor;
mod described;
mod document;
mod document2;
mod document_patch;
pub mod door;
mod examples;
mod fitted;
pub mod grants;
mod guests;
mod house;
mod jar;
mod language;
mod module;
mod origins;
mod pages;
mod pass;
mod patch;
mod places;
pub mod problems;
pub mod public;
pub mod published;
mod refusals;
mod routes;
mod serve;
mod settings;
mod shape;
mod shield;
mod source;
mod target;
mod tenancy;
mod tls;
mod told;
mod turnstile;
mod upload;
mod usage;
mod version;
mod visit;
mod wording;

pub use answer::{Answer, Page, Refused};
pub use app::{Platform, app, nothing_there};
pub use caller::{Audience, Caller, Session};
pub use command::{Command, Filter, Id, NoBody, Of};
pub use cursor::Cursor;
pub use door::{Door, SameSite, Shown};
pub use grants::{Grants, Permissions, Role};
pub use guests::Room;
pub use house::{AsOf, MODULE, running};
pub use jar::{Jar, SESSION};
pub use language::{LANGUAGE, language};
pub use module::{Module, ModuleSettings, Running, permissions, public_events};
pub use pages::front_page;
pub use patch::Replaceable;
pub use published::{PublicEvent, Publishes, Topic};
pub use routes::Routes;
pub use serve::{Entrances, listen, serve};
pub use settings::Settings;
pub use shield::Nonce;
pub use source::{Source, TrustedProxies};
pub use tenancy::{Shop, check_open};
pub use tls::{Files, Tls};
pub use turnstile::Limits;
pub use upload::Upload;
pub use version::Farewell;
