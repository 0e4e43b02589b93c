//! What guests may do is done to guests' records only: a customer's is theirs, and whoever works in the shop needs a
//! permission for either.

use galleria_tests::{Answer, Client};
use serde_json::{Value, json};

use crate::matrix::{GUESTS, Ids, Operation, body, operations, stock};
use crate::over_both_engines;
use crate::people::Town;
use crate::selling::{ada, cart, describe};
use crate::world::{Engine, all};

over_both_engines!(
    what_is_open_to_guests_tells_a_customers_cart_from_a_guests_and_asks_staff_for_a_permission,
    a_promotion_for_others_is_told_to_nobody_else,
);

async fn what_is_open_to_guests_tells_a_customers_cart_from_a_guests_and_asks_staff_for_a_permission(
    engine: Engine,
) {
    let town = Town::start(engine, 1).await;
    let world = &town.world;
    let mut admin = world.admin("a");
    let ids = stock(&mut admin).await;
    let cash = admin.post("/api/v1/payment-providers", &json!({ "name": "Cash", "kind": "manual" })).await;
    assert_eq!(cash.status, 201, "{}", cash.json());
    let meters = json!({ "about": "Meters", "grants": ["usage:read"] });
    assert_eq!(admin.put("/api/v1/roles/meters", &meters).await.status, 200);
    let document = admin.get("/openapi.json").await.json();
    let of_carts: Vec<Operation> =
        operations(&document).into_iter().filter(|one| GUESTS.contains(&&*one.name)).collect();

    let mut cy = town.customer("a", "cy@example.com").await.client;
    let mut dee = town.customer("a", "dee@example.com").await.client;
    let (mut guest, mut stranger) = (world.server.client("a", None), world.server.client("a", None));
    let customers = carts(&mut cy, &ids).await;
    let guests = carts(&mut guest, &ids).await;
    let before = standing(&mut admin, &customers, &guests).await;

    let mut viewer = world.colleague("a", "viewer").await;
    let mut meters = town.staff("a", "meters@example.com", "meters").await.client;
    for operation in &of_carts {
        let name = &operation.name;
        for cart in customers.iter().chain(&guests) {
            let asked = ask(&mut meters, operation, cart, &ids).await;
            assert_eq!((asked.status, &*asked.code()), (403, "not_permitted"), "{name}");
            assert_eq!(asked.json()["permission"].as_str(), operation.staff(), "{name}");
            let asked = ask(&mut viewer, operation, cart, &ids).await;
            match operation.method.as_str() {
                "get" => assert!([200, 404].contains(&asked.status), "{name}: {}", asked.json()),
                _ => assert_eq!((asked.status, &*asked.code()), (403, "not_permitted"), "{name}"),
            }
        }
        if !operation.path.contains("{id}") {
            continue;
        }
        for cart in &customers {
            for client in [&mut dee, &mut stranger] {
                let asked = ask(client, operation, cart, &ids).await;
                assert_eq!((asked.status, &*asked.code()), (404, "not_found"), "{name}: {}", asked.json());
            }
        }
    }
    assert_eq!(
        standing(&mut admin, &customers, &guests).await,
        before,
        "somebody changed what is not theirs"
    );

    // The guest's own way, with nothing but the ids; and staff with the permission.
    for operation in of_carts.iter().filter(|one| one.path.contains("{id}")) {
        for (n, cart) in guests.iter().enumerate() {
            let asked = ask(&mut stranger, operation, cart, &ids).await;
            assert!(![401, 403].contains(&asked.status), "{n} {}: {}", operation.name, asked.json());
        }
        for cart in &customers {
            let asked = ask(&mut admin, operation, cart, &ids).await;
            assert!(![401, 403].contains(&asked.status), "{}: {}", operation.name, asked.json());
        }
    }
    let payments = all(&mut admin, "/api/v1/payments").await;
    assert!(payments.len() >= 2, "both orders were paid in the end: {payments:#?}");
    galleria_tests::server::verify(&world.cell);
}

/// One that is open, and one that was ordered.
async fn carts(client: &mut Client, ids: &Ids) -> [String; 2] {
    let mut carts = Vec::new();
    for _ in 0..2 {
        let id = cart(client, &[("L", 1)]).await;
        describe(client, &id, &ada()).await;
        carts.push(id);
    }
    let ordered = client.post(&format!("/api/v1/carts/{}/checkout", carts[1]), &json!({})).await;
    assert_eq!(ordered.status, 201, "{}", ordered.json());
    assert_eq!(ordered.json()["lines"][0]["variant_id"], *ids.variant);
    carts.try_into().unwrap()
}

