//! Changing some of a record with `PATCH`.

use galleria_tests::{Answer, Client};
use serde_json::{Value, json};

use crate::contract::Shop;
use crate::over_both_engines;
use crate::world::{Engine, World, lamp};

over_both_engines!(
    a_patch_changes_what_it_names_and_leaves_the_rest,
    two_who_patch_at_the_same_time_both_have_their_way,
    patching_nothing_changes_nothing_wherever_something_can_be_patched,
);

async fn patch(client: &mut Client, place: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    client.send("PATCH", place, headers, Some(&body.to_string())).await.unwrap()
}

const MERGE: (&str, &str) = ("content-type", "application/merge-patch+json");

async fn a_patch_changes_what_it_names_and_leaves_the_rest(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let mut product = lamp("L", 5);
    product["brand"] = json!("Halo");
    product["attributes"] = json!({ "Made in": "Porto", "Care": "Dry" });
    let made = admin.post("/api/v1/products", &product).await.json();
    let place = format!("/api/v1/products/{}", made["id"].as_str().unwrap());
    let before = admin.get(&place).await.json();

    let change =
        json!({ "title": "Desk lamp", "brand": null, "attributes": { "Care": null, "Watts": "60" } });
    let done = patch(&mut admin, &place, &[MERGE, ("idempotency-key", "p")], &change).await;
    assert_eq!((done.status, done.header("etag")), (200, Some("\"2\"")), "{}", done.json());
    let mut expected = before.clone();
    expected["title"] = json!("Desk lamp");
    expected["brand"] = Value::Null;
    expected["attributes"] = json!({ "Made in": "Porto", "Watts": "60" });
    let after = admin.get(&place).await.json();
    for moved in ["version", "updated_at"] {
        expected[moved] = after[moved].clone();
    }
    assert_eq!(after, expected);

    // Asked again under its key it is done once, whatever came in between.
    assert_eq!(patch(&mut admin, &place, &[], &json!({ "title": "Lamp" })).await.status, 200);
    let again = patch(&mut admin, &place, &[MERGE, ("idempotency-key", "p")], &change).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")), "{}", again.json());
    assert_eq!(admin.get(&place).await.json()["title"], "Lamp");
    let other = patch(&mut admin, &place, &[("idempotency-key", "p")], &json!({ "title": "X" })).await;
    assert_eq!((other.status, other.code().as_str()), (422, "idempotency_key_reused"));

    // In the second version money is an object there, too.
    let variants = json!([{ "sku": "L", "price": { "amount": 2500, "currency": "EUR" } }]);
    let done = patch(&mut admin, &place.replace("v1", "v2"), &[], &json!({ "variants": variants })).await;
    assert_eq!(done.status, 200, "{}", done.json());
    assert_eq!(admin.get(&place).await.json()["variants"][0]["price"], 2500);

    let title = json!({ "title": "Never" });
    for (headers, body, status, code) in [
        (vec![("if-match", "\"1\"")], title.clone(), 412, "changed_meanwhile"),
        (vec![("if-match", "1")], title.clone(), 400, "if_match_unreadable"),
        (vec![("content-type", "text/plain")], title.clone(), 415, "not_json"),
        (vec![], json!({ "titel": "x" }), 422, "invalid"),
        (vec![], json!({ "title": null }), 422, "invalid"),
        (vec![], json!(["title"]), 422, "invalid"),
    ] {
        let refused = patch(&mut admin, &place, &headers, &body).await;
        assert_eq!((refused.status, refused.code().as_str()), (status, code), "{}", refused.json());
    }
    let mut viewer = world.colleague("a", "viewer").await;
    assert_eq!(patch(&mut viewer, &place, &[], &title).await.status, 403);
    let nowhere = "/api/v1/products/0198c0de-0000-7000-8000-000000000000";
    assert_eq!(patch(&mut admin, nowhere, &[], &title).await.status, 404);
    let seen = patch(&mut admin, &place, &[("if-match", "\"4\"")], &json!({ "title": "Seen" })).await;
    assert_eq!((seen.status, seen.header("etag")), (200, Some("\"5\"")));
}

