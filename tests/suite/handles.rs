//! What products and their variants go by: handles that stay and lead on, and variants that can be told apart.

use galleria_tests::Client;
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::world::{Engine, World, lamp};

over_both_engines!(
    a_product_keeps_its_address_when_it_is_renamed,
    a_former_handle_leads_on_until_another_product_takes_it,
    variants_without_a_title_are_told_apart_in_cart_and_order,
);

async fn made(admin: &mut Client, product: &Value) -> String {
    let made = admin.post("/api/v1/products", product).await;
    assert_eq!(made.status, 201, "{}", made.json());
    format!("/api/v1/products/{}", made.json()["id"].as_str().unwrap())
}

async fn changed(admin: &mut Client, place: &str, product: &Value) -> Value {
    let tag = admin.get(place).await.header("etag").unwrap().to_owned();
    let headers = [("if-match", tag.as_str())];
    let done = admin.send("PUT", place, &headers, Some(&product.to_string())).await.unwrap();
    assert_eq!(done.status, 200, "{}", done.json());
    admin.get(place).await.json()
}

async fn a_product_keeps_its_address_when_it_is_renamed(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let mut product = lamp("L", 5);
    let place = made(&mut admin, &product).await;
    product["title"] = json!("Another name");
    let after = changed(&mut admin, &place, &product).await;
    assert_eq!((&after["title"], &after["handle"]), (&json!("Another name"), &json!("lamp-l")));
}

async fn a_former_handle_leads_on_until_another_product_takes_it(engine: Engine) {
    let world = World::start(engine, 1).await;
    let (mut admin, mut visitor) = (world.admin("a"), world.server.client("a", None));
    let mut product = lamp("L", 5);
    let place = made(&mut admin, &product).await;
    let found = visitor.get("/api/v1/products/by-handle/lamp-l").await;
    assert_eq!((found.status, &found.json()["id"]), (200, &admin.get(&place).await.json()["id"]));

    for handle in ["desk-lamp", "reading-lamp"] {
        product["handle"] = json!(handle);
        changed(&mut admin, &place, &product).await;
    }
    for former in ["lamp-l", "desk-lamp"] {
        let page = visitor.get(&format!("/p/{former}")).await;
        assert_eq!((page.status, page.header("location")), (301, Some("/p/reading-lamp")));
        let read = visitor.get(&format!("/api/v1/products/by-handle/{former}")).await;
        let now = "/api/v1/products/by-handle/reading-lamp";
        assert_eq!((read.status, read.header("location")), (301, Some(now)));
        let read = visitor.get(&format!("/api/v2/products/by-handle/{former}")).await;
        assert_eq!(read.header("location"), Some("/api/v2/products/by-handle/reading-lamp"));
    }

    // Back to where it was, and somebody else comes to have the one in between.
    product["handle"] = json!("lamp-l");
    changed(&mut admin, &place, &product).await;
    assert_eq!(visitor.get("/api/v1/products/by-handle/lamp-l").await.status, 200);
    assert_eq!(visitor.get("/p/reading-lamp").await.header("location"), Some("/p/lamp-l"));
    let mut other = lamp("M", 5);
    other["handle"] = json!("desk-lamp");
    made(&mut admin, &other).await;
    let found = visitor.get("/api/v1/products/by-handle/desk-lamp").await;
    assert_eq!((found.status, &found.json()["title"]), (200, &json!("Lamp M")));
    // What is sold by nobody any more leads nowhere, but staff still find it.
    product["status"] = json!("archived");
    changed(&mut admin, &place, &product).await;
    let former = "/api/v1/products/by-handle/reading-lamp";
    assert_eq!((visitor.get(former).await.status, admin.get(former).await.status), (404, 301));
    assert_eq!(visitor.get("/api/v1/products/by-handle/never%00").await.status, 404);
    galleria_tests::server::verify(&world.cell);
}

async fn variants_without_a_title_are_told_apart_in_cart_and_order(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let variant = |sku: &str, colour: &str, size: &str| json!({ "sku": sku, "price": 900, "stock": 9, "options": { "Size": size, "Colour": colour } });
    let mut mug = json!({
        "title": "Mug",
        "options": [
            { "name": "Colour", "values": ["Coal", "Salt"] },
            { "name": "Size", "values": ["Small", "Large"] },
        ],
        "variants": [variant("CL", "Coal", "Large"), variant("SS", "Salt", "Small")],
    });
    let place = made(&mut admin, &mug).await;
    let lines = json!([{ "sku": "CL", "quantity": 1 }, { "sku": "SS", "quantity": 1 }]);
    let cart = admin.post("/api/v1/carts", &json!({ "lines": lines })).await.json();
    let titles = |view: &Value| {
        let lines = view["lines"].as_array().unwrap().iter();
        lines.map(|line| line["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles(&cart), ["Mug, Coal / Large", "Mug, Salt / Small"], "{cart:#}");
    let order = admin.post("/api/v1/orders", &crate::world::order(&[("CL", 1), ("SS", 1)])).await.json();
    assert_eq!(titles(&order), ["Mug, Coal / Large", "Mug, Salt / Small"], "{order:#}");
    let history = admin.get(&format!("/api/v1/history/{}", order["id"].as_str().unwrap())).await.json();
    assert!(history.to_string().contains("Mug, Coal / Large"), "{history:#}");

    // A name that was made goes with what it was made of; one that somebody gave stays.
    mug["variants"] = admin.get(&place).await.json()["variants"].clone();
    for variant in mug["variants"].as_array_mut().unwrap() {
        variant.as_object_mut().unwrap().remove("id");
    }
    mug["variants"][0]["options"]["Size"] = json!("Small");
    mug["variants"][1]["title"] = json!("The white one");
    let after = changed(&mut admin, &place, &mug).await;
    assert_eq!(after["variants"][0]["title"], "Coal / Small");
    assert_eq!(after["variants"][1]["title"], "The white one");
}
