//! The catalogue of public events: pages for people, a schema for each kind, and an AsyncAPI document of all.

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use kernel::{Problem, Word};
use maud::html;
use serde_json::{Map, Value, json};

use crate::Platform;
use crate::answer::Answer;
use crate::pages::page;
use crate::published::{PublicEvent, Topic};

pub(crate) async fn events(State(platform): State<Platform>) -> Answer {
    let all = platform.events();
    let topics = Topic::ALL.iter().filter(|topic| all.iter().any(|event| event.topic == **topic));
    Ok(page(
        "Events",
        html! {
            p.lead { "What a shop tells of what happened in it. Each kind has a schema that only grows; a change that is not an addition is a new version. The same for programs: " a href="/events.json" { "AsyncAPI 3" } "." }
            @for topic in topics {
                h2 { "Topic " code { (topic.as_str()) } }
                p { (topic.says()) }
                table {
                    thead { tr { th { "Kind" } th { "What it says" } } }
                    tbody {
                        @for event in all.iter().filter(|event| event.topic == *topic) {
                            tr { td { a href=(format!("/events/{}", event.kind)) { code { (event.kind) } } } td { (event.says.trim()) } }
                        }
                    }
                }
            }
        },
    ))
}

pub(crate) async fn event(State(platform): State<Platform>, Path(kind): Path<String>) -> Answer {
    let versions: Vec<&PublicEvent> = platform.events().iter().filter(|event| event.kind == kind).collect();
    let newest = versions.last().ok_or_else(|| Problem::not_found("event"))?;
    Ok(page(
        newest.kind,
        html! {
            p.lead { (newest.says.trim()) }
            @for event in versions.iter().rev() {
                h2 { "Version " (event.version) }
                p { "Topic " code { (event.topic.as_str()) } " · " a href=(schema_path(event)) { "JSON Schema" } }
                @let personal = event.personal();
                @if personal.is_empty() {
                    p { "Nothing in it is personal." }
                } @else {
                    p { "Personal, and null once whoever it is about was erased: " @for (n, at) in personal.iter().enumerate() { @if n > 0 { ", " } code { (at) } } }
                }
                h3 { "Example" }
                pre { code { (pretty(&event.example())) } }
                h3 { "Schema" }
                pre { code { (pretty(&event.schema())) } }
            }
            p { a href="/events" { "All events" } }
        },
    ))
}

pub(crate) async fn schema(
    State(platform): State<Platform>,
    Path((kind, version)): Path<(String, String)>,
) -> Result<Response, crate::Refused> {
    let version = version.strip_prefix('v').and_then(|version| version.parse().ok());
    let found = platform.events().iter().find(|event| event.kind == kind && Some(event.version) == version);
    let found = found.ok_or_else(|| Problem::not_found("event"))?;
    Ok(([(CONTENT_TYPE, "application/schema+json")], pretty(&found.schema())).into_response())
}

pub(crate) async fn asyncapi(State(platform): State<Platform>) -> Response {
    ([(CONTENT_TYPE, "application/json")], pretty(&document(platform.events()))).into_response()
}

