//! Every operation of the document, asked by everybody: who may pass is what the document says, and nobody else does
//! anything by asking.

use std::collections::BTreeSet;

use galleria_tests::Client;
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::world::{Engine, World, lamp, order};

/// What the matrix does not take from the document, and why. An operation that is open to all must stand here, so that
/// opening one is a change that somebody reads.
const OPEN: &[(&str, &str)] = &[
    ("get /api/v1/products", "a shop window"),
    ("get /api/v1/products/search", "a shop window"),
    ("get /api/v1/products/{id}", "a shop window"),
    ("get /api/v1/products/{id}/availability", "a shop window"),
];

/// Bodies that would be taken, so that nothing but the permission stands in the way.
fn body(operation: &str, ids: &Ids) -> Option<Value> {
    Some(match operation {
        "post /api/v1/products" => lamp("NEW", 1),
        "put /api/v1/products/{id}" => lamp("L", 1),
        "post /api/v1/inventory/{variant}/adjustments" => json!({ "delta": 1, "reason": "found" }),
        "post /api/v1/orders" => order(&[("L", 1)]),
        "put /api/v1/orders/{id}/status" => json!({ "status": "confirmed" }),
        "post /api/v1/jobs" => json!({ "name": "verify" }),
        "post /api/v1/privacy/erasures" => json!({ "person": ids.customer }),
        "post /api/v1/files/{id}/address" => json!({}),
        _ => return None,
    })
}

struct Ids {
    product: String,
    variant: String,
    order: String,
    customer: String,
}

struct Operation {
    method: String,
    path: String,
    /// `get /api/v1/orders`
    name: String,
    open: bool,
    /// The permission that it takes of staff.
    staff: Option<String>,
}

over_both_engines!(whoever_asks_gets_what_the_document_says_and_changes_nothing_otherwise);

async fn whoever_asks_gets_what_the_document_says_and_changes_nothing_otherwise(engine: Engine) {
    let world = World::start(engine, 2).await;
    let roles: Vec<&str> = ROLES.iter().map(|(role, _)| *role).collect();
    let keys = world.colleagues("a", &roles).await;
    let mut admin = world.admin("a");
    let ids = stock(&mut admin).await;
    let document = admin.get("/openapi.json").await.json();
    let operations = operations(&document);
    let open: BTreeSet<&str> = operations
        .iter()
        .filter(|operation| operation.open)
        .map(|operation| operation.name.as_str())
        .collect();
    assert_eq!(
        open,
        OPEN.iter().map(|(name, _)| *name).collect(),
        "what is open to all is not what is listed"
    );

    let head = events(&mut admin).await;
    // Nobody, a stranger's key, a made-up token and session, and the key of another shop.
    let mut nobody = world.server.client("a", None);
    let mut other = world.server.client("a", Some(world.key("b")));
    for operation in &operations {
        let asked = ask(&mut nobody, operation, &ids, &[]).await;
        match operation.open {
            true => assert!(asked.status < 400, "{}: {}", operation.name, asked.json()),
            false => {
                assert_eq!((asked.status, &*asked.code()), (401, "sign_in_needed"), "{}", operation.name)
            }
        }
        let asked = ask(&mut other, operation, &ids, &[]).await;
        assert_eq!((asked.status, &*asked.code()), (404, "no_such_shop"), "{}", operation.name);
        for (header, value, code) in [
            ("authorization", "Bearer gal_made_up", "key_unknown"),
            ("authorization", "Bearer e30.e30.e30", "token_refused"),
            ("authorization", "Basic YTpi", "key_unknown"),
        ] {
            let asked = ask(&mut nobody, operation, &ids, &[(header, value)]).await;
            assert_eq!((asked.status, &*asked.code()), (401, code), "{} with {value}", operation.name);
        }
    }
    // Each role: refused by name where the document asks for more than it has.
    for ((_, key), (role, may)) in keys.iter().zip(ROLES) {
        let mut client = world.server.client("a", Some(key));
        for operation in operations.iter().filter(|operation| !operation.open) {
            let Some(permission) = &operation.staff else {
                let asked = ask(&mut client, operation, &ids, &[]).await;
                assert_eq!(
                    (asked.status, &*asked.code()),
                    (403, "wrong_audience"),
                    "{role}: {}",
                    operation.name
                );
                continue;
            };
            if may(permission) {
                continue;
            }
            let asked = ask(&mut client, operation, &ids, &[]).await;
            assert_eq!((asked.status, &*asked.code()), (403, "not_permitted"), "{role}: {}", operation.name);
            assert_eq!(asked.json()["permission"], **permission, "{role}: {}", operation.name);
        }
    }
    assert_eq!(events(&mut admin).await, head, "somebody who may not has changed something");

    // Whoever may, passes. Reading first, for changing may take away what is read.
    for ((_, key), (role, may)) in keys.iter().zip(ROLES) {
        let mut client = world.server.client("a", Some(key));
        for operation in &operations {
            let permitted = operation.open || operation.staff.as_deref().is_some_and(may);
            if permitted && (operation.method == "get" || *role == "admin") {
                let asked = ask(&mut client, operation, &ids, &[]).await;
                assert!(![401, 403].contains(&asked.status), "{role}: {}: {}", operation.name, asked.json());
                let ours = asked.status >= 500 && asked.code() != "files_not_configured";
                assert!(!ours, "{role}: {}: {}", operation.name, asked.json());
            }
        }
    }
    galleria_tests::server::verify(&world.cell);
}

