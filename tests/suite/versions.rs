//! The same shop, asked in the first version of the API and in the second.

use galleria_tests::{Answer, Client};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::world::{Engine, World, lamp, order};

over_both_engines!(
    an_order_reads_the_same_in_both_versions_but_for_its_money,
    asking_again_under_a_key_is_answered_again_in_the_version_that_asks,
    what_was_agreed_on_in_one_version_reads_the_same_in_the_other,
);

fn euros(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// A lamp as the second version writes it.
fn lamp2(sku: &str, price: Value) -> Value {
    let mut lamp = lamp(sku, 50);
    lamp["variants"][0]["price"] = price;
    lamp
}

async fn an_order_reads_the_same_in_both_versions_but_for_its_money(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let made = admin.post("/api/v2/products", &lamp2("L", euros(1999))).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let place = made.header("location").unwrap().to_owned();
    assert!(place.starts_with("/api/v2/products/"), "{place}");
    let first = admin.get(&place.replace("v2", "v1")).await.json()["variants"][0].clone();
    assert_eq!((&first["price"], &first["currency"]), (&json!(1999), &json!("EUR")));
    let second = admin.get(&place).await.json()["variants"][0].clone();
    assert_eq!((&second["price"], &second["currency"]), (&euros(1999), &Value::Null));

    let placed1 = admin.post("/api/v1/orders", &order(&[("L", 2)])).await;
    let placed2 = admin.post("/api/v2/orders", &order(&[("L", 2)])).await;
    assert_eq!((placed1.status, placed2.status), (201, 201), "{}", placed2.json());
    assert_eq!(placed2.json()["total"], euros(3998));
    assert_eq!(placed2.json()["lines"][0]["unit_price"], euros(1999));
    for id in [&placed1.json()["id"], &placed2.json()["id"]] {
        let read = async |client: &mut Client, version: &str| {
            client.get(&format!("/api/{version}/orders/{}", id.as_str().unwrap())).await
        };
        let (one, two) = (read(&mut admin, "v1").await, read(&mut admin, "v2").await);
        assert_eq!(one.header("etag"), two.header("etag"));
        assert_eq!(in_the_first(two.json()), one.json());
    }

    // A list, page after page.
    let mut path = "/api/v2/orders?limit=1".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = admin.get(&path).await.json();
        assert_eq!(page.as_object().unwrap().keys().collect::<Vec<_>>(), ["data", "page"]);
        seen.extend(page["data"].as_array().unwrap().iter().map(|order| order["total"].clone()));
        let Some(next) = page["page"]["next"].as_str() else {
            assert_eq!(page["page"], json!({ "next": null }));
            break;
        };
        path = format!("/api/v2/orders?limit=1&cursor={next}");
    }
    assert_eq!(seen, [euros(3998), euros(3998)]);
    // A list of what is kept as text, and one without money.
    assert_eq!(admin.get("/api/v2/products").await.json()["data"][0]["variants"][0]["price"], euros(1999));
    assert_eq!(admin.get("/api/v2/inventory").await.json()["data"][0]["available"], 46);
}

