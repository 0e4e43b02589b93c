//! Orders that are paid: through the sandbox, a process of its own that keeps a book of what it charged.

use std::time::Duration;

use galleria_tests::server::verify;
use galleria_tests::{Client, PATIENCE, long, read_within};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::people::Town;
use crate::till::{Sandbox, Till, is, reported, signed, take_on, text, until};
use crate::world::{Engine, World, all, lamp, order};

over_both_engines!(
    an_order_is_paid_once_and_refunded_in_part,
    whoever_was_declined_tries_again_and_a_challenge_is_met,
    what_was_not_answered_is_found_out_and_charged_once,
    two_who_pay_at_once_pay_once,
    what_is_held_is_captured_in_pieces_and_the_rest_given_up,
    a_provider_that_is_down_loses_no_payment,
    a_notice_counts_once_and_only_when_it_is_the_providers,
    what_comes_by_hand_is_recorded,
    a_customer_pays_for_their_own_order_and_no_card_number_comes_in,
    a_gateway_behind_client_credentials_is_paid_through,
    a_gateway_with_a_page_is_paid_on_it_and_one_without_is_not,
    a_killed_server_charges_nobody_twice_and_leaves_nothing_unknown,
);

async fn an_order_is_paid_once_and_refunded_in_part(engine: Engine) {
    let mut till = Till::open(engine).await;
    let order = till.order().await;
    let body = json!({ "order_id": order, "method": "tok_success", "currency": "EUR" }).to_string();
    let key = [("idempotency-key", "pay")];
    let paid = till.admin.send("POST", "/api/v1/payments", &key, Some(&body)).await.unwrap();
    let payment = paid.json();
    assert_eq!((paid.status, &payment["status"]), (201, &json!("captured")), "{payment:#}");
    assert_eq!((&payment["captured"], &payment["card"]["last4"]), (&json!(1999), &json!("4242")));
    let again = till.admin.send("POST", "/api/v1/payments", &key, Some(&body)).await.unwrap();
    assert_eq!((again.json(), again.header("idempotent-replayed")), (payment.clone(), Some("true")));
    is(&till.pay(&order, "tok_success").await, 409, "nothing_owed");
    let refunded = till.ask(&payment, "refund", json!({ "amount": 500, "reason": "scratched" })).await.json();
    assert_eq!((&refunded["status"], &refunded["refunded"]), (&json!("partially_refunded"), &json!(500)));
    is(&till.ask(&payment, "refund", json!({ "amount": 1500 })).await, 422, "amount_too_large");
    is(&till.ask(&payment, "refund", json!({ "amount": 5, "currency": "USD" })).await, 422, "wrong_currency");
    let whole = till.ask(&payment, "refund", json!({})).await.json();
    assert_eq!((&whole["status"], &whole["refunds"][0]["reason"]), (&json!("refunded"), &json!("scratched")));
    let moved: Vec<i64> = till.book().await.iter().map(|line| line["amount"].as_i64().unwrap()).collect();
    assert_eq!((moved.iter().sum::<i64>(), moved.len()), (0, 3));
    let other = till.order().await;
    let dollars = json!({ "order_id": other, "method": "tok_success", "currency": "USD" });
    is(&till.admin.post("/api/v1/payments", &dollars).await, 422, "wrong_currency");
    let second = till.admin.get(&format!("/api/v2/payments/{}", text(&payment["id"]))).await.json();
    let euros = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    assert_eq!(second["captured"], euros(1999), "{second:#}");
    assert_eq!(
        (&second["refunds"][0]["amount"], &second["transactions"][0]["moved"]),
        (&euros(500), &euros(1999))
    );
    let part = json!({ "order_id": other, "method": "tok_success", "amount": euros(500) });
    assert_eq!(till.admin.post("/api/v2/payments", &part).await.json()["captured"], euros(500));
    verify(&till.world.cell);
}

