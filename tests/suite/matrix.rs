//! Every operation of the document, asked by everybody: who may pass is what the document says, and nobody else does
//! anything by asking.

use std::collections::{BTreeMap, BTreeSet};

use galleria_tests::{Client, read_until};
use serde_json::{Value, json};

use crate::digest::{Digests, changed, digests};
use crate::over_both_engines;
use crate::people::Town;
use crate::world::{Engine, World, lamp, order};

/// What is open to whoever did not say who they are stands here, so that opening one is a change that somebody reads. There
/// are three kinds, and an operation that is none of them is refused by the story. These show what everybody may see.
const PUBLIC: [&str; 11] = [
    "get /api/v1/products",
    "get /api/v1/products/search",
    "get /api/v1/products/suggest",
    "get /api/v1/products/by-handle/{handle}",
    "get /api/v1/products/{id}",
    "get /api/v1/products/{id}/availability",
    "get /api/v1/products/{id}/prices",
    "get /api/v1/categories",
    "get /api/v1/categories/{id}",
    "get /api/v1/attributes",
    "get /api/v1/attributes/{name}",
];

/// These hold no record of anybody's that they would show or change for the asking; and why.
const DOORS: [(&str, &str); 13] = [
    ("get /.well-known/jwks.json", "public keys"),
    ("post /api/v1/sign-in", "how one begins to be known"),
    ("post /api/v1/sign-in/code", "takes the ticket of the first half"),
    ("post /api/v1/sign-in/passkey/begin", "reads the same for everybody"),
    ("post /api/v1/sign-in/passkey", "takes the ticket of the beginning, and a passkey"),
    ("get /api/v1/sign-in/outside", "where one can sign in must be seen before one has"),
    ("post /api/v1/sign-in/outside/{id}/begin", "how one begins to be known"),
    ("get /api/v1/sign-in/outside/callback", "takes what the browser kept, and the issuer's answer to it"),
    ("post /api/v1/tokens/refresh", "takes the token that it exchanges"),
    ("post /api/v1/sign-up", "anybody may become a customer; a letter proves the address"),
    (
        "post /api/v1/password-letters",
        "whoever forgot their password cannot sign in; the answer is always the same",
    ),
    ("post /api/v1/passwords", "takes the ticket of a letter"),
    ("post /api/v1/payment-webhooks/{provider_id}", "a provider shows its signature"),
];

/// These are for guests: a guest's cart belongs to whoever knows its id, and so does what was ordered with it. Of staff and
/// customers they ask a permission, and a record that is a customer's is nobody else's (`guests.rs`).
pub const GUESTS: [&str; 14] = [
    "post /api/v1/carts",
    "get /api/v1/carts/{id}",
    "put /api/v1/carts/{id}",
    "patch /api/v1/carts/{id}",
    "post /api/v1/carts/{id}/lines",
    "put /api/v1/carts/{id}/lines/{variant_id}",
    "delete /api/v1/carts/{id}/lines/{variant_id}",
    "put /api/v1/carts/{id}/delivery",
    "post /api/v1/carts/{id}/codes",
    "delete /api/v1/carts/{id}/codes/{code}",
    "post /api/v1/carts/{id}/checkout",
    "get /api/v1/carts/{id}/order",
    "post /api/v1/carts/{id}/payments",
    "get /api/v1/carts/{id}/payments",
];

