//! Services that sign their requests.

use std::process::Command;

use galleria_tests::server::command;
use galleria_tests::{Answer, Client, Server};
use serde_json::json;

use crate::over_both_engines;
use crate::people::Town;
use crate::world::{Engine, World, all, lamp, order};

over_both_engines!(
    a_signed_request_does_what_its_key_may_and_only_once,
    what_was_signed_cannot_be_changed,
    an_old_signature_is_taken_from_a_key_that_is_marked_so_and_for_its_shop_only,
    two_keys_of_a_service_live_while_they_are_changed,
);

/// A key as its service has it.
pub struct Key {
    pub id: String,
    secret: String,
}

pub fn make(world: &World, words: &[&str]) -> Key {
    let printed = command(&world.cell, &[&["service", "create", "--name", "till"], words].concat());
    let (id, secret) = printed.split_once(' ').unwrap();
    Key { id: id.to_owned(), secret: secret.to_owned() }
}

/// A request as it is signed, and as it is sent.
#[derive(Clone)]
pub struct Sent {
    method: String,
    target: String,
    tenant: String,
    timestamp: String,
    nonce: String,
    body: String,
    signature: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sign(secret: &str, text: &str) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    hex(ring::hmac::sign(&key, text.as_bytes()).as_ref())
}

impl Key {
    pub fn signed(&self, method: &str, target: &str, tenant: &str, nonce: &str, body: &str) -> Sent {
        let timestamp = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis().to_string();
        let hash = hex(ring::digest::digest(&ring::digest::SHA256, body.as_bytes()).as_ref());
        let text = ["v2", method, target, tenant, &timestamp, nonce, &hash].join("\n");
        let signature = format!("v2={}", sign(&self.secret, &text));
        let [method, target, tenant, nonce, body] = [method, target, tenant, nonce, body].map(str::to_owned);
        Sent { method, target, tenant, timestamp, nonce, body, signature }
    }

    pub async fn send(&self, client: &mut Client, sent: &Sent) -> Answer {
        let mut headers = vec![
            ("x-api-key", self.id.as_str()),
            ("x-timestamp", &sent.timestamp),
            ("x-signature", &sent.signature),
        ];
        for (name, value) in [("x-tenant-id", &sent.tenant), ("x-nonce", &sent.nonce)] {
            if !value.is_empty() {
                headers.push((name, value));
            }
        }
        let body = (!sent.body.is_empty()).then_some(sent.body.as_str());
        client.send(&sent.method, &sent.target, &headers, body).await.unwrap()
    }
}

const NONCE: &str = "00112233445566778899aabbccddeeff";

async fn a_signed_request_does_what_its_key_may_and_only_once(engine: Engine) {
    let world = World::start(engine, 2).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 5)).await;
    let key = make(&world, &["--tenant", "a"]);
    let mut client = Client::new(world.server.port, "localhost", None);
    let placed = key.signed("POST", "/api/v1/orders", "a", NONCE, &order(&[("L", 1)]).to_string());
    let answer = key.send(&mut client, &placed).await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    let again = key.send(&mut client, &placed).await;
    assert_eq!((again.status, &*again.code()), (401, "signature_replayed"));
    let refused = key.signed("POST", "/api/v1/products", "a", "another-nonce-0001", "{}");
    assert_eq!(key.send(&mut client, &refused).await.code(), "not_permitted");
    let elsewhere = key.signed("GET", "/api/v1/orders", "b", "another-nonce-0002", "");
    let elsewhere = key.send(&mut client, &elsewhere).await;
    assert_eq!((elsewhere.status, &*elsewhere.code()), (404, "no_such_shop"));
    // Without a name, a key that is good for one shop is for that one; at another's address it is not.
    let plain = key.signed("GET", "/api/v1/orders", "", "another-nonce-0003", "");
    assert_eq!(key.send(&mut client, &plain).await.status, 200);
    let at_b = key.signed("GET", "/api/v1/orders", "", "another-nonce-0004", "");
    assert_eq!(key.send(&mut world.server.client("b", None), &at_b).await.status, 404);
    assert_eq!(all(&mut world.admin("a"), "/api/v1/orders").await.len(), 1);
    galleria_tests::server::verify(&world.cell);
}

