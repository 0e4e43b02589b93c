//! Partners outside: how they are configured, and carriers that price a delivery, with a real one in its own process.

use std::time::Instant;

use galleria_tests::server::verify;
use galleria_tests::{Client, Partner, read_until};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::world::{Engine, World, order};

over_both_engines!(
    a_carrier_says_what_a_delivery_costs_and_is_asked_once_for_a_parcel,
    a_shop_sells_on_at_its_usual_price_while_its_carrier_hangs,
    a_check_says_what_is_wrong_and_no_secret_is_ever_shown,
);

/// The settings with which a server may ask partners on this machine.
pub const HERE: [(&str, &str); 2] =
    [("GALLERIA_OUTSIDE_ALLOW", "127.0.0.1"), ("GALLERIA_OUTSIDE_ALLOW_HTTP", "true")];

pub async fn add(admin: &mut Client, body: &Value) -> String {
    let made = admin.post("/api/v1/partners", body).await;
    assert_eq!(made.status, 201, "{}", made.json());
    format!("/api/v1/partners/{}", made.json()["id"].as_str().unwrap())
}

fn swift(address: &str) -> Value {
    json!({
        "kind": "shipping_rest", "name": "Swift", "address": address, "secret": "key",
        "options": { "from_country": "IE", "from_postal_code": "D01" },
    })
}

