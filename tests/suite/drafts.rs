//! Drafts: what a shop puts together for somebody, at prices that were agreed on, until one of them orders it.

use galleria_tests::{Answer, Browser, Client};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::people::{PASSWORD, Person, Town};
use crate::selling::fitted;
use crate::till::{is, text};
use crate::world::{Engine, World, all, lamp};

over_both_engines!(
    a_draft_costs_what_was_agreed_on_and_its_bill_says_why,
    what_does_not_hold_is_refused_by_its_place_and_nobody_else_sees_a_draft,
    whoever_is_invited_orders_it_themselves_and_changes_nothing_in_it,
    a_draft_for_a_customer_is_no_other_customers,
    a_draft_that_is_for_somebody_else_now_is_closed_to_whoever_had_its_address,
    a_draft_is_ordered_once_however_many_order_it,
);

const DRAFTS: &str = "/api/v1/draft-orders";

fn address() -> Value {
    json!({ "line1": "1 Quay", "city": "Cork", "postal_code": "T12", "country": "IE" })
}

fn ada() -> Value {
    json!({ "name": "Ada Lovelace", "email": "ada@example.com", "shipping_address": address() })
}

/// Two lamps for less, one for more, a tenth off all of it, and brought by hand: 49.50 and 2.50.
fn agreed() -> Value {
    let mut draft = ada();
    draft["lines"] = json!([
        { "sku": "L", "quantity": 2, "unit_price": 1500, "reason": "Trade fair" },
        { "sku": "R", "quantity": 1, "unit_price": 2500, "reason": "Engraved" },
    ]);
    draft["discount"] = json!({ "off": "10%", "text": "Regular" });
    draft["delivery"] = json!({ "name": "By hand", "price": 250 });
    draft
}

async fn drawn(admin: &mut Client, draft: &Value) -> Value {
    let made = admin.post(DRAFTS, draft).await;
    assert_eq!(made.status, 201, "{}", made.json());
    assert_eq!(made.header("location").unwrap(), format!("{DRAFTS}/{}", text(&made.json()["id"])));
    made.json()
}

async fn change(admin: &mut Client, id: &str, seen: i64, draft: &Value) -> Answer {
    let headers = [("if-match", &*format!("\"{seen}\""))];
    admin.send("PUT", &format!("{DRAFTS}/{id}"), &headers, Some(&draft.to_string())).await.unwrap()
}

async fn act(client: &mut Client, id: &str, what: &str) -> Answer {
    client.send("POST", &format!("{DRAFTS}/{id}/{what}"), &[], None).await.unwrap()
}

/// How many are there and how many are reserved, by SKU.
async fn stock(admin: &mut Client, sku: &str) -> (i64, i64) {
    let found = admin.get(&format!("/api/v1/products?sku={sku}")).await.json();
    let variant = text(&found["items"][0]["variants"][0]["id"]);
    let stock = admin.get(&format!("/api/v1/inventory/{variant}")).await.json();
    (stock["available"].as_i64().unwrap(), stock["reserved"].as_i64().unwrap())
}

fn adds_up(bill: &Value) {
    let entries = bill["entries"].as_array().unwrap();
    let sum: i64 = entries.iter().map(|entry| entry["amount"].as_i64().unwrap()).sum();
    assert_eq!(bill["total"], sum, "{bill:#}");
}

fn says(bill: &Value, amount: i64, text: &str) {
    let entries = bill["entries"].as_array().unwrap();
    let said = entries.iter().any(|entry| entry["amount"] == amount && entry["text"] == text);
    assert!(said, "{amount} {text}: {bill:#}");
}