async fn what_was_agreed_on_in_one_version_reads_the_same_in_the_other(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    assert_eq!(admin.post("/api/v1/products", &lamp("L", 50)).await.status, 201);
    let draft = |money: fn(i64) -> Value| {
        json!({
            "email": "ada@example.com",
            "lines": [{ "sku": "L", "quantity": 2, "unit_price": money(1500), "reason": "Trade fair" }],
            "discount": { "amount": money(300), "text": "Friends" },
            "delivery": { "name": "By hand", "price": money(250) },
        })
    };
    let made1 = admin.post("/api/v1/draft-orders", &draft(|amount| json!(amount))).await;
    let made2 = admin.post("/api/v2/draft-orders", &draft(euros)).await;
    assert_eq!((made1.status, made2.status), (201, 201), "{}", made2.json());
    assert_eq!(made2.json()["bill"]["total"], euros(2 * 1500 - 300 + 250));
    for made in [made1, made2] {
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let one = admin.get(&format!("/api/v1/draft-orders/{id}")).await.json();
        let two = admin.get(&format!("/api/v2/draft-orders/{id}")).await.json();
        assert_eq!(one["own_prices"][0]["unit_price"], 1500);
        assert_eq!(two["own_prices"][0]["unit_price"], euros(1500));
        assert_eq!((&one["discount"]["amount"], &two["discount"]["amount"]), (&json!(300), &euros(300)));
        let price = |draft: &Value| draft["own_delivery"]["price"].clone();
        assert_eq!((price(&one), price(&two)), (json!(250), euros(250)));
        assert_eq!((&one["bill"]["total"], &two["bill"]["total"]), (&json!(2950), &euros(2950)));
    }
    // One draft is in one currency.
    let mut mixed = draft(euros);
    mixed["delivery"]["price"] = json!({ "amount": 250, "currency": "USD" });
    let refused = admin.post("/api/v2/draft-orders", &mixed).await;
    assert_eq!(refused.status, 422, "{}", refused.json());
}

/// What an order of the second version would be in the first: written down here a second time, by hand.
fn in_the_first(mut order: Value) -> Value {
    order["currency"] = order["total"]["currency"].clone();
    for name in ["total", "paid", "refunded", "owed"] {
        order[name] = order[name]["amount"].clone();
    }
    for line in order["lines"].as_array_mut().unwrap() {
        for name in ["unit_price", "total"] {
            assert_eq!(line[name]["currency"], "EUR");
            line[name] = line[name]["amount"].clone();
        }
    }
    let bill = order["bill"].as_object_mut().unwrap();
    let entries = bill["entries"].as_array_mut().unwrap().iter_mut().filter_map(Value::as_object_mut);
    for entry in entries {
        for name in ["amount", "unit_price"] {
            if let Some(amount) = entry.get_mut(name) {
                *amount = amount["amount"].clone();
            }
        }
        if let Some(tax) = entry.get_mut("tax") {
            tax["amount"] = tax["amount"]["amount"].clone();
        }
    }
    for (_, amount) in bill.iter_mut().filter(|(name, _)| *name != "entries") {
        assert_eq!(amount["currency"], "EUR");
        *amount = amount["amount"].clone();
    }
    bill.insert("currency".into(), json!("EUR"));
    order
}

