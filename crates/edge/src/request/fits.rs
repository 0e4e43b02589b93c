//! Whether a value keeps to the limits of its schema: lengths, ranges, how many there are of something, and patterns. They
//! stand once, beside the field (`#[schema(max_length = 200)]`), for whoever reads the document and for this check.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use kernel::problem::pointer_part;
use kernel::{Check, FieldProblem, Problem};
use parking_lot::RwLock;
use regex_lite::Regex;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

/// The limits of the types that were asked for, of which there are as many as the program has.
static KNOWN: LazyLock<RwLock<HashMap<TypeId, &'static Limits>>> = LazyLock::new(RwLock::default);

/// Refuses a body that does not keep to the limits of its schema.
pub(crate) fn check_body<T: ToSchema + 'static>(bytes: &[u8]) -> Result<(), Problem> {
    limits_of::<T>().check_body(bytes)
}

/// Notes what of something does not keep to the limits of its schema, each with its place below `at`: for what comes in by
/// other ways than as the body of a request.
pub fn check_limits<T: Serialize + ToSchema + 'static>(value: &T, at: &str, check: &mut Check) {
    check.all(serde_json::to_value(value).map_or(Vec::new(), |value| limits_of::<T>().misfits(&value, at)));
}

fn limits_of<T: ToSchema + 'static>() -> &'static Limits {
    known(TypeId::of::<T>(), T::schema, T::schemas)
}

fn known(id: TypeId, schema: fn() -> RefOr<Schema>, schemas: fn(&mut Named)) -> &'static Limits {
    if let Some(known) = KNOWN.read().get(&id) {
        return known;
    }
    KNOWN.write().entry(id).or_insert_with(|| Box::leak(Box::new(Limits::of(schema, schemas))))
}

/// The schemas that another one refers to, by name.
type Named = Vec<(String, RefOr<Schema>)>;

/// A schema, and those to which it refers.
struct Limits {
    root: Value,
    named: BTreeMap<String, Value>,
    patterns: BTreeMap<String, Regex>,
    /// Whether there is any.
    any: bool,
}

impl Limits {
    fn of(schema: fn() -> RefOr<Schema>, schemas: fn(&mut Named)) -> Self {
        let mut named = Vec::new();
        schemas(&mut named);
        let written = |schema: RefOr<Schema>| serde_json::to_value(schema).unwrap_or_default();
        let root = written(schema());
        let named: BTreeMap<String, Value> =
            named.into_iter().map(|(name, schema)| (name, written(schema))).collect();
        let mut patterns = BTreeMap::new();
        for schema in named.values().chain([&root]) {
            find_patterns(schema, &mut patterns);
        }
        let any = named.values().chain([&root]).any(has_limits);
        Self { root, named, patterns, any }
    }

    fn check_body(&self, bytes: &[u8]) -> Result<(), Problem> {
        if !self.any {
            return Ok(());
        }
        let found = serde_json::from_slice(bytes).map_or(Vec::new(), |body| self.misfits(&body, ""));
        if found.is_empty() { Ok(()) } else { Err(Problem::invalid(found)) }
    }

    fn misfits(&self, value: &Value, at: &str) -> Vec<FieldProblem> {
        let mut found = Vec::new();
        self.check(&self.root, value, at, &mut found);
        found
    }

