//! The OpenAPI document, finished; and the table of permissions that is read from it.

use std::collections::{BTreeMap, HashMap};

use axum::http::Method;
use kernel::ProblemDoc;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

use super::descriptions::Groups;
use super::refusals::{self, Refusals};
use super::{composed, descriptions, examples, patches};
use crate::access::{Access, Permissions};
use crate::request::fits::unreadable_pattern;

/// By path template, then by method.
pub(crate) type Table = HashMap<String, Vec<(Method, Access)>>;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Adds to each operation what all have in common, and what its path may be refused with. Fails when one does not say who
/// may call it, or is called like another.
pub(crate) fn finish(
    routes: OpenApi,
    problems: &BTreeMap<String, Vec<ProblemDoc>>,
    permissions: &Permissions,
    groups: &Groups,
) -> Result<(Value, Table), String> {
    let mut document = serde_json::to_value(routes)
        .map_err(|error| format!("the OpenAPI document cannot be written: {error}"))?;
    document["info"] = json!({
        "title": "Galleria",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "One roof for many businesses. Each shop answers at its own host; sign in there, or send a key of the shop as a bearer token. Every refusal is problem+json with a stable code.",
    });
    let scheme = |about: &str| json!({ "type": "http", "scheme": "bearer", "description": about });
    document["components"]["securitySchemes"] = json!({
        "staff": scheme("Who works in the shop: a key (`Authorization: Bearer gal_…`, or `x-api-key`), an access token, a session in a browser, or a signed request."),
        "customer": scheme("A customer of the shop: an access token, or a session in a browser. Only their own records."),
        "operator": scheme("Who runs the platform: an access token, or a session in a browser."),
    });
    document["servers"] = json!([{ "url": "/", "description": "The shop whose host this is." }]);
    composed::write_out(&mut document);
    patches::add(&mut document);
    document["components"]["schemas"]["Problem"] = refusals::schema();
    let (mut table, mut refusals, mut names) = (Table::new(), Refusals::default(), HashMap::new());
    let paths = document["paths"].as_object_mut().ok_or("the OpenAPI document has no paths")?;
    for (path, item) in paths {
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let access = Access::of(operation).ok_or_else(|| {
                format!("{method} {path} does not say who may call it; add security((\"staff\" = [\"noun:verb\"])) beside the route")
            })?;
            let asked = access.asks.iter().map(|(_, permission)| permission);
            let mut asked = asked.filter(|permission| !permission.is_empty());
            if let Some(permission) = asked.find(|permission| !permissions.knows(permission)) {
                return Err(format!("{method} {path} takes {permission:?}, which no module knows"));
            }
            if access.public && !(access.open && method == "get") {
                return Err(format!(
                    "{method} {path} says x-public, which only a GET that is open to all can be"
                ));
            }
            let name = operation["operationId"].as_str().unwrap_or_default().to_owned();
            if let Some(other) = names.insert(name.clone(), format!("{method} {path}")) {
                return Err(format!(
                    "{method} {path} and {other} are both called {name}; rename one handler"
                ));
            }
            let own = problems.get(path).map_or(&[] as &[ProblemDoc], Vec::as_slice);
            refusals.describe(operation, method, &access, own);
            complete(operation, method, &access);
            descriptions::say_who(operation, &access);
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
                .map_err(|error| error.to_string())?;
            table.entry(path.clone()).or_default().push((method, access));
        }
    }
    refusals.write(&mut document);
    examples::add(&mut document)?;
    descriptions::add(&mut document, groups)?;
    match unreadable_pattern(&document) {
        Some(pattern) => Err(format!("the pattern {pattern:?} cannot be read, so nobody is held to it")),
        None => Ok((document, table)),
    }
}

fn complete(operation: &mut Value, method: &str, access: &Access) {
    let asks =
        access.asks.iter().map(|(audience, permission)| (audience.as_str().to_owned(), json!(permission)));
    operation["x-permission"] = Value::Object(asks.collect());
    if method == "get" {
        return;
    }
    if operation["parameters"].is_null() {
        operation["parameters"] = json!([]);
    }
    if let Some(parameters) = operation["parameters"].as_array_mut() {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false, "schema": { "type": "string", "maxLength": 255 },
            "description": "Makes it safe to send the request again: the same key and body give the same answer and no second effect.",
        }));
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": false, "schema": { "type": "string" },
            "description": "The ETag that you saw. When the record has changed since, nothing is done (412).",
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::grants::tests::permissions;

    fn document(names: [&str; 2]) -> OpenApi {
        let operation = |name: &str| json!({ "operationId": name, "security": [{}], "responses": {} });
        let written = json!({
            "openapi": "3.1.0", "info": { "title": "", "version": "" },
            "paths": { "/a": { "get": operation(names[0]) }, "/b": { "get": operation(names[1]) } },
        });
        serde_json::from_value(written).unwrap()
    }

    #[test]
    fn two_operations_of_one_name_keep_the_app_from_starting() {
        let (permissions, groups) = (permissions(), Groups::new());
        let finish = |names| finish(document(names), &BTreeMap::new(), &permissions, &groups);
        let told = finish(["read_it", "read_it"]).unwrap_err();
        assert!(told.contains("/a") && told.contains("/b") && told.contains("read_it"), "{told}");
        assert!(finish(["read_it", "list_them"]).is_ok());
    }
}
