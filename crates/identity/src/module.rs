//! What the platform's list of modules takes of this crate.

use std::path::PathBuf;
use std::sync::Arc;

use edge::grants::{Permission, Share};
use edge::{Module, ModuleSettings, Publishes, Routes, Running};
use serde::{Deserialize, Serialize};
use store::relay::Workers;

use crate::accounts::address;
use crate::letters::outbox;
use crate::providers::{linked_identity, provider};
use crate::public::accounts::{AccountTold, SessionTold};
use crate::public::notices::{AccountNotice, OutsiderNotice};
use crate::public::providers::ProviderTold;
use crate::public::roles::RoleTold;
use crate::public::services::ServiceKeyTold;
use crate::services::service_key;
use crate::sign_in::signing_keys;
use crate::{
    Account, AccountAuthenticator, Erasure, Letters, Outbox, PROBLEMS, Role, RunRequests, Session, api,
    projector,
};

pub const CONTEXT: store::Context = store::Context {
    name: "identity",
    migrations: store::migrations!["0001_identity", "0002_services", "0003_outside", "0004_service_limits"],
    streams: &[
        store::Stream::of::<Account>(),
        store::Stream::of::<address::Address>(),
        store::Stream::of::<Session>(),
        store::Stream::of::<Role>(),
        store::Stream::of::<signing_keys::TokenRing>(),
        store::Stream::of::<service_key::ServiceKey>(),
        store::Stream::of::<provider::Provider>(),
        store::Stream::of::<linked_identity::LinkedIdentity>(),
    ],
    people: store::People {
        by_email: &[("account", "select id, count(*) from accounts where email_index = $1 group by id")],
        also: &[],
        forget: projector::forget,
    },
    form: 0,
};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    explains: outbox::PROBLEMS,
    permissions: &[
        Permission::new("accounts", &["read", "write"]).sensitive(),
        Permission::new("roles", &["read", "write"]).sensitive(),
        Permission::new("providers", &["read", "write"]).sensitive(),
        Permission::new("services", &["read", "write"]).sensitive(),
    ],
    shares: &[Share::operator(
        "auditor",
        &["accounts:read", "roles:read", "providers:read", "services:read"],
    )],
    groups: &[
        ("identity", "Accounts, roles, sessions, keys, and signing in."),
        ("services", "Programs that act for the shop, and their limits."),
    ],
    settings: ModuleSettings::of::<Settings>(),
    publishes: &[
        Publishes::of::<AccountTold>(),
        Publishes::of::<AccountNotice>(),
        Publishes::of::<OutsiderNotice>(),
        Publishes::of::<SessionTold>(),
        Publishes::of::<RoleTold>(),
        Publishes::of::<ProviderTold>(),
        Publishes::of::<ServiceKeyTold>(),
    ],
    ..Module::new("identity")
};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// A file of breached passwords as Have I Been Pwned gives it out, sorted by hash; nobody chooses one of them.
    pub breached_passwords: Option<PathBuf>,
}

/// Without a post nobody waits to send letters.
pub fn running(authenticator: &AccountAuthenticator, letters: Option<Letters>) -> Running {
    let routes = Routes::new()
        .merge(api::sign_in::routes())
        .merge(api::sign_up::routes())
        .merge(api::me::routes())
        .merge(api::authenticator_apps::routes())
        .merge(api::passkeys::routes())
        .merge(api::external_sign_in::routes())
        .merge(api::providers::routes())
        .merge(api::accounts::routes())
        .merge(api::roles::routes())
        .merge(api::services::routes());
    let mut workers = Workers { subscribers: vec![Arc::new(Erasure)], ..Workers::default() };
    if let Some(letters) = letters {
        workers.subscribers.push(Arc::new(Outbox));
        workers.jobs.push(Arc::new(RunRequests));
        workers.jobs.push(Arc::new(letters));
    }
    Running { routes: routes.giving(authenticator.clone()), workers }
}