    /// Types are not looked at: whoever reads the value into its type does.
    fn check(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<FieldProblem>) {
        if let Some(name) = schema["$ref"].as_str() {
            let named = name.rsplit('/').next().and_then(|name| self.named.get(name));
            return named.into_iter().for_each(|schema| self.check(schema, value, at, found));
        }
        let mut misfit = |detail: String| {
            let detail = schema["x-write"].as_str().map_or(detail, |write| format!("write {write}"));
            found.push(FieldProblem { pointer: at.to_owned(), detail });
        };
        match value {
            Value::String(text) => {
                if let Some(detail) = letters(schema, text).or_else(|| self.pattern(schema, text)) {
                    misfit(detail);
                }
            }
            Value::Number(number) => {
                // What no i64 holds is more than any limit.
                let number = number.as_i64().or(number.is_u64().then_some(i64::MAX));
                misfit_of(number, &schema["minimum"], &schema["maximum"])
                    .map(|range| {
                        format!(
                            "write a number {} {range}",
                            if range.contains(" to ") { "from" } else { "of" }
                        )
                    })
                    .into_iter()
                    .for_each(misfit);
            }
            Value::Array(items) => {
                let many = i64::try_from(items.len()).ok();
                misfit_of(many, &schema["minItems"], &schema["maxItems"])
                    .map(|range| format!("list {range}"))
                    .into_iter()
                    .for_each(misfit);
                for (n, item) in items.iter().enumerate() {
                    self.check(&schema["items"], item, &format!("{at}/{n}"), found);
                }
            }
            Value::Object(members) => {
                let many = i64::try_from(members.len()).ok();
                misfit_of(many, &schema["minProperties"], &schema["maxProperties"])
                    .map(|range| format!("name {range}"))
                    .into_iter()
                    .for_each(misfit);
                for (name, member) in members {
                    let own = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
                    self.check(own, member, &format!("{at}/{}", pointer_part(name)), found);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
        for part in ["allOf", "oneOf", "anyOf"] {
            let parts = schema[part].as_array().into_iter().flatten();
            for schema in parts.filter(|schema| part == "allOf" || self.is_meant(schema, value)) {
                self.check(schema, value, at, found);
            }
        }
    }

    fn pattern(&self, schema: &Value, text: &str) -> Option<String> {
        let pattern = self.patterns.get(schema["pattern"].as_str()?)?;
        (!pattern.is_match(text)).then(|| "write it as its pattern says".to_owned())
    }

    /// Whether a value is of this one of several choices: a kind that is named in it is the choice's own.
    fn is_meant(&self, choice: &Value, value: &Value) -> bool {
        if let Some(name) = choice["$ref"].as_str() {
            let named = name.rsplit('/').next().and_then(|name| self.named.get(name));
            return named.is_some_and(|choice| self.is_meant(choice, value));
        }
        if let Some(parts) = choice["allOf"].as_array() {
            return parts.iter().all(|part| self.is_meant(part, value));
        }
        let Some(properties) = choice["properties"].as_object() else {
            return choice["type"] != "null" || value.is_null();
        };
        value.is_object()
            && properties.iter().all(|(name, property)| {
                match property["enum"].as_array().map(Vec::as_slice) {
                    Some([only]) => value[name] == *only,
                    _ => true,
                }
            })
    }
}

/// What is wrong with how long a text is. Spaces around it do not make it longer.
fn letters(schema: &Value, text: &str) -> Option<String> {
    let long = |text: &str| i64::try_from(text.chars().count()).ok();
    let short = misfit_of(long(text.trim()), &schema["minLength"], &Value::Null);
    short.or_else(|| misfit_of(long(text), &Value::Null, &schema["maxLength"]))?;
    let range = range(schema["minLength"].as_i64(), schema["maxLength"].as_i64());
    let letter =
        if range == "at least 1" || range == "at most 1" || range == "1" { "letter" } else { "letters" };
    Some(format!("write {range} {letter}"))
}

/// The range that something should be in, if it is not.
fn misfit_of(value: Option<i64>, least: &Value, most: &Value) -> Option<String> {
    let (value, least, most) = (value?, least.as_i64(), most.as_i64());
    let fits = least.is_none_or(|least| least <= value) && most.is_none_or(|most| value <= most);
    (!fits).then(|| range(least, most))
}

fn range(least: Option<i64>, most: Option<i64>) -> String {
    match (least, most) {
        (Some(least), Some(most)) if least == most => grouped(least),
        (None, Some(most)) => format!("at most {}", grouped(most)),
        (Some(least), Some(most)) => format!("{} to {}", grouped(least), grouped(most)),
        (Some(least), None) => format!("at least {}", grouped(least)),
        (None, None) => String::new(),
    }
}

/// A number as people write it: 1,000,000.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The words of a schema that limit something.
const LIMITS: [&str; 9] = [
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

fn has_limits(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            LIMITS.iter().any(|limit| members.contains_key(*limit)) || members.values().any(has_limits)
        }
        Value::Array(items) => items.iter().any(has_limits),
        _ => false,
    }
}

/// A pattern of a document that cannot be read, and so would let everything through.
pub(crate) fn unreadable_pattern(schema: &Value) -> Option<&str> {
    match schema {
        Value::Object(members) => {
            let own = members.get("pattern").and_then(Value::as_str);
            own.filter(|pattern| Regex::new(pattern).is_err())
                .or_else(|| members.values().find_map(unreadable_pattern))
        }
        Value::Array(items) => items.iter().find_map(unreadable_pattern),
        _ => None,
    }
}

fn find_patterns(schema: &Value, patterns: &mut BTreeMap<String, Regex>) {
    match schema {
        Value::Object(members) => {
            if let Some(pattern) = members.get("pattern").and_then(Value::as_str)
                && let Ok(read) = Regex::new(pattern)
            {
                patterns.insert(pattern.to_owned(), read);
            }
            members.values().for_each(|member| find_patterns(member, patterns));
        }
        Value::Array(items) => items.iter().for_each(|item| find_patterns(item, patterns)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only its schema is read")]
    struct Shelf {
        #[schema(min_length = 1, max_length = 5)]
        name: String,
        #[schema(minimum = 0, maximum = 1_000_000)]
        height: i64,
        #[schema(max_items = 2)]
        boxes: Vec<Content>,
        #[schema(max_length = 3)]
        note: Option<String>,
    }

    #[derive(ToSchema)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its schema is read")]
    enum Content {
        Books {
            #[schema(minimum = 1)]
            many: i64,
        },
        Plant {
            #[schema(pattern = "^[a-z]+$", extensions(("x-write" = json!("small letters"))))]
            sort: String,
        },
    }

    fn told(value: &Value) -> Vec<String> {
        let found = limits_of::<Shelf>().misfits(value, "");
        found.into_iter().map(|found| format!("{}: {}", found.pointer, found.detail)).collect()
    }

    #[test]
    fn what_keeps_to_the_limits_is_let_through() {
        let boxes = json!([{ "kind": "books", "many": 1 }, { "kind": "plant", "sort": "fern" }]);
        let shelf = json!({ "name": " Oak ", "height": 0, "boxes": boxes, "note": null });
        assert_eq!(told(&shelf), [""; 0]);
    }

    #[test]
    fn everything_that_does_not_is_said_with_its_place() {
        let boxes = json!([{ "kind": "books", "many": 0 }, { "kind": "plant", "sort": "FERN" }, {}]);
        let shelf = json!({ "name": "   ", "height": 1_000_001, "boxes": boxes, "note": "long" });
        assert_eq!(
            told(&shelf),
            [
                "/boxes: list at most 2",
                "/boxes/0/many: write a number of at least 1",
                "/boxes/1/sort: write small letters",
                "/height: write a number from 0 to 1,000,000",
                "/name: write 1 to 5 letters",
                "/note: write at most 3 letters",
            ]
        );
    }
}
