//! What the document says to a stranger: who may call an operation, what each group of them is about, and whom to ask.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::access::{Access, Audience};

/// What each group of operations is about, by its name. One that is used and not here keeps the app from starting.
pub(crate) type Groups = BTreeMap<&'static str, &'static str>;

/// Adds the groups, and leaves out what nothing refers to.
pub(crate) fn add(document: &mut Value, groups: &Groups) -> Result<(), String> {
    let used: BTreeSet<String> = each_operation(document)
        .flat_map(|operation| operation["tags"].as_array().into_iter().flatten())
        .filter_map(|tag| tag.as_str().map(str::to_owned))
        .collect();
    if let Some(unknown) = used.iter().find(|tag| !groups.contains_key(tag.as_str())) {
        return Err(format!(
            "the tag {unknown:?} says nothing to a stranger; describe it in its module's groups"
        ));
    }
    let tags = groups.iter().filter(|(name, _)| used.contains(**name));
    document["tags"] = tags.map(|(name, about)| json!({ "name": name, "description": about })).collect();
    document["info"]["contact"] = json!({ "name": "Whoever runs this platform" });
    drop_unused(document);
    Ok(())
}

fn each_operation(document: &Value) -> impl Iterator<Item = &Value> {
    let items = document["paths"].as_object().into_iter().flatten();
    let operations = items.filter_map(|(_, item)| item.as_object()).flatten();
    operations.map(|(_, operation)| operation).filter(|operation| operation["operationId"].is_string())
}

/// Schemas that only a schema needed which was written out in its place.
fn drop_unused(document: &mut Value) {
    let Value::Object(mut schemas) = document["components"]["schemas"].take() else { return };
    let (mut needed, mut open) = (BTreeSet::new(), Vec::new());
    named_schemas(document, &mut open);
    while let Some(name) = open.pop() {
        if let Some(schema) = schemas.get(&name)
            && needed.insert(name)
        {
            named_schemas(schema, &mut open);
        }
    }
    schemas.retain(|name, _| needed.contains(name));
    document["components"]["schemas"] = Value::Object(schemas);
}

/// The names of the schemas to which something refers.
fn named_schemas(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let referred = members.get("$ref").and_then(Value::as_str);
            names.extend(referred.and_then(|to| to.strip_prefix("#/components/schemas/")).map(str::to_owned));
            members.values().for_each(|member| named_schemas(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| named_schemas(item, names)),
        _ => {}
    }
}

/// Says in words who may call an operation.
pub(crate) fn say_who(operation: &mut Value, access: &Access) {
    let asks = access.asks.iter().map(|(audience, permission)| {
        let who = match audience {
            Audience::Staff => "staff and keys of the shop",
            Audience::Customer => "customers of the shop",
            Audience::Operator => "operators of the platform",
            Audience::Anyone => "anybody",
        };
        match permission.as_str() {
            "" => who.to_owned(),
            permission => format!("{who} with `{permission}`"),
        }
    });
    let mut who: Vec<String> = asks.collect();
    if access.open {
        who.push("anybody".to_owned());
    }
    let mut said = format!("For {}.", listed(&who));
    if access.fresh {
        said.push_str(" Whoever is signed in must have proven lately who they are.");
    }
    let before = operation["description"].as_str().map(|before| format!("{before}\n\n")).unwrap_or_default();
    operation["description"] = json!(before + &said);
}

fn listed(of: &[String]) -> String {
    match of {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_call_reads_as_a_sentence() {
        let asks = vec![(Audience::Staff, "orders:read".into()), (Audience::Customer, "orders:read".into())];
        let access = Access { asks, open: true, ..Access::default() };
        let mut operation = json!({ "summary": "Reads an order." });
        say_who(&mut operation, &access);
        assert_eq!(
            operation["description"],
            "For staff and keys of the shop with `orders:read`, customers of the shop with `orders:read` and anybody."
        );
    }

    #[test]
    fn what_nothing_refers_to_is_left_out_with_what_only_it_needed() {
        let schemas = json!({ "A": {}, "B": { "$ref": "#/components/schemas/C" }, "C": {} });
        let used = json!({ "$ref": "#/components/schemas/A" });
        let mut document = json!({ "paths": { "/": { "get": used } }, "components": { "schemas": schemas } });
        drop_unused(&mut document);
        assert_eq!(document["components"]["schemas"], json!({ "A": {} }));
    }
}