async fn a_draft_costs_what_was_agreed_on_and_its_bill_says_why(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = fitted(&world).await;
    let draft = drawn(&mut admin, &agreed()).await;
    let (id, bill) = (text(&draft["id"]), &draft["bill"]);
    assert_eq!(
        (&bill["total"], &bill["delivery"], &draft["missing"]),
        (&json!(5200), &json!(250), &json!([]))
    );
    adds_up(bill);
    says(bill, -998, "Own price, Trade fair");
    says(bill, 0, "Own price, Engraved: instead of 19.99 EUR a piece");
    assert_eq!((&draft["own_prices"][0]["unit_price"], &draft["path"]), (&json!(1500), &Value::Null));
    assert!(text(&draft["drafted_by"]).starts_with("staff"), "{draft:#}");
    assert_eq!(stock(&mut admin, "L").await, (50, 0), "a draft holds nothing");
    assert_eq!(all(&mut admin, "/api/v1/carts").await.len(), 0, "a draft is no cart of anybody");
    assert_eq!(all(&mut admin, DRAFTS).await[0]["name"], "Ada Lovelace");
    let second = admin.get(&format!("/api/v2/draft-orders/{id}")).await.json();
    assert_eq!(
        second["own_prices"][0]["unit_price"],
        json!({ "amount": 1500, "currency": "EUR" }),
        "{second:#}"
    );

    // What was agreed on stands, whatever the list says from tomorrow on.
    let found = admin.get("/api/v1/products?sku=L").await;
    let product = format!("/api/v1/products/{}", text(&found.json()["items"][0]["id"]));
    let etag = admin.get(&product).await.header("etag").unwrap().to_owned();
    let mut dearer = lamp("L", 0);
    dearer["variants"][0] = json!({ "sku": "L", "price": 2999 });
    let put = admin.send("PUT", &product, &[("if-match", &etag)], Some(&dearer.to_string())).await.unwrap();
    assert_eq!(put.status, 200, "{}", put.json());
    let read = admin.get(&format!("{DRAFTS}/{id}")).await.json();
    assert_eq!(read["bill"]["total"], 5200);

    // More off than it costs is all of it, and no line is below nothing.
    let mut gift = agreed();
    gift["discount"] = json!({ "amount": 1_000_000, "text": "Gift" });
    let changed = change(&mut admin, &id, 1, &gift).await;
    assert_eq!((changed.status, &changed.json()["bill"]["total"]), (200, &json!(250)), "{}", changed.json());
    adds_up(&changed.json()["bill"]);
    is(&change(&mut admin, &id, 1, &agreed()).await, 412, "changed_meanwhile");
    is(&admin.put(&format!("{DRAFTS}/{id}"), &agreed()).await, 428, "version_required");
    assert_eq!(change(&mut admin, &id, 2, &agreed()).await.json()["bill"]["total"], 5200);

    let path = format!("{DRAFTS}/{id}/complete");
    let key = [("idempotency-key", "once")];
    let placed = admin.send("POST", &path, &key, None).await.unwrap();
    assert_eq!(placed.status, 201, "{}", placed.json());
    let order = placed.json();
    assert_eq!((&order["total"], &order["delivery"]["name"]), (&json!(5200), &json!("By hand")));
    assert_eq!((&order["cart_id"], &order["customer"]["name"]), (&json!(id), &json!("Ada Lovelace")));
    assert!(order["number"].as_i64().unwrap() > 1000);
    adds_up(&order["bill"]);
    says(&order["bill"], -2998, "Own price, Trade fair");
    let location = placed.header("location").unwrap().to_owned();
    assert_eq!(admin.get(&location).await.json(), order);
    assert_eq!((stock(&mut admin, "L").await, stock(&mut admin, "R").await), ((48, 2), (1, 1)));
    assert_eq!(admin.send("POST", &path, &key, None).await.unwrap().json()["id"], order["id"]);
    is(&act(&mut admin, &id, "complete").await, 409, "cart_ordered");
    is(&change(&mut admin, &id, 4, &agreed()).await, 409, "cart_ordered");
    let listed = all(&mut admin, &format!("{DRAFTS}?state=ordered")).await;
    assert_eq!((listed.len(), &listed[0]["order_id"]), (1, &order["id"]));
    // Taken back later, each piece gives back what it cost.
    admin.delete(&location).await;
    assert_eq!(admin.get(&location).await.json()["total"], 0);
    galleria_tests::server::verify(&world.cell);
}

