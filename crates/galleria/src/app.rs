//! The parts of the platform, in one list each.

use std::time::Duration;

use edge::{Platform, ProblemDoc, Routes};
use store::{Cell, Context, Failure, Folder, Opening, Server};

use crate::clock;
use crate::config::Config;

pub const CONTEXTS: &[Context] = &[catalog::CONTEXT, orders::CONTEXT];

const PROBLEMS: &[&[ProblemDoc]] = &[catalog::PROBLEMS, orders::PROBLEMS];

pub fn routes() -> Routes {
    Routes::new().merge(catalog::routes()).merge(orders::routes())
}

/// Opens the cell that the configuration names. One that only reads leaves room for the one that serves.
pub async fn open_cell(config: &Config, exclusive: bool) -> Result<Cell, String> {
    let opening = match &config.database_url {
        Some(url) => Opening::Server(Server {
            url: url.clone(),
            connections: config.database_connections,
            prepared: config.database_prepared,
        }),
        None => Opening::Folder(Folder {
            path: config.data.clone(),
            asleep_after: Duration::from_secs(config.asleep_after_seconds),
            awake_at_most: config.awake_at_most.min(tenants_for_files()),
            exclusive,
        }),
    };
    Cell::open(opening, CONTEXTS, clock::now).await.map_err(|failure: Failure| failure.to_string())
}

/// How many tenants may be awake with the open files that the system allows us: a writer and its readers hold up to
/// fifteen each, and connections need some too.
fn tenants_for_files() -> usize {
    let files = rlimit::increase_nofile_limit(1 << 17).unwrap_or(1024);
    usize::try_from(files.saturating_sub(256) / 15).unwrap_or(usize::MAX).max(16)
}

pub fn router(cell: Cell, config: &Config) -> Result<(axum::Router, Platform), String> {
    edge::app(cell, config.edge(), routes(), PROBLEMS)
}