/// What each role may do, told a second time and in other words than the platform tells it.
type May = fn(&str) -> bool;
const ROLES: &[(&str, May)] = &[
    ("viewer", |permission| permission.ends_with(":read")),
    ("customer-service", |permission| {
        permission.ends_with(":read") || permission.starts_with("orders:") || permission.starts_with("files:")
    }),
    ("order-manager", |permission| {
        let noun = permission.split(':').next().unwrap_or_default();
        permission == "catalog:read" || ["stock", "orders", "files"].contains(&noun)
    }),
    ("operator", |permission| {
        let noun = permission.split(':').next().unwrap_or_default();
        ["catalog", "stock", "jobs", "deliveries", "files"].contains(&noun)
            || ["orders:read", "orders:write"].contains(&permission)
    }),
    ("service", |permission| {
        permission.ends_with(":read") || ["orders:place", "files:write"].contains(&permission)
    }),
    ("admin", |_| true),
];

async fn stock(admin: &mut Client) -> Ids {
    let product = admin.post("/api/v1/products", &lamp("L", 50)).await.json();
    let order = admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Ids {
        product: text(&product["id"]),
        variant: text(&product["variants"][0]["id"]),
        order: text(&order["id"]),
        customer: text(&order["customer"]["id"]),
    }
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push(Operation {
                method: method.clone(),
                path: path.clone(),
                name: format!("{method} {path}"),
                open: operation["security"].as_array().unwrap().contains(&json!({})),
                staff: operation["x-permission"]["staff"].as_str().map(str::to_owned),
            });
        }
    }
    assert!(operations.len() >= 25, "{}", operations.len());
    operations
}

async fn ask(
    client: &mut Client,
    operation: &Operation,
    ids: &Ids,
    headers: &[(&str, &str)],
) -> galleria_tests::Answer {
    let id = match operation.path.split('/').nth(3) {
        Some("products") => &ids.product,
        Some("inventory") => &ids.variant,
        _ => &ids.order,
    };
    let mut path = operation.path.clone();
    while let (Some(open), Some(close)) = (path.find('{'), path.find('}')) {
        path.replace_range(open..=close, id);
    }
    if operation.name.ends_with("/search") {
        path.push_str("?q=lamp");
    }
    if operation.name.ends_with("/changes") {
        path.push_str("?from=1");
    }
    let body = body(&operation.name, ids).map(|body| body.to_string());
    let method = operation.method.to_uppercase();
    let mut all = headers.to_vec();
    if method == "PUT" {
        all.push(("if-match", "\"1\""));
    }
    client.send(&method, &path, &all, body.as_deref()).await.unwrap()
}

/// How much has happened to anything that the matrix touches.
async fn events(admin: &mut Client) -> (usize, usize, Value) {
    let orders = crate::world::all(admin, "/api/v1/orders").await;
    let products = crate::world::all(admin, "/api/v1/products").await;
    let jobs = crate::world::all(admin, "/api/v1/jobs").await.len();
    (orders.len(), jobs, json!([orders, products]))
}
