//! Two nodes on one database: what one of them remembers is compared with what the other has changed.

use galleria_tests::{Client, Server};
use serde_json::{Value, json};

use crate::selling::{ada, cart, deliver, describe, fitted};
use crate::till::{is, text};
use crate::world::{Engine, World, lamp};

async fn page(visitor: &mut Client, path: &str) -> String {
    let page = visitor.send("GET", path, &[("accept", "text/html")], None).await.unwrap();
    assert_eq!(page.status, 200, "{path}");
    String::from_utf8(page.body).unwrap()
}

/// Sets the price of the lamps.
async fn reprice(admin: &mut Client, path: &str, price: i64) {
    let version = admin.get(path).await.header("etag").unwrap().to_owned();
    let mut lamps = lamp("L", 50);
    lamps["variants"][0] = json!({ "sku": "L", "price": price });
    let put = admin.send("PUT", path, &[("if-match", &version)], Some(&lamps.to_string())).await.unwrap();
    assert_eq!(put.status, 200, "{}", put.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_has_changed_the_other_neither_shows_nor_charges_as_it_was() {
    let world = World::start(Engine::Database, 1).await;
    let mut admin = fitted(&world).await;
    let other = Server::start_with(world.cell.clone(), &[]).await;
    let mut elsewhere = other.client("a", Some(world.key("a")));
    let lamps = admin.get("/api/v1/products?sku=L").await.json()["items"][0].take();
    let (lamps, address) =
        (format!("/api/v1/products/{}", text(&lamps["id"])), format!("/p/{}", text(&lamps["handle"])));

    // This node has seen the price, in a cart and on pages.
    let mut guest = world.server.client("a", None);
    let id = cart(&mut guest, &[("L", 1)]).await;
    let path = format!("/api/v1/carts/{id}");
    describe(&mut guest, &id, &ada()).await;
    let seen = deliver(&mut guest, &id).await["bill"]["total"].clone();
    assert_eq!(seen, 1999 + 490);
    for place in ["/", &address, &address] {
        assert!(page(&mut guest, place).await.contains("19.99"), "{place}");
    }

    reprice(&mut elsewhere, &lamps, 2999).await;
    for place in ["/", &address] {
        assert!(page(&mut guest, place).await.contains("29.99"), "{place}");
    }
    let order = |total: &Value| json!({ "expected_total": total });
    let stale = guest.post(&format!("{path}/checkout"), &order(&seen)).await;
    is(&stale, 409, "total_changed");
    assert_eq!(stale.json()["total"], 2999 + 490);

    // And once more, without looking at the cart in between: nobody is refused by what a node remembers.
    reprice(&mut elsewhere, &lamps, 3999).await;
    let ordered = guest.post(&format!("{path}/checkout"), &order(&json!(3999 + 490))).await;
    assert_eq!((ordered.status, &ordered.json()["total"]), (201, &json!(3999 + 490)), "{}", ordered.json());
}
