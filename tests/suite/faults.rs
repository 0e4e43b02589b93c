//! What goes wrong while people are buying: nothing that was acknowledged is lost, nothing happens twice, nothing is
//! sold that is not there. `make faults` runs the long form.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use galleria_tests::server::verify;
use galleria_tests::shim::Shim;
use galleria_tests::{Client, eventually, long};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::over_both_engines;
use crate::world::{Engine, World, all, lamp, order};

over_both_engines!(
    a_killed_server_loses_no_acknowledged_order_and_doubles_none,
    a_hundred_units_are_sold_a_hundred_times_however_many_want_one,
    a_hundred_requests_with_one_key_are_one_order,
);

async fn a_killed_server_loses_no_acknowledged_order_and_doubles_none(engine: Engine) {
    let mut world = World::start(engine, 1).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 10_000_000)).await;
    let buyers = Buyers::start(&world, 12);
    let rounds = if long() { 60 } else { 5 };
    for round in 0..rounds {
        buyers.buy_more(5).await;
        tokio::time::sleep(Duration::from_millis(round * 37 % 200)).await;
        world.server.kill();
        world.server.up().await;
    }
    buyers.settle(&world).await;
}

async fn a_hundred_units_are_sold_a_hundred_times_however_many_want_one(engine: Engine) {
    let world = World::start(engine, 1).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 100)).await;
    let sold = Arc::new(AtomicUsize::new(0));
    let tries = if long() { 400 } else { 40 };
    let buyers: Vec<JoinHandle<()>> = (0..64)
        .map(|_| {
            let (mut client, sold) = (world.admin("a"), sold.clone());
            tokio::spawn(async move {
                for _ in 0..tries {
                    let answer = client.post("/api/v1/orders", &order(&[("L", 1)])).await;
                    match answer.status {
                        201 => {
                            sold.fetch_add(1, Ordering::Relaxed);
                        }
                        409 => assert_eq!(answer.code(), "out_of_stock"),
                        _ => panic!("{}", answer.json()),
                    }
                }
            })
        })
        .collect();
    for buyer in buyers {
        buyer.await.unwrap();
    }
    assert_eq!(sold.load(Ordering::Relaxed), 100);
    let mut admin = world.admin("a");
    assert_eq!(all(&mut admin, "/api/v1/orders").await.len(), 100);
    assert_eq!(all(&mut admin, "/api/v1/inventory").await[0]["available"], 0);
    verify(&world.cell);
}

async fn a_hundred_requests_with_one_key_are_one_order(engine: Engine) {
    let world = World::start(engine, 1).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 1000)).await;
    let body = order(&[("L", 1)]).to_string();
    let sent: Vec<JoinHandle<(u16, Option<String>, Value)>> = (0..100)
        .map(|_| {
            let (mut client, body) = (world.admin("a"), body.clone());
            tokio::spawn(async move {
                let answer = client
                    .send("POST", "/api/v1/orders", &[("idempotency-key", "one")], Some(&body))
                    .await
                    .unwrap();
                (answer.status, answer.header("idempotent-replayed").map(str::to_owned), answer.json())
            })
        })
        .collect();
    let (mut bodies, mut first) = (HashSet::new(), 0);
    for answer in sent {
        let (status, replayed, body) = answer.await.unwrap();
        assert_eq!(status, 201, "{body}");
        first += usize::from(replayed.is_none());
        bodies.insert(body.to_string());
    }
    assert_eq!((bodies.len(), first), (1, 1));
    let mut admin = world.admin("a");
    assert_eq!(all(&mut admin, "/api/v1/orders").await.len(), 1);
    let other = order(&[("L", 2)]).to_string();
    let reused =
        admin.send("POST", "/api/v1/orders", &[("idempotency-key", "one")], Some(&other)).await.unwrap();
    assert_eq!((reused.status, reused.code().as_str()), (422, "idempotency_key_reused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_or_broken_disk_acknowledges_nothing_and_is_over_when_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let shim = Shim::new(&folder.path().join("data/tenants"));
    let environment: Vec<(&str, &str)> = shim.environment().to_vec();
    let world = World::start_in(Engine::Embedded, 1, &environment, folder).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 10_000_000)).await;
    let buyers = Buyers::start(&world, 8);
    let rounds = if long() { 30 } else { 3 };
    for _ in 0..rounds {
        for (trouble, code) in [("full", "storage_full"), ("error", "storage_unavailable")] {
            buyers.buy_more(4).await;
            shim.begin(trouble);
            tokio::time::sleep(Duration::from_millis(50)).await;
            let before = all(&mut world.admin("a"), "/api/v1/orders").await.len();
            let refused = world.admin("a").post("/api/v1/orders", &order(&[("L", 1)])).await;
            assert_eq!((refused.status, refused.code().as_str()), (503, code), "{}", refused.json());
            assert!(refused.header("retry-after").is_some());
            let after = all(&mut world.admin("a"), "/api/v1/orders").await.len();
            assert_eq!(before, after, "an order that was refused is there");
            shim.end();
            let again = world.admin("a").post("/api/v1/orders", &order(&[("L", 1)])).await;
            assert_eq!(again.status, 201, "it did not recover: {}", again.json());
            buyers.others.fetch_add(1, Ordering::Relaxed);
        }
    }
    buyers.settle(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stops_and_starts_loses_no_acknowledged_order_and_doubles_none() {
    let world = World::start(Engine::Database, 1).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 10_000_000)).await;
    let buyers = Buyers::start(&world, 12);
    let rounds = if long() { 20 } else { 2 };
    for _ in 0..rounds {
        for mode in ["fast", "immediate"] {
            buyers.buy_more(6).await;
            let postgres = world.postgres.as_ref().unwrap();
            postgres.stop(mode);
            tokio::time::sleep(Duration::from_millis(100)).await;
            postgres.up();
        }
    }
    buyers.buy_more(6).await;
    buyers.settle(&world).await;
}

