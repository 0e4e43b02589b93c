//! A shop as a person uses it, and as a clumsy program does.

use serde_json::{Value, json};

use crate::over_both_engines;
use crate::world::{Engine, World, all, lamp, order};

over_both_engines!(
    an_order_takes_from_the_shelf_and_a_cancelled_one_puts_back,
    a_shipped_order_leaves_the_warehouse,
    a_list_is_read_page_by_page_without_a_gap,
    a_change_to_what_has_changed_meanwhile_is_refused,
    a_sku_belongs_to_one_product,
    a_product_is_found_by_the_beginnings_of_its_words,
    a_key_may_do_what_its_role_says,
    bad_input_is_answered_with_the_field_and_never_with_a_500,
);

async fn an_order_takes_from_the_shelf_and_a_cancelled_one_puts_back(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let made = admin.post("/api/v1/products", &lamp("L", 5)).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let variant = made.json()["variants"][0]["id"].as_str().unwrap().to_owned();
    let shelf = format!("/api/v1/inventory/{variant}");

    let placed = admin.post("/api/v1/orders", &order(&[("L", 2), ("L", 1)])).await;
    assert_eq!(placed.status, 201, "{}", placed.json());
    let location = placed.header("location").unwrap().to_owned();
    assert_eq!(placed.json()["total"], 3 * 1999);
    assert_eq!(placed.json()["lines"][0]["quantity"], 3);
    let read = admin.get(&location).await;
    assert_eq!(read.json(), placed.json());
    assert_eq!(admin.get(&shelf).await.json()["available"], 2);

    let refused = admin.post("/api/v1/orders", &order(&[("L", 3)])).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "out_of_stock"));
    assert_eq!(refused.json()["errors"][0]["pointer"], "/lines/0/quantity");
    assert_eq!(refused.json()["available"], 2);

    for _ in 0..2 {
        let cancelled = admin.send("DELETE", &location, &[], None).await.unwrap();
        assert_eq!((cancelled.status, cancelled.json()["status"].as_str()), (200, Some("cancelled")));
    }
    assert_eq!(admin.get(&shelf).await.json()["available"], 5);
    let history = admin.get(&location).await.json()["history"].clone();
    let steps: Vec<&str> =
        history.as_array().unwrap().iter().map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!(steps, ["placed", "cancelled"]);
    galleria_tests::server::verify(&world.cell);
}

async fn a_shipped_order_leaves_the_warehouse(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let made = admin.post("/api/v1/products", &lamp("L", 5)).await.json();
    let placed = admin.post("/api/v1/orders", &order(&[("L", 2)])).await.json();
    let status = format!("/api/v1/orders/{}/status", placed["id"].as_str().unwrap());
    let too_early = admin.send("PUT", &status, &[], Some(r#"{"status":"shipped"}"#)).await.unwrap();
    assert_eq!((too_early.status, too_early.code().as_str()), (409, "illegal_transition"));
    assert_eq!(too_early.json()["allowed"], json!(["confirmed", "cancelled"]));
    for to in ["confirmed", "packed", "shipped", "delivered"] {
        let moved =
            admin.send("PUT", &status, &[], Some(&json!({ "status": to }).to_string())).await.unwrap();
        assert_eq!((moved.status, moved.json()["status"].as_str()), (200, Some(to)));
    }
    let shelf =
        admin.get(&format!("/api/v1/inventory/{}", made["variants"][0]["id"].as_str().unwrap())).await.json();
    assert_eq!((&shelf["on_hand"], &shelf["reserved"]), (&json!(3), &json!(0)));
}

async fn a_list_is_read_page_by_page_without_a_gap(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 1000)).await;
    let mut placed = Vec::new();
    for _ in 0..45 {
        placed.push(admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json()["id"].clone());
    }
    placed.reverse();
    let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = admin.get(&format!("/api/v1/orders?limit=10&status=placed{cursor}")).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|order| order["id"].clone()));
        pages += 1;
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((pages, seen), (5, placed));
    let other_filters = admin.get(&format!("/api/v1/orders?status=shipped{cursor}")).await;
    assert_eq!((other_filters.status, other_filters.code().as_str()), (400, "cursor_invalid"));
    assert_eq!(all(&mut admin, "/api/v1/orders?email=nobody@example.com").await.len(), 0);
    assert_eq!(
        all(&mut admin, "/api/v1/orders?email=ada@example.com&placed_from=2020-01-01T00:00:00Z").await.len(),
        45
    );
}

