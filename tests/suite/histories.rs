//! Any history of orders that are paid, changed, sent, given back, refunded and cancelled by several people at once: money
//! and goods are conserved at its end, and the log tells it again.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use galleria_tests::server::verify;
use galleria_tests::{Cell, Client, PATIENCE, long, read_until, read_within};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::till::{Till, text};
use crate::world::{Dice, Engine, all, lamp, order};

over_both_engines!(money_and_goods_are_conserved_whatever_happens);

const SKUS: [&str; 3] = ["A", "B", "C"];
/// What is done once at least in a short history, and in a long one.
const OFTEN: [&str; 5] = ["orders", "payments", "refund", "edits", "parcels"];
const SELDOM: [&str; 6] = ["capture", "status", "returns", "receipts", "goodwill", "cancelled"];
const PEOPLE: u64 = 4;

/// What people who act at once know of each other.
#[derive(Default)]
struct Known {
    orders: Vec<String>,
    payments: Vec<String>,
    returns: Vec<(String, String)>,
    /// What came back of an order's first line and is sold again.
    restocked: Vec<(String, i64)>,
    /// How often each kind of thing was done.
    done: BTreeMap<String, usize>,
}

async fn money_and_goods_are_conserved_whatever_happens(engine: Engine) {
    let (seeds, steps, stock) = if long() { (8, 400, 300) } else { (1, 80, 60) };
    for seed in 0..seeds {
        let mut till = Till::open(engine).await;
        for sku in SKUS {
            till.admin.post("/api/v1/products", &lamp(sku, stock)).await;
        }
        let known = Arc::new(Mutex::new(Known::default()));
        let people: Vec<_> = (0..PEOPLE)
            .map(|person| {
                let admin = till.world.admin("a");
                tokio::spawn(act(admin, known.clone(), Dice(seed * PEOPLE + person + 1), steps))
            })
            .collect();
        for person in people {
            person.await.unwrap();
        }
        let done = known.lock().unwrap().done.clone();
        let seldom: &[&str] = if long() { &SELDOM } else { &[] };
        let missing: Vec<&&str> =
            OFTEN.iter().chain(seldom).filter(|kind| !done.contains_key(**kind)).collect();
        assert!(missing.is_empty(), "seed {seed}: {missing:?} were never done: {done:?}");
        // A server hangs up on whoever says nothing for long.
        till.admin = till.world.admin("a");
        settled(&mut till.admin).await;
        money_adds_up(&mut till).await;
        let restocked = known.lock().unwrap().restocked.clone();
        goods_add_up(&mut till.admin, stock, &restocked).await;
        verify(&till.world.cell);
        the_same_is_found_in_an_index_made_anew(&mut till).await;
    }
}

async fn act(mut admin: Client, known: Arc<Mutex<Known>>, mut dice: Dice, steps: usize) {
    for _ in 0..steps {
        let (path, body) = {
            let known = known.lock().unwrap();
            next(&known, &mut dice)
        };
        let answer = match &body {
            Some(body) if path.ends_with("/status") => admin.put(&path, body).await,
            Some(body) => admin.post(&path, body).await,
            None => admin.delete(&path).await,
        };
        let told = answer.json();
        // What cannot be done is refused with a reason; nothing breaks.
        assert!(
            matches!(answer.status, 200 | 201 | 409 | 422)
                || ["contended", "payment_provider_down"].contains(&&*answer.code()),
            "{path} {body:?}: {told:#}"
        );
        if answer.status >= 400 {
            continue;
        }
        let mut known = known.lock().unwrap();
        let what = path.rsplit('/').next().unwrap();
        *known.done.entry(if body.is_none() { "cancelled".into() } else { what.into() }).or_default() += 1;
        match what {
            "orders" => known.orders.push(text(&told["id"])),
            "payments" => known.payments.push(text(&told["id"])),
            "returns" => {
                known.returns.push((path.trim_end_matches("/returns").to_owned(), text(&told["id"])))
            }
            "receipts" => {
                let body = body.unwrap();
                let order = path.split('/').nth(4).unwrap().to_owned();
                if body["lines"][0]["restock"] == true {
                    known.restocked.push((order, number(&body["lines"][0]["quantity"])));
                }
            }
            _ => {}
        }
    }
}

