//! A person's words, where they lie, and that they are gone when the person is erased.

use std::path::Path;

use galleria_tests::server::{command, make_key, verify};
use galleria_tests::{Cell, Client, eventually, read_until};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::people::Town;
use crate::world::{Engine, World, all, lamp};

over_both_engines!(
    an_erased_customer_is_found_nowhere_while_the_books_stay,
    whatever_somebody_wrote_anywhere_is_found_by_their_address_and_gone_from_every_copy,
);

const WORDS: [&str; 6] = [
    "Quillfeather",
    "quillfeather@example.org",
    "+44 7700 900123",
    "Larkspur Mews",
    "ring twice",
    "cold feet",
];

async fn an_erased_customer_is_found_nowhere_while_the_books_stay(engine: Engine) {
    let mut world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    assert_eq!(admin.post("/api/v1/products", &lamp("L", 9)).await.status, 201);
    let body = json!({
        "customer": { "name": "Ottilie Quillfeather", "email": "Quillfeather@example.org", "phone": "+44 7700 900123" },
        "shipping_address": { "line1": "3 Larkspur Mews", "city": "Wells", "postal_code": "BA5 2PN", "country": "GB" },
        "lines": [{ "sku": "L", "quantity": 2 }], "note": "Please ring twice",
    })
    .to_string();
    let once = [("idempotency-key", "k1")];
    let placed = admin.send("POST", "/api/v1/orders", &once, Some(&body)).await.unwrap();
    assert_eq!(placed.status, 201, "{}", placed.json());
    let path = format!("/api/v1/orders/{}", placed.json()["id"].as_str().unwrap());
    let cancel = json!({ "status": "cancelled", "reason": "Quillfeather got cold feet" }).to_string();
    let cancelled = admin.send("PUT", &format!("{path}/status"), &[], Some(&cancel)).await.unwrap();
    assert_eq!(cancelled.status, 200, "{}", cancelled.json());

    let found = admin.get("/api/v1/orders?email=quillfeather@EXAMPLE.org").await.json();
    assert_eq!(found["items"][0]["customer"]["name"], "Ottilie Quillfeather");
    let find = ["privacy", "find", "--tenant", "a", "--email", "quillfeather@example.org"];
    let person = command(&world.cell, &find).split(' ').next().unwrap().to_owned();
    assert_eq!(person, placed.json()["customer"]["id"]);

    // Beside the serving process, which does it.
    command(&world.cell, &["privacy", "erase", "--tenant", "a", &person, "--yes"]);

    let left = admin.get(&path).await;
    assert_eq!((left.status, &left.json()["bill"]["subtotal"]), (200, &json!(3998)));
    let again = admin.send("POST", "/api/v1/orders", &once, Some(&body)).await.unwrap();
    assert_eq!((again.status, again.code().as_str()), (409, "reply_erased"));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let mut seen = [left.body, again.body, admin.get("/api/v1/orders").await.body].concat();
    let by_email = admin.get("/api/v1/orders?email=quillfeather@example.org").await.json();
    assert_eq!(by_email["items"], json!([]));
    let returns = body.replace("\"customer\":{", &format!("\"customer\":{{\"id\":\"{person}\","));
    let returns = admin.send("POST", "/api/v1/orders", &[], Some(&returns)).await.unwrap();
    assert_eq!((returns.status, returns.code().as_str()), (409, "person_erased"));

    verify(&world.cell);
    seen.extend(everything(&world).await);
    world.server.stop();
    seen.extend(everything(&world).await);
    let seen = String::from_utf8_lossy(&seen).to_lowercase();
    for word in WORDS {
        assert!(!seen.contains(&word.to_lowercase()), "{word:?} can still be read");
    }
    verify(&world.cell);
}

/// In every field that somebody writes freely, this and where it stands.
const MARK: &str = "pimpernel";
const EMAIL: &str = "pimpernel@example.org";

fn address() -> Value {
    json!({ "line1": "Pimpernel Row 1", "city": "Cork", "postal_code": "T12 XY00", "country": "IE" })
}

fn person(number: &str) -> Value {
    json!({
        "name": "Percy Pimpernel", "email": EMAIL, "phone": "+353 pimpernel", "company": "Pimpernel Sons",
        "shipping_address": address(), "purchase_order": format!("PO Pimpernel {number}"), "note": "Ask for Pimpernel",
    })
}

fn draft() -> Value {
    let mut draft = person("draft");
    draft["lines"] = json!([
        { "sku": "L", "quantity": 2, "unit_price": 1500, "reason": "Pimpernel fair" },
        { "sku": "R", "quantity": 1, "unit_price": 2500, "reason": "Pimpernel carved" },
    ]);
    draft["discount"] = json!({ "off": "10%", "text": "For old Pimpernel" });
    draft["delivery"] = json!({ "name": "To Pimpernel by hand", "price": 250 });
    draft
}