async fn a_change_to_what_has_changed_meanwhile_is_refused(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let made = admin.post("/api/v1/products", &lamp("L", 5)).await;
    let path = made.header("location").unwrap().to_owned();
    let read = admin.get(&path).await;
    let tag = read.header("etag").unwrap().to_owned();
    assert_eq!(admin.send("GET", &path, &[("if-none-match", &tag)], None).await.unwrap().status, 304);

    let mut changed = lamp("L", 5);
    changed["title"] = json!("A brighter lamp");
    let body = changed.to_string();
    let blind = admin.send("PUT", &path, &[], Some(&body)).await.unwrap();
    assert_eq!((blind.status, blind.code().as_str()), (428, "version_required"));
    let first = admin.send("PUT", &path, &[("if-match", &tag)], Some(&body)).await.unwrap();
    assert_eq!((first.status, first.header("etag")), (200, Some("\"2\"")));
    assert_eq!(first.json()["variants"][0]["id"], made.json()["variants"][0]["id"]);
    let second = admin.send("PUT", &path, &[("if-match", &tag)], Some(&body)).await.unwrap();
    assert_eq!((second.status, second.code().as_str()), (412, "changed_meanwhile"));
    assert_eq!(admin.get(&path).await.json()["title"], "A brighter lamp");
}

async fn a_sku_belongs_to_one_product(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let first = admin.post("/api/v1/products", &lamp("L", 5)).await;
    let mut other = lamp("L", 5);
    other["title"] = json!("Another");
    let taken = admin.post("/api/v1/products", &other).await;
    assert_eq!((taken.status, taken.code().as_str()), (409, "sku_taken"));
    assert_eq!(taken.json()["errors"][0]["pointer"], "/variants/0/sku");

    // The first product gives the SKU up; then it is free.
    let path = first.header("location").unwrap().to_owned();
    let renamed = lamp("M", 5).to_string();
    assert_eq!(admin.send("PUT", &path, &[("if-match", "\"1\"")], Some(&renamed)).await.unwrap().status, 200);
    assert_eq!(admin.post("/api/v1/products", &other).await.status, 201);
    galleria_tests::server::verify(&world.cell);
}

async fn a_product_is_found_by_the_beginnings_of_its_words(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    for title in ["Café Table", "Paper Lamp", "Brass Lamp"] {
        let sku = title.len();
        let product =
            json!({ "title": title, "variants": [{ "sku": format!("S{sku}-{}", &title[..1]), "price": 1 }] });
        assert_eq!(admin.post("/api/v1/products", &product).await.status, 201);
    }
    let mut visitor = world.server.client("a", None);
    // An index is made when somebody searches for the first time.
    visitor.until("/api/v1/products/search?q=lam", |found| found["up_to_date"] == true).await;
    let mut found = Vec::new();
    for words in ["lam", "cafe+tab", "pap+lamp", "chair"] {
        found.push(all(&mut visitor, &format!("/api/v1/products/search?q={words}")).await.len());
    }
    assert_eq!(found, [2, 1, 1, 0]);
    assert_eq!(visitor.get("/api/v1/products/search?q=").await.json()["errors"][0]["pointer"], "q");
}

async fn a_key_may_do_what_its_role_says(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut visitor = world.server.client("a", None);
    assert_eq!(visitor.get("/api/v1/products").await.status, 200);
    let unknown = visitor.post("/api/v1/orders", &order(&[("L", 1)])).await;
    assert_eq!(
        (unknown.status, unknown.code().as_str(), unknown.header("www-authenticate")),
        (401, "sign_in_needed", Some("Bearer"))
    );
    let mut viewer = world.colleague("a", "viewer").await;
    let refused = viewer.post("/api/v1/orders", &order(&[("L", 1)])).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "not_permitted"));
    assert_eq!(refused.json()["permission"], "orders:place");
    let mut forger = world.server.client("a", Some("gal_guessed"));
    assert_eq!(forger.get("/api/v1/products").await.code(), "key_unknown");
}

