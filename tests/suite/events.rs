//! What the platform promises to tell others: the catalogue of public events, whose schemas only grow.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::contract::Shop;
use crate::world::Engine;

/// What was promised when it was last written down. `PROMISES=write` writes it down anew, which is looked at like
/// any other change.
fn promises() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/promises.json")
}

/// What today's catalogue says, without what is only shown.
async fn told_today() -> Map<String, Value> {
    let shop = Shop::start(Engine::Embedded).await;
    let mut client = shop.admin();
    let document = client.get("/events.json").await.json();
    let mut told = Map::new();
    for (name, message) in document["components"]["messages"].as_object().unwrap() {
        let kind = message["title"].as_str().unwrap();
        let version = name.strip_prefix(kind).unwrap().trim_start_matches('.');
        let schema = client.get(&format!("/events/{kind}/{version}")).await;
        assert_eq!(schema.header("content-type"), Some("application/schema+json"), "{name}");
        let topic = &message["tags"][0]["name"];
        told.insert(name.clone(), json!({ "topic": topic, "schema": bare(schema.json()) }));
        let page = client.get(&format!("/events/{kind}")).await;
        assert_eq!(page.status, 200);
        assert!(String::from_utf8_lossy(&page.body).contains(kind), "{name}");
    }
    assert_eq!(client.get("/events/order.eaten").await.status, 404);
    assert_eq!(client.get("/events/order.placed/v9").await.status, 404);
    assert!(String::from_utf8_lossy(&client.get("/events").await.body).contains("order.placed"));
    told
}

/// Sentences may be put better at any time.
fn bare(mut schema: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                if fields.get("description").is_some_and(Value::is_string) {
                    fields.remove("description");
                }
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut schema);
    schema
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_promised_is_still_told_and_only_grows() {
    let today = told_today().await;
    if std::env::var("PROMISES").is_ok_and(|what| what == "write") {
        fs::write(promises(), serde_json::to_string_pretty(&today).unwrap() + "\n").unwrap();
    }
    let before: Map<String, Value> = serde_json::from_slice(&fs::read(promises()).unwrap()).unwrap();
    for (name, promised) in &before {
        let Some(now) = today.get(name) else { panic!("{name} was promised and is not told any more") };
        assert_eq!(now["topic"], promised["topic"], "{name}");
        let broken = broken(&promised["schema"], &now["schema"], name);
        assert!(broken.is_empty(), "make it a new version: {broken:#?}");
    }
    let new: Vec<&String> = today.keys().filter(|name| !before.contains_key(*name)).collect();
    assert!(new.is_empty(), "write down what is promised with PROMISES=write: {new:?}");
}

/// Where a schema says something else than it did, otherwise than by an addition. Whoever reads may count on each field
/// that was there, on its type, on its being there always, and on no word that is new where all were known.
fn broken(before: &Value, now: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            for (name, was) in before {
                let place = format!("{at}/{name}");
                match (name.as_str(), now.get(name)) {
                    (_, None) => found.push(format!("{place} is gone")),
                    ("required", Some(is)) => {
                        let lost: Vec<String> = words(was).difference(&words(is)).cloned().collect();
                        found.extend(lost.iter().map(|lost| format!("{place} lacks {lost}")));
                    }
                    (_, Some(is)) => found.extend(broken(was, is, &place)),
                }
            }
            let limits = ["enum", "const", "pattern", "format", "$ref"];
            let added =
                limits.iter().filter(|limit| now.contains_key(**limit) && !before.contains_key(**limit));
            found.extend(added.map(|added| format!("{at} has a {added} that it had not")));
        }
        _ if before == now => {}
        _ => found.push(format!("{at} was {before} and is {now}")),
    }
    found
}

fn words(of: &Value) -> BTreeSet<String> {
    of.as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

#[test]
fn an_addition_breaks_nothing_and_all_else_does() {
    let schema = json!({
        "type": "object", "required": ["id"],
        "properties": { "id": { "type": "string", "format": "uuid" }, "state": { "type": "string", "enum": ["a", "b"] } },
    });
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut now = schema.clone();
        change(&mut now);
        !broken(&schema, &now, "").is_empty()
    };
    assert!(!changed(&|_| {}));
    assert!(!changed(&|now| now["properties"]["more"] = json!({ "type": "integer" })));
    assert!(!changed(&|now| now["required"] = json!(["id", "state"])));
    assert!(changed(&|now| now["required"] = json!([])));
    assert!(changed(&|now| now["properties"]["id"]["type"] = json!("integer")));
    assert!(changed(&|now| now["properties"]["state"]["enum"] = json!(["a", "b", "c"])));
    assert!(changed(&|now| drop(now["properties"].as_object_mut().unwrap().remove("state"))));
    assert!(changed(&|now| now["properties"]["id"]["pattern"] = json!("^a")));
}