async fn what_was_signed_cannot_be_changed(engine: Engine) {
    let world = World::start(engine, 2).await;
    let key = make(&world, &["--role", "admin"]);
    let mut client = Client::new(world.server.port, "localhost", None);
    let body = lamp("L", 5).to_string();
    let good = key.signed("POST", "/api/v1/products?x=1", "a", NONCE, &body);
    let changed = |change: fn(&mut Sent)| {
        let mut sent = good.clone();
        change(&mut sent);
        sent
    };
    for (what, sent, code) in [
        ("method", changed(|sent| sent.method = "PUT".into()), "signature_wrong"),
        ("path", changed(|sent| sent.target = "/api/v1/orders?x=1".into()), "signature_wrong"),
        ("query", changed(|sent| sent.target = "/api/v1/products?x=2".into()), "signature_wrong"),
        ("tenant", changed(|sent| sent.tenant = "b".into()), "signature_wrong"),
        ("no tenant", changed(|sent| sent.tenant.clear()), "signature_wrong"),
        ("body", changed(|sent| sent.body = lamp("M", 5).to_string()), "signature_wrong"),
        ("nonce", changed(|sent| sent.nonce = "ffeeddccbbaa99887766554433221100".into()), "signature_wrong"),
        ("no nonce", changed(|sent| sent.nonce.clear()), "signature_header_missing"),
        ("time", changed(|sent| sent.timestamp.push('0')), "signature_timestamp_outside"),
        ("a time in words", changed(|sent| sent.timestamp = "now".into()), "signature_timestamp_malformed"),
        (
            "version",
            changed(|sent| sent.signature = sent.signature.replace("v2=", "")),
            "signature_legacy_refused",
        ),
        ("cut off", changed(|sent| sent.signature.truncate(20)), "signature_header_malformed"),
    ] {
        // PUT is not a method of this path; it is refused before anybody is asked.
        let answer = key.send(&mut client, &sent).await;
        if what == "method" {
            assert_eq!(answer.status, 405);
            continue;
        }
        assert_eq!((answer.status, &*answer.code()), (401, code), "{what}: {}", answer.json());
    }
    let listed = key.signed("GET", "/api/v1/products", "a", "another-nonce-0001", "");
    let head = Sent { method: "HEAD".into(), ..listed };
    assert_eq!(key.send(&mut client, &head).await.status, 401, "GET's signature was taken for HEAD");
    let unknown = Key { id: "0198c0de-0000-7000-8000-000000000000".into(), secret: key.secret.clone() };
    assert_eq!(unknown.send(&mut client, &good).await.code(), "signature_wrong");
    assert_eq!(key.send(&mut client, &good).await.status, 201);
    // The second version's path is another path, though it leads to the same handler.
    let second = key.signed("GET", "/api/v2/products?limit=1", "a", "another-nonce-0002", "");
    let first = Sent { target: "/api/v1/products?limit=1".into(), ..second.clone() };
    assert_eq!(key.send(&mut client, &first).await.code(), "signature_wrong");
    assert_eq!(key.send(&mut client, &second).await.status, 200);
}

async fn an_old_signature_is_taken_from_a_key_that_is_marked_so_and_for_its_shop_only(engine: Engine) {
    let world = World::start(engine, 2).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 5)).await;
    let said =
        galleria_tests::server::refused(&world.cell, &["service", "create", "--name", "erp", "--legacy"]);
    assert!(said.contains("exactly one"), "{said}");
    let key = make(&world, &["--tenant", "a", "--legacy"]);
    let mut client = Client::new(world.server.port, "localhost", None);
    let old = |body: &str, tenant: &str| {
        let timestamp = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().to_string();
        let signature = sign(&key.secret, &format!("{body}|{timestamp}"));
        Sent {
            method: "POST".into(),
            target: "/api/v1/orders".into(),
            tenant: tenant.into(),
            timestamp,
            nonce: String::new(),
            body: body.into(),
            signature,
        }
    };
    let body = order(&[("L", 1)]).to_string();
    let sent = old(&body, "");
    assert_eq!(key.send(&mut client, &sent).await.status, 201);
    assert_eq!(key.send(&mut client, &sent).await.code(), "signature_replayed");
    // The tenant of the header is not signed, so it moves nothing.
    let named = old(&order(&[("L", 2)]).to_string(), "b");
    let answer = key.send(&mut client, &named).await;
    assert!([201, 404].contains(&answer.status), "{}", answer.json());
    assert_eq!(all(&mut world.admin("b"), "/api/v1/orders").await.len(), 0);
    let strict = make(&world, &["--tenant", "a"]);
    let forged = Sent { signature: sign(&strict.secret, &format!("{body}|{}", sent.timestamp)), ..sent };
    assert_eq!(strict.send(&mut client, &forged).await.code(), "signature_legacy_refused");
}