async fn delivery(admin: &mut Client, partner: &str, more: &Value) -> String {
    let carrier = partner.rsplit('/').next().unwrap();
    let mut body = json!({ "name": "Swift", "price": 490, "carrier": carrier });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = admin.post("/api/v1/delivery-options", &body).await;
    assert_eq!(made.status, 201, "{}", made.json());
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn stone(admin: &mut Client) {
    let product = json!({
        "title": "Stone", "variants": [{ "sku": "S", "price": 1000, "stock": 50, "weight_grams": 500 }],
    });
    assert_eq!(admin.post("/api/v1/products", &product).await.status, 201);
}

/// A cart of two stones that goes to a postal code, as it is shown.
async fn cart(client: &mut Client, postal_code: &str) -> Value {
    let lines = json!({ "lines": [{ "sku": "S", "quantity": 2 }] });
    let made = client.post("/api/v1/carts", &lines).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let details = json!({
        "name": "Ada", "email": "ada@example.com",
        "shipping_address": { "line1": "1 Quay", "city": "Cork", "postal_code": postal_code, "country": "IE" },
    });
    put(client, &path(&made.json()), &details).await
}

async fn choose(client: &mut Client, cart: &Value, option: &str) -> Value {
    put(client, &format!("{}/delivery", path(cart)), &json!({ "delivery_option_id": option })).await
}

async fn put(client: &mut Client, path: &str, body: &Value) -> Value {
    let answer = client.put(path, body).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

fn path(cart: &Value) -> String {
    format!("/api/v1/carts/{}", cart["id"].as_str().unwrap())
}

async fn a_carrier_says_what_a_delivery_costs_and_is_asked_once_for_a_parcel(engine: Engine) {
    let mut carrier = Partner::carrier("key").await;
    let world = World::start_with(engine, 1, &HERE).await;
    let mut admin = world.admin("a");
    stone(&mut admin).await;
    let partner = add(&mut admin, &swift(&carrier.address())).await;
    let cheapest = delivery(&mut admin, &partner, &json!({})).await;
    let express = json!({ "name": "Swift express", "carrier_service": "express", "position": 1 });
    let express = delivery(&mut admin, &partner, &express).await;

    let mut guest = world.server.client("a", None);
    let shown = cart(&mut guest, "T12").await;
    let choices = |cart: &Value| -> Vec<(String, i64, Value)> {
        let all = cart["delivery_options"].as_array().unwrap().iter();
        all.map(|one| {
            let name = one["name"].as_str().unwrap().to_owned();
            (name, one["price"].as_i64().unwrap(), one["note"].clone())
        })
        .collect()
    };
    // Two stones of 500 grams: 600 and a cent for each 100 grams; 500 more for express.
    assert_eq!(
        choices(&shown),
        [("Swift".into(), 610, Value::Null), ("Swift express".into(), 1110, Value::Null)]
    );
    let chosen = choose(&mut guest, &shown, &express).await;
    assert_eq!((&chosen["bill"]["delivery"], &chosen["bill"]["total"]), (&json!(1110), &json!(3110)));
    let chosen = choose(&mut guest, &shown, &cheapest).await;
    assert_eq!(chosen["bill"]["delivery"], 610);
    let expected = json!({ "expected_total": 2610 });
    let ordered = guest.post(&format!("{}/checkout", path(&shown)), &expected).await;
    assert_eq!(ordered.status, 201, "{}", ordered.json());
    let calls = carrier.say(&json!({})).await;
    assert_eq!(calls["rates"], 1, "one parcel to one place is asked about once");
    assert_eq!(
        calls["last"],
        json!({ "weight_grams": "1000", "worth": "2000", "currency": "EUR", "from_country": "IE",
                "from_postal_code": "D01", "to_country": "IE", "to_postal_code": "T12" }),
        "no name and no street"
    );
    // Where it does not go, it is no way of delivery.
    carrier.say(&json!({ "mode": "away" })).await;
    let away = cart(&mut guest, "T99").await;
    assert_eq!(away["delivery_options"], json!([]));
    let mut placed = order(&[("S", 1)]);
    placed["shipping_address"]["postal_code"] = json!("T99");
    placed["delivery_option_id"] = json!(cheapest);
    assert_eq!(admin.post("/api/v1/orders", &placed).await.status, 422);
    verify(&world.cell);
}

async fn a_shop_sells_on_at_its_usual_price_while_its_carrier_hangs(engine: Engine) {
    let mut carrier = Partner::carrier("key").await;
    let world = World::start_with(engine, 1, &HERE).await;
    let (mut admin, mut guest) = (world.admin("a"), world.server.client("a", None));
    stone(&mut admin).await;
    let partner = add(&mut admin, &swift(&carrier.address())).await;
    let option = delivery(&mut admin, &partner, &json!({})).await;
    carrier.say(&json!({ "mode": "hang" })).await;

    let started = Instant::now();
    let shown = cart(&mut guest, "T11").await;
    let waited = started.elapsed().as_millis();
    assert!((1_500..6_000).contains(&waited), "{waited}");
    let choice = &shown["delivery_options"][0];
    assert_eq!(choice["price"], 490);
    assert_eq!(choice["note"], "The carrier does not answer; this is our usual price.");
    // Whoever has waited once does not wait again for the same parcel, and the order is placed at that price.
    let started = Instant::now();
    let chosen = choose(&mut guest, &shown, &option).await;
    assert_eq!(chosen["bill"]["delivery"], 490);
    let total = chosen["bill"]["total"].clone();
    let expected = json!({ "expected_total": total });
    let ordered = guest.post(&format!("{}/checkout", path(&shown)), &expected).await;
    assert_eq!((ordered.status, &ordered.json()["total"]), (201, &total), "{}", ordered.json());
    assert!(started.elapsed().as_millis() < 1_500, "{:?}", started.elapsed());
    // After three failures it rests, and nobody waits for it any more.
    for code in ["T22", "T23"] {
        cart(&mut guest, code).await;
    }
    let health = admin.get(&partner).await.json()["health"].clone();
    assert_eq!((&health["breaker"], &health["failures_in_a_row"]), (&json!("open"), &json!(3)), "{health}");
    let started = Instant::now();
    assert_eq!(cart(&mut guest, "T14").await["delivery_options"][0]["price"], 490);
    assert!(started.elapsed().as_millis() < 1_500, "{:?}", started.elapsed());
    // It is back, and after the rest it is asked again.
    carrier.say(&json!({ "mode": "well" })).await;
    admin.until(&partner, |partner| partner["health"]["breaker"] == "half_open").await;
    let mut parcels = 0..;
    let offered = async || {
        let code = format!("B{:02}", parcels.next().unwrap());
        cart(&mut guest, &code).await["delivery_options"][0].clone()
    };
    read_until("the carrier says a price", offered, |option| option["price"] == 610).await;
    let health = world.admin("a").get(&partner).await.json()["health"].clone();
    assert_eq!((&health["breaker"], &health["failures_in_a_row"]), (&json!("closed"), &json!(0)), "{health}");
    verify(&world.cell);
}

async fn a_check_says_what_is_wrong_and_no_secret_is_ever_shown(engine: Engine) {
    let mut carrier = Partner::carrier("key").await;
    let erp = Partner::erp("shop", "hush").await;
    let world = World::start_with(engine, 2, &HERE).await;
    let mut admin = world.admin("a");
    let check = async |admin: &mut Client, partner: &str| {
        admin.post(&format!("{partner}/check"), &json!({})).await.json()
    };
    let partner = add(&mut admin, &swift(&carrier.address())).await;
    assert_eq!(check(&mut admin, &partner).await, json!({ "works": true }));
    let read = admin.get(&partner).await;
    assert_eq!((read.header("etag"), read.json()["has_secret"].clone()), (Some("\"1\""), json!(true)));
    assert!(!String::from_utf8_lossy(&read.body).contains("\"secret\""), "{}", read.json());
    let change = async |admin: &mut Client, body: &Value, version: &str| {
        admin.send("PUT", &partner, &[("if-match", version)], Some(&body.to_string())).await.unwrap()
    };
    // A secret stays with its address: whoever may configure could otherwise have it sent to themselves.
    let mut elsewhere = swift("https://evil.example/v1");
    elsewhere.as_object_mut().unwrap().remove("secret");
    assert_eq!(change(&mut admin, &elsewhere, "\"1\"").await.code(), "partner_secret_needed");
    let mut wrong = swift(&carrier.address());
    wrong["secret"] = json!("another");
    assert_eq!(change(&mut admin, &wrong, "\"1\"").await.status, 204);
    assert_eq!(change(&mut admin, &wrong, "\"1\"").await.status, 412);
    let checked = check(&mut admin, &partner).await;
    assert_eq!(checked["code"], "partner_refused_secret", "{checked}");
    assert!(checked["problem"].as_str().unwrap().contains("does not accept the secret"));
    assert_eq!(admin.get(&partner).await.json()["health"]["failures_in_a_row"], 1);
    carrier.say(&json!({ "mode": "down" })).await;
    assert_eq!(check(&mut admin, &partner).await["code"], "partner_status");

    for (password, version, code) in [
        ("hush", "1.1", json!(null)),
        ("hush", "1.2", json!(null)),
        ("wrong", "1.1", json!("partner_refused_secret")),
    ] {
        let body = json!({
            "kind": "erp_soap", "name": "Books", "address": erp.address(), "secret": password,
            "options": { "username": "shop", "soap_version": version },
        });
        let partner = add(&mut admin, &body).await;
        let checked = check(&mut admin, &partner).await;
        assert_eq!((&checked["works"], &checked["code"]), (&json!(code.is_null()), &code), "{checked}");
        let begun = admin.post(&format!("{partner}/syncs"), &json!({})).await;
        assert_eq!(begun.status, 201, "{}", begun.json());
    }
    assert_eq!(
        admin.post(&format!("{partner}/syncs"), &json!({})).await.code(),
        "not_an_erp",
        "a carrier has nothing to sync"
    );
    // Another shop sees none of it.
    let mut other = world.admin("b");
    assert_eq!(other.get("/api/v1/partners").await.json()["items"], json!([]));
    for status in [
        other.get(&partner).await.status,
        other.post(&format!("{partner}/check"), &json!({})).await.status,
        other.delete(&partner).await.status,
        other.get(&format!("{partner}/syncs")).await.status,
    ] {
        assert_eq!(status, 404);
    }
    for address in ["http://carrier.example", "ftp://x", "https://10.0.0.1/v1", "https://169.254.169.254/"] {
        let refused = admin.post("/api/v1/partners", &swift(address)).await;
        assert_eq!(
            (refused.status, &refused.json()["errors"][0]["pointer"]),
            (422, &json!("/address")),
            "{address}"
        );
    }
    assert_eq!(admin.delete(&partner).await.status, 204);
    assert_eq!(admin.get(&partner).await.status, 404);
    verify(&world.cell);

    // Where the operator allows no private address, one on this machine is none that is asked.
    let strict = World::start(engine, 1).await;
    let refused = strict.admin("a").post("/api/v1/partners", &swift("https://127.0.0.1:1/v1")).await;
    assert_eq!(refused.status, 422, "{}", refused.json());
    let named = add(&mut strict.admin("a"), &swift("https://localhost:1/v1")).await;
    let checked = check(&mut strict.admin("a"), &named).await;
    assert_eq!(checked["code"], "outbound_address_forbidden", "{checked}");
}
