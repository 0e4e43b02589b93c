//! What the platform's list of modules takes of this crate.

use edge::{Module, Routes, Running};

use crate::{account, assets, sign_in_pages};

pub const MODULE: Module = Module::new("entry");

pub fn running() -> Running {
    let routes = Routes::new()
        .page("/sign-in", sign_in_pages::sign_in)
        .page("/sign-up", sign_in_pages::sign_up)
        .page("/password", sign_in_pages::password)
        .page("/password/forgotten", sign_in_pages::forgotten)
        .page("/account", account::account)
        .page("/assets/entry/{name}", assets::asset);
    Running { routes, ..Running::default() }
}
