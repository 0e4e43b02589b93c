//! Our own pages: what is here, is it alive, and how to use it. Plain HTML, at once, without a script.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::{Problem, TenantId};
use maud::{DOCTYPE, Markup, html};
use serde_json::{Value, json};

use crate::answer::{Answer, json_text};
use crate::app::{Platform, nothing_there};
use crate::jar::Jar;
use crate::problems::DRAINING;
use crate::source::Source;
use crate::tenancy;
use crate::told::Reader;

const CSS: &str = include_str!("galleria.css");
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Alive: the process answers.
pub(crate) async fn healthz() -> Response {
    json_text(200, json!({ "status": "alive" }).to_string().into_bytes())
}

/// Ready: the storage answers too, and nobody has told us to stop.
pub(crate) async fn readyz(State(platform): State<Platform>) -> Answer {
    if platform.is_draining() {
        return Err(DRAINING.says("This node is stopping. Ask another.").after(1).into());
    }
    platform.cell().ready().await?;
    Ok(json_text(200, json!({ "status": "ready" }).to_string().into_bytes()))
}

/// For Prometheus, which knows a machine by its address and comes from nearby. What the whole platform does is no
/// business of a shop's visitors, nor of anybody far away.
pub(crate) async fn metrics(State(platform): State<Platform>, source: Source, parts: Parts) -> Answer {
    let at = tenancy::at(&platform, &parts.uri, &parts.headers);
    let here = at.is_some_and(|record| record.id == TenantId::CELL) && source.is_near();
    if !here || platform.settings().metrics_apart {
        return Err(nothing_there().into());
    }
    Ok(rendered(&platform))
}

/// All that answers where only Prometheus asks.
pub(crate) fn for_prometheus(platform: Platform) -> Router {
    let metrics = get(async |State(platform): State<Platform>| rendered(&platform));
    Router::new().route("/metrics", metrics).with_state(platform)
}

fn rendered(platform: &Platform) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], platform.render_metrics()).into_response()
}

pub(crate) async fn openapi(State(platform): State<Platform>) -> Response {
    json_text(200, platform.document().to_string().into_bytes())
}

pub(crate) async fn openapi2(State(platform): State<Platform>) -> Response {
    json_text(200, platform.document2().to_string().into_bytes())
}

pub(crate) async fn css() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=300")], CSS).into_response()
}

/// The front door of the house, where it stands: what there is, and who has a shop here where the operator says so.
pub fn front_page(platform: &Platform, parts: &Parts) -> Option<Response> {
    let at = tenancy::at(platform, &parts.uri, &parts.headers);
    let here = parts.uri.path() == "/" && at.is_some_and(|record| record.id == TenantId::CELL);
    here.then(|| front(platform, parts))
}

fn front(platform: &Platform, parts: &Parts) -> Response {
    let listed = platform.settings().list_shops.then(|| platform.cell().registry().tenants());
    let source = platform.settings().proxies.source(&parts.headers, &parts.extensions);
    let jar = Jar::of(platform, &parts.headers, source.https);
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
                    p { "Each shop answers at its own address, " code { (shop.replace("{shop}", "NAME")) } ". Whoever runs this house lists them here with " code { "list_shops = true" } "." }
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
fn shop_origin(platform: &Platform, parts: &Parts) -> String {
    let origin = platform.origin_of(parts);
    let (scheme, host) = origin.split_once("://").unwrap_or(("http", ""));
    let port = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let port = port.map_or(String::new(), |(_, port)| format!(":{port}"));
    format!("{scheme}://{{shop}}.{}{port}", platform.settings().base_domain)
}

pub(crate) async fn problems(State(platform): State<Platform>) -> Answer {
    Ok(page(
        "Problems",
        html! {
            p.lead { "Whatever is refused is answered with a code. These are all of them." }
            table {
                thead { tr { th { "Code" } th { "Status" } th { "What to do" } } }
                tbody {
                    @for problem in platform.problems() {
                        tr { td { a href=(format!("/problems/{}", problem.code)) { code { (problem.code) } } } td { (problem.status()) } td { (problem.what_to_do) } }
                    }
                }
            }
        },
    ))
}

pub(crate) async fn problem(State(platform): State<Platform>, Path(code): Path<String>) -> Answer {
    let found = platform
        .problems()
        .iter()
        .find(|problem| problem.code == code)
        .ok_or_else(|| Problem::not_found("problem"))?;
    Ok(page(
        found.title,
        html! {
            p { code { (found.code) } " · HTTP " (found.status()) }
            p.lead { (found.what_to_do) }
            p { a href="/problems" { "All problems" } }
        },
    ))
}

/// An operation: method, path, and what the document says of it.
type Described<'a> = (&'a str, &'a str, &'a Value);

/// Every operation of the document, readable.
pub(crate) async fn reference(State(platform): State<Platform>, parts: Parts) -> Answer {
    let at = tenancy::at(&platform, &parts.uri, &parts.headers);
    let here = match at.filter(|record| record.id != TenantId::CELL) {
        Some(_) => platform.origin_of(&parts),
        None => shop_origin(&platform, &parts).replace("{shop}", "$SHOP"),
    };
    let document = platform.document();
    let mut groups: Vec<(String, Vec<Described<'_>>)> = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let tag = operation["tags"][0].as_str().unwrap_or("other").to_owned();
            match groups.iter_mut().find(|(name, _)| *name == tag) {
                Some((_, operations)) => operations.push((method, path, operation)),
                None => groups.push((tag, vec![(method, path, operation)])),
            }
        }
    }
    Ok(page(
        "Reference",
        html! {
            p.lead { "Send a key of the shop as " code { "Authorization: Bearer gal_…" } ". A refusal is problem+json; " a href="/problems" { "each code has its page" } ". The same as " a href="/openapi.json" { "OpenAPI 3.1" } "." }
            nav aria-label="Operations" {
                @for (tag, operations) in &groups {
                    h3 { (tag) }
                    ul { @for (method, path, operation) in operations {
                        li { a href=(format!("#{}", anchor(operation))) { (verb(method)) " " (path) } }
                    } }
                }
            }
            @for (tag, operations) in &groups {
                h2 { (tag) }
                @for (method, path, operation) in operations { (described(document, &here, (method, path, operation))) }
            }
        },
    ))
}

