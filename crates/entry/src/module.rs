//! What the platform's list of modules takes of this crate.

use axum::routing::get;
use edge::{Module, Routes, Running};

use crate::{account, assets, sign_in_pages};

pub const MODULE: Module = Module::new("entry");

pub fn running() -> Running {
    let routes = Routes::new()
        .route("/sign-in", get(sign_in_pages::sign_in))
        .route("/sign-up", get(sign_in_pages::sign_up))
        .route("/password", get(sign_in_pages::password))
        .route("/password/forgotten", get(sign_in_pages::forgotten))
        .route("/account", get(account::account))
        .route("/assets/entry/{name}", get(assets::asset));
    Running { routes, ..Running::default() }
}