fn schema_path(event: &PublicEvent) -> String {
    format!("/events/{}/v{}", event.kind, event.version)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// All of them as AsyncAPI 3: a channel for each topic, a message for each kind and version.
fn document(events: &[PublicEvent]) -> Value {
    let (mut channels, mut operations) = (Map::new(), Map::new());
    let (mut messages, mut schemas) = (Map::new(), Map::new());
    for &topic in Topic::ALL {
        let ours: Vec<&PublicEvent> = events.iter().filter(|event| event.topic == topic).collect();
        if ours.is_empty() {
            continue;
        }
        let (name, in_channel) = (topic.as_str(), ours.iter().map(|event| event.name()));
        let refers =
            |name: String| (name.clone(), json!({ "$ref": format!("#/components/messages/{name}") }));
        let told: Map<String, Value> = in_channel.map(refers).collect();
        let sent: Vec<Value> = told
            .keys()
            .map(|message| json!({ "$ref": format!("#/channels/{name}/messages/{message}") }))
            .collect();
        channels.insert(
            name.into(),
            json!({ "address": name, "title": name, "description": topic.says(), "messages": told }),
        );
        operations.insert(
            format!("send-{name}"),
            json!({
                "action": "send", "title": format!("Send {name}"), "summary": topic.says(),
                "description": "To whoever has asked for the topic, in the order in which it happened to each subject.",
                "channel": { "$ref": format!("#/channels/{name}") }, "messages": sent,
            }),
        );
        for event in ours {
            messages.insert(event.name(), message(event));
            add_schemas(event, &mut schemas);
        }
    }
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:galleria:events",
        "info": {
            "title": "Galleria: public events",
            "version": "1.0.0",
            "description": "What shops tell of what happened in them, each as a CloudEvent 1.0. Schemas only grow: a change that is not an addition is a new version, and the one before is told as well for a time. Money is in minor units. What is personal is marked `x-personal` and null once the person was erased.",
            "contact": { "name": "Whoever runs this platform" },
            "license": { "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" },
            "tags": Topic::ALL.iter().map(|topic| json!({ "name": topic.as_str(), "description": topic.says() })).collect::<Vec<_>>(),
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas },
    })
}

fn message(event: &PublicEvent) -> Value {
    let example = json!({
        "specversion": "1.0",
        "id": "01934b2e-8d5a-7c11-9f20-0a1b2c3d4e5f",
        "source": "https://oak.shop.example",
        "type": event.kind,
        "subject": "01934b2e-7c41-7a05-9d3f-5f2c8e6a1b10",
        "time": "2026-05-03T14:00:00Z",
        "dataschema": format!("https://oak.shop.example{}", schema_path(event)),
        "datacontenttype": "application/json",
        "data": event.example(),
    });
    json!({
        "name": event.name(),
        "title": event.kind,
        "summary": event.says.trim(),
        "contentType": "application/cloudevents+json",
        "tags": [{ "name": event.topic.as_str() }],
        "payload": {
            "type": "object",
            "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
            "properties": {
                "specversion": { "const": "1.0" },
                "id": { "type": "string", "format": "uuid", "description": "The same, however often it is sent." },
                "source": { "type": "string", "format": "uri", "description": "The shop." },
                "type": { "const": event.kind },
                "subject": { "type": "string", "format": "uuid", "description": "What it happened to." },
                "time": { "type": "string", "format": "date-time" },
                "dataschema": { "type": "string", "format": "uri" },
                "datacontenttype": { "const": "application/json" },
                "data": { "$ref": format!("#/components/schemas/{}", event.name()) },
            },
        },
        "examples": [{ "name": event.kind, "summary": event.says.trim(), "payload": example }],
    })
}

/// Its schema and those within it, each under a name that no other event's has.
fn add_schemas(event: &PublicEvent, schemas: &mut Map<String, Value>) {
    let (name, mut own) = (event.name(), event.schema());
    let Value::Object(fields) = &mut own else { return };
    fields.remove("$schema");
    let defs = fields.remove("$defs").and_then(|defs| defs.as_object().cloned()).unwrap_or_default();
    let ours = |place: &str| place.replace("#/$defs/", &format!("#/components/schemas/{name}."));
    for (def, mut schema) in defs {
        refer(&mut schema, &ours);
        schemas.insert(format!("{name}.{def}"), schema);
    }
    refer(&mut own, &ours);
    schemas.insert(name.clone(), own);
}

/// Changes where a schema finds others.
pub(crate) fn refer(schema: &mut Value, change: &dyn Fn(&str) -> String) {
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str().filter(|_| name == "$ref") {
                    Some(place) => *value = json!(change(place)),
                    None => refer(value, change),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, change)),
        _ => {}
    }
}
