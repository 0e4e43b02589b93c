//! Orders that nobody pays: their time is over by a clock that is put forward, whoever is paying at that moment.

use std::time::Duration;

use galleria_tests::server::verify;
use galleria_tests::{Ahead, Client, read_until};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::till::{Till, is, text};
use crate::world::{Engine, all, order};

over_both_engines!(
    an_order_that_nobody_pays_gives_back_what_it_held,
    what_is_paid_or_may_still_be_is_left_alone,
    whoever_comes_too_late_is_shown_no_page_to_pay_on,
    a_shop_that_waits_for_ever_breaks_no_word_that_it_gave,
    whoever_pays_at_the_last_moment_pays_for_an_order_that_stands,
    a_shop_that_says_nothing_waits_for_an_hour,
    a_transfer_is_waited_for_two_weeks_and_whoever_takes_nothing_else_waits_as_long,
);

/// Longer than the ten minutes that these shops wait, and than the minute within which they look.
const OVER: u64 = 11 * 60 + 1;

async fn till(engine: Engine, clock: &Ahead, pause: u64) -> Till {
    Till::open_with(engine, pause, &clock.environment()).await
}

async fn set(admin: &mut Client, seen: i64, minutes: Value) -> galleria_tests::Answer {
    let body = json!({ "unpaid_cancelled_after_minutes": minutes }).to_string();
    let headers = [("if-match", &*format!("\"{seen}\""))];
    admin.send("PUT", "/api/v1/order-settings", &headers, Some(&body)).await.unwrap()
}

async fn read(admin: &mut Client, order: &str) -> Value {
    admin.get(&format!("/api/v1/orders/{order}")).await.json()
}

async fn until_cancelled(admin: &mut Client, order: &str) -> Value {
    admin.until(&format!("/api/v1/orders/{order}"), |order| order["status"] == "cancelled").await
}

/// Has it looked at now, and not only when it is due.
async fn look(admin: &mut Client) {
    let job = admin.post("/api/v1/jobs", &json!({ "name": "orders.unpaid" })).await.json();
    admin.until(&format!("/api/v1/jobs/{}", text(&job["id"])), |job| job["state"] == "done").await;
}

async fn reserved(admin: &mut Client) -> i64 {
    let stocks = all(admin, "/api/v1/inventory").await;
    stocks.iter().map(|stock| stock["reserved"].as_i64().unwrap()).sum()
}

async fn an_order_that_nobody_pays_gives_back_what_it_held(engine: Engine) {
    let clock = Ahead::new();
    let mut till = till(engine, &clock, 0).await;
    let early = till.order().await;
    assert_eq!(set(&mut till.admin, 0, json!(10)).await.status, 200);
    let once = json!({ "name": "Once", "code": "ONCE", "effect": { "kind": "percent", "off": "10%" }, "limits": { "in_total": 1 } });
    assert_eq!(till.admin.post("/api/v1/promotions", &once).await.status, 201);

    let mut guest = till.world.server.client("a", None);
    let lines = json!({ "lines": [{ "sku": "L", "quantity": 3 }] });
    let cart = text(&guest.post("/api/v1/carts", &lines).await.json()["id"]);
    let mut ada = order(&[]);
    let details = json!({ "email": "ada@example.com", "name": "Ada", "shipping_address": ada["shipping_address"].take() });
    guest.put(&format!("/api/v1/carts/{cart}"), &details).await;
    guest.post(&format!("/api/v1/carts/{cart}/codes"), &json!({ "code": "ONCE" })).await;
    let placed = guest.post(&format!("/api/v1/carts/{cart}/checkout"), &json!({})).await.json();
    let moment = |value: &Value| text(value)[..16].to_owned();
    assert!(moment(&placed["held_until"]) > moment(&placed["placed_at"]), "{placed:#}");
    let id = text(&placed["id"]);
    assert_eq!(read(&mut till.admin, &id).await["held_until"], placed["held_until"]);
    for (language, sentence) in
        [("en", "These items are reserved for you until "), ("de", "Diese Artikel sind bis ")]
    {
        let headers = [("accept", "text/html"), ("accept-language", language)];
        let page = guest.send("GET", &format!("/orders/{cart}"), &headers, None).await.unwrap();
        let page = String::from_utf8_lossy(&page.body).into_owned();
        let time = &text(&placed["held_until"])[11..16];
        assert!(page.contains(sentence) && page.contains(&format!("{time} UTC")), "{page}");
    }
    assert_eq!(reserved(&mut till.admin).await, 4);

    clock.set(9 * 60);
    look(&mut till.admin).await;
    assert_eq!(read(&mut till.admin, &id).await["status"], "placed", "it still has a minute");
    clock.set(OVER);
    let cancelled = until_cancelled(&mut till.admin, &id).await;
    let last = cancelled["history"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["reason"], last["actor"].as_str().unwrap().starts_with("system")),
        (&json!("Not paid in time"), true)
    );
    assert_eq!((&cancelled["total"], &cancelled["held_until"]), (&json!(0), &Value::Null));
    assert_eq!(reserved(&mut till.admin).await, 1, "the stock is whole but for the earlier order");
    let spared = read(&mut till.admin, &early).await;
    assert_eq!(spared["status"], "placed", "it was promised an hour");
    assert_ne!(spared["held_until"], Value::Null);
    // The one use of the code is there again.
    let mut again = order(&[("L", 1)]);
    again["codes"] = json!(["ONCE"]);
    assert_eq!(till.admin.post("/api/v1/orders", &again).await.json()["bill"]["discount"], -200);
    // Whoever comes too late is told so, and pays nothing.
    is(&till.pay(&id, "tok_success").await, 409, "nothing_owed");
    assert_eq!(till.book().await.len(), 0);
    verify(&till.world.cell);
}

