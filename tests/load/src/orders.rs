//! Placing orders through HTTP, durable, beside the fastest way to write the same rows.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use galleria_tests::server::make_tenant;
use galleria_tests::{Cell, Client, Postgres, Server};
use serde_json::json;
use tempfile::TempDir;

use crate::press::{Request, crowded, press};
use crate::table::Table;
use crate::{pgbench, raw};

const CLIENTS: usize = 64;
const PRODUCTS: u64 = 100;

pub fn embedded(table: &mut Table, duration: Duration) {
    println!("Orders, embedded");
    let shop = Shop::embedded();
    shop.press(CLIENTS, duration / 4, None);
    let pressed = shop.press(CLIENTS, duration, None);
    let half = shop.press(CLIENTS, duration, Some(pressed.per_second() / 2.0));
    let crowd = shop.press(CLIENTS * 10, duration, None);
    let file = shop.file();
    drop(shop.server);
    let ceiling = raw::orders_per_second(&file, duration);
    let (rate, ratio) = (pressed.per_second(), pressed.per_second() / ceiling);
    table.line(
        "orders through HTTP, embedded / raw group commit of the same rows",
        format!("{rate:.0}/s / {ceiling:.0}/s = {ratio:.2}"),
        "≥ 0.50",
        ratio >= 0.5,
    );
    let p99 = half.percentile(99.0);
    table.line("p99 of an order at half the peak", format!("{p99:.1} ms"), "< 10 ms", p99 < 10.0);
    let p99 = crowd.percentile(99.0);
    table.line("p99 of an order with ten times the clients", format!("{p99:.1} ms"), "< 200 ms", p99 < 200.0);
}

pub fn database(table: &mut Table, duration: Duration) {
    println!("Orders, database");
    let postgres = Postgres::durable();
    postgres.prepare();
    pgbench::prepare(&postgres);
    for (name, tenants) in [("one hot tenant", 1), ("a hundred tenants", 100)] {
        let shops = Shops::start(&postgres, tenants);
        shops.press(duration / 4);
        let pressed = shops.press(duration);
        drop(shops);
        let peer = pgbench::orders_per_second(&postgres, tenants, duration);
        let (rate, ratio) = (pressed.per_second(), pressed.per_second() / peer);
        table.line(
            &format!("orders through HTTP, database, {name} / pipelined pgbench with the same rows"),
            format!("{rate:.0}/s / {peer:.0}/s = {ratio:.2}"),
            "≥ 0.70",
            ratio >= 0.7,
        );
        let p99 = pressed.percentile(99.0);
        println!("    p99 at the peak {p99:.1} ms");
    }
}

/// An embedded shop with something to sell.
pub struct Shop {
    pub server: Server,
    pub key: String,
    folder: TempDir,
}

impl Shop {
    pub fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cell = Cell::Folder(folder.path().join("data"));
        let key = make_tenant(&cell, "bench");
        let server = run(crowded(cell));
        fill(&server, "bench", &key);
        Self { server, key, folder }
    }

    pub fn press(&self, clients: usize, duration: Duration, rate: Option<f64>) -> crate::press::Pressed {
        press(self.server.port, clients, duration, rate, order(vec![("bench".into(), self.key.clone())]))
    }

    pub fn place(&self) -> Cell {
        Cell::Folder(self.folder.path().join("data"))
    }

    pub fn file(&self) -> PathBuf {
        let tenants = std::fs::read_dir(self.folder.path().join("data/tenants"))
            .unwrap()
            .flatten()
            .map(|entry| entry.path());
        // The cell has a file of its own beside the shop's.
        let cell = format!("{}.db", uuid::Uuid::nil());
        let shop = |path: &PathBuf| {
            path.extension().is_some_and(|extension| extension == "db") && !path.ends_with(&cell)
        };
        tenants.into_iter().find(shop).unwrap()
    }
}

struct Shops {
    server: Server,
    shops: Vec<(String, String)>,
}

impl Shops {
    fn start(postgres: &Postgres, count: usize) -> Self {
        let cell = Cell::Database(postgres.app_url());
        let slugs: Vec<String> = (0..count).map(|number| format!("of{count}-{number}")).collect();
        let shops: Vec<_> = slugs
            .into_iter()
            .map(|slug| {
                let key = make_tenant(&cell, &slug);
                (slug, key)
            })
            .collect();
        let server = run(crowded(cell));
        for (slug, key) in &shops {
            fill(&server, slug, key);
        }
        Self { server, shops }
    }

    fn press(&self, duration: Duration) -> crate::press::Pressed {
        press(self.server.port, CLIENTS, duration, None, order(self.shops.clone()))
    }
}

pub fn fill(server: &Server, slug: &str, key: &str) {
    let mut client = server.client(slug, Some(key));
    run(async {
        for number in 0..PRODUCTS {
            let product = json!({
                "title": format!("Product {number}"), "description": "A thing of some use, described in a sentence or two.",
                "variants": [{ "sku": format!("P{number}"), "price": 1999, "stock": 1_000_000_000 }],
            });
            let made = client.post("/api/v1/products", &product).await;
            assert_eq!(made.status, 201, "{}", made.json());
        }
    });
}

/// Two lines out of the catalog, each order under a key of its own, in one shop after the other.
pub fn order(shops: Vec<(String, String)>) -> Request {
    let start = uuid::Uuid::now_v7().simple().to_string();
    let clients: Vec<Client> =
        shops.iter().map(|(slug, key)| Client::new(0, &format!("{slug}.localhost"), Some(key))).collect();
    Arc::new(move |client, turn| {
        let number = client as u64 + turn * 131;
        let (one, other) = (number % PRODUCTS, (number * 7 + 3) % PRODUCTS);
        let body = format!(
            r#"{{"customer":{{"name":"Ada Lovelace","email":"ada@example.com"}},"shipping_address":{{"line1":"12 Sunday's Well Road","city":"Cork","postal_code":"T23 F1K2","country":"IE"}},"lines":[{{"sku":"P{one}","quantity":1}},{{"sku":"P{other}","quantity":2}}]}}"#
        );
        let key = format!("{start}-{client}-{turn}");
        let shop = usize::try_from(number).unwrap() % clients.len();
        clients[shop].request("POST", "/api/v1/orders", &[("idempotency-key", &key)], Some(&body))
    })
}

pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
