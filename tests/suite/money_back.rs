//! What was paid for an order that is cancelled comes back, and everybody is told.

use std::time::Duration;

use galleria_tests::Answer;
use galleria_tests::server::verify;
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::till::{Till, is, text};
use crate::world::{Engine, all};

over_both_engines!(
    what_was_paid_for_a_cancelled_order_comes_back_and_its_page_says_so,
    a_shop_that_offers_refunds_pays_none_back_by_itself,
    what_is_held_is_let_go_and_what_comes_in_late_goes_back,
    what_came_by_hand_or_is_refused_is_for_people_to_send_back,
    a_killed_server_pays_back_once,
);

async fn rule(till: &mut Till, refund: &str) {
    let seen = till.admin.get("/api/v1/order-settings").await.json()["version"].clone();
    let body = json!({ "refund_on_cancel": refund }).to_string();
    let seen = format!("\"{seen}\"");
    let set =
        till.admin.send("PUT", "/api/v1/order-settings", &[("if-match", &seen)], Some(&body)).await.unwrap();
    assert_eq!(set.status, 200, "{}", set.json());
}

async fn read(till: &mut Till, order: &str) -> Value {
    till.admin.get(&format!("/api/v1/orders/{order}")).await.json()
}

/// The order, once it has heard of so much that was paid and paid back.
async fn heard(till: &mut Till, order: &str, paid: i64, refunded: i64) -> Value {
    let has_heard = |order: &Value| order["paid"] == paid && order["refunded"] == refunded;
    till.admin.until(&format!("/api/v1/orders/{order}"), has_heard).await
}

async fn cancel(till: &mut Till, order: &str) -> Answer {
    till.admin.delete(&format!("/api/v1/orders/{order}")).await
}

async fn net(till: &Till) -> i64 {
    till.book().await.iter().map(|line| line["amount"].as_i64().unwrap()).sum()
}

/// What a guest's page says in English and in German, of an order that they placed with a cart.
async fn guests_order(till: &mut Till) -> (String, String) {
    let mut guest = till.world.server.client("a", None);
    let lines = json!({ "lines": [{ "sku": "L", "quantity": 1 }] });
    let cart = text(&guest.post("/api/v1/carts", &lines).await.json()["id"]);
    let details = json!({
        "name": "Ada", "email": "ada@example.com",
        "shipping_address": { "line1": "1 Quay", "city": "Cork", "postal_code": "T12", "country": "IE" },
    });
    guest.put(&format!("/api/v1/carts/{cart}"), &details).await;
    let placed = guest.post(&format!("/api/v1/carts/{cart}/checkout"), &json!({})).await;
    assert_eq!(placed.status, 201, "{}", placed.json());
    (cart, text(&placed.json()["id"]))
}

async fn page(till: &Till, cart: &str, language: &str) -> String {
    let mut guest = till.world.server.client("a", None);
    let page = guest.get(&format!("/orders/{cart}?lang={language}")).await;
    String::from_utf8_lossy(&page.body).into_owned()
}

async fn says(till: &Till, cart: &str, language: &str, sentences: &[&str]) {
    let page = page(till, cart, language).await;
    for sentence in sentences {
        assert!(page.contains(sentence), "{sentence}: {page}");
    }
}

