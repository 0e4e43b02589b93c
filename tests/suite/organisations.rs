//! Customers who buy for an organisation: at its prices, with its numbers, and with a colleague's yes.

use galleria_tests::{Answer, Client};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::people::{Person, Town};
use crate::till::{is, text};
use crate::world::{Engine, lamp};

over_both_engines!(
    a_member_pays_the_prices_of_their_organisation_and_segments_and_a_removed_one_does_not,
    nobody_orders_at_the_prices_of_an_organisation_after_they_were_taken_out,
    a_customer_belongs_to_one_organisation_however_many_take_them_in_at_once,
    an_order_for_an_organisation_carries_its_number_and_its_name,
    beyond_the_limit_a_colleague_says_yes_and_nobody_says_it_to_themselves,
    what_was_declined_or_taken_back_can_be_changed_and_asked_again,
    an_organisation_is_seen_and_arranged_by_its_own_and_by_nobody_elses,
    a_segment_has_a_name_of_its_own_and_promotions_know_it,
);

async fn made(admin: &mut Client, path: &str, body: Value) -> String {
    let made = admin.post(path, &body).await;
    assert_eq!(made.status, 201, "{path}: {}", made.json());
    text(&made.json()["id"])
}

pub async fn organisation(admin: &mut Client, body: Value) -> String {
    made(admin, "/api/v1/organisations", body).await
}

pub async fn member(admin: &mut Client, organisation: &str, person: &Person, role: &str, limit: Option<i64>) {
    let body = json!({ "role": role, "approval_limit": limit });
    let path = format!("/api/v1/organisations/{organisation}/members/{}", person.account);
    let set = admin.put(&path, &body).await;
    assert_eq!(set.status, 200, "{}", set.json());
}

/// A price list of lamps at this price, for those whom `whose` names.
async fn priced(admin: &mut Client, whose: Value, amount: i64) {
    let mut terms = json!({ "name": "Contract", "currency": "EUR" });
    terms.as_object_mut().unwrap().extend(whose.as_object().unwrap().clone());
    let list = made(admin, "/api/v1/price-lists", terms).await;
    let prices = json!({ "prices": [{ "sku": "L", "tiers": [{ "amount": amount }] }] });
    let set = admin.put(&format!("/api/v1/price-lists/{list}/prices"), &prices).await;
    assert_eq!(set.status, 200, "{}", set.json());
}

/// A cart with so many lamps, and everything that an order needs but a number.
pub async fn cart(person: &mut Person, lamps: i64) -> String {
    let lines = json!({ "lines": [{ "sku": "L", "quantity": lamps }] });
    let id = made(&mut person.client, "/api/v1/carts", lines).await;
    let put = person.client.put(&format!("/api/v1/carts/{id}"), &details(None)).await;
    assert_eq!(put.status, 200, "{}", put.json());
    id
}

fn details(number: Option<&str>) -> Value {
    let address = json!({ "line1": "1 Quay", "city": "Cork", "postal_code": "T12", "country": "IE" });
    json!({
        "email": "cy@example.com", "name": "Cy Buyer", "shipping_address": address, "purchase_order": number,
    })
}

async fn total(person: &mut Person, cart: &str) -> i64 {
    let read = person.client.get(&format!("/api/v1/carts/{cart}")).await.json();
    read["bill"]["total"].as_i64().unwrap_or_else(|| panic!("{read}"))
}

pub async fn act(person: &mut Person, cart: &str, what: &str, body: Value) -> Answer {
    person.client.post(&format!("/api/v1/carts/{cart}/{what}"), &body).await
}

pub async fn waiting(client: &mut Client) -> Vec<String> {
    let read = client.get("/api/v1/carts?state=awaiting_approval").await;
    assert_eq!(read.status, 200, "{}", read.json());
    read.json()["items"].as_array().unwrap().iter().map(|cart| text(&cart["id"])).collect()
}

