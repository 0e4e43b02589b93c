//! What every request passes, whatever it is about: how often somebody may ask, from where, and from which pages.

use galleria_tests::server::{command, refused};
use galleria_tests::{Answer, Client, Redis, read_until};
use serde_json::json;

use crate::over_both_engines;
use crate::people::{PASSWORD, Town, sign_in};
use crate::world::{Engine, World};

over_both_engines!(
    staff_and_programs_come_from_the_networks_of_their_shop_and_customers_from_everywhere,
    what_was_asked_is_counted_by_key_and_operation,
);

const PROXY: &str = "GALLERIA_TRUSTED_PROXIES";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_often_waits_and_is_told_how_long() {
    let settings = [("GALLERIA_CLIENT_LIMIT", "3"), ("GALLERIA_SERVICE_LIMIT", "5")];
    let world = World::start_with(Engine::Embedded, 1, &settings).await;
    let mut admin = world.admin("a");
    for left in ["2", "1", "0"] {
        let answer = admin.get("/api/v1/products").await;
        assert_eq!((answer.status, answer.header("x-ratelimit-remaining")), (200, Some(left)));
        assert_eq!(answer.header("ratelimit-policy"), Some("\"client\";q=3;w=60"));
    }
    let refused = admin.get("/api/v1/products").await;
    assert_eq!((refused.status, &*refused.code()), (429, "too_many"));
    assert_eq!(refused.header("retry-after"), Some("20"));
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    // Others are not held up: another key, and a visitor who shows none.
    assert_eq!(world.server.client("a", None).get("/api/v1/products").await.status, 200);
    let mut service = world.colleague("a", "service").await;
    assert_eq!(service.get("/api/v1/products").await.header("x-ratelimit-limit"), Some("5"));
    // Machines ask these for ever.
    for path in ["/healthz", "/readyz"] {
        for _ in 0..5 {
            assert_eq!(admin.get(path).await.status, 200, "{path}");
        }
    }
    let mut watcher = Client::new(world.server.port, "127.0.0.1", None);
    for _ in 0..5 {
        assert_eq!(watcher.get("/metrics").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_asked_too_much_does_not_slow_down_its_neighbour() {
    let world = World::start_with(Engine::Embedded, 2, &[("GALLERIA_TENANT_LIMIT", "4")]).await;
    let (mut a, mut b) = (world.admin("a"), world.admin("b"));
    for _ in 0..4 {
        assert_eq!(a.get("/api/v1/products").await.status, 200);
    }
    let refused = a.get("/api/v1/products").await;
    assert_eq!((refused.status, &refused.json()["limit"]), (429, &json!("shop")));
    assert_eq!(b.get("/api/v1/products").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_guesses_is_slowed_down_by_their_address_and_nobody_else_is() {
    let town =
        Town::start_with(Engine::Embedded, 1, &[("GALLERIA_GUESS_LIMIT", "10"), (PROXY, "127.0.0.1")]).await;
    let mut shop = town.shop("a");
    let guess = json!({ "email": "eve@example.com", "password": "wrong one", "as": "staff" }).to_string();
    let mut answers = Vec::new();
    for _ in 0..11 {
        let from = [("x-forwarded-for", "198.51.100.7")];
        answers.push(shop.send("POST", "/api/v1/sign-in", &from, Some(&guess)).await.unwrap());
    }
    assert!(answers[..10].iter().all(|answer| answer.status == 401), "{:?}", answers[0].json());
    assert_eq!((answers[10].status, &answers[10].json()["limit"]), (429, &json!("guesses")));
    // Reading goes on, from there too; and elsewhere people sign in.
    let from = [("x-forwarded-for", "198.51.100.7")];
    assert_eq!(shop.send("GET", "/api/v1/products", &from, None).await.unwrap().status, 200);
    assert_eq!(sign_in(&mut shop, "eve@example.com", PASSWORD, "staff").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_nobody_knows_are_guesses_and_a_key_that_holds_is_never_locked_out() {
    let world = World::start_with(Engine::Embedded, 1, &[("GALLERIA_GUESS_LIMIT", "3")]).await;
    let mut statuses = Vec::new();
    for number in 0..4 {
        let mut stranger = world.server.client("a", Some(&format!("gal_made_up_{number}")));
        statuses.push(stranger.get("/api/v1/orders").await.status);
    }
    assert_eq!(statuses, [401, 401, 401, 429]);
    assert_eq!(world.admin("a").get("/api/v1/orders").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_believed_from_a_trusted_proxy_only() {
    let ask = async |world: &World, from: &str| -> Answer {
        let mut visitor = world.server.client("a", None);
        visitor.send("GET", "/api/v1/products", &[("x-forwarded-for", from)], None).await.unwrap()
    };
    let alone = World::start_with(Engine::Embedded, 1, &[("GALLERIA_CLIENT_LIMIT", "2")]).await;
    let statuses = [
        ask(&alone, "198.51.100.1").await.status,
        ask(&alone, "198.51.100.2").await.status,
        ask(&alone, "198.51.100.3").await.status,
    ];
    assert_eq!(statuses, [200, 200, 429], "whoever makes up an address is counted by their own");
    let settings = [("GALLERIA_CLIENT_LIMIT", "2"), (PROXY, "127.0.0.0/8")];
    let behind = World::start_with(Engine::Embedded, 1, &settings).await;
    for address in ["198.51.100.1", "198.51.100.2", "2001:db8:1:2::1", "2001:db8:1:2::ffff"] {
        assert_eq!(ask(&behind, address).await.status, 200, "{address}");
    }
    // All of a /64 is one client.
    assert_eq!(ask(&behind, "2001:db8:1:2::77").await.status, 429);
    assert_eq!(ask(&behind, "2001:db8:1:3::77").await.status, 200);
}

async fn staff_and_programs_come_from_the_networks_of_their_shop_and_customers_from_everywhere(
    engine: Engine,
) {
    let settings = [(PROXY, "127.0.0.1"), ("GALLERIA_OPERATOR_NETWORKS", "10.0.0.0/8")];
    let town = Town::start_with(engine, 2, &settings).await;
    let (mut admin, mut neighbour) = (town.world.admin("a"), town.world.admin("b"));
    let mut boss = town.staff("a", "boss@example.com", "admin").await.client;
    let mut cy = town.customer("a", "cy@example.com").await.client;
    let mut owner = town.operator("owner@example.com", "owner").await.client;
    command(&town.world.cell, &["tenant", "networks", "a", "10.0.0.0/8, 2001:db8::/32"]);
    assert!(refused(&town.world.cell, &["tenant", "networks", "a", "10.0.0.1/8"]).contains("10.0.0.0/8"));

    until_refused(&mut admin, "203.0.113.9").await;
    let outside = from(&mut boss, "/api/v1/orders", "203.0.113.9").await;
    assert_eq!((outside.status, &*outside.code()), (403, "network_not_allowed"));
    // The window is open to all, but not to somebody who sees more of it than others.
    assert_eq!(from(&mut boss, "/api/v1/products", "203.0.113.9").await.status, 403);
    for inside in ["10.1.2.3", "2001:db8::7"] {
        assert_eq!(from(&mut boss, "/api/v1/orders", inside).await.status, 200, "{inside}");
        assert_eq!(from(&mut admin, "/api/v1/orders", inside).await.status, 200, "{inside}");
    }
    assert_eq!(from(&mut cy, "/api/v1/orders", "203.0.113.9").await.status, 200);
    assert_eq!(from(&mut neighbour, "/api/v1/orders", "203.0.113.9").await.status, 200);
    assert_eq!(from(&mut owner, "/api/v1/accounts", "203.0.113.9").await.code(), "network_not_allowed");
    assert_eq!(from(&mut owner, "/api/v1/accounts", "10.9.9.9").await.status, 200);
}

/// A command beside a server on a database is heard of a moment later.
async fn until_refused(client: &mut Client, address: &str) {
    let code = async || from(client, "/api/v1/orders", address).await.code();
    read_until(&format!("{address} is refused"), code, |code| code == "network_not_allowed").await;
}

async fn from(client: &mut Client, path: &str, address: &str) -> Answer {
    client.send("GET", path, &[("x-forwarded-for", address)], None).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_shop_lists_travels_with_it() {
    let world = World::start(Engine::Embedded, 1).await;
    command(&world.cell, &["tenant", "networks", "a", "127.0.0.0/8"]);
    command(
        &world.cell,
        &["tenant", "origins", "a", "https://a.example", "--credentials", "https://my.example"],
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.parcel").display().to_string();
    command(&world.cell, &["backup", &file]);
    command(&world.cell, &["restore", &file, "--tenant", "a", "--as", "again"]);
    let shown = command(&world.cell, &["tenant", "show", "again"]);
    for line in
        ["network   127.0.0.0/8", "origin    https://a.example", "https://my.example (with credentials)"]
    {
        assert!(shown.contains(line), "{line} is not in {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_may_ask_when_its_shop_has_listed_it() {
    let world = World::start(Engine::Embedded, 2).await;
    let listed = ["tenant", "origins", "a", "https://shop.example", "--credentials", "https://my.example"];
    command(&world.cell, &listed);
    assert!(refused(&world.cell, &["tenant", "origins", "a", "*"]).contains("is not an origin"));
    let mut visitor = world.server.client("a", None);
    let wish = [("origin", "https://shop.example"), ("access-control-request-method", "POST")];
    let asked = visitor.send("OPTIONS", "/api/v1/orders", &wish, None).await.unwrap();
    assert_eq!(asked.status, 204);
    assert_eq!(asked.header("access-control-allow-origin"), Some("https://shop.example"));
    assert_eq!(asked.header("access-control-allow-methods"), Some("GET, POST"));
    assert!(asked.header("access-control-allow-headers").unwrap().contains("idempotency-key"));
    assert_eq!(asked.header("access-control-allow-credentials"), None);

    // What was refused can be read by the page as well.
    let refused = visitor.send("GET", "/api/v1/orders", &[wish[0]], None).await.unwrap();
    assert_eq!(
        (refused.status, refused.header("access-control-allow-origin")),
        (401, Some("https://shop.example"))
    );
    assert!(refused.headers.contains(&("vary".into(), "origin".into())), "{:?}", refused.headers);
    let mine =
        visitor.send("GET", "/api/v1/products", &[("origin", "https://my.example")], None).await.unwrap();
    assert_eq!(mine.header("access-control-allow-credentials"), Some("true"));

    // Nobody else's page, and no other shop.
    for (slug, origin) in [("a", "https://evil.example"), ("a", "null"), ("b", "https://shop.example")] {
        let wish = [("origin", origin), wish[1]];
        let mut shop = world.server.client(slug, None);
        let asked = shop.send("OPTIONS", "/api/v1/orders", &wish, None).await.unwrap();
        assert!(!asked.headers.iter().any(|(name, _)| name.starts_with("access-control")), "{origin}");
        let read = shop.send("GET", "/api/v1/products", &wish, None).await.unwrap();
        assert_eq!((read.status, read.header("access-control-allow-origin")), (200, None), "{origin}");
        assert!(read.headers.contains(&("vary".into(), "origin".into())), "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_tells_a_browser_what_not_to_do_with_it() {
    let world = World::start_with(Engine::Embedded, 1, &[(PROXY, "127.0.0.1")]).await;
    let mut admin = world.admin("a");
    for path in ["/api/v1/orders", "/api/v1/nothing", "/openapi.json", "/healthz"] {
        let answer = admin.get(path).await;
        let policy = answer.header("content-security-policy");
        assert_eq!(policy, Some("default-src 'none'; frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{path}");
        assert!(answer.header("permissions-policy").unwrap().contains("camera=()"), "{path}");
        assert_eq!(answer.header("strict-transport-security"), None, "{path}");
    }
    for path in ["/reference", "/problems", "/problems/too_many"] {
        let page = admin.get(path).await;
        let (policy, text) =
            (page.header("content-security-policy").unwrap(), String::from_utf8_lossy(&page.body));
        assert!(!policy.contains("unsafe") && policy.contains("style-src 'self'"), "{path}: {policy}");
        assert!(!text.contains(" style=") && !text.contains("<style") && !text.contains("<script"), "{path}");
    }
    let encrypted = admin.send("GET", "/healthz", &[("x-forwarded-proto", "https")], None).await.unwrap();
    assert_eq!(encrypted.header("strict-transport-security"), Some("max-age=31536000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_share_a_redis_count_together_and_each_for_itself_when_it_is_gone() {
    let redis = Redis::start();
    let url = redis.url();
    let settings = [("GALLERIA_CLIENT_LIMIT", "3"), ("GALLERIA_REDIS_URL", url.as_str())];
    let one = World::start_with(Engine::Embedded, 1, &settings).await;
    let two = World::start_with(Engine::Embedded, 1, &settings).await;
    let mut statuses = Vec::new();
    for world in [&one, &two, &one, &two] {
        statuses.push(world.server.client("a", None).get("/api/v1/products").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
    drop(redis);
    let left = async |world: &World| {
        let answer = world.server.client("a", None).get("/api/v1/products").await;
        (answer.status, answer.header("x-ratelimit-remaining").map(str::to_owned))
    };
    assert_eq!(left(&one).await, (200, Some("2".into())));
    assert_eq!(left(&two).await, (200, Some("2".into())));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_guessed_at_from_one_network_stays_open_to_its_owner_elsewhere() {
    let settings = [("GALLERIA_GUESS_LIMIT", "1000"), (PROXY, "127.0.0.1")];
    let town = Town::start_with(Engine::Embedded, 1, &settings).await;
    let ada = town.staff("a", "ada@example.com", "viewer").await;
    let mut shop = town.shop("a");
    let body =
        |password: &str| json!({ "email": ada.email, "password": password, "as": "staff" }).to_string();
    let mut from = async |address: &str, password: &str| {
        let headers = [("x-forwarded-for", address)];
        shop.send("POST", "/api/v1/sign-in", &headers, Some(&body(password))).await.unwrap()
    };
    for _ in 0..10 {
        assert_eq!(from("2001:db8:1:2::7", "wrong one").await.code(), "not_them");
    }
    // Another address of the same network is the same guesser, even with the right password.
    let refused = from("2001:db8:1:2::8", PASSWORD).await;
    assert_eq!((refused.status, &refused.json()["limit"]), (429, &json!("account")));
    assert_eq!(from("198.51.100.7", PASSWORD).await.status, 200);
}

async fn what_was_asked_is_counted_by_key_and_operation(engine: Engine) {
    let mut world = World::start(engine, 2).await;
    for _ in 0..2 {
        for _ in 0..3 {
            world.server.client("a", None).get("/api/v1/products").await;
        }
        let mut admin = world.admin("a");
        assert_eq!(admin.get("/api/v1/orders").await.status, 200);
        assert_eq!(admin.get("/api/v1/orders/0198c0de-0000-7000-8000-000000000000").await.status, 404);
        // What was counted is added up each minute, and when a node stops.
        world.server.stop();
        world.server.up().await;
    }
    let used = world.admin("a").get("/api/v1/usage").await.json();
    let row = |operation: &str| {
        let rows = used["items"].as_array().unwrap().iter().filter(|row| row["operation"] == operation);
        let rows: Vec<_> = rows.cloned().collect();
        assert_eq!(rows.len(), 1, "{operation}: {used}");
        rows[0].clone()
    };
    let (window, list, one) =
        (row("GET /api/v1/products"), row("GET /api/v1/orders"), row("GET /api/v1/orders/{id}"));
    assert_eq!((&window["caller"], &window["requests"]), (&json!("anonymous"), &json!(6)));
    assert!(list["caller"].as_str().unwrap().starts_with("staff:"), "{list}");
    assert_eq!((&list["requests"], &list["refused"]), (&json!(2), &json!(0)));
    assert_eq!((&one["requests"], &one["refused"]), (&json!(2), &json!(2)));
    let others = world.admin("b").get("/api/v1/usage").await.json();
    assert_eq!(others["items"], json!([]));
}
