//! What the platform's list of modules takes of this crate.

use axum::routing::get;
use edge::{Module, Routes, Running};

use crate::{account, assets, doors};

pub const MODULE: Module = Module::new("entry");

pub fn running() -> Running {
    let routes = Routes::new()
        .route("/sign-in", get(doors::sign_in))
        .route("/sign-up", get(doors::sign_up))
        .route("/password", get(doors::password))
        .route("/password/forgotten", get(doors::forgotten))
        .route("/account", get(account::account))
        .route("/assets/entry/{name}", get(assets::asset));
    Running { routes, ..Running::default() }
}
