//! What a promotion may be: used only so often while many order at once, one to a code, and what was meant.

use std::collections::BTreeSet;

use galleria_tests::Client;
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::people::Town;
use crate::selling::{ada, cart, deliver, describe, fitted};
use crate::world::{Engine, World, order};

over_both_engines!(
    a_promotion_is_used_as_often_as_it_may_be_however_many_order_at_once,
    a_first_order_is_the_first_once_however_many_are_placed_at_once,
    a_code_is_one_promotions_however_it_is_written_and_however_many_ask_at_once,
    a_percentage_is_written_with_its_sign_wherever_it_is_written,
    what_is_improbable_is_asked_about_and_done_for_whoever_is_sure,
    a_promotion_names_only_what_there_is,
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
        "name": "Welcome", "conditions": { "first_order": true }, "effect": { "kind": "percent", "off": "20%" },
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

fn off(percentage: &str) -> Value {
    json!({ "name": "Off", "effect": { "kind": "percent", "off": percentage } })
}

fn with_code(code: &str) -> Value {
    let mut promotion = off("10%");
    promotion["code"] = json!(code);
    promotion
}

async fn put(client: &mut Client, path: &str, body: &Value) -> galleria_tests::Answer {
    let version = client.get(path).await.json()["version"].as_i64().unwrap();
    let seen = format!("\"{version}\"");
    client.send("PUT", path, &[("if-match", &seen)], Some(&body.to_string())).await.unwrap()
}

async fn a_code_is_one_promotions_however_it_is_written_and_however_many_ask_at_once(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let asked: Vec<_> = ["SUMMER", "summer", "Summer", " SUMMER ", "sUMMER", "SUMMER", "summer", "SUMMER"]
        .map(|code| {
            let mut client = world.admin("a");
            tokio::spawn(async move { client.post("/api/v1/promotions", &with_code(code)).await })
        })
        .into_iter()
        .collect();
    let (mut made, mut refused) = (Vec::new(), Vec::new());
    for answer in asked {
        let answer = answer.await.unwrap();
        match answer.status {
            201 => made.push(answer.json()["id"].clone()),
            _ => refused.push((answer.status, answer.code(), answer.json()["promotion_id"].clone())),
        }
    }
    assert_eq!(made.len(), 1, "{refused:?}");
    let taken = (409, "code_taken".to_owned(), made[0].clone());
    assert!(refused.iter().all(|refusal| *refusal == taken), "{refused:?}");

    let summer = format!("/api/v1/promotions/{}", made[0].as_str().unwrap());
    let other = admin.post("/api/v1/promotions", &with_code("AUTUMN")).await.json();
    let autumn = format!("/api/v1/promotions/{}", other["id"].as_str().unwrap());
    let refused = put(&mut admin, &autumn, &with_code("summer")).await;
    assert_eq!((refused.status, &*refused.code()), (409, "code_taken"), "{}", refused.json());
    // Its own it may keep, written otherwise; also while it is over or switched off.
    let mut over = with_code("Summer");
    over["enabled"] = json!(false);
    over["ends"] = json!("2020-01-01T00:00:00Z");
    assert_eq!(put(&mut admin, &summer, &over).await.status, 200);
    assert_eq!(admin.post("/api/v1/promotions", &with_code("SUMMER")).await.code(), "code_taken");
    // Whoever takes another gives the first up, and so does whoever is removed.
    assert_eq!(put(&mut admin, &summer, &with_code("JULY")).await.status, 200);
    assert_eq!(put(&mut admin, &autumn, &with_code("summer")).await.status, 200);
    assert_eq!(admin.delete(&summer).await.status, 204);
    assert_eq!(admin.post("/api/v1/promotions", &with_code("JULY")).await.status, 201);
    assert_eq!(admin.post("/api/v1/promotions", &with_code("SUMMER")).await.code(), "code_taken");
    galleria_tests::server::verify(&world.cell);
}

/// Every place that takes a percentage, with it written so.
async fn everywhere(admin: &mut Client, percentage: &Value, sure: bool) -> Vec<galleria_tests::Answer> {
    let list = admin.post("/api/v1/price-lists", &json!({ "name": "Trade", "currency": "EUR" })).await.json();
    let prices = format!("/api/v1/price-lists/{}/prices", list["id"].as_str().unwrap());
    let tiers = json!([{ "sku": "L", "tiers": [{ "off": percentage }] }]);
    let with = |mut body: Value| {
        if sure {
            body["sure"] = json!(true);
        }
        body
    };
    let mut promotion = off("1%");
    promotion["effect"]["off"] = percentage.clone();
    let mut draft = order(&[("L", 1)]);
    let customer = draft["customer"].take();
    let draft = json!({
        "email": customer["email"], "name": customer["name"], "lines": draft["lines"],
        "discount": { "off": percentage, "text": "Regular" },
    });
    let taxes = json!({ "rates": [{ "name": "VAT", "rate": percentage, "country": "IE" }] });
    vec![
        admin.post("/api/v1/promotions", &with(promotion)).await,
        admin.put(&prices, &with(json!({ "prices": tiers }))).await,
        admin.post("/api/v1/draft-orders", &with(draft)).await,
        put(admin, "/api/v1/taxes", &with(taxes)).await,
    ]
}

async fn a_percentage_is_written_with_its_sign_wherever_it_is_written(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = fitted(&world).await;
    for wrong in [json!(10), json!(0.1), json!(1000), json!("10"), json!("7,5%"), json!("-5%"), json!("ten%")]
    {
        for refused in everywhere(&mut admin, &wrong, true).await {
            let told = refused.json();
            assert_eq!((refused.status, &*refused.code()), (422, "invalid"), "{told}");
            assert!(told["errors"][0]["detail"].as_str().unwrap().contains("\"7.5%\""), "{wrong}: {told}");
        }
    }
    let made = everywhere(&mut admin, &json!("7.5%"), false).await;
    assert!(made.iter().all(|answer| answer.status < 300), "{}", made[0].json());
    // What is read is what was written.
    let promotion = format!("/api/v1/promotions/{}", made[0].json()["id"].as_str().unwrap());
    assert_eq!(
        admin.get(&promotion).await.json()["effect"],
        json!({
            "kind": "percent", "off": "7.5%", "from": { "of": [], "except": [] }, "at_most": null,
        })
    );
    let list = format!("/api/v1/price-lists/{}/prices", made[1].json()["id"].as_str().unwrap());
    assert_eq!(admin.get(&list).await.json()["items"][0]["off"], "7.5%");
    assert_eq!(made[2].json()["discount"], json!({ "off": "7.5%", "text": "Regular" }));
    assert_eq!(made[2].json()["bill"]["discount"], -139, "of 18.49, with half a cent up");
    assert_eq!(admin.get("/api/v1/taxes").await.json()["rates"][0]["rate"], "7.5%");
    galleria_tests::server::verify(&world.cell);
}

async fn what_is_improbable_is_asked_about_and_done_for_whoever_is_sure(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = fitted(&world).await;
    for asked in everywhere(&mut admin, &json!("95%"), false).await {
        let told = asked.json();
        assert_eq!((asked.status, &*asked.code()), (422, "improbable"), "{told}");
        assert!(told["detail"].as_str().unwrap().contains("\"sure\": true"), "{told}");
        assert!(told["errors"][0]["pointer"].as_str().unwrap().starts_with('/'), "{told}");
    }
    for done in everywhere(&mut admin, &json!("95%"), true).await {
        assert!(done.status < 300, "{}", done.json());
    }
    for (effect, usual) in [
        (json!({ "kind": "buy_get", "buy": 2, "get": 1, "off": "100%" }), true),
        (json!({ "kind": "buy_get", "buy": 1, "get": 10, "off": "100%" }), false),
        (json!({ "kind": "percent", "off": "80%" }), true),
        (json!({ "kind": "percent", "off": "100%" }), false),
    ] {
        let asked = admin.post("/api/v1/promotions", &json!({ "name": "Off", "effect": effect })).await;
        assert_eq!(asked.status == 201, usual, "{effect}: {}", asked.json());
    }
    galleria_tests::server::verify(&world.cell);
}

async fn a_promotion_names_only_what_there_is(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = fitted(&world).await;
    let product = admin.get("/api/v1/products?sku=L").await.json()["items"][0].clone();
    assert_eq!(admin.post("/api/v1/segments", &json!({ "name": "trade" })).await.status, 201);
    let (known, unknown) = (&product["id"], json!("00000000-0000-7000-8000-000000000001"));
    let variant = &product["variants"][0]["id"];
    let pick =
        |pick: Value| json!({ "effect": { "kind": "percent", "off": "10%", "from": { "of": [pick] } } });
    for (part, place) in [
        (json!({ "conditions": { "segments": ["trade", "trades"] } }), "/conditions/segments/1"),
        (json!({ "conditions": { "organisations": [unknown] } }), "/conditions/organisations/0"),
        (
            json!({ "conditions": { "counted": { "except": [{ "product": unknown }] } } }),
            "/conditions/counted/except/0",
        ),
        (pick(json!({ "product": unknown })), "/effect/from/of/0"),
        (pick(json!({ "variant": unknown })), "/effect/from/of/0"),
        (pick(json!({ "category": "nowhere" })), "/effect/from/of/0"),
        (json!({ "conditions": { "segments": ["trade"] } }), ""),
        (pick(json!({ "product": known })), ""),
        (pick(json!({ "variant": variant })), ""),
        (pick(json!({ "category": product["categories"][0] })), ""),
    ] {
        let mut promotion = off("10%");
        promotion.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        let answer = admin.post("/api/v1/promotions", &promotion).await;
        let told = answer.json();
        match place {
            "" => assert_eq!(answer.status, 201, "{part}: {told}"),
            _ => assert_eq!((answer.status, &told["errors"][0]["pointer"]), (422, &json!(place)), "{told}"),
        }
    }
    galleria_tests::server::verify(&world.cell);
}
