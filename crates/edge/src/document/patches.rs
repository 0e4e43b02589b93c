//! `PATCH` in the document: beside each `PUT` that replaces what a `GET` shows.

use serde_json::{Value, json};

use super::schema::resolved;

const ABOUT: &str = "A merge patch (RFC 7396) over the record as `PUT` takes it: what is left out stays as it is, null takes away, a list is replaced whole. Without If-Match it is applied to the newest version; with it, only to that one.";

/// The paths on which there is a record to patch, with the schema of the body that replaces it.
pub(crate) fn paths(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let whole = paths.filter_map(|(path, item)| {
        let schema = &item["put"]["requestBody"]["content"]["application/json"]["schema"];
        let shown = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        // What a list shows is many records, and none that could be merged into.
        let lists = resolved(document, shown)["properties"]["items"].is_object();
        (!shown.is_null() && !lists && !schema.is_null()).then(|| (path.clone(), schema.clone()))
    });
    whole.collect()
}

/// Adds the operations. They ask what `PUT` asks of who calls them.
pub(crate) fn add(document: &mut Value) {
    for (path, schema) in paths(document) {
        let patch = optional(document, &schema, &mut Vec::new());
        let mut operation = document["paths"][&path]["put"].clone();
        let whole = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let noun = whole.split_once('_').map_or(whole.as_str(), |(_, noun)| noun);
        operation["operationId"] = json!(format!("patch_{noun}"));
        operation["summary"] = json!(format!("Changes some of: {}.", noun.replace('_', " ")));
        operation["description"] = json!(ABOUT);
        operation["requestBody"] = json!({
            "required": true,
            "content": {
                "application/merge-patch+json": { "schema": patch },
                "application/json": { "schema": patch },
            },
        });
        document["paths"][&path]["patch"] = operation;
    }
}

/// The schema of a change: nothing must be there, and anything may be taken away.
fn optional(document: &Value, schema: &Value, open: &mut Vec<String>) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        if open.iter().any(|known| known == name) {
            return schema.clone();
        }
        open.push(name.to_owned());
        let change = optional(document, resolved(document, schema), open);
        open.pop();
        return change;
    }
    let Some(properties) = schema["properties"].as_object() else { return schema.clone() };
    let mut change = schema.clone();
    if let Some(change) = change.as_object_mut() {
        change.remove("required");
    }
    for (name, property) in properties {
        change["properties"][name] = nullable(optional(document, property, open));
    }
    change
}

fn nullable(mut schema: Value) -> Value {
    match schema["type"].clone() {
        Value::String(kind) if schema["enum"].is_null() => {
            schema["type"] = json!([kind, "null"]);
            schema
        }
        Value::Array(kinds) if kinds.contains(&json!("null")) => schema,
        _ if schema["oneOf"]
            .as_array()
            .is_some_and(|choices| choices.contains(&json!({ "type": "null" }))) =>
        {
            schema
        }
        _ => json!({ "oneOf": [{ "type": "null" }, schema] }),
    }
}
