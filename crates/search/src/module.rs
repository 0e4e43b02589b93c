//! What the platform's list of modules takes of this crate.

use std::path::PathBuf;

use edge::{Module, ModuleSettings, Running};
use serde::{Deserialize, Serialize};

use crate::api;
use crate::index::Search;
use crate::refusal::PROBLEMS;

pub const MODULE: Module =
    Module { problems: PROBLEMS, settings: ModuleSettings::of::<Settings>(), ..Module::new("search") };

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The folder in which this node keeps what products are found by; a folder named search in the data folder when left
    /// out. It can be removed at any time.
    pub search: Option<PathBuf>,
}

pub fn running(search: Search) -> Running {
    Running { routes: api::routes(search), ..Running::default() }
}
