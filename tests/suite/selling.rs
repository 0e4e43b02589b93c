//! From a cart to an order: what is in it, what it costs and why, and who may see it.

use galleria_tests::Client;
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::people::Town;
use crate::world::{Engine, World, lamp, order};

over_both_engines!(
    a_guest_fills_a_cart_and_orders_it_at_the_price_that_was_shown,
    a_cart_survives_signing_in_and_is_nobody_elses_after,
    an_order_is_priced_by_the_rules_of_its_moment_or_not_placed,
    what_a_guest_said_is_gone_when_they_are_erased,
    an_order_is_sent_edited_and_given_back_and_its_bill_always_adds_up,
    a_cancelled_order_charges_nothing_and_gives_everything_back,
);

fn address() -> Value {
    json!({ "line1": "1 Quay", "city": "Cork", "postal_code": "T12 XY00", "country": "IE" })
}

pub fn ada() -> Value {
    json!({ "email": "ada@example.com", "name": "Ada Lovelace", "shipping_address": address() })
}

/// A shop with lamps, Irish tax within its prices, two ways of delivery, and ten percent for whoever knows the code.
pub async fn fitted(world: &World) -> Client {
    let mut admin = world.admin("a");
    for (sku, stock) in [("L", 50), ("R", 2)] {
        assert_eq!(admin.post("/api/v1/products", &lamp(sku, stock)).await.status, 201);
    }
    let taxes = json!({ "rates": [{ "name": "VAT", "rate": "23%", "country": "IE" }] });
    let set =
        admin.send("PUT", "/api/v1/taxes", &[("if-match", "\"0\"")], Some(&taxes.to_string())).await.unwrap();
    assert_eq!(set.status, 200, "{}", set.json());
    for option in [
        json!({ "name": "Post", "price": 490, "countries": ["IE"], "free_from": 10_000 }),
        json!({ "name": "Courier", "price": 990, "countries": ["DE"] }),
    ] {
        let made = admin.post("/api/v1/delivery-options", &option).await;
        assert_eq!(made.status, 201, "{}", made.json());
    }
    let spring = json!({ "name": "Spring", "code": "SPRING", "effect": { "kind": "percent", "off": "10%" } });
    let made = admin.post("/api/v1/promotions", &spring).await;
    assert_eq!(made.status, 201, "{}", made.json());
    admin
}

pub async fn cart(client: &mut Client, lines: &[(&str, i64)]) -> String {
    let lines: Vec<Value> =
        lines.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect();
    let made = client.post("/api/v1/carts", &json!({ "lines": lines })).await;
    assert_eq!(made.status, 201, "{}", made.json());
    made.json()["id"].as_str().unwrap().to_owned()
}

pub async fn describe(client: &mut Client, id: &str, details: &Value) -> Value {
    let put = client.put(&format!("/api/v1/carts/{id}"), details).await;
    assert_eq!(put.status, 200, "{}", put.json());
    put.json()
}

/// Chooses the first way of delivery that the cart offers.
pub async fn deliver(client: &mut Client, id: &str) -> Value {
    let read = client.get(&format!("/api/v1/carts/{id}")).await.json();
    let option = &read["delivery_options"][0]["id"];
    let put =
        client.put(&format!("/api/v1/carts/{id}/delivery"), &json!({ "delivery_option_id": option })).await;
    assert_eq!(put.status, 200, "{}", put.json());
    put.json()
}