async fn whoever_was_declined_tries_again_and_a_challenge_is_met(engine: Engine) {
    let mut till = Till::open(engine).await;
    let order = till.order().await;
    let declined = till.pay(&order, "tok_decline").await.json();
    assert_eq!(
        (&declined["status"], &declined["problem"]["code"]),
        (&json!("declined"), &json!("card_declined"))
    );
    let challenged = till.pay(&order, "tok_challenge").await.json();
    assert_eq!((&challenged["id"], &challenged["status"]), (&declined["id"], &json!("challenged")));
    is(&till.pay(&order, "tok_success").await, 409, "payment_open");
    let page = text(&challenged["challenge_url"]).replace(&till.sandbox.address(), "");
    let mut person = till.sandbox.client("nobody");
    assert_eq!(person.get(&page).await.status, 200);
    assert_eq!(person.send("POST", &format!("{page}/pass"), &[], None).await.unwrap().status, 200);
    let paid = till.until(&challenged, "captured").await;
    assert_eq!((&paid["attempt"], &paid["challenge_url"]), (&json!(2), &Value::Null));
    assert_eq!(till.book().await.len(), 1);
    verify(&till.world.cell);
}

async fn what_was_not_answered_is_found_out_and_charged_once(engine: Engine) {
    let mut till = Till::open(engine).await;
    let mut payments = Vec::new();
    for method in ["tok_timeout", "tok_lost", "tok_error"] {
        let order = till.order().await;
        let asked = till.pay(&order, method).await.json();
        assert_eq!(asked["status"], "unknown", "{method}: {asked:#}");
        payments.push(asked);
    }
    // One is asked after by a person, the others by themselves.
    let found = till.ask(&payments[0], "reconcile", json!({})).await.json();
    assert_eq!(found["status"], "captured");
    for payment in &payments {
        till.until(payment, "captured").await;
    }
    assert_eq!(till.book().await.len(), 3);
    let order = till.order().await;
    let slow = till.pay(&order, "tok_sluggish").await.json();
    let refunding = till.ask(&slow, "refund", json!({ "amount": 99 })).await.json();
    assert_eq!(refunding["status"], "unknown");
    is(&till.ask(&slow, "refund", json!({ "amount": 99 })).await, 409, "payment_busy");
    assert_eq!(till.until(&slow, "partially_refunded").await["refunded"], 99);
    verify(&till.world.cell);
}

async fn two_who_pay_at_once_pay_once(engine: Engine) {
    let mut till = Till::open_slowly(engine, 50).await;
    let order = till.order().await;
    let asked: Vec<_> = (0..8)
        .map(|_| {
            let (mut client, order) = (till.world.admin("a"), order.clone());
            let body = json!({ "order_id": order, "method": "tok_success" });
            tokio::spawn(async move { client.post("/api/v1/payments", &body).await })
        })
        .collect();
    let mut paid = 0;
    for answer in asked {
        let answer = answer.await.unwrap();
        paid += usize::from(answer.status == 201);
        assert!(
            answer.status == 201 || ["payment_open", "nothing_owed", "contended"].contains(&&*answer.code()),
            "{}",
            answer.json()
        );
    }
    assert_eq!((paid, till.book().await.len()), (1, 1));
}

async fn what_is_held_is_captured_in_pieces_and_the_rest_given_up(engine: Engine) {
    let mut till = Till::open(engine).await;
    let order = till.order().await;
    let body = json!({ "order_id": order, "method": "tok_success", "capture": "manual" });
    let held = till.admin.post("/api/v1/payments", &body).await.json();
    assert_eq!((&held["status"], till.book().await.len()), (&json!("authorised"), 0));
    let early = till.ask(&held, "refund", json!({})).await;
    is(&early, 409, "payment_not_so_far");
    assert_eq!((&early.json()["status"], early.json()["payment_status"].is_string()), (&json!(409), true));
    is(&till.ask(&held, "capture", json!({ "amount": 2000 })).await, 422, "amount_too_large");
    till.ask(&held, "capture", json!({ "amount": 500 })).await;
    let some = till.ask(&held, "capture", json!({ "amount": 700 })).await.json();
    assert_eq!((&some["status"], &some["captured"]), (&json!("partially_captured"), &json!(1200)));
    is(&till.pay(&order, "tok_success").await, 409, "payment_open");
    let path = format!("/api/v1/payments/{}/void", text(&held["id"]));
    let ended = till.admin.send("POST", &path, &[], None).await.unwrap().json();
    assert_eq!(ended["status"], "captured", "{ended:#}");
    let rest = till.pay(&order, "tok_success").await.json();
    assert_eq!((&rest["status"], &rest["captured"]), (&json!("captured"), &json!(799)));
    let listed = all(&mut till.admin, &format!("/api/v1/payments?order_id={order}&status=captured")).await;
    assert_eq!(listed.len(), 2);
    verify(&till.world.cell);
}

