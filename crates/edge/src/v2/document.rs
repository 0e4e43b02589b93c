//! The OpenAPI document of the second version, made of the first one's: whatever the shapes change is changed here in the
//! same way.

use serde_json::{Map, Value, json};

use super::paths::reworded;
use super::shape::Shape;
use crate::document::examples::{each_answered, each_asked, each_operation};

const MONEY: &str = "#/components/schemas/Money";

pub(crate) fn second(first: &Value) -> Value {
    let mut document = first.clone();
    reword_examples(first, &mut document);
    rewrite(first, &mut document["components"]["schemas"]);
    let paths = document["paths"].as_object_mut().map(std::mem::take).unwrap_or_default();
    let renamed = paths.into_iter().map(|(path, mut item)| {
        rewrite(first, &mut item);
        (reworded(&path), item)
    });
    document["paths"] = Value::Object(renamed.collect());
    reword(&mut document);
    document["info"]["title"] = json!("Galleria, version 2");
    document["components"]["schemas"]["Money"] = json!({
        "type": "object",
        "description": "An amount of one currency.",
        "required": ["amount"],
        "properties": {
            "amount": { "type": "integer", "format": "int64", "description": "In minor units: 1999 is 19.99 €." },
            "currency": { "type": "string", "description": "Three ISO 4217 letters. Always there in an answer; in a request the shop's currency when left out." },
        },
    });
    document
}

fn rewrite(first: &Value, schema: &mut Value) {
    if schema["x-money"].is_string() {
        *schema = money(schema);
        return;
    }
    if schema["properties"].is_object() {
        match Shape::of(first, schema) {
            Shape::Page(_) => *schema = page(schema),
            Shape::Record { currencies, .. } => drop_members(schema, &currencies),
            _ => {}
        }
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(|member| rewrite(first, member)),
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(first, item)),
        _ => {}
    }
}

fn money(number: &Value) -> Value {
    let may_be_null = number["type"].as_array().is_some_and(|kinds| kinds.contains(&json!("null")));
    let mut schema = match may_be_null {
        true => json!({ "oneOf": [{ "type": "null" }, { "$ref": MONEY }] }),
        false => json!({ "$ref": MONEY }),
    };
    if let Some(about) = number["description"].as_str() {
        schema["description"] = json!(about);
    }
    schema
}

/// What a page says beside its items, how many there are on all pages, is said as before.
fn page(first: &Value) -> Value {
    let mut page = first.clone();
    drop_members(&mut page, &["items".to_owned(), "next_cursor".to_owned()]);
    page["description"] = json!("One page of a list.");
    page["properties"]["data"] = first["properties"]["items"].clone();
    page["properties"]["page"] = json!({
        "type": "object",
        "required": ["next"],
        "properties": { "next": {
            "type": ["string", "null"],
            "description": "Where the next page begins; null on the last one.",
        } },
    });
    let required = page["required"].as_array().cloned().unwrap_or_default();
    page["required"] = required.into_iter().chain([json!("data"), json!("page")]).collect();
    page
}

fn drop_members(schema: &mut Value, names: &[String]) {
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.retain(|name, _| !names.contains(name));
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !names.iter().any(|dropped| name == dropped));
    }
}

/// Descriptions speak of paths and members, too.
fn reword(value: &mut Value) {
    match value {
        Value::Object(members) => reword_members(members),
        Value::Array(items) => items.iter_mut().for_each(reword),
        _ => {}
    }
}

fn reword_members(members: &mut Map<String, Value>) {
    for (name, member) in members {
        match member {
            Value::String(text) if ["description", "summary", "detail"].contains(&name.as_str()) => {
                *text = reworded(text);
            }
            member => reword(member),
        }
    }
}

/// Writes each example as the second version has it. `first` is the document in which the bodies are the first one's.
fn reword_examples(first: &Value, document: &mut Value) {
    let reword = |body: &mut Value| {
        let shape = Shape::of(first, &body["schema"]);
        if let Some(example) = body.get_mut("example") {
            shape.outward(example, "EUR");
            reword_texts(example);
        }
    };
    each_operation(document, |operation| {
        each_asked(operation, reword);
        each_answered(operation, |_, body| reword(body));
    });
}

fn reword_texts(value: &mut Value) {
    match value {
        Value::String(text) => *text = reworded(text),
        Value::Array(items) => items.iter_mut().for_each(reword_texts),
        Value::Object(members) => members.values_mut().for_each(reword_texts),
        _ => {}
    }
}
