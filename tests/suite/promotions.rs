//! Promotions that may be used only so often, while many order at once.

use std::collections::BTreeSet;

use serde_json::json;

use crate::over_both_engines;
use crate::people::Town;
use crate::selling::{ada, cart, deliver, describe, fitted};
use crate::world::{Engine, World, order};

over_both_engines!(
    a_promotion_is_used_as_often_as_it_may_be_however_many_order_at_once,
    a_first_order_is_the_first_once_however_many_are_placed_at_once,
);

async fn a_promotion_is_used_as_often_as_it_may_be_however_many_order_at_once(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = fitted(&world).await;
    let five = json!({
        "name": "First five", "code": "FIVE", "limits": { "in_total": 5, "for_a_customer": 1 },
        "effect": { "kind": "amount", "off": { "amount": 500, "currency": "EUR" } },
    });
    let made = admin.post("/api/v1/promotions", &five).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let promotion = format!("/api/v1/promotions/{}", made.json()["id"].as_str().unwrap());
    let mut carts = Vec::new();
    for _ in 0..12 {
        let mut guest = world.server.client("a", None);
        let id = cart(&mut guest, &[("L", 1)]).await;
        describe(&mut guest, &id, &ada()).await;
        deliver(&mut guest, &id).await;
        guest.post(&format!("/api/v1/carts/{id}/codes"), &json!({ "code": "FIVE" })).await;
        carts.push((guest, format!("/api/v1/carts/{id}/checkout")));
    }
    let orders = carts.into_iter().map(|(mut guest, path)| {
        // Each was shown the total with the five euros taken off.
        tokio::spawn(async move { guest.post(&path, &json!({ "expected_total": 1999 + 490 - 500 })).await })
    });
    let (mut taken, mut numbers, mut cancelled) = (0, BTreeSet::new(), None);
    for order in orders.collect::<Vec<_>>() {
        let answer = order.await.unwrap();
        match answer.status {
            201 => {
                taken += 1;
                numbers.insert(answer.json()["number"].as_i64().unwrap());
                cancelled = answer.json()["id"].as_str().map(str::to_owned);
            }
            409 => assert!(
                ["promotion_used_up", "total_changed"].contains(&&*answer.code()),
                "{}",
                answer.json()
            ),
            _ => panic!("{}", answer.json()),
        }
    }
    assert_eq!((taken, numbers.len()), (5, 5), "no number is given twice");
    assert_eq!(admin.get(&promotion).await.json()["used"], 5);
    // A cancelled order has used nothing.
    admin.delete(&format!("/api/v1/orders/{}", cancelled.unwrap())).await;
    assert_eq!(admin.get(&promotion).await.json()["used"], 4);
    galleria_tests::server::verify(&world.cell);
}

async fn a_first_order_is_the_first_once_however_many_are_placed_at_once(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = fitted(&town.world).await;
    let welcome = json!({
        "name": "Welcome", "conditions": { "first_order": true }, "effect": { "kind": "percent", "off": 2000 },
    });
    let made = admin.post("/api/v1/promotions", &welcome).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let cy = town.customer("a", "cy@example.com").await;
    let options = admin.get("/api/v1/delivery-options").await.json();
    let post = options["items"].as_array().unwrap().iter().find(|option| option["name"] == "Post").unwrap();
    let mut body = order(&[("L", 1)]);
    body["delivery_option_id"] = post["id"].clone();
    let orders = (0..6).map(|_| {
        let (mut client, body) = (cy.client.with(Some(&cy.access_token)), body.clone());
        tokio::spawn(async move { client.post("/api/v1/orders", &body).await })
    });
    let mut totals = Vec::new();
    for order in orders.collect::<Vec<_>>() {
        let answer = order.await.unwrap();
        match answer.status {
            201 => totals.push(answer.json()["total"].as_i64().unwrap()),
            _ => assert_eq!((answer.status, &*answer.code()), (409, "promotion_used_up")),
        }
    }
    assert_eq!(totals.iter().filter(|total| **total < 1999 + 490).count(), 1, "{totals:?}");
    galleria_tests::server::verify(&town.world.cell);
}
