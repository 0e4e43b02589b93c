//! How often the database is asked for one request. What takes more than it did is a change that somebody reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use galleria_tests::{Cell, Client, Postgres, Server, Traffic, Wire};
use serde_json::{Value, json};

use crate::till::text;
use crate::world::{Engine, World, lamp, order};

/// What is true of each request, as it was last read by a person.
const TABLE: &str = "suite/flights.txt";

/// A shop, asked by somebody who counts.
struct Counted {
    client: Client,
    wire: Wire,
    seen: BTreeMap<String, Traffic>,
}

impl Counted {
    /// Asks, and notes what it took under the operation's name.
    async fn ask(&mut self, operation: &str, path: &str, body: Option<Value>) -> Value {
        let (method, _) = operation.split_once(' ').unwrap();
        self.wire.take();
        let body = body.map(|body| body.to_string());
        let answer = self.client.send(method, path, &[], body.as_deref()).await.unwrap();
        let traffic = self.wire.take();
        assert!(answer.status < 300, "{operation}: {}", answer.json());
        self.seen.insert(operation.to_owned(), traffic);
        answer.json()
    }

    async fn checkout(&mut self) {
        let lines = json!([{ "sku": "ONE", "quantity": 1 }, { "sku": "TWO", "quantity": 2 }]);
        let begun = self.ask("POST /carts", "/api/v1/carts", Some(json!({ "lines": lines }))).await;
        let cart = format!("/api/v1/carts/{}", text(&begun["id"]));
        self.ask("GET /carts/{id}", &cart, None).await;
        let line = json!({ "sku": "TWO", "quantity": 1 });
        self.ask("POST /carts/{id}/lines", &format!("{cart}/lines"), Some(line)).await;
        let variant = text(&begun["lines"][1]["variant_id"]);
        let path = format!("{cart}/lines/{variant}");
        self.ask("PUT /carts/{id}/lines/{variant_id}", &path, Some(json!({ "quantity": 2 }))).await;
        let code = json!({ "code": "SPRING" });
        self.ask("POST /carts/{id}/codes", &format!("{cart}/codes"), Some(code)).await;
        let details = json!({
            "email": "ada@example.com", "name": "Ada Lovelace",
            "shipping_address": { "line1": "1 Quay", "city": "Cork", "postal_code": "T12", "country": "IE" },
        });
        let described = self.ask("PUT /carts/{id}", &cart, Some(details)).await;
        let option = json!({ "delivery_option_id": described["delivery_options"][0]["id"] });
        let path = format!("{cart}/delivery");
        let chosen = self.ask("PUT /carts/{id}/delivery", &path, Some(option)).await;
        let total = json!({ "expected_total": chosen["bill"]["total"] });
        self.ask("POST /carts/{id}/checkout", &format!("{cart}/checkout"), Some(total)).await;
        let method = json!({ "method": "tok_success" });
        self.ask("POST /carts/{id}/payments", &format!("{cart}/payments"), Some(method)).await;
        self.ask("GET /carts/{id}/order", &format!("{cart}/order"), None).await;
        self.ask("GET /carts/{id}/payments", &format!("{cart}/payments"), None).await;
    }

    async fn order(&mut self) {
        let placed = self.ask("POST /orders", "/api/v1/orders", Some(order(&[("ONE", 1), ("TWO", 1)]))).await;
        let order = format!("/api/v1/orders/{}", text(&placed["id"]));
        self.ask("GET /orders/{id}", &order, None).await;
        let confirmed = json!({ "status": "confirmed" });
        self.ask("PUT /orders/{id}/status", &format!("{order}/status"), Some(confirmed)).await;
        let paid = json!({ "order_id": placed["id"], "method": "tok_success" });
        let payment = self.ask("POST /payments", "/api/v1/payments", Some(paid)).await;
        let refund = json!({ "amount": 100, "reason": "scratched" });
        let path = format!("/api/v1/payments/{}/refund", text(&payment["id"]));
        self.ask("POST /payments/{id}/refund", &path, Some(refund)).await;
        let parcel = json!({ "carrier": "Swift", "tracking_number": "S1" });
        self.ask("POST /orders/{id}/parcels", &format!("{order}/parcels"), Some(parcel)).await;
        self.ask("GET /orders", "/api/v1/orders", None).await;
    }

    async fn catalog(&mut self) {
        let products = self.ask("GET /products", "/api/v1/products", None).await;
        let product = format!("/api/v1/products/{}", text(&products["items"][0]["id"]));
        let read = self.ask("GET /products/{id}", &product, None).await;
        self.ask("GET /products/{id}/prices", &format!("{product}/prices"), None).await;
        self.ask("GET /products/{id}/availability", &format!("{product}/availability"), None).await;
        let variant = text(&read["variants"][0]["id"]);
        let hold = json!({ "lines": [{ "variant_id": variant, "quantity": 1 }], "seconds": 60 });
        self.ask("POST /stock-holds", "/api/v1/stock-holds", Some(hold)).await;
    }

    fn table(&self) -> String {
        let mut table = String::from("request                                   reads  works  statements\n");
        for (operation, Traffic { reads, writes, statements }) in &self.seen {
            let _ = writeln!(table, "{operation:<42}{reads:>5}{writes:>7}{statements:>12}");
        }
        table
    }
}

/// Something to sell, a tax, a way of delivery, a promotion with a code, and somebody who takes the money.
async fn fit(admin: &mut Client) {
    let spring = json!({ "name": "Spring", "code": "SPRING", "effect": { "kind": "percent", "off": "10%" } });
    for (path, body) in [
        ("products", lamp("ONE", 1000)),
        ("products", lamp("TWO", 1000)),
        ("delivery-options", json!({ "name": "Post", "price": 490 })),
        ("promotions", spring),
        ("payment-providers", json!({ "name": "Sandbox", "kind": "sandbox" })),
    ] {
        let made = admin.post(&format!("/api/v1/{path}"), &body).await;
        assert_eq!(made.status, 201, "{path}: {}", made.json());
    }
    let taxes = json!({ "rates": [{ "name": "VAT", "rate": "23%", "country": "IE" }] }).to_string();
    let set = admin.send("PUT", "/api/v1/taxes", &[("if-match", "\"0\"")], Some(&taxes)).await.unwrap();
    assert_eq!(set.status, 200, "{}", set.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_asks_the_database_as_often_as_the_table_says() {
    let mut world = World::start(Engine::Database, 1).await;
    fit(&mut world.admin("a")).await;
    // What nobody waits for is done by nobody while it is counted: the node that is asked only answers.
    world.server.stop();
    let postgres = world.postgres.as_ref().unwrap();
    let wire = Wire::to(postgres.port).await;
    let direct = postgres.app_url();
    let environment = [("GALLERIA_BACKGROUND", "false"), ("GALLERIA_DATABASE_DIRECT_URL", &*direct)];
    let server = Server::start_with(Cell::Database(Postgres::app_url_through(wire.port)), &environment).await;
    let client = server.client("a", Some(world.key("a")));
    let mut counted = Counted { client, wire, seen: BTreeMap::new() };
    // The first time is about what a node learns once.
    for _ in 0..2 {
        counted.checkout().await;
        counted.order().await;
        counted.catalog().await;
    }
    let (found, path) = (counted.table(), Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE));
    if std::env::var("FLIGHTS").is_ok_and(|wish| wish == "write") {
        std::fs::write(&path, &found).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, known, "read what has changed, and note it with FLIGHTS=write");
}