async fn bad_input_is_answered_with_the_field_and_never_with_a_500(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 5)).await;
    let with = |path: &str, value: Value| {
        let mut body = order(&[("L", 1)]);
        *body.pointer_mut(path).unwrap() = value;
        body.to_string()
    };
    let lines: Vec<(&str, i64)> = vec![("L", 1); 201];
    let unknown_field = {
        let mut body = order(&[("L", 1)]);
        body["colour"] = json!("red");
        body.to_string()
    };
    let missing = {
        let mut body = order(&[("L", 1)]);
        body["customer"].as_object_mut().unwrap().remove("email");
        body.to_string()
    };
    let cases: Vec<(String, u16, &str, &str)> = vec![
        ("{\"customer\":".into(), 400, "unreadable_json", ""),
        ("\u{0}".into(), 400, "unreadable_json", ""),
        ("[]".into(), 422, "invalid", ""),
        (unknown_field, 422, "invalid", "/colour"),
        (missing, 422, "invalid", "/customer/email"),
        (with("/customer/email", json!("not an address")), 422, "invalid", "/customer/email"),
        (with("/customer/name", json!("\u{0000}")), 422, "invalid", "/customer/name"),
        (with("/lines/0/sku", json!("L\u{0000}")), 422, "invalid", "/lines/0/sku"),
        (
            with("/shipping_address/city", json!(" ".repeat(5000) + "Cork")),
            422,
            "invalid",
            "/shipping_address/city",
        ),
        (with("/customer/name", json!("é".repeat(201))), 422, "invalid", "/customer/name"),
        (with("/lines/0/quantity", json!(0)), 422, "invalid", "/lines/0/quantity"),
        (with("/lines/0/quantity", json!(-1)), 422, "invalid", "/lines/0/quantity"),
        (with("/lines/0/quantity", json!(1.5)), 422, "invalid", "/lines/0/quantity"),
        (with("/lines/0/quantity", json!("1")), 422, "invalid", "/lines/0/quantity"),
        (with("/lines/0/quantity", json!(u64::MAX)), 422, "invalid", "/lines/0/quantity"),
        (with("/lines/0/sku", json!("NO-SUCH")), 422, "invalid", "/lines/0/sku"),
        (with("/lines/0/sku", Value::Null), 422, "invalid", "/lines/0/variant_id"),
        (with("/lines", json!([])), 422, "invalid", "/lines"),
        (with("/shipping_address/country", json!("Ireland")), 422, "invalid", "/shipping_address/country"),
        (order(&lines).to_string(), 422, "invalid", "/lines"),
        ("x".repeat(2_000_000), 413, "too_large", ""),
    ];
    for (body, status, code, pointer) in cases {
        let answer = admin.send("POST", "/api/v1/orders", &[], Some(&body)).await.unwrap();
        let told = answer.json();
        let start: String = body.chars().take(80).collect();
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{start}: {told}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        if !pointer.is_empty() {
            assert_eq!(told["errors"][0]["pointer"], pointer, "{start}: {told}");
        }
    }
    for (path, status, code) in [
        ("/api/v1/orders?limit=0", 422, "invalid"),
        ("/api/v1/orders?limit=many", 422, "invalid"),
        ("/api/v1/orders?colour=red", 422, "invalid"),
        ("/api/v1/orders?status=eaten", 422, "invalid"),
        ("/api/v1/orders?placed_from=yesterday", 422, "invalid"),
        ("/api/v1/orders?cursor=x", 400, "cursor_invalid"),
        ("/api/v1/orders?email=a%00b", 422, "invalid"),
        ("/api/v1/products?sku=%00", 422, "invalid"),
        ("/api/v1/products?category=%00", 422, "invalid"),
        ("/api/v1/products/search?q=a%00", 422, "invalid"),
        ("/api/v1/orders/not-an-id", 404, "not_found"),
        ("/api/v1/orders/%00", 404, "not_found"),
        ("/api/v1/nothing", 404, "no_such_route"),
    ] {
        let answer = admin.get(path).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}: {}", answer.json());
    }
    let plain =
        admin.send("POST", "/api/v1/orders", &[("content-type", "text/plain")], Some("{}")).await.unwrap();
    assert_eq!((plain.status, plain.code().as_str()), (415, "not_json"));
    let method = admin.send("PATCH", "/api/v1/orders", &[], None).await.unwrap();
    assert_eq!(
        (method.status, method.code().as_str(), method.header("allow")),
        (405, "method_not_allowed", Some("GET, POST"))
    );
    let key = admin.send("POST", "/api/v1/orders", &[("idempotency-key", "")], Some("{}")).await.unwrap();
    assert_eq!(key.code(), "idempotency_key_unreadable");
    let tag = admin
        .send("DELETE", "/api/v1/orders/0198c0de-0000-7000-8000-000000000000", &[("if-match", "3")], None)
        .await
        .unwrap();
    assert_eq!(tag.code(), "if_match_unreadable");
    assert_eq!(all(&mut admin, "/api/v1/orders").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_the_document_says_who_may_call_it_and_how_it_refuses() {
    let world = World::start(Engine::Embedded, 1).await;
    let mut visitor = world.server.client("a", None);
    let document = visitor.get("/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let (mut operations, mut shown) = (0, 0);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations += 1;
            assert!(operation["operationId"].is_string(), "{method} {path}");
            shown += usize::from(operation.to_string().contains("\"example\""));
            let open = operation["security"].as_array().unwrap().contains(&json!({}));
            let asks = operation["x-permission"].as_object().unwrap();
            assert!(open || !asks.is_empty(), "{method} {path}");
            for status in ["401", "403", "429", "500", "503"] {
                assert!(operation["responses"][status].is_object(), "{method} {path}: {status}");
            }
        }
    }
    assert!(operations >= 200 && shown * 10 >= operations * 9, "{shown} of {operations} show an example");
    let head = visitor.send("HEAD", "/api/v1/products", &[], None).await.unwrap();
    assert_eq!((head.status, head.header("content-type")), (200, Some("application/json")));
    for page in ["/", "/reference", "/problems", "/problems/out_of_stock", "/healthz", "/readyz"] {
        assert_eq!(visitor.get(page).await.status, 200, "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_keeps_the_ids_that_it_came_with() {
    let world = World::start(Engine::Embedded, 1).await;
    let mut visitor = world.server.client("a", None);
    let trace = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let answer = visitor.send("GET", "/api/v1/nothing", &[trace], None).await.unwrap();
    assert_eq!(answer.header("x-correlation-id"), Some("0af76519-16cd-43dd-8448-eb211c80319c"));
    assert_eq!(answer.json()["correlation_id"], "0af76519-16cd-43dd-8448-eb211c80319c");
    assert!(answer.header("traceparent").unwrap().starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
}