/// Something that somebody may do next, whether it can be done or not.
fn next(known: &Known, dice: &mut Dice) -> (String, Option<Value>) {
    let some = |dice: &mut Dice, most: u64| 1 + i64::try_from(dice.roll(most)).unwrap();
    let line = |dice: &mut Dice| json!([{ "line": 1, "quantity": some(dice, 3) }]);
    let place = |dice: &mut Dice| {
        let sku = |dice: &mut Dice| SKUS[usize::try_from(dice.roll(3)).unwrap()];
        let lines: Vec<(&str, i64)> = (0..some(dice, 2)).map(|_| (sku(dice), some(dice, 4))).collect();
        ("/api/v1/orders".to_owned(), Some(order(&lines)))
    };
    let (Some(of), payment) = (one_of(&known.orders, dice), one_of(&known.payments, dice)) else {
        return place(dice);
    };
    let at = |rest: &str| format!("/api/v1/orders/{of}{rest}");
    let reason = "because";
    match dice.roll(16) {
        0..3 => place(dice),
        3..6 => {
            let method = match dice.roll(12) {
                0 => "tok_lost",
                1 | 2 => "tok_decline",
                _ => "tok_success",
            };
            let capture = if dice.roll(4) == 0 { "manual" } else { "automatic" };
            let body = json!({ "order_id": of, "method": method, "capture": capture });
            ("/api/v1/payments".to_owned(), Some(body))
        }
        6 | 7 => match payment {
            Some(payment) => {
                let what = if dice.roll(3) == 0 { "capture" } else { "refund" };
                let body = json!({ "amount": some(dice, 4000) });
                (format!("/api/v1/payments/{payment}/{what}"), Some(body))
            }
            None => place(dice),
        },
        8 => {
            let sku = SKUS[usize::try_from(dice.roll(3)).unwrap()];
            let add = json!([{ "sku": sku, "quantity": some(dice, 2) }]);
            (at("/edits"), Some(json!({ "take": line(dice), "add": add, "reason": reason })))
        }
        9 => (at("/edits"), Some(json!({ "take": line(dice) }))),
        10 => (at("/parcels"), Some(json!({ "lines": line(dice) }))),
        11 => (at("/parcels"), Some(json!({}))),
        12 => {
            let to = ["confirmed", "confirmed", "packed", "shipped", "delivered"];
            (at("/status"), Some(json!({ "status": to[usize::try_from(dice.roll(5)).unwrap()] })))
        }
        13 => match one_of(&known.returns, dice) {
            Some((order, back)) => {
                let lines = json!([{ "line": 1, "quantity": some(dice, 2), "restock": dice.roll(2) == 0 }]);
                (format!("{order}/returns/{back}/receipts"), Some(json!({ "lines": lines })))
            }
            None => (at("/returns"), Some(json!({ "lines": line(dice) }))),
        },
        14 => (at("/goodwill"), Some(json!({ "amount": some(dice, 500), "reason": reason }))),
        _ if dice.roll(3) == 0 => (at(""), None),
        _ => (at("/returns"), Some(json!({ "lines": line(dice) }))),
    }
}

fn one_of<'a, T>(all: &'a [T], dice: &mut Dice) -> Option<&'a T> {
    (!all.is_empty()).then(|| &all[usize::try_from(dice.roll(all.len() as u64)).unwrap()])
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("no number: {value}"))
}

async fn orders(admin: &mut Client) -> Vec<Value> {
    let mut orders = Vec::new();
    for listed in all(admin, "/api/v1/orders").await {
        orders.push(admin.get(&format!("/api/v1/orders/{}", text(&listed["id"]))).await.json());
    }
    orders
}

/// What came in and went out for each order, by its payments.
async fn moved(admin: &mut Client) -> HashMap<String, (i64, i64)> {
    let mut moved = HashMap::new();
    for payment in all(admin, "/api/v1/payments").await {
        let (captured, refunded) = (number(&payment["captured"]), number(&payment["refunded"]));
        assert!(0 <= refunded && refunded <= captured, "{payment:#}");
        assert!(captured <= number(&payment["authorised"]), "{payment:#}");
        let sum: &mut (i64, i64) = moved.entry(text(&payment["order_id"])).or_default();
        *sum = (sum.0 + captured, sum.1 + refunded);
    }
    moved
}

/// Nothing is unknown any more, and every order has heard of its money.
async fn settled(admin: &mut Client) {
    let what = "nothing is unknown, and no order is deaf";
    let unsettled = async || (all(admin, "/api/v1/payments?status=unknown").await.len(), deaf(admin).await);
    read_within(3 * PATIENCE, what, unsettled, |(unknown, deaf)| *unknown == 0 && deaf.is_empty()).await;
}