async fn asking_again_under_a_key_is_answered_again_in_the_version_that_asks(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    admin.post("/api/v2/products", &lamp2("L", euros(1999))).await;
    let body = order(&[("L", 1)]).to_string();
    let key = [("idempotency-key", "once")];
    let mut place = async |version: &str| -> Answer {
        admin.send("POST", &format!("/api/{version}/orders"), &key, Some(&body)).await.unwrap()
    };
    let (two, again, one) = (place("v2").await, place("v2").await, place("v1").await);
    assert_eq!((two.status, again.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(two.json(), again.json());
    // The body says the same in both, so it is the same request.
    assert_eq!((one.status, one.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(in_the_first(two.json()), one.json());
    assert_eq!(one.header("location").unwrap(), two.header("location").unwrap().replace("v2", "v1"));
    assert_eq!(admin.get("/api/v1/orders").await.json()["items"].as_array().unwrap().len(), 1);

    let tag = two.header("etag").unwrap().to_owned();
    let path = format!("/api/v2/orders/{}", two.json()["id"].as_str().unwrap());
    let seen = admin.send("GET", &path, &[("if-none-match", tag.as_str())], None).await.unwrap();
    assert_eq!((seen.status, seen.body.len()), (304, 0));
    let stale = [("if-match", "\"77\"")];
    let moved =
        admin.send("PUT", &format!("{path}/status"), &stale, Some("{\"status\":\"confirmed\"}")).await;
    assert_eq!(moved.unwrap().code(), "changed_meanwhile");
    // HEAD says nothing of a length that is not its own.
    let head = admin.send("HEAD", &path, &[], None).await.unwrap();
    assert_eq!((head.status, head.header("etag")), (200, Some(tag.as_str())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_named_where_it_stands_in_the_version_that_was_written() {
    let world = World::start(Engine::Embedded, 1).await;
    let mut admin = world.admin("a");
    for (price, pointer) in [
        (json!(1999), "/variants/0/price"),
        (json!({ "currency": "EUR" }), "/variants/0/price/amount"),
        (json!({ "amount": 1, "currency": "EUR", "tax": 1 }), "/variants/0/price/tax"),
        // These the first version refuses; the place is the second's all the same.
        (json!({ "amount": -1, "currency": "EUR" }), "/variants/0/price/amount"),
        (json!({ "amount": "1", "currency": "EUR" }), "/variants/0/price/amount"),
        (json!({ "amount": 1, "currency": "USD" }), "/variants/0/price/currency"),
        (json!({ "amount": 1, "currency": 7 }), "/variants/0/price/currency"),
    ] {
        let asked = admin.post("/api/v2/products", &lamp2("L", price.clone())).await;
        let problem = asked.json();
        assert_eq!((asked.status, &*asked.code()), (422, "invalid"), "{price}: {problem}");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{price}: {problem}");
        assert!(problem["detail"].as_str().unwrap().starts_with(pointer), "{problem}");
    }
    let mut both = lamp2("L", euros(1));
    both["variants"][0]["currency"] = json!("EUR");
    let asked = admin.post("/api/v2/products", &both).await.json();
    assert_eq!(asked["errors"][0]["pointer"], "/variants/0/currency", "{asked}");
    let broken = admin.send("POST", "/api/v2/products", &[], Some("{")).await.unwrap();
    assert_eq!((broken.status, &*broken.code()), (400, "unreadable_json"));
    let long = format!("{{\"title\":\"{}\"}}", "x".repeat(2_000_000));
    assert_eq!(admin.send("POST", "/api/v2/products", &[], Some(&long)).await.unwrap().code(), "too_large");
    assert_eq!(admin.get("/api/v2/products?limit=0").await.json()["errors"][0]["pointer"], "limit");
    assert_eq!(admin.get("/api/v2/nothing").await.code(), "no_such_route");
    // Who may not, may not in the second version either.
    let mut nobody = world.server.client("a", None);
    let asked = nobody.post("/api/v2/products", &lamp2("L", json!(1999))).await;
    assert_eq!((asked.status, &*asked.code()), (401, "sign_in_needed"));
    // What is left out is the shop's currency.
    assert_eq!(admin.post("/api/v2/products", &lamp2("M", json!({ "amount": 5 }))).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_version_has_its_document_and_they_name_the_same_operations() {
    let world = World::start(Engine::Embedded, 1).await;
    let mut admin = world.admin("a");
    let first = admin.get("/openapi.json").await.json();
    let second = admin.get("/openapi/v2.json").await.json();
    let renamed: Vec<String> =
        first["paths"].as_object().unwrap().keys().map(|path| path.replace("/api/v1/", "/api/v2/")).collect();
    assert_eq!(second["paths"].as_object().unwrap().keys().cloned().collect::<Vec<_>>(), renamed);
    let text = second.to_string();
    for gone in ["x-money", "next_cursor", "/api/v1/"] {
        assert!(first.to_string().contains(gone) && !text.contains(gone), "{gone}");
    }
    let schemas = &second["components"]["schemas"];
    assert_eq!(schemas["OrderSummary"]["properties"]["total"]["$ref"], "#/components/schemas/Money");
    assert_eq!(schemas["OrderSummary"]["properties"]["currency"], Value::Null);
    assert!(!schemas["OrderSummary"]["required"].as_array().unwrap().contains(&json!("currency")));
    let page = &second["paths"]["/api/v2/orders"]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    let name = page["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
    assert_eq!(schemas[name]["required"], json!(["data", "page"]), "{page}");
    // Whoever adds a number that is money marks it, and tries it in both versions before it is written down here.
    let marked: Vec<String> = first["components"]["schemas"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(name, schema)| {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let money = properties.filter(|(_, property)| property["x-money"].is_string());
            money.map(move |(property, _)| format!("{name}.{property}"))
        })
        .collect();
    let known = [
        "ActView.paid",
        "ActView.refunded",
        "BillView.delivery",
        "BillView.discount",
        "BillView.given_back",
        "BillView.included_tax",
        "BillView.subtotal",
        "BillView.tax",
        "BillView.total",
        "CartLine.total",
        "CartLine.unit_price",
        "Checkout.expected_total",
        "DeliveryBack.amount",
        "DeliveryChoice.price",
        "DeliveryOption.below_subtotal",
        "DeliveryOption.free_from",
        "DeliveryOption.from_subtotal",
        "DeliveryOption.price",
        "DeliveryTerms.below_subtotal",
        "DeliveryTerms.free_from",
        "DeliveryTerms.from_subtotal",
        "DeliveryTerms.price",
        "DeliveryView.below_subtotal",
        "DeliveryView.free_from",
        "DeliveryView.from_subtotal",
        "DeliveryView.price",
        "DisputeView.amount",
        "DraftLine.unit_price",
        "EntryView.amount",
        "EntryView.unit_price",
        "Goodwill.amount",
        "LineView.total",
        "LineView.unit_price",
        "MemberView.approval_limit",
        "NewDiscount.amount",
        "NewMember.approval_limit",
        "NewOrganisation.approval_limit",
        "NewPayment.amount",
        "NewVariant.compare_at",
        "NewVariant.price",
        "OrderSummary.owed",
        "OrderSummary.paid",
        "OrderSummary.refunded",
        "OrderSummary.total",
        "OrderView.owed",
        "OrderView.paid",
        "OrderView.refunded",
        "OrderView.total",
        "OrganisationSummary.approval_limit",
        "OrganisationView.approval_limit",
        "OwnDelivery.price",
        "OwnPrice.unit_price",
        "PaymentSummary.amount",
        "PaymentSummary.authorised",
        "PaymentSummary.captured",
        "PaymentSummary.lost",
        "PaymentSummary.refunded",
        "PaymentView.amount",
        "PaymentView.authorised",
        "PaymentView.captured",
        "PaymentView.lost",
        "PaymentView.refunded",
        "PriceQuote.price",
        "PriceTier.amount",
        "PriceView.amount",
        "PromotionLine.amount",
        "PromotionLine.missing_amount",
        "RefundDue.amount",
        "RefundView.amount",
        "ReportView.ours_in",
        "ReportView.ours_out",
        "ReportView.theirs_in",
        "ReportView.theirs_out",
        "SomeOfIt.amount",
        "TaxView.amount",
        "TransactionView.amount",
        "TransactionView.moved",
        "VariantView.compare_at",
        "VariantView.price",
    ];
    assert_eq!(marked, known);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_ends_says_so_and_the_other_does_not() {
    let settings =
        [("GALLERIA_V1_DEPRECATED", "2027-01-01T00:00:00Z"), ("GALLERIA_V1_SUNSET", "2028-07-01T12:00:00Z")];
    let world = World::start_with(Engine::Embedded, 1, &settings).await;
    let mut admin = world.admin("a");
    let first = admin.get("/api/v1/orders?limit=1").await;
    assert_eq!(first.header("deprecation"), Some("@1798761600"));
    assert_eq!(first.header("sunset"), Some("Sat, 01 Jul 2028 12:00:00 GMT"));
    assert_eq!(first.header("link"), Some("</api/v2/orders>; rel=\"successor-version\""));
    for path in ["/api/v2/orders", "/openapi.json", "/.well-known/jwks.json"] {
        let other = admin.get(path).await;
        assert_eq!((other.header("deprecation"), other.header("sunset")), (None, None), "{path}");
    }
    let usual = World::start(Engine::Embedded, 1).await;
    assert_eq!(usual.admin("a").get("/api/v1/orders").await.header("deprecation"), None);
}