async fn a_member_pays_the_prices_of_their_organisation_and_segments_and_a_removed_one_does_not(
    engine: Engine,
) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 100)).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let quay = organisation(&mut admin, json!({ "name": "Quay Hotels" })).await;
    let trade = made(&mut admin, "/api/v1/segments", json!({ "name": "trade" })).await;
    let club = made(&mut admin, "/api/v1/segments", json!({ "name": "club" })).await;
    priced(&mut admin, json!({ "organisations": [quay], "priority": 1 }), 1500).await;
    priced(&mut admin, json!({ "segments": [trade], "priority": 2 }), 1400).await;
    priced(&mut admin, json!({ "groups": ["club"], "priority": 3 }), 1300).await;
    let id = cart(&mut cy, 1).await;
    assert_eq!(total(&mut cy, &id).await, 1999, "a customer of nobody's pays what everybody pays");

    // By the organisation; by a segment that the organisation is in; by the name of one that they are in themselves.
    member(&mut admin, &quay, &cy, "buyer", None).await;
    assert_eq!(total(&mut cy, &id).await, 1500);
    let shared = format!("/api/v1/segments/{trade}/members/{quay}");
    assert_eq!(admin.send("PUT", &shared, &[], None).await.unwrap().status, 204);
    assert_eq!(total(&mut cy, &id).await, 1400);
    let own = format!("/api/v1/segments/{club}/members/{}", cy.account);
    for _ in 0..2 {
        assert_eq!(admin.send("PUT", &own, &[], None).await.unwrap().status, 204);
    }
    assert_eq!(total(&mut cy, &id).await, 1300);
    let within = admin.get(&format!("/api/v1/segments/{trade}/members")).await.json();
    assert_eq!(within["items"], json!([{ "id": quay, "kind": "organisation" }]));
    let within = admin.get(&format!("/api/v1/segments/{club}/members")).await.json();
    assert_eq!(within["items"], json!([{ "id": cy.account, "kind": "customer" }]));
    let mut guest = town.shop("a");
    let theirs = made(&mut guest, "/api/v1/carts", json!({ "lines": [{ "sku": "L", "quantity": 1 }] })).await;
    let read = guest.get(&format!("/api/v1/carts/{theirs}")).await.json();
    assert_eq!(read["bill"]["total"], 1999, "a guest is none of them");

    // Each way is taken away, and with it the price.
    assert_eq!(admin.delete(&own).await.status, 204);
    assert_eq!(total(&mut cy, &id).await, 1400);
    assert_eq!(admin.delete(&format!("/api/v1/segments/{trade}")).await.status, 204);
    assert_eq!(total(&mut cy, &id).await, 1500);
    let membership = format!("/api/v1/organisations/{quay}/members/{}", cy.account);
    for _ in 0..2 {
        assert_eq!(admin.delete(&membership).await.status, 204);
    }
    let shown = act(&mut cy, &id, "checkout", json!({ "expected_total": 1500 })).await;
    is(&shown, 409, "total_changed");
    let ordered = act(&mut cy, &id, "checkout", json!({ "expected_total": 1999 })).await;
    assert_eq!((ordered.status, &ordered.json()["total"]), (201, &json!(1999)), "{}", ordered.json());
    assert_eq!(ordered.json()["organisation"], Value::Null);
    galleria_tests::server::verify(&town.world.cell);
}

/// Where in the log it says that this happened to something, last.
async fn position(admin: &mut Client, id: &str, kind: &str) -> i64 {
    let read = admin.get(&format!("/api/v1/history/{id}?limit=100")).await.json();
    let events = read["items"].as_array().unwrap_or_else(|| panic!("{read}"));
    let last = events.iter().rfind(|event| event["kind"] == kind).unwrap();
    last["position"].as_i64().unwrap()
}

