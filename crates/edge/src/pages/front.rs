//! The front page of the platform's own address.

use axum::http::request::Parts;
use axum::response::Response;
use kernel::TenantId;
use maud::html;

use super::layout::page;
use crate::platform::Platform;
use crate::request::cookies::Jar;

/// The front page of the platform's own address: what there is, and who has a shop here where the operator says so.
pub fn front_page(platform: &Platform, parts: &Parts) -> Option<Response> {
    let at = platform.record_at(&parts.uri, &parts.headers);
    let here = parts.uri.path() == "/" && at.is_some_and(|record| record.id == TenantId::CELL);
    here.then(|| front(platform, parts))
}

fn front(platform: &Platform, parts: &Parts) -> Response {
    let listed = platform.settings().list_shops.then(|| platform.cell().registry().tenants());
    let source = platform.settings().proxies.source(&parts.headers, &parts.extensions);
    let jar = Jar::of(&parts.headers, source.https, platform.settings().unencrypted_sessions);
    let shop = shop_origin(platform, parts);
    let base = &platform.settings().base_domain;
    page(
        "Galleria",
        html! {
            p.lead { "One roof for many businesses." }
            @if jar.is_closed() {
                p.warning { "This page came without encryption (http): in a shop here nobody can fill a cart or sign in. " a href="/problems/not_encrypted" { "What to set" } }
            }
            h2 { "Shops" }
            @match listed {
                None => {
                    p { "Each shop answers at its own address, " code { (shop.replace("{shop}", "NAME")) } ". Whoever runs this platform lists them here with " code { "list_shops = true" } "." }
                }
                Some(shops) if shops.is_empty() => {
                    p { "There is no shop yet. Make one:" }
                    pre { code { "galleria tenant create oak --name \"Oak & Linen\" --currency EUR" } }
                }
                Some(shops) => {
                    ul.doors {
                        @for tenant in shops.iter().take(50) {
                            li { a href=(format!("{}/", shop.replace("{shop}", &tenant.slug))) { (tenant.name) } span { (tenant.slug) "." (base) " · " (tenant.currency) } }
                        }
                    }
                    @if shops.len() > 50 { p { "and " (shops.len() - 50) " more." } }
                }
            }
            h2 { "For developers" }
            ul.doors {
                li { a href="/reference" { "Reference" } span { "every operation, with examples" } }
                li { a href="/openapi.json" { "openapi.json" } span { "the same, for programs" } }
                li { a href="/openapi/v2.json" { "openapi/v2.json" } span { "its second version, in which money and pages read differently" } }
                li { a href="/events" { "Events" } span { "what a shop tells of what happened in it" } }
                li { a href="/problems" { "Problems" } span { "what each code means and what to do" } }
            }
            h2 { "For operators" }
            ul.doors {
                li { a href="/sign-in" { "Sign in" } span { "as an operator of the platform" } }
                li { a href="/healthz" { "healthz" } span { "alive" } }
                li { a href="/readyz" { "readyz" } span { "ready to serve" } }
                @if source.is_near() && !platform.settings().metrics_apart {
                    li { a href="/metrics" { "metrics" } span { "for Prometheus" } }
                }
            }
        },
    )
}

/// Where a shop answers, with `{shop}` in the place of its name: by the way that this request came.
pub(crate) fn shop_origin(platform: &Platform, parts: &Parts) -> String {
    let origin = platform.origin_of(parts);
    let (scheme, host) = origin.split_once("://").unwrap_or(("http", ""));
    let port = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let port = port.map_or(String::new(), |(_, port)| format!(":{port}"));
    format!("{scheme}://{{shop}}.{}{port}", platform.settings().base_domain)
}
