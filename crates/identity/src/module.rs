//! What the platform's list of modules takes of this crate.

use std::path::PathBuf;
use std::sync::Arc;

use edge::grants::{Permission, Share};
use edge::{Module, ModuleSettings, Publishes, Routes, Running};
use serde::{Deserialize, Serialize};
use store::relay::Workers;

use crate::public::accounts::{AccountTold, SessionTold};
use crate::public::notices::{AccountNotice, OutsiderNotice};
use crate::public::{ProviderTold, RoleTold, ServiceKeyTold};
use crate::{
    Asks, CONTEXT, Entrance, Letters, Outbox, PROBLEMS, Upkeep, app_api, letters, me_api, outside_api,
    passkey_api, people_api, provider_api, role_api, service_api, sign_in_api, sign_up_api,
};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    explains: letters::PROBLEMS,
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
pub fn running(entrance: &Entrance, letters: Option<Letters>) -> Running {
    let routes = Routes::new()
        .merge(sign_in_api::routes())
        .merge(sign_up_api::routes())
        .merge(me_api::routes())
        .merge(app_api::routes())
        .merge(passkey_api::routes())
        .merge(outside_api::routes())
        .merge(provider_api::routes())
        .merge(people_api::routes())
        .merge(role_api::routes())
        .merge(service_api::routes());
    let mut workers = Workers { subscribers: vec![Arc::new(Upkeep)], ..Workers::default() };
    if let Some(letters) = letters {
        workers.subscribers.push(Arc::new(Outbox));
        workers.jobs.push(Arc::new(Asks));
        workers.jobs.push(Arc::new(letters));
    }
    Running { routes: routes.layer(axum::Extension(entrance.clone())), workers }
}
