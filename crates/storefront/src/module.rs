//! What the platform's list of modules takes of this crate.

use axum::Extension;
use axum::routing::{any, get, post};
use edge::grants::Permission;
use edge::{Module, Publishes, Routes, Running};
use files::Shelf;
use orders::Ports;
use payments::Cashier;
use search::Search;

use crate::public::ThemeTold;
use crate::refusal::PROBLEMS;
use crate::theme::Dressed;
use crate::{asset_api, forms, pages, pictures, sitemap, theme};

pub const CONTEXT: store::Context = store::Context {
    name: "storefront",
    migrations: store::migrations!["0001_theme"],
    streams: &[store::Stream::of::<Dressed>()],
    people: store::People::NOBODY,
    form: 0,
};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    permissions: &[Permission::new("theme", &["read", "write"])],
    groups: &[("theme", "How the storefront looks.")],
    publishes: &[Publishes::of::<ThemeTold>()],
    ..Module::new("storefront")
};

pub fn running(shelf: Shelf, search: Search, ports: Ports, cashier: Cashier) -> Running {
    let routes = Routes::new()
        .merge(theme::routes())
        .route("/", get(pages::home::home))
        .route("/c/{category}", get(pages::list::category))
        .route("/search", get(pages::list::search))
        .route("/p/{handle}", get(pages::product::product))
        .route("/cart", get(pages::cart::cart))
        .route("/cart/lines", post(forms::cart::add))
        .route("/cart/lines/{variant}", post(forms::cart::fill))
        .route("/cart/codes", post(forms::cart::enter_code))
        .route("/cart/codes/out", post(forms::cart::take_out_code))
        .route("/drafts/{id}", get(pages::draft::draft).post(forms::cart::take_up))
        .route("/checkout", get(pages::checkout::checkout).post(forms::checkout::describe))
        .route("/checkout/order", post(forms::checkout::order))
        .route("/orders/{cart}", get(pages::order::order))
        .route("/orders/{cart}/pay", post(forms::pay::pay))
        .route("/sandbox/challenges/{id}", get(pages::challenge::challenge).post(pages::challenge::meet))
        .route("/approvals/{cart}", get(pages::approval::approval))
        .route("/approvals/{cart}/approve", post(forms::approvals::approve))
        .route("/approvals/{cart}/decline", post(forms::approvals::decline))
        .route("/approvals/{cart}/recall", post(forms::approvals::recall))
        .route("/account/orders", get(pages::orders::orders))
        .route("/sitemap.xml", get(sitemap::sitemap))
        .route("/sitemap/{part}", get(sitemap::part))
        .route("/robots.txt", get(sitemap::robots))
        .route("/pictures/{file}", get(pictures::picture))
        .route("/pictures/{file}/{width}", get(pictures::size))
        .route("/assets/{name}", get(asset_api::asset))
        .route("/{*path}", any(pages::lost::lost))
        .layer(Extension(shelf))
        .layer(Extension(search))
        .layer(Extension(cashier))
        .layer(Extension(ports));
    Running { routes, ..Running::default() }
}
