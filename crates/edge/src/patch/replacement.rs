//! A record as its `GET` shows it, cut down to the body that its `PUT` takes: only the members that the body's schema knows.
//!
//! A record shows more than a body may set, such as ids, versions, times and sums. What a body may set has the same name in
//! both.

use serde_json::{Map, Value};

use crate::document::schema::resolved;

/// What of a record a body of this schema may say. A member that is null says nothing.
pub(crate) fn replacement(document: &Value, schema: &Value, shown: &Value) -> Value {
    let schema = resolved(document, schema);
    match shown {
        Value::Array(items) => {
            items.iter().map(|item| replacement(document, &schema["items"], item)).collect()
        }
        Value::Object(members) => match Known::of(document, schema, members) {
            Known { properties, others: Others::None } if properties.is_empty() => shown.clone(),
            known => Value::Object(known.of_these(document, members)),
        },
        shown => shown.clone(),
    }
}

/// The members that a schema knows.
struct Known<'a> {
    properties: Map<String, Value>,
    others: Others<'a>,
}

enum Others<'a> {
    None,
    /// A record whose names are anybody's choice.
    Each(&'a Value),
}

impl<'a> Known<'a> {
    fn of(document: &'a Value, schema: &'a Value, members: &Map<String, Value>) -> Self {
        let mut known = Self { properties: Map::new(), others: Others::None };
        known.take(document, schema, members);
        known
    }

    fn take(&mut self, document: &'a Value, schema: &'a Value, members: &Map<String, Value>) {
        let schema = resolved(document, schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.take(document, part, members);
        }
        let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
        if let Some(choice) = choices.and_then(|all| all.iter().find(|one| is(document, one, members))) {
            self.take(document, choice, members);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.properties.insert(name.clone(), property.clone());
        }
        if schema["additionalProperties"].is_object() {
            self.others = Others::Each(&schema["additionalProperties"]);
        }
    }

    fn of_these(&self, document: &Value, members: &Map<String, Value>) -> Map<String, Value> {
        let said = members.iter().filter(|(_, member)| !member.is_null());
        let fitting = said.filter_map(|(name, member)| {
            let schema = match (self.properties.get(name), &self.others) {
                (Some(property), _) => property,
                (None, Others::Each(schema)) => schema,
                (None, Others::None) => return None,
            };
            Some((name.clone(), replacement(document, schema, member)))
        });
        fitting.collect()
    }
}

/// Whether a record is the one of several that this schema describes.
fn is(document: &Value, schema: &Value, members: &Map<String, Value>) -> bool {
    let schema = resolved(document, schema);
    if schema["allOf"].as_array().is_some_and(|parts| !parts.iter().all(|part| is(document, part, members))) {
        return false;
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let all_there =
        required.into_iter().all(|name| members.get(name).is_some_and(|member| !member.is_null()));
    let fixed = schema["properties"].as_object().into_iter().flatten();
    let all_right = fixed.into_iter().all(|(name, property)| {
        let allowed = resolved(document, property)["enum"].as_array();
        let member = members.get(name).filter(|member| !member.is_null());
        allowed.zip(member).is_none_or(|(allowed, member)| allowed.contains(member))
    });
    schema["type"] != "null" && all_there && all_right
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_only_shown_is_left_out_however_deep_it_is() {
        let document = json!({ "components": { "schemas": {
            "Line": { "properties": { "sku": {}, "stock": {} } },
            "Lamp": { "properties": {
                "title": {},
                "lines": { "type": "array", "items": { "$ref": "#/components/schemas/Line" } },
                "options": { "type": "object", "additionalProperties": { "type": "string" } },
                "place": { "oneOf": [{ "type": "null" }, { "properties": { "city": {} } }] },
            } },
        } } });
        let shown = json!({
            "id": 1, "title": "Lamp", "version": 3, "options": { "Colour": "red" }, "seo": null,
            "lines": [{ "id": 2, "sku": "L", "stock": null }], "place": { "city": "Cork", "seen": true },
        });
        let expected = json!({
            "title": "Lamp", "options": { "Colour": "red" }, "lines": [{ "sku": "L" }], "place": { "city": "Cork" },
        });
        assert_eq!(replacement(&document, &json!({ "$ref": "#/components/schemas/Lamp" }), &shown), expected);
    }

    #[test]
    fn of_several_shapes_it_is_the_one_whose_members_are_there() {
        let schema = json!({ "oneOf": [
            { "properties": { "kind": { "enum": ["percent"] }, "off": {} }, "required": ["kind", "off"] },
            { "properties": { "kind": { "enum": ["amount"] }, "amount": {} }, "required": ["kind", "amount"] },
        ] });
        let shown = json!({ "kind": "amount", "amount": 5, "id": 1 });
        assert_eq!(replacement(&json!({}), &schema, &shown), json!({ "kind": "amount", "amount": 5 }));
    }
}
