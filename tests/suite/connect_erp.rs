//! Syncs with an ERP over SOAP, in its own process: delays, faults, crashes, and answers that nobody should send.

use std::time::{Duration, Instant};

use galleria_tests::server::verify;
use galleria_tests::{Client, PATIENCE, Partner, read_until, read_within};
use serde_json::{Value, json};

use crate::connect::{HERE, add};
use crate::over_both_engines;
use crate::world::{Engine, World, all, lamp, order};

over_both_engines!(
    two_thousand_items_come_over_once_though_the_server_is_killed_in_the_middle,
    an_erp_that_fails_is_waited_for_and_says_so_and_only_what_changed_is_read_next,
    counts_never_fall_below_what_is_promised_and_rows_that_are_wrong_are_told,
    what_an_erp_should_never_send_is_refused_quickly,
);

fn books(erp: &Partner, options: &Value) -> Value {
    json!({
        "kind": "erp_soap", "name": "Books", "address": erp.address(), "secret": "hush", "options": options,
    })
}

async fn begin(admin: &mut Client, partner: &str, body: &Value) -> String {
    let begun = admin.post(&format!("{partner}/syncs"), body).await;
    assert_eq!(begun.status, 201, "{}", begun.json());
    begun.header("location").unwrap().to_owned()
}

/// The sync once this holds of it.
async fn until(admin: &mut Client, sync: &str, holds: impl Fn(&Value) -> bool) -> Value {
    // It rests for as long as its partner does, more than once.
    let view = async || admin.get(sync).await.json();
    read_within(2 * PATIENCE, "the sync has come so far", view, holds).await
}

fn ended(view: &Value) -> bool {
    view["state"] != "running"
}

fn item(sku: &str, quantity: i64) -> Value {
    json!({ "sku": sku, "name": format!("Thing {sku}"), "price": "12.50", "currency": "EUR", "quantity": quantity })
}

async fn stock(admin: &mut Client, sku: &str) -> Value {
    let products = admin.get(&format!("/api/v1/products?sku={sku}")).await.json();
    let id = products["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{sku}: {products}")).to_owned();
    let variant = products["items"][0]["variants"][0]["id"].as_str().unwrap().to_owned();
    let stock = admin.get(&format!("/api/v1/inventory/{variant}")).await.json();
    assert_eq!(stock["product_id"], *id, "{stock}");
    stock
}

async fn two_thousand_items_come_over_once_though_the_server_is_killed_in_the_middle(engine: Engine) {
    let mut erp = Partner::erp("shop", "hush").await;
    let items: Vec<Value> = (0..2_000).map(|n| item(&format!("E-{n:04}"), n % 7)).collect();
    erp.say(&json!({ "put": items, "delay": 60 })).await;
    let mut world = World::start_with(engine, 1, &HERE).await;
    let mut admin = world.admin("a");
    let options = json!({ "username": "shop", "create_drafts": true, "page_size": 100 });
    let partner = add(&mut admin, &books(&erp, &options)).await;
    let sync = begin(&mut admin, &partner, &json!({})).await;
    let again = admin.post(&format!("{partner}/syncs"), &json!({})).await;
    assert_eq!((again.status, &*again.code()), (409, "sync_running"));

    for (stage, page) in [("products", 5), ("inventory", 5)] {
        let reached = |view: &Value| view["stage"] == stage && view["page"].as_i64() >= Some(page);
        until(&mut admin, &sync, |view| ended(view) || reached(view)).await;
        world.server.kill();
        world.server.up().await;
        admin = world.admin("a");
        assert_eq!(admin.get(&sync).await.json()["state"], "running", "it was killed in the middle");
    }
    let view = until(&mut admin, &sync, ended).await;
    assert_eq!(view["state"], "done", "{view:#}");
    // 286 of 2,000 are none (n % 7 = 0), and a draft begins with none.
    for (name, count) in
        [("items", 4_000), ("created", 2_000), ("adjusted", 1_714), ("unchanged", 286), ("rejected", 0)]
    {
        assert_eq!(view[name], count, "{name}: {view:#}");
    }
    let products = all(&mut admin, "/api/v1/products?status=draft").await;
    assert_eq!(products.len(), 2_000);
    let stocks = all(&mut admin, "/api/v1/inventory").await;
    assert_eq!(stocks.len(), 2_000);
    for stock in stocks {
        let number: i64 = stock["sku"].as_str().unwrap()[2..].parse().unwrap();
        // Opened, and set once where there is something to set: no page had its effect twice.
        let version = if number % 7 == 0 { 1 } else { 2 };
        assert_eq!((&stock["on_hand"], &stock["version"]), (&json!(number % 7), &json!(version)), "{stock}");
    }
    let pages = erp.say(&json!({})).await;
    let asked = pages["GetProducts"].as_i64().unwrap() + pages["GetInventory"].as_i64().unwrap();
    assert!((40..=46).contains(&asked), "what was taken is not asked for again: {pages}");
    verify(&world.cell);
}

