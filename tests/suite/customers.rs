//! The records of customers: who they are, what they ordered under whichever name, and who sees what of that.

use galleria_tests::server::verify;
use galleria_tests::{Answer, Browser, Client, eventually, read_until};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::people::{PASSWORD, Town};
use crate::selling::{ada, cart, describe};
use crate::till::text;
use crate::world::{Engine, all, lamp, order};

over_both_engines!(
    a_customer_sees_and_mends_their_own_record_and_nothing_that_the_shop_says_of_them,
    staff_find_a_customer_by_whatever_they_know_of_them,
    guests_under_one_address_are_one_record_until_it_is_shown_to_be_somebodys,
    two_records_of_one_person_are_merged_and_taken_apart_again,
    of_whoever_was_erased_no_record_says_anything_and_their_address_is_free,
    a_cart_takes_its_addresses_from_the_book_of_its_owner,
);

async fn ok(answer: Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{}: {}", answer.status, answer.json());
    answer.json()
}

async fn patch(client: &mut Client, path: &str, body: Value) -> Answer {
    let version = client.get(path).await.header("etag").unwrap().to_owned();
    let headers = [("if-match", version.as_str()), ("content-type", "application/merge-patch+json")];
    client.send("PATCH", path, &headers, Some(&body.to_string())).await.unwrap()
}

/// The names of the customers that a query finds, newest first.
async fn found(admin: &mut Client, query: &str) -> Vec<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=&_:.@-".contains(&byte);
    let encoded: String = query
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    let items = all(admin, &format!("/api/v1/customers?{encoded}")).await;
    items.iter().map(|item| text(&item["name"])).collect()
}

/// What a guest orders under this name and address.
async fn ordered(guest: &mut Client, name: &str, email: &str) -> Value {
    let id = cart(guest, &[("L", 1)]).await;
    let mut told = ada();
    (told["name"], told["email"]) = (json!(name), json!(email));
    let total = describe(guest, &id, &told).await["bill"]["total"].clone();
    let placed =
        guest.post(&format!("/api/v1/carts/{id}/checkout"), &json!({ "expected_total": total })).await;
    ok(placed).await
}