/// A body that would be taken, so that nothing but the permission stands in the way: the document's example, unless that
/// names what this shop does not have, or would end the story.
pub fn body(operation: &Operation, ids: &Ids) -> Option<Value> {
    let name = operation.name.replacen("patch ", "put ", 1);
    let own = match &*name {
        "post /api/v1/products" => lamp("NEW", 1),
        "put /api/v1/products/{id}" => lamp("L", 1),
        "post /api/v1/categories" => json!({ "handle": "lighting", "title": "Lighting" }),
        "post /api/v1/price-lists" => json!({ "name": "Trade", "currency": "EUR" }),
        "put /api/v1/price-lists/{id}/prices" => json!({ "prices": [{ "sku": "L", "tiers": [] }] }),
        "post /api/v1/inventory/{variant_id}/transfers" => {
            json!({ "to": ids.order, "quantity": 1, "reason": "to the depot" })
        }
        "post /api/v1/stock-holds" => {
            json!({ "lines": [{ "variant_id": ids.variant, "quantity": 1 }], "seconds": 60 })
        }
        "put /api/v1/attributes/{name}" => json!({ "name": ids.order, "type": "text" }),
        "post /api/v1/orders" => order(&[("L", 1)]),
        "put /api/v1/orders/{id}/status" => json!({ "status": "confirmed" }),
        "post /api/v1/carts" | "post /api/v1/carts/{id}/checkout" | "post /api/v1/carts/{id}/approve" => {
            json!({})
        }
        "post /api/v1/carts/{id}/lines" => json!({ "sku": "L", "quantity": 1 }),
        "put /api/v1/carts/{id}/delivery" => json!({ "delivery_option_id": null }),
        "post /api/v1/draft-orders" | "put /api/v1/draft-orders/{id}" => {
            json!({ "lines": [{ "sku": "L", "quantity": 1 }] })
        }
        "put /api/v1/taxes" => json!({ "rates": [] }),
        "post /api/v1/delivery-options" | "put /api/v1/delivery-options/{id}" => {
            json!({ "name": "Post", "price": 490 })
        }
        "post /api/v1/payments" => json!({ "order_id": ids.order, "method": "tok_success" }),
        "post /api/v1/payment-providers" | "put /api/v1/payment-providers/{id}" => {
            json!({ "name": "Cash", "kind": "manual" })
        }
        "post /api/v1/partners" | "put /api/v1/partners/{id}" => json!({
            "kind": "shipping_rest", "name": "Swift", "address": "https://carrier.example/v1",
            "options": { "from_country": "IE" },
        }),
        // Its VAT number would be looked up in the European register.
        "post /api/v1/organisations" | "put /api/v1/organisations/{id}" => json!({ "name": "Quay Hotels" }),
        "post /api/v1/jobs" => json!({ "name": "verify" }),
        "post /api/v1/privacy/erasures" => json!({ "person": ids.customer }),
        "post /api/v1/accounts" => json!({ "name": "Eve", "email": "eve@example.com", "roles": ["viewer"] }),
        "put /api/v1/accounts/{id}/roles" => json!({ "roles": [] }),
        "post /api/v1/me/password" => json!({ "current": "wrong one", "new": "wrong one" }),
        "post /api/v1/me/proof" => json!({ "password": "wrong one" }),
        "post /api/v1/sign-in" => json!({ "email": "eve@example.com", "password": "wrong one" }),
        _ => return operation.example.clone(),
    };
    Some(own)
}

pub struct Ids {
    pub product: String,
    pub variant: String,
    pub order: String,
    customer: String,
}

pub struct Operation {
    pub method: String,
    pub path: String,
    /// `get /api/v1/orders`
    pub name: String,
    open: bool,
    public: bool,
    /// Whether it answers at the platform's own address, too.
    platform: bool,
    /// The body that the document shows.
    example: Option<Value>,
    /// The permission that it takes of each audience that it is for.
    asks: BTreeMap<String, String>,
}

impl Operation {
    /// Whether somebody whom it does not name passes as nobody in particular.
    fn takes_anybody(&self) -> bool {
        self.public || self.open && self.asks.is_empty()
    }

    pub fn staff(&self) -> Option<&str> {
        self.asks.get("staff").map(String::as_str)
    }
}

over_both_engines!(
    whoever_asks_gets_what_the_document_says_and_changes_nothing_otherwise,
    a_customer_and_an_operator_pass_where_the_document_says_and_nowhere_else,
);

