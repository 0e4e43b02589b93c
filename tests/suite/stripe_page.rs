//! Paying by card on Stripe's own page: at localstripe, with a page that we have added to it.

use std::time::Duration;

use galleria_tests::server::verify;
use galleria_tests::{Answer, Browser, Client};
use serde_json::{Value, json};

use crate::selling::{ada, cart, deliver, describe, fitted};
use crate::stripe::Localstripe;
use crate::till::{is, reported, signed, text, until};
use crate::world::{Engine, World, all, lamp, order};

const GOOD: &str = "4242424242424242";
const BAD: &str = "4000000000000341";
const BACK: &str = "https://a.localhost/orders/1";

struct Shop {
    world: World,
    stripe: Localstripe,
    admin: Client,
    provider: String,
}

impl Shop {
    async fn open() -> Self {
        let allowed = [("GALLERIA_OUTSIDE_ALLOW", "127.0.0.1"), ("GALLERIA_OUTSIDE_ALLOW_HTTP", "true")];
        let (stripe, world) =
            (Localstripe::with_pages().await, World::start_with(Engine::Embedded, 1, &allowed).await);
        let mut admin = world.admin("a");
        let provider = json!({
            "name": "Stripe", "kind": "stripe", "address": format!("http://127.0.0.1:{}", stripe.port),
            "secret": "sk_test_12345", "webhook_secret": "whsec_1", "timeout_seconds": 5,
        });
        let added = admin.post("/api/v1/payment-providers", &provider).await;
        assert_eq!(added.status, 201, "{}", added.json());
        let provider = text(&added.json()["id"]);
        Self { world, stripe, admin, provider }
    }

    async fn with_lamps() -> Self {
        let mut shop = Self::open().await;
        assert_eq!(shop.admin.post("/api/v1/products", &lamp("L", 100)).await.status, 201);
        shop
    }

    /// An order, and what came of asking for it to be paid on the page.
    async fn begin(&mut self, capture: &str) -> Value {
        let placed = self.admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
        self.pay(&placed["id"], capture).await
    }

    async fn pay(&mut self, order: &Value, capture: &str) -> Value {
        let body = json!({ "order_id": order, "return_url": BACK, "capture": capture });
        let begun = self.admin.post("/api/v1/payments", &body).await;
        assert_eq!(
            (begun.status, &begun.json()["status"]),
            (201, &json!("challenged")),
            "{:#}",
            begun.json()
        );
        begun.json()
    }

    async fn ask(&mut self, payment: &Value, what: &str, body: Value) -> Value {
        let asked =
            self.admin.post(&format!("/api/v1/payments/{}/{what}", text(&payment["id"])), &body).await;
        assert_eq!(asked.status, 200, "{}", asked.json());
        asked.json()
    }

    async fn until(&mut self, payment: &Value, status: &str) -> Value {
        until(&mut self.admin, &text(&payment["id"]), status).await
    }

    /// The payer types a card in on the page.
    async fn types(&self, payment: &Value, card: &str) -> Answer {
        let page = text(&payment["challenge_url"]);
        let (_, path) = page.split_once(&format!(":{}", self.stripe.port)).unwrap();
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let form = format!("card={card}");
        self.stripe.client().send("POST", path, &kind, Some(&form)).await.unwrap()
    }

    /// Stripe's sessions or intents of a payment, newest first or oldest first as it lists them.
    async fn theirs(&self, what: &str, payment: &Value) -> Vec<Value> {
        let listed = self.stripe.get(&format!("/v1/{what}?limit=100")).await;
        let all = listed["data"].as_array().unwrap().clone();
        all.into_iter().filter(|one| one["metadata"]["payment"] == payment["id"]).collect()
    }

    async fn session(&self, payment: &Value) -> Value {
        self.theirs("checkout/sessions", payment).await.first().unwrap().clone()
    }

