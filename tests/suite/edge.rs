//! What every request passes, whatever it is about: how often somebody may ask.

use galleria_tests::Answer;
use serde_json::json;

use crate::people::{PASSWORD, Town, sign_in};
use crate::world::{Engine, World};

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
    for path in ["/healthz", "/readyz", "/metrics", "/assets/galleria.css"] {
        for _ in 0..5 {
            assert_eq!(admin.get(path).await.status, 200, "{path}");
        }
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