async fn what_does_not_hold_is_refused_by_its_place_and_nobody_else_sees_a_draft(engine: Engine) {
    let town = Town::start(engine, 2).await;
    let mut admin = fitted(&town.world).await;
    for (change, pointer) in [
        (json!({ "lines": [{ "sku": "L", "quantity": 1, "unit_price": -1 }] }), "/lines/0/unit_price"),
        (json!({ "lines": [{ "sku": "L", "quantity": 0 }] }), "/lines/0/quantity"),
        (json!({ "lines": [{ "sku": "X", "quantity": 1 }] }), "/lines/0/sku"),
        (json!({ "lines": [{ "sku": "L", "quantity": 1 }, { "sku": "L", "quantity": 2 }] }), "/lines/1"),
        (json!({ "discount": { "amount": 1, "off": "1%", "text": "Both" } }), "/discount"),
        (json!({ "discount": { "amount": -1, "text": "More" } }), "/discount/amount"),
        (json!({ "discount": { "off": "100.01%", "text": "More" } }), "/discount/off"),
        (json!({ "discount": { "amount": 1, "text": "" } }), "/discount/text"),
        (json!({ "delivery": { "name": "By hand", "price": -1 } }), "/delivery/price"),
        (json!({ "delivery_option_id": "01a1fc14-f0b4-74fb-8bc1-d13ae30afc15" }), "/delivery_option_id"),
        (json!({ "currency": "USD" }), "/currency"),
        (json!({ "email": "nobody" }), "/email"),
    ] {
        let refused = admin.post(DRAFTS, &change).await;
        assert_eq!(
            (refused.status, &refused.json()["errors"][0]["pointer"]),
            (422, &json!(pointer)),
            "{change}"
        );
    }
    let id = text(&drawn(&mut admin, &agreed()).await["id"]);
    let mut cy = town.customer("a", "cy@example.com").await.client;
    let (mut guest, mut other) = (town.world.server.client("a", None), town.world.admin("b"));
    let path = format!("{DRAFTS}/{id}");
    assert_eq!((cy.get(&path).await.status, guest.get(&path).await.status), (403, 401));
    assert_eq!(cy.post(DRAFTS, &json!({})).await.status, 403);
    is(&other.get(&path).await, 404, "not_found");
    for client in [&mut cy, &mut guest] {
        assert_eq!(client.get(&format!("/api/v1/carts/{id}")).await.status, 404, "nobody was invited");
        let checkout = client.post(&format!("/api/v1/carts/{id}/checkout"), &json!({})).await;
        assert_eq!(checkout.status, 404);
        assert_eq!(
            client
                .post(&format!("/api/v1/carts/{id}/lines"), &json!({ "sku": "L", "quantity": 1 }))
                .await
                .status,
            404
        );
    }
    // Somebody's cart is no draft, and nothing of it becomes one.
    let cart = text(&guest.post("/api/v1/carts", &json!({})).await.json()["id"]);
    assert_eq!(admin.get(&format!("{DRAFTS}/{cart}")).await.status, 404);
    assert_eq!(change(&mut admin, &cart, 1, &agreed()).await.status, 404);
    // Without whom or where to, it is not ordered; what is sold out is not, either.
    let nobody = text(&drawn(&mut admin, &json!({})).await["id"]);
    is(&act(&mut admin, &nobody, "invite").await, 409, "draft_empty");
    is(&act(&mut admin, &nobody, "complete").await, 422, "cart_unfinished");
    let mut many = agreed();
    many["lines"][1]["quantity"] = json!(3);
    let many = text(&drawn(&mut admin, &many).await["id"]);
    let refused = act(&mut admin, &many, "complete").await;
    assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!("/lines/1/quantity")));
    assert_eq!(stock(&mut admin, "L").await, (50, 0));
    // A way of delivery can be agreed on another time by whoever works here.
    let mut later = agreed();
    later.as_object_mut().unwrap().remove("delivery");
    let later = drawn(&mut admin, &later).await;
    assert_eq!(later["missing"][0]["pointer"], "/delivery_option_id");
    assert_eq!(act(&mut admin, &text(&later["id"]), "complete").await.status, 201);
    galleria_tests::server::verify(&town.world.cell);
}