async fn a_customer_sees_and_mends_their_own_record_and_nothing_that_the_shop_says_of_them(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut dee = town.customer("a", "dee@example.com").await;
    let path = format!("/api/v1/customers/{}", cy.account);

    // From the first moment on, and with the proof of their address.
    let mine = ok(cy.client.get(&path).await).await;
    assert_eq!((&mine["name"], &mine["origin"]), (&json!("Cy Buyer"), &json!("account")));
    assert_eq!(mine["emails"][0]["address"], "cy@example.com");
    assert!(mine["emails"][0]["proven_at"].is_string() && mine["emails"][0]["signs_in"] == true, "{mine}");

    let said = json!({ "phone": "+353 21 427 1000", "language": "en-IE", "time_zone": "Europe/Dublin" });
    let changed = ok(patch(&mut cy.client, &path, said).await).await;
    assert_eq!((&changed["name"], &changed["phone"]), (&json!("Cy Buyer"), &json!("+353 21 427 1000")));
    // What they are called here they are called where they sign in, and the other way round.
    ok(patch(&mut cy.client, &path, json!({ "name": "Cyrus Buyer" })).await).await;
    assert_eq!(ok(cy.client.get("/api/v1/me").await).await["name"], "Cyrus Buyer");
    assert_eq!(cy.client.put("/api/v1/me", &json!({ "name": "Cy B." })).await.status, 204);
    cy.client.until(&path, |read| read["name"] == "Cy B.").await;

    let home = json!({ "line1": "1 Quay", "city": "Cork", "postal_code": "T12 X2AB", "country": "IE" });
    let book = format!("{path}/addresses");
    let kept = ok(cy.client.post(&book, &json!({ "address": home })).await).await;
    let first = &kept["addresses"][0];
    assert_eq!((&first["default_delivery"], &first["default_billing"]), (&json!(true), &json!(true)));
    let wrong =
        json!({ "address": { "line1": "1 Quay", "city": "Cork", "postal_code": "!", "country": "IE" } });
    let refused = cy.client.post(&book, &wrong).await;
    assert_eq!((refused.status, &*refused.code()), (422, "invalid"), "{}", refused.json());
    let work = json!({ "address": { "line1": "2 Quay", "city": "Cork", "postal_code": "T12 X2AB", "country": "IE" }, "default_delivery": true });
    let kept = ok(cy.client.post(&book, &work).await).await;
    assert_eq!(kept["addresses"].as_array().unwrap().len(), 2, "{kept}");
    let entry = format!("{book}/{}", text(&first["id"]));
    let moved = json!({ "address": { "line1": "3 Quay", "city": "Cork", "postal_code": "t12 x2ab", "country": "IE" } });
    let read = ok(cy.client.put(&entry, &moved).await).await;
    assert_eq!(read["addresses"][0]["address"]["postal_code"], "T12 X2AB", "{read}");
    assert_eq!(cy.client.delete(&entry).await.status, 204);
    assert_eq!(cy.client.delete(&entry).await.status, 204, "it is not there");
    assert_eq!(cy.client.put(&entry, &work).await.status, 404);

    // Whoever replaces a record says which one they have seen.
    let whole =
        json!({ "name": "Cy Buyer", "emails": [{ "address": "cy@work.example" }], "phone": "0214271000" });
    let unseen = cy.client.put(&path, &whole).await;
    assert_eq!(unseen.status, 428, "{}", unseen.json());
    let version = cy.client.get(&path).await.header("etag").unwrap().to_owned();
    let seen = [("if-match", version.as_str())];
    let replaced = cy.client.send("PUT", &path, &seen, Some(&whole.to_string())).await.unwrap();
    let read = ok(replaced).await;
    assert_eq!(read["emails"][1], json!({ "address": "cy@work.example", "signs_in": false }), "{read}");
    assert_eq!(read.get("language"), None, "{read}");
    let late = cy.client.send("PUT", &path, &seen, Some(&whole.to_string())).await.unwrap();
    assert_eq!(late.status, 412, "{}", late.json());

    // What the shop says of them is the shop's.
    ok(patch(&mut admin, &path, json!({ "marks": ["VIP"], "external_ids": { "erp": "4711" } })).await).await;
    ok(admin.post(&format!("{path}/notes"), &json!({ "text": "Pays late." })).await).await;
    let theirs = ok(cy.client.get(&path).await).await;
    assert!(theirs.get("marks").is_none() && theirs.get("external_ids").is_none(), "{theirs}");
    ok(patch(&mut cy.client, &path, json!({ "company": "Quay Hotels" })).await).await;
    let shops = ok(admin.get(&path).await).await;
    assert_eq!((&shops["marks"], &shops["external_ids"]), (&json!(["VIP"]), &json!({ "erp": "4711" })));
    let refused = patch(&mut cy.client, &path, json!({ "marks": ["angel"] })).await;
    assert_eq!((refused.status, &*refused.code()), (422, "invalid"), "{}", refused.json());
    assert_eq!(refused.json()["errors"][0]["pointer"], "/marks", "{}", refused.json());
    assert_eq!(cy.client.get(&format!("{path}/notes")).await.status, 403);

    // Somebody else's record is none.
    for refused in [
        dee.client.get(&path).await,
        dee.client.post(&book, &work).await,
        dee.client.get(&format!("{path}/orders")).await,
    ] {
        assert_eq!((refused.status, &*refused.code()), (404, "not_found"), "{}", refused.json());
    }
    verify(&town.world.cell);
}

async fn staff_find_a_customer_by_whatever_they_know_of_them(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    ok(admin.post("/api/v1/products", &lamp("L", 50)).await).await;
    let said = json!({
        "name": "Noël Grünwald", "emails": [{ "address": "noel@quay.example" }], "phone": "(021) 427-1000",
        "company": "Quay Hotels", "marks": ["trade"], "external_ids": { "erp": "4711" },
    });
    let made = ok(admin.post("/api/v1/customers", &said).await).await;
    let path = format!("/api/v1/customers/{}", text(&made["id"]));
    let home = json!({ "address": { "line1": "Am Markt 7", "city": "Köln", "postal_code": "50667", "country": "DE" } });
    ok(admin.post(&format!("{path}/addresses"), &home).await).await;
    let other = json!({ "name": "Noëlle Byron", "emails": [{ "address": "byron@example.com" }] });
    ok(admin.post("/api/v1/customers", &other).await).await;

    for q in [
        "q=noel grun",
        "q=Grünwald",
        "q=quay hot",
        "q=noel@quay.example",
        "q=+353 21 427 1000",
        "q=köln markt",
        "q=50667",
        "mark=trade",
        "external_id=erp:4711",
        "origin=staff&q=grunw",
    ] {
        assert_eq!(found(&mut admin, q).await, ["Noël Grünwald"], "{q}");
    }
    assert_eq!(found(&mut admin, "q=noel").await, ["Noëlle Byron", "Noël Grünwald"]);
    for q in ["q=unwald", "q=noel byro grun", "q=…", "mark=none", "external_id=erp:47", "q=99999"] {
        assert_eq!(found(&mut admin, q).await, [""; 0], "{q}");
    }
    let wrong = admin.get("/api/v1/customers?external_id=4711").await;
    assert_eq!((wrong.status, &*wrong.code()), (422, "invalid"), "{}", wrong.json());

    // By the number of an order, whoever placed it.
    let placed = ordered(&mut town.shop("a"), "Ada Lovelace", "ada@example.com").await;
    let number = placed["number"].as_i64().unwrap();
    read_until(
        "the guest has a record",
        async || found(&mut admin, &format!("q=#{number}")).await,
        |found| *found == ["Ada Lovelace"],
    )
    .await;
    // One address, one record.
    let again = admin.post("/api/v1/customers", &said).await;
    assert_eq!((again.status, &*again.code()), (409, "email_known"), "{}", again.json());
    assert_eq!(again.json()["customer_id"], made["id"]);
    verify(&town.world.cell);
}

