//! What the platform itself does for every shop, whatever it sells, as a module among the others.

use std::sync::Arc;

use store::relay::Workers;

use super::public::SubjectTold;
use super::{dead_letters, erasure, history, jobs, usage};
use crate::access::grants::{Permission, Share};
use crate::module::{Module, Running};
use crate::published::Publishes;
use crate::routing::Routes;

pub const MODULE: Module = Module {
    context: Some(store::privacy::CONTEXT),
    explains: store::verify::job::PROBLEMS,
    permissions: &[
        Permission::new("dead-letters", &["read", "write"]).formerly("deliveries"),
        Permission::new("history", &["read"]).sensitive(),
        Permission::new("jobs", &["read", "write"]),
        Permission::new("privacy", &["write"]).sensitive(),
        Permission::new("tenants", &["read", "write"]),
        Permission::new("usage", &["read"]),
    ],
    shares: &[
        Share::staff("operator", &["jobs:*", "dead-letters:*"]),
        Share::operator("ops", &["tenants:*", "jobs:*", "dead-letters:*"]),
    ],
    groups: &[("operations", "Jobs, what could not be handled, history, and the erasing of people.")],
    publishes: &[Publishes::of::<SubjectTold>()],
    ..Module::new("platform")
};

pub fn running() -> Running {
    let workers = Workers { jobs: vec![Arc::new(store::verify::job::VerifyJob)], ..Workers::default() };
    Running { routes: routes(), workers }
}

fn routes() -> Routes {
    Routes::new()
        .merge(dead_letters::routes())
        .merge(jobs::routes())
        .merge(history::routes())
        .merge(erasure::routes())
        .merge(usage::routes())
}
