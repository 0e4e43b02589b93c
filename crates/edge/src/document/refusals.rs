//! What the document tells of how an operation may be refused: each status, with the codes that machines find in it.

use std::collections::{BTreeMap, HashMap};

use kernel::ProblemDoc;
use serde_json::{Map, Value, json};

use crate::access::Access;
use crate::problems::COMMON;

/// Where an operation that reads names the conflicts it may nevertheless meet.
const CONFLICTS: &str = "x-conflicts";

const SCHEMA: &str = "#/components/schemas/Problem";

/// The refusals of the whole document. Operations that are refused alike name one description of it.
#[derive(Default)]
pub(crate) struct Refusals {
    named: Map<String, Value>,
    /// What the description is called that a tag has of these codes, which have one status.
    names: HashMap<(String, Vec<&'static str>), String>,
    /// By code.
    examples: Map<String, Value>,
}

impl Refusals {
    /// Adds to an operation what it may be refused with, `own` being what its context says beside what any does.
    pub(crate) fn describe(
        &mut self,
        operation: &mut Value,
        method: &str,
        access: &Access,
        own: &[ProblemDoc],
    ) {
        let reads = method == "get";
        let asked = Asked {
            reads,
            body: operation["requestBody"].is_object(),
            json: operation["requestBody"]["content"].get("application/json").is_some(),
            query: takes(operation, "query"),
            named: takes(operation, "path"),
            upload: access.upload,
        };
        // What is read does not get into anybody's way, as a rule.
        let conflicts = operation.as_object_mut().and_then(|operation| operation.remove(CONFLICTS));
        let named = |problem: &ProblemDoc| {
            conflicts.iter().filter_map(Value::as_array).flatten().any(|code| code == problem.code)
        };
        let mut by_status: BTreeMap<u16, BTreeMap<&'static str, ProblemDoc>> = BTreeMap::new();
        let common = COMMON.iter().filter(|problem| asked.may_meet(problem));
        let own =
            own.iter().filter(|problem| !reads || !WRITING.contains(&problem.status()) || named(problem));
        for problem in common.chain(own) {
            if !self.examples.contains_key(problem.code) {
                self.examples.insert(problem.code.to_owned(), json!({ "value": example(problem) }));
            }
            by_status.entry(problem.status()).or_default().insert(problem.code, *problem);
        }
        let tag = operation["tags"][0].as_str().unwrap_or("shop").to_owned();
        for (status, problems) in by_status {
            let name = self.name(&tag, status, &problems);
            operation["responses"][status.to_string()] =
                json!({ "$ref": format!("#/components/responses/{name}") });
        }
    }

    pub(crate) fn write(self, document: &mut Value) {
        document["components"]["responses"] = Value::Object(self.named);
        document["components"]["examples"] = Value::Object(self.examples);
    }

    fn name(&mut self, tag: &str, status: u16, problems: &BTreeMap<&'static str, ProblemDoc>) -> String {
        let codes = (tag.to_owned(), problems.keys().copied().collect());
        if let Some(name) = self.names.get(&codes) {
            return name.clone();
        }
        let plain = format!("{}-{status}", tag.replace(' ', "-"));
        let mut name = plain.clone();
        for number in 2.. {
            if !self.named.contains_key(&name) {
                break;
            }
            name = format!("{plain}-{number}");
        }
        self.named.insert(name.clone(), response(status, problems.values()));
        self.names.insert(codes, name.clone());
        name
    }
}

/// What is only said to who wants something changed.
const WRITING: [u16; 5] = [409, 412, 413, 415, 428];

/// What of a request can be wrong at all.
struct Asked {
    reads: bool,
    body: bool,
    json: bool,
    query: bool,
    named: bool,
    upload: bool,
}

impl Asked {
    fn may_meet(&self, problem: &ProblemDoc) -> bool {
        match (problem.status(), problem.code) {
            (_, "no_such_route" | "method_not_allowed" | "draining") => false,
            (_, "cursor_invalid") => self.reads && self.query,
            (_, "unreadable_json" | "not_json") => self.json,
            (413, _) => self.body || self.upload,
            (422, "idempotency_key_reused") | (400, _) => !self.reads,
            (404, "not_found") => self.named || self.body || self.query,
            (status, _) => !self.reads || !WRITING.contains(&status),
        }
    }
}

fn takes(operation: &Value, place: &str) -> bool {
    operation["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["in"] == place)
}

fn response<'a>(status: u16, problems: impl Iterator<Item = &'a ProblemDoc> + Clone) -> Value {
    let told = problems.clone().map(|ProblemDoc { code, title, what_to_do, .. }| {
        format!("`{code}`: {}. {what_to_do}", title.trim_end_matches('.'))
    });
    let codes: Vec<&str> = problems.clone().map(|problem| problem.code).collect();
    let shown = |code: &str| json!({ "$ref": format!("#/components/examples/{code}") });
    let examples = problems.map(|problem| (problem.code.to_owned(), shown(problem.code)));
    let mut response = json!({
        "description": told.collect::<Vec<_>>().join("\n\n"),
        "content": { "application/problem+json": {
            "schema": { "allOf": [
                { "$ref": SCHEMA },
                { "type": "object", "properties": { "code": { "type": "string", "enum": codes } } },
            ] },
            "examples": examples.collect::<Map<_, _>>(),
        } },
    });
    if [429, 503].contains(&status) {
        response["headers"]["Retry-After"] = json!({
            "description": "When to ask again, in seconds.", "schema": { "type": "integer" },
        });
    }
    response
}

fn example(problem: &ProblemDoc) -> Value {
    json!({
        "type": format!("/problems/{}", problem.code),
        "title": problem.title,
        "status": problem.status(),
        "detail": problem.what_to_do,
        "code": problem.code,
        "correlation_id": "019a2c4e-7d10-7cc3-98c4-dc0c0c07398f",
    })
}

/// What every refusal looks like.
pub(crate) fn schema() -> Value {
    json!({
        "type": "object",
        "description": "Why something was not done (RFC 9457). Some codes say more, in members of their own.",
        "required": ["type", "title", "status", "detail", "code", "correlation_id"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "description": "A page about the code." },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What happened and what to do." },
            "code": { "type": "string", "description": "Stable; made for programs." },
            "correlation_id": { "type": "string", "format": "uuid" },
            "errors": {
                "type": "array",
                "description": "The fields that do not hold.",
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": { "pointer": { "type": "string" }, "detail": { "type": "string" } },
                },
            },
        },
    })
}
