//! The whole checkout over HTTP: a cart with two lines, an address, a way of delivery, the order, and its payment. Its
//! clients read no more of an answer than the next request takes, as those do that place an order by one request: they are
//! on the same two cores as the server.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use galleria_tests::server::make_tenant;
use galleria_tests::{Cell, Client, Postgres, Server};
use serde_json::{Value, json};

use crate::orders::{Shop, fill, order, run};
use crate::press::{Line, crowded, press};
use crate::table::Table;

const BUYERS: usize = 16;

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
    let (stop, done, times) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(Vec::new())));
    let started = Instant::now();
    run(async {
        let buyers: Vec<_> = (0..BUYERS)
            .map(|_| {
                let client = server.client("bench", None);
                let port = server.port;
                let (stop, done, times, skus) = (stop.clone(), done.clone(), times.clone(), skus.clone());
                tokio::spawn(async move {
                    let mut line = Line::open(port).await;
                    while !stop.load(Ordering::Relaxed) {
                        let begun = Instant::now();
                        buy(&client, &mut line, &skus).await;
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
    // The same order by one request is the ceiling: all else is what the way to it costs. It comes second, because
    // subscribers have yet to read of its orders when it is over.
    let single = order(vec![("bench".into(), key.to_owned())]);
    let single = press(server.port, 64, duration, None, single).per_second();
    let mut times = times.lock().unwrap().clone();
    times.sort_unstable();
    let at = |percent: usize| times[times.len() * percent / 100].as_secs_f64() * 1000.0;
    table.line(
        &format!("whole checkouts (6 requests, paid) {place} / orders by one request"),
        format!(
            "{rate:.0}/s / {single:.0}/s = {:.2}, p95 {:.0} ms, p99 {:.0} ms",
            rate / single,
            at(95),
            at(99)
        ),
        "no budget",
        true,
    );
}

pub async fn buy(client: &Client, line: &mut Line, skus: &[String]) {
    let send =
        |method: &str, path: &str, body: &Value| client.request(method, path, &[], Some(&body.to_string()));
    let lines = json!([{ "sku": skus[0], "quantity": 1 }, { "sku": skus[1], "quantity": 2 }]);
    let cart = line.ask(&send("POST", "/api/v1/carts", &json!({ "lines": lines }))).await;
    let path = format!("/api/v1/carts/{}", text(cart, "{\"id\":\""));
    let details = json!({
        "email": "ada@example.com", "name": "Ada Lovelace",
        "shipping_address": { "line1": "1 Quay", "city": "Cork", "postal_code": "T12", "country": "IE" },
    });
    let described = line.ask(&send("PUT", &path, &details)).await;
    let option = text(described, "\"delivery_options\":[{\"id\":\"");
    let chosen = json!({ "delivery_option_id": option });
    let chosen = line.ask(&send("PUT", &format!("{path}/delivery"), &chosen)).await;
    let (_, bill) = chosen.split_once("\"bill\":").unwrap();
    let total: i64 = text(bill, "\"total\":").parse().unwrap();
    let order = json!({ "expected_total": total });
    line.ask(&send("POST", &format!("{path}/checkout"), &order)).await;
    line.ask(&send("POST", &format!("{path}/payments"), &json!({ "method": "tok_success" }))).await;
}

/// What stands after a text, up to the end of the word.
fn text<'a>(body: &'a str, after: &str) -> &'a str {
    let (_, rest) = body.split_once(after).unwrap_or_else(|| panic!("no {after} in {body}"));
    rest.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-')).next().unwrap_or_default()
}

/// Two things with much in stock, a tax, a way of delivery, a promotion, and somebody who takes the money.
pub fn fit(server: &Server, key: &str) -> Vec<String> {
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
