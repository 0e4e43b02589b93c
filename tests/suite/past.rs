//! How things were, what happened to them, and jobs that a person starts and cancels.

use std::time::Duration;

use galleria_tests::server::command;
use galleria_tests::{Ahead, read_until};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::world::{Engine, World, lamp, order};

over_both_engines!(
    an_order_and_a_list_are_seen_as_they_were,
    a_job_is_started_seen_and_done_once_for_one_key
);

async fn an_order_and_a_list_are_seen_as_they_were(engine: Engine) {
    let clock = Ahead::new();
    let world = World::start_with(engine, 1, &clock.environment()).await;
    let mut admin = world.admin("a");
    let product =
        admin.post("/api/v1/products", &lamp("L", 9)).await.json()["id"].as_str().unwrap().to_owned();
    let placed = admin.post("/api/v1/orders", &order(&[("L", 2)])).await.json();
    let (id, before) = (placed["id"].as_str().unwrap().to_owned(), placed["placed_at"].clone());
    clock.set(60);
    admin
        .send("PUT", &format!("/api/v1/orders/{id}/status"), &[], Some("{\"status\":\"confirmed\"}"))
        .await
        .unwrap();
    admin.post("/api/v1/orders", &order(&[("L", 1)])).await;
    let changed = admin.get(&format!("/api/v1/products/{product}")).await;
    let etag = changed.header("etag").unwrap().to_owned();
    let mut new = lamp("L", 9);
    new["title"] = "Lantern".into();
    let put = admin
        .send("PUT", &format!("/api/v1/products/{product}"), &[("if-match", &etag)], Some(&new.to_string()))
        .await
        .unwrap();
    assert_eq!(put.status, 200, "{}", put.json());

    let history = admin.get(&format!("/api/v1/history/{id}")).await.json();
    let kinds: Vec<&str> =
        history["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["order.placed", "order.confirmed"]);
    assert_eq!(
        history["items"][0]["data"]["customer"]["person"]["$personal"]["value"]["name"],
        "Ada Lovelace"
    );
    let position = history["items"][0]["position"].as_i64().unwrap();

    for moment in [position.to_string(), at_just_after(&before)] {
        let then = admin.get(&format!("/api/v1/orders/{id}?as_of={moment}")).await;
        assert_eq!((then.status, then.json()["status"].as_str()), (200, Some("placed")), "{moment}");
        let list = admin.get(&format!("/api/v1/orders?as_of={moment}")).await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(list["items"][0]["status"], "placed");
        let stock = admin.get(&format!("/api/v1/inventory?as_of={moment}")).await.json();
        assert_eq!(stock["items"][0]["reserved"], 2);
        let was = admin.get(&format!("/api/v1/products/{product}?as_of={moment}")).await.json();
        assert_eq!(was["title"], "Lamp L");
    }
    assert_eq!(admin.get(&format!("/api/v1/orders/{id}")).await.json()["status"], "confirmed");
    assert_eq!(admin.get(&format!("/api/v1/orders/{id}?as_of=0")).await.status, 404);
    let wrong = admin.get(&format!("/api/v1/orders/{id}?as_of=yesterday")).await;
    assert_eq!((wrong.status, wrong.json()["errors"][0]["pointer"].as_str()), (422, Some("as_of")));
    assert_eq!(admin.get(&format!("/api/v1/orders/{id}?as_of=999999")).await.code(), "moment_unknown");
    let mut anyone = world.server.client("a", None);
    assert_eq!(anyone.get("/api/v1/products?as_of=1").await.status, 401);

    let changes = admin.get(&format!("/api/v1/history/{id}/changes?from={position}")).await.json();
    let orders: Vec<&Value> =
        changes["changes"].as_array().unwrap().iter().filter(|change| change["table"] == "orders").collect();
    assert_eq!(orders[0]["before"]["status"], "placed");
    assert_eq!(orders[0]["after"]["status"], "confirmed");
    let shown =
        command(&world.cell, &["history", "diff", "--tenant", "a", &id, "--from", &position.to_string()]);
    assert!(shown.contains("- status: \"placed\"") && shown.contains("+ status: \"confirmed\""), "{shown}");
}

/// A moment after the order was asked for, by when it was written down for sure.
fn at_just_after(time: &Value) -> String {
    let time: kernel::Timestamp = time.as_str().unwrap().parse().unwrap();
    time.plus(Duration::from_secs(30)).to_string()
}

async fn a_job_is_started_seen_and_done_once_for_one_key(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 9)).await;
    let body = json!({ "name": "verify" }).to_string();
    let once = [("idempotency-key", "nightly")];
    let first = admin.send("POST", "/api/v1/jobs", &once, Some(&body)).await.unwrap();
    assert_eq!(first.status, 201, "{}", first.json());
    let again = admin.send("POST", "/api/v1/jobs", &once, Some(&body)).await.unwrap();
    assert_eq!(first.json()["id"], again.json()["id"]);
    let path = first.header("location").unwrap().to_owned();
    let seen = admin.until(&path, |job| job["state"] == "done").await;
    assert!(seen["note"].as_str().unwrap().starts_with("Every table is what its"), "{seen}");
    let unknown = admin.post("/api/v1/jobs", &json!({ "name": "dance" })).await;
    assert_eq!((unknown.status, unknown.json()["errors"][0]["pointer"].as_str()), (422, Some("/name")));
    let mut later = json!({ "name": "verify", "every_seconds": 3600 });
    later["due"] = "2199-01-01T00:00:00Z".into();
    let later = admin.post("/api/v1/jobs", &later).await.json()["id"].as_str().unwrap().to_owned();
    let cancelled = admin.send("DELETE", &format!("/api/v1/jobs/{later}"), &[], None).await.unwrap();
    assert_eq!(cancelled.json()["state"], "cancelled");
    let listed = command(&world.cell, &["jobs", "list", "--tenant", "a"]);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let of_the_cell = command(&world.cell, &["jobs", "start", "verify"]);
    let list = async || command(&world.cell, &["jobs", "list", "--json"]);
    let listed = read_until("it is done", list, |listed| listed.contains("\"state\":\"done\"")).await;
    assert!(listed.contains(&of_the_cell) && listed.contains("Every table of 1 tenants"), "{listed}");
    let letters = admin.get("/api/v1/dead-letters").await;
    assert_eq!((letters.status, letters.json()["items"].clone()), (200, json!([])));
}