    async fn expire(&self, payment: &Value) {
        let id = text(&self.session(payment).await["id"]);
        let path = format!("/v1/checkout/sessions/{id}/expire");
        let expired = self.stripe.client().send("POST", &path, &[], None).await.unwrap();
        assert_eq!(expired.json()["status"], "expired", "{}", expired.json());
    }

    /// Stripe tells what happened to an object, twice, as it may.
    async fn tell(&self, id: &str, kind: &str, object: &Value) {
        let event = json!({ "id": id, "type": kind, "data": { "object": object } }).to_string();
        let path = format!("/api/v1/payment-webhooks/{}", self.provider);
        let mut told = self.world.server.client("a", None);
        for _ in 0..2 {
            let header = [("stripe-signature", &*signed("whsec_1", &event, 0))];
            let answer = told.send("POST", &path, &header, Some(&event)).await.unwrap();
            assert_eq!(answer.status, 200, "{}", answer.json());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_refused_on_the_page_and_another_one_pays() {
    let mut shop = Shop::with_lamps().await;
    let placed = shop.admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
    let bare = json!({ "order_id": placed["id"] });
    let neither = shop.admin.post("/api/v1/payments", &bare).await;
    is(&neither, 422, "invalid");
    assert_eq!(neither.json()["errors"][0]["pointer"], "/method");
    assert!(text(&neither.json()["errors"][0]["detail"]).contains("return_url"), "{}", neither.json());
    for bad in ["/orders/1", "javascript:alert(1)", "https://me:secret@a.localhost/"] {
        let body = json!({ "order_id": placed["id"], "return_url": bad });
        let refused = shop.admin.post("/api/v1/payments", &body).await;
        is(&refused, 422, "invalid");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/return_url", "{bad}");
    }

    let begun = shop.pay(&placed["id"], "automatic").await;
    let session = shop.session(&begun).await;
    assert_eq!(
        (&session["amount_total"], &session["success_url"], &session["cancel_url"], &session["url"]),
        (&json!(1999), &json!(BACK), &json!(BACK), &begun["challenge_url"])
    );
    assert_eq!(session["client_reference_id"], begun["id"]);
    let refused = shop.types(&begun, BAD).await;
    assert!(String::from_utf8_lossy(&refused.body).contains("declined"), "{}", refused.status);
    // Neither asking nor being told ends it: the payer is about to try another card.
    let intent = shop.theirs("payment_intents", &begun).await[0].clone();
    assert_eq!(intent["status"], "requires_payment_method");
    shop.tell("evt_failed", "payment_intent.payment_failed", &intent).await;
    assert_eq!(shop.ask(&begun, "reconcile", json!({})).await["status"], "challenged");
    assert_eq!(shop.theirs("payment_intents", &begun).await[0]["status"], "requires_payment_method");

    let paid = shop.types(&begun, GOOD).await;
    assert_eq!((paid.status, paid.header("location")), (303, Some(BACK)));
    let paid = shop.ask(&begun, "reconcile", json!({})).await;
    assert_eq!((&paid["status"], &paid["captured"]), (&json!("captured"), &json!(1999)), "{paid:#}");
    assert_eq!((&paid["card"]["last4"], &paid["challenge_url"]), (&json!("4242"), &Value::Null));
    let path = format!("/api/v1/orders/{}", text(&placed["id"]));
    shop.admin.until(&path, |order| order["owed"] == 0).await;

    let back = shop.ask(&begun, "refund", json!({ "amount": 500 })).await;
    assert_eq!((&back["status"], &back["refunded"]), (&json!("partially_refunded"), &json!(500)), "{back:#}");
    let intents = shop.theirs("payment_intents", &begun).await;
    assert_eq!((intents.len(), &intents[0]["status"]), (1, &json!("succeeded")));
    let charges = shop.stripe.get("/v1/charges?limit=100").await["data"].as_array().unwrap().clone();
    let taken: Vec<&Value> = charges.iter().filter(|charge| charge["status"] == "succeeded").collect();
    assert_eq!((taken.len(), &taken[0]["amount"]), (1, &json!(1999)), "{charges:#?}");

    // Both books say the same of the day.
    let day = text(&begun["begun_at"])[..10].to_owned();
    let report = reported(&mut shop.admin, &day).await;
    assert_eq!((&report["theirs_in"], &report["theirs_out"]), (&json!(1999), &json!(500)), "{report:#}");
    assert_eq!(report["differences"], json!([]), "{report:#}");
    verify(&shop.world.cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_open_too_long_ends_the_attempt_and_the_next_one_pays() {
    let mut shop = Shop::with_lamps().await;
    let begun = shop.begin("automatic").await;
    shop.expire(&begun).await;
    let over = shop.ask(&begun, "reconcile", json!({})).await;
    assert_eq!((&over["status"], &over["problem"]["code"]), (&json!("declined"), &json!("session_expired")));

    let again = shop.pay(&begun["order_id"], "automatic").await;
    assert_eq!((&again["id"], &again["attempt"]), (&begun["id"], &json!(2)));
    assert_ne!(again["challenge_url"], begun["challenge_url"]);
    // What Stripe tells of the first page changes nothing about the second.
    let first = shop.theirs("checkout/sessions", &begun).await.pop().unwrap();
    shop.tell("evt_late", "checkout.session.expired", &first).await;
    let read = shop.admin.get(&format!("/api/v1/payments/{}", text(&begun["id"]))).await.json();
    assert_eq!(read["status"], "challenged");
    assert_eq!(shop.types(&begun, GOOD).await.status, 410);
    assert_eq!(shop.types(&again, GOOD).await.status, 303);
    // Nobody comes back to the shop: it asks by itself.
    let paid = shop.until(&begun, "captured").await;
    assert_eq!(paid["captured"], 1999);
    assert_eq!(shop.theirs("payment_intents", &begun).await.len(), 1);
    verify(&shop.world.cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stripe_tells_of_a_page_counts_once() {
    let mut shop = Shop::with_lamps().await;
    let paid = shop.begin("automatic").await;
    assert_eq!(shop.types(&paid, GOOD).await.status, 303);
    let intent = shop.theirs("payment_intents", &paid).await[0].clone();
    shop.tell("evt_1", "checkout.session.completed", &shop.session(&paid).await).await;
    shop.tell("evt_2", "payment_intent.succeeded", &intent).await;
    let read = shop.admin.get(&format!("/api/v1/payments/{}", text(&paid["id"]))).await.json();
    assert_eq!((&read["status"], &read["captured"]), (&json!("captured"), &json!(1999)), "{read:#}");

    let left = shop.begin("automatic").await;
    shop.expire(&left).await;
    shop.tell("evt_3", "checkout.session.expired", &shop.session(&left).await).await;
    let read = shop.admin.get(&format!("/api/v1/payments/{}", text(&left["id"]))).await.json();
    assert_eq!((&read["status"], &read["problem"]["code"]), (&json!("declined"), &json!("session_expired")));
    verify(&shop.world.cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_is_given_up_cannot_be_paid_on_its_page_any_more() {
    let mut shop = Shop::with_lamps().await;
    let begun = shop.begin("automatic").await;
    assert_eq!(shop.types(&begun, BAD).await.status, 200);
    assert_eq!(shop.ask(&begun, "void", json!({})).await["status"], "voided");
    assert_eq!(shop.types(&begun, GOOD).await.status, 410);
    assert_eq!(shop.session(&begun).await["status"], "expired");
    assert_eq!(shop.theirs("payment_intents", &begun).await[0]["status"], "canceled");

    // What is held on the page is let go, whether we have heard of it or not; what was taken is there.
    let held = shop.begin("manual").await;
    assert_eq!(shop.types(&held, GOOD).await.status, 303);
    assert_eq!(shop.ask(&held, "void", json!({})).await["status"], "voided");
    assert_eq!(shop.theirs("payment_intents", &held).await[0]["status"], "canceled");
    let known = shop.begin("manual").await;
    assert_eq!(shop.types(&known, GOOD).await.status, 303);
    shop.ask(&known, "reconcile", json!({})).await;
    let some = shop.ask(&known, "capture", json!({ "amount": 1500 })).await;
    assert_eq!((&some["status"], &some["captured"]), (&json!("captured"), &json!(1500)), "{some:#}");
    let taken = shop.begin("automatic").await;
    assert_eq!(shop.types(&taken, GOOD).await.status, 303);
    let late = shop.ask(&taken, "void", json!({})).await;
    assert_eq!((&late["status"], &late["captured"]), (&json!("captured"), &json!(1999)), "{late:#}");
    verify(&shop.world.cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_owed_any_more_cannot_be_paid_on_a_page_that_is_still_open() {
    let mut shop = Shop::with_lamps().await;
    let (cancelled, held) = (shop.begin("automatic").await, shop.begin("manual").await);
    assert_eq!(shop.types(&held, GOOD).await.status, 303);
    shop.ask(&held, "reconcile", json!({})).await;
    for payment in [&cancelled, &held] {
        let gone = shop.admin.delete(&format!("/api/v1/orders/{}", text(&payment["order_id"]))).await;
        assert!(gone.status < 300, "{}", gone.json());
        shop.until(payment, "voided").await;
    }
    assert_eq!(shop.types(&cancelled, GOOD).await.status, 410);
    assert_eq!(shop.theirs("payment_intents", &held).await[0]["status"], "canceled");

    // What became cheaper is paid on a new page, at what it costs now.
    let dear = shop.begin("automatic").await;
    let order = text(&dear["order_id"]);
    let given = json!({ "amount": 500, "reason": "Late" });
    assert!(shop.admin.post(&format!("/api/v1/orders/{order}/goodwill"), &given).await.status < 300);
    shop.until(&dear, "voided").await;
    assert_eq!(shop.types(&dear, GOOD).await.status, 410);
    let cheap = shop.pay(&dear["order_id"], "automatic").await;
    assert_eq!((&cheap["amount"], shop.types(&cheap, GOOD).await.status), (&json!(1499), 303));
    assert_eq!(shop.until(&cheap, "captured").await["captured"], 1499);
    verify(&shop.world.cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_stripe_knows_no_more_ends_the_attempt() {
    let mut shop = Shop::with_lamps().await;
    let (left, given_up) = (shop.begin("automatic").await, shop.begin("automatic").await);
    let path = format!("/api/v1/payments/{}", text(&left["id"]));
    let version = shop.admin.get(&path).await.json()["version"].clone();
    shop.ask(&left, "reconcile", json!({})).await;
    assert_eq!(shop.admin.get(&path).await.json()["version"], version, "no news is not written down");
    shop.stripe.client().send("DELETE", "/_config/data", &[], None).await.unwrap();
    let over = shop.ask(&left, "reconcile", json!({})).await;
    assert_eq!((&over["status"], &over["problem"]["code"]), (&json!("declined"), &json!("session_expired")));
    assert_eq!(shop.ask(&given_up, "void", json!({})).await["status"], "voided");
    verify(&shop.world.cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_finds_the_page_that_it_opened_and_opens_no_other() {
    let mut shop = Shop::with_lamps().await;
    for round in 0..5_u64 {
        let placed = shop.admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
        let body = json!({ "order_id": placed["id"], "return_url": BACK }).to_string();
        let mut paying = shop.world.admin("a");
        let asked =
            tokio::spawn(
                async move { drop(paying.send("POST", "/api/v1/payments", &[], Some(&body)).await) },
            );
        tokio::time::sleep(Duration::from_millis(4 + round * 4)).await;
        shop.world.server.kill();
        asked.await.unwrap();
        shop.world.server.up().await;
        shop.admin = shop.world.admin("a");
    }
    for payment in all(&mut shop.admin, "/api/v1/payments").await {
        let open = shop.until(&payment, "challenged").await;
        let sessions = shop.theirs("checkout/sessions", &payment).await;
        assert_eq!((sessions.len(), &sessions[0]["url"]), (1, &open["challenge_url"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stripe_did_not_answer_about_a_page_is_found_out() {
    let mut shop = Shop::with_lamps().await;
    let placed = shop.admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
    shop.stripe.pause(true);
    let body = json!({ "order_id": placed["id"], "return_url": BACK });
    let begun = shop.admin.post("/api/v1/payments", &body).await.json();
    assert_eq!(begun["status"], "unknown", "{begun:#}");
    shop.stripe.pause(false);
    let open = shop.until(&begun, "challenged").await;
    assert_eq!(shop.theirs("checkout/sessions", &begun).await.len(), 1);
    shop.stripe.pause(true);
    assert_eq!(shop.ask(&begun, "void", json!({})).await["status"], "unknown");
    shop.stripe.pause(false);
    shop.until(&begun, "voided").await;
    assert_eq!(shop.types(&open, GOOD).await.status, 410);
    verify(&shop.world.cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_did_not_open_opens_later_unless_its_payer_was_erased() {
    let mut shop = Shop::with_lamps().await;
    shop.stripe.down();
    let mut payments = Vec::new();
    for _ in 0..2 {
        let placed = shop.admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
        let body = json!({ "order_id": placed["id"], "return_url": BACK });
        let down = shop.admin.post("/api/v1/payments", &body).await;
        is(&down, 503, "payment_provider_down");
        let path = format!("/api/v1/payments/{}", text(&down.json()["payment"]));
        payments.push(shop.admin.get(&path).await.json());
    }
    let person = json!({ "person": payments[1]["payer_id"] });
    assert!(shop.admin.post("/api/v1/privacy/erasures", &person).await.status < 300);
    shop.stripe.up().await;
    // A server that starts anew knows nothing of the failures, and asks at once.
    shop.world.server.kill();
    shop.world.server.up().await;
    shop.admin = shop.world.admin("a");
    let later = shop.until(&payments[0], "challenged").await;
    assert_eq!(shop.types(&later, GOOD).await.status, 303);
    let gone = shop.until(&payments[1], "declined").await;
    assert_eq!(gone["problem"]["code"], "never_arrived");
    assert!(shop.theirs("checkout/sessions", &gone).await.is_empty());
    shop.until(&payments[0], "captured").await;
    verify(&shop.world.cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_erased_person_pays_on_their_page_is_money_all_the_same() {
    let mut shop = Shop::with_lamps().await;
    let begun = shop.begin("automatic").await;
    let person = json!({ "person": begun["payer_id"] });
    assert!(shop.admin.post("/api/v1/privacy/erasures", &person).await.status < 300);
    let shown = shop.admin.get(&format!("/api/v1/payments/{}", text(&begun["id"]))).await.json();
    assert_eq!((&shown["status"], &shown["challenge_url"]), (&json!("challenged"), &Value::Null));
    assert_eq!(shop.types(&begun, GOOD).await.status, 303);
    let paid = shop.ask(&begun, "reconcile", json!({})).await;
    assert_eq!(
        (&paid["status"], &paid["captured"], &paid["card"]),
        (&json!("captured"), &json!(1999), &Value::Null)
    );
    verify(&shop.world.cell);
}

/// An order that a guest placed: the cart by which they know it.
async fn guests_order(shop: &Shop) -> String {
    fitted(&shop.world).await;
    let mut guest = shop.world.server.client("a", None);
    let id = cart(&mut guest, &[("L", 1)]).await;
    describe(&mut guest, &id, &ada()).await;
    deliver(&mut guest, &id).await;
    let ordered = guest.post(&format!("/api/v1/carts/{id}/checkout"), &json!({})).await;
    assert!(ordered.status < 300, "{}", ordered.json());
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whoever_has_just_said_that_they_pay_is_led_away_from_their_order() {
    let shop = Shop::open().await;
    let id = guests_order(&shop).await;
    let mut guest = shop.world.server.client("a", None);
    let html = async |guest: &mut Client, path: &str, language: &str| {
        let headers = [("accept", "text/html"), ("accept-language", language)];
        let page = guest.send("GET", path, &headers, None).await.unwrap();
        String::from_utf8_lossy(&page.body).into_owned()
    };
    let path = format!("/orders/{id}");
    assert!(html(&mut guest, &path, "en").await.contains("Pay €24.89 by card"));
    assert!(html(&mut guest, &path, "de").await.contains("24,89\u{a0}€ mit Karte bezahlen"));
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let form = format!("provider={}", shop.provider);
    // Twice, as impatient people do.
    for _ in 0..2 {
        let sent = guest.send("POST", &format!("{path}/pay"), &headers, Some(&form)).await.unwrap();
        assert_eq!((sent.status, sent.header("location")), (303, Some(&*format!("{path}?pay=now"))));
    }
    let sessions = shop.stripe.get("/v1/checkout/sessions?limit=100").await;
    assert_eq!(sessions["data"].as_array().unwrap().len(), 1);
    assert_eq!(sessions["data"][0]["success_url"], format!("http://a.localhost{path}"));
    let url = text(&sessions["data"][0]["url"]);
    let led = html(&mut guest, &format!("{path}?pay=now"), "en").await;
    assert!(led.contains(&format!("http-equiv=\"refresh\" content=\"0; url={url}\"")), "{led}");
    let stays = html(&mut guest, &path, "de").await;
    assert!(!stays.contains("http-equiv") && stays.contains("Weiter zur Zahlung"), "{stays}");
    let open = text(&sessions["data"][0]["id"]);
    shop.stripe
        .client()
        .send("POST", &format!("/v1/checkout/sessions/{open}/expire"), &[], None)
        .await
        .unwrap();
    let over = html(&mut guest, &format!("{path}?pay=now"), "en").await;
    assert!(!over.contains("http-equiv") && over.contains("has closed. Nothing was charged"), "{over}");
    assert!(over.contains("Pay €24.89 by card"));

    // By the API as well, whoever knows the cart.
    let begun = guest.post(&format!("/api/v1/carts/{id}/payments"), &json!({ "return_url": BACK })).await;
    assert_eq!((begun.status, &begun.json()["status"]), (201, &json!("challenged")), "{}", begun.json());
}

async fn pays_by_card(shop: &Shop, browser: &mut Browser, order: &str) {
    browser.load(order);
    browser.sees("Amount due");
    browser.press("Pay €24.89 by card");
    browser.sees("Card number");
    browser.fill("Card number", BAD);
    browser.press("Pay");
    browser.sees("Your card was declined.");
    browser.press("Back to the shop");
    // Nobody is sent there again who has just turned back.
    browser.sees("Continue to payment");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(browser.eval("location.href"), order);
    browser.press("Continue to payment");
    browser.sees("Card number");
    browser.fill("Card number", GOOD);
    browser.press("Pay");
    browser.sees("We have received €24.89.");
    assert_eq!(browser.eval("location.href"), order);
    assert!(browser.errors.is_empty(), "{:#?}", browser.errors);
    let intents = shop.stripe.get("/v1/payment_intents?limit=100").await["data"].as_array().unwrap().clone();
    let taken = intents.iter().filter(|intent| intent["status"] == "succeeded").count();
    assert_eq!((intents.len(), taken), (1, 1), "{intents:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_pays_on_the_page_and_comes_back_to_an_order_that_is_paid() {
    let shop = Shop::open().await;
    let order = format!("http://a.localhost:{}/orders/{}", shop.world.server.port, guests_order(&shop).await);
    let mut browser = Browser::start();
    browser.phone();
    pays_by_card(&shop, &mut browser, &order).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_paid_with_without_a_script_as_well() {
    let shop = Shop::open().await;
    let order = format!("http://a.localhost:{}/orders/{}", shop.world.server.port, guests_order(&shop).await);
    let mut browser = Browser::start();
    browser.without_scripts();
    pays_by_card(&shop, &mut browser, &order).await;
}