async fn two_keys_of_a_service_live_while_they_are_changed(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let world = &town.world;
    let old = make(world, &["--tenant", "a"]);
    let mut client = Client::new(world.server.port, "localhost", None);
    let get = |key: &Key, nonce: &str| key.signed("GET", "/api/v1/orders", "a", nonce, "");
    let mut owner = town.operator("owner@example.com", "owner").await;
    let listed = owner.client.get("/api/v1/services").await.json();
    assert!(!listed.to_string().contains(&old.secret) && !listed.to_string().contains("sealed"), "{listed}");
    let rotated = owner.client.post(&format!("/api/v1/services/{}/rotate", old.id), &json!({})).await;
    assert_eq!(rotated.status, 201, "{}", rotated.json());
    let text = |name: &str| rotated.json()[name].as_str().unwrap().to_owned();
    let new = Key { id: text("id"), secret: text("secret") };
    assert_eq!(old.send(&mut client, &get(&old, "another-nonce-0001")).await.status, 200);
    assert_eq!(new.send(&mut client, &get(&new, "another-nonce-0002")).await.status, 200);
    assert_eq!(owner.client.delete(&format!("/api/v1/services/{}", old.id)).await.status, 204);
    assert_eq!(old.send(&mut client, &get(&old, "another-nonce-0003")).await.code(), "signature_wrong");
    assert_eq!(new.send(&mut client, &get(&new, "another-nonce-0004")).await.status, 200);
    let hasty = owner
        .client
        .post(&format!("/api/v1/services/{}/rotate", new.id), &json!({ "overlap_hours": 0 }))
        .await;
    assert_eq!(hasty.status, 201);
    assert_eq!(new.send(&mut client, &get(&new, "another-nonce-0005")).await.code(), "signature_wrong");
    let statuses: Vec<String> = owner.client.get("/api/v1/services").await.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["status"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(statuses, ["active", "deprecated", "revoked"]);
    let mut auditor = town.operator("auditor@example.com", "auditor").await;
    let refused = auditor.client.post("/api/v1/services", &json!({ "name": "x" })).await;
    assert_eq!((refused.status, &*refused.code()), (403, "not_permitted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_one_node_took_is_refused_by_another() {
    let world = World::start(Engine::Database, 1).await;
    let other = Server::start(world.cell.clone()).await;
    let key = make(&world, &["--tenant", "a"]);
    let sent = key.signed("GET", "/api/v1/orders", "a", NONCE, "");
    let mut here = Client::new(world.server.port, "localhost", None);
    let mut there = Client::new(other.port, "localhost", None);
    assert_eq!(key.send(&mut here, &sent).await.status, 200);
    assert_eq!(key.send(&mut there, &sent).await.code(), "signature_replayed");
    // Both at once: one of them.
    let sent = key.signed("GET", "/api/v1/orders", "a", "another-nonce-0001", "");
    let (one, two) = tokio::join!(key.send(&mut here, &sent), key.send(&mut there, &sent));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

/// The programs of the crate `signing`, as its README shows them.
#[tokio::test(flavor = "multi_thread")]
async fn programs_in_other_languages_sign_what_is_taken() {
    let world = World::start(Engine::Embedded, 1).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 5)).await;
    let key = make(&world, &["--tenant", "a"]);
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/signing/examples");
    let url = format!("http://127.0.0.1:{}/api/v1/orders?limit=5", world.server.port);
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "").unwrap();
    for (program, script) in [("python3", "sign.py"), ("sh", "sign.sh")] {
        let mut signing = Command::new(program);
        signing
            .arg(examples.join(script))
            .args([&key.id, "a", "GET", &url])
            .env("GALLERIA_SECRET", &key.secret);
        if program == "sh" {
            signing.arg(&empty);
        }
        let output = signing.stdin(std::process::Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("\"items\""), "{script}: {said} {}", String::from_utf8_lossy(&output.stderr));
    }
}
