//! A person's words, where they lie, and that they are gone when the person is erased.

use std::path::Path;

use galleria_tests::Cell;
use galleria_tests::server::{command, verify};
use serde_json::json;

use crate::over_both_engines;
use crate::world::{Engine, World, lamp};

over_both_engines!(an_erased_customer_is_found_nowhere_while_the_books_stay);

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
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
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
