//! What a shop says of its products, what they cost whom, and where they lie.

use galleria_tests::{Answer, Client};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::world::{Engine, World, lamp, order};

over_both_engines!(
    a_product_says_all_that_a_shopper_asks,
    what_a_product_may_not_say_is_named_field_by_field,
    an_attribute_that_was_declared_takes_values_of_its_type_only,
    categories_are_a_tree_that_products_hang_in_by_handle,
    a_price_list_for_somebody_whom_there_is_not_is_refused,
    a_price_list_says_what_a_variant_costs_whom_from_how_many_on,
    a_price_is_found_for_whoever_buys_however_many_whenever,
    stock_lies_in_locations_and_leaves_from_the_first_that_has_enough,
    more_is_promised_than_is_there_where_that_is_allowed,
    what_is_held_can_be_ordered_by_nobody_else_until_it_is_let_go,
    it_is_said_once_that_little_is_left,
);

/// A shirt in two sizes and two colours.
fn shirt() -> Value {
    let variant = |sku: &str, size: &str, colour: &str| {
        json!({
            "sku": sku, "price": 2500, "compare_at": 3000, "stock": 10, "weight_grams": 180, "barcode": "4006381333931",
            "options": { "size": size, "colour": colour },
        })
    };
    json!({
        "title": "Linen Shirt", "categories": ["shirts"], "tax_class": "reduced", "brand": "Loom", "tags": ["summer"],
        "options": [{ "name": "size", "values": ["S", "M"] }, { "name": "colour", "values": ["white", "blue"] }],
        "media": [
            { "url": "https://cdn.example.com/shirt.jpg", "alt": "A white shirt on a line" },
            { "file": "0198c0de-0000-7000-8000-000000000000", "decorative": true, "kind": "video" },
        ],
        "seo": { "title": "Linen shirts", "description": "Cool in summer." },
        "attributes": { "care": "Wash cold" },
        "variants": [variant("SH-S-W", "S", "white"), variant("SH-M-B", "M", "blue")],
    })
}