async fn a_provider_that_is_down_loses_no_payment(engine: Engine) {
    let mut till = Till::open(engine).await;
    till.sandbox.down();
    let mut orders = Vec::new();
    for _ in 0..3 {
        let order = till.order().await;
        let down = till.pay(&order, "tok_success").await;
        is(&down, 503, "payment_provider_down");
        assert!(down.header("retry-after").is_some());
        orders.push((order, text(&down.json()["payment"])));
    }
    // After some failures in a row it is not even asked.
    let detail =
        till.admin.post(&format!("/api/v1/payment-providers/{}/check", till.provider), &json!({})).await;
    assert!(text(&detail.json()["problem"]).contains("left alone"), "{}", detail.json());
    is(&till.pay(&orders[0].0, "tok_success").await, 409, "payment_open");
    till.sandbox.up().await;
    // A server that starts anew knows nothing of the failures, and asks at once.
    till.world.server.kill();
    till.world.server.up().await;
    let mut admin = till.world.admin("a");
    for (_, payment) in &orders {
        until(&mut admin, payment, "captured").await;
    }
    assert_eq!(till.book().await.len(), 3);
    verify(&till.world.cell);
}

async fn a_notice_counts_once_and_only_when_it_is_the_providers(engine: Engine) {
    let mut till = Till::open(engine).await;
    let order = till.order().await;
    let paid = till.pay(&order, "tok_success").await.json();
    let path = format!("/api/v1/payment-webhooks/{}", till.provider);
    let notice = |id: &str, kind: &str, payment: &str| {
        let dispute = json!({ "id": "dp_1", "amount": 1999, "reason": "fraudulent" });
        json!({ "id": id, "type": kind, "payment": payment, "dispute": dispute }).to_string()
    };
    let (payment, mut provider) = (text(&paid["id"]), till.world.server.client("a", None));
    let opened = notice("ev_1", "dispute.opened", &payment);
    for (signature, code) in [
        (signed("other", &opened, 0), "notice_refused"),
        (signed("whsec", &opened, 301), "notice_refused"),
        (signed("whsec", "{}", 0), "notice_refused"),
        ("nonsense".to_owned(), "notice_refused"),
    ] {
        let refused = provider.send("POST", &path, &[("payment-signature", &signature)], Some(&opened)).await;
        is(&refused.unwrap(), 400, code);
    }
    assert_eq!(till.until(&paid, "captured").await["disputes"], json!([]));
    let tell = async |provider: &mut Client, body: &str| {
        let signature = signed("whsec", body, 1);
        let told =
            provider.send("POST", &path, &[("payment-signature", &signature)], Some(body)).await.unwrap();
        assert_eq!(told.status, 200, "{}", told.json());
    };
    for _ in 0..2 {
        tell(&mut provider, &opened).await;
    }
    assert_eq!(till.until(&paid, "disputed").await["disputes"].as_array().unwrap().len(), 1);
    is(&till.ask(&paid, "refund", json!({})).await, 409, "payment_disputed");
    tell(&mut provider, &notice("ev_2", "dispute.lost", &payment)).await;
    assert_eq!(till.until(&paid, "refunded").await["lost"], 1999);
    // About a payment that nobody knows: kept, and answered all the same.
    tell(&mut provider, &notice("ev_3", "dispute.opened", "0191fa2b-0000-7000-8000-000000000001")).await;
    tell(&mut provider, "{\"id\":\"ev_4\",\"type\":\"weather\"}").await;
    verify(&till.world.cell);
}