async fn nobody_orders_at_the_prices_of_an_organisation_after_they_were_taken_out(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 100)).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let quay = organisation(&mut admin, json!({ "name": "Quay Hotels" })).await;
    priced(&mut admin, json!({ "organisations": [quay] }), 1500).await;
    let membership = format!("/api/v1/organisations/{quay}/members/{}", cy.account);
    for _ in 0..4 {
        member(&mut admin, &quay, &cy, "buyer", None).await;
        let mut asks = Vec::new();
        for _ in 0..8 {
            let path = format!("/api/v1/carts/{}/checkout", cart(&mut cy, 1).await);
            asks.push((path, cy.client.with(Some(&cy.access_token))));
        }
        let asks: Vec<_> = asks
            .into_iter()
            .map(|(path, mut client)| {
                tokio::spawn(async move { client.post(&path, &json!({ "expected_total": 1500 })).await })
            })
            .collect();
        assert_eq!(admin.delete(&membership).await.status, 204);
        let removed = position(&mut admin, &quay, "organisation.member_removed").await;
        for ask in asks {
            match ask.await.unwrap() {
                ordered if ordered.status == 201 => {
                    let order = text(&ordered.json()["id"]);
                    let placed = position(&mut admin, &order, "order.placed").await;
                    assert!(placed < removed, "ordered at {placed}, taken out at {removed}");
                }
                refused if refused.status == 503 => is(&refused, 503, "contended"),
                refused => is(&refused, 409, "total_changed"),
            }
        }
    }
    galleria_tests::server::verify(&town.world.cell);
}

async fn a_customer_belongs_to_one_organisation_however_many_take_them_in_at_once(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    let cy = town.customer("a", "cy@example.com").await;
    let mut asks = Vec::new();
    for number in 0..6 {
        let id = organisation(&mut admin, json!({ "name": format!("Hotel {number}") })).await;
        let mut client = town.world.admin("a");
        let path = format!("/api/v1/organisations/{id}/members/{}", cy.account);
        asks.push(tokio::spawn(async move { (id, client.put(&path, &json!({ "role": "buyer" })).await) }));
    }
    let (mut theirs, mut refused) = (Vec::new(), 0);
    for ask in asks {
        match ask.await.unwrap() {
            (id, answer) if answer.status == 200 => theirs.push(id),
            (_, answer) => {
                is(&answer, 409, "member_elsewhere");
                refused += 1;
            }
        }
    }
    assert_eq!((theirs.len(), refused), (1, 5));
    // Once they have left it, another may take them in.
    let other = organisation(&mut admin, json!({ "name": "Inn" })).await;
    let path = |id: &str| format!("/api/v1/organisations/{id}/members/{}", cy.account);
    is(&admin.put(&path(&other), &json!({ "role": "admin" })).await, 409, "member_elsewhere");
    assert_eq!(admin.delete(&path(&theirs[0])).await.status, 204);
    assert_eq!(admin.put(&path(&other), &json!({ "role": "admin" })).await.status, 200);
    galleria_tests::server::verify(&town.world.cell);
}

async fn an_order_for_an_organisation_carries_its_number_and_its_name(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 100)).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let quay =
        organisation(&mut admin, json!({ "name": "Quay Hotels", "purchase_order_required": true })).await;
    member(&mut admin, &quay, &cy, "buyer", None).await;
    let id = cart(&mut cy, 1).await;
    let refused = act(&mut cy, &id, "checkout", json!({})).await;
    is(&refused, 422, "cart_unfinished");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/purchase_order");
    let path = format!("/api/v1/carts/{id}");
    let described = cy.client.put(&path, &details(Some("PO-17"))).await.json();
    assert_eq!(described["organisation"]["name"], "Quay Hotels");
    let ordered = act(&mut cy, &id, "checkout", json!({})).await;
    assert_eq!(ordered.status, 201, "{}", ordered.json());
    let order = admin.get(&format!("/api/v1/orders/{}", text(&ordered.json()["id"]))).await.json();
    for read in [&order, &ordered.json()] {
        assert_eq!(read["organisation"], json!({ "id": quay, "name": "Quay Hotels" }));
        assert_eq!(read["purchase_order"], "PO-17");
    }
    // The other way to order asks for the number, too, and lets nobody past the limit.
    let mut body = crate::world::order(&[("L", 1)]);
    let unnumbered = cy.client.post("/api/v1/orders", &body).await;
    assert_eq!(unnumbered.json()["errors"][0]["pointer"], "/purchase_order");
    body["purchase_order"] = json!("PO-18");
    let placed = cy.client.post("/api/v1/orders", &body).await;
    assert_eq!((placed.status, &placed.json()["organisation"]["id"]), (201, &json!(quay)));
    member(&mut admin, &quay, &cy, "buyer", Some(1998)).await;
    let beyond = cy.client.post("/api/v1/orders", &body).await;
    is(&beyond, 409, "approval_needed");
    assert_eq!(beyond.json()["limit"], 1998);
    // Nobody buys for an organisation that is closed.
    let organisation = format!("/api/v1/organisations/{quay}");
    let version = admin.get(&organisation).await.header("etag").unwrap().to_owned();
    let closed = json!({ "name": "Quay Hotels", "status": "closed" }).to_string();
    assert_eq!(admin.send("PUT", &organisation, &[], Some(&closed)).await.unwrap().status, 428);
    let stale = admin.send("PUT", &organisation, &[("if-match", "\"1\"")], Some(&closed)).await.unwrap();
    assert_eq!(stale.status, 412);
    let put = admin.send("PUT", &organisation, &[("if-match", &version)], Some(&closed)).await.unwrap();
    assert_eq!(put.status, 200, "{}", put.json());
    let own = cy.client.post("/api/v1/orders", &body).await.json();
    assert_eq!(own["organisation"], Value::Null, "{own}");
    galleria_tests::server::verify(&town.world.cell);
}

