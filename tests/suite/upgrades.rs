//! What older versions have written is opened, is what the log says, and goes on.

use std::path::{Path, PathBuf};
use std::process::Command;

use galleria_tests::server::{command, verify};
use galleria_tests::{Cell, Client, Postgres, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

/// An admin of the shop, as that version made one.
const ADMIN: &str = "gal_K6k1mbwJrK8nGyLPYKDIvifas93di1-zRbqWJamEfAA";
const CART: &str = "/api/v1/carts/1f22a5e1-80ca-43c9-b622-ab06aa8fb67e";
const ORDERED: &str = "/api/v1/carts/ba7d8346-9ff0-44f7-90ee-c2c8d3f7f5eb";
const ORDER: &str = "/api/v1/orders/01a22860-7d20-77bf-a06f-add6f996067c";
const DRAFT: &str = "/api/v1/draft-orders/3236fc09-9e96-420b-96c0-b0fc556b6558";

struct Old {
    cell: Cell,
    _postgres: Option<Postgres>,
    _folder: TempDir,
}

fn before(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("before").join(name)
}

fn unpacked(folder: &TempDir) -> PathBuf {
    let archive = before("folder.tar.gz");
    let tar = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(folder.path()).status();
    assert!(tar.unwrap().success());
    folder.path().join("data")
}

fn folder() -> Old {
    let folder = tempfile::tempdir().unwrap();
    let cell = Cell::Folder(unpacked(&folder));
    Old { cell, _postgres: None, _folder: folder }
}

fn database() -> Old {
    let folder = tempfile::tempdir().unwrap();
    let keys = unpacked(&folder).join("galleria.keys");
    let postgres = Postgres::start();
    let text = Command::new("gzip").arg("-dc").arg(before("database.sql.gz")).output().unwrap();
    postgres.take_in(text.stdout);
    postgres.prepare();
    let cell = Cell::Keyed(postgres.app_url(), keys);
    Old { cell, _postgres: Some(postgres), _folder: folder }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_from_before_is_opened_and_goes_on() {
    goes_on(&folder()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_before_is_opened_and_goes_on() {
    goes_on(&database()).await;
}

async fn goes_on(old: &Old) {
    assert_eq!(verify(&old.cell)["tenants"].as_array().unwrap().len(), 2);
    let server = Server::start(old.cell.clone()).await;
    let mut shop = server.client("demo", Some(ADMIN));
    says_what_it_said(&mut shop).await;

    // A cart is filled on, its code is taken out, and it is ordered.
    let cart = shop.post(&format!("{CART}/codes"), &json!({ "code": "NO-SUCH" })).await;
    assert_eq!((cart.status, &cart.json()["codes"]), (200, &json!(["HELLO", "NO-SUCH"])));
    for (code, left) in [("HELLO", json!(["NO-SUCH"])), ("NO-SUCH", json!([]))] {
        let cart = shop.delete(&format!("{CART}/codes/{code}")).await;
        assert_eq!((cart.status, &cart.json()["codes"]), (200, &left));
    }
    let delivery = shop.get(CART).await.json()["delivery_options"][0]["id"].clone();
    let chosen = shop.put(&format!("{CART}/delivery"), &json!({ "delivery_option_id": delivery })).await;
    assert_eq!(chosen.status, 200, "{}", chosen.json());
    let placed = shop.post(&format!("{CART}/checkout"), &json!({})).await;
    assert_eq!((placed.status, placed.json()["purchase_order"].as_str()), (201, Some("PO-77")));
    // That version had taken the numbers up to 1060.
    assert_eq!(placed.json()["number"], 1061);

    // Its code is its promotion's, though that had it before codes were claimed.
    let twice = json!({ "name": "Again", "effect": { "kind": "percent", "off": "5%" }, "code": "hello" });
    let taken = shop.post("/api/v1/promotions", &twice).await;
    assert_eq!((taken.status, taken.code()), (409, "code_taken".to_owned()), "{}", taken.json());

    // The draft is drawn anew, and the order's other piece is sent.
    let seen = shop.get(DRAFT).await;
    let (version, drawn) = (seen.header("etag").unwrap(), redrawn(&seen.json()).to_string());
    let draft = shop.send("PUT", DRAFT, &[("if-match", version)], Some(&drawn)).await.unwrap();
    assert_eq!((draft.status, &draft.json()["bill"]["total"]), (200, &json!(90)), "{}", draft.json());
    let parcel =
        json!({ "lines": [{ "line": 1, "quantity": 1 }], "carrier": "An Post", "tracking_number": "N-2" });
    let sent = shop.post(&format!("{ORDER}/parcels"), &parcel).await;
    assert_eq!(sent.status, 201, "{}", sent.json());

    // Whoever it was about is forgotten, for the tables as for a replay of the log.
    let order = shop.get(ORDER).await.json();
    let ada = order["customer"]["id"].as_str().unwrap().to_owned();
    command(&old.cell, &["privacy", "erase", "--tenant", "demo", &ada, "--yes"]);
    let order = shop.get(ORDER).await;
    let told = String::from_utf8_lossy(&order.body).into_owned();
    for word in ["Ada", "Quay", "PO-77", "N-1", "N-2"] {
        assert!(!told.contains(word), "{word} is still in {told}");
    }
    verify(&old.cell);
}

/// The same as under the version that wrote it.
async fn says_what_it_said(shop: &mut Client) {
    let cart = shop.get(CART).await.json();
    assert_eq!(cart["codes"], json!(["HELLO"]));
    assert_eq!((&cart["name"], &cart["purchase_order"]), (&json!("Ada Lovelace"), &json!("PO-77")));
    assert_eq!(cart["bill"]["total"], 3960);
    assert_eq!(shop.get(ORDERED).await.json()["state"], "ordered");
    let order = shop.get(ORDER).await.json();
    assert_eq!(
        (&order["number"], &order["status"], &order["total"]),
        (&json!(1045), &json!("confirmed"), &json!(4890))
    );
    assert_eq!(
        (&order["customer"]["name"], &order["purchase_order"]),
        (&json!("Ada Lovelace"), &json!("PO-77"))
    );
    let parcel = &order["parcels"][0];
    assert_eq!((&parcel["carrier"], &parcel["tracking_number"]), (&json!("An Post"), &json!("N-1")));
    let draft = shop.get(DRAFT).await.json();
    assert_eq!((&draft["name"], &draft["purchase_order"]), (&json!("Bob"), &json!("PO-9")));
    assert_eq!(draft["bill"]["total"], 90);
    let organisations = shop.get("/api/v1/organisations").await.json();
    assert_eq!(organisations["items"][0]["name"], "Quay Hotels");
}

fn redrawn(draft: &Value) -> Value {
    json!({
        "name": draft["name"], "email": draft["email"],
        "lines": [{ "variant_id": draft["lines"][0]["variant_id"], "quantity": 1, "unit_price": 90, "reason": "for Bob" }],
    })
}
