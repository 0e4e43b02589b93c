//! What an order is by its goods: parcels and returns say it, also when somebody says "shipped".

use galleria_tests::Client;
use galleria_tests::server::verify;
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::selling::{ada, cart, deliver, describe, fitted, stock_of};
use crate::till::{is, text};
use crate::world::{Engine, World};

over_both_engines!(
    whoever_says_shipped_sends_the_rest_and_stock_falls_once,
    an_order_is_what_its_parcels_and_returns_say_through_edits_and_exchanges,
);

/// A guest's order of so many lamps, and how its guest and its staff reach it.
struct Lamps {
    admin: Client,
    guest: Client,
    cart: String,
    path: String,
}

impl Lamps {
    async fn ordered(world: &World, quantity: i64) -> Self {
        let (admin, mut guest) = (fitted(world).await, world.server.client("a", None));
        let cart = cart(&mut guest, &[("L", quantity)]).await;
        describe(&mut guest, &cart, &ada()).await;
        deliver(&mut guest, &cart).await;
        let placed = guest.post(&format!("/api/v1/carts/{cart}/checkout"), &json!({})).await.json();
        let path = format!("/api/v1/orders/{}", text(&placed["id"]));
        let mut lamps = Self { admin, guest, cart, path };
        lamps.say("confirmed").await;
        lamps
    }

    async fn order(&mut self) -> Value {
        self.admin.get(&self.path).await.json()
    }

    async fn status(&mut self) -> String {
        text(&self.order().await["status"])
    }

    async fn put(&mut self, status: &str) -> galleria_tests::Answer {
        self.admin.put(&format!("{}/status", self.path), &json!({ "status": status })).await
    }

    async fn say(&mut self, status: &str) {
        let said = self.put(status).await;
        assert_eq!((said.status, &said.json()["status"]), (200, &json!(status)), "{}", said.json());
    }

    async fn post(&mut self, what: &str, body: Value) -> Value {
        let done = self.admin.post(&format!("{}/{what}", self.path), &body).await;
        assert!(done.status < 300, "{what}: {}", done.json());
        done.json()
    }

    async fn page(&mut self) -> String {
        let page = self.guest.get(&format!("/orders/{}", self.cart)).await;
        String::from_utf8_lossy(&page.body).into_owned()
    }
}

fn of_line(line: i64, quantity: i64) -> Value {
    json!({ "lines": [{ "line": line, "quantity": quantity }] })
}

async fn whoever_says_shipped_sends_the_rest_and_stock_falls_once(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut lamps = Lamps::ordered(&world, 5).await;
    lamps.post("parcels", of_line(1, 1)).await;
    assert_eq!(lamps.status().await, "partly_shipped");
    let listed = lamps.admin.get("/api/v1/orders?status=partly_shipped").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert!(lamps.page().await.contains("Partly on its way"));
    for (to, code) in [
        ("packed", "illegal_transition"),
        ("delivered", "illegal_transition"),
        ("returned", "illegal_transition"),
        ("cancelled", "partly_sent"),
    ] {
        is(&lamps.put(to).await, 409, code);
    }
    // Nothing that was not sent comes back.
    let early = lamps.admin.post(&format!("{}/returns", lamps.path), &of_line(1, 2)).await;
    is(&early, 409, "not_so_many");
    assert_eq!(stock_of(&mut lamps.admin, "L").await, (49, 4));

    for _ in 0..2 {
        lamps.say("shipped").await;
        let order = lamps.order().await;
        assert_eq!((&order["status"], &order["lines"][0]["sent"]), (&json!("shipped"), &json!(5)));
        assert_eq!(order["parcels"].as_array().unwrap().len(), 2, "once");
        let sent: Vec<&Value> = order["acts"].as_array().unwrap().iter().map(|act| &act["lines"]).collect();
        assert_eq!(sent[1], &of_line(1, 4)["lines"]);
        assert_eq!(stock_of(&mut lamps.admin, "L").await, (45, 0));
    }
    let more = lamps.admin.post(&format!("{}/parcels", lamps.path), &of_line(1, 1)).await;
    is(&more, 409, "not_so_many");
    assert!(lamps.page().await.contains("Sent on "));

    let back = lamps.post("returns", of_line(1, 5)).await;
    let receipts = format!("returns/{}/receipts", text(&back["id"]));
    let came =
        |quantity, restock| json!({ "lines": [{ "line": 1, "quantity": quantity, "restock": restock }] });
    lamps.post(&receipts, came(2, false)).await;
    assert_eq!(lamps.status().await, "shipped");
    lamps.post(&receipts, came(3, true)).await;
    assert_eq!(lamps.status().await, "returned");
    assert_eq!(stock_of(&mut lamps.admin, "L").await, (48, 0));
    is(&lamps.put("delivered").await, 409, "illegal_transition");
    verify(&world.cell);
}

async fn an_order_is_what_its_parcels_and_returns_say_through_edits_and_exchanges(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut lamps = Lamps::ordered(&world, 3).await;
    lamps.post("parcels", of_line(1, 1)).await;
    // The rest is not wanted any more: nothing is left to send.
    let take = json!({ "take": [{ "line": 1, "quantity": 2 }] });
    lamps.post("edits", take).await;
    assert_eq!(lamps.status().await, "shipped");
    assert_eq!(stock_of(&mut lamps.admin, "L").await, (49, 0));
    lamps.say("delivered").await;

    // Another is sent in its place.
    let back = lamps.post("returns", of_line(1, 1)).await;
    lamps.post("edits", json!({ "add": [{ "sku": "R", "quantity": 1 }] })).await;
    assert_eq!(lamps.status().await, "partly_shipped");
    let came = json!({ "lines": [{ "line": 1, "quantity": 1, "restock": true }] });
    lamps.post(&format!("returns/{}/receipts", text(&back["id"])), came).await;
    assert_eq!(lamps.status().await, "partly_shipped");
    lamps.post("parcels", json!({})).await;
    assert_eq!(lamps.status().await, "shipped", "the second has not arrived");
    lamps.say("delivered").await;
    let history = lamps.order().await["history"].clone();
    let said: Vec<&str> =
        history.as_array().unwrap().iter().map(|step| step["status"].as_str().unwrap()).collect();
    let expected = [
        "placed",
        "confirmed",
        "partly_shipped",
        "shipped",
        "delivered",
        "partly_shipped",
        "shipped",
        "delivered",
    ];
    assert_eq!(said, expected);
    assert_eq!(stock_of(&mut lamps.admin, "L").await, (50, 0));
    assert_eq!(stock_of(&mut lamps.admin, "R").await, (1, 0));
    verify(&world.cell);
}