async fn beyond_the_limit_a_colleague_says_yes_and_nobody_says_it_to_themselves(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 10)).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut bo = town.customer("a", "bo@example.com").await;
    let mut di = town.customer("a", "di@example.com").await;
    let mut eve = town.customer("a", "eve@example.com").await;
    let quay = organisation(&mut admin, json!({ "name": "Quay Hotels", "approval_limit": 5000 })).await;
    let rival = organisation(&mut admin, json!({ "name": "Rival Inns" })).await;
    member(&mut admin, &quay, &cy, "buyer", None).await;
    member(&mut admin, &quay, &bo, "approver", Some(7000)).await;
    member(&mut admin, &quay, &di, "admin", None).await;
    member(&mut admin, &rival, &eve, "admin", None).await;

    // Within the limit it is ordered at once; beyond it, it waits, and no stock is held.
    let small = cart(&mut cy, 2).await;
    assert_eq!(act(&mut cy, &small, "checkout", json!({})).await.status, 201);
    let id = cart(&mut cy, 4).await;
    let path = format!("/api/v1/carts/{id}");
    let key = [("idempotency-key", "ask")];
    let checkout = json!({ "expected_total": 7996 }).to_string();
    for _ in 0..2 {
        let asked = cy.client.send("POST", &format!("{path}/checkout"), &key, Some(&checkout)).await.unwrap();
        assert_eq!((asked.status, &asked.json()["state"]), (202, &json!("awaiting_approval")));
        assert_eq!(asked.json()["needs_approval"], true);
    }
    let stock = admin.get("/api/v1/inventory").await.json();
    assert_eq!(stock["items"][0]["reserved"], 2);
    let changed = cy.client.post(&format!("{path}/lines"), &json!({ "sku": "L", "quantity": 1 })).await;
    is(&changed, 409, "cart_awaits_approval");

    // It is listed for those who may say yes, and there for nobody else.
    for client in [&mut cy.client, &mut bo.client, &mut di.client, &mut admin] {
        assert_eq!(waiting(client).await, std::slice::from_ref(&id));
        assert_eq!(client.get(&path).await.status, 200);
    }
    assert_eq!(waiting(&mut eve.client).await, Vec::<String>::new());
    assert_eq!(eve.client.get(&path).await.status, 404);
    is(&act(&mut eve, &id, "approve", json!({})).await, 404, "not_found");
    is(&act(&mut eve, &id, "decline", json!({ "reason": "No" })).await, 404, "not_found");
    is(&act(&mut eve, &id, "recall", json!({})).await, 404, "not_found");

    is(&act(&mut cy, &id, "approve", json!({})).await, 409, "own_approval");
    let beyond = act(&mut bo, &id, "approve", json!({})).await;
    is(&beyond, 409, "beyond_your_limit");
    assert_eq!(beyond.json()["limit"], 7000);
    let other = act(&mut di, &id, "approve", json!({ "expected_total": 1 })).await;
    is(&other, 409, "total_changed");
    let approved = act(&mut di, &id, "approve", json!({ "expected_total": 7996 })).await;
    assert_eq!(approved.status, 201, "{}", approved.json());
    let order = approved.json();
    assert_eq!((&order["customer"]["id"], &order["total"]), (&json!(cy.account), &json!(7996)));
    assert_eq!(
        order["organisation"],
        json!({ "id": quay, "name": "Quay Hotels", "approved_by": di.account })
    );
    let own = format!("/api/v1/orders/{}", text(&order["id"]));
    assert_eq!(cy.client.get(&own).await.json()["organisation"], order["organisation"]);
    assert_eq!(di.client.get(&path).await.status, 404, "it does not wait for them any more");
    assert_eq!(waiting(&mut di.client).await, Vec::<String>::new());

    // Whoever may approve is asked about their own like everybody else, and one who left takes nothing with them.
    let own = cart(&mut di, 3).await;
    assert_eq!(act(&mut di, &own, "checkout", json!({})).await.status, 202);
    is(&act(&mut di, &own, "approve", json!({})).await, 409, "own_approval");
    admin.delete(&format!("/api/v1/organisations/{quay}/members/{}", di.account)).await;
    is(&act(&mut bo, &own, "approve", json!({})).await, 409, "buyer_left");
    assert_eq!(act(&mut di, &own, "recall", json!({})).await.json()["state"], "open");
    assert_eq!(act(&mut di, &own, "checkout", json!({})).await.status, 201, "they buy for themselves now");
    galleria_tests::server::verify(&town.world.cell);
}

