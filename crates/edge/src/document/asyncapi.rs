//! The public events as an AsyncAPI document.

use kernel::Word;
use serde_json::{Map, Value, json};

use crate::published::{PublicEvent, Topic, refer, schema_path};

/// All of them as AsyncAPI 3: a channel for each topic, a message for each kind and version.
pub(crate) fn asyncapi(events: &[PublicEvent]) -> Value {
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
