//! The public events: pages for people, a schema for each kind, and an AsyncAPI document of all.

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use kernel::{Problem, Word};
use maud::html;
use serde_json::Value;

use super::layout::page;
use crate::answer::{Answer, Refused};
use crate::document::asyncapi::asyncapi;
use crate::platform::Platform;
use crate::published::{PublicEvent, Topic, schema_path};

pub(crate) async fn list(State(platform): State<Platform>) -> Answer {
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
) -> Result<Response, Refused> {
    let version = version.strip_prefix('v').and_then(|version| version.parse().ok());
    let found = platform.events().iter().find(|event| event.kind == kind && Some(event.version) == version);
    let found = found.ok_or_else(|| Problem::not_found("event"))?;
    Ok(([(CONTENT_TYPE, "application/schema+json")], pretty(&found.schema())).into_response())
}

pub(crate) async fn all_as_asyncapi(State(platform): State<Platform>) -> Response {
    ([(CONTENT_TYPE, "application/json")], pretty(&asyncapi(platform.events()))).into_response()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