async fn what_comes_by_hand_is_recorded(engine: Engine) {
    let mut till = Till::open(engine).await;
    let cash = json!({ "name": "Transfer", "kind": "manual" });
    let provider = text(&till.admin.post("/api/v1/payment-providers", &cash).await.json()["id"]);
    let order = till.order().await;
    let body = json!({ "order_id": order, "provider": provider });
    let expected = till.admin.post("/api/v1/payments", &body).await.json();
    assert_eq!(expected["status"], "expected", "{expected:#}");
    is(&till.ask(&expected, "capture", json!({})).await, 409, "paid_by_hand");
    let some =
        till.ask(&expected, "record", json!({ "amount": 999, "reason": "statement of 3 May" })).await.json();
    assert_eq!((&some["status"], &some["captured"]), (&json!("partially_captured"), &json!(999)));
    is(&till.ask(&expected, "record", json!({ "amount": 1001 })).await, 422, "amount_too_large");
    assert_eq!(till.ask(&expected, "record", json!({})).await.json()["status"], "captured");
    assert_eq!(
        till.ask(&expected, "refund", json!({ "amount": 1 })).await.json()["status"],
        "partially_refunded"
    );
    assert!(till.book().await.is_empty());
    verify(&till.world.cell);
}

async fn a_customer_pays_for_their_own_order_and_no_card_number_comes_in(engine: Engine) {
    let sandbox = Sandbox::start(0).await;
    let town = Town::start_with(engine, 1, &[("GALLERIA_SANDBOX_PAYMENTS", &sandbox.address())]).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 10)).await;
    take_on(&mut admin).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let own = text(&cy.client.post("/api/v1/orders", &order(&[("L", 1)])).await.json()["id"]);
    let others = text(&admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json()["id"]);
    let pay = |order: &str, method: &str| json!({ "order_id": order, "method": method });
    is(&cy.client.post("/api/v1/payments", &pay(&others, "tok_success")).await, 404, "not_found");
    for card in ["4111111111111111", "4111 1111 1111 1111 12/30"] {
        let refused = cy.client.post("/api/v1/payments", &pay(&own, card)).await;
        is(&refused, 422, "card_number_refused");
        assert!(!String::from_utf8_lossy(&refused.body).contains("4111"));
    }
    let paid = cy.client.post("/api/v1/payments", &pay(&own, "tok_success")).await.json();
    assert_eq!(paid["status"], "captured", "{paid:#}");
    let theirs = admin.post("/api/v1/payments", &pay(&others, "tok_success")).await.json();
    let path = format!("/api/v1/payments/{}", text(&theirs["id"]));
    is(&cy.client.get(&path).await, 404, "not_found");
    assert_eq!(all(&mut cy.client, "/api/v1/payments").await.len(), 1);
    is(&cy.client.post(&format!("{path}/refund"), &json!({})).await, 403, "wrong_audience");
    assert!(!town.world.server.log().contains("4111"));
    // What is known of the card goes with the person.
    let person = json!({ "person": text(&paid["payer_id"]) });
    assert!(admin.post("/api/v1/privacy/erasures", &person).await.status < 300);
    let after = admin.get(&format!("/api/v1/payments/{}", text(&paid["id"]))).await.json();
    assert_eq!((&after["card"], &after["captured"]), (&Value::Null, &json!(1999)));
    verify(&town.world.cell);
}

