//! Taxes that somebody outside works out, with an engine in its own process.

use galleria_tests::server::verify;
use galleria_tests::{Client, Partner, read_until};
use serde_json::{Value, json};

use crate::connect::{HERE, add};
use crate::over_both_engines;
use crate::world::{Engine, World};

over_both_engines!(
    an_engine_says_what_tax_is_charged_and_exactly_that_is_given_back,
    an_engine_that_is_down_or_talks_nonsense_leaves_the_shops_own_rates_and_the_bill_says_so,
);

const NOTE: &str = "The tax service does not answer; these are the shop's own rates.";

/// A shop that sells stones of 9.99, delivers for 5.00, and has an engine beside its own 23 percent.
async fn fitted(world: &World, engine: &Partner) -> Client {
    let mut admin = world.admin("a");
    let stone = json!({ "title": "Stone", "variants": [{ "sku": "S", "price": 999, "stock": 500 }] });
    assert_eq!(admin.post("/api/v1/products", &stone).await.status, 201);
    let post = json!({ "name": "Post", "price": 500 });
    assert_eq!(admin.post("/api/v1/delivery-options", &post).await.status, 201);
    let partner = json!({
        "kind": "tax_rest", "name": "Reckoner", "address": engine.address(), "secret": "key",
        "options": { "from_country": "US", "from_region": "NJ", "from_postal_code": "07030" },
    });
    let partner = add(&mut admin, &partner).await;
    assert_eq!(admin.post(&format!("{partner}/check"), &json!({})).await.json(), json!({ "works": true }));
    tax(&mut admin, partner.rsplit('/').next(), "exclude_tax").await;
    admin
}

async fn tax(admin: &mut Client, engine: Option<&str>, prices: &str) {
    let known = admin.get("/api/v1/taxes").await;
    let engine = engine.map_or_else(|| known.json()["engine"].clone(), |engine| json!(engine));
    let rates = json!([{ "name": "VAT", "rate": "23%", "country": "US" }]);
    let rules = json!({ "prices": prices, "rates": rates, "engine": engine }).to_string();
    let version = format!("\"{}\"", known.json()["version"]);
    let set = admin.send("PUT", "/api/v1/taxes", &[("if-match", version.as_str())], Some(&rules)).await;
    let set = set.unwrap();
    assert_eq!(set.status, 200, "{}", set.json());
}

