//! What somebody ordered as a guest is theirs once they have shown that the address is.

use galleria_tests::server::{command, verify};
use galleria_tests::{Client, eventually, read_until};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::people::{PASSWORD, Person, Town, sign_in};
use crate::selling::{ada, cart, describe};
use crate::world::{Engine, all, lamp, order};

over_both_engines!(
    what_was_ordered_as_a_guest_is_the_customers_once_the_address_is_shown_to_be_theirs,
    whoever_is_erased_is_erased_as_the_guest_they_were,
);

const EMAIL: &str = "ada@example.com";

/// The cart and the order of a guest.
async fn ordered(guest: &mut Client) -> (String, Value) {
    let id = cart(guest, &[("L", 1)]).await;
    let total = describe(guest, &id, &ada()).await["bill"]["total"].clone();
    let placed =
        guest.post(&format!("/api/v1/carts/{id}/checkout"), &json!({ "expected_total": total })).await;
    assert_eq!(placed.status, 201, "{}", placed.json());
    (id, placed.json())
}

async fn orders_of(client: &mut Client, count: usize) -> Vec<Value> {
    let what = format!("there are {count} orders");
    read_until(&what, async || all(client, "/api/v1/orders").await, |found| found.len() == count).await
}

async fn what_was_ordered_as_a_guest_is_the_customers_once_the_address_is_shown_to_be_theirs(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    assert_eq!(admin.post("/api/v1/products", &lamp("L", 50)).await.status, 201);
    let mut guest = town.shop("a");
    let (bag, placed) = ordered(&mut guest).await;
    let by_phone = admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
    // Somebody else's, though they typed this address; and one for an organisation.
    let mut dee = town.customer("a", "dee@example.com").await;
    let others = dee.client.post("/api/v1/orders", &order(&[("L", 1)])).await;
    assert_eq!(others.status, 201, "{}", others.json());
    let mut named = order(&[("L", 1)]);
    named["customer"]["id"] = json!(dee.account);
    assert_eq!(admin.post("/api/v1/orders", &named).await.status, 201);

    // Whoever has only typed the address has nothing of it.
    let asked = guest.post("/api/v1/sign-up", &json!({ "name": "Ada Lovelace", "email": EMAIL })).await;
    assert_eq!(asked.status, 202);
    town.letters_after(EMAIL, 0).await;
    // Whoever would give it to them gives Eve, whose address is known, what was ordered for her afterwards.
    let mut eve = town.customer("a", "eve@example.com").await;
    let mut for_eve = order(&[("L", 1)]);
    for_eve["customer"]["email"] = json!("eve@example.com");
    assert_eq!(admin.post("/api/v1/orders", &for_eve).await.status, 201);
    orders_of(&mut eve.client, 1).await;
    let account = all(&mut admin, "/api/v1/accounts?audience=customer&email=ada@example.com").await.remove(0);
    let theirs = format!("/api/v1/orders?customer_id={}", account["id"].as_str().unwrap());
    assert_eq!(all(&mut admin, &theirs).await.len(), 0);

    let seen_before = guest.get(&format!("/api/v1/carts/{bag}/order")).await;
    let ticket = town.ticket_for(EMAIL).await;
    let set = guest.post("/api/v1/passwords", &json!({ "ticket": ticket, "password": PASSWORD })).await;
    assert_eq!(set.status, 204, "{}", set.json());
    let signed_in = sign_in(&mut guest, EMAIL, PASSWORD, "customer").await;
    let mut ada = Person::of(&guest, EMAIL, &signed_in.json());
    let mine = orders_of(&mut ada.client, 2).await;
    for (order, listed) in [(&by_phone, &mine[0]), (&placed, &mine[1])] {
        assert_eq!((&listed["id"], &listed["customer"]["id"]), (&order["id"], &json!(ada.account)));
        let read = ada.client.get(&format!("/api/v1/orders/{}", order["id"].as_str().unwrap())).await;
        assert_eq!(read.status, 200, "{}", read.json());
    }
    assert_eq!(all(&mut admin, &theirs).await.len(), 2);
    assert_eq!(all(&mut dee.client, "/api/v1/orders").await.len(), 2);

    // The guest whose cart it was reads the same as before: nothing tells them that there is an account.
    let seen_after = guest.get(&format!("/api/v1/carts/{bag}/order")).await;
    assert_eq!(seen_after.json(), seen_before.json());
    assert_eq!(seen_after.header("etag"), seen_before.header("etag"));

    // Signed out they are a guest again, and yet it is theirs.
    let (_, later) = ordered(&mut town.shop("a")).await;
    assert_eq!(orders_of(&mut ada.client, 3).await[0]["id"], later["id"]);
    let cancelled = ada.client.delete(&format!("/api/v1/orders/{}", later["id"].as_str().unwrap())).await;
    assert_eq!(cancelled.json()["status"], "cancelled", "{}", cancelled.json());
    verify(&town.world.cell);
}

async fn whoever_is_erased_is_erased_as_the_guest_they_were(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    assert_eq!(admin.post("/api/v1/products", &lamp("L", 50)).await.status, 201);
    let (_, placed) = ordered(&mut town.shop("a")).await;
    let mut ada = town.customer("a", EMAIL).await;
    orders_of(&mut ada.client, 1).await;
    let path = format!("/api/v1/orders/{}", placed["id"].as_str().unwrap());
    // What is said of it afterwards is theirs, too.
    let packed = json!({ "status": "confirmed", "reason": "Ada rang" }).to_string();
    assert_eq!(admin.send("PUT", &format!("{path}/status"), &[], Some(&packed)).await.unwrap().status, 200);
    let erased = admin.post("/api/v1/privacy/erasures", &json!({ "person": ada.account })).await;
    assert_eq!(erased.status, 200, "{}", erased.json());
    let left = admin.get(&path).await.json();
    assert_eq!((&left["customer"]["name"], &left["customer"]["email"]), (&json!(""), &json!("")));
    assert!(!left.to_string().contains("rang"), "{left}");
    let guest = placed["customer"]["id"].as_str().unwrap();
    eventually("the guest that they were is erased", async || {
        command(&town.world.cell, &["privacy", "erasures"]).contains(guest)
    })
    .await;
    verify(&town.world.cell);
}
