//! What an order costs in a shop with little history, and in one with much. Each order has a buyer of its own, and the shop
//! has ten thousand products, so nothing that grows with either stays small by luck.

use std::sync::Arc;
use std::time::Duration;

use galleria_tests::server::make_tenant;
use galleria_tests::{Cell, Client, Postgres, Server};
use serde_json::json;
use tempfile::TempDir;

use crate::orders::run;
use crate::press::{Request, crowded, press};
use crate::table::Table;

/// Events that an order of two lines leaves behind.
const EVENTS: f64 = 3.0;

const PRODUCTS: u64 = 10_000;
const CLIENTS: usize = 64;

/// How much history a shop has that has little.
const LITTLE: f64 = 10_000.0;

pub fn growth(table: &mut Table, most: u64) {
    println!("Growth");
    let folders: [TempDir; 2] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let of = |folder: &TempDir| Cell::Folder(folder.path().join("data"));
    grown(table, "embedded", [of(&folders[0]), of(&folders[1])], most as f64);
    let servers = [Postgres::durable(), Postgres::durable()];
    let of = |server: &Postgres| {
        server.prepare();
        Cell::Database(server.app_url())
    };
    grown(table, "on PostgreSQL", [of(&servers[0]), of(&servers[1])], most as f64);
}

/// One shop gets its history first; then both sell by turns, so that a machine that becomes slower does so for both.
fn grown(table: &mut Table, place: &str, [old, young]: [Cell; 2], most: f64) {
    let mut old = Shop::start(old);
    while old.events < most {
        old.press(Duration::from_secs(2));
    }
    let mut young = Shop::start(young);
    while young.events < LITTLE {
        young.press(Duration::from_millis(200));
    }
    let little = young.events;
    let (mut dear, mut cheap) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        cheap.push(young.press(Duration::from_secs(1)));
        dear.push(old.press(Duration::from_secs(1)));
    }
    for micros in [&mut dear, &mut cheap] {
        micros.sort_by(f64::total_cmp);
    }
    let change = (dear[2] / cheap[2] - 1.0) * 100.0;
    table.line(
        &format!(
            "cost of an order {place}, from {:.0} events on / from {little:.0} on, by turns",
            old.events - dear.iter().map(|micros| 1e6 / micros * EVENTS).sum::<f64>()
        ),
        format!("{:.0} µs / {:.0} µs, {change:+.0} %", dear[2], cheap[2]),
        "within 20 %",
        change < 20.0,
    );
}

struct Shop {
    server: Server,
    key: String,
    events: f64,
}

impl Shop {
    fn start(cell: Cell) -> Self {
        let key = make_tenant(&cell, "bench");
        let server = run(crowded(cell));
        run(async {
            let makers: Vec<_> = (0..8)
                .map(|maker| {
                    let mut client = server.client("bench", Some(&key));
                    tokio::spawn(async move {
                        for number in (maker..PRODUCTS).step_by(8) {
                            let variants =
                                json!([{ "sku": format!("P{number}"), "price": 1999, "stock": 1_000_000 }]);
                            let product =
                                json!({ "title": format!("Product {number}"), "variants": variants });
                            let made = client.post("/api/v1/products", &product).await;
                            assert_eq!(made.status, 201, "{}", made.json());
                        }
                    })
                })
                .collect();
            for maker in makers {
                maker.await.unwrap();
            }
        });
        Self { server, key, events: 0.0 }
    }

    /// Microseconds that an order took.
    fn press(&mut self, duration: Duration) -> f64 {
        let pressed = press(self.server.port, CLIENTS, duration, None, order(&self.key));
        self.events += pressed.done as f64 * EVENTS;
        1e6 / pressed.per_second()
    }
}

/// Two lines out of the catalog, for somebody who has bought nothing before.
fn order(key: &str) -> Request {
    let start = uuid::Uuid::now_v7().simple().to_string();
    let bench = Client::new(0, "bench.localhost", Some(key));
    Arc::new(move |client, turn| {
        let number = client as u64 + turn * 131;
        let (one, other) = (number % PRODUCTS, (number * 7 + 3) % PRODUCTS);
        let once = format!("{start}-{client}-{turn}");
        let order = json!({
            "customer": { "name": "Ada Lovelace", "email": format!("ada-{once}@example.com") },
            "shipping_address": { "line1": "12 Sunday's Well Road", "city": "Cork", "postal_code": "T23 F1K2", "country": "IE" },
            "lines": [{ "sku": format!("P{one}"), "quantity": 1 }, { "sku": format!("P{other}"), "quantity": 2 }],
        });
        bench.request("POST", "/api/v1/orders", &[("idempotency-key", &once)], Some(&order.to_string()))
    })
}