fn pointers(refused: &Answer) -> Vec<String> {
    let errors = refused.json()["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn made(admin: &mut Client, product: &Value) -> Value {
    let made = admin.post("/api/v1/products", product).await;
    assert_eq!(made.status, 201, "{}", made.json());
    made.json()
}

async fn a_product_says_all_that_a_shopper_asks(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let made = made(&mut admin, &shirt()).await;
    let path = format!("/api/v1/products/{}", made["id"].as_str().unwrap());
    let shown = world.server.client("a", None).get(&path).await.json();
    for name in ["tax_class", "brand", "tags", "options", "seo", "attributes"] {
        assert_eq!(shown[name], shirt()[name], "{name}");
    }
    assert_eq!(shown["media"][0]["alt"], "A white shirt on a line");
    assert_eq!(
        (&shown["media"][1]["decorative"], &shown["media"][1]["kind"]),
        (&json!(true), &json!("video"))
    );
    let variant = &shown["variants"][1];
    assert_eq!(
        json!([variant["weight_grams"], variant["compare_at"], variant["barcode"]]),
        json!([180, 3000, "4006381333931"])
    );
    let second = admin.get(&path.replace("v1", "v2")).await.json();
    assert_eq!(second["variants"][0]["compare_at"], json!({ "amount": 3000, "currency": "EUR" }));

    // How it was before stays readable.
    let mut dearer = shirt();
    dearer["brand"] = json!("Loom & Sons");
    let changed = admin.send("PUT", &path, &[("if-match", "\"1\"")], Some(&dearer.to_string())).await;
    assert_eq!(changed.unwrap().status, 200);
    let history = admin.get(&path.replace("products", "history")).await.json();
    let position = history["items"][0]["position"].as_i64().unwrap();
    assert_eq!(admin.get(&path).await.json()["brand"], "Loom & Sons");
    assert_eq!(admin.get(&format!("{path}?as_of={position}")).await.json()["brand"], "Loom");
    galleria_tests::server::verify(&world.cell);
}

async fn what_a_product_may_not_say_is_named_field_by_field(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    for (path, value, pointer) in [
        ("/tax_class", json!("Not a handle"), "/tax_class"),
        ("/tags", json!(["a", "a"]), "/tags/1"),
        ("/media/0/alt", Value::Null, "/media/0/alt"),
        ("/media/0/url", json!("http://example.com/a.jpg"), "/media/0/url"),
        ("/variants/0/weight_grams", json!(-1), "/variants/0/weight_grams"),
        ("/variants/0/compare_at", json!(2499), "/variants/0/compare_at"),
        ("/variants/1/options/size", json!("XXL"), "/variants/1/options"),
        ("/variants/1/options", json!({ "size": "S", "colour": "white" }), "/variants/1/options"),
        ("/attributes/care", json!(30), "/attributes/care"),
    ] {
        let mut product = shirt();
        *product.pointer_mut(path).unwrap() = value;
        let refused = admin.post("/api/v1/products", &product).await;
        assert_eq!((refused.status, pointers(&refused)), (422, vec![pointer.to_owned()]), "{path}");
    }
}

async fn an_attribute_that_was_declared_takes_values_of_its_type_only(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let weave =
        json!({ "name": "weave", "type": "choice", "choices": ["plain", "twill"], "filterable": true });
    let threads = json!({ "name": "threads", "type": "number", "unit": "per cm" });
    for attribute in [&weave, &threads] {
        assert_eq!(admin.post("/api/v1/attributes", attribute).await.status, 201);
    }
    assert_eq!(admin.post("/api/v1/attributes", &weave).await.code(), "already_there");
    let open = world.server.client("a", None).get("/api/v1/attributes").await.json();
    assert_eq!(open["items"][1]["choices"], weave["choices"]);

    let with = |weave: Value, threads: Value| {
        let mut product = shirt();
        product["attributes"] = json!({ "weave": weave, "threads": threads, "care": "Wash cold" });
        product
    };
    let refused = admin.post("/api/v1/products", &with(json!("satin"), json!("many"))).await;
    assert_eq!((refused.status, pointers(&refused).len()), (422, 2), "{}", refused.json());
    let made = made(&mut admin, &with(json!("twill"), json!(12.5))).await;
    let path = format!("/api/v1/products/{}", made["id"].as_str().unwrap());
    let shown = admin.get(&path).await.json()["attributes"].clone();
    assert_eq!(shown, json!({ "weave": "twill", "threads": 12.5, "care": "Wash cold" }));

    let mut text = weave.clone();
    (text["type"], text["choices"]) = (json!("text"), json!([]));
    let fixed = admin.put("/api/v1/attributes/weave", &text).await;
    assert_eq!((fixed.status, fixed.code().as_str()), (409, "attribute_type_fixed"));
    let mut more = weave.clone();
    more["choices"] = json!(["plain", "twill", "satin"]);
    assert_eq!(admin.put("/api/v1/attributes/weave", &more).await.json()["version"], 2);
    assert_eq!(admin.delete("/api/v1/attributes/threads").await.status, 204);
    assert_eq!(admin.delete("/api/v1/attributes/threads").await.status, 404);
    assert_eq!(admin.get("/api/v1/attributes").await.json()["items"].as_array().unwrap().len(), 1);
    galleria_tests::server::verify(&world.cell);
}

async fn categories_are_a_tree_that_products_hang_in_by_handle(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    // A handle without a category is no mistake, and the category may come later.
    made(&mut admin, &shirt()).await;
    let mut make = async |handle: &str, parent: &Value, position: i64| {
        let category = json!({ "handle": handle, "title": handle, "parent": parent, "position": position });
        let made = admin.post("/api/v1/categories", &category).await;
        assert_eq!(made.status, 201, "{}", made.json());
        made.json()["id"].clone()
    };
    let clothes = make("clothes", &Value::Null, 0).await;
    let shirts = make("shirts", &clothes, 2).await;
    let coats = make("coats", &clothes, 1).await;
    let mut visitor = world.server.client("a", None);
    let tree = visitor.get("/api/v1/categories").await.json();
    let children: Vec<&str> = tree["items"][0]["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| child["handle"].as_str().unwrap())
        .collect();
    assert_eq!((tree["items"].as_array().unwrap().len(), children), (1, vec!["coats", "shirts"]));
    let by_handle = visitor.get("/api/v1/categories/clothes").await.json();
    assert_eq!((&by_handle["id"], by_handle["children"].as_array().unwrap().len()), (&clothes, 2));
    assert_eq!(visitor.get("/api/v1/categories/hats").await.status, 404);

    let path = |id: &Value| format!("/api/v1/categories/{}", id.as_str().unwrap());
    let turned = json!({ "handle": "clothes", "title": "Clothes", "parent": coats });
    assert_eq!(admin.put(&path(&clothes), &turned).await.code(), "own_ancestor");
    let taken = json!({ "handle": "coats", "title": "Shirts", "parent": clothes });
    let taken = admin.put(&path(&shirts), &taken).await;
    assert_eq!(taken.code(), "category_in_use", "{}", taken.json());
    let again = json!({ "handle": "coats", "title": "Coats again" });
    assert_eq!(admin.post("/api/v1/categories", &again).await.code(), "category_handle_taken");
    let lost = json!({ "handle": "x", "title": "X", "parent": "0198c0de-0000-7000-8000-000000000000" });
    assert_eq!(pointers(&admin.post("/api/v1/categories", &lost).await), ["/parent"]);

    let moved = json!({ "handle": "coats", "title": "Coats" }).to_string();
    let stale = admin.send("PUT", &path(&coats), &[("if-match", "\"7\"")], Some(&moved)).await.unwrap();
    assert_eq!((stale.status, stale.code().as_str()), (412, "changed_meanwhile"));
    let moved = admin.send("PUT", &path(&coats), &[("if-match", "\"1\"")], Some(&moved)).await.unwrap();
    assert_eq!((moved.status, moved.header("etag")), (200, Some("\"2\"")), "{}", moved.json());
    assert_eq!(visitor.get("/api/v1/categories").await.json()["items"].as_array().unwrap().len(), 2);

    // Shirts has a product and clothes has shirts, so both stay; coats is empty and goes.
    for id in [&shirts, &clothes] {
        assert_eq!(admin.delete(&path(id)).await.code(), "category_in_use");
    }
    assert_eq!(admin.delete(&path(&coats)).await.status, 204);
    assert_eq!(admin.delete(&path(&coats)).await.status, 404);
    galleria_tests::server::verify(&world.cell);
}

async fn segment(admin: &mut Client, name: &str) {
    assert_eq!(admin.post("/api/v1/segments", &json!({ "name": name })).await.status, 201);
}

async fn a_price_list_for_somebody_whom_there_is_not_is_refused(engine: Engine) {
    let world = World::start(engine, 2).await;
    let mut admin = world.admin("a");
    let id = |answer: galleria_tests::Answer| answer.json()["id"].as_str().unwrap().to_owned();
    let trade = id(admin.post("/api/v1/segments", &json!({ "name": "trade" })).await);
    let quay = id(admin.post("/api/v1/organisations", &json!({ "name": "Quay Hotels" })).await);
    let theirs = id(world.admin("b").post("/api/v1/segments", &json!({ "name": "trade" })).await);
    let list = |whose: Value| {
        let mut terms = json!({ "name": "Trade", "currency": "EUR" });
        terms.as_object_mut().unwrap().extend(whose.as_object().unwrap().clone());
        terms
    };
    let good = list(json!({ "segments": [trade], "groups": ["trade"], "organisations": [quay] }));
    let made = admin.post("/api/v1/price-lists", &good).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let path = made.header("location").unwrap().to_owned();
    for (whose, place) in [
        (json!({ "segments": [trade, theirs] }), "/segments/1"),
        (json!({ "segments": [quay] }), "/segments/0"),
        (json!({ "groups": ["trade", "trades"] }), "/groups/1"),
        (json!({ "organisations": [trade] }), "/organisations/0"),
    ] {
        for refused in [
            admin.post("/api/v1/price-lists", &list(whose.clone())).await,
            admin.put(&path, &list(whose.clone())).await,
        ] {
            assert_eq!(refused.status, 422, "{whose}: {}", refused.json());
            assert_eq!(refused.json()["errors"][0]["pointer"], place, "{}", refused.json());
        }
    }
    assert_eq!(admin.get(&path).await.json()["version"], 1);
}

async fn a_price_list_says_what_a_variant_costs_whom_from_how_many_on(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let product = made(&mut admin, &shirt()).await;
    segment(&mut admin, "trade").await;
    let terms = json!({
        "name": "Trade", "currency": "USD", "groups": ["trade"], "priority": 5, "from": "2026-01-01T00:00:00Z",
    });
    let list = admin.post("/api/v1/price-lists", &terms).await;
    assert_eq!(list.status, 201, "{}", list.json());
    let path = list.header("location").unwrap().to_owned();
    let prices = format!("{path}/prices");
    let tiers = json!([{ "amount": 2000 }, { "from_quantity": 10, "off": "20%" }]);
    let set = json!({ "currency": "USD", "prices": [
        { "sku": "SH-S-W", "tiers": tiers },
        { "variant_id": product["variants"][1]["id"], "tiers": [{ "amount": 2100 }] },
    ] });
    let done = admin.put(&prices, &set).await;
    assert_eq!((done.status, &done.json()["version"]), (200, &json!(2)), "{}", done.json());

    // Page by page without a gap, in both versions.
    let all = crate::world::all(&mut admin, &prices).await;
    let (mut seen, mut next) = (Vec::new(), format!("{prices}?limit=1"));
    loop {
        let page = admin.get(&next).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("{prices}?limit=1&cursor={cursor}");
    }
    assert_eq!((seen.len(), &seen), (3, &all));
    let second = admin.get(&prices.replace("v1", "v2")).await.json();
    assert_eq!(second["data"][0]["amount"], json!({ "amount": 2000, "currency": "USD" }));
    let in_the_second = json!({ "prices": [
        { "sku": "SH-S-W", "tiers": [{ "amount": { "amount": 1900, "currency": "USD" } }] },
    ] });
    let done = admin.put(&prices.replace("v1", "v2"), &in_the_second).await;
    assert_eq!(done.status, 200, "{}", done.json());
    assert_eq!(crate::world::all(&mut admin, &prices).await.len(), 2);

    for (body, pointer) in [
        (json!({ "currency": "EUR", "prices": set["prices"] }), "/currency"),
        (json!({ "prices": [{ "sku": "NO-SUCH", "tiers": [] }] }), "/prices/0/sku"),
        (
            json!({ "prices": [{ "sku": "SH-S-W", "tiers": [{ "from_quantity": 2 }] }] }),
            "/prices/0/tiers/0/amount",
        ),
        (
            json!({ "prices": [{ "sku": "SH-S-W", "tiers": [] }, { "sku": "SH-S-W", "tiers": [] }] }),
            "/prices/1/sku",
        ),
        (json!({ "prices": [] }), "/prices"),
    ] {
        let refused = admin.put(&prices, &body).await;
        assert_eq!((refused.status, pointers(&refused)), (422, vec![pointer.to_owned()]), "{body}");
    }
    let mut euros = terms.clone();
    euros["currency"] = json!("EUR");
    assert_eq!(admin.put(&path, &euros).await.code(), "price_list_currency_fixed");
    let mut backwards = terms.clone();
    backwards["to"] = json!("2025-01-01T00:00:00Z");
    assert_eq!(pointers(&admin.put(&path, &backwards).await), ["/to"]);
    let mut draft = terms.clone();
    draft["status"] = json!("draft");
    assert_eq!(admin.put(&path, &draft).await.status, 200);
    assert_eq!(crate::world::all(&mut admin, "/api/v1/price-lists?status=active").await.len(), 0);
    assert_eq!(crate::world::all(&mut admin, "/api/v1/price-lists?status=draft").await.len(), 1);
    galleria_tests::server::verify(&world.cell);
    assert_eq!(admin.delete(&path).await.status, 204);
    for gone in [&path, &prices] {
        assert_eq!(admin.get(gone).await.status, 404);
    }
    galleria_tests::server::verify(&world.cell);
}

async fn a_price_is_found_for_whoever_buys_however_many_whenever(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let product = made(&mut admin, &shirt()).await;
    let path = format!("/api/v1/products/{}/prices", product["id"].as_str().unwrap());
    let mut list = async |terms: Value, tiers: Value| {
        let made = admin.post("/api/v1/price-lists", &terms).await;
        let prices = format!("{}/prices", made.header("location").unwrap());
        let set = admin.put(&prices, &json!({ "prices": [{ "sku": "SH-S-W", "tiers": tiers }] })).await;
        assert_eq!(set.status, 200, "{}", set.json());
        made.json()["id"].clone()
    };
    let sale = list(
        json!({ "name": "Sale", "currency": "EUR", "to": "2199-01-01T00:00:00Z" }),
        json!([{ "off": "10%" }, { "from_quantity": 10, "amount": 2000 }]),
    );
    let sale = sale.await;
    list(
        json!({ "name": "Past", "currency": "EUR", "to": "2020-01-01T00:00:00Z", "priority": 9 }),
        json!([{ "amount": 1 }]),
    )
    .await;
    segment(&mut world.admin("a"), "trade").await;
    let trade = json!({ "name": "Trade", "currency": "EUR", "groups": ["trade"], "priority": 5 });
    let trade = list(trade, json!([{ "amount": 2400 }])).await;
    list(json!({ "name": "Dollars", "currency": "USD" }), json!([{ "amount": 2900 }])).await;

    let mut visitor = world.server.client("a", None);
    let mut asked = async |query: &str| {
        let prices = visitor.get(&format!("{path}{query}")).await;
        assert_eq!(prices.status, 200, "{}", prices.json());
        prices.json()["items"].clone()
    };
    let one = asked("").await;
    assert_eq!(
        json!([one[0]["price"], one[0]["price_list"], one[0]["why"]]),
        json!([2250, sale, "off_by_list"])
    );
    assert_eq!(one[0]["until"], "2199-01-01T00:00:00.000000Z");
    assert_eq!(json!([one[1]["price"], one[1]["why"]]), json!([2500, "own_price"]));
    assert_eq!(asked("?quantity=10").await[0]["price"], 2000);
    let dollars = asked("?currency=USD").await;
    assert_eq!((dollars.as_array().unwrap().len(), &dollars[0]["price"]), (1, &json!(2900)));
    let as_trade = admin.get(&format!("{path}?group=trade&quantity=10")).await.json();
    assert_eq!(
        json!([as_trade["items"][0]["price"], as_trade["items"][0]["price_list"]]),
        json!([2400, trade])
    );
    let nosy = visitor.get(&format!("{path}?group=trade")).await;
    assert_eq!((nosy.status, pointers(&nosy)), (422, vec!["segment".to_owned()]));
}

/// The shelf of a lamp, of which there are so many.
async fn shelf(admin: &mut Client, stock: i64) -> String {
    let product = made(admin, &lamp("L", stock)).await;
    format!("/api/v1/inventory/{}", product["variants"][0]["id"].as_str().unwrap())
}

async fn levels(admin: &mut Client, shelf: &str) -> Vec<i64> {
    let levels = admin.get(&format!("{shelf}/levels")).await.json();
    levels["items"].as_array().unwrap().iter().map(|level| level["on_hand"].as_i64().unwrap()).collect()
}

async fn shipped(admin: &mut Client, quantity: i64) -> Answer {
    let placed = admin.post("/api/v1/orders", &order(&[("L", quantity)])).await;
    assert_eq!(placed.status, 201, "{}", placed.json());
    let status = format!("{}/status", placed.header("location").unwrap());
    for to in ["confirmed", "packed"] {
        assert_eq!(admin.put(&status, &json!({ "status": to })).await.status, 200);
    }
    admin.put(&status, &json!({ "status": "shipped" })).await
}

async fn stock_lies_in_locations_and_leaves_from_the_first_that_has_enough(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let shelf = shelf(&mut admin, 10).await;
    let usual = admin.get("/api/v1/locations").await.json();
    assert_eq!((usual["items"].as_array().unwrap().len(), &usual["items"][0]["default"]), (1, &json!(true)));
    let depot = admin.post("/api/v1/locations", &json!({ "name": "Depot", "priority": 5 })).await;
    assert_eq!(depot.status, 201, "{}", depot.json());
    let (depot, place) = (depot.json()["id"].clone(), depot.header("location").unwrap().to_owned());
    assert_eq!(admin.get("/api/v1/locations").await.json()["items"][0]["id"], depot);

    let moved = json!({ "to": depot, "quantity": 4, "reason": "to the depot" });
    assert_eq!(admin.post(&format!("{shelf}/transfers"), &moved).await.json()["on_hand"], 10);
    let found = json!({ "delta": 3, "reason": "found", "location_id": depot });
    assert_eq!(admin.post(&format!("{shelf}/adjustments"), &found).await.json()["on_hand"], 13);
    assert_eq!(levels(&mut admin, &shelf).await, [6, 7]);
    let lost = json!({ "delta": -8, "reason": "lost", "location_id": depot });
    let lost = admin.post(&format!("{shelf}/adjustments"), &lost).await;
    assert_eq!((lost.status, lost.code().as_str(), &lost.json()["there"]), (409, "not_there", &json!(7)));
    let nowhere = json!({ "delta": 1, "reason": "x", "location_id": "0198c0de-0000-7000-8000-000000000000" });
    assert_eq!(pointers(&admin.post(&format!("{shelf}/adjustments"), &nowhere).await), ["/location_id"]);

    assert_eq!(shipped(&mut admin, 2).await.status, 200);
    assert_eq!(levels(&mut admin, &shelf).await, [4, 7]);
    assert_eq!(shipped(&mut admin, 5).await.status, 200);
    assert_eq!(levels(&mut admin, &shelf).await, [4, 2]);
    let closed = json!({ "name": "Depot", "status": "closed" });
    assert_eq!(admin.put(&place, &closed).await.code(), "location_in_use");
    assert_eq!(shipped(&mut admin, 6).await.status, 200);
    assert_eq!(levels(&mut admin, &shelf).await, [0]);
    assert_eq!(admin.put(&place, &closed).await.status, 200);
    assert_eq!(admin.post(&format!("{shelf}/transfers"), &moved).await.status, 422);
    galleria_tests::server::verify(&world.cell);
}

async fn more_is_promised_than_is_there_where_that_is_allowed(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let shelf = shelf(&mut admin, 2).await;
    let policy = format!("{shelf}/policy");
    assert_eq!(pointers(&admin.put(&policy, &json!({ "backorder": "allow" })).await), ["/backorder_limit"]);
    let allowed = admin.put(&policy, &json!({ "backorder": "allow", "backorder_limit": 3 })).await;
    assert_eq!(allowed.status, 200, "{}", allowed.json());
    assert_eq!(admin.post("/api/v1/orders", &order(&[("L", 6)])).await.json()["available"], 5);
    let waits = shipped(&mut admin, 4).await;
    assert_eq!((waits.status, waits.code().as_str()), (409, "nothing_to_ship"));
    let now = admin.get(&shelf).await.json();
    assert_eq!(json!([now["reserved"], now["backordered"], now["available"]]), json!([2, 2, -2]));
    let arrived = json!({ "delta": 5, "reason": "delivery" });
    let now = admin.post(&format!("{shelf}/adjustments"), &arrived).await.json();
    assert_eq!(json!([now["reserved"], now["backordered"], now["available"]]), json!([4, 0, 3]));
    let placed = crate::world::all(&mut admin, "/api/v1/orders").await;
    let status = format!("/api/v1/orders/{}/status", placed[0]["id"].as_str().unwrap());
    assert_eq!(admin.put(&status, &json!({ "status": "shipped" })).await.status, 200);
    assert_eq!(admin.get(&shelf).await.json()["on_hand"], 3);
    galleria_tests::server::verify(&world.cell);
}

async fn what_is_held_can_be_ordered_by_nobody_else_until_it_is_let_go(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let shelf = shelf(&mut admin, 5).await;
    let variant = shelf.rsplit('/').next().unwrap().to_owned();
    let hold =
        |quantity: i64| json!({ "lines": [{ "variant_id": variant, "quantity": quantity }], "seconds": 900 });
    let held = admin.post("/api/v1/stock-holds", &hold(4)).await;
    assert_eq!(held.status, 201, "{}", held.json());
    let now = admin.get(&shelf).await.json();
    assert_eq!(json!([now["on_hand"], now["reserved"], now["held"], now["available"]]), json!([5, 0, 4, 1]));
    let refused = admin.post("/api/v1/orders", &order(&[("L", 2)])).await;
    assert_eq!((refused.code().as_str(), &refused.json()["available"]), ("out_of_stock", &json!(1)));
    assert_eq!(pointers(&admin.post("/api/v1/stock-holds", &hold(2)).await), ["/lines/0/quantity"]);

    let path = format!("/api/v1/stock-holds/{}", held.json()["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(admin.delete(&path).await.status, 204);
    }
    assert_eq!(admin.delete("/api/v1/stock-holds/0198c0de-0000-7000-8000-000000000000").await.status, 404);
    assert_eq!(admin.post("/api/v1/orders", &order(&[("L", 5)])).await.status, 201);
    galleria_tests::server::verify(&world.cell);
}

async fn it_is_said_once_that_little_is_left(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let shelf = shelf(&mut admin, 5).await;
    assert_eq!(admin.put(&format!("{shelf}/policy"), &json!({ "low_at": 2 })).await.status, 200);
    for _ in 0..4 {
        assert_eq!(admin.post("/api/v1/orders", &order(&[("L", 1)])).await.status, 201);
    }
    let history = admin.get(&shelf.replace("inventory", "history")).await.json();
    let low: Vec<&Value> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["kind"] == "stock.low")
        .map(|item| &item["data"])
        .collect();
    assert_eq!(low, [&json!({ "available": 2, "threshold": 2 })]);
    assert_eq!(crate::world::all(&mut admin, "/api/v1/inventory?low=1").await.len(), 1);
    galleria_tests::server::verify(&world.cell);
}
