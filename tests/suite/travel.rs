//! Backups, exports and moves by the command line, beside the process that serves.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use galleria_tests::server::{command, make_key, refused, verify};
use galleria_tests::shim::Shim;
use galleria_tests::{Cell, Client, Postgres, Server, eventually};
use tokio::sync::Mutex;

use crate::over_both_engines;
use crate::world::{Engine, World, all, lamp, order};

over_both_engines!(
    a_shop_is_backed_up_while_it_sells_and_restored_beside_itself,
    what_cannot_be_restored_says_why_and_changes_nothing,
);

async fn a_shop_is_backed_up_while_it_sells_and_restored_beside_itself(engine: Engine) {
    let world = World::start(engine, 2).await;
    let mut admin = world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 100)).await;
    admin.post("/api/v1/orders", &order(&[("L", 1)])).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("monday.parcel").display().to_string();
    command(&world.cell, &["backup", &file, "--encrypt"]);
    admin.post("/api/v1/orders", &order(&[("L", 1)])).await;
    command(&world.cell, &["restore", &file, "--tenant", "a", "--as", "a-monday"]);
    let key = make_key(&world.cell, "a-monday", "admin");
    let mut monday = world.server.client("a-monday", Some(&key));
    // Other nodes, and the one that serves, hear of it within moments.
    eventually("Monday's shop is served", async || monday.get("/api/v1/orders").await.status == 200).await;
    let orders = all(&mut monday, "/api/v1/orders").await;
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0]["customer"]["name"], "Ada Lovelace");
    assert_eq!(all(&mut admin, "/api/v1/orders").await.len(), 2);
    assert_eq!(monday.post("/api/v1/orders", &order(&[("L", 1)])).await.status, 201);
    let summary: serde_json::Value =
        serde_json::from_str(&command(&world.cell, &["restore", &file, "--check"])).unwrap();
    assert_eq!(summary["tenants"].as_array().unwrap().len(), 2);
    verify(&world.cell);
}

async fn what_cannot_be_restored_says_why_and_changes_nothing(engine: Engine) {
    let world = World::start(engine, 1).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 1)).await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    command(&world.cell, &["backup", &at("good")]);
    let tenants = command(&world.cell, &["tenant", "list"]);
    let bytes = std::fs::read(at("good")).unwrap();
    std::fs::write(at("cut"), &bytes[..bytes.len() - 9]).unwrap();
    std::fs::write(at("text"), "not a backup").unwrap();
    command(&world.cell, &["tenant", "export", "a", &at("export"), "--journey-key", &at("journey")]);
    command(&world.cell, &["keys", "new", &at("wrong")]);
    let cases: [(&[&str], &str); 7] = [
        (&["restore", &at("missing")], "There is no"),
        (&["restore", &at("cut")], "cut off or edited"),
        (&["restore", &at("text")], "is not a backup"),
        (&["restore", &at("good")], "--replace"),
        (&["restore", &at("good"), "--tenant", "nobody"], "It holds: a"),
        (&["restore", &at("export")], "--key-file"),
        (&["tenant", "import", &at("export"), "--journey-key", &at("wrong")], "--key-file"),
    ];
    for (args, says) in cases {
        let said = refused(&world.cell, args);
        assert!(said.contains(says), "{args:?} said: {said}");
    }
    assert!(refused(&world.cell, &["backup", &at("good")]).contains("is there already"));
    assert_eq!(std::fs::metadata(at("good")).unwrap().permissions().mode() & 0o777, 0o600);
    // What somebody keeps under the name that a backup has while it is written stays theirs.
    std::fs::write(at("tuesday.part"), "mine").unwrap();
    assert!(refused(&world.cell, &["backup", &at("tuesday")]).contains("is there already"));
    assert_eq!(std::fs::read_to_string(at("tuesday.part")).unwrap(), "mine");
    assert_eq!(command(&world.cell, &["tenant", "list"]), tenants);
    // A cell of its own, where it does not live yet.
    let other = Cell::Folder(folder.path().join("elsewhere"));
    command(&other, &["tenant", "import", &at("export"), "--journey-key", &at("journey")]);
    verify(&other);
    assert!(command(&other, &["tenant", "list"]).starts_with("a "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_or_missing_key_file_is_refused_before_anything_is_changed() {
    let world = World::start(Engine::Embedded, 1).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 9)).await;
    let (mut server, cell, _folder) = world.apart();
    server.stop();
    let Cell::Folder(data) = &cell else { panic!("it is a folder") };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    command(&cell, &["keys", "new", &at("wrong")]);
    std::fs::write(at("nonsense"), "hello").unwrap();
    for (file, says) in [
        (at("wrong"), "holds only"),
        (at("nonsense"), "is not a key file"),
        (at("missing"), "cannot be read"),
    ] {
        for args in [vec!["serve", "--listen", "127.0.0.1:0"], vec!["tenant", "suspend", "a"], vec!["verify"]]
        {
            let said = refused(&cell, &[args, vec!["--key-file", &file]].concat());
            assert!(said.contains(says) && said.contains("--key-file"), "{said}");
        }
    }
    assert!(refused(&cell, &["keys", "new", &at("wrong")]).contains("cannot be made"));
    // A new key in front: everything still opens, also what was backed up before.
    command(&cell, &["backup", &at("before")]);
    command(&cell, &["keys", "rotate"]);
    assert_eq!(
        std::fs::read_to_string(data.join("galleria.keys")).unwrap().matches("galleria-key-1").count(),
        2
    );
    verify(&cell);
    command(&cell, &["restore", &at("before"), "--as", "again"]);
    verify(&cell);
    server.up().await;
    // And again beside the process that serves, which reads the file anew when it meets the new key.
    command(&cell, &["keys", "rotate"]);
    assert_eq!(
        server.client("a", None).get("/api/v1/products").await.json()["items"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_full_or_cannot_be_reached_is_left_as_it_was() {
    let world = World::start(Engine::Embedded, 1).await;
    let mut admin = world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 9)).await;
    for _ in 0..40 {
        admin.post("/api/v1/orders", &order(&[("L", 1)])).await;
    }
    let unreachable = "postgres://galleria_app:x@127.0.0.1:1/nowhere?sslmode=disable";
    let keys = galleria_tests::key_file().display().to_string();
    let said = refused(
        &world.cell,
        &["tenant", "move", "a", "--to-database-url", unreachable, "--to-key-file", &keys],
    );
    assert!(said.contains("nothing was changed"), "{said}");
    assert_eq!(admin.post("/api/v1/products", &lamp("M", 1)).await.status, 201);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parcel").display().to_string();
    command(&world.cell, &["tenant", "export", "a", &file, "--journey-key", &format!("{file}.key")]);
    let full = Cell::Folder(folder.path().join("full"));
    command(&full, &["tenant", "create", "other", "--name", "Other", "--currency", "EUR"]);
    let shim = Shim::new(&folder.path().join("full").join("tenants"));
    shim.begin("full");
    let import = ["tenant", "import", &file, "--journey-key", &format!("{file}.key")];
    let output = Command::new(galleria_tests::binary())
        .args(import)
        .args(full.args())
        .envs(shim.environment())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("no space left"), "{said}");
    shim.end();
    assert_eq!(command(&full, &["tenant", "list"]).lines().count(), 1, "half a shop was left behind");
    command(&full, &import);
    assert_eq!(command(&full, &["tenant", "list"]).lines().count(), 2);
    verify(&full);
}

