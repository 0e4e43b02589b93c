//! The reference: every operation of the document, readable, and the document itself.

use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;
use kernel::TenantId;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::front::shop_origin;
use super::layout::page;
use crate::answer::{Answer, json_text};
use crate::platform::Platform;

pub(crate) async fn openapi(State(platform): State<Platform>) -> Response {
    json_text(200, platform.document().to_string().into_bytes())
}

pub(crate) async fn openapi2(State(platform): State<Platform>) -> Response {
    json_text(200, platform.document2().to_string().into_bytes())
}

/// An operation: method, path, and what the document says of it.
type Described<'a> = (&'a str, &'a str, &'a Value);

/// Every operation of the document, readable.
pub(crate) async fn reference(State(platform): State<Platform>, parts: Parts) -> Answer {
    let at = platform.record_at(&parts.uri, &parts.headers);
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
