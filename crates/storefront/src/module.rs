//! What the platform's list of modules takes of this crate.

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
        .page("/", pages::home::home)
        .page("/c/{category}", pages::list::category)
        .page("/search", pages::list::search)
        .page("/p/{handle}", pages::product::product)
        .page("/cart", pages::cart::cart)
        .form("/cart/lines", forms::cart::add)
        .form("/cart/lines/{variant}", forms::cart::fill)
        .form("/cart/codes", forms::cart::enter_code)
        .form("/cart/codes/out", forms::cart::take_out_code)
        .page("/drafts/{id}", pages::draft::draft)
        .form("/drafts/{id}", forms::cart::take_up)
        .page("/checkout", pages::checkout::checkout)
        .form("/checkout", forms::checkout::describe)
        .form("/checkout/order", forms::checkout::order)
        .page("/orders/{cart}", pages::order::order)
        .form("/orders/{cart}/pay", forms::pay::pay)
        .page("/sandbox/challenges/{id}", pages::challenge::challenge)
        .form("/sandbox/challenges/{id}", pages::challenge::meet)
        .page("/approvals/{cart}", pages::approval::approval)
        .form("/approvals/{cart}/approve", forms::approvals::approve)
        .form("/approvals/{cart}/decline", forms::approvals::decline)
        .form("/approvals/{cart}/recall", forms::approvals::recall)
        .page("/account/orders", pages::orders::orders)
        .page("/sitemap.xml", sitemap::sitemap)
        .page("/sitemap/{part}", sitemap::part)
        .page("/robots.txt", sitemap::robots)
        .page("/pictures/{file}", pictures::picture)
        .page("/pictures/{file}/{width}", pictures::size)
        .page("/assets/{name}", asset_api::asset)
        .any("/{*path}", pages::lost::lost)
        .giving(shelf)
        .giving(search)
        .giving(cashier)
        .giving(ports);
    Running { routes, ..Running::default() }
}