async fn whoever_asks_gets_what_the_document_says_and_changes_nothing_otherwise(engine: Engine) {
    let town = Town::start(engine, 2).await;
    let world = &town.world;
    let roles: Vec<&str> = ROLES.iter().map(|(role, _)| *role).collect();
    let keys = world.colleagues("a", &roles).await;
    let mut admin = world.admin("a");
    let ids = stock(&mut admin).await;
    let document = admin.get("/openapi.json").await.json();
    let operations = operations(&document);
    let named = |is: fn(&Operation) -> bool| -> BTreeSet<&str> {
        operations.iter().filter(|one| is(one)).map(|one| &*one.name).collect()
    };
    assert_eq!(
        named(|one| one.public),
        BTreeSet::from(PUBLIC),
        "what everybody may see is not what is listed"
    );
    let doors = named(|one| one.open && one.asks.is_empty());
    assert_eq!(
        doors,
        DOORS.iter().map(|(name, _)| *name).collect(),
        "what asks nothing is not what is listed"
    );
    let guests = named(|one| one.open && !one.takes_anybody());
    assert_eq!(guests, BTreeSet::from(GUESTS), "what guests may do is not what is listed");
    let both = ["customer", "staff"].map(str::to_owned);
    for operation in operations.iter().filter(|one| GUESTS.contains(&&*one.name)) {
        assert!(operation.asks.keys().eq(&both), "{} must say what it takes of both", operation.name);
    }

    let before = digests(world).await;
    // Nobody, a stranger's key, a made-up token and session, and the key of another shop.
    let mut nobody = world.server.client("a", None);
    let mut other = world.server.client("a", Some(world.key("b")));
    for operation in &operations {
        let asked = ask(&mut nobody, operation, &ids, &[]).await;
        match operation.open {
            true => passed(&asked, &operation.name),
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
        for operation in operations.iter().filter(|operation| !operation.takes_anybody()) {
            let Some(permission) = operation.staff() else {
                let asked = ask(&mut client, operation, &ids, &[]).await;
                assert_eq!(
                    (asked.status, &*asked.code()),
                    (403, "wrong_audience"),
                    "{role}: {}",
                    operation.name
                );
                continue;
            };
            if permission.is_empty() || may(permission) {
                continue;
            }
            let asked = ask(&mut client, operation, &ids, &[]).await;
            assert_eq!((asked.status, &*asked.code()), (403, "not_permitted"), "{role}: {}", operation.name);
            assert_eq!(asked.json()["permission"], *permission, "{role}: {}", operation.name);
        }
    }
    only_changed(world, &before, &ANYBODY_CHANGES).await;

    // Whoever may, passes. Reading first, for changing may take away what is read.
    for ((_, key), (role, may)) in keys.iter().zip(ROLES) {
        let mut client = world.server.client("a", Some(key));
        for operation in &operations {
            let permitted = operation.takes_anybody()
                || operation.staff().is_some_and(|permission| permission.is_empty() || may(permission));
            if permitted && (operation.method == "get" || *role == "admin") {
                let asked = ask(&mut client, operation, &ids, &[]).await;
                passed(&asked, &format!("{role}: {}", operation.name));
            }
        }
    }
    galleria_tests::server::verify(&world.cell);
}

async fn a_customer_and_an_operator_pass_where_the_document_says_and_nowhere_else(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    let ids = stock(&mut admin).await;
    let operations = operations(&admin.get("/openapi.json").await.json());
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut owner = town.operator("owner@example.com", "owner").await;
    let mut auditor = town.operator("auditor@example.com", "auditor").await;
    let before = digests(&town.world).await;
    // Signing out and ending sessions would end the story.
    let ends = |name: &str| name.contains("sign-out") || name == "delete /api/v1/me/sessions/{id}";
    for operation in operations.iter().filter(|one| !one.takes_anybody() && !ends(&one.name)) {
        let name = &operation.name;
        let asked = ask(&mut cy.client, operation, &ids, &[]).await;
        match operation.asks.get("customer").map(String::as_str) {
            None => assert_eq!((asked.status, &*asked.code()), (403, "wrong_audience"), "{name}"),
            Some(
                ""
                | "orders:place"
                | "orders:read"
                | "orders:cancel"
                | "orders:return"
                | "payments:pay"
                | "payments:read"
                | "organisations:read"
                | "organisations:write"
                | "customers:read"
                | "customers:write",
            ) => passed(&asked, name),
            Some(other) => panic!("{name} asks {other} of customers: say here whether they have it"),
        }
        let asked = ask(&mut auditor.client, operation, &ids, &[]).await;
        match operation.asks.get("operator").map(String::as_str) {
            _ if !operation.platform => {
                assert_eq!((asked.status, &*asked.code()), (404, "no_such_shop"), "{name}")
            }
            None => assert_eq!((asked.status, &*asked.code()), (403, "wrong_audience"), "{name}"),
            Some("") => passed(&asked, name),
            Some(permission) if permission.ends_with(":read") => passed(&asked, name),
            Some(_) => assert_eq!((asked.status, &*asked.code()), (403, "not_permitted"), "{name}"),
        }
        if operation.method == "get" && operation.platform {
            passed(&ask(&mut owner.client, operation, &ids, &[]).await, name);
        }
    }
    only_changed(&town.world, &before, &CUSTOMERS_CHANGE).await;
}

/// Whoever passed may have asked for something that is not there or does not hold; they were not turned away.
fn passed(asked: &galleria_tests::Answer, name: &str) {
    // A program is no person; and what signs in tells so by its own codes.
    let allowed = ["no_person", "ticket_used", "refresh_refused", "not_them", "code_wrong"];
    let turned_away = [401, 403].contains(&asked.status) && !allowed.contains(&&*asked.code());
    assert!(!turned_away, "{name}: {}", asked.json());
    let ours = asked.status >= 500 && asked.code() != "files_not_configured";
    assert!(!ours, "{name}: {}", asked.json());
}

/// What happens, and in which tables, when everything is asked by those who may do least. Anybody may begin a cart, and make
/// an account, which a letter proves and of which there is a record; and who shows a token is the first to need the keys that tell a true one.
const ANYBODY_CHANGES: [&str; 14] = [
    "account.letter_wanted",
    "account.opened",
    "account_address.taken",
    "account_addresses",
    "accounts",
    "cart.opened",
    "carts",
    "customer.opened",
    "customer_emails",
    "customer_words",
    "customers",
    "subject_keys",
    "token_ring.turned",
    "token_rings",
];

/// The same, of a customer and an operator: an order with its stock and number, a cart, and what is about themselves.
const CUSTOMERS_CHANGE: [&str; 17] = [
    "account.app_added",
    "account.renamed",
    "accounts",
    "cart.opened",
    "carts",
    "customer.address_kept",
    "customer.changed",
    "customer_addresses",
    "customer_words",
    "customers",
    "inventory",
    "order.placed",
    "order_items",
    "order_numbers.taken",
    "order_status_history",
    "orders",
    "stock.reserved",
];

/// What is asked at a door is done a moment later, so it is waited for.
async fn only_changed(world: &World, before: &Digests, may: &[&str]) {
    let may: BTreeSet<String> = may.iter().map(|name| (*name).to_owned()).collect();
    let what = format!("only these changed: {may:?}");
    read_until(&what, async || changed(before, &digests(world).await), |found| *found == may).await;
}

/// What each role may do, told
/// What each role may do, told a second time and in other words than the platform tells it.
type May = fn(&str) -> bool;
const ROLES: &[(&str, May)] = &[
    ("viewer", reads),
    ("customer-service", |permission| {
        reads(permission)
            || permission.starts_with("orders:")
            || permission.starts_with("files:")
            || permission.starts_with("customers:")
            || ["payments:pay", "payments:refund"].contains(&permission)
    }),
    ("order-manager", |permission| {
        let noun = permission.split(':').next().unwrap_or_default();
        ["catalog:read", "promotions:read", "customers:read"].contains(&permission)
            || ["stock", "orders", "order-settings", "payments", "delivery", "files"].contains(&noun)
    }),
    ("operator", |permission| {
        let noun = permission.split(':').next().unwrap_or_default();
        ["catalog", "prices", "stock", "promotions", "delivery", "jobs", "dead-letters", "files"]
            .contains(&noun)
            || ["orders:read", "orders:write", "taxes:read", "payments:read"].contains(&permission)
    }),
    ("service", |permission| {
        reads(permission) || ["orders:place", "payments:pay", "files:write"].contains(&permission)
    }),
    ("admin", |_| true),
];

/// What is read without being given by name: nothing that tells of people, or of who may do what.
fn reads(permission: &str) -> bool {
    let sensitive =
        ["accounts", "audit", "customers", "history", "privacy", "providers", "roles", "services"];
    permission.strip_suffix(":read").is_some_and(|noun| !sensitive.contains(&noun))
}

pub async fn stock(admin: &mut Client) -> Ids {
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

pub fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push(Operation {
                method: method.clone(),
                path: path.clone(),
                name: format!("{method} {path}"),
                open: operation["security"].as_array().unwrap().contains(&json!({})),
                public: operation["x-public"] == true,
                platform: operation["x-platform"] == true,
                example: example(&format!("{method} {path}"), operation),
                asks: serde_json::from_value(operation["x-permission"].clone()).unwrap(),
            });
        }
    }
    assert!(operations.len() >= 45, "{}", operations.len());
    operations
}

/// The body that the document shows for an operation; each that takes one shows one.
fn example(name: &str, operation: &Value) -> Option<Value> {
    let mut bodies = operation["requestBody"]["content"].as_object().into_iter().flatten();
    let (_, body) = bodies.find(|(kind, _)| kind.ends_with("json"))?;
    assert!(!body["example"].is_null(), "{name} shows no example of what it is asked");
    Some(body["example"].clone())
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
    if operation.name.ends_with("/search") || operation.name.ends_with("/suggest") {
        path.push_str("?q=lamp");
    }
    if operation.name.ends_with("/reconciliation") {
        path.push_str("?day=2026-05-03");
    }
    if operation.name.ends_with("/changes") {
        path.push_str("?from=1");
    }
    let body = body(operation, ids).map(|body| body.to_string());
    let method = operation.method.to_uppercase();
    let mut all = headers.to_vec();
    if method == "PUT" {
        all.push(("if-match", "\"1\""));
    }
    client.send(&method, &path, &all, body.as_deref()).await.unwrap()
}