async fn done(client: &mut Client, method: &str, path: &str, body: Value) -> Value {
    let body = (!body.is_null()).then(|| body.to_string());
    let answer = client.send(method, path, &[], body.as_deref()).await.unwrap();
    assert!([200, 201, 204].contains(&answer.status), "{method} {path}: {}", answer.json());
    if answer.body.is_empty() { Value::Null } else { answer.json() }
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

/// A cart with everything that can be typed into one.
async fn filled(client: &mut Client, number: &str) -> String {
    let lines = json!({ "lines": [{ "sku": "L", "quantity": 1 }] });
    let cart = format!("/api/v1/carts/{}", id(&done(client, "POST", "/api/v1/carts", lines).await));
    for code in ["PIMPERNEL10", "PIMPERNEL20"] {
        done(client, "POST", &format!("{cart}/codes"), json!({ "code": code })).await;
    }
    done(client, "DELETE", &format!("{cart}/codes/PIMPERNEL10"), Value::Null).await;
    let told = done(client, "PUT", &cart, person(number)).await;
    assert_eq!(
        (&told["codes"], &told["purchase_order"]),
        (&json!(["PIMPERNEL20"]), &person(number)["purchase_order"])
    );
    cart
}

/// Everything that a shop's API says of carts, drafts, orders, organisations and customers.
async fn told(admin: &mut Client) -> String {
    let mut told = String::new();
    for path in [
        "carts",
        "carts?state=ordered",
        "draft-orders",
        "draft-orders?state=ordered",
        "orders",
        "organisations",
        "customers",
    ] {
        for item in all(admin, &format!("/api/v1/{path}")).await {
            let noun = path.split('?').next().unwrap();
            let whole = admin.get(&format!("/api/v1/{noun}/{}", id(&item))).await;
            assert_eq!(whole.status, 200, "{}", whole.json());
            told.push_str(&format!("{item} {}\n", whole.json()));
        }
    }
    told
}

async fn whatever_somebody_wrote_anywhere_is_found_by_their_address_and_gone_from_every_copy(engine: Engine) {
    let mut town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    for sku in ["L", "R"] {
        done(&mut admin, "POST", "/api/v1/products", lamp(sku, 50)).await;
    }
    // A guest with an open cart and one that was ordered and sent; drafts, one open and one that became an order.
    let mut guest = town.shop("a");
    filled(&mut guest, "open").await;
    let cart = filled(&mut guest, "ordered").await;
    let ordered = done(&mut guest, "POST", &format!("{cart}/checkout"), json!({})).await;
    let order = format!("/api/v1/orders/{}", id(&ordered));
    done(&mut admin, "PUT", &format!("{order}/status"), json!({ "status": "confirmed" })).await;
    let label = json!({ "carrier": "Pimpernel Post", "tracking_number": "PIMPERNEL-77" });
    done(&mut admin, "POST", &format!("{order}/parcels"), label).await;
    let sent = done(&mut admin, "GET", &order, Value::Null).await;
    assert_eq!(sent["parcels"][0]["tracking_number"], "PIMPERNEL-77", "{sent:#}");
    done(&mut admin, "POST", "/api/v1/draft-orders", draft()).await;
    let drawn = id(&done(&mut admin, "POST", "/api/v1/draft-orders", draft()).await);
    let completed =
        done(&mut admin, "POST", &format!("/api/v1/draft-orders/{drawn}/complete"), Value::Null).await;
    assert_eq!(completed["delivery"]["name"], "To Pimpernel by hand");
    assert_eq!(
        completed["bill"],
        done(&mut admin, "GET", &format!("/api/v1/orders/{}", id(&completed)), Value::Null).await["bill"]
    );
    let texts = completed["bill"].to_string();
    for text in [
        "Own price, Pimpernel fair\"",
        "Pimpernel carved: instead of",
        "For old Pimpernel\"",
        "To Pimpernel by hand",
    ] {
        assert!(texts.contains(text), "{text}: {texts}");
    }
    // And with an account: a guest's cart that they made theirs, and an order for an organisation that is one person.
    let mut percy = town.customer("a", EMAIL).await;
    let cart = filled(&mut guest, "claimed").await;
    let claimed = done(&mut percy.client, "POST", &format!("{cart}/claim"), Value::Null).await;
    assert_eq!(claimed["codes"], json!(["PIMPERNEL20"]));
    let sole = json!({ "name": "Pimpernel Gardens", "vat_id": "IE6388047V", "billing_address": address() });
    let sole = id(&done(&mut admin, "POST", "/api/v1/organisations", sole).await);
    let member = format!("/api/v1/organisations/{sole}/members/{}", percy.account);
    done(&mut admin, "PUT", &member, json!({ "role": "buyer" })).await;
    let bought = done(&mut percy.client, "POST", &format!("{cart}/checkout"), json!({})).await;
    assert_eq!(bought["organisation"], json!({ "id": sole, "name": "Pimpernel Gardens" }));
    filled(&mut percy.client, "own").await;
    // And in their record: what they say of themselves, and what the shop says of them.
    let record = format!("/api/v1/customers/{}", percy.account);
    let seen = admin.until(&record, |read| read["version"] != json!(0)).await;
    let said = json!({
        "name": "Percy Pimpernel", "company": "Pimpernel & Co", "emails": [{ "address": "pimpernel@work.example" }],
        "marks": ["old pimpernel"], "external_ids": { "erp": "PIMPERNEL-1" }, "phone": "+353 21 427 1000",
    });
    let version = format!("\"{}\"", seen["version"]);
    let put = admin.send("PUT", &record, &[("if-match", version.as_str())], Some(&said.to_string())).await;
    assert_eq!(put.as_ref().map(|put| put.status).ok(), Some(200), "{}", put.unwrap().json());
    let note = json!({ "text": "Pimpernel pays late" });
    let dropped = done(&mut admin, "POST", &format!("{record}/notes"), note.clone()).await;
    done(&mut admin, "DELETE", &format!("{record}/notes/{}", id(&dropped)), Value::Null).await;
    done(&mut admin, "POST", &format!("{record}/notes"), note).await;
    done(&mut admin, "POST", &format!("{record}/addresses"), json!({ "address": address() })).await;
    // The guest's key goes away by itself once the cart is a customer's.
    let erasures = async || command(&town.world.cell, &["privacy", "erasures"]);
    read_until("one key is gone", erasures, |erasures| erasures.lines().count() == 1).await;

    let world = &town.world;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let clear = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_lowercase().contains(MARK);
    command(&world.cell, &["backup", &at("before")]);
    assert!(!clear(&std::fs::read(at("before")).unwrap()), "a backup holds nothing personal in clear");
    assert!(told(&mut admin).await.to_lowercase().contains(MARK));

    let find = ["privacy", "find", "--tenant", "a", "--email", "Pimpernel@Example.org"];
    // What was ordered under the address is the account's once it is shown to be theirs; carts and drafts are not.
    let whole = "(3 orders, 2 carts, 1 account, 1 customer)";
    let expected = ["(1 cart)", "(1 cart)", "(1 customer)", "(1 draft)", "(1 draft)", whole];
    let as_expected = |found: &String| {
        let mut kinds: Vec<&str> = found.lines().map(|line| line.split_once(' ').unwrap().1).collect();
        kinds.sort_unstable();
        kinds == expected
    };
    let what = format!("{expected:?} are found");
    let found = read_until(&what, async || command(&world.cell, &find), as_expected).await;
    for person in found.lines().map(|line| line.split(' ').next().unwrap()).chain([sole.as_str()]) {
        command(&world.cell, &["privacy", "erase", "--tenant", "a", person, "--yes"]);
    }
    assert!(!command(&world.cell, &find).contains('('), "nobody is known by it any more");
    verify(&world.cell);

    command(&world.cell, &["backup", &at("after")]);
    assert!(!clear(&std::fs::read(at("after")).unwrap()));
    command(&world.cell, &["restore", &at("before"), "--tenant", "a", "--as", "again"]);
    let key = make_key(&world.cell, "again", "admin");
    let mut again = world.server.client("again", Some(&key));
    eventually("its copy is served", async || again.get("/api/v1/orders").await.status == 200).await;
    for (name, client) in [("the shop", &mut admin), ("its copy", &mut again)] {
        let told = told(client).await;
        assert!(!told.to_lowercase().contains(MARK), "{name} tells: {told}");
        let books = client.get("/api/v1/orders").await.json();
        let totals: Vec<&Value> =
            books["items"].as_array().unwrap().iter().map(|order| &order["total"]).collect();
        assert_eq!(
            totals,
            [&bought["total"], &completed["total"], &ordered["total"]],
            "the books of {name} stay"
        );
    }
    verify(&world.cell);
    let mut seen = everything(&town.world).await;
    town.world.server.stop();
    seen.extend(everything(&town.world).await);
    let seen = String::from_utf8_lossy(&seen).to_lowercase();
    let left: Vec<&str> = seen
        .match_indices(MARK)
        .map(|(at, _)| &seen[seen.floor_char_boundary(at.saturating_sub(60))..at + 9])
        .collect();
    assert!(left.is_empty(), "can still be read: {left:#?}");
}

/// Every byte of every file of a folder, or every value of every table of a database.
pub async fn everything(world: &World) -> Vec<u8> {
    match (&world.cell, &world.postgres) {
        (Cell::Folder(path), _) => files(path),
        (Cell::Database(_), Some(postgres)) => rows(&postgres.owner_url()).await,
        _ => panic!("a database has a server"),
    }
}

fn files(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            bytes.extend(files(&path));
        } else if path.is_file() {
            bytes.extend(std::fs::read(&path).unwrap());
        }
    }
    bytes
}

async fn rows(url: &str) -> Vec<u8> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let tables = "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')";
    let mut bytes = Vec::new();
    for table in client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        for row in client.query(&format!("select t::text from {table} t"), &[]).await.unwrap() {
            bytes.extend(row.get::<_, String>(0).into_bytes());
        }
    }
    assert!(bytes.len() > 1000, "there was nothing to search");
    bytes
}
