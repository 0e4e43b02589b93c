//! What the platform's list of modules takes of this crate.

use std::net::SocketAddr;
use std::sync::Arc;

use edge::grants::Permission;
use edge::{Module, ModuleSettings, Publishes, Running};
use serde::{Deserialize, Serialize};
use store::relay::Workers;

use crate::public::DomainTold;
use crate::{Domain, Hosts, PROBLEMS, Prover, Recheck, api};

pub const CONTEXT: store::Context = store::Context {
    name: "domains",
    migrations: store::migrations!["0001_domains"],
    streams: &[store::Stream::of::<Domain>()],
    // A domain is a business's and nobody's personal data.
    people: store::People::NOBODY,
    form: 0,
};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    permissions: &[Permission::new("domains", &["read", "write"])],
    groups: &[("domains", "The names under which the shop answers.")],
    settings: ModuleSettings::of::<Settings>(),
    publishes: &[Publishes::of::<DomainTold>()],
    ..Module::new("domains")
};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The name server that is asked about the domains of shops, as an address and a port; the machine's own when left out.
    pub dns: Option<SocketAddr>,
}

pub fn running(prover: &Prover) -> Running {
    Running {
        routes: api::routes(prover.clone()),
        workers: Workers {
            subscribers: vec![Arc::new(Hosts)],
            jobs: vec![Arc::new(Recheck(prover.clone()))],
            ..Workers::default()
        },
    }
}