async fn guests_under_one_address_are_one_record_until_it_is_shown_to_be_somebodys(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    ok(admin.post("/api/v1/products", &lamp("L", 50)).await).await;
    let first = ordered(&mut town.shop("a"), "Ada Lovelace", "ada@example.com").await;
    let second = ordered(&mut town.shop("a"), "A. Lovelace", "ada@example.com").await;
    let guest = |order: &Value| format!("/api/v1/customers/{}", text(&order["customer"]["id"]));
    let record = admin.until(&guest(&second), |read| read["origin"] == "guest").await;
    assert_eq!(admin.get(&guest(&first)).await.json()["id"], record["id"], "both are one customer's");
    assert_eq!((&record["name"], &record["emails"][0].get("proven_at")), (&json!("Ada Lovelace"), &None));
    let orders = format!("/api/v1/customers/{}/orders", text(&record["id"]));
    assert_eq!(all(&mut admin, &orders).await.len(), 2);

    // They sign up: what was kept for their address is theirs from then on.
    let mut ada = town.customer("a", "ada@example.com").await;
    let path = format!("/api/v1/customers/{}", ada.account);
    let mine = admin.until(&path, |read| read["absorbed"] == json!([record["id"]])).await;
    assert_eq!(mine["origin"], "account");
    let theirs = format!("{path}/orders");
    read_until("they have both orders", async || all(&mut ada.client, &theirs).await, |all| all.len() == 2)
        .await;
    assert_eq!(found(&mut admin, "origin=guest").await, [""; 0], "there is no guest any more");
    let gone = ok(admin.get(&format!("/api/v1/customers/{}", text(&record["id"]))).await).await;
    assert_eq!(gone["merged"], json!({ "into": ada.account, "because": "proven" }));
    let apart =
        admin.post(&format!("/api/v1/customers/{}/take-apart", text(&record["id"])), &json!({})).await;
    assert_eq!((apart.status, &*apart.code()), (409, "merge_proven"), "{}", apart.json());

    // Where they have something sent stands in their book afterwards, once.
    let address = json!({ "line1": "1 Quay", "city": "Cork", "postal_code": "T12 X2AB", "country": "IE" });
    let mut mine = order(&[("L", 1)]);
    mine["shipping_address"] = address;
    for _ in 0..2 {
        ok(ada.client.post("/api/v1/orders", &mine).await).await;
    }
    let read = ada.client.until(&path, |read| read["addresses"].as_array().unwrap().len() == 1).await;
    assert_eq!(read["addresses"][0]["address"]["line1"], "1 Quay", "{read}");
    assert_eq!(all(&mut ada.client, &theirs).await.len(), 4);
    verify(&town.world.cell);
}