async fn standing(admin: &mut Client, customers: &[String; 2], guests: &[String; 2]) -> Value {
    let mut carts = Vec::new();
    for id in customers.iter().chain(guests) {
        carts.push(admin.get(&format!("/api/v1/carts/{id}")).await.json());
    }
    let orders = all(admin, "/api/v1/orders").await;
    json!([carts, orders, all(admin, "/api/v1/payments").await])
}

async fn ask(client: &mut Client, operation: &Operation, cart: &str, ids: &Ids) -> Answer {
    let path = operation.path.replace("{id}", cart).replace("{variant_id}", &ids.variant);
    let body = match operation.name.as_str() {
        "post /api/v1/carts/{id}/payments" => Some(json!({})),
        _ => body(operation, ids),
    };
    let body = body.map(|body| body.to_string());
    let path = path.replace("{code}", "SPRING");
    client.send(&operation.method.to_uppercase(), &path, &[], body.as_deref()).await.unwrap()
}

async fn a_promotion_for_others_is_told_to_nobody_else(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    stock(&mut admin).await;
    let made = async |admin: &mut Client, path: &str, body: Value| -> String {
        let made = admin.post(path, &body).await;
        assert_eq!(made.status, 201, "{}", made.json());
        made.json()["id"].as_str().unwrap().to_owned()
    };
    let trade = made(&mut admin, "/api/v1/segments", json!({ "name": "trade" })).await;
    let quay = made(&mut admin, "/api/v1/organisations", json!({ "name": "Quay Hotels" })).await;
    let mut theirs = Vec::new();
    for (conditions, code) in [
        (json!({ "segments": ["trade"] }), None),
        (json!({ "organisations": [quay] }), None),
        (json!({ "segments": ["trade"] }), Some("HUSH")),
    ] {
        let effect = json!({ "kind": "percent", "off": "10%" });
        let body = json!({ "name": "Whispered", "code": code, "effect": effect, "conditions": conditions });
        theirs.push(made(&mut admin, "/api/v1/promotions", body).await);
    }
    let mut cy = town.customer("a", "cy@example.com").await;
    let member = format!("/api/v1/segments/{trade}/members/{}", cy.account);
    assert_eq!(admin.put(&member, &json!({})).await.status, 204);
    let mut dee = town.customer("a", "dee@example.com").await.client;
    let mut guest = town.shop("a");
    for client in [&mut guest, &mut dee] {
        let id = cart(client, &[("L", 1)]).await;
        let path = format!("/api/v1/carts/{id}");
        // Their code reads like one that nobody has.
        let tried = client.post(&format!("{path}/codes"), &json!({ "code": "HUSH" })).await;
        let none = client.post(&format!("{path}/codes"), &json!({ "code": "NONE" })).await.json();
        let [real, made_up] = ["HUSH", "NONE"].map(|code| {
            let told =
                none["promotions"].as_array().unwrap().iter().find(|told| told["code"] == code).unwrap();
            told.to_string().replace(code, "…")
        });
        assert_eq!(real, made_up);
        let described = describe(client, &id, &ada()).await;
        let ordered = client.post(&format!("{path}/checkout"), &json!({})).await;
        assert_eq!((ordered.status, &ordered.json()["total"]), (201, &json!(1999)));
        for told in [tried.json(), none, described, ordered.json()] {
            let told = told.to_string();
            let heard: Vec<&String> = theirs.iter().filter(|id| told.contains(*id)).collect();
            assert!(heard.is_empty() && !told.contains("Whispered"), "{told}");
        }
    }
    let id = cart(&mut cy.client, &[("L", 1)]).await;
    let shown = cy.client.post(&format!("/api/v1/carts/{id}/codes"), &json!({ "code": "hush" })).await.json();
    let applied =
        shown["promotions"].as_array().unwrap().iter().filter(|told| told["applied"] == true).count();
    assert_eq!((applied, &shown["promotions"][0]["text"]), (2, &json!("“Whispered” applies.")), "{shown:#}");
}
