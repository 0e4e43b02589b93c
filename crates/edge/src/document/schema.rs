//! Finding schemas in the document.

use serde_json::Value;

const SCHEMAS: &str = "#/components/schemas/";

/// The schema that a `$ref` names; any other schema as it is.
pub(crate) fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let named = schema["$ref"].as_str().and_then(|name| name.strip_prefix(SCHEMAS));
    named.map_or(schema, |name| &document["components"]["schemas"][name])
}
