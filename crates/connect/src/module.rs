//! What the platform's list of modules takes of this crate.

use std::sync::Arc;

use edge::grants::Permission;
use edge::{Module, Publishes, Routes, Running};
use store::relay::Workers;

use crate::public::{PartnerTold, SyncTold};
use crate::{CONTEXT, PROBLEMS, Partners, Schedule, Sync, Track, Watch, partner_api, sync_api};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    permissions: &[Permission::new("partners", &["read", "write"])],
    publishes: &[Publishes::of::<PartnerTold>(), Publishes::of::<SyncTold>()],
    ..Module::new("connect")
};

pub fn running(partners: &Partners) -> Running {
    let routes = Routes::new().merge(partner_api::routes()).merge(sync_api::routes());
    Running {
        routes: routes.layer(axum::Extension(partners.clone())),
        workers: Workers {
            subscribers: vec![Arc::new(Schedule), Arc::new(Watch)],
            jobs: vec![Arc::new(Sync(partners.clone())), Arc::new(Track(partners.clone()))],
        },
    }
}
