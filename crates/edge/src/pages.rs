//! Our own pages: what is here, is it alive, and how to use it. Plain HTML, at once, without a script.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::Problem;
use maud::{DOCTYPE, Markup, html};
use serde_json::{Value, json};

use crate::answer::{Answer, json_text};
use crate::app::Platform;

const CSS: &str = include_str!("galleria.css");
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Alive: the process answers.
pub(crate) async fn healthz() -> Response {
    json_text(200, json!({ "status": "alive" }).to_string().into_bytes())
}

/// Ready: the storage answers too, and nobody has told us to stop.
pub(crate) async fn readyz(State(platform): State<Platform>) -> Answer {
    if platform.is_draining() {
        return Err(Problem::unavailable("draining", "This node is stopping. Ask another.", 1).into());
    }
    platform.cell().ready().await?;
    Ok(json_text(200, json!({ "status": "ready" }).to_string().into_bytes()))
}

pub(crate) async fn metrics(State(platform): State<Platform>) -> Response {
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

/// The front door of the house: who has a shop here, and what else there is.
pub fn front_page(platform: &Platform, headers: &HeaderMap) -> Response {
    let registry = platform.cell().registry();
    let port = headers
        .get("host")
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.rsplit_once(':'))
        .map_or(String::new(), |(_, port)| format!(":{port}"));
    let base = &platform.settings().base_domain;
    let tenants = registry.tenants();
    page(
        "Galleria",
        html! {
            p.lead { "One roof for many businesses." }
            h2 { "Shops" }
            @if tenants.is_empty() {
                p { "There is no shop yet. Make one:" }
                pre { code { "galleria tenant create oak --name \"Oak & Linen\" --currency EUR" } }
            } @else {
                ul.doors {
                    @for tenant in tenants.iter().take(50) {
                        li { a href=(format!("http://{}.{base}{port}/", tenant.slug)) { (tenant.name) } span { (tenant.slug) "." (base) " · " (tenant.currency) } }
                    }
                }
                @if tenants.len() > 50 { p { "and " (tenants.len() - 50) " more." } }
            }
            h2 { "For developers" }
            ul.doors {
                li { a href="/reference" { "Reference" } span { "every operation, with examples" } }
                li { a href="/openapi.json" { "openapi.json" } span { "the same, for programs" } }
                li { a href="/openapi/v2.json" { "openapi/v2.json" } span { "its second version, in which money and pages read differently" } }
                li { a href="/problems" { "Problems" } span { "what each code means and what to do" } }
            }
            h2 { "For operators" }
            ul.doors {
                li { a href="/healthz" { "healthz" } span { "alive" } }
                li { a href="/readyz" { "readyz" } span { "ready to serve" } }
                li { a href="/metrics" { "metrics" } span { "for Prometheus" } }
            }
        },
    )
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
                        tr { td { a href=(format!("/problems/{}", problem.code)) { code { (problem.code) } } } td { (problem.status) } td { (problem.what_to_do) } }
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
            p { code { (found.code) } " · HTTP " (found.status) }
            p.lead { (found.what_to_do) }
            p { a href="/problems" { "All problems" } }
        },
    ))
}

/// An operation: method, path, and what the document says of it.
type Described<'a> = (&'a str, &'a str, &'a Value);

/// Every operation of the document, readable.
pub(crate) async fn reference(State(platform): State<Platform>) -> Answer {
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
                @for (method, path, operation) in operations { (described(document, method, path, operation)) }
            }
        },
    ))
}

fn described(document: &Value, method: &str, path: &str, operation: &Value) -> Markup {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    html! {
        section.operation id=(anchor(operation)) {
            h3 { (verb(method)) " " code { (path) } }
            p { (text(&operation["summary"])) }
            @if let Some(more) = operation["description"].as_str() { p { (more) } }
            @for (audience, permission) in operation["x-permission"].as_object().into_iter().flatten() {
                p.permission { "For " (audience) @if permission != "" { ", with the permission " code { (text(permission)) } } }
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
                dt { code { (status) } } dd { (text(&response["description"])) }
            } }
            h4 { "Try it" }
            pre tabindex="0" { code { (example(method, path, body)) } }
        }
    }
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

fn example(method: &str, path: &str, body: &Value) -> String {
    let mut text = format!(
        "curl -X {} http://demo.localhost:8080{path} \\\n  -H \"Authorization: Bearer $KEY\"",
        verb(method)
    );
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

fn page(title: &str, content: Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/assets/galleria.css";
                link rel="icon" href="data:,";
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header { a href="/" { "Galleria" } }
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
