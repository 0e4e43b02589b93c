//! How often one key may ask, when it is not as often as all keys may.

use galleria_tests::server::{command, make_key};
use galleria_tests::{Client, read_until};
use serde_json::json;

use crate::over_both_engines;
use crate::people::Town;
use crate::services;
use crate::world::{Engine, World};

over_both_engines!(
    a_key_with_a_limit_of_its_own_waits_while_others_are_let_in,
    a_service_with_a_limit_of_its_own_waits_while_others_are_let_in,
);

async fn a_key_with_a_limit_of_its_own_waits_while_others_are_let_in(engine: Engine) {
    let world = World::start(engine, 1).await;
    let make = ["tenant", "key", "create", "a", "--name", "till", "--role", "service", "--limit", "5"];
    let secret = command(&world.cell, &make);
    let mut till = world.server.client("a", Some(&secret));
    let mut other = world.server.client("a", Some(&make_key(&world.cell, "a", "service")));
    until(&mut other, 200).await;
    for left in ["4", "3", "2", "1", "0"] {
        let answer = till.get("/api/v1/orders").await;
        assert_eq!((answer.status, answer.header("x-ratelimit-remaining")), (200, Some(left)));
        assert_eq!(answer.header("ratelimit-policy"), Some("\"client\";q=5;w=60"));
    }
    let refused = till.get("/api/v1/orders").await;
    assert_eq!((refused.status, &*refused.code()), (429, "too_many"));
    assert_eq!(refused.header("retry-after"), Some("12"));
    assert_eq!(refused.header("x-ratelimit-limit"), Some("5"));
    assert_eq!(other.get("/api/v1/orders").await.status, 200);

    let listed = command(&world.cell, &["tenant", "key", "list", "a"]);
    let line = listed.lines().find(|line| line.contains("5 a minute")).unwrap();
    assert!(line.contains("till") && listed.matches("a minute").count() == 1, "{listed}");
    let id = line.split(' ').next().unwrap();
    // The key in its place has the same limit, until somebody says otherwise.
    command(&world.cell, &["tenant", "key", "rotate", "a", id]);
    assert_eq!(command(&world.cell, &["tenant", "key", "list", "a"]).matches("5 a minute").count(), 2);
    command(&world.cell, &["tenant", "key", "limit", "a", id, "0"]);
    until(&mut till, 200).await;
    for _ in 0..10 {
        assert_eq!(till.get("/api/v1/orders").await.status, 200);
    }
}

async fn a_service_with_a_limit_of_its_own_waits_while_others_are_let_in(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let world = &town.world;
    let till = services::make(world, &["--tenant", "a", "--limit", "5"]);
    let other = services::make(world, &["--tenant", "a"]);
    let mut client = Client::new(world.server.port, "localhost", None);
    let mut nonces = (1..).map(|number| format!("another-nonce-{number:04}"));
    let mut ask = async |key: &services::Key| {
        let signed = key.signed("GET", "/api/v1/orders", "a", &nonces.next().unwrap(), "");
        key.send(&mut client, &signed).await
    };
    for left in ["4", "3", "2", "1", "0"] {
        let answer = ask(&till).await;
        assert_eq!((answer.status, answer.header("x-ratelimit-remaining")), (200, Some(left)));
    }
    let refused = ask(&till).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("12")), "{}", refused.json());
    assert_eq!(ask(&other).await.status, 200);
    assert!(command(&world.cell, &["service", "list"]).contains("5 a minute"));

    let mut owner = town.operator("owner@example.com", "owner").await.client;
    let path = format!("/api/v1/services/{}/limit", till.id);
    assert_eq!(owner.put(&path, &json!({ "limit": 200 })).await.status, 204);
    for _ in 0..10 {
        assert_eq!(ask(&till).await.header("x-ratelimit-limit"), Some("200"));
    }
    let rotated = owner.post(&format!("/api/v1/services/{}/rotate", till.id), &json!({})).await.json();
    assert_eq!(rotated["limit"], 200, "{rotated}");
    assert_eq!(owner.put(&path, &json!({ "limit": null })).await.status, 204);
    assert_eq!(ask(&till).await.header("x-ratelimit-limit"), None);
    command(&world.cell, &["service", "limit", &other.id, "1"]);
    let listed = owner.get("/api/v1/services").await.json();
    assert_eq!(listed["items"].as_array().unwrap().iter().filter(|key| key["limit"] == 1).count(), 1);
}

/// A command beside a server on a database is heard of a moment later.
async fn until(client: &mut Client, status: u16) {
    let what = format!("it is answered with {status}");
    read_until(&what, async || client.get("/api/v1/orders").await.status, |seen| *seen == status).await;
}
