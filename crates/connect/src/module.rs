//! What the platform's list of modules takes of this crate.

use std::sync::Arc;

use edge::grants::Permission;
use edge::{Module, Publishes, Routes, Running};
use store::relay::Workers;

use crate::public::{PartnerTold, SyncTold};
use crate::{Intake, PROBLEMS, Partner, Partners, Schedule, Sync, Track, Watch, api};

pub const CONTEXT: store::Context = store::Context {
    name: "connect",
    migrations: store::migrations!["0001_connect"],
    streams: &[store::Stream::of::<Partner>(), store::Stream::of::<Intake>()],
    // What businesses tell each other of their goods is nobody's personal data.
    people: store::People::NOBODY,
    form: 0,
};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    permissions: &[Permission::new("partners", &["read", "write"])],
    groups: &[("partners", "Systems of others that the shop works with: an ERP, carriers, tax engines.")],
    publishes: &[Publishes::of::<PartnerTold>(), Publishes::of::<SyncTold>()],
    ..Module::new("connect")
};

pub fn running(partners: &Partners) -> Running {
    let routes = Routes::new().merge(api::partners::routes()).merge(api::syncs::routes());
    Running {
        routes: routes.giving(partners.clone()),
        workers: Workers {
            subscribers: vec![Arc::new(Schedule), Arc::new(Watch)],
            jobs: vec![Arc::new(Sync(partners.clone())), Arc::new(Track(partners.clone()))],
            ..Workers::default()
        },
    }
}
