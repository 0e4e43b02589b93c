//! Paying at Stripe: at localstripe, somebody else's idea of it, in a process of its own.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use galleria_tests::server::verify;
use galleria_tests::{Client, eventually, free_port, read_until, tool};
use serde_json::{Value, json};

use crate::till::{is, signed, text, until};
use crate::world::{Engine, World, lamp, order};

pub struct Localstripe {
    pub port: u16,
    command: Command,
    child: Child,
}

impl Localstripe {
    async fn start() -> Self {
        Self::run(Command::new(tool("payments", "localstripe/bin/localstripe"))).await
    }

    /// With the page of its own that localstripe has not, and we have added.
    pub async fn with_pages() -> Self {
        let mut python = Command::new(tool("payments", "localstripe/bin/python3"));
        python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/stripe_checkout.py"));
        Self::run(python).await
    }

    async fn run(mut command: Command) -> Self {
        let port = free_port();
        command.args(["--from-scratch", "--port", &port.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let stripe = Self { port, command, child };
        stripe.ready().await;
        stripe
    }

    pub fn down(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// At the same address, and knowing nothing of before.
    pub async fn up(&mut self) {
        self.child = self.command.spawn().unwrap();
        self.ready().await;
    }

    /// It takes requests and answers none, until it may go on.
    pub fn pause(&self, paused: bool) {
        let signal = if paused { "-STOP" } else { "-CONT" };
        let done = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(done.unwrap().success(), "localstripe could not be sent {signal}");
    }

    async fn ready(&self) {
        eventually("localstripe answers", async || {
            self.client().send("GET", "/v1/payment_intents", &[], None).await.is_ok()
        })
        .await;
    }

    pub fn client(&self) -> Client {
        Client::new(self.port, "127.0.0.1", Some("sk_test_12345"))
    }

    pub async fn get(&self, path: &str) -> Value {
        self.client().get(path).await.json()
    }

    /// A token for a card, as the payer's browser would get it from Stripe.
    async fn method(&self, number: &str) -> String {
        let form =
            format!("type=card&card[number]={number}&card[exp_month]=7&card[exp_year]=2031&card[cvc]=123");
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let made = self.client().send("POST", "/v1/payment_methods", &kind, Some(&form)).await.unwrap();
        text(&made.json()["id"])
    }
}

impl Drop for Localstripe {
    fn drop(&mut self) {
        self.down();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_paid_declined_held_and_refunded_at_stripe() {
    let stripe = Localstripe::start().await;
    let allowed = [("GALLERIA_OUTSIDE_ALLOW", "127.0.0.1"), ("GALLERIA_OUTSIDE_ALLOW_HTTP", "true")];
    let world = World::start_with(Engine::Embedded, 1, &allowed).await;
    let mut admin = world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 10)).await;
    let provider = json!({
        "name": "Stripe", "kind": "stripe", "address": format!("http://127.0.0.1:{}", stripe.port),
        "secret": "sk_test_12345", "webhook_secret": "whsec_1", "timeout_seconds": 5,
    });
    let id = text(&admin.post("/api/v1/payment-providers", &provider).await.json()["id"]);
    let checked = admin.post(&format!("/api/v1/payment-providers/{id}/check"), &json!({})).await.json();
    assert_eq!(checked, json!({ "works": true }));
    let (good, bad) = (stripe.method("4242424242424242").await, stripe.method("4000000000000341").await);
    let placed = text(&admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json()["id"]);
    let pay =
        |method: &str, capture: &str| json!({ "order_id": placed, "method": method, "capture": capture });

    let declined = admin.post("/api/v1/payments", &pay(&bad, "automatic")).await.json();
    assert_eq!(
        (&declined["status"], &declined["problem"]["code"]),
        (&json!("declined"), &json!("card_declined"))
    );
    let held = admin.post("/api/v1/payments", &pay(&good, "manual")).await.json();
    assert_eq!((&held["status"], &held["card"]["last4"]), (&json!("authorised"), &json!("4242")), "{held:#}");
    let path = format!("/api/v1/payments/{}", text(&held["id"]));
    let some = admin.post(&format!("{path}/capture"), &json!({ "amount": 1500 })).await.json();
    assert_eq!((&some["status"], &some["captured"]), (&json!("captured"), &json!(1500)), "{some:#}");
    let back = admin.post(&format!("{path}/refund"), &json!({ "amount": 600 })).await.json();
    assert_eq!((&back["status"], &back["refunded"]), (&json!("partially_refunded"), &json!(600)), "{back:#}");
    // The order hears of its money a moment later: what was given back without a return is not asked for again.
    let asked = async || admin.post("/api/v1/payments", &pay(&good, "automatic")).await.json();
    let rest =
        read_until("the order has heard of its money", asked, |rest| rest["code"] != "contended").await;
    assert_eq!((&rest["status"], &rest["captured"]), (&json!("captured"), &json!(499)), "{rest:#}");
    let intents = stripe.get("/v1/payment_intents?limit=100").await;
    let theirs = |payment: &Value| {
        let intents = intents["data"].as_array().unwrap().clone();
        intents
            .into_iter()
            .filter(|intent| intent["metadata"]["payment"] == payment["id"])
            .collect::<Vec<_>>()
    };
    assert_eq!((theirs(&held).len(), theirs(&rest).len()), (2, 1));
    // What was declined is cancelled there, so that nobody meets it beside the attempt that came after it.
    let mut states: Vec<String> = theirs(&held).iter().map(|intent| text(&intent["status"])).collect();
    states.sort();
    assert_eq!(states, ["canceled", "succeeded"]);

    // Stripe tells of a dispute by the charge's intent, and signs in its own header.
    let intent = text(&theirs(&rest)[0]["id"]);
    let event = json!({ "id": "evt_1", "type": "charge.dispute.created", "data": { "object": {
        "id": "dp_1", "object": "dispute", "payment_intent": intent, "amount": 499, "currency": "eur", "reason": "fraudulent",
    } } });
    let (event, mut told) = (event.to_string(), world.server.client("a", None));
    let hook = format!("/api/v1/payment-webhooks/{id}");
    for (secret, status) in [("whsec_2", 400), ("whsec_1", 200), ("whsec_1", 200)] {
        let header = signed(secret, &event, 0);
        let answer = told.send("POST", &hook, &[("stripe-signature", &header)], Some(&event)).await.unwrap();
        assert_eq!(answer.status, status, "{}", answer.json());
    }
    until(&mut admin, &text(&rest["id"]), "disputed").await;
    is(
        &admin.post(&format!("/api/v1/payments/{}/refund", text(&rest["id"])), &json!({})).await,
        409,
        "payment_disputed",
    );
    verify(&world.cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stripe_did_not_answer_is_found_in_its_lists_and_not_asked_for_again() {
    let stripe = Localstripe::start().await;
    let allowed = [("GALLERIA_OUTSIDE_ALLOW", "127.0.0.1"), ("GALLERIA_OUTSIDE_ALLOW_HTTP", "true")];
    let mut world = World::start_with(Engine::Embedded, 1, &allowed).await;
    let mut admin = world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 100)).await;
    let provider = json!({
        "name": "Stripe", "kind": "stripe", "address": format!("http://127.0.0.1:{}", stripe.port),
        "secret": "sk_test_12345", "timeout_seconds": 1,
    });
    admin.post("/api/v1/payment-providers", &provider).await;
    let good = stripe.method("4242424242424242").await;
    for round in 0..6_u64 {
        let placed = admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
        let body = json!({ "order_id": placed["id"], "method": good }).to_string();
        let mut paying = world.admin("a");
        let asked =
            tokio::spawn(
                async move { drop(paying.send("POST", "/api/v1/payments", &[], Some(&body)).await) },
            );
        tokio::time::sleep(Duration::from_millis(5 + round * 4)).await;
        world.server.kill();
        asked.await.unwrap();
        world.server.up().await;
        admin = world.admin("a");
    }
    let payments = crate::world::all(&mut admin, "/api/v1/payments").await;
    for payment in &payments {
        until(&mut admin, &text(&payment["id"]), "captured").await;
    }
    // It knows no keys, so whatever was asked for twice would be there twice.
    let intents = stripe.get("/v1/payment_intents?limit=100").await["data"].as_array().unwrap().len();
    assert_eq!(intents, payments.len());
}
