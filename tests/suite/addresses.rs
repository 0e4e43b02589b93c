//! Where things go and who is taxed: countries, postal codes and VAT numbers are what they say, wherever they are written,
//! and nobody orders more of a thing at once than the shop says.

use galleria_tests::{Answer, Client};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::selling::{ada, cart, describe, fitted};
use crate::world::{Engine, World, lamp, order};

over_both_engines!(
    a_country_is_one_and_its_postal_code_is_written_as_there_wherever_it_is_written,
    a_vat_number_is_kept_in_one_way_and_refused_when_its_digits_disagree,
    nobody_orders_more_of_a_thing_at_once_than_the_shop_says,
    the_checkout_offers_the_countries_that_the_shop_delivers_to,
);

fn address(country: &str, postal_code: &str) -> Value {
    json!({ "line1": "1 Quay", "city": "Cork", "postal_code": postal_code, "country": country })
}

async fn put(client: &mut Client, path: &str, seen: i64, body: &Value) -> Answer {
    let seen = format!("\"{seen}\"");
    client.send("PUT", path, &[("if-match", &seen)], Some(&body.to_string())).await.unwrap()
}

/// Every place that takes an address, with the pointer to it.
async fn everywhere(admin: &mut Client, guest: &mut Client, it: &Value) -> Vec<(Answer, &'static str)> {
    let mut placed = order(&[("L", 1)]);
    placed["shipping_address"] = it.clone();
    let mut billed = order(&[("L", 1)]);
    billed["billing_address"] = it.clone();
    let mut details = ada();
    details["shipping_address"] = it.clone();
    let cart = format!("/api/v1/carts/{}", cart(guest, &[("L", 1)]).await);
    let draft = json!({
        "email": "ada@example.com", "name": "Ada", "lines": [{ "sku": "L", "quantity": 1 }], "shipping_address": it,
    });
    vec![
        (admin.post("/api/v1/orders", &placed).await, "/shipping_address"),
        (admin.post("/api/v1/orders", &billed).await, "/billing_address"),
        (guest.put(&cart, &details).await, "/shipping_address"),
        (admin.post("/api/v1/draft-orders", &draft).await, "/shipping_address"),
        (
            admin.post("/api/v1/organisations", &json!({ "name": "Quay", "billing_address": it })).await,
            "/billing_address",
        ),
        (admin.post("/api/v1/locations", &json!({ "name": "Quay", "address": it })).await, "/address"),
    ]
}

async fn a_country_is_one_and_its_postal_code_is_written_as_there_wherever_it_is_written(engine: Engine) {
    let world = World::start(engine, 1).await;
    let (mut admin, mut guest) = (fitted(&world).await, world.server.client("a", None));
    for (it, field, told) in [
        (address("XX", "T12"), "country", "ISO 3166"),
        (address("ZZ", "T12"), "country", "ISO 3166"),
        (address("UK", "SW1A 1AA"), "country", "use GB"),
        (address("ie", "T12"), "country", "use IE"),
        (address("DE", "!!!"), "postal_code", "such as 26133"),
        (address("DE", ""), "postal_code", "such as 26133"),
        (address("GB", "12345"), "postal_code", "as in United Kingdom"),
    ] {
        for (refused, at) in everywhere(&mut admin, &mut guest, &it).await {
            let said = refused.json();
            let error = &said["errors"][0];
            assert_eq!(
                (refused.status, error["pointer"].as_str()),
                (422, Some(&*format!("{at}/{field}"))),
                "{said}"
            );
            assert!(error["detail"].as_str().unwrap().contains(told), "{said}");
        }
    }
    for it in [address("DE", " 20 357 "), address("HK", ""), address("IE", "t12 x70a")] {
        for (answer, at) in everywhere(&mut admin, &mut guest, &it).await {
            assert!(answer.status < 300, "{at}: {}", answer.json());
        }
    }
    let id = cart(&mut guest, &[("L", 1)]).await;
    let mut details = ada();
    details["shipping_address"] = address("GB", " sw1a  1aa ");
    let kept = describe(&mut guest, &id, &details).await;
    assert_eq!(kept["shipping_address"]["postal_code"], "SW1A 1AA", "{kept}");

    let rate = json!({ "name": "VAT", "rate": "20%", "country": "UK" });
    let effect = json!({ "kind": "percent", "off": "5%" });
    let refusals = [
        (put(&mut admin, "/api/v1/taxes", 1, &json!({ "rates": [rate] })).await, "/rates/0/country"),
        (
            put(&mut admin, "/api/v1/taxes", 1, &json!({ "prices_in": { "XX": "exclude_tax" } })).await,
            "/prices_in/XX",
        ),
        (
            admin
                .post("/api/v1/delivery-options", &json!({ "name": "P", "price": 1, "countries": ["UK"] }))
                .await,
            "/countries/0",
        ),
        (
            admin
                .post(
                    "/api/v1/promotions",
                    &json!({ "name": "P", "effect": effect, "conditions": { "countries": ["IE", "ZZ"] } }),
                )
                .await,
            "/conditions/countries/1",
        ),
    ];
    for (refused, pointer) in refusals {
        let said = refused.json();
        assert_eq!((refused.status, &said["errors"][0]["pointer"]), (422, &json!(pointer)), "{said}");
    }
    galleria_tests::server::verify(&world.cell);
}