async fn browse(client: &mut Client, path: &str, cookie: &str) -> (Answer, String) {
    let headers = [("accept", "text/html"), ("cookie", cookie)];
    let page = client.send("GET", path, &headers, None).await.unwrap();
    let shown = String::from_utf8_lossy(&page.body).into_owned();
    (page, shown)
}

async fn form(client: &mut Client, path: &str, cookie: &str, form: &str) -> Answer {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
        ("cookie", cookie),
    ];
    client.send("POST", path, &headers, Some(form)).await.unwrap()
}

fn cookies(answer: &Answer) -> String {
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let pairs: Vec<&str> = set.map(|(_, cookie)| cookie.split(';').next().unwrap()).collect();
    pairs.join("; ")
}

async fn whoever_is_invited_orders_it_themselves_and_changes_nothing_in_it(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = fitted(&world).await;
    let mut draft = agreed();
    for known in ["name", "email", "shipping_address", "delivery"] {
        draft.as_object_mut().unwrap().remove(known);
    }
    draft["purchase_order"] = json!("PO 7");
    draft["billing_address"] =
        json!({ "line1": "9 Bank", "city": "Cork", "postal_code": "T12", "country": "IE" });
    let id = text(&drawn(&mut admin, &draft).await["id"]);
    let mut guest = world.server.client("a", None);
    assert_eq!(browse(&mut guest, &format!("/drafts/{id}"), "").await.0.status, 404);
    let invited = act(&mut admin, &id, "invite").await.json();
    let path = text(&invited["path"]);
    assert_eq!(path, format!("/drafts/{id}"));
    assert_eq!(act(&mut admin, &id, "invite").await.json()["version"], invited["version"]);

    // The address alone gives nobody a cart: it shows what is in it, and whoever goes on from there has it.
    let (opened, page) = browse(&mut guest, &path, "").await;
    assert_eq!((opened.status, cookies(&opened)), (200, String::new()));
    assert!(page.contains("has put this together for you") && page.contains("€49.50"), "{page}");
    assert!(page.contains("2 × ") && page.contains("Continue with this offer"), "{page}");
    let german = [("accept", "text/html"), ("accept-language", "de")];
    let german = guest.send("GET", &path, &german, None).await.unwrap();
    assert!(String::from_utf8_lossy(&german.body).contains("Mit diesem Angebot fortfahren"));
    let elsewhere = [("sec-fetch-site", "cross-site"), ("content-type", "application/x-www-form-urlencoded")];
    let foreign = guest.send("POST", &path, &elsewhere, Some("")).await.unwrap();
    assert_eq!((foreign.status, cookies(&foreign)), (403, String::new()));
    let taken = form(&mut guest, &path, "", "").await;
    assert_eq!((taken.status, taken.header("location")), (303, Some("/checkout")));
    let cookie = cookies(&taken);
    assert!(cookie.contains(&id), "{cookie}");
    let (_, page) = browse(&mut guest, "/cart", &cookie).await;
    assert!(page.contains("The shop has put this together for you") && page.contains("€49.50"), "{page}");
    assert!(
        !page.contains("/cart/codes") && !page.contains("/cart/lines/"),
        "there is nothing to change: {page}"
    );
    let german = [("accept", "text/html"), ("accept-language", "de"), ("cookie", &*cookie)];
    let german = guest.send("GET", "/cart", &german, None).await.unwrap();
    assert!(String::from_utf8_lossy(&german.body).contains("Der Shop hat das für Sie zusammengestellt"));

    // Nothing in it is changed, and what else they want goes into a cart of their own.
    let cart = format!("/api/v1/carts/{id}");
    let shown = guest.get(&cart).await.json();
    assert_eq!((&shown["draft"], &shown["bill"]["total"]), (&json!(true), &json!(4950)));
    let variant = text(&shown["lines"][0]["variant_id"]);
    is(&guest.put(&format!("{cart}/lines/{variant}"), &json!({ "quantity": 9 })).await, 409, "draft_fixed");
    is(
        &guest.post(&format!("{cart}/lines"), &json!({ "sku": "L", "quantity": 1 })).await,
        409,
        "draft_fixed",
    );
    is(&guest.delete(&format!("{cart}/lines/{variant}")).await, 409, "draft_fixed");
    is(&guest.post(&format!("{cart}/codes"), &json!({ "code": "SPRING" })).await, 409, "draft_fixed");
    let added = form(&mut guest, "/cart/lines", &cookie, &format!("variant={variant}&quantity=1")).await;
    assert_eq!(added.status, 303);
    assert!(!cookies(&added).contains(&id), "it went into another cart");
    assert_eq!(guest.get(&cart).await.json()["lines"].as_array().unwrap().len(), 2);

    // They say who they are and how it comes; the total that they saw is the one that they pay.
    let typed = "email=ada%40example.com&name=Ada&line1=1+Quay&postal_code=T12&city=Cork&country=IE";
    let described = form(&mut guest, "/checkout", &cookie, typed).await;
    assert_eq!((described.status, described.header("location")), (303, Some("/checkout#delivery")));
    let whole = guest.get(&cart).await.json();
    assert_eq!((&whole["missing"], &whole["bill"]["total"]), (&json!([]), &json!(5440)), "{whole:#}");
    let seen = whole["version"].as_i64().unwrap();
    let mut dearer = draft.clone();
    dearer.as_object_mut().unwrap().extend(ada().as_object().unwrap().clone());
    dearer["discount"] = Value::Null;
    dearer["delivery_option_id"] = whole["delivery_option_id"].clone();
    assert_eq!(change(&mut admin, &id, seen, &dearer).await.status, 200);
    let late = guest.post(&format!("{cart}/checkout"), &json!({ "expected_total": 5440 })).await;
    is(&late, 409, "total_changed");
    assert_eq!(late.json()["total"], 5990);
    let order = form(&mut guest, "/checkout/order", &cookie, &format!("{typed}&total=5990&cart={id}")).await;
    assert_eq!(
        order.header("location"),
        Some(&*format!("/orders/{id}")),
        "{}",
        String::from_utf8_lossy(&order.body)
    );
    let order = guest.get(&format!("{cart}/order")).await.json();
    assert_eq!((&order["total"], &order["purchase_order"]), (&json!(5990), &json!("PO 7")), "{order:#}");
    assert_eq!(order["billing_address"]["line1"], "9 Bank", "the form does not ask for it");
    let (again, _) = browse(&mut guest, &path, "").await;
    assert_eq!((again.status, again.header("location")), (303, Some(&*format!("/orders/{id}"))));
    let late = form(&mut guest, &path, "", "").await;
    assert_eq!((late.header("location"), cookies(&late)), (again.header("location"), String::new()));
    is(&act(&mut admin, &id, "complete").await, 409, "cart_ordered");
    assert_eq!(stock(&mut admin, "L").await, (48, 2));
    galleria_tests::server::verify(&world.cell);
}