async fn an_erp_that_fails_is_waited_for_and_says_so_and_only_what_changed_is_read_next(engine: Engine) {
    let mut erp = Partner::erp("", "").await;
    let items: Vec<Value> = (0..30).map(|n| item(&format!("F-{n}"), 3)).collect();
    erp.say(&json!({ "put": items, "mode": "fault" })).await;
    let world = World::start_with(engine, 1, &HERE).await;
    let mut admin = world.admin("a");
    let options =
        json!({ "create_drafts": true, "page_size": 10, "tickets": true, "sync_every_seconds": 3600 });
    let partner = add(&mut admin, &books(&erp, &options)).await;
    let sync = begin(&mut admin, &partner, &json!({})).await;
    let waiting =
        until(&mut admin, &sync, |view| view["goes_on_at"].is_string() && view["problem"].is_string()).await;
    assert_eq!(waiting["state"], "running");
    let problem = waiting["problem"].as_str().unwrap();
    assert!(problem.contains("The books are being closed; come back later."), "{problem}");
    assert!(admin.get(&partner).await.json()["health"]["failures_in_a_row"].as_i64() >= Some(1));
    // It recovers; then one answer breaks off, which passes, too.
    erp.say(&json!({ "mode": "well" })).await;
    until(&mut admin, &sync, |view| view["items"].as_i64() > Some(0)).await;
    erp.say(&json!({ "mode": "cut", "times": 1 })).await;
    let done = until(&mut admin, &sync, ended).await;
    assert_eq!(
        (&done["state"], &done["created"], &done["adjusted"]),
        (&json!("done"), &json!(30), &json!(30))
    );
    assert!(
        done["told"].as_str().unwrap().starts_with("60 rows came: 30 drafts were made, 30 counts were set")
    );
    assert!(done.get("problem").is_none() && done.get("goes_on_at").is_none(), "{done:#}");

    erp.say(&json!({ "put": [{ "sku": "F-7", "quantity": 9 }] })).await;
    let next = begin(&mut admin, &partner, &json!({})).await;
    let next = until(&mut admin, &next, ended).await;
    assert_eq!((&next["items"], &next["adjusted"], &next["since"]), (&json!(2), &json!(1), &json!("2")));
    assert_eq!(stock(&mut admin, "F-7").await["on_hand"], 9);
    let full = begin(&mut admin, &partner, &json!({ "full": true })).await;
    let full = until(&mut admin, &full, ended).await;
    assert_eq!((&full["items"], &full["adjusted"], &full["unchanged"]), (&json!(60), &json!(0), &json!(60)));
    // What a schedule does each time: a job without a sync begins one of its own.
    let id = partner.rsplit('/').next().unwrap();
    let job = json!({ "name": "connect.sync", "args": { "partner": id } });
    assert_eq!(admin.post("/api/v1/jobs", &job).await.status, 201);
    let own = async || all(&mut admin, &format!("{partner}/syncs")).await;
    let is_done = |syncs: &Vec<Value>| syncs.len() >= 4 && syncs[0]["state"] == "done";
    let syncs = read_until("a fourth sync is done", own, is_done).await;
    assert_eq!((&syncs[0]["since"], &syncs[0]["items"]), (&json!("3"), &json!(0)), "{syncs:#?}");

    // A schedule is a job that repeats; of a partner that was changed, and at once again, there is one.
    for (version, seconds) in [(1, 1800), (2, 900), (3, 7200)] {
        let changed = books(&erp, &json!({ "sync_every_seconds": seconds })).to_string();
        let seen = format!("\"{version}\"");
        let put = admin.send("PUT", &partner, &[("if-match", &seen)], Some(&changed)).await.unwrap();
        assert_eq!(put.status, 204, "{}", put.json());
    }
    let every = async || {
        let jobs = all(&mut admin, "/api/v1/jobs?state=waiting").await;
        jobs.iter().filter_map(|job| job["every_seconds"].as_i64()).collect::<Vec<_>>()
    };
    read_until("one job repeats, as it was said last", every, |every| *every == [7200]).await;

    // A sync that is cancelled has ended, and the next one may begin.
    erp.say(&json!({ "mode": "hang" })).await;
    let sync = begin(&mut admin, &partner, &json!({})).await;
    until(&mut admin, &sync, |view| view["state"] == "running").await;
    assert_eq!(admin.delete(&sync).await.status, 204);
    assert_eq!(admin.get(&sync).await.json()["state"], "cancelled");
    assert_eq!(admin.delete(&sync).await.status, 204, "cancelling twice is cancelling once");
    verify(&world.cell);
}