async fn what_is_paid_or_may_still_be_is_left_alone(engine: Engine) {
    let clock = Ahead::new();
    let mut till = till(engine, &clock, 0).await;
    set(&mut till.admin, 0, json!(10)).await;
    let transfer = json!({ "name": "Transfer", "kind": "manual" });
    let transfer = text(&till.admin.post("/api/v1/payment-providers", &transfer).await.json()["id"]);
    let mut standing = Vec::new();
    for (method, more, status) in [
        ("tok_success", json!({ "amount": 500 }), "captured"),
        ("tok_success", json!({ "capture": "manual" }), "authorised"),
        ("tok_challenge", json!({}), "challenged"),
        ("", json!({ "provider": transfer }), "expected"),
        ("tok_decline", json!({}), "declined"),
    ] {
        let order = till.order().await;
        let mut body = json!({ "order_id": order, "method": method });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let payment = till.admin.post("/api/v1/payments", &body).await.json();
        assert_eq!(payment["status"], status, "{payment:#}");
        standing.push((order, payment));
    }
    let free = text(&till.admin.post("/api/v1/products", &json!({
        "title": "Card", "description": "", "categories": [], "variants": [{ "sku": "F", "price": 0, "stock": 5 }],
    })).await.json()["id"]);
    assert!(!free.is_empty());
    let free = till.admin.post("/api/v1/orders", &order(&[("F", 1)])).await.json();
    assert_eq!((&free["total"], &free["held_until"]), (&json!(0), &Value::Null), "nobody waits for nothing");

    clock.set(OVER);
    let (declined, _) = standing.pop().unwrap();
    until_cancelled(&mut till.admin, &declined).await;
    // The look that cancelled the last of them has passed over those before it.
    for (order, payment) in &standing {
        let known = read(&mut till.admin, order).await;
        assert_eq!(known["status"], "placed", "{}", payment["status"]);
    }
    // A transfer that comes for an order which a person has cancelled meanwhile is owed back.
    let (order, payment) = &standing[3];
    till.admin.delete(&format!("/api/v1/orders/{order}")).await;
    till.ask(payment, "record", json!({ "amount": 1999 })).await;
    till.admin.until(&format!("/api/v1/orders/{order}"), |order| order["owed"] == -1999).await;
    // What was held for long is given up by a person, and then the order is over as well.
    let (order, payment) = &standing[1];
    till.admin
        .send("POST", &format!("/api/v1/payments/{}/void", text(&payment["id"])), &[], None)
        .await
        .unwrap();
    clock.set(2 * OVER);
    until_cancelled(&mut till.admin, order).await;
    verify(&till.world.cell);
}