fn described(document: &Value, here: &str, (method, path, operation): Described<'_>) -> Markup {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    html! {
        section.operation id=(anchor(operation)) {
            h3 { (verb(method)) " " code { (path) } }
            p { (text(&operation["summary"])) }
            @if let Some(more) = operation["description"].as_str() { p { (more) } }
            @let public = operation["security"].as_array().is_some_and(|ways| ways.iter().any(|way| way == &json!({})));
            @if public { p.permission { "For everybody" } }
            @for (audience, permission) in operation["x-permission"].as_object().into_iter().flatten() {
                p.permission { @if public { "Shows or does more for " } @else { "For " } (audience) @if permission != "" { ", with the permission " code { (text(permission)) } } }
            }
            @let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
            @if !parameters.is_empty() {
                h4 { "Parameters" }
                dl { @for parameter in parameters {
                    dt { code { (text(&parameter["name"])) } " " span.kind { (text(&parameter["in"])) @if parameter["required"] == true { ", required" } } }
                    dd { (text(&parameter["description"])) }
                } }
            }
            @if body.is_object() { h4 { "Body" } (fields(document, body, 0)) }
            h4 { "Answers" }
            dl { @for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                dt { code { (status) } } dd { (text(&answer(document, response)["description"])) }
            } }
            h4 { "Try it" }
            pre tabindex="0" { code { (example(here, method, path, body)) } }
        }
    }
}

fn answer<'a>(document: &'a Value, response: &'a Value) -> &'a Value {
    let named = response["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/responses/"));
    named.map_or(response, |name| &document["components"]["responses"][name])
}

/// The members of a schema, and of the schemas in it, as far as a person wants to read at once.
fn fields(document: &Value, schema: &Value, depth: u8) -> Markup {
    let schema = resolved(document, schema);
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    html! {
        ul.fields { @for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            @let inner = resolved(document, if field["items"].is_object() { &field["items"] } else { field });
            li {
                code { (name) } " "
                span.kind { (kind(field, inner)) @if required.contains(&name.as_str()) { ", required" } }
                @if let Some(what) = field["description"].as_str() { " " (what) }
                @if depth < 3 && inner["properties"].is_object() { (fields(document, inner, depth + 1)) }
            }
        } }
    }
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let one = schema["oneOf"]
        .as_array()
        .and_then(|many| many.iter().find(|one| one["$ref"].is_string()))
        .unwrap_or(schema);
    match one["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/")) {
        Some(name) => &document["components"]["schemas"][name],
        None => one,
    }
}

fn kind(field: &Value, inner: &Value) -> String {
    let list = if field["items"].is_object() { "list of " } else { "" };
    let kind = match &inner["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("any").to_owned()
        }
        _ => "any".to_owned(),
    };
    format!("{list}{kind}")
}

fn example(here: &str, method: &str, path: &str, body: &Value) -> String {
    let mut text = format!("curl -X {} {here}{path} \\\n  -H \"Authorization: Bearer $KEY\"", verb(method));
    if method != "get" {
        text.push_str(" \\\n  -H \"Idempotency-Key: $(uuidgen)\"");
    }
    if body.is_object() {
        text.push_str(" \\\n  -H \"Content-Type: application/json\" -d @body.json");
    }
    text
}

fn verb(method: &str) -> String {
    method.to_ascii_uppercase()
}

fn anchor(operation: &Value) -> &str {
    operation["operationId"].as_str().unwrap_or("operation")
}

/// A refusal, for a person who reads it.
pub(crate) fn refusal(problem: &Problem, reader: &Reader) -> Response {
    let words = reader.words;
    let (title, sentence) = words.of(problem);
    let content = html! {
        p.lead { (sentence) }
        @if let Some(again) = words.again(problem) { p { (again) } }
        @if let Some(more) = words.more { p { a href=(format!("/problems/{}", problem.code)) { (more) } } }
        p { a href="/" { (words.front) } }
    };
    page_for(reader, title, content)
}

/// What a refusal says to machines in its head, around the page.
pub(crate) fn instead(refused: Response, page: Response) -> Response {
    let (mut head, _) = refused.into_parts();
    let (page, body) = page.into_parts();
    head.headers.extend(page.headers);
    head.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Response::from_parts(head, body)
}

pub(crate) fn page(title: &str, content: Markup) -> Response {
    page_for(&Reader::of_the_house(), title, content)
}

fn page_for(reader: &Reader, title: &str, content: Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang=(reader.words.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/assets/galleria.css";
                link rel="icon" href="data:,";
            }
            body {
                a.skip href="#main" { (reader.words.skip) }
                header { a href="/" { (reader.place) } }
                main #main { h1 { (title) } (content) }
            }
        }
    };
    let mut response = (StatusCode::OK, markup.into_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