async fn a_vat_number_is_kept_in_one_way_and_refused_when_its_digits_disagree(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    for wrong in ["DE123", "DE136695975", "136695976", "IE1234567X", "!!!", "", "GB123456789"] {
        let refused = admin.post("/api/v1/organisations", &json!({ "name": "Quay", "vat_id": wrong })).await;
        let said = refused.json();
        assert_eq!(
            (refused.status, &said["errors"][0]["pointer"]),
            (422, &json!("/vat_id")),
            "{wrong}: {said}"
        );
    }
    for (typed, kept) in [
        ("de 136 695 976", "DE136695976"),
        ("GR094259216", "EL094259216"),
        ("CHE-107.787.577 MWST", "CHE107787577MWST"),
        ("AU 51 824 753 556", "AU51824753556"),
    ] {
        let made = admin.post("/api/v1/organisations", &json!({ "name": "Quay", "vat_id": typed })).await;
        assert_eq!((made.status, &made.json()["vat_id"]), (201, &json!(kept)), "{}", made.json());
    }
    galleria_tests::server::verify(&world.cell);
}

async fn nobody_orders_more_of_a_thing_at_once_than_the_shop_says(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    assert_eq!(admin.post("/api/v1/products", &lamp("L", 20_000)).await.status, 201);
    let mut guest = world.server.client("a", None);
    let lines = |quantity: i64| json!({ "lines": [{ "sku": "L", "quantity": quantity }] });
    let refused = guest.post("/api/v1/carts", &lines(9_999)).await;
    let said = refused.json();
    assert_eq!((refused.status, &said["errors"][0]["pointer"]), (422, &json!("/lines/0/quantity")), "{said}");
    assert!(said["detail"].as_str().unwrap().contains("at most 1000 of a thing"), "{said}");
    let cart = cart(&mut guest, &[("L", 900)]).await;
    let more = json!({ "sku": "L", "quantity": 101 });
    let path = format!("/api/v1/carts/{cart}/lines");
    assert_eq!(guest.post(&path, &more).await.json()["errors"][0]["pointer"], "/quantity");
    assert_eq!(guest.post(&path, &json!({ "sku": "L", "quantity": 100 })).await.status, 200);
    // Who works here may, and says how many others may.
    assert_eq!(admin.post("/api/v1/orders", &order(&[("L", 9_999)])).await.status, 201);
    let set = put(&mut admin, "/api/v1/order-settings", 0, &json!({ "most_of_a_thing": 5 })).await;
    assert_eq!(set.status, 200, "{}", set.json());
    describe(&mut guest, &cart, &ada()).await;
    let late = guest.post(&format!("/api/v1/carts/{cart}/checkout"), &json!({})).await;
    assert_eq!((late.status, &late.json()["errors"][0]["pointer"]), (422, &json!("/lines/0/quantity")));
    assert_eq!(guest.post("/api/v1/carts", &lines(5)).await.status, 201);
    assert_eq!(guest.post("/api/v1/carts", &lines(6)).await.status, 422);
    galleria_tests::server::verify(&world.cell);
}

async fn the_checkout_offers_the_countries_that_the_shop_delivers_to(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    assert_eq!(admin.post("/api/v1/products", &lamp("L", 5)).await.status, 201);
    let mut guest = world.server.client("a", None);
    let sku = admin.get("/api/v1/products?sku=L").await.json();
    let variant = sku["items"][0]["variants"][0]["id"].as_str().unwrap().to_owned();
    let form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let added = guest
        .send("POST", "/cart/lines", &form, Some(&format!("variant={variant}&quantity=1")))
        .await
        .unwrap();
    let set = added.headers.iter().filter(|(name, _)| name == "set-cookie");
    let cookie = set.map(|(_, cookie)| cookie.split(';').next().unwrap()).collect::<Vec<_>>().join("; ");
    let mut shown = Vec::new();
    for language in ["en", "de"] {
        let headers = [("accept", "text/html"), ("accept-language", language), ("cookie", &*cookie)];
        shown.push(guest.send("GET", "/checkout", &headers, None).await.unwrap());
    }
    let page = |answer: &Answer| String::from_utf8_lossy(&answer.body).into_owned();
    assert!(page(&shown[0]).contains(">Ireland</option>"), "{}", page(&shown[0]));
    assert!(page(&shown[1]).contains(">Irland</option>") && page(&shown[1]).contains("Land wählen"));
    for option in [json!({ "name": "Post", "price": 1, "countries": ["IE", "AT"] })] {
        assert_eq!(admin.post("/api/v1/delivery-options", &option).await.status, 201);
    }
    let headers = [("accept", "text/html"), ("accept-language", "de"), ("cookie", &*cookie)];
    let narrow = page(&guest.send("GET", "/checkout", &headers, None).await.unwrap());
    assert!(narrow.contains(">Österreich</option>") && !narrow.contains("Deutschland"), "{narrow}");
    galleria_tests::server::verify(&world.cell);
}