async fn whoever_comes_too_late_is_shown_no_page_to_pay_on(engine: Engine) {
    // It is looked at by the end of the minute in which its time is over, so a minute begins.
    let clock = Ahead::new();
    let begun = 60 - std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() % 60;
    clock.set(begun);
    let mut till = till(engine, &clock, 0).await;
    set(&mut till.admin, 0, json!(10)).await;
    let (kept, over) = (till.order().await, till.order().await);
    let page = |order: &str| json!({ "order_id": order, "return_url": "https://a.localhost/orders/1" });
    let in_time = till.admin.post("/api/v1/payments", &page(&kept)).await;
    assert_eq!(in_time.json()["status"], "challenged", "{}", in_time.json());
    clock.set(begun + 10 * 60 + 3);
    is(&till.admin.post("/api/v1/payments", &page(&over)).await, 409, "payment_time_over");
    clock.set(begun + OVER);
    until_cancelled(&mut till.admin, &over).await;
    assert_eq!(read(&mut till.admin, &kept).await["status"], "placed", "somebody is on its page");
    verify(&till.world.cell);
}

async fn a_shop_that_waits_for_ever_breaks_no_word_that_it_gave(engine: Engine) {
    let clock = Ahead::new();
    let mut till = till(engine, &clock, 0).await;
    for minutes in [json!(9), json!(129_601), json!(-1)] {
        assert_eq!(set(&mut till.admin, 0, minutes).await.status, 422);
    }
    is(&till.admin.put("/api/v1/order-settings", &json!({})).await, 428, "version_required");
    assert_eq!(set(&mut till.admin, 0, json!(10)).await.status, 200);
    is(&set(&mut till.admin, 0, json!(20)).await, 412, "changed_meanwhile");
    assert_eq!(looks(&mut till.admin).await.len(), 0, "there is nothing to look at");
    let held = till.order().await;
    assert_eq!(looks(&mut till.admin).await.len(), 1);
    let given = till.order().await;
    let all_of_it = json!({ "amount": 1999, "reason": "A gift" });
    till.admin.post(&format!("/api/v1/orders/{given}/goodwill"), &all_of_it).await;
    let known = read(&mut till.admin, &given).await;
    assert_eq!(
        (&known["total"], &known["held_until"]),
        (&json!(0), &Value::Null),
        "nobody waits for nothing"
    );
    assert_eq!(set(&mut till.admin, 1, Value::Null).await.status, 200);
    let free = till.order().await;
    assert_eq!(read(&mut till.admin, &free).await["held_until"], Value::Null);
    clock.set(OVER + 60);
    until_cancelled(&mut till.admin, &held).await;
    until_nobody_looks(&mut till.admin).await;
    assert_eq!(set(&mut till.admin, 2, json!(10)).await.status, 200);
    clock.set(3 * OVER);
    let later = till.order().await;
    clock.set(4 * OVER + 60);
    until_cancelled(&mut till.admin, &later).await;
    for order in [free, given] {
        assert_eq!(read(&mut till.admin, &order).await["status"], "placed");
    }
}

/// Whoever has looked by then has passed over whatever is left.
async fn until_looked(admin: &mut Client, least: usize) {
    let enough = |looks: &Vec<Value>| looks.iter().filter(|job| job["state"] == "done").count() >= least;
    read_until("somebody has looked", async || looks(admin).await, enough).await;
}

async fn until_nobody_looks(admin: &mut Client) {
    let all_done = |looks: &Vec<Value>| looks.iter().all(|job| job["state"] == "done");
    read_until("nobody looks any more", async || looks(admin).await, all_done).await;
}

const HOUR: u64 = 3600;