/// The orders that have not heard of all their money.
async fn deaf(admin: &mut Client) -> Vec<Value> {
    let moved = moved(admin).await;
    let told = |order: &Value| (number(&order["paid"]), number(&order["refunded"]));
    let mut orders = orders(admin).await;
    orders.retain(|order| moved.get(&text(&order["id"])).copied().unwrap_or_default() != told(order));
    orders
}

async fn money_adds_up(till: &mut Till) {
    let mut by_orders = 0;
    for order in orders(&mut till.admin).await {
        let entries = order["bill"]["entries"].as_array().unwrap();
        let sum: i64 = entries.iter().map(|entry| number(&entry["amount"])).sum();
        let (paid, refunded) = (number(&order["paid"]), number(&order["refunded"]));
        assert_eq!((&order["total"], &order["bill"]["total"]), (&json!(sum), &json!(sum)), "{order:#}");
        assert_eq!(order["owed"], json!(sum - paid + refunded), "{order:#}");
        assert!(sum >= 0 && refunded <= paid, "{order:#}");
        by_orders += paid - refunded;
    }
    let book: i64 = till.book().await.iter().map(|line| number(&line["amount"])).sum();
    assert_eq!(book, by_orders, "what the provider's book says, and what the orders say");
}

async fn goods_add_up(admin: &mut Client, stocked: i64, restocked: &[(String, i64)]) {
    let (mut reserved, mut gone) = (HashMap::<String, i64>::new(), HashMap::<String, i64>::new());
    for order in orders(admin).await {
        assert!(by_goods(&order).contains(&order["status"].as_str().unwrap()), "{order:#}");
        for (n, line) in order["lines"].as_array().unwrap().iter().enumerate() {
            let (sku, sent) = (text(&line["sku"]), number(&line["sent"]));
            *gone.entry(sku.clone()).or_default() += sent;
            if order["status"] != "cancelled" {
                *reserved.entry(sku.clone()).or_default() += number(&line["quantity"]) - sent;
            }
            if n == 0 {
                let back = restocked.iter().filter(|(of, _)| order["id"] == **of);
                *gone.entry(sku).or_default() -= back.map(|(_, quantity)| quantity).sum::<i64>();
            }
        }
    }
    for stock in all(admin, "/api/v1/inventory").await {
        let sku = text(&stock["sku"]);
        if SKUS.contains(&&*sku) {
            let of = |map: &HashMap<String, i64>| map.get(&sku).copied().unwrap_or_default();
            let (there, kept) = (number(&stock["on_hand"]), number(&stock["reserved"]));
            assert_eq!((there, kept), (stocked - of(&gone), of(&reserved)), "{sku}");
            assert!(0 <= kept && kept <= there, "more of {sku} is sold than there is");
        }
    }
}

/// What an order may be by what became of its pieces.
fn by_goods(order: &Value) -> &'static [&'static str] {
    let lines = order["lines"].as_array().unwrap();
    let sum = |field: &str| lines.iter().map(|line| number(&line[field])).sum::<i64>();
    for line in lines {
        let (came, sent, ordered) =
            (number(&line["returned"]), number(&line["sent"]), number(&line["quantity"]));
        assert!(0 <= came && came <= sent && sent <= ordered, "{order:#}");
    }
    match (sum("quantity") - sum("sent"), sum("sent"), sum("returned")) {
        (_, 0, _) => &["placed", "confirmed", "packed", "cancelled"],
        (1.., ..) => &["partly_shipped"],
        (_, sent, came) if sent == came => &["returned"],
        _ => &["shipped", "delivered"],
    }
}

async fn the_same_is_found_in_an_index_made_anew(till: &mut Till) {
    let found = async |admin: &mut Client| all(admin, "/api/v1/products/search?q=lamp").await;
    let before = found(&mut till.admin).await;
    assert_eq!(before.len(), SKUS.len() + 1);
    let folder: PathBuf = match &till.world.cell {
        Cell::Folder(data) => data.join("search"),
        _ => till.world.server.search_folder(),
    };
    till.world.server.stop();
    std::fs::remove_dir_all(folder).unwrap();
    till.world.server.up().await;
    till.admin = till.world.admin("a");
    read_until("the same is found", async || found(&mut till.admin).await, |found| *found == before).await;
}