/// Orders go on while the shop moves from a served folder to a server with nodes of its own; each client asks where the
/// shop is, and repeats under the same key whatever it is not sure of.
#[tokio::test(flavor = "multi_thread")]
async fn a_shop_moves_while_it_sells_and_no_order_is_lost_or_doubled() {
    let world = World::start(Engine::Embedded, 1).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 1_000_000)).await;
    let postgres = Postgres::prepared();
    let there = Cell::Database(postgres.app_url());
    let files = tempfile::tempdir().unwrap();
    let files_there = files.path().display().to_string();
    let node = Server::start_with(there.clone(), &[("GALLERIA_FILES", &files_there)]).await;
    let words = [("content-type", "text/plain")];
    let kept = world
        .admin("a")
        .send("POST", "/api/v1/files?name=terms.txt", &words, Some("Be kind."))
        .await
        .unwrap();
    assert_eq!(kept.status, 201, "{}", kept.json());
    let kept = kept.json()["id"].as_str().unwrap().to_owned();
    let (ports, key) = ([world.server.port, node.port], world.key("a").to_owned());
    let (stop, ledger) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let buyers: Vec<_> = (0..6)
        .map(|buyer| {
            let (key, stop, ledger) = (key.clone(), stop.clone(), ledger.clone());
            tokio::spawn(async move {
                let mut clients = ports.map(|port| Client::new(port, "a.localhost", Some(&key)));
                for number in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let once = format!("{buyer}-{number}");
                    let id = buy(&mut clients, &once).await;
                    ledger.lock().await.push(id);
                    tokio::time::sleep(Duration::from_millis(3)).await;
                }
            })
        })
        .collect();
    let bought = async |orders: usize| {
        let before = ledger.lock().await.len();
        eventually("more is bought", async || ledger.lock().await.len() >= before + orders).await;
    };
    bought(30).await;
    let to = postgres.app_url();
    let keys = galleria_tests::key_file().display().to_string();
    let cell = world.cell.clone();
    let moved = tokio::task::spawn_blocking(move || {
        let mut args = vec!["tenant", "move", "a", "--to-database-url", &to, "--to-key-file", &keys];
        args.extend(["--to-files", &files_there]);
        Command::new(galleria_tests::binary()).args(args).args(cell.args()).output().unwrap()
    });
    let moved = moved.await.unwrap();
    let said = String::from_utf8_lossy(&moved.stderr).into_owned();
    assert!(moved.status.success() && said.contains("could only be read for"), "{said}");
    bought(30).await;
    stop.store(true, Ordering::Relaxed);
    for buyer in buyers {
        buyer.await.unwrap();
    }
    let ledger = ledger.lock().await;
    let mut admin = node.client("a", Some(&key));
    let mut there_are: Vec<String> = all(&mut admin, "/api/v1/orders")
        .await
        .iter()
        .map(|order| order["id"].as_str().unwrap().to_owned())
        .collect();
    let mut told = ledger.clone();
    there_are.sort();
    told.sort();
    assert!(told.len() > 50, "only {} orders; that proves nothing", told.len());
    assert_eq!(told, there_are, "orders were lost or doubled");
    verify(&there);
    let address = admin.post(&format!("/api/v1/files/{kept}/address"), &serde_json::json!({})).await.json();
    let address = address["address"].as_str().unwrap().to_owned();
    assert_eq!(node.client("a", None).get(&address).await.body, b"Be kind.");
    assert_eq!(command(&world.cell, &["tenant", "list"]), "");
}

