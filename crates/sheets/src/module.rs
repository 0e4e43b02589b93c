//! What the platform's list of modules takes of this crate.

use std::sync::Arc;

use edge::{Module, Publishes, Routes, Running};
use files::Shelf;
use store::relay::Workers;

use crate::public::ImportTold;
use crate::{CONTEXT, Imports, PROBLEMS, Schedule, export, import_api};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    publishes: &[Publishes::of::<ImportTold>()],
    ..Module::new("sheets")
};

pub fn running(shelf: &Shelf) -> Running {
    let routes = Routes::new().merge(export::routes()).merge(import_api::routes());
    let mut workers = Workers { subscribers: vec![Arc::new(Schedule)], ..Workers::default() };
    if let Ok(blobs) = shelf.blobs() {
        workers.jobs.push(Arc::new(Imports(blobs.clone())));
    }
    Running { routes: routes.layer(axum::Extension(shelf.clone())), workers }
}
