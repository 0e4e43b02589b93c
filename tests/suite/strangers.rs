//! What belongs to another shop does not exist, whatever is asked of it: every operation of the document that names a
//! record is asked for one of another shop, and answers as for one that never was.

use std::collections::{BTreeMap, BTreeSet};
use std::time::UNIX_EPOCH;

use galleria_tests::{Answer, Client};
use kernel::Timestamp;
use serde_json::Value;

use crate::digest::{changed, digests};
use crate::matrix::{Ids, Operation, body, operations, stock};
use crate::over_both_engines;
use crate::world::{Engine, World};

over_both_engines!(every_operation_answers_for_another_shops_record_as_for_none);

/// A record that nobody has.
const NONE: &str = "0198c0de-0000-7000-8000-000000000000";

/// Of these nouns there is no record in the story, and why.
const NO_RECORD: &[(&str, &str)] = &[
    ("dead-letters", "nothing went wrong"),
    ("me", "a key is no person"),
    ("payment-webhooks", "a provider shows its signature"),
    ("services", "they are the platform's"),
    ("sign-in", "a provider of the shop's own"),
];

async fn every_operation_answers_for_another_shops_record_as_for_none(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files").display().to_string();
    let mail = format!("folder:{}", folder.path().join("mail").display());
    let world = World::start_with(engine, 2, &[("GALLERIA_FILES", &files), ("GALLERIA_MAIL", &mail)]).await;
    let (mut a, mut b) = (world.admin("a"), world.admin("b"));
    let ids = stock(&mut a).await;
    let operations = operations(&a.get("/openapi.json").await.json());
    let of_records: Vec<&Operation> = operations.iter().filter(|one| one.path.contains('{')).collect();
    let nouns: BTreeSet<&str> = of_records.iter().map(|one| noun(&one.path)).collect();
    let records = records(&mut a, &operations, &nouns, &ids).await;
    let without: BTreeSet<&str> = nouns.into_iter().filter(|noun| !records.contains_key(*noun)).collect();
    let known: BTreeSet<&str> = NO_RECORD.iter().map(|(noun, _)| *noun).collect();
    assert_eq!(without, known, "say of which nouns there is no record, or make one");

    jobs_are_done(&mut a).await;
    let before = digests(&world).await;
    for operation in of_records {
        let Some(record) = records.get(noun(&operation.path)) else { continue };
        let theirs = ask(&mut b, operation, record, &ids).await;
        let none = ask(&mut b, operation, NONE, &ids).await;
        let (theirs, none) = (blank(&theirs, record), blank(&none, NONE));
        assert_eq!(theirs, none, "{}", operation.name);
    }
    assert_eq!(changed(&before, &digests(&world).await), BTreeSet::new());
}

/// The first of a path's words.
fn noun(path: &str) -> &str {
    path.split('/').nth(3).unwrap_or_default()
}

/// A record of each noun of which one can be made.
async fn records(
    a: &mut Client,
    operations: &[Operation],
    nouns: &BTreeSet<&str>,
    ids: &Ids,
) -> BTreeMap<String, String> {
    let mut records = BTreeMap::new();
    let make =
        |one: &&Operation| one.method == "post" && nouns.contains(noun(&one.path)) && !one.path.contains('{');
    for operation in operations.iter().filter(make) {
        let Some(body) = body(operation, ids) else { continue };
        let made = a.post(&operation.path, &body).await;
        if !matches!(made.status, 201 | 202) {
            continue;
        }
        let made = made.json();
        if let Some(record) = made["id"].as_str().or(made["name"].as_str()) {
            records.insert(noun(&operation.path).to_owned(), record.to_owned());
        }
    }
    records.insert("products".into(), ids.product.clone());
    records.insert("inventory".into(), ids.variant.clone());
    records.insert("orders".into(), ids.order.clone());
    records.insert("history".into(), ids.order.clone());
    records.insert(
        "files".into(),
        a.get("/api/v1/files").await.json()["items"][0]["id"].as_str().unwrap().into(),
    );
    let role = operations.iter().find(|one| one.name == "put /api/v1/roles/{name}").unwrap();
    let role = body(role, ids).unwrap();
    assert_eq!(a.put("/api/v1/roles/packer", &role).await.status, 200);
    records.insert("roles".into(), "packer".into());
    records
}

/// What was asked for has been done; what is planned for later waits.
async fn jobs_are_done(a: &mut Client) {
    let now = Timestamp::from_micros(UNIX_EPOCH.elapsed().unwrap().as_micros() as i64).to_string();
    let ended = |job: &Value| match job["state"].as_str() {
        Some("running") => false,
        Some("waiting") => job["due"].as_str() > Some(&now),
        _ => true,
    };
    a.until("/api/v1/jobs?limit=100", |jobs| jobs["items"].as_array().unwrap().iter().all(ended)).await;
}

async fn ask(b: &mut Client, operation: &Operation, record: &str, ids: &Ids) -> Answer {
    let mut path = operation.path.clone();
    while let (Some(open), Some(close)) = (path.find('{'), path.find('}')) {
        path.replace_range(open..=close, record);
    }
    let body = body(operation, ids).map(|body| body.to_string());
    let method = operation.method.to_uppercase();
    b.send(&method, &path, &[("if-match", "\"1\"")], body.as_deref()).await.unwrap()
}

/// What was answered, without what is each answer's own.
fn blank(answer: &Answer, record: &str) -> (u16, Value) {
    let text = String::from_utf8_lossy(&answer.body).replace(record, "RECORD");
    let mut body: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    if let Some(body) = body.as_object_mut() {
        body.remove("correlation_id");
    }
    (answer.status, body)
}
