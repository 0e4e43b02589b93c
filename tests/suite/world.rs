//! A served cell with a shop that has something to sell.

use std::fs;
use std::path::Path;

use galleria_tests::server::{make_key, make_tenant};
use galleria_tests::{Cell, Client, Postgres, Server, eventually, template};
use serde_json::{Value, json};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Embedded,
    Database,
}

pub struct World {
    pub server: Server,
    pub cell: Cell,
    pub postgres: Option<Postgres>,
    pub keys: Vec<(String, String)>,
    _folder: TempDir,
}

impl World {
    /// The shops `a`, `b`, … are there, each with an admin's key.
    pub async fn start(engine: Engine, shops: usize) -> Self {
        Self::start_with(engine, shops, &[]).await
    }

    pub async fn start_with(engine: Engine, shops: usize, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::start_in(engine, shops, environment, folder).await
    }

    pub async fn start_in(
        engine: Engine,
        shops: usize,
        environment: &[(&str, &str)],
        folder: TempDir,
    ) -> Self {
        let (name, binary) = (format!("shops-{shops}-{engine:?}"), galleria_tests::binary());
        let (cell, postgres) = match engine {
            Engine::Embedded => {
                template::copy(&name, &[&binary], folder.path(), |made| {
                    fs::create_dir(made).unwrap();
                    make_shops(&Cell::Folder(made.join("data")), shops, made);
                });
                (Cell::Folder(folder.path().join("data")), None)
            }
            Engine::Database => {
                let postgres =
                    Postgres::made_once(&name, &[&binary, &galleria_tests::key_file()], |postgres| {
                        postgres.prepare();
                        make_shops(&Cell::Database(postgres.app_url()), shops, postgres.folder());
                    });
                (Cell::Database(postgres.app_url()), Some(postgres))
            }
        };
        let keys = postgres.as_ref().map_or(folder.path(), Postgres::folder).join(KEYS);
        let keys = serde_json::from_slice(&fs::read(keys).unwrap()).unwrap();
        let server = Server::start_with(cell.clone(), environment).await;
        Self { server, cell, postgres, keys, _folder: folder }
    }

    /// The server and the cell, to go on with; the folder, to keep.
    pub fn apart(self) -> (Server, Cell, TempDir) {
        (self.server, self.cell, self._folder)
    }

    /// The admin of a shop, on that shop's host.
    pub fn admin(&self, slug: &str) -> Client {
        self.server.client(slug, Some(self.key(slug)))
    }

    /// Somebody else with a key of the shop.
    pub async fn colleague(&self, slug: &str, role: &str) -> Client {
        let keys = self.colleagues(slug, &[role]).await;
        self.server.client(slug, Some(&keys[0].1))
    }

    /// A key of each role, from when the server knows them all.
    pub async fn colleagues(&self, slug: &str, roles: &[&str]) -> Vec<(String, String)> {
        let make = |role: &&str| ((*role).to_owned(), make_key(&self.cell, slug, role));
        let keys: Vec<(String, String)> = roles.iter().map(make).collect();
        let mut last = self.server.client(slug, keys.last().map(|(_, key)| key.as_str()));
        eventually("the keys are known", async || last.get("/api/v1/products").await.status != 401).await;
        keys
    }

    pub fn key(&self, slug: &str) -> &str {
        &self.keys.iter().find(|(name, _)| name == slug).unwrap().1
    }
}

/// What the keys of its shops are, in the folder of a cell.
const KEYS: &str = "keys.json";

/// Makes the shops `a`, `b`, …, and notes their keys in a folder.
fn make_shops(cell: &Cell, shops: usize, folder: &Path) {
    let slugs = (b'a'..).take(shops).map(|letter| char::from(letter).to_string());
    let keys: Vec<(String, String)> = slugs.map(|slug| (slug.clone(), make_tenant(cell, &slug))).collect();
    fs::write(folder.join(KEYS), serde_json::to_vec(&keys).unwrap()).unwrap();
}

/// Random numbers that are the same each time.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A product with one variant, and how many there are.
pub fn lamp(sku: &str, stock: i64) -> Value {
    json!({
        "title": format!("Lamp {sku}"), "description": "Gives light.", "categories": ["lighting"],
        "variants": [{ "sku": sku, "price": 1999, "stock": stock }],
    })
}

pub fn order(lines: &[(&str, i64)]) -> Value {
    let lines: Vec<Value> =
        lines.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect();
    json!({
        "customer": { "name": "Ada Lovelace", "email": "ada@example.com" },
        "shipping_address": { "line1": "1 Quay", "city": "Cork", "postal_code": "T12", "country": "IE" },
        "lines": lines,
    })
}

/// Every item of a list, page after page.
pub async fn all(client: &mut Client, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let join = if path.contains('?') { '&' } else { '?' };
        let page = client.get(&format!("{path}{join}limit=100{cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.json());
        let page = page.json();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// Runs the same story over each engine.
#[macro_export]
macro_rules! over_both_engines {
    ($($story:ident),+ $(,)?) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() { super::$story($crate::world::Engine::Embedded).await; })+
        }
        mod database {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() { super::$story($crate::world::Engine::Database).await; })+
        }
    };
}
