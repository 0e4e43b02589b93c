//! What belongs to someone else does not exist.

use std::collections::BTreeSet;

use galleria_tests::server::verify;
use galleria_tests::{Cell, PgBouncer, Postgres, Server};
use serde_json::json;

use crate::over_both_engines;
use crate::world::{Engine, World, all, lamp, order};

over_both_engines!(someone_elses_record_answers_like_a_missing_one, a_key_opens_only_its_own_shop);

async fn someone_elses_record_answers_like_a_missing_one(engine: Engine) {
    let world = World::start(engine, 2).await;
    let (mut a, mut b) = (world.admin("a"), world.admin("b"));
    let product = a.post("/api/v1/products", &lamp("L", 5)).await.json();
    let placed = a.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
    let (product_id, variant, order_id) = (
        product["id"].as_str().unwrap(),
        product["variants"][0]["id"].as_str().unwrap(),
        placed["id"].as_str().unwrap(),
    );
    let missing = "0198c0de-0000-7000-8000-000000000000";
    let new = lamp("X", 1).to_string();
    for (method, path, id, body) in [
        ("GET", "/api/v1/products/{}", product_id, None),
        ("GET", "/api/v1/products/{}/availability", product_id, None),
        ("PUT", "/api/v1/products/{}", product_id, Some(new.as_str())),
        ("GET", "/api/v1/inventory/{}", variant, None),
        ("POST", "/api/v1/inventory/{}/adjustments", variant, Some(r#"{"delta":1,"reason":"found"}"#)),
        ("GET", "/api/v1/orders/{}", order_id, None),
        ("DELETE", "/api/v1/orders/{}", order_id, None),
        ("PUT", "/api/v1/orders/{}/status", order_id, Some(r#"{"status":"confirmed"}"#)),
    ] {
        let headers = [("if-match", "\"1\"")];
        let theirs = b.send(method, &path.replace("{}", id), &headers, body).await.unwrap();
        let none = b.send(method, &path.replace("{}", missing), &headers, body).await.unwrap();
        assert_eq!((theirs.status, none.status), (404, 404), "{method} {path}: {}", theirs.json());
        let blank = |mut body: serde_json::Value| {
            body["correlation_id"] = json!(null);
            body
        };
        assert_eq!(blank(theirs.json()), blank(none.json()), "{method} {path}");
    }
    // Someone else's variant cannot be ordered, and the same SKU may be used by both.
    let theirs = json!([{ "variant_id": variant, "quantity": 1 }]);
    let mut body = order(&[]);
    body["lines"] = theirs;
    assert_eq!(b.post("/api/v1/orders", &body).await.json()["errors"][0]["pointer"], "/lines/0/variant_id");
    assert_eq!(b.post("/api/v1/products", &lamp("L", 5)).await.status, 201);
    assert_eq!(all(&mut b, "/api/v1/orders").await.len(), 0);
    assert_eq!(a.get(&format!("/api/v1/orders/{order_id}")).await.json()["status"], "placed");
}

async fn a_key_opens_only_its_own_shop(engine: Engine) {
    let world = World::start(engine, 2).await;
    let key = world.key("a").to_owned();
    let mut wrong = world.server.client("b", Some(&key));
    let refused = wrong.get("/api/v1/products").await;
    assert_eq!((refused.status, refused.code().as_str()), (404, "no_such_shop"));
    let mut nowhere = world.server.client("nowhere", Some(&key));
    assert_eq!(nowhere.get("/api/v1/products").await.code(), "no_such_shop");

    let mut internal = galleria_tests::Client::new(world.server.port, "localhost", Some(&key));
    assert_eq!(internal.get("/api/v1/orders").await.status, 200);
    assert_eq!(
        internal.send("GET", "/api/v1/orders", &[("x-tenant-id", "a")], None).await.unwrap().status,
        200
    );
    assert_eq!(
        internal.send("GET", "/api/v1/orders", &[("x-tenant-id", "b")], None).await.unwrap().status,
        404
    );
    let mut visitor = galleria_tests::Client::new(world.server.port, "localhost", None);
    assert_eq!(
        visitor.send("GET", "/api/v1/products", &[("x-tenant-id", "a")], None).await.unwrap().status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_the_right_tenant_sees_no_row_and_writes_none() {
    let world = World::start(Engine::Database, 2).await;
    let mut a = world.admin("a");
    a.post("/api/v1/products", &lamp("L", 5)).await;
    a.post("/api/v1/orders", &order(&[("L", 1)])).await;
    let postgres = world.postgres.as_ref().unwrap();
    let (app, connection) =
        tokio_postgres::connect(&postgres.app_url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    // All that there are but the cell's own, which are no tenant's.
    let tables: Vec<String> = app
        .query("select schemaname || '.' || tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema', 'cell')", &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    let schemas: BTreeSet<&str> = tables.iter().filter_map(|table| table.split('.').next()).collect();
    for schema in ["log", "products", "orders", "payments", "identity", "customers", "files", "privacy"] {
        assert!(schemas.contains(schema), "{schemas:?}");
    }
    let count = async |table: &str| -> i64 {
        app.query_one(&format!("select count(*) from {table}"), &[]).await.unwrap().get(0)
    };
    for table in &tables {
        app.batch_execute("reset app.tenant").await.unwrap();
        assert_eq!(count(table).await, 0, "{table} without a tenant");
        app.batch_execute("set app.tenant = ''").await.unwrap();
        assert_eq!(count(table).await, 0, "{table} with an empty tenant");
        app.batch_execute("set app.tenant = '0198c0de-0000-7000-8000-000000000000'").await.unwrap();
        assert_eq!(count(table).await, 0, "{table} with a wrong tenant");
        app.batch_execute("reset app.tenant").await.unwrap();
        let policies = app
            .query("select policyname from pg_policies where schemaname || '.' || tablename = $1", &[&table])
            .await
            .unwrap();
        let policies = policies.iter().map(|row| row.get::<_, String>(0));
        let dropped: Vec<String> = policies.map(|name| format!("drop policy {name} on {table}")).collect();
        assert!(!dropped.is_empty(), "{table} is open to every tenant");
        let forbidden = [
            format!("alter table {table} disable row level security"),
            format!("alter table {table} no force row level security"),
            format!("drop table {table}"),
            format!("truncate {table}"),
        ];
        for forbidden in dropped.iter().chain(&forbidden) {
            denied(&app, forbidden).await;
        }
    }
    let tenant: String = make_known(&world);
    app.batch_execute(&format!("set app.tenant = '{tenant}'")).await.unwrap();
    assert_eq!(count("orders.orders").await, 1);
    for stranger in [
        "insert into log.states (tenant_id, id, stream, version, state) values ('0198c0de-0000-7000-8000-000000000000', '0198c0de-0000-7000-8000-000000000001', 'x', 1, '')",
        "insert into products.products (tenant_id, id, version, handle, title, status, view) values ('0198c0de-0000-7000-8000-000000000000', '0198c0de-0000-7000-8000-000000000001', 1, 'x', 'x', 'active', '{}')",
        "update orders.orders set tenant_id = '0198c0de-0000-7000-8000-000000000000'",
        "update log.events set data = ''",
        "set role owner",
        "alter role galleria_app bypassrls",
    ] {
        denied(&app, stranger).await;
    }
    // A log can be removed only when its tenant has departed; before that, no event can.
    app.batch_execute("delete from log.events").await.unwrap();
    assert!(count("log.events").await > 0);
    let mighty: bool = app
        .query_one(
            "select rolsuper or rolbypassrls or rolcreaterole from pg_roles where rolname = current_user",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert!(!mighty);
}

/// Refused for want of permission, and for no other reason.
async fn denied(app: &tokio_postgres::Client, sql: &str) {
    let error = app.batch_execute(sql).await.expect_err(sql);
    assert_eq!(error.code().map(|code| code.code()), Some("42501"), "{sql}: {error:?}");
}

fn make_known(world: &World) -> String {
    let args =
        [vec!["tenant".to_owned(), "show".into(), "a".into(), "--json".into()], world.cell.args()].concat();
    let shown = galleria_tests::server::galleria(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    shown["tenant"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_do_not_meet_behind_a_pooler_that_shares_connections() {
    let postgres = Postgres::prepared();
    let pooler = PgBouncer::start(&postgres);
    let direct = Cell::Database(postgres.app_url());
    let keys: Vec<String> =
        (0..4).map(|n| galleria_tests::server::make_tenant(&direct, &format!("t{n}"))).collect();
    // Wake-ups between nodes need a connection of their own, past the pooler.
    let past_the_pooler = postgres.app_url();
    let environment =
        [("GALLERIA_DATABASE_PREPARED", "false"), ("GALLERIA_DATABASE_DIRECT_URL", past_the_pooler.as_str())];
    let server = Server::start_with(Cell::Database(pooler.app_url()), &environment).await;
    let mut shops = Vec::new();
    for (n, key) in keys.iter().enumerate() {
        let mut client = server.client(&format!("t{n}"), Some(key));
        shops.push(tokio::spawn(async move {
            assert_eq!(client.post("/api/v1/products", &lamp("L", 1000)).await.status, 201);
            for _ in 0..40 {
                let placed =
                    client.post("/api/v1/orders", &order(&[("L", i64::try_from(n).unwrap() + 1)])).await;
                assert_eq!(placed.status, 201, "{}", placed.json());
            }
            let orders = all(&mut client, "/api/v1/orders").await;
            assert_eq!(orders.len(), 40);
            assert!(orders.iter().all(|order| order["items"] == json!(n + 1)));
            let job = client.post("/api/v1/jobs", &json!({ "name": "verify" })).await;
            (client, job.header("location").unwrap().to_owned())
        }));
    }
    for shop in shops {
        let (mut client, job) = shop.await.unwrap();
        client.until(&job, |job| job["state"] == "done").await;
    }
    verify(&direct);
}