async fn what_was_declined_or_taken_back_can_be_changed_and_asked_again(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 10)).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut bo = town.customer("a", "bo@example.com").await;
    let quay = organisation(&mut admin, json!({ "name": "Quay Hotels", "approval_limit": 0 })).await;
    member(&mut admin, &quay, &cy, "buyer", None).await;
    member(&mut admin, &quay, &bo, "approver", None).await;
    let id = cart(&mut cy, 2).await;
    assert_eq!(act(&mut cy, &id, "checkout", json!({})).await.status, 202);
    assert_eq!(act(&mut bo, &id, "decline", json!({ "reason": "" })).await.status, 422);
    assert_eq!(act(&mut bo, &id, "decline", json!({ "reason": "One is enough" })).await.status, 204);
    let read = cy.client.get(&format!("/api/v1/carts/{id}")).await.json();
    assert_eq!((&read["state"], &read["decline_reason"]), (&json!("open"), &json!("One is enough")));
    assert_eq!(bo.client.get(&format!("/api/v1/carts/{id}")).await.status, 404);
    is(&act(&mut bo, &id, "approve", json!({})).await, 404, "not_found");

    let line = format!("/api/v1/carts/{id}/lines/{}", text(&read["lines"][0]["variant_id"]));
    assert_eq!(cy.client.put(&line, &json!({ "quantity": 1 })).await.status, 200);
    assert_eq!(act(&mut cy, &id, "checkout", json!({})).await.status, 202);
    for _ in 0..2 {
        let back = act(&mut cy, &id, "recall", json!({})).await;
        assert_eq!((back.status, &back.json()["state"]), (200, &json!("open")));
    }
    assert_eq!(act(&mut cy, &id, "checkout", json!({})).await.status, 202);
    // Two press yes at once, and one order comes of it.
    let mut again = bo.client.with(Some(&bo.access_token));
    let path = format!("/api/v1/carts/{id}/approve");
    let other = path.clone();
    let second = tokio::spawn(async move { again.post(&other, &json!({})).await.status });
    let first = bo.client.post(&path, &json!({})).await.status;
    let mut both = [first, second.await.unwrap()];
    both.sort_unstable();
    assert!(both == [201, 404] || both == [201, 409], "{both:?}");
    assert_eq!(admin.get("/api/v1/orders").await.json()["items"].as_array().unwrap().len(), 1);

    // What an approver wrote about somebody goes with them.
    let id = cart(&mut cy, 1).await;
    act(&mut cy, &id, "checkout", json!({})).await;
    act(&mut bo, &id, "decline", json!({ "reason": "Not for Cy" })).await;
    let erased = admin.post("/api/v1/privacy/erasures", &json!({ "person": cy.account })).await;
    assert!(erased.status < 300, "{}", erased.json());
    let left = admin.get(&format!("/api/v1/carts/{id}")).await.json().to_string();
    assert!(!left.contains("Not for Cy") && !left.contains("Cy Buyer"), "{left}");
    galleria_tests::server::verify(&town.world.cell);
}

