//! The whole checkout over HTTP: a cart with two lines, an address, a way of delivery, the order, and its payment.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use galleria_tests::server::make_tenant;
use galleria_tests::{Cell, Client, Postgres, Server};
use serde_json::{Value, json};

use crate::orders::{Shop, fill, order, run};
use crate::press::{crowded, press};
use crate::table::Table;

const BUYERS: usize = 32;

pub fn checkout(table: &mut Table, duration: Duration) {
    println!("The whole checkout");
    let shop = Shop::embedded();
    measure(table, &shop.server, &shop.key, "embedded", duration);
    drop(shop);
    let postgres = Postgres::durable();
    postgres.prepare();
    let cell = Cell::Database(postgres.app_url());
    let key = make_tenant(&cell, "bench");
    let server = run(crowded(cell));
    fill(&server, "bench", &key);
    measure(table, &server, &key, "on PostgreSQL", duration);
}

fn measure(table: &mut Table, server: &Server, key: &str, place: &str, duration: Duration) {
    let skus = fit(server, key);
    // The same order by one request is the ceiling: all else is what the way to it costs.
    let single = order(vec![("bench".into(), key.to_owned())]);
    let single = press(server.port, 64, duration, None, single).per_second();
    let (stop, done, times) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(Vec::new())));
    let started = Instant::now();
    run(async {
        let buyers: Vec<_> = (0..BUYERS)
            .map(|_| {
                let mut client = server.client("bench", None);
                let (stop, done, times, skus) = (stop.clone(), done.clone(), times.clone(), skus.clone());
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        let begun = Instant::now();
                        buy(&mut client, &skus).await;
                        done.fetch_add(1, Ordering::Relaxed);
                        times.lock().unwrap().push(begun.elapsed());
                    }
                })
            })
            .collect();
        tokio::time::sleep(duration).await;
        stop.store(true, Ordering::Relaxed);
        for buyer in buyers {
            buyer.await.unwrap();
        }
    });
    let rate = done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64();
    let mut times = times.lock().unwrap().clone();
    times.sort_unstable();
    let p99 = times[times.len() * 99 / 100];
    table.line(
        &format!("whole checkouts (6 requests, paid) {place} / orders by one request"),
        format!("{rate:.0}/s / {single:.0}/s, p99 {:.0} ms", p99.as_secs_f64() * 1000.0),
        "no budget",
        true,
    );
}

async fn buy(client: &mut Client, skus: &[String]) {
    let lines = json!([{ "sku": skus[0], "quantity": 1 }, { "sku": skus[1], "quantity": 2 }]);
    let cart = client.post("/api/v1/carts", &json!({ "lines": lines })).await;
    assert_eq!(cart.status, 201, "{}", cart.json());
    let path = format!("/api/v1/carts/{}", cart.json()["id"].as_str().unwrap());
    let details = json!({
        "email": "ada@example.com", "name": "Ada Lovelace",
        "shipping_address": { "line1": "1 Quay", "city": "Cork", "postal_code": "T12", "country": "IE" },
    });
    let described = client.put(&path, &details).await.json();
    let option = &described["delivery_options"][0]["id"];
    let chosen = client.put(&format!("{path}/delivery"), &json!({ "delivery_option_id": option })).await;
    let total = &chosen.json()["bill"]["total"];
    let ordered = client.post(&format!("{path}/checkout"), &json!({ "expected_total": total })).await;
    assert_eq!(ordered.status, 201, "{}", ordered.json());
    let paid = client.post(&format!("{path}/payments"), &json!({ "method": "tok_success" })).await;
    assert_eq!(paid.status, 201, "{}", paid.json());
}

/// Two things with much in stock, a tax, a way of delivery, a promotion, and somebody who takes the money.
fn fit(server: &Server, key: &str) -> Vec<String> {
    let mut admin = server.client("bench", Some(key));
    run(async {
        for sku in ["ONE", "TWO"] {
            let variants = json!([{ "sku": sku, "price": 1999, "stock": 1_000_000_000 }]);
            let made = admin.post("/api/v1/products", &json!({ "title": sku, "variants": variants })).await;
            assert_eq!(made.status, 201, "{}", made.json());
        }
        let taxes: Value = json!({ "rates": [{ "name": "VAT", "rate": "23%", "country": "IE" }] });
        let head = [("if-match", "\"0\"")];
        admin.send("PUT", "/api/v1/taxes", &head, Some(&taxes.to_string())).await.unwrap();
        admin.post("/api/v1/delivery-options", &json!({ "name": "Post", "price": 490 })).await;
        let spring = json!({ "name": "Spring", "effect": { "kind": "percent", "off": "10%" } });
        admin.post("/api/v1/promotions", &spring).await;
        let cash = json!({ "name": "Sandbox", "kind": "sandbox" });
        let made = admin.post("/api/v1/payment-providers", &cash).await;
        assert_eq!(made.status, 201, "{}", made.json());
    });
    vec!["ONE".into(), "TWO".into()]
}