/// A cart of three stones that goes to a postal code of New York, as it is shown.
async fn cart(client: &mut Client, postal_code: &str) -> Value {
    let made = client.post("/api/v1/carts", &json!({ "lines": [{ "sku": "S", "quantity": 3 }] })).await;
    let details = json!({
        "name": "Ada", "email": "ada@example.com",
        "shipping_address": { "line1": "1 Broadway", "city": "New York", "region": "NY",
                              "postal_code": postal_code, "country": "US" },
    });
    let answer = client.put(&path(&made.json()), &details).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

fn path(cart: &Value) -> String {
    format!("/api/v1/carts/{}", cart["id"].as_str().unwrap())
}

/// Has such a cart delivered by post and orders it at the price that is shown.
async fn buy(client: &mut Client, postal_code: &str) -> (Value, Value) {
    let cart = cart(client, postal_code).await;
    let post = json!({ "delivery_option_id": cart["delivery_options"][0]["id"] });
    let shown = client.put(&format!("{}/delivery", path(&cart)), &post).await.json();
    let expected = json!({ "expected_total": shown["bill"]["total"] });
    let placed = client.post(&format!("{}/checkout", path(&cart)), &expected).await;
    assert_eq!(placed.status, 201, "{}", placed.json());
    (shown, placed.json())
}

fn taxes(bill: &Value) -> Vec<(String, i64)> {
    let entries = bill["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "tax");
    entries
        .map(|entry| (entry["text"].as_str().unwrap().to_owned(), entry["amount"].as_i64().unwrap()))
        .collect()
}

async fn an_engine_says_what_tax_is_charged_and_exactly_that_is_given_back(engine: Engine) {
    let mut reckoner = Partner::taxes("key").await;
    let world = World::start_with(engine, 1, &HERE).await;
    let mut admin = fitted(&world, &reckoner).await;
    let mut guest = world.server.client("a", None);
    let (shown, placed) = buy(&mut guest, "10001").await;
    // Of 29.97 and of 5.00, 8 percent and half a percent, each rounded down by the engine.
    assert_eq!(
        taxes(&shown["bill"]),
        [
            ("State 8 %".into(), 239),
            ("City 0.5 %".into(), 14),
            ("State 8 %".into(), 40),
            ("City 0.5 %".into(), 2)
        ]
    );
    assert_eq!((&shown["tax_note"], &placed["total"]), (&json!(null), &json!(2997 + 500 + 295)));
    let calls = reckoner.say(&json!({})).await;
    assert_eq!(calls["quotes"], 2, "without delivery and with it, and not again at the checkout");
    assert_eq!(
        calls["last"],
        json!({
            "currency": "EUR", "prices_include_tax": false,
            "from": { "country": "US", "region": "NJ", "postal_code": "07030" },
            "to": { "country": "US", "region": "NY", "postal_code": "10001" },
            "lines": [{ "number": 1, "sku": "S", "tax_class": "standard", "quantity": 3, "amount": 2997 }],
            "shipping": { "tax_class": "standard", "amount": 500 },
        }),
        "no name and no street"
    );

    // A line that is added later is asked about as well.
    let order = format!("/api/v1/orders/{}", placed["id"].as_str().unwrap());
    let edited =
        admin.post(&format!("{order}/edits"), &json!({ "add": [{ "sku": "S", "quantity": 1 }] })).await;
    assert_eq!(edited.status, 200, "{}", edited.json());
    assert_eq!(admin.get(&order).await.json()["total"], 2997 + 500 + 295 + 999 + 79 + 4);

    // Piece by piece, each gives back its share, and together exactly what was charged.
    admin.put(&format!("{order}/status"), &json!({ "status": "confirmed" })).await;
    assert_eq!(admin.post(&format!("{order}/parcels"), &json!({})).await.status, 201);
    let mut totals = Vec::new();
    for (line, quantity) in [(1, 1), (1, 2), (2, 1)] {
        let lines = json!({ "lines": [{ "line": line, "quantity": quantity }] });
        let opened = admin.post(&format!("{order}/returns"), &lines).await.json();
        let came = json!({ "lines": [{ "line": line, "quantity": quantity, "restock": true }] });
        let receipts = format!("{order}/returns/{}/receipts", opened["id"].as_str().unwrap());
        let received = admin.post(&receipts, &came).await;
        assert_eq!(received.status, 200, "{}", received.json());
        totals.push(admin.get(&order).await.json()["total"].as_i64().unwrap());
    }
    assert_eq!(totals, [4874 - 999 - 79 - 4, 542 + 1082, 542]);

    // Where prices hold the tax, the engine says how much of them it is, and nobody pays more.
    tax(&mut admin, None, "include_tax").await;
    let shown = cart(&mut guest, "10001").await;
    assert_eq!((&shown["bill"]["total"], &shown["bill"]["included_tax"]), (&json!(2997), &json!(220 + 13)));
    assert_eq!(taxes(&shown["bill"])[0], ("State 8 %, which the price holds".into(), 0));
    verify(&world.cell);
}

async fn an_engine_that_is_down_or_talks_nonsense_leaves_the_shops_own_rates_and_the_bill_says_so(
    engine: Engine,
) {
    let mut reckoner = Partner::taxes("key").await;
    let world = World::start_with(engine, 1, &HERE).await;
    let mut admin = fitted(&world, &reckoner).await;
    let mut guest = world.server.client("a", None);

    // A connection that breaks off once is made again, and nobody notices.
    reckoner.say(&json!({ "mode": "once" })).await;
    let shown = cart(&mut guest, "10001").await;
    assert_eq!((&shown["bill"]["tax"], &shown["tax_note"]), (&json!(253), &json!(null)));
    assert_eq!(reckoner.say(&json!({})).await["quotes"], 2);

    for (mode, postal_code) in [("nonsense", "10002"), ("down", "10003")] {
        reckoner.say(&json!({ "mode": mode })).await;
        let (shown, placed) = buy(&mut guest, postal_code).await;
        assert_eq!((&shown["tax_note"], &shown["bill"]["tax"]), (&json!(NOTE), &json!(689 + 115)), "{mode}");
        assert_eq!(placed["total"], 2997 + 500 + 689 + 115, "{mode}");
        let order = format!("/api/v1/orders/{}", placed["id"].as_str().unwrap());
        let kept = admin.get(&order).await.json();
        let noted = "VAT 23 % (by the shop's own rates, for the tax service did not answer)";
        assert_eq!(taxes(&kept["bill"])[0], (noted.into(), 689), "{mode}");
    }

    // Well again, and rested: what was asked before is asked again, once its silence is forgotten.
    reckoner.say(&json!({ "mode": "well" })).await;
    let engine = admin.get("/api/v1/taxes").await.json()["engine"].clone();
    let partner = format!("/api/v1/partners/{}", engine.as_str().unwrap());
    admin.until(&partner, |partner| partner["health"]["breaker"] != "open").await;
    let mut places = 0..;
    let bill = async || cart(&mut guest, &format!("2{:04}", places.next().unwrap())).await["bill"].clone();
    read_until("the engine says the tax", bill, |bill| bill["tax"] == 253).await;
    verify(&world.cell);
}