async fn a_gateway_behind_client_credentials_is_paid_through(engine: Engine) {
    let sandbox = Sandbox::start(0).await;
    let allowed = [("GALLERIA_OUTSIDE_ALLOW", "127.0.0.1"), ("GALLERIA_OUTSIDE_ALLOW_HTTP", "true")];
    let world = World::start_with(engine, 1, &allowed).await;
    let mut admin = world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 10)).await;
    let address = sandbox.address();
    let gateway = |secret: &str| {
        json!({
            "name": "Gateway", "kind": "gateway", "address": address, "client_id": "oak", "secret": secret,
            "token_address": format!("{address}/token"), "timeout_seconds": 2,
        })
    };
    let id = text(&admin.post("/api/v1/payment-providers", &gateway("mistyped")).await.json()["id"]);
    let path = format!("/api/v1/payment-providers/{id}");
    let check = async |admin: &mut Client| admin.post(&format!("{path}/check"), &json!({})).await.json();
    assert_eq!(check(&mut admin).await["works"], false);
    let right = gateway("secret-oak").to_string();
    let changed = admin.send("PUT", &path, &[("if-match", "\"1\"")], Some(&right)).await.unwrap();
    assert_eq!(changed.status, 204, "{}", changed.json());
    assert_eq!(check(&mut admin).await["works"], true);
    let shown = admin.get(&path).await;
    assert!(!String::from_utf8_lossy(&shown.body).contains("secret-oak"), "{}", shown.json());
    let elsewhere = json!({ "name": "Gateway", "kind": "gateway", "address": "https://evil.example", "client_id": "oak", "token_address": "https://evil.example/token" });
    let moved =
        admin.send("PUT", &path, &[("if-match", "\"2\"")], Some(&elsewhere.to_string())).await.unwrap();
    is(&moved, 422, "secret_needed");
    for forgotten in [false, true] {
        if forgotten {
            sandbox.client("x").delete("/tokens").await;
        }
        let placed = admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
        let pay = json!({ "order_id": placed["id"], "method": "tok_success" });
        let paid = admin.post("/api/v1/payments", &pay).await.json();
        assert_eq!(paid["status"], "captured", "{paid:#}");
    }
    assert_eq!(sandbox.book("oak").await.len(), 2);
    // The report of the day finds what only the gateway knows.
    let stray =
        json!({ "amount": 77, "currency": "EUR", "method": "tok_success", "capture": true }).to_string();
    let mut stranger = sandbox.client("oak");
    stranger.send("POST", "/payments", &[("idempotency-key", "stray")], Some(&stray)).await.unwrap();
    let day = text(&admin.get("/api/v1/payments").await.json()["items"][0]["begun_at"])[..10].to_owned();
    let report = reported(&mut admin, &day).await;
    assert_eq!((&report["ours_in"], &report["theirs_in"]), (&json!(3998), &json!(4075)), "{report:#}");
    assert_eq!(report["differences"][0]["payment"], "stray");
}

async fn a_gateway_with_a_page_is_paid_on_it_and_one_without_is_not(engine: Engine) {
    let sandbox = Sandbox::start(0).await;
    let allowed = [("GALLERIA_OUTSIDE_ALLOW", "127.0.0.1"), ("GALLERIA_OUTSIDE_ALLOW_HTTP", "true")];
    let world = World::start_with(engine, 1, &allowed).await;
    let mut admin = world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 10)).await;
    let address = sandbox.address();
    let gateway = |hosted: bool| {
        json!({
            "name": "Gateway", "kind": "gateway", "address": address, "client_id": "oak", "secret": "secret-oak",
            "token_address": format!("{address}/token"), "timeout_seconds": 2, "hosted": hosted,
        })
    };
    let id = text(&admin.post("/api/v1/payment-providers", &gateway(false)).await.json()["id"]);
    let cash = json!({ "name": "Cash", "kind": "manual", "hosted": true });
    let refused = admin.post("/api/v1/payment-providers", &cash).await;
    assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!("/hosted")));
    let placed = admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
    let back = "https://a.localhost/orders/1";
    let pay = json!({ "order_id": placed["id"], "return_url": back });
    let refused = admin.post("/api/v1/payments", &pay).await;
    assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!("/method")));

    let path = format!("/api/v1/payment-providers/{id}");
    let changed = admin.send("PUT", &path, &[("if-match", "\"1\"")], Some(&gateway(true).to_string())).await;
    assert_eq!(changed.unwrap().status, 204);
    assert_eq!(admin.get(&path).await.json()["hosted"], true);
    let begun = admin.post("/api/v1/payments", &pay).await.json();
    assert_eq!(begun["status"], "challenged", "{begun:#}");
    assert!(sandbox.book("oak").await.is_empty());
    let page = text(&begun["challenge_url"]).replace(&address, "");
    let met = sandbox.client("nobody").send("POST", &format!("{page}/pass"), &[], None).await.unwrap();
    assert_eq!((met.status, met.header("location")), (303, Some(back)));
    let paid = until(&mut admin, &text(&begun["id"]), "captured").await;
    assert_eq!(paid["captured"], 1999);
    assert_eq!(sandbox.book("oak").await.len(), 1);
    verify(&world.cell);
}