async fn a_draft_for_a_customer_is_no_other_customers(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = fitted(&town.world).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut dee = town.customer("a", "dee@example.com").await.client;
    // First nobody knows whom it is for; then it is Cy's, and whoever was made up is nobody.
    let first = drawn(&mut admin, &agreed()).await;
    let (id, mut known) = (text(&first["id"]), agreed());
    known["customer_id"] = json!(cy.account);
    let changed = change(&mut admin, &id, 1, &known).await;
    assert_eq!(
        (changed.status, &changed.json()["customer_id"]),
        (200, &json!(cy.account)),
        "{}",
        changed.json()
    );
    act(&mut admin, &id, "invite").await;
    let cart = format!("/api/v1/carts/{id}");
    assert_eq!((cy.client.get(&cart).await.status, dee.get(&cart).await.status), (200, 404));
    assert_eq!(dee.post(&format!("{cart}/checkout"), &json!({})).await.status, 404);
    // Their own cart is theirs beside it, and neither goes into the other.
    let own =
        cy.client.post("/api/v1/carts", &json!({ "lines": [{ "sku": "L", "quantity": 1 }] })).await.json();
    let claimed = cy.client.post(&format!("{cart}/claim"), &json!({})).await.json();
    assert_eq!((&claimed["id"], &claimed["state"]), (&json!(id), &json!("open")));
    let mine = all(&mut cy.client, "/api/v1/carts").await;
    assert_eq!((mine.len(), &mine[0]["id"]), (1, &own["id"]));
    let placed = cy.client.post(&format!("{cart}/checkout"), &json!({ "expected_total": 5200 })).await;
    assert_eq!(placed.status, 201, "{}", placed.json());
    let orders = all(&mut cy.client, "/api/v1/orders").await;
    assert_eq!((orders.len(), &orders[0]["total"]), (1, &json!(5200)));

    let id = text(&drawn(&mut admin, &known).await["id"]);
    act(&mut admin, &id, "invite").await;
    for _ in 0..2 {
        let gone = admin.delete(&format!("{DRAFTS}/{id}")).await.status;
        assert!([204, 404].contains(&gone), "{gone}");
    }
    let cart = format!("/api/v1/carts/{id}");
    assert_eq!(
        (cy.client.get(&cart).await.status, admin.get(&format!("{DRAFTS}/{id}")).await.status),
        (404, 404)
    );
    assert_eq!(cy.client.post(&format!("{cart}/checkout"), &json!({})).await.status, 404);
    assert_eq!(all(&mut admin, DRAFTS).await.len(), 0);
    galleria_tests::server::verify(&town.world.cell);
}