async fn two_who_patch_at_the_same_time_both_have_their_way(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let made = admin.post("/api/v1/products", &lamp("L", 5)).await.json();
    let place = format!("/api/v1/products/{}", made["id"].as_str().unwrap());
    let patching = |field: &'static str| {
        let (mut client, place) = (world.admin("a"), place.clone());
        async move {
            for n in 0..15 {
                let done = patch(&mut client, &place, &[], &json!({ field: format!("{field} {n}") })).await;
                assert_eq!(done.status, 200, "{}", done.json());
            }
        }
    };
    tokio::join!(patching("title"), patching("description"));
    let after = admin.get(&place).await.json();
    assert_eq!((&after["title"], &after["description"]), (&json!("title 14"), &json!("description 14")));
}

/// What a patch of nothing cannot be tried on here, each with why.
const NOT_TRIED: [(&str, &str); 1] = [("/api/v1/me", "a key of the shop is no person")];

async fn patching_nothing_changes_nothing_wherever_something_can_be_patched(engine: Engine) {
    let shop = Shop::start(engine).await;
    let mut admin = shop.admin();
    let document = admin.get("/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap();
    let packer = json!({ "about": "Packs parcels", "grants": ["orders:read"] });
    assert_eq!(admin.put("/api/v1/roles/packer", &packer).await.status, 200);
    let mut tried = Vec::new();
    let patchable = paths.iter().filter(|(_, item)| item["patch"].is_object());
    for (path, _) in patchable.filter(|(path, _)| !NOT_TRIED.iter().any(|(not, _)| not == path)) {
        let place = a_place(&mut admin, path).await;
        let before = admin.get(&place).await;
        assert_eq!(before.status, 200, "{place}: {}", before.json());
        let done = patch(&mut admin, &place, &[MERGE], &json!({})).await;
        assert!((200..300).contains(&done.status), "{place}: {}", done.json());
        assert!(before.header("etag").is_some() && done.header("etag").is_some(), "{place}");
        let unmoved = |mut record: Value| {
            for moved in ["version", "updated_at", "checked_at"] {
                record[moved] = Value::Null;
            }
            record
        };
        assert_eq!(unmoved(admin.get(&place).await.json()), unmoved(before.json()), "{place}");
        tried.push(path);
    }
    assert!(tried.len() > 15, "{tried:?}");
}

/// A record that can be read on this path: one of its list, or else one that is made.
async fn a_place(admin: &mut Client, path: &str) -> String {
    let Some((list, _)) = path.split_once("/{") else { return path.to_owned() };
    if let Some((_, body)) = NEW.iter().find(|(of, _)| *of == list) {
        let made = admin.post(list, &serde_json::from_str(body).unwrap()).await;
        assert_eq!(made.status, 201, "{list}: {}", made.json());
        let own = ["id", "name"].iter().find_map(|name| made.json()[*name].as_str().map(str::to_owned));
        return made.header("location").map_or_else(|| format!("{list}/{}", own.unwrap()), str::to_owned);
    }
    let listed = admin.get(list).await.json();
    let items = listed["items"].as_array().unwrap_or_else(|| panic!("{list}: {listed}"));
    let found =
        items.iter().find(|one| one["standard"] != true).unwrap_or_else(|| panic!("nothing in {list}"));
    let own = ["id", "name"].iter().find_map(|name| found[*name].as_str()).unwrap();
    format!("{list}/{own}")
}

/// What the demo shop has none of.
const NEW: [(&str, &str); 9] = [
    ("/api/v1/attributes", r#"{ "name": "Weave", "type": "text" }"#),
    ("/api/v1/carts", "{}"),
    ("/api/v1/draft-orders", r#"{ "email": "ada@example.com", "lines": [] }"#),
    ("/api/v1/organisations", r#"{ "name": "Quay", "approval_limit": 5000 }"#),
    (
        "/api/v1/partners",
        r#"{ "name": "Swift", "kind": "shipping_rest", "address": "https://carrier.example/v1", "secret": "key", "options": { "from_country": "IE", "from_postal_code": "D01" } }"#,
    ),
    ("/api/v1/payment-providers", r#"{ "name": "Transfer", "kind": "manual" }"#),
    ("/api/v1/price-lists", r#"{ "name": "Trade", "currency": "EUR" }"#),
    (
        "/api/v1/providers",
        r#"{ "audience": "staff", "name": "Keycloak", "preset": "oidc", "issuer": "https://issuer.example", "client_id": "galleria", "client_secret": "once" }"#,
    ),
    ("/api/v1/segments", r#"{ "name": "wholesale" }"#),
];