/// People who buy one thing after the other and remember what they were told. Whoever gets no answer, or "not now",
/// asks again with the same key.
struct Buyers {
    ledger: Arc<Mutex<HashMap<String, String>>>,
    stop: Arc<AtomicBool>,
    /// Orders that were placed beside theirs.
    others: AtomicUsize,
    tasks: Vec<JoinHandle<()>>,
}

impl Buyers {
    fn start(world: &World, count: usize) -> Self {
        let (ledger, stop) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let tasks = (0..count)
            .map(|buyer| tokio::spawn(buy(world.admin("a"), buyer, Arc::clone(&ledger), Arc::clone(&stop))))
            .collect();
        Self { ledger, stop, others: AtomicUsize::new(0), tasks }
    }

    /// Waits until they were told of so many more orders: whatever comes next comes in the middle of something.
    async fn buy_more(&self, orders: usize) {
        let before = self.ledger.lock().await.len();
        eventually("more is bought", async || self.ledger.lock().await.len() >= before + orders).await;
    }

    /// Waits until everyone has an answer, and compares what they were told with what is there.
    async fn settle(self, world: &World) {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        let ledger = self.ledger.lock().await;
        let mut admin = world.admin("a");
        let orders = all(&mut admin, "/api/v1/orders").await;
        let there: HashSet<&str> = orders.iter().map(|order| order["id"].as_str().unwrap()).collect();
        let told: HashSet<&str> = ledger.values().map(String::as_str).collect();
        assert!(ledger.len() > 20, "only {} orders were placed; that proves nothing", ledger.len());
        assert_eq!(told.len(), ledger.len(), "two keys were told the same order");
        let lost: Vec<_> = told.difference(&there).collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
        let others = self.others.load(Ordering::Relaxed);
        assert_eq!(orders.len(), told.len() + others, "orders that nobody was told of");
        let shelf = all(&mut admin, "/api/v1/inventory").await;
        assert_eq!(shelf[0]["reserved"], orders.len(), "the shelf and the orders disagree");
        verify(&world.cell);
    }
}

async fn buy(
    mut client: Client,
    buyer: usize,
    ledger: Arc<Mutex<HashMap<String, String>>>,
    stop: Arc<AtomicBool>,
) {
    let body = order(&[("L", 1)]).to_string();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let key = format!("{buyer}-{number}");
        loop {
            let answer =
                client.send("POST", "/api/v1/orders", &[("idempotency-key", &key)], Some(&body)).await;
            match answer {
                Ok(answer) if answer.status == 201 => {
                    ledger.lock().await.insert(key, answer.json()["id"].as_str().unwrap().to_owned());
                    break;
                }
                Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.json()),
                Err(_) => {}
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
