//! Records that are composed of others, written out in the document.
//!
//! A record that shows another one's members beside its own is described as `allOf` of both. When either of them allows no
//! further members, nothing can be both: the other's are further ones. So such records are described as the one record
//! that is answered, with all members, and only what is a choice (`oneOf`) stays beside it.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

const SCHEMAS: &str = "#/components/schemas/";

pub(crate) fn write_out(document: &mut Value) {
    let before = document["components"]["schemas"].clone();
    rewrite(&before, &mut document["components"]["schemas"]);
    rewrite(&before, &mut document["paths"]);
    name_again(document);
}

/// What has a name is called by it wherever it stands: a page of orders holds orders, and not what looks like one.
fn name_again(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    let records = schemas.filter(|(_, schema)| schema["properties"].is_object());
    let names: HashMap<String, String> =
        records.map(|(name, schema)| (schema.to_string(), format!("{SCHEMAS}{name}"))).collect();
    let schemas = document["components"]["schemas"].as_object_mut().into_iter().flatten();
    for part in schemas.filter_map(|(_, schema)| schema.as_object_mut()).flatten() {
        call(&names, part.1);
    }
    call(&names, &mut document["paths"]);
}

fn call(names: &HashMap<String, String>, schema: &mut Value) {
    let known = schema["properties"].is_object().then(|| names.get(&schema.to_string())).flatten();
    if let Some(name) = known {
        *schema = json!({ "$ref": name });
        return;
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(|member| call(names, member)),
        Value::Array(items) => items.iter_mut().for_each(|item| call(names, item)),
        _ => {}
    }
}

fn rewrite(schemas: &Value, schema: &mut Value) {
    if schema["allOf"].is_array() {
        *schema = one(schemas, schema);
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(|member| rewrite(schemas, member)),
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(schemas, item)),
        _ => {}
    }
}

/// The parts of a record, as one.
fn one(schemas: &Value, composed: &Value) -> Value {
    let mut record = Record::default();
    record.take(schemas, composed);
    let Record { about, properties, required, choices, closed } = record;
    let mut schema = json!({ "type": "object" });
    if let Some(about) = composed["description"].as_str().map(str::to_owned).or(about) {
        schema["description"] = json!(about);
    }
    schema["properties"] = Value::Object(properties);
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if choices.is_empty() {
        if closed {
            schema["additionalProperties"] = json!(false);
        }
        return schema;
    }
    // What a choice adds is further to the record, and the other way round.
    let parts: Vec<Value> = std::iter::once(schema).chain(choices).collect();
    json!({ "allOf": parts })
}

#[derive(Default)]
struct Record {
    about: Option<String>,
    properties: Map<String, Value>,
    required: Vec<Value>,
    choices: Vec<Value>,
    closed: bool,
}

impl Record {
    fn take(&mut self, schemas: &Value, part: &Value) {
        let part = part["$ref"]
            .as_str()
            .and_then(|name| name.strip_prefix(SCHEMAS))
            .map_or(part, |name| &schemas[name]);
        for inner in part["allOf"].as_array().into_iter().flatten() {
            self.take(schemas, inner);
        }
        match part.get("oneOf").or(part.get("anyOf")).and_then(Value::as_array) {
            Some(choice) if choice.contains(&json!({ "type": "null" })) => {
                self.take_if_there(schemas, choice)
            }
            Some(choice) => self.choices.push(json!({ "oneOf": opened(schemas, choice) })),
            None => {}
        }
        for (name, property) in part["properties"].as_object().into_iter().flatten() {
            self.properties.insert(name.clone(), property.clone());
        }
        for name in part["required"].as_array().into_iter().flatten() {
            if !self.required.contains(name) {
                self.required.push(name.clone());
            }
        }
        self.closed |= part["additionalProperties"] == false;
        self.about = part["description"].as_str().map(str::to_owned).or(self.about.take());
    }

    /// A part that may be missing: none of its members must be there.
    fn take_if_there(&mut self, schemas: &Value, choice: &[Value]) {
        let required = self.required.clone();
        for part in choice {
            self.take(schemas, part);
        }
        self.required = required;
    }
}

/// The variants of a choice, each open for the members of the record that it stands in.
fn opened(schemas: &Value, choice: &[Value]) -> Value {
    let variants = choice.iter().map(|variant| {
        let mut record = Record::default();
        record.take(schemas, variant);
        let mut open = variant.clone();
        if !record.properties.is_empty() {
            open = json!({ "type": "object", "properties": record.properties });
            if !record.required.is_empty() {
                open["required"] = json!(record.required);
            }
        }
        open
    });
    Value::Array(variants.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(schema: Value) -> Value {
        let mut document = json!({ "paths": {}, "components": { "schemas": {
            "Address": { "type": "object", "required": ["city"], "properties": { "city": { "type": "string" } }, "additionalProperties": false },
            "Kind": { "oneOf": [
                { "type": "object", "required": ["rate"], "properties": { "rate": {} }, "additionalProperties": false },
                { "type": "object", "required": ["amount"], "properties": { "amount": {} } },
            ] },
            "Seen": schema,
        } } });
        write_out(&mut document);
        document["components"]["schemas"]["Seen"].clone()
    }

    #[test]
    fn a_record_with_anothers_members_is_one_record() {
        let seen = written(json!({ "allOf": [
            { "$ref": "#/components/schemas/Address" },
            { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } },
        ] }));
        assert_eq!(seen["properties"], json!({ "city": { "type": "string" }, "id": { "type": "string" } }));
        assert_eq!(seen["required"], json!(["city", "id"]));
        assert_eq!((&seen["additionalProperties"], &seen["allOf"]), (&json!(false), &Value::Null));
    }

    #[test]
    fn what_has_a_name_is_called_by_it() {
        let address = json!({ "type": "object", "required": ["city"], "properties": { "city": { "type": "string" } }, "additionalProperties": false });
        let seen = written(
            json!({ "type": "object", "properties": { "to": { "type": "array", "items": address } } }),
        );
        assert_eq!(seen["properties"]["to"]["items"], json!({ "$ref": "#/components/schemas/Address" }));
    }

    #[test]
    fn members_of_what_may_be_missing_may_be_missing() {
        let address = json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Address" }] });
        let id = json!({ "type": "object", "required": ["id"], "properties": { "id": {} } });
        let seen = written(json!({ "allOf": [address, id] }));
        assert_eq!(seen["required"], json!(["id"]));
        assert_eq!(seen["properties"], json!({ "city": { "type": "string" }, "id": {} }));
    }

    #[test]
    fn what_is_a_choice_stays_one_and_allows_what_stands_around_it() {
        let seen = written(json!({ "allOf": [
            { "$ref": "#/components/schemas/Kind" },
            { "type": "object", "required": ["id"], "properties": { "id": {} }, "additionalProperties": false },
        ] }));
        assert_eq!(seen["allOf"][0]["required"], json!(["id"]));
        assert_eq!(seen["allOf"][1]["oneOf"][0]["required"], json!(["rate"]));
        assert!(!seen.to_string().contains("additionalProperties"));
    }
}