async fn two_records_of_one_person_are_merged_and_taken_apart_again(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    ok(admin.post("/api/v1/products", &lamp("L", 50)).await).await;
    let mut ada = town.customer("a", "ada@example.com").await;
    let mut old = town.customer("a", "ada@old.example").await;
    let mut was_placed = order(&[("L", 1)]);
    was_placed["customer"]["email"] = json!("ada@old.example");
    let placed = ok(old.client.post("/api/v1/orders", &was_placed).await).await;
    let guest = ordered(&mut town.shop("a"), "Ada", "ada@work.example").await;
    let guests = format!("/api/v1/customers/{}", text(&guest["customer"]["id"]));
    let guests = text(&admin.until(&guests, |read| read["origin"] == "guest").await["id"]);
    let (new, before) = (ada.account.clone(), old.account.clone());
    let act = |id: &str, what: &str| format!("/api/v1/customers/{id}/{what}");
    let reads = format!("/api/v1/orders/{}", text(&placed["id"]));
    assert_eq!(ada.client.get(&reads).await.status, 404);
    let mine = act(&new, "orders");

    let merged = ok(admin.post(&act(&guests, "merge"), &json!({ "into": before })).await).await;
    assert_eq!(merged["merged"], json!({ "into": before, "because": "staff" }));
    ok(admin.post(&act(&before, "merge"), &json!({ "into": new })).await).await;
    // All of what went into theirs, however far, is theirs.
    assert_eq!(all(&mut ada.client, &mine).await.len(), 2);
    assert_eq!(all(&mut ada.client, "/api/v1/orders").await.len(), 2);
    assert_eq!(ada.client.get(&reads).await.status, 200);
    assert_eq!(all(&mut old.client, "/api/v1/orders").await.len(), 2, "and what was theirs still is");
    assert_eq!(found(&mut admin, "").await.len(), 1, "it is one customer");

    // Never in a circle, never twice, never into one who does not sign in.
    for (id, into, code) in [
        (&new, &before, "already_merged"),
        (&new, &new, "merged_with_itself"),
        (&before, &guests, "already_merged"),
    ] {
        let refused = admin.post(&act(id, "merge"), &json!({ "into": into })).await;
        assert_eq!((refused.status, &*refused.code()), (409, code), "{}", refused.json());
    }
    let made = json!({ "name": "Bob", "emails": [] });
    let bob = text(&ok(admin.post("/api/v1/customers", &made).await).await["id"]);
    let refused = admin.post(&act(&new, "merge"), &json!({ "into": bob })).await;
    assert_eq!((refused.status, &*refused.code()), (409, "merge_the_other_way"), "{}", refused.json());
    let nobody = admin.post(&act(&new, "merge"), &json!({ "into": uuid::Uuid::nil() })).await;
    assert_eq!(nobody.status, 404, "{}", nobody.json());

    let apart = ok(admin.post(&act(&before, "take-apart"), &json!({})).await).await;
    assert_eq!(apart.get("merged"), None, "{apart}");
    assert_eq!(all(&mut ada.client, &mine).await.len(), 0);
    assert_eq!(ada.client.get(&reads).await.status, 404);
    assert_eq!(all(&mut admin, &act(&before, "orders")).await.len(), 2, "the guest stays with it");
    ok(admin.post(&act(&guests, "take-apart"), &json!({})).await).await;
    assert_eq!(all(&mut admin, &act(&guests, "orders")).await.len(), 1);
    verify(&town.world.cell);
}

async fn of_whoever_was_erased_no_record_says_anything_and_their_address_is_free(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    ok(admin.post("/api/v1/products", &lamp("L", 50)).await).await;
    let placed = ordered(&mut town.shop("a"), "Ada Lovelace", "ada@example.com").await;
    let guest = format!("/api/v1/customers/{}", text(&placed["customer"]["id"]));
    let record = text(&admin.until(&guest, |read| read["origin"] == "guest").await["id"]);
    let path = format!("/api/v1/customers/{record}");
    ok(patch(&mut admin, &path, json!({ "marks": ["VIP"], "phone": "0214271000" })).await).await;
    ok(admin.post(&format!("{path}/notes"), &json!({ "text": "Pays late." })).await).await;
    ok(admin.post("/api/v1/privacy/erasures", &json!({ "person": record })).await).await;
    let left = ok(admin.get(&path).await).await;
    assert_eq!((&left["name"], &left["emails"], &left["erased"]), (&json!(""), &json!([]), &json!(true)));
    for q in ["q=lovelace", "q=ada@example.com", "q=0214271000", "mark=VIP"] {
        assert_eq!(found(&mut admin, q).await, [""; 0], "{q}");
    }
    assert_eq!(all(&mut admin, &format!("{path}/notes")).await.len(), 0);
    let refused = admin.post(&format!("{path}/notes"), &json!({ "text": "She was Ada." })).await;
    assert_eq!((refused.status, &*refused.code()), (409, "customer_erased"), "{}", refused.json());
    // Whoever orders under the address afterwards is somebody new.
    let mut again = None;
    eventually("there is a new record for the address", async || {
        let placed = ordered(&mut town.shop("a"), "Ada Lovelace", "ada@example.com").await;
        let guest = format!("/api/v1/customers/{}", text(&placed["customer"]["id"]));
        let read = admin.until(&guest, |read| read["origin"] == "guest").await;
        again = Some(text(&read["id"]));
        again.as_ref() != Some(&record)
    })
    .await;
    verify(&town.world.cell);
}

