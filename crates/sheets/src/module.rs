//! What the platform's list of modules takes of this crate.

use std::sync::Arc;

use edge::{Module, Publishes, Routes, Running};
use files::Shelf;
use store::relay::Workers;

use crate::exports::export;
use crate::imports::api;
use crate::public::ImportTold;
use crate::{Import, Imports, PROBLEMS, Schedule};

pub const CONTEXT: store::Context = store::Context {
    name: "sheets",
    migrations: store::migrations!["0001_imports"],
    streams: &[store::Stream::of::<Import>()],
    // A sheet tells of goods, and of nobody.
    people: store::People::NOBODY,
    form: 0,
};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    publishes: &[Publishes::of::<ImportTold>()],
    ..Module::new("sheets")
};

pub fn running(shelf: &Shelf) -> Running {
    let routes = Routes::new().merge(export::routes()).merge(api::routes());
    let mut workers = Workers { subscribers: vec![Arc::new(Schedule)], ..Workers::default() };
    if let Ok(blobs) = shelf.blobs() {
        workers.jobs.push(Arc::new(Imports(blobs.clone())));
    }
    Running { routes: routes.giving(shelf.clone()), workers }
}