async fn what_was_paid_for_a_cancelled_order_comes_back_and_its_page_says_so(engine: Engine) {
    let mut till = Till::open(engine).await;
    let (cart, order) = guests_order(&mut till).await;
    let payment = till.pay(&order, "tok_success").await.json();
    // A part of it went back before, for a scratch.
    till.ask(&payment, "refund", json!({ "amount": 500 })).await;
    heard(&mut till, &order, 1999, 500).await;
    till.sandbox.down();
    let cancelled = cancel(&mut till, &order).await;
    let due = &cancelled.json()["refund_due"];
    assert_eq!((cancelled.status, &due["amount"], &due["by_itself"]), (200, &json!(1499), &json!(true)));
    // The provider is away: the page and the order say what is still to come.
    let kept = read(&mut till, &order).await;
    assert_eq!((&kept["owed"], &kept["refund_due"]["amount"]), (&json!(-1499), &json!(1499)));
    says(
        &till,
        &cart,
        "en",
        &["You paid €19.99.", "€14.99 comes back to you", "€5.00 was paid back", "Given back"],
    )
    .await;
    says(&till, &cart, "de", &["Sie haben 19,99\u{a0}€ bezahlt.", "14,99\u{a0}€ kommen auf dem Weg zurück"])
        .await;
    till.sandbox.up().await;
    let done = heard(&mut till, &order, 1999, 1999).await;
    assert_eq!((&done["owed"], &done["total"]), (&json!(0), &json!(0)));
    assert!(done.get("refund_due").is_none(), "{done:#}");
    says(&till, &cart, "en", &["You paid €19.99.", "€19.99 was paid back to you."]).await;
    assert!(!page(&till, &cart, "en").await.contains("comes back to you"));
    says(&till, &cart, "de", &["19,99\u{a0}€ wurden Ihnen zurückgezahlt."]).await;
    let refunded = till.until(&payment, "refunded").await;
    assert_eq!(refunded["refunds"][1]["reason"], "The order was cancelled");
    // Cancelled twice is paid back once.
    assert_eq!(cancel(&mut till, &order).await.status, 200);
    assert_eq!((net(&till).await, till.book().await.len()), (0, 3));

    let (cart, order) = guests_order(&mut till).await;
    let nothing = cancel(&mut till, &order).await;
    assert!(nothing.json().get("refund_due").is_none());
    says(&till, &cart, "en", &["Nothing was paid for this order"]).await;
    verify(&till.world.cell);
}

async fn a_shop_that_offers_refunds_pays_none_back_by_itself(engine: Engine) {
    let mut till = Till::open(engine).await;
    rule(&mut till, "offer").await;
    let (cart, order) = guests_order(&mut till).await;
    let payment = till.pay(&order, "tok_success").await.json();
    heard(&mut till, &order, 1999, 0).await;
    let due = cancel(&mut till, &order).await.json()["refund_due"].clone();
    assert_eq!((&due["amount"], &due["by_itself"]), (&json!(1999), &json!(false)));
    assert!(text(&due["what_to_do"]).contains("refund"));
    // What it says later is about what is cancelled later.
    rule(&mut till, "begin").await;
    let other = till.order().await;
    till.pay(&other, "tok_success").await;
    heard(&mut till, &other, 1999, 0).await;
    cancel(&mut till, &other).await;
    heard(&mut till, &other, 1999, 1999).await;
    let kept = read(&mut till, &order).await;
    assert_eq!((&kept["refunded"], &kept["owed"]), (&json!(0), &json!(-1999)));
    says(&till, &cart, "en", &["You paid €19.99.", "€19.99 is to be paid back to you. The shop sends it"])
        .await;
    says(&till, &cart, "de", &["19,99\u{a0}€ sind Ihnen zurückzuzahlen."]).await;
    assert_eq!(till.ask(&payment, "refund", json!({})).await.json()["status"], "refunded");
    heard(&mut till, &order, 1999, 1999).await;
    says(&till, &cart, "en", &["€19.99 was paid back to you."]).await;
    assert_eq!(net(&till).await, 0);
    verify(&till.world.cell);
}