async fn an_organisation_is_seen_and_arranged_by_its_own_and_by_nobody_elses(engine: Engine) {
    let town = Town::start(engine, 2).await;
    let mut admin = town.world.admin("a");
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut di = town.customer("a", "di@example.com").await;
    let mut eve = town.customer("a", "eve@example.com").await;
    let address = json!({ "line1": "1 Quay", "city": "Cork", "postal_code": "T12", "country": "IE" });
    let body = json!({ "name": "Quay Hotels", "vat_id": "IE1234567T", "billing_address": address });
    let quay = organisation(&mut admin, body).await;
    let rival = organisation(&mut admin, json!({ "name": "Rival Inns" })).await;
    member(&mut admin, &quay, &cy, "buyer", None).await;
    member(&mut admin, &quay, &di, "admin", None).await;
    member(&mut admin, &rival, &eve, "admin", None).await;
    let path = format!("/api/v1/organisations/{quay}");
    let read = di.client.get(&path).await;
    assert_eq!((read.status, &read.json()["vat_id"]), (200, &json!("IE1234567T")));
    assert_eq!(read.json(), admin.get(&path).await.json());
    for person in [&mut cy, &mut eve] {
        assert_eq!(person.client.get(&path).await.status, 404);
    }
    assert_eq!(town.world.admin("b").get(&path).await.status, 404);
    for (person, role) in [(&mut cy, "buyer"), (&mut di, "admin")] {
        let listed = person.client.get("/api/v1/organisations").await.json();
        let listed = listed["items"].as_array().unwrap();
        assert_eq!((listed.len(), &listed[0]["id"], &listed[0]["role"]), (1, &json!(quay), &json!(role)));
    }
    assert_eq!(admin.get("/api/v1/organisations").await.json()["items"].as_array().unwrap().len(), 2);

    // An admin of it changes its members, takes nobody in, and reaches no other organisation.
    let approver = json!({ "role": "approver", "approval_limit": 100 });
    let theirs = format!("{path}/members/{}", cy.account);
    let set = di.client.put(&theirs, &approver).await;
    assert_eq!(set.status, 200, "{}", set.json());
    let members = set.json()["members"].as_array().unwrap().clone();
    let changed = members.iter().find(|member| member["customer_id"] == *cy.account).unwrap();
    assert_eq!((&changed["role"], &changed["approval_limit"]), (&json!("approver"), &json!(100)));
    for person in [&mut cy, &mut eve] {
        is(&person.client.put(&theirs, &json!({ "role": "admin" })).await, 404, "not_found");
    }
    let stranger = format!("{path}/members/{}", eve.account);
    is(&di.client.put(&stranger, &approver).await, 404, "not_found");
    let other = format!("/api/v1/organisations/{rival}/members/{}", eve.account);
    is(&di.client.put(&other, &approver).await, 404, "not_found");
    is(&di.client.delete(&theirs).await, 403, "wrong_audience");
    is(&di.client.post("/api/v1/organisations", &json!({ "name": "Mine" })).await, 403, "wrong_audience");

    for (body, pointer) in [
        (json!({ "name": "" }), "/name"),
        (json!({ "name": "X", "approval_limit": -1 }), "/approval_limit"),
        (
            json!({ "name": "X", "billing_address": { "line1": "1", "city": "C", "postal_code": "1", "country": "Ireland" } }),
            "/billing_address/country",
        ),
    ] {
        let refused = admin.post("/api/v1/organisations", &body).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    // The second version says its amounts with their currency.
    let limited = json!({ "name": "Inn", "approval_limit": { "amount": 5000, "currency": "EUR" } });
    let made = admin.post("/api/v2/organisations", &limited).await;
    assert_eq!((made.status, &made.json()["approval_limit"]), (201, &limited["approval_limit"]));
    let inn = text(&made.json()["id"]);
    let path_of_inn = format!("/api/v2/organisations/{inn}/members/00000000-0000-4000-8000-000000000001");
    let body = json!({ "role": "buyer", "approval_limit": { "amount": 100, "currency": "EUR" } });
    let set = admin.put(&path_of_inn, &body).await.json();
    assert_eq!(set["members"][0]["approval_limit"], body["approval_limit"], "{set}");
    let listed = admin.get("/api/v2/organisations").await.json();
    assert_eq!(listed["data"][0]["approval_limit"], limited["approval_limit"], "{listed}");
    assert_eq!(admin.get(&format!("/api/v1/organisations/{inn}")).await.json()["approval_limit"], 5000);
    // An organisation may be one person: what it says of itself can be forgotten.
    let erased = admin.post("/api/v1/privacy/erasures", &json!({ "person": quay })).await;
    assert!(erased.status < 300, "{}", erased.json());
    let left = admin.get(&path).await.json();
    assert_eq!((&left["vat_id"], &left["billing_address"]), (&Value::Null, &Value::Null));
    galleria_tests::server::verify(&town.world.cell);
}

async fn a_segment_has_a_name_of_its_own_and_promotions_know_it(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 10)).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let trade = made(&mut admin, "/api/v1/segments", json!({ "name": "trade", "about": "Builders" })).await;
    is(&admin.post("/api/v1/segments", &json!({ "name": "trade" })).await, 409, "segment_name_taken");
    assert_eq!(admin.post("/api/v1/segments", &json!({ "name": "Key accounts" })).await.status, 422);
    let promotion = json!({
        "name": "Trade", "effect": { "kind": "percent", "off": "10%" }, "conditions": { "segments": ["trade"] },
    });
    made(&mut admin, "/api/v1/promotions", promotion).await;
    let id = cart(&mut cy, 1).await;
    assert_eq!(total(&mut cy, &id).await, 1999);
    let path = format!("/api/v1/segments/{trade}");
    let within = format!("{path}/members/{}", cy.account);
    assert_eq!(admin.send("PUT", &within, &[], None).await.unwrap().status, 204);
    assert_eq!(total(&mut cy, &id).await, 1799);

    // Renamed, the promotion means somebody else, and the name is free.
    let renamed = json!({ "name": "builders" }).to_string();
    let put = admin.send("PUT", &path, &[("if-match", "\"1\"")], Some(&renamed)).await.unwrap();
    assert_eq!(put.status, 200, "{}", put.json());
    let late = admin.send("PUT", &path, &[("if-match", "\"1\"")], Some(&renamed)).await.unwrap();
    assert_eq!(late.status, 412);
    assert_eq!(total(&mut cy, &id).await, 1999);
    let second = made(&mut admin, "/api/v1/segments", json!({ "name": "trade" })).await;
    assert_eq!(total(&mut cy, &id).await, 1999, "whoever was in the first is not in the second");
    let listed = admin.get("/api/v1/segments").await.json();
    let names: Vec<&Value> =
        listed["items"].as_array().unwrap().iter().map(|segment| &segment["name"]).collect();
    assert_eq!(names, [&json!("trade"), &json!("builders")]);
    assert_eq!(admin.delete(&format!("/api/v1/segments/{second}")).await.status, 204);
    assert_eq!(admin.delete(&path).await.status, 204);
    for gone in [&path, &within, &format!("{path}/members")] {
        let asked = match gone == &within {
            true => admin.send("PUT", gone, &[], None).await.unwrap(),
            false => admin.get(gone).await,
        };
        assert_eq!(asked.status, 404, "{gone}");
    }
    galleria_tests::server::verify(&town.world.cell);
}