async fn a_shop_that_says_nothing_waits_for_an_hour(engine: Engine) {
    let clock = Ahead::new();
    let mut till = till(engine, &clock, 0).await;
    let usual = till.admin.get("/api/v1/order-settings").await.json();
    assert_eq!(
        usual,
        json!({
            "unpaid_cancelled_after_minutes": 60, "transfer_cancelled_after_minutes": 20_160,
            "most_of_a_thing": 1000, "refund_on_cancel": "begin", "version": 0,
        })
    );
    // A guest who orders as much as one may has it for an hour.
    let mut guest = till.world.server.client("a", None);
    let stock = all(&mut till.admin, "/api/v1/inventory").await;
    let there =
        stock.iter().find(|stock| stock["sku"] == "L").unwrap()["available"].as_i64().unwrap().min(1000);
    let lines = json!({ "lines": [{ "sku": "L", "quantity": there }] });
    let cart = text(&guest.post("/api/v1/carts", &lines).await.json()["id"]);
    let mut ada = order(&[]);
    let details = json!({ "email": "ada@example.com", "name": "Ada", "shipping_address": ada["shipping_address"].take() });
    guest.put(&format!("/api/v1/carts/{cart}"), &details).await;
    let placed = guest.post(&format!("/api/v1/carts/{cart}/checkout"), &json!({})).await.json();
    let id = text(&placed["id"]);
    assert_ne!(placed["held_until"], Value::Null, "{placed:#}");
    assert_eq!(reserved(&mut till.admin).await, there);
    clock.set(HOUR - 120);
    look(&mut till.admin).await;
    assert_eq!(read(&mut till.admin, &id).await["status"], "placed");
    clock.set(HOUR + 61);
    until_cancelled(&mut till.admin, &id).await;
    assert_eq!(reserved(&mut till.admin).await, 0);
    // Nobody looks at a shop that holds nothing for anybody, and somebody does as soon as it does again.
    until_nobody_looks(&mut till.admin).await;
    let again = till.order().await;
    clock.set(3 * HOUR);
    until_cancelled(&mut till.admin, &again).await;
    verify(&till.world.cell);
}

async fn a_transfer_is_waited_for_two_weeks_and_whoever_takes_nothing_else_waits_as_long(engine: Engine) {
    let clock = Ahead::new();
    let mut till = till(engine, &clock, 0).await;
    let transfer = json!({ "name": "Transfer", "kind": "manual" });
    let transfer = text(&till.admin.post("/api/v1/payment-providers", &transfer).await.json()["id"]);
    let expected = till.order().await;
    let body = json!({ "order_id": expected, "method": "", "provider": transfer });
    let payment = till.admin.post("/api/v1/payments", &body).await.json();
    assert_eq!(payment["status"], "expected", "{payment:#}");
    let forgotten = till.order().await;
    clock.set(HOUR + 61);
    until_cancelled(&mut till.admin, &forgotten).await;
    assert_eq!(read(&mut till.admin, &expected).await["status"], "placed", "its transfer is on the way");
    // Without its other provider the shop is paid by transfers alone.
    let path = format!("/api/v1/payment-providers/{}", till.provider);
    let mut sandbox = till.admin.get(&path).await.json();
    let seen = format!("\"{}\"", sandbox["version"]);
    let kept = ["name", "kind", "address"].map(|name| (name.to_owned(), sandbox[name].take()));
    let mut off: serde_json::Map<String, Value> =
        kept.into_iter().filter(|(_, kept)| !kept.is_null()).collect();
    off.insert("enabled".into(), json!(false));
    let put =
        till.admin.send("PUT", &path, &[("if-match", &seen)], Some(&Value::Object(off).to_string())).await;
    let put = put.unwrap();
    assert_eq!(put.status, 204, "{}", put.json());
    let patient = till.order().await;
    let looked = looks(&mut till.admin).await.iter().filter(|job| job["state"] == "done").count();
    clock.set(3 * HOUR);
    until_looked(&mut till.admin, looked + 1).await;
    for order in [&expected, &patient] {
        assert_eq!(read(&mut till.admin, order).await["status"], "placed");
    }
    clock.set(16 * 24 * HOUR);
    for order in [&expected, &patient] {
        until_cancelled(&mut till.admin, order).await;
    }
    verify(&till.world.cell);
}

async fn looks(admin: &mut Client) -> Vec<Value> {
    let mut jobs = all(admin, "/api/v1/jobs").await;
    jobs.retain(|job| job["name"] == "orders.unpaid");
    jobs
}