/// One order, once, wherever the shop is.
async fn buy(clients: &mut [Client; 2], once: &str) -> String {
    let body = order(&[("L", 1)]).to_string();
    let began = Instant::now();
    loop {
        for client in clients.iter_mut() {
            let answer =
                client.send("POST", "/api/v1/orders", &[("idempotency-key", once)], Some(&body)).await;
            match answer {
                Ok(answer) if answer.status == 201 => {
                    return answer.json()["id"].as_str().unwrap().to_owned();
                }
                Ok(answer) => assert!([401, 404, 503].contains(&answer.status), "{}", answer.json()),
                Err(_) => {}
            }
        }
        assert!(began.elapsed() < Duration::from_secs(40), "{once} was never placed");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Three nodes behind a balancer that looks at `/readyz`; each is stopped and started again while orders are placed.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_are_restarted_one_after_the_other_and_no_request_fails() {
    let postgres = Postgres::prepared();
    let cell = Cell::Database(postgres.app_url());
    let key = galleria_tests::server::make_tenant(&cell, "a");
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(Server::start_with(cell.clone(), &[("GALLERIA_DRAIN_WAIT_SECONDS", "1")]).await);
    }
    nodes[0].client("a", Some(&key)).post("/api/v1/products", &lamp("L", 1_000_000)).await;
    let balancer = Balancer::start(nodes.iter().map(|node| node.port).collect());
    let (stop, placed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let buyers: Vec<_> = (0..6)
        .map(|_| {
            let (key, stop, placed) = (key.clone(), stop.clone(), placed.clone());
            let ready = balancer.ready.clone();
            tokio::spawn(async move {
                let mut number = 0_usize;
                while !stop.load(Ordering::Relaxed) {
                    let port = {
                        let ready = ready.lock().await;
                        number += 1;
                        ready[number % ready.len()]
                    };
                    // A connection of its own for each request, as a balancer makes them.
                    let mut client = Client::new(port, "a.localhost", Some(&key));
                    let answer = client.post("/api/v1/orders", &order(&[("L", 1)])).await;
                    assert_eq!(answer.status, 201, "{}", answer.json());
                    placed.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for _ in 0..if galleria_tests::long() { 5 } else { 1 } {
        for node in &mut nodes {
            let before = placed.load(Ordering::Relaxed);
            eventually("more is bought", async || placed.load(Ordering::Relaxed) >= before + 40).await;
            // It says that it is not ready, serves on for a second, and ends.
            node.stop();
            node.up().await;
        }
    }
    stop.store(true, Ordering::Relaxed);
    for buyer in buyers {
        buyer.await.unwrap();
    }
    let placed = placed.load(Ordering::Relaxed);
    assert!(placed > 100, "only {placed} orders; that proves nothing");
    let mut admin = nodes[1].client("a", Some(&key));
    assert_eq!(all(&mut admin, "/api/v1/orders").await.len(), placed);
    verify(&cell);
    drop(balancer);
}

/// Which nodes say that they are ready, asked again and again.
struct Balancer {
    ready: Arc<Mutex<Vec<u16>>>,
    asking: tokio::task::JoinHandle<()>,
}

impl Balancer {
    fn start(ports: Vec<u16>) -> Self {
        let ready = Arc::new(Mutex::new(ports.clone()));
        let kept = ready.clone();
        let asking = tokio::spawn(async move {
            loop {
                let mut now = Vec::new();
                for port in &ports {
                    let mut client = Client::new(*port, "localhost", None);
                    if client.send("GET", "/readyz", &[], None).await.is_ok_and(|answer| answer.status == 200)
                    {
                        now.push(*port);
                    }
                }
                if !now.is_empty() {
                    *kept.lock().await = now;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        Self { ready, asking }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.asking.abort();
    }
}