async fn what_is_held_is_let_go_and_what_comes_in_late_goes_back(engine: Engine) {
    let mut till = Till::open(engine).await;
    let hold = |order: &str| json!({ "order_id": order, "method": "tok_success", "capture": "manual" });
    let (held, partly, several) = (till.order().await, till.order().await, till.order().await);
    let all_held = till.admin.post("/api/v1/payments", &hold(&held)).await.json();
    let some_held = till.admin.post("/api/v1/payments", &hold(&partly)).await.json();
    till.ask(&some_held, "capture", json!({ "amount": 999 })).await;
    heard(&mut till, &partly, 999, 0).await;
    for amount in [700, 1299] {
        let body = json!({ "order_id": several, "method": "tok_success", "amount": amount });
        assert_eq!(till.admin.post("/api/v1/payments", &body).await.json()["captured"], amount);
    }
    heard(&mut till, &several, 1999, 0).await;
    // Nobody knows yet whether this one was charged: it was.
    let (cart, late) = guests_order(&mut till).await;
    let unknown = till.pay(&late, "tok_timeout").await.json();
    assert_eq!(unknown["status"], "unknown", "{unknown:#}");
    for order in [&held, &partly, &several, &late] {
        assert_eq!(cancel(&mut till, order).await.status, 200);
    }
    till.until(&all_held, "voided").await;
    till.until(&some_held, "refunded").await;
    till.until(&unknown, "refunded").await;
    heard(&mut till, &partly, 999, 999).await;
    heard(&mut till, &several, 1999, 1999).await;
    heard(&mut till, &late, 1999, 1999).await;
    says(&till, &cart, "en", &["€19.99 was paid back to you."]).await;
    assert_eq!(net(&till).await, 0);
    verify(&till.world.cell);
}

async fn what_came_by_hand_or_is_refused_is_for_people_to_send_back(engine: Engine) {
    let mut till = Till::open(engine).await;
    let cash = json!({ "name": "Transfer", "kind": "manual" });
    let provider = text(&till.admin.post("/api/v1/payment-providers", &cash).await.json()["id"]);
    let (cart, order) = guests_order(&mut till).await;
    let body = json!({ "order_id": order, "provider": provider, "amount": 999 });
    let transfer = till.admin.post("/api/v1/payments", &body).await.json();
    till.ask(&transfer, "record", json!({})).await;
    heard(&mut till, &order, 999, 0).await;
    let card = json!({ "order_id": order, "provider": till.provider, "method": "tok_success" });
    let card = till.admin.post("/api/v1/payments", &card).await.json();
    heard(&mut till, &order, 1999, 0).await;
    let due = cancel(&mut till, &order).await.json()["refund_due"].clone();
    assert!(text(&due["what_to_do"]).contains("by hand"), "{due:#}");
    till.until(&card, "refunded").await;
    let kept = heard(&mut till, &order, 1999, 1000).await;
    assert_eq!(kept["owed"], -999);
    says(&till, &cart, "en", &["€9.99 is to be paid back to you. The shop sends it", "€10.00 was paid back"])
        .await;
    assert_eq!(till.ask(&transfer, "refund", json!({})).await.json()["status"], "refunded");
    heard(&mut till, &order, 1999, 1999).await;
    verify(&till.world.cell);
}

async fn a_killed_server_pays_back_once(engine: Engine) {
    let mut till = Till::open_slowly(engine, 60).await;
    let mut orders = Vec::new();
    for round in 0..6 {
        let order = till.order().await;
        assert_eq!(till.pay(&order, "tok_success").await.json()["status"], "captured");
        let mut cancelling = till.world.admin("a");
        let path = format!("/api/v1/orders/{order}");
        let asked = tokio::spawn(async move { drop(cancelling.send("DELETE", &path, &[], None).await) });
        // Before it is cancelled, between that and the request to the provider, and while the provider is asked.
        tokio::time::sleep(Duration::from_millis(round * 450)).await;
        till.world.server.kill();
        asked.await.unwrap();
        till.world.server.up().await;
        till.admin = till.world.admin("a");
        orders.push(order);
    }
    for order in &orders {
        // Whoever was not answered asks again.
        assert_eq!(cancel(&mut till, order).await.status, 200);
        heard(&mut till, order, 1999, 1999).await;
    }
    let payments = all(&mut till.admin, "/api/v1/payments").await;
    assert!(payments.iter().all(|payment| payment["status"] == "refunded"), "{payments:#?}");
    let book = till.book().await;
    assert_eq!((net(&till).await, book.len()), (0, 2 * orders.len()), "{book:#?}");
    is(&till.pay(&orders[0], "tok_success").await, 409, "nothing_owed");
    verify(&till.world.cell);
}