async fn a_cart_takes_its_addresses_from_the_book_of_its_owner(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    ok(admin.post("/api/v1/products", &lamp("L", 50)).await).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut dee = town.customer("a", "dee@example.com").await;
    let mother = json!({ "name": "Eve Buyer", "line1": "1 Quay", "city": "Cork", "postal_code": "T12 X2AB", "country": "IE" });
    let office = json!({ "line1": "Markt 7", "city": "Köln", "postal_code": "50667", "country": "DE" });
    let book = |account: &str| format!("/api/v1/customers/{account}/addresses");
    let mut entries = Vec::new();
    for (whose, address) in [("cy", &mother), ("cy", &office), ("dee", &office)] {
        let person = if whose == "cy" { &mut cy } else { &mut dee };
        let kept = ok(person.client.post(&book(&person.account), &json!({ "address": address })).await).await;
        entries.push(kept["addresses"].as_array().unwrap().last().unwrap()["id"].clone());
    }
    let id = cart(&mut cy.client, &[("L", 1)]).await;
    let path = format!("/api/v1/carts/{id}");
    let details = |to: &Value, bill: &Value| json!({ "email": "cy@example.com", "name": "Cy Buyer", "shipping_address_id": to, "billing_address_id": bill });
    let told = ok(cy.client.put(&path, &details(&entries[0], &entries[1])).await).await;
    assert_eq!((&told["name"], &told["email"]), (&json!("Eve Buyer"), &json!("cy@example.com")));
    assert_eq!(told["shipping_address"]["line1"], "1 Quay", "{told}");
    assert_eq!(told["billing_address"]["line1"], "Markt 7", "{told}");
    // Nobody else's, none that there is not, and not two at once.
    let mut twice = details(&entries[0], &entries[1]);
    twice["shipping_address"] = office.clone();
    for wrong in [details(&entries[2], &entries[1]), details(&json!(uuid::Uuid::nil()), &entries[1]), twice] {
        let refused = cy.client.put(&path, &wrong).await;
        assert_eq!((refused.status, &*refused.code()), (422, "invalid"), "{}", refused.json());
        assert_eq!(refused.json()["errors"][0]["pointer"], "/shipping_address_id", "{}", refused.json());
    }
    // A guest's cart has no book.
    let mut guest = town.shop("a");
    let guests = cart(&mut guest, &[("L", 1)]).await;
    let refused = guest.put(&format!("/api/v1/carts/{guests}"), &details(&entries[0], &entries[1])).await;
    assert_eq!(refused.status, 422, "{}", refused.json());
    let placed = ok(cy.client.post(&format!("{path}/checkout"), &json!({})).await).await;
    assert_eq!(placed["shipping_address"]["line1"], "1 Quay", "{placed}");
    verify(&town.world.cell);
}

/// Whoever is signed in need not say again who they are and where they live.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_is_signed_in_orders_to_an_address_of_their_book() {
    let town = Town::start(Engine::Embedded, 1).await;
    let mut admin = crate::selling::fitted(&town.world).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let path = format!("/api/v1/customers/{}", cy.account);
    for (line1, delivery) in [("1 Quay", false), ("2 Quay", true)] {
        let address = json!({ "line1": line1, "city": "Cork", "postal_code": "T12 XY00", "country": "IE" });
        let kept = json!({ "address": address, "default_delivery": delivery });
        ok(cy.client.post(&format!("{path}/addresses"), &kept).await).await;
    }
    cart(&mut cy.client, &[("L", 1)]).await;
    let mut browser = Browser::start();
    browser.phone();
    browser.open(&format!("http://a.localhost:{}/sign-in?next=/checkout", town.world.server.port));
    browser.fill("E-mail address", "cy@example.com");
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.sees("2 Quay");
    assert_eq!(browser.eval("document.querySelector('#email').value"), "cy@example.com");
    assert_eq!(browser.eval("document.querySelector('#line1').checkVisibility()"), false);
    browser.eval("document.querySelectorAll('[name=book]')[0].click(); 0");
    browser.press("Continue to delivery");
    browser.sees("Place order");
    assert_eq!(browser.eval("document.querySelector('[name=book]').checked"), true);
    browser.eval("document.querySelector('[name=book][value=another]').click(); 0");
    assert_eq!(browser.eval("document.querySelector('#line1').checkVisibility()"), true);
    browser.fill("Street and number", "3 Quay");
    browser.press("Place order for €24.89");
    browser.sees("Thank you. Your order is placed.");
    browser.sees("3 Quay");
    assert!(browser.errors.is_empty(), "{:#?}", browser.errors);
    let read = admin.until(&path, |read| read["addresses"].as_array().unwrap().len() == 3).await;
    assert_eq!(read["addresses"][2]["address"]["line1"], "3 Quay", "{read}");
}