async fn counts_never_fall_below_what_is_promised_and_rows_that_are_wrong_are_told(engine: Engine) {
    let mut erp = Partner::erp("", "").await;
    let world = World::start_with(engine, 1, &HERE).await;
    let mut admin = world.admin("a");
    assert_eq!(admin.post("/api/v1/products", &lamp("L", 10)).await.status, 201);
    assert_eq!(admin.post("/api/v1/orders", &order(&[("L", 4)])).await.status, 201);
    let put = json!([
        { "sku": "L", "name": "What the shop calls a lamp", "quantity": 1 },
        { "sku": "=cmd()", "name": "Not here", "quantity": 1 },
        { "sku": "two words", "name": "Two words", "quantity": 1 },
        { "sku": "L2", "name": "Minus", "quantity": -5 },
    ]);
    erp.say(&json!({ "put": put })).await;
    let partner = add(&mut admin, &books(&erp, &json!({ "soap_version": "1.2" }))).await;
    let sync = begin(&mut admin, &partner, &json!({})).await;
    let view = until(&mut admin, &sync, ended).await;
    assert_eq!(view["state"], "done", "{view:#}");
    for (name, count) in [("items", 8), ("created", 0), ("adjusted", 1), ("conflicts", 1), ("rejected", 6)] {
        assert_eq!(view[name], count, "{name}: {view:#}");
    }
    let lamp = stock(&mut admin, "L").await;
    assert_eq!((&lamp["on_hand"], &lamp["reserved"]), (&json!(4), &json!(4)), "{lamp}");
    let csv = admin.get(&format!("{sync}/rejects")).await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = String::from_utf8(csv.body).unwrap();
    assert_eq!(text.lines().count(), 8, "{text}");
    for line in [
        "products,1,\"two words\",reject,\"A SKU has 1 to 64 letters, digits or signs, without spaces.\"",
        "inventory,1,\"'=cmd()\",reject,\"The shop has no variant with this SKU.\"",
        "inventory,1,\"L2\",reject,\"The quantity is no whole number from 0 on.\"",
        "inventory,1,\"L\",conflict,\"The ERP counts 1, but 4 are promised to orders; they were left.\"",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    verify(&world.cell);
}

async fn what_an_erp_should_never_send_is_refused_quickly(engine: Engine) {
    let mut erp = Partner::erp("", "").await;
    let world = World::start_with(engine, 1, &HERE).await;
    let mut admin = world.admin("a");
    let partner = add(&mut admin, &books(&erp, &json!({}))).await;
    for (mode, told) in [
        ("laughs", "it declares a document type"),
        ("file", "it declares a document type"),
        ("deep", "it is nested too deeply"),
        ("large", "it is too large"),
        ("client", "This page was never printed."),
    ] {
        erp.say(&json!({ "mode": mode, "times": 0 })).await;
        let started = Instant::now();
        let sync = begin(&mut admin, &partner, &json!({})).await;
        let view = until(&mut admin, &sync, ended).await;
        assert_eq!(view["state"], "failed", "{mode}: {view:#}");
        assert!(view["told"].as_str().unwrap().contains(told), "{mode}: {view:#}");
        assert!(started.elapsed() < Duration::from_secs(8), "{mode} took {:?}", started.elapsed());
    }
    erp.say(&json!({ "mode": "html" })).await;
    let checked = admin.post(&format!("{partner}/check"), &json!({})).await.json();
    assert_eq!(checked["code"], "partner_unreadable", "{checked}");
    erp.say(&json!({ "mode": "well" })).await;
    let sync = begin(&mut admin, &partner, &json!({})).await;
    assert_eq!(until(&mut admin, &sync, ended).await["state"], "done");
    verify(&world.cell);
}