async fn a_guest_fills_a_cart_and_orders_it_at_the_price_that_was_shown(engine: Engine) {
    let world = World::start(engine, 2).await;
    let mut admin = fitted(&world).await;
    let mut guest = world.server.client("a", None);
    let id = cart(&mut guest, &[("L", 1)]).await;
    let path = format!("/api/v1/carts/{id}");
    let more = guest.post(&format!("{path}/lines"), &json!({ "sku": "L", "quantity": 2 })).await.json();
    assert_eq!((&more["lines"][0]["quantity"], &more["bill"]["total"]), (&json!(3), &json!(5997)));
    let missing = |cart: &Value| -> Vec<String> {
        let all = cart["missing"].as_array().unwrap().iter();
        all.map(|missing| missing["pointer"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(missing(&more), ["/email", "/name", "/shipping_address"]);
    let early = guest.post(&format!("{path}/checkout"), &json!({})).await;
    assert_eq!((early.status, &*early.code()), (422, "cart_unfinished"));

    let described = describe(&mut guest, &id, &ada()).await;
    assert_eq!(missing(&described), ["/delivery_option_id"]);
    let offered = described["delivery_options"].as_array().unwrap();
    assert_eq!((offered.len(), &offered[0]["name"], &offered[0]["price"]), (1, &json!("Post"), &json!(490)));
    let chosen = deliver(&mut guest, &id).await;
    assert_eq!((missing(&chosen).len(), &chosen["bill"]["total"]), (0, &json!(6487)));
    // 23 % that the prices hold: of 59.97 it is 11.21, of 4.90 it is 0.92.
    assert_eq!(chosen["bill"]["included_tax"], 1213);

    let none = guest.post(&format!("{path}/codes"), &json!({ "code": "WINTER" })).await.json();
    assert_eq!((&none["promotions"][0]["applied"], &none["bill"]["total"]), (&json!(false), &json!(6487)));
    assert!(none["promotions"][0]["text"].as_str().unwrap().contains("WINTER"));
    let spring = guest.post(&format!("{path}/codes"), &json!({ "code": "spring " })).await.json();
    assert_eq!((&spring["bill"]["discount"], &spring["bill"]["total"]), (&json!(-600), &json!(5887)));
    guest.delete(&format!("{path}/codes/WINTER")).await;

    // Whoever was shown another total does not pay this one.
    let stale = guest.post(&format!("{path}/checkout"), &json!({ "expected_total": 6487 })).await;
    assert_eq!((stale.status, &*stale.code(), &stale.json()["total"]), (409, "total_changed", &json!(5887)));
    let key = [("idempotency-key", "once")];
    let checkout = json!({ "expected_total": 5887 }).to_string();
    let ordered = guest.send("POST", &format!("{path}/checkout"), &key, Some(&checkout)).await.unwrap();
    assert_eq!(ordered.status, 201, "{}", ordered.json());
    let again = guest.send("POST", &format!("{path}/checkout"), &key, Some(&checkout)).await.unwrap();
    assert_eq!((again.status, &again.json()["id"]), (201, &ordered.json()["id"]));
    let ordered = ordered.json();
    assert_eq!((&ordered["total"], &ordered["bill"]["total"]), (&json!(5887), &json!(5887)));
    let entries = ordered["bill"]["entries"].as_array().unwrap();
    let sum: i64 = entries.iter().map(|entry| entry["amount"].as_i64().unwrap()).sum();
    assert_eq!(sum, 5887, "{entries:?}");
    assert!(entries.iter().all(|entry| !entry["text"].as_str().unwrap().is_empty()));

    // The guest sees the order by the cart, staff by its number, and nobody without either.
    let seen = guest.get(&format!("{path}/order")).await.json();
    assert_eq!((&seen["id"], &seen["delivery"]["name"]), (&ordered["id"], &json!("Post")));
    let by_id = format!("/api/v1/orders/{}", ordered["id"].as_str().unwrap());
    assert_eq!(guest.get(&by_id).await.status, 401);
    let stored = admin.get(&by_id).await.json();
    for field in ["total", "bill", "number", "lines", "shipping_address", "delivery"] {
        assert_eq!(stored[field], ordered[field], "{field}");
    }
    let numbered = admin.get(&format!("/api/v1/orders?number={}", ordered["number"])).await.json();
    assert_eq!(numbered["items"][0]["id"], ordered["id"]);
    let later = guest.post(&format!("{path}/lines"), &json!({ "sku": "L", "quantity": 1 })).await;
    assert_eq!((later.status, &later.json()["order_id"]), (409, &ordered["id"]));
    assert_eq!(world.server.client("b", None).get(&path).await.status, 404);

    // What is sold out is named, and nothing is ordered.
    let id = cart(&mut guest, &[("L", 1), ("R", 3)]).await;
    describe(&mut guest, &id, &ada()).await;
    let chosen = deliver(&mut guest, &id).await;
    assert_eq!(missing(&chosen), ["/lines/1/quantity"]);
    assert_eq!(chosen["lines"][1]["problem"], "only 2 are left; take fewer");
    let refused = guest.post(&format!("/api/v1/carts/{id}/checkout"), &json!({})).await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/lines/1/quantity");
    galleria_tests::server::verify(&world.cell);
}

async fn a_cart_survives_signing_in_and_is_nobody_elses_after(engine: Engine) {
    let town = Town::start(engine, 1).await;
    fitted(&town.world).await;
    let mut guest = town.shop("a");
    let first = cart(&mut guest, &[("L", 2)]).await;
    describe(&mut guest, &first, &ada()).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut dee = town.customer("a", "dee@example.com").await;
    let claimed = cy.client.post(&format!("/api/v1/carts/{first}/claim"), &json!({})).await;
    assert_eq!((claimed.status, &claimed.json()["id"]), (200, &json!(first)));
    assert_eq!(claimed.json()["name"], "Ada Lovelace", "what they had said is still there");
    for client in [&mut guest, &mut dee.client] {
        assert_eq!(client.get(&format!("/api/v1/carts/{first}")).await.status, 404);
    }
    assert_eq!(dee.client.post(&format!("/api/v1/carts/{first}/claim"), &json!({})).await.status, 404);

    // On another device they filled another cart before they signed in.
    let second = cart(&mut guest, &[("L", 1), ("R", 1)]).await;
    describe(&mut guest, &second, &json!({ "name": "Ada Byron" })).await;
    let merged = cy.client.post(&format!("/api/v1/carts/{second}/claim"), &json!({})).await.json();
    assert_eq!(merged["id"], json!(first));
    let held: Vec<(&Value, &Value)> =
        merged["lines"].as_array().unwrap().iter().map(|line| (&line["sku"], &line["quantity"])).collect();
    assert_eq!(held, [(&json!("L"), &json!(2)), (&json!("R"), &json!(1))]);
    let again = cy.client.post(&format!("/api/v1/carts/{second}/claim"), &json!({})).await.json();
    assert_eq!(again["id"], json!(first));
    let open = cy.client.get("/api/v1/carts").await.json();
    assert_eq!((open["items"].as_array().unwrap().len(), &open["items"][0]["id"]), (1, &json!(first)));
    let left = guest.get(&format!("/api/v1/carts/{second}")).await.json();
    assert_eq!((&left["state"], &left["merged_into"]), (&json!("merged"), &json!(first)));

    // What they said as a guest is gone from where nobody would look for it.
    guest.until(&format!("/api/v1/carts/{second}"), |cart| cart["name"].is_null()).await;
    // By the other way to order, a customer chooses how it is delivered as well.
    let refused = cy.client.post("/api/v1/orders", &order(&[("L", 1)])).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["pointer"]),
        (422, &json!("/delivery_option_id"))
    );

    deliver(&mut cy.client, &first).await;
    let ordered = cy.client.post(&format!("/api/v1/carts/{first}/checkout"), &json!({})).await;
    assert_eq!(ordered.status, 201, "{}", ordered.json());
    assert_eq!(ordered.json()["customer"]["id"], *cy.account);
    let mine = cy.client.get("/api/v1/orders").await.json();
    assert_eq!(mine["items"][0]["id"], ordered.json()["id"]);
    galleria_tests::server::verify(&town.world.cell);
}

async fn an_order_is_priced_by_the_rules_of_its_moment_or_not_placed(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = fitted(&world).await;
    let mut guest = world.server.client("a", None);
    let id = cart(&mut guest, &[("L", 1)]).await;
    describe(&mut guest, &id, &ada()).await;
    deliver(&mut guest, &id).await;
    let read = admin.get("/api/v1/promotions").await.json();
    let spring = read["items"][0].clone();
    let path = format!("/api/v1/promotions/{}", spring["id"].as_str().unwrap());
    // Everybody gets it from now on, and twice as much.
    let wider = json!({ "name": "Spring", "effect": { "kind": "percent", "off": "20%" } }).to_string();
    let unseen = admin.send("PUT", &path, &[], Some(&wider)).await.unwrap();
    assert_eq!(unseen.status, 428);
    let put = admin.send("PUT", &path, &[("if-match", "\"1\"")], Some(&wider)).await.unwrap();
    assert_eq!(put.status, 200, "{}", put.json());
    let late = admin.send("PUT", &path, &[("if-match", "\"1\"")], Some(&wider)).await.unwrap();
    assert_eq!(late.status, 412);
    let now = guest.get(&format!("/api/v1/carts/{id}")).await.json();
    assert_eq!(now["bill"]["total"], 1999 - 400 + 490);
    // The other way to order knows the same rules.
    let mut body = order(&[("L", 1)]);
    body["delivery_option_id"] = now["delivery_options"][0]["id"].clone();
    let placed = admin.post("/api/v1/orders", &body).await.json();
    assert_eq!(placed["bill"]["total"], 1999 - 400 + 490);
    let mut elsewhere = body.clone();
    elsewhere["shipping_address"]["country"] = json!("FR");
    elsewhere["shipping_address"]["postal_code"] = json!("75001");
    let refused = admin.post("/api/v1/orders", &elsewhere).await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/delivery_option_id");

    let gone = admin.delete(&path).await;
    assert_eq!((gone.status, admin.get(&path).await.status), (204, 404));
    let back = admin.send("PUT", &path, &[("if-match", "\"3\"")], Some(&wider)).await.unwrap();
    assert_eq!(back.status, 404, "what was removed does not come back");
    let ordered = guest.post(&format!("/api/v1/carts/{id}/checkout"), &json!({})).await.json();
    assert_eq!(ordered["total"], 1999 + 490);

    // A price that was remembered is found out, whichever name the line goes by.
    let product =
        admin.get("/api/v1/products?sku=L").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let mut dearer = lamp("L", 50);
    dearer["variants"][0] = json!({ "sku": "L", "price": 2999 });
    let product = format!("/api/v1/products/{product}");
    let put = admin.send("PUT", &product, &[("if-match", "\"1\"")], Some(&dearer.to_string())).await.unwrap();
    assert_eq!(put.status, 200, "{}", put.json());
    let placed = admin.post("/api/v1/orders", &body).await;
    assert_eq!((placed.status, &placed.json()["total"]), (201, &json!(2999 + 490)), "{}", placed.json());

    for (path, body, pointer) in [
        (
            "/api/v1/promotions",
            json!({ "name": "", "effect": { "kind": "percent", "off": "0.01%" } }),
            "/name",
        ),
        (
            "/api/v1/promotions",
            json!({ "name": "X", "effect": { "kind": "percent", "off": "100.01%" } }),
            "/effect",
        ),
        ("/api/v1/delivery-options", json!({ "name": "Post", "price": -1 }), "/price"),
        (
            "/api/v1/delivery-options",
            json!({ "name": "Post", "price": 1, "countries": ["Ireland"] }),
            "/countries/0",
        ),
    ] {
        let refused = admin.post(path, &body).await;
        assert_eq!(refused.status, 422, "{}", refused.json());
        let at = refused.json()["errors"][0]["pointer"].as_str().unwrap().to_owned();
        assert!(at.starts_with(pointer), "{at} is not {pointer}");
    }
    galleria_tests::server::verify(&world.cell);
}

/// The order, with a bill of which every sum is what its entries say.
async fn bill(admin: &mut Client, id: &str) -> Value {
    let order = admin.get(&format!("/api/v1/orders/{id}")).await.json();
    let entries = order["bill"]["entries"].as_array().unwrap();
    let sum: i64 = entries.iter().map(|entry| entry["amount"].as_i64().unwrap()).sum();
    assert_eq!((&order["total"], &order["bill"]["total"]), (&json!(sum), &json!(sum)), "{order}");
    assert_eq!(order["owed"], json!(sum));
    order
}

pub async fn stock_of(admin: &mut Client, sku: &str) -> (i64, i64) {
    let all = admin.get("/api/v1/inventory").await.json();
    let stock = all["items"].as_array().unwrap().iter().find(|stock| stock["sku"] == sku).unwrap();
    (stock["on_hand"].as_i64().unwrap(), stock["reserved"].as_i64().unwrap())
}

async fn an_order_is_sent_edited_and_given_back_and_its_bill_always_adds_up(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = fitted(&town.world).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    // Three lamps of 19.99 with ten percent off, 5.997 of which are nobody's cent to lose.
    let id = cart(&mut cy.client, &[("L", 3)]).await;
    describe(&mut cy.client, &id, &ada()).await;
    deliver(&mut cy.client, &id).await;
    cy.client.post(&format!("/api/v1/carts/{id}/codes"), &json!({ "code": "SPRING" })).await;
    let placed = cy.client.post(&format!("/api/v1/carts/{id}/checkout"), &json!({})).await.json();
    let id = placed["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/orders/{id}");
    assert_eq!(bill(&mut admin, &id).await["total"], 5997 - 600 + 490);

    // One lamp is taken out and a rug-lamp added, at today's price.
    let nothing = admin.post(&format!("{path}/edits"), &json!({})).await;
    assert_eq!(nothing.status, 422);
    let too_many =
        admin.post(&format!("{path}/edits"), &json!({ "take": [{ "line": 1, "quantity": 4 }] })).await;
    assert_eq!((too_many.status, &*too_many.code()), (409, "more_pieces_than_left"));
    let body = json!({ "take": [{ "line": 1, "quantity": 1 }], "add": [{ "sku": "R", "quantity": 2 }], "reason": "asked by phone" });
    let edited = admin.post(&format!("{path}/edits"), &body).await;
    assert_eq!(edited.status, 200, "{}", edited.json());
    let order = bill(&mut admin, &id).await;
    assert_eq!(order["total"], 5997 - 600 + 490 - 1799 + 2 * 1999);
    assert_eq!((&order["lines"][0]["quantity"], &order["lines"][1]["number"]), (&json!(2), &json!(2)));
    assert_eq!((stock_of(&mut admin, "L").await, stock_of(&mut admin, "R").await), ((50, 2), (2, 2)));
    let short =
        admin.post(&format!("{path}/edits"), &json!({ "add": [{ "sku": "R", "quantity": 1 }] })).await;
    assert_eq!((short.status, &*short.code()), (409, "out_of_stock"));

    // Two parcels; with the second the order is shipped.
    let early = admin.post(&format!("{path}/parcels"), &json!({})).await;
    assert_eq!((early.status, &*early.code()), (409, "illegal_transition"));
    admin.put(&format!("{path}/status"), &json!({ "status": "confirmed" })).await;
    let first =
        json!({ "lines": [{ "line": 2, "quantity": 1 }], "carrier": "An Post", "tracking_number": "IE123" });
    assert_eq!(admin.post(&format!("{path}/parcels"), &first).await.status, 201);
    let cancelled = admin.delete(&path).await;
    assert_eq!((cancelled.status, &*cancelled.code()), (409, "partly_sent"));
    assert_eq!(bill(&mut admin, &id).await["status"], "partly_shipped");
    assert_eq!(admin.post(&format!("{path}/parcels"), &json!({})).await.status, 201);
    let order = bill(&mut admin, &id).await;
    assert_eq!((&order["status"], &order["lines"][0]["sent"]), (&json!("shipped"), &json!(2)));
    assert_eq!((stock_of(&mut admin, "L").await, stock_of(&mut admin, "R").await), ((48, 0), (0, 0)));
    assert_eq!(order["acts"][1]["tracking_number"], "IE123");

    // The customer sends one lamp and one rug-lamp back; the lamp is broken, and one comes never.
    let mut dee = town.customer("a", "dee@example.com").await;
    let back = json!({ "lines": [{ "line": 1, "quantity": 1 }, { "line": 2, "quantity": 2 }], "reason": "too bright" });
    assert_eq!(dee.client.post(&format!("{path}/returns"), &back).await.status, 404);
    let opened = cy.client.post(&format!("{path}/returns"), &back).await;
    assert_eq!(opened.status, 201, "{}", opened.json());
    let twice =
        cy.client.post(&format!("{path}/returns"), &json!({ "lines": [{ "line": 2, "quantity": 1 }] })).await;
    assert_eq!((twice.status, &*twice.code()), (409, "not_so_many"));
    let returned = format!("{path}/returns/{}", opened.json()["id"].as_str().unwrap());
    let came = json!({ "lines": [{ "line": 1, "quantity": 1, "restock": false }, { "line": 2, "quantity": 1, "restock": true }] });
    let received = admin.post(&format!("{returned}/receipts"), &came).await;
    assert_eq!(received.status, 200, "{}", received.json());
    assert_eq!((stock_of(&mut admin, "L").await, stock_of(&mut admin, "R").await), ((48, 0), (1, 0)));
    assert_eq!(cy.client.delete(&returned).await.status, 200);
    let late = admin.post(&format!("{returned}/receipts"), &came).await;
    assert_eq!((late.status, &*late.code()), (409, "return_closed"));

    // Goodwill and delivery, never more than is charged.
    let too_much =
        admin.post(&format!("{path}/goodwill"), &json!({ "amount": 1_000_000, "reason": "late" })).await;
    assert_eq!((too_much.status, &*too_much.code()), (409, "more_than_charged"));
    assert_eq!(
        admin.post(&format!("{path}/goodwill"), &json!({ "amount": 100, "reason": "late" })).await.status,
        200
    );
    assert_eq!(
        admin.post(&format!("{path}/delivery-credits"), &json!({ "reason": "late" })).await.status,
        200
    );
    let order = bill(&mut admin, &id).await;
    // What is left of the three lamps is the last share of their price: all shares add up to 53.97.
    assert_eq!(order["total"], 5397 - 1799 - 1799 + 1999 - 100);
    let kinds: Vec<&str> =
        order["acts"].as_array().unwrap().iter().map(|act| act["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "edited",
            "parcel_sent",
            "parcel_sent",
            "return_opened",
            "return_received",
            "return_closed",
            "credited",
            "credited"
        ]
    );
    let stale = admin
        .send(
            "POST",
            &format!("{path}/goodwill"),
            &[("if-match", "\"1\"")],
            Some(r#"{"amount":1,"reason":"late"}"#),
        )
        .await;
    assert_eq!(stale.unwrap().status, 412);
    galleria_tests::server::verify(&town.world.cell);
}

async fn a_cancelled_order_charges_nothing_and_gives_everything_back(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = fitted(&world).await;
    let mut body = order(&[("L", 3)]);
    let options = admin.get("/api/v1/delivery-options").await.json();
    let post =
        options["items"].as_array().unwrap().iter().find(|option| option["name"] == "Post").unwrap().clone();
    (body["delivery_option_id"], body["codes"]) = (post["id"].clone(), json!(["SPRING"]));
    let placed = admin.post("/api/v1/orders", &body).await.json();
    let id = placed["id"].as_str().unwrap().to_owned();
    admin.post(&format!("/api/v1/orders/{id}/goodwill"), &json!({ "amount": 100, "reason": "late" })).await;
    for _ in 0..2 {
        assert_eq!(admin.delete(&format!("/api/v1/orders/{id}")).await.status, 200);
        let order = bill(&mut admin, &id).await;
        assert_eq!((&order["status"], &order["total"]), (&json!("cancelled"), &json!(0)));
    }
    assert_eq!(stock_of(&mut admin, "L").await, (50, 0));
    let edited = admin
        .post(&format!("/api/v1/orders/{id}/edits"), &json!({ "add": [{ "sku": "L", "quantity": 1 }] }))
        .await;
    assert_eq!((edited.status, &*edited.code()), (409, "order_cancelled"));
    galleria_tests::server::verify(&world.cell);
}

async fn what_a_guest_said_is_gone_when_they_are_erased(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = fitted(&world).await;
    let mut guest = world.server.client("a", None);
    let id = cart(&mut guest, &[("L", 1)]).await;
    describe(&mut guest, &id, &ada()).await;
    deliver(&mut guest, &id).await;
    let ordered = guest.post(&format!("/api/v1/carts/{id}/checkout"), &json!({})).await.json();
    let erased =
        admin.post("/api/v1/privacy/erasures", &json!({ "person": ordered["customer"]["id"] })).await;
    assert!(erased.status < 300, "{}", erased.json());
    let cart = guest.get(&format!("/api/v1/carts/{id}")).await.json().to_string();
    let order = guest.get(&format!("/api/v1/carts/{id}/order")).await.json();
    for word in ["Ada", "ada@example.com", "Quay"] {
        assert!(!cart.contains(word) && !order.to_string().contains(word), "{word}");
    }
    assert_eq!(order["bill"]["total"], ordered["bill"]["total"], "the books stay");
    galleria_tests::server::verify(&world.cell);
}