/// The cookie of somebody who signs in at a browser.
async fn signed_in(town: &Town, person: &Person) -> String {
    let body = json!({ "email": person.email, "password": PASSWORD, "as": "customer" }).to_string();
    let headers = [("sec-fetch-site", "same-origin")];
    let signed = town.shop("a").send("POST", "/api/v1/sign-in", &headers, Some(&body)).await.unwrap();
    assert_eq!(signed.status, 200, "{}", signed.json());
    cookies(&signed)
}

async fn a_draft_that_is_for_somebody_else_now_is_closed_to_whoever_had_its_address(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = fitted(&town.world).await;
    let (cy, dee) = (town.customer("a", "cy@example.com").await, town.customer("a", "dee@example.com").await);
    let (cys, dees) = (signed_in(&town, &cy).await, signed_in(&town, &dee).await);
    let mut anyone = town.shop("a");
    let id = text(&drawn(&mut admin, &agreed()).await["id"]);
    let path = text(&act(&mut admin, &id, "invite").await.json()["path"]);
    let cart = format!("/api/v1/carts/{id}");
    let mut opened = async |cookie: &str| browse(&mut anyone, &path, cookie).await.0.status;
    assert_eq!((opened("").await, opened(&cys).await, opened(&dees).await), (200, 200, 200));

    // Changed for the same person it stays open; given to Cy it is nobody's until the shop invites again, and Cy's alone then.
    let changed = change(&mut admin, &id, 2, &agreed()).await.json();
    assert_eq!((changed["path"].as_str(), opened("").await), (Some(&*path), 200));
    let mut known = agreed();
    known["customer_id"] = json!(cy.account);
    let given = change(&mut admin, &id, 3, &known).await.json();
    assert_eq!((&given["path"], &given["invited_at"]), (&Value::Null, &Value::Null), "{given:#}");
    assert_eq!((opened("").await, opened(&cys).await, opened(&dees).await), (404, 404, 404));
    assert_eq!(act(&mut admin, &id, "invite").await.json()["path"], json!(path));
    assert_eq!((opened("").await, opened(&cys).await, opened(&dees).await), (404, 200, 404));
    let mut guest = town.shop("a");
    assert_eq!(guest.get(&cart).await.status, 404);
    assert_eq!(guest.post(&format!("{cart}/checkout"), &json!({})).await.status, 404);

    // Whoever is not signed in reads where they could, and the same of a draft that never was.
    let (_, page) = browse(&mut guest, &path, "").await;
    assert!(page.contains(&format!("href=\"/sign-in?next={path}\"")) && !page.contains("Lamp"), "{page}");
    let other = "01a1fc14-f0b4-44fb-8bc1-d13ae30afc15";
    let (_, never) = browse(&mut guest, &format!("/drafts/{other}"), "").await;
    assert_eq!(never, page.replace(&id, other));
    for (cookie, sent) in [("", 404), (&*dees, 404), (&*cys, 303)] {
        let taken = form(&mut guest, &path, cookie, "").await;
        assert_eq!((taken.status, cookies(&taken).contains(&id)), (sent, sent == 303));
    }

    // Then it is Dee's, and Cy's link is worth nothing.
    known["customer_id"] = json!(dee.account);
    assert_eq!(change(&mut admin, &id, 5, &known).await.status, 200);
    assert_eq!((opened(&cys).await, opened(&dees).await), (404, 404));
    act(&mut admin, &id, "invite").await;
    assert_eq!((opened("").await, opened(&cys).await, opened(&dees).await), (404, 404, 200));
    galleria_tests::server::verify(&town.world.cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shut_out_of_what_the_shop_has_put_together_for_them() {
    let town = Town::start(Engine::Embedded, 1).await;
    let mut admin = fitted(&town.world).await;
    let cy = town.customer("a", "cy@example.com").await;
    let at = |path: &str| format!("http://a.localhost:{}{path}", town.world.server.port);
    let mut known = agreed();
    known["customer_id"] = json!(cy.account);
    let id = text(&drawn(&mut admin, &known).await["id"]);
    let path = text(&act(&mut admin, &id, "invite").await.json()["path"]);
    let mut browser = Browser::start();
    browser.open(&at(&path));
    browser.sees("This offer cannot be opened like this");
    browser.looks_right("shop-offer-closed");
    browser.press("Sign in");
    browser.fill("E-mail address", &cy.email);
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.sees("An offer for you");
    browser.looks_right("shop-offer");
    browser.without_scripts();
    browser.load(&at(&path));
    browser.press("Continue with this offer");
    browser.sees("Place order for €52.00");
    browser.press("Place order for €52.00");
    browser.sees("Thank you. Your order is placed.");
    browser.sees("Only you can see it");
    assert_eq!(all(&mut admin, "/api/v1/orders").await[0]["total"], 5200);
}

async fn a_draft_is_ordered_once_however_many_order_it(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = fitted(&world).await;
    let id = text(&drawn(&mut admin, &agreed()).await["id"]);
    act(&mut admin, &id, "invite").await;
    let asked: Vec<_> = (0..10)
        .map(|n| {
            let id = id.clone();
            let mut client = if n % 2 == 0 { world.admin("a") } else { world.server.client("a", None) };
            tokio::spawn(async move {
                match n % 2 {
                    0 => act(&mut client, &id, "complete").await,
                    _ => client.post(&format!("/api/v1/carts/{id}/checkout"), &json!({})).await,
                }
            })
        })
        .collect();
    let mut placed = 0;
    for answer in asked {
        let answer = answer.await.unwrap();
        match answer.status {
            201 => placed += 1,
            _ => assert!(["cart_ordered", "contended"].contains(&&*answer.code()), "{}", answer.json()),
        }
    }
    assert_eq!((placed, all(&mut admin, "/api/v1/orders").await.len()), (1, 1));
    assert_eq!((stock(&mut admin, "L").await, stock(&mut admin, "R").await), ((48, 2), (1, 1)));
    galleria_tests::server::verify(&world.cell);
}