/// Each payment with all that was asked for it.
async fn every_payment(admin: &mut Client) -> Vec<Value> {
    let mut payments = Vec::new();
    for payment in all(admin, "/api/v1/payments").await {
        payments.push(admin.get(&format!("/api/v1/payments/{}", text(&payment["id"]))).await.json());
    }
    payments
}

/// Whether something was asked for it that was not answered.
fn is_open(payment: &Value) -> bool {
    payment["transactions"].as_array().unwrap().iter().any(|one| one["answered_at"].is_null())
}

async fn a_killed_server_charges_nobody_twice_and_leaves_nothing_unknown(engine: Engine) {
    let mut till = Till::open_slowly(engine, 60).await;
    let rounds: u64 = if long() { 60 } else { 8 };
    let mut orders = Vec::new();
    for round in 0..rounds {
        let (first, second) = (till.order().await, till.order().await);
        let paid = till.pay(&second, "tok_success").await.json();
        let mut paying = till.world.admin("a");
        let mut refunding = till.world.admin("a");
        let method = ["tok_success", "tok_lost", "tok_timeout"][usize::try_from(round).unwrap() % 3];
        let pay = json!({ "order_id": first, "method": method });
        let refund = format!("/api/v1/payments/{}/refund", text(&paid["id"]));
        let asked = [
            tokio::spawn(async move {
                drop(paying.send("POST", "/api/v1/payments", &[], Some(&pay.to_string())).await);
            }),
            tokio::spawn(async move {
                drop(refunding.send("POST", &refund, &[], Some("{\"amount\":500}")).await);
            }),
        ];
        // Before the intent, between it and the call, in the call, between the call and the commit, after.
        tokio::time::sleep(Duration::from_millis(round * 17 % 140)).await;
        till.world.server.kill();
        for one in asked {
            one.await.unwrap();
        }
        till.world.server.up().await;
        till.admin = till.world.admin("a");
        orders.extend([first, second]);
    }
    let limit = if long() { 3 * PATIENCE } else { PATIENCE };
    let known = async || every_payment(&mut till.admin).await;
    let payments =
        read_within(limit, "nothing is unknown", known, |payments| !payments.iter().any(is_open)).await;
    // Its book and ours say the same of each payment, and no order was charged twice.
    let book = till.book().await;
    let sum = |payment: &str, sign: i64| -> i64 {
        let lines = book.iter().filter(|line| text(&line["key"]).starts_with(payment));
        lines.map(|line| line["amount"].as_i64().unwrap()).filter(|amount| amount * sign > 0).sum()
    };
    for payment in &payments {
        let id = text(&payment["id"]);
        assert_eq!(sum(&id, 1), payment["captured"].as_i64().unwrap(), "{payment:#}");
        assert_eq!(sum(&id, -1), -payment["refunded"].as_i64().unwrap(), "{payment:#}");
    }
    for order in &orders {
        let of: i64 = payments
            .iter()
            .filter(|payment| payment["order_id"] == order.as_str())
            .map(|payment| payment["captured"].as_i64().unwrap())
            .sum();
        assert!([0, 1999].contains(&of), "{order} was charged {of}");
    }
    verify(&till.world.cell);
}
