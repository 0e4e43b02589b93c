//! Where payers are sent: to the shop's own pages, also after a restart, and to nobody else's.

use galleria_tests::server::{command, verify};
use galleria_tests::{Answer, Client, read_until};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::selling::{ada, cart, deliver, describe, fitted};
use crate::till::{is, text, until};
use crate::world::{Engine, World, order};

over_both_engines!(
    a_payer_comes_back_to_the_shop_and_to_nobody_else,
    a_challenge_outlives_a_restart_and_leads_back_to_the_order,
);

/// A sandbox within the process, as a demo has it.
async fn sandbox(admin: &mut Client) -> String {
    let added =
        admin.post("/api/v1/payment-providers", &json!({ "name": "Sandbox", "kind": "sandbox" })).await;
    assert_eq!(added.status, 201, "{}", added.json());
    text(&added.json()["id"])
}

/// A guest's order, by the cart that it was.
async fn guests_order(world: &World) -> String {
    let mut guest = world.server.client("a", None);
    let id = cart(&mut guest, &[("L", 1)]).await;
    describe(&mut guest, &id, &ada()).await;
    deliver(&mut guest, &id).await;
    let ordered = guest.post(&format!("/api/v1/carts/{id}/checkout"), &json!({})).await;
    assert_eq!(ordered.status, 201, "{}", ordered.json());
    id
}

fn is_no_way_back(refused: &Answer, address: &str) {
    is(refused, 422, "invalid");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/return_url", "{address}");
}

async fn a_payer_comes_back_to_the_shop_and_to_nobody_else(engine: Engine) {
    let world = World::start(engine, 2).await;
    let mut admin = fitted(&world).await;
    sandbox(&mut admin).await;
    command(&world.cell, &["tenant", "origins", "a", "https://shop.example"]);
    let placed = text(&admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json()["id"]);
    let guests = guests_order(&world).await;
    let mut guest = world.server.client("a", None);
    for elsewhere in [
        "https://evil.example/orders/1",
        "https://evil.example/?https://shop.example",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "https://shop.example:8443/",
        "http://shop.example/",
        "https://a.localhost.evil.example/",
        "https://b.localhost/orders/1",
        "https://localhost/orders/1",
        "https://evil.example\\@a.localhost/",
    ] {
        let body = json!({ "order_id": placed, "return_url": elsewhere });
        is_no_way_back(&admin.post("/api/v1/payments", &body).await, elsewhere);
        let body = json!({ "return_url": elsewhere });
        is_no_way_back(&guest.post(&format!("/api/v1/carts/{guests}/payments"), &body).await, elsewhere);
    }
    // A server hears of a new origin a moment later.
    for own in
        ["https://shop.example/back?order=1", "http://a.localhost:8080/orders/1", "https://A.localhost/"]
    {
        let body = json!({ "order_id": placed, "return_url": own });
        let begin = async || {
            let begun = admin.post("/api/v1/payments", &body).await;
            (begun.status, begun.json())
        };
        let what = format!("{own} is a way back");
        let (_, begun) = read_until(&what, begin, |(status, _)| *status == 201).await;
        assert_eq!(begun["status"], "challenged", "{begun}");
        let payment = text(&begun["id"]);
        admin.post(&format!("/api/v1/payments/{payment}/void"), &json!({})).await;
        until(&mut admin, &payment, "voided").await;
    }
    verify(&world.cell);
}

async fn html(client: &mut Client, path: &str) -> String {
    let page = client.send("GET", path, &[("accept", "text/html")], None).await.unwrap();
    assert_eq!(page.status, 200, "{path}");
    String::from_utf8_lossy(&page.body).into_owned()
}

async fn submit(client: &mut Client, path: &str, form: &str) -> String {
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let sent = client.send("POST", path, &headers, Some(form)).await.unwrap();
    assert_eq!(sent.status, 303, "{path}: {}", String::from_utf8_lossy(&sent.body));
    sent.header("location").unwrap().to_owned()
}

async fn restarted(world: &mut World) -> (Client, Client) {
    world.server.kill();
    world.server.up().await;
    (world.admin("a"), world.server.client("a", None))
}

async fn a_challenge_outlives_a_restart_and_leads_back_to_the_order(engine: Engine) {
    let mut world = World::start(engine, 1).await;
    let mut admin = fitted(&world).await;
    let provider = sandbox(&mut admin).await;
    let id = guests_order(&world).await;
    let (mut guest, page) = (world.server.client("a", None), format!("/orders/{id}"));
    submit(&mut guest, &format!("{page}/pay"), &format!("provider={provider}&method=tok_challenge")).await;
    let payments = admin.get("/api/v1/payments").await.json();
    let payment: Value = payments["items"][0].clone();
    assert_eq!(payment["status"], "challenged", "{payment:#}");
    let challenge = text(&payment["challenge_url"]);
    let (origin, path) = challenge.split_at(challenge.find("/sandbox/").unwrap());
    assert!(origin.starts_with("http://a.localhost:"), "{challenge}");

    let (_, mut guest) = restarted(&mut world).await;
    let shown = html(&mut guest, &page).await;
    let link = format!("{path}?order={id}");
    assert!(shown.contains(&format!("href=\"{link}\"")), "{shown}");
    assert!(html(&mut guest, &link).await.contains("Is it you?"));
    let german = guest.send("GET", &link, &[("accept-language", "de")], None).await.unwrap();
    assert!(String::from_utf8_lossy(&german.body).contains("Sind Sie es?"));
    assert_eq!(submit(&mut guest, &link, "answer=yes").await, link);
    let over = html(&mut guest, &link).await;
    assert!(over.contains("that is answered") && over.contains(&format!("href=\"{page}\"")), "{over}");
    let mut admin = world.admin("a");
    let payment = until(&mut admin, &text(&payment["id"]), "captured").await;
    assert_eq!(payment.get("challenge_url"), None);
    assert_eq!(guest.get("/sandbox/challenges/sb_nothing").await.status, 404);

    // What was paid before a restart can be paid back after it.
    let (mut admin, mut guest) = restarted(&mut world).await;
    let refund = format!("/api/v1/payments/{}/refund", text(&payment["id"]));
    assert_eq!(admin.post(&refund, &json!({})).await.json()["status"], "refunded");

    // Whoever says no, and whoever pays on the page and is expected elsewhere.
    let id = guests_order(&world).await;
    let pay = format!("/api/v1/carts/{id}/payments");
    let begun = guest.post(&pay, &json!({ "method": "tok_challenge" })).await.json();
    let path = |begun: &Value| text(&begun["challenge_url"])[origin.len()..].to_owned();
    submit(&mut guest, &path(&begun), "answer=no").await;
    until(&mut admin, &text(&begun["id"]), "declined").await;
    let back = "https://a.localhost/thanks";
    let begun = guest.post(&pay, &json!({ "return_url": back })).await.json();
    submit(&mut guest, &path(&begun), "answer=yes").await;
    let over = html(&mut guest, &path(&begun)).await;
    assert!(over.contains(&format!("content=\"0; url={back}\"")), "{over}");
    until(&mut admin, &text(&begun["id"]), "captured").await;
    if let galleria_tests::Cell::Folder(data) = &world.cell {
        let book = std::fs::read_to_string(data.join("sandbox.book")).unwrap();
        assert!(!book.contains("thanks") && !book.contains(&id), "a book says where people come back to");
    }
    verify(&world.cell);
}