async fn whoever_pays_at_the_last_moment_pays_for_an_order_that_stands(engine: Engine) {
    let clock = Ahead::new();
    let mut till = till(engine, &clock, 2).await;
    set(&mut till.admin, 0, json!(10)).await;
    let (mut confirmed, mut ahead, mut raced) = (0, 0, false);
    // Where the clock is slower to come round than the payers are, they are rarer the next time, and where it is quicker
    // they begin earlier.
    let (mut rarer, mut early) = (1, Duration::from_millis(60));
    for _ in 0..8 {
        let (paid, late);
        (paid, late, ahead) = at_the_last_moment(&mut till, &clock, ahead, (rarer, early)).await;
        eprintln!("{paid} were paid, {late} were cancelled");
        confirmed += paid;
        raced = paid > 1 && late > 0;
        match late {
            _ if raced => break,
            0 => rarer *= 4,
            _ => early += Duration::from_secs(2),
        }
    }
    assert!(raced, "the payers and the clock never met");
    assert_eq!(till.book().await.len(), confirmed, "nobody paid for what was cancelled");
    assert_eq!(reserved(&mut till.admin).await, i64::try_from(confirmed).unwrap());
    verify(&till.world.cell);
}

/// How many of fifty orders were paid and how many cancelled, when they are paid around the end of their time, and how
/// far ahead the server's clock is then.
async fn at_the_last_moment(
    till: &mut Till,
    clock: &Ahead,
    ahead: u64,
    (rarer, early): (u64, Duration),
) -> (usize, usize, u64) {
    const ROUNDS: usize = 50;
    let machine = || std::time::UNIX_EPOCH.elapsed().unwrap();
    // At the end of a minute, for by minutes they are looked at.
    let ahead = ahead + (110 - (machine().as_secs() + ahead) % 60) % 60;
    clock.set(ahead);
    let (began, mut orders) = (machine().as_secs() + ahead, Vec::new());
    for _ in 0..ROUNDS {
        orders.push(till.order().await);
    }
    // Their time is over a few seconds from now, so that the server has found its feet in its new day by then, and has
    // done what was planned for before: that must find none of them.
    let due = (began + 600) / 60 * 60 + 60;
    let ahead = began + 600 - machine().as_secs() - 5;
    clock.set(ahead);
    let warm = till.order().await;
    assert_eq!(till.pay(&warm, "tok_success").await.status, 201);
    let begin = Duration::from_secs(due - ahead) - early;
    // Those that are due first are paid last, ever more rarely, so that the payers and the clock meet somewhere.
    let payers: Vec<_> = orders
        .iter()
        .rev()
        .zip(0..)
        .map(|(order, n)| {
            let (mut client, order) = (till.world.admin("a"), order.clone());
            let body = json!({ "order_id": order, "method": "tok_success" });
            tokio::spawn(async move {
                let at = begin + Duration::from_micros(600 * n * n * rarer);
                tokio::time::sleep(at.saturating_sub(machine())).await;
                (order, client.post("/api/v1/payments", &body).await)
            })
        })
        .collect();
    let mut paid = Vec::new();
    for payer in payers {
        let (order, answer) = payer.await.unwrap();
        match answer.status {
            201 => paid.push(order),
            _ => assert!(["nothing_owed", "contended"].contains(&&*answer.code()), "{}", answer.json()),
        }
    }
    let (mut confirmed, mut cancelled) = (1, 0);
    for order in &orders {
        let path = format!("/api/v1/orders/{order}");
        let decided = |known: &Value| known["status"] == "confirmed" || known["status"] == "cancelled";
        let known = till.admin.until(&path, decided).await;
        if known["status"] == "confirmed" {
            confirmed += 1;
            continue;
        }
        assert!(!paid.contains(order), "paid and cancelled: {known:#}");
        assert_eq!((&known["paid"], &known["owed"]), (&json!(0), &json!(0)));
        cancelled += 1;
    }
    assert_eq!((confirmed, confirmed + cancelled), (paid.len() + 1, ROUNDS + 1));
    (confirmed, cancelled, ahead)
}
